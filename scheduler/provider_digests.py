"""The providers' monthly digests: put together from what is stored, and queued once, before the month locks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reporting.disclosure import digest_releases
from reporting.disclosure.digest_releases import Figure, Quarter
from reporting.disclosure.suppression import MIN_ANSWERS
from reporting.figures.themes import OF_REASON, THEMES, UNCLEAR
from reporting.providers.digest import Digest, sms, telegram
from scheduler.hours import SendWindow
from scheduler.rules import Rules
from storage.contacts import digests, links
from storage.database.engine import Connection, Database
from storage.delivery import outbox
from storage.followups import enrolment_months, recording
from storage.followups.calendar import first_day, month_of, preceding
from storage.people import addresses as people
from storage.supervision import evidence
from survey.conversation.after_close import REOPEN_WITHIN
from survey.conversation.model import Say

PRIORITY = 9  # after everything that a customer waits for
SLACK = timedelta(days=10)  # for an answer that comes in by a sweep, after an outage
QUIET_THEMES = {"praise", "other", UNCLEAR}  # say nothing that a provider could act on


@dataclass(frozen=True, slots=True)
class Message:
    """A digest as one contact address gets it."""

    address_id: int
    channel: str
    text: str


@dataclass(frozen=True, slots=True)
class Composed:
    """A provider's digest with its messages; ``new_figure`` goes on record when it is sent."""

    digest: Digest
    messages: tuple[Message, ...]
    new_figure: Figure | None


async def compose(
    conn: Connection,
    provider_id: int,
    ref: str,
    month: str,
    channels: Collection[str],
    rules: Rules,
    today: date,
    now: datetime,
) -> Composed:
    """The digest that the provider would get today about ``month`` (YYYY-MM). Changes nothing."""
    months = [each for each in await enrolment_months.of_month(conn, month, provider_id) if each.due]
    given = [Figure(*each) for each in await digests.given_to(conn, provider_id)]
    last = digest_releases.last_final(today, final_after(rules))
    answers = await digests.answers_of(conn, provider_id)
    figure = digest_releases.decide(answers, given, last)
    quarters = digest_releases.window(figure.last) if figure is not None else []
    digest = Digest(
        month=first_day(month),
        lock_on=recording.locks_on(month),
        due=len(months),
        done=sum(each.held_on is not None for each in months),
        missing=tuple(each.enrolment for each in months if each.held_on is None),
        figure=figure,
        others=await _others(conn, provider_id, quarters),
        response=(figure.answered, await digests.eligible_of(conn, provider_id, quarters)) if figure else None,
        themes=await _themes(conn, provider_id, quarters),
        overdue=tuple(
            plan.deficiency
            for plan in await evidence.plans(conn, today, today)
            if plan.provider == ref and plan.is_overdue(today)
        ),
        withheld=figure is None and digest_releases.are_enough(answers, last),
    )
    contacts = [each.address_id for each in await links.contacts_of(conn, provider_id, now)]
    addresses = await people.address_values(conn, contacts)
    words = {"sms": sms(digest), "telegram": telegram(digest)}
    messages = tuple(
        Message(address_id, addresses[address_id][0], words[addresses[address_id][0]])
        for address_id in contacts
        if addresses[address_id][0] in channels and addresses[address_id][2] == "active"
    )
    return Composed(digest, messages, figure if figure not in given else None)


async def queue(
    conn: Connection, provider_id: int, month: str, composed: Composed, zone: ZoneInfo, now: datetime
) -> int:
    """Queue a digest in the caller's transaction, once a provider and month; how many messages that made.

    It keeps its meaning until the month locks.
    """
    figure = composed.new_figure
    kept = (figure.last, figure.satisfied, figure.answered) if figure is not None else None
    if not await digests.keep(conn, provider_id, month, kept, now):
        return 0
    messages = [
        {
            "key": f"digest:{provider_id}:{month}:{each.address_id}",
            "occasion_id": None,
            "address_id": each.address_id,
            "channel": each.channel,
            "say": Say(text=each.text).to_json(),
            "expires_at": datetime.combine(composed.digest.lock_on, time(), zone),
            "priority": PRIORITY,
        }
        for each in composed.messages
    ]
    await outbox.enqueue(conn, messages, now)
    return len(messages)


async def queue_due(
    db: Database,
    channels: Collection[str],
    rules: Rules,
    window: SendWindow,
    zone: ZoneInfo,
    now: datetime,
) -> int:
    """Before last month locks, queue the digest of each provider that has not had it; how many messages.

    A provider whose contacts cannot be reached is passed over until one can, and one without anything to be told.
    """
    today = now.astimezone(zone).date()
    month = preceding(month_of(today))
    if recording.is_locked(month, today) or not window.is_open(now):
        return 0
    queued = 0
    async with db.read() as conn:
        waiting = await digests.unsent(conn, month)
    for provider_id, ref in waiting:
        async with db.begin() as conn:
            composed = await compose(conn, provider_id, ref, month, channels, rules, today, now)
            if composed.messages and composed.digest.says_something:
                queued += await queue(conn, provider_id, month, composed, zone, now)
    return queued


def final_after(rules: Rules) -> timedelta:
    """How long after its end a quarter may still get answers: the last ``end`` is asked late, waits unfinished,
    and is opened again by a late answer."""
    return timedelta(days=rules.end_window + rules.conversation) + REOPEN_WITHIN + SLACK


async def _others(conn: Connection, provider_id: int, quarters: list[Quarter]) -> tuple[int, int] | None:
    """What the others' customers say: only of several others, or it would be one provider's figure."""
    if not quarters:
        return None
    providers, counted = await digests.others_of(conn, provider_id, quarters)
    return counted if providers > 1 else None


async def _themes(conn: Connection, provider_id: int, quarters: list[Quarter]) -> tuple[str, ...]:
    """What six or more customers speak of, but not all; the most frequent first, never how many they are."""
    if not quarters:
        return ()
    found = await digests.themes_of(conn, provider_id, quarters)
    for reason, customers in (await digests.reasons_of(conn, provider_id, quarters)).items():
        theme = OF_REASON.get(reason)
        if theme is not None:
            found[theme] = max(found.get(theme, 0), customers)
    answered = await digests.customers_of(conn, provider_id, quarters)
    often = sorted((-said, theme) for theme, said in found.items() if MIN_ANSWERS <= said < answered)
    return tuple(THEMES[theme] for _, theme in often if theme not in QUIET_THEMES)
