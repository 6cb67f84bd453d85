"""A provider's contact person by SMS or Telegram: what was written or tapped is recorded, and answered.

The intake asks here first (`answer`); what is none of ours (STOP, an answer of somebody who is a customer too) goes
on to the customers' flow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.inbound.effects import Scene
from bot.inbound.events import LinkRequested, Tapped
from storage.cases import opening
from storage.contacts import links
from storage.delivery.outbox import Asked
from storage.followups import enrolment_months, recording
from storage.followups.calendar import month_of
from storage.followups.recording import Author, Entry, Form, Refused, Source
from storage.tables import enrolment, outbox
from survey.contacts import commands
from survey.conversation.model import Say, TextReceived

HELP = "Skriv KLAR, insatsens nummer och dagen: KLAR 1042 3/11. Skriv LISTA så ser du vad som saknas."
WELCOME = "Tack! Här registrerar du uppföljningar. " + HELP
ONE_EACH = "Inget sparat. Skriv en insats och en dag i varje meddelande: KLAR 1042 3/11."
LOOKED_INTO = "Tack! Vi ser över listan och hör av oss inom en arbetsdag. Gäller det vissa insatser: FEL 1042 1043."
OLD = "Den knappen är gammal. Skriv LISTA så får du en ny."
LISTED = 20  # numbers in a message, and buttons under it
FORM_LABELS: tuple[tuple[Form, str], ...] = (
    ("meeting", "Möte"),
    ("phone", "Telefon"),
    ("digital", "Digitalt"),
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a message, and the answer."""

    outcome: str
    say: Say


def may_be_ours(event: object, buttons: Mapping[str, Asked]) -> bool:
    """Whether an event may come from a contact person though a customer's conversation is open at the address."""
    if isinstance(event, TextReceived):
        return commands.is_ours(event.text)
    if isinstance(event, Tapped):
        asked = buttons.get(event.reference)
        return asked is not None and asked.question is None
    return False


async def answer(scene: Scene) -> Heard | None:
    """What a contact person wrote or tapped, or the wish to become one; None for all else."""
    match scene.event.event:
        case LinkRequested(token) if await links.redeem_chat(scene.conn, token, scene.sender.id, scene.now):
            return Heard("contact_linked", Say(text=WELCOME))
        case TextReceived(text) if scene.providers:
            return await _heard(scene, text)
        case Tapped(reference, value) if scene.providers:
            return await _tapped(scene, reference, value)
    return None


async def _heard(scene: Scene, text: str) -> Heard | None:
    match commands.parse(text, scene.today):
        case commands.Help() if not scene.work.people.get(scene.sender.id):
            return Heard("contact_help", Say(text=HELP))
        case commands.List():
            return Heard("contact_list", await _listed(scene))
        case commands.Wrong(said):
            return await _wrong(scene, said)
        case commands.Done(wrong=wrong) if wrong:
            return Heard("contact_refused", Say(text=f"Inget sparat. Datumet {wrong} finns inte."))
        case commands.Done(refs=refs) if not refs:
            return Heard("contact_help", Say(text=HELP))
        case commands.Done(refs=refs, days=days) if len(refs) > 1 or len(days) > 1:
            return Heard("contact_refused", Say(text=ONE_EACH))
        case commands.Done(refs, days, form):
            return await _done(scene, refs[0], days[0] if days else scene.today, cast(Form | None, form))
    return None


async def _tapped(scene: Scene, reference: str, value: int) -> Heard | None:
    """A button under a message of ours; None when the message was none to a contact person."""
    o, today = outbox.c, scene.today
    row = (await scene.conn.execute(select(o.say, o.address_id).where(o.reference == reference))).first()
    if row is None or row.address_id != scene.sender.id:
        return None
    asked = Say.from_json(row.say)
    labels = dict(asked.options)
    if not asked.about or value not in labels:
        return None
    kind, _, rest = asked.about.partition(":")
    if kind == "list":
        if rest != month_of(today):
            return Heard("old_button", Say(text=OLD))
        options = tuple((number, label) for number, (_, label) in enumerate(FORM_LABELS, 1))
        about = f"form:{today.isoformat()}:{labels[value]}"
        question = f"{labels[value]} i dag, {_short(today)}: hur gjordes uppföljningen?"
        return Heard("contact_asked", Say(text=question, options=options, about=about))
    day, _, ref = rest.partition(":")
    if day != today.isoformat():
        return Heard("old_button", Say(text=OLD))
    return await _done(scene, ref, today, FORM_LABELS[value - 1][0])


async def _done(scene: Scene, ref: str, day: date, form: Form | None) -> Heard:
    found = await _named(scene.conn, scene.providers, ref)
    if len(found) > 1:
        numbers = ", ".join(name for name, _ in found)
        return Heard("contact_refused", Say(text=f"Inget sparat. Vilken menar du: {numbers}?"))
    name, provider_id = found[0] if found else (ref, scene.providers[0])
    source: Source = "sms" if scene.event.channel == "sms" else "telegram"
    author = Author(source, provider_id, scene.sender.id)
    entry = Entry(name, month_of(day), day, form)
    try:
        recorded = await recording.record(scene.conn, [entry], author, scene.today, scene.now)
    except Refused as refused:
        return Heard("contact_refused", Say(text=f"Inget sparat. {refused}"))
    start = "Redan registrerad" if recorded.same else "Ändrat" if recorded.changed else "Tack"
    left = len(await _missing(scene, entry.month))
    rest = f"Kvar i månaden: {left}." if left else "Alla är klara för månaden."
    return Heard("contact_recorded", Say(text=f"{start}! {name}: {_short(day)}. {rest}"))


async def _named(conn: AsyncConnection, providers: Sequence[int], ref: str) -> list[tuple[str, int]]:
    """(number, provider id) of the provider's enrolments that are meant: the number itself in any case, else those
    with the same digits (1042 for E-1042)."""
    e = enrolment.c
    rows = (await conn.execute(select(e.ref, e.provider_id).where(e.provider_id.in_(providers)))).all()
    exact = [(row.ref, row.provider_id) for row in rows if row.ref.casefold() == ref.casefold()]
    digits = ref if ref.isdigit() else ""
    return exact or [
        (row.ref, row.provider_id)
        for row in rows
        if digits and "".join(char for char in row.ref if char.isdigit()) == digits
    ]


async def _missing(scene: Scene, month: str) -> list[str]:
    """The numbers of the enrolments whose follow-up is missing."""
    found: list[str] = []
    for provider_id in scene.providers:
        months = await enrolment_months.of_month(scene.conn, month, provider_id)
        found += [each.enrolment for each in months if each.due and each.held_on is None]
    return found


async def _listed(scene: Scene) -> Say:
    month, today = month_of(scene.today), scene.today
    refs = await _missing(scene, month)
    if not refs:
        return Say(text="Alla uppföljningar är registrerade för månaden.")
    shown = refs[:LISTED]
    more = f" och {len(refs) - len(shown)} till" if len(refs) > len(shown) else ""
    text = f"Saknas i månaden: {', '.join(shown)}{more}. Svara KLAR {shown[0]} {_short(today)}."
    if scene.event.channel == "sms":
        return Say(text=text)
    options = tuple(enumerate(shown, 1))
    return Say(text=f"{text} Eller tryck på den som är klar i dag.", options=options, about=f"list:{month}")


async def _wrong(scene: Scene, text: str) -> Heard:
    """The list of a digest is wrong: a person looks at it before the month locks."""
    about = [
        opening.opened(
            "list",
            text,
            scene.now,
            provider_id=id_,
            address_id=scene.sender.id,
            channel=scene.event.channel,
        )
        for id_ in scene.providers
    ]
    await opening.add(scene.conn, about)
    return Heard("contact_list_wrong", Say(text=LOOKED_INTO))


def _short(day: date) -> str:
    return f"{day.day}/{day.month}"
