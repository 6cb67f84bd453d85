"""The providers' monthly digests: composed from what is stored, and queued once, before the month locks.

What a digest may tell is decided in reporting/disclosure/digest_releases.py, and worded in
reporting/providers/digest.py.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reporting.disclosure import digest_releases
from reporting.disclosure.digest_releases import Figure, Quarter
from reporting.disclosure.suppression import MIN_ANSWERS
from reporting.figures.themes import OF_REASON, THEMES, UNCLEAR
from reporting.providers.digest import Digest, sms, telegram
from scheduler.planning.hours import SendWindow
from scheduler.planning.rules import Rules
from storage.contacts import digests, links
from storage.database.engine import Connection, Database
from storage.delivery import outbox
from storage.followups import enrolment_months, recording
from storage.followups.calendar import first_day, month_of, preceding
from storage.people import addresses as people
from storage.supervision import evidence
from survey.codes import AddressState, Channel
from survey.conversation.after_close import REOPEN_WITHIN
from survey.conversation.model import Say

PRIORITY = 9  # of a digest in the outbox: after everything that a customer waits for
# An answer may come in so late after an outage, by a sweep of the provider's list (bot/channels/sms/sweep.py).
SLACK = timedelta(days=10)
# Themes that say nothing on which a provider could act.
QUIET_THEMES = {"praise", "other", UNCLEAR}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a digest is about: a provider and a month.

    Attributes:
        provider_id: the provider's row.
        ref: the provider's number in the register.
        month: YYYY-MM.
    """

    provider_id: int
    ref: str
    month: str


@dataclass(frozen=True, slots=True)
class Terms:
    """How digests are composed and sent.

    Attributes:
        channels: those that can send.
        rules: the rules in force: they say when a quarter can get no more answers.
        zone: the unit's time zone, which says what day it is.
    """

    channels: Collection[str]
    rules: Rules
    zone: ZoneInfo

    def today(self, now: datetime) -> date:
        """Return the unit's own day at ``now``."""
        return now.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Message:
    """A digest as one contact address gets it."""

    address_id: int
    channel: str
    text: str


@dataclass(frozen=True, slots=True)
class Composed:
    """A provider's digest with its messages.

    Attributes:
        new_figure: a satisfaction figure that the provider has not been given; it goes on record with the digest.
    """

    digest: Digest
    messages: tuple[Message, ...]
    new_figure: Figure | None


async def compose(conn: Connection, subject: Subject, terms: Terms, now: datetime) -> Composed:
    """Return the digest that the provider would get now. Changes nothing."""
    provider_id, today = subject.provider_id, terms.today(now)
    months = [each for each in await enrolment_months.of_month(conn, subject.month, provider_id) if each.due]
    given = [Figure(*each) for each in await digests.given_to(conn, provider_id)]
    last = digest_releases.last_final(today, final_after(terms.rules))
    answers = await digests.answers_of(conn, provider_id)
    figure = digest_releases.decide(answers, given, last)
    quarters = digest_releases.window(figure.last) if figure is not None else []
    digest = Digest(
        month=first_day(subject.month),
        lock_on=recording.locks_on(subject.month),
        due=len(months),
        done=sum(each.held_on is not None for each in months),
        missing=tuple(each.enrolment for each in months if each.held_on is None),
        figure=figure,
        others=await _others(conn, provider_id, quarters),
        response=(figure.answered, await digests.eligible_of(conn, provider_id, quarters)) if figure else None,
        themes=await _themes(conn, provider_id, quarters),
        overdue=await _overdue(conn, subject.ref, today),
        withheld=figure is None and digest_releases.are_enough(answers, last),
    )
    messages = await _messages(conn, provider_id, digest, terms.channels, now)
    return Composed(digest, messages, figure if figure not in given else None)


async def _overdue(conn: Connection, ref: str, today: date) -> tuple[str, ...]:
    """Return what the provider's overdue action plans are about."""
    return tuple(
        plan.deficiency
        for plan in await evidence.plans(conn, today, today)
        if plan.provider == ref and plan.is_overdue(today)
    )


async def _messages(
    conn: Connection, provider_id: int, digest: Digest, channels: Collection[str], now: datetime
) -> tuple[Message, ...]:
    """Return the digest in the words of each contact address that can be reached."""
    contacts = [each.address_id for each in await links.contacts_of(conn, provider_id, now)]
    addresses = await people.address_values(conn, contacts)
    words = {Channel.SMS: sms(digest), Channel.TELEGRAM: telegram(digest)}
    found = []
    for address_id in contacts:
        channel, _, state = addresses[address_id]
        if channel in channels and state == AddressState.ACTIVE:
            found.append(Message(address_id, channel, words[Channel(channel)]))
    return tuple(found)


async def queue(conn: Connection, subject: Subject, composed: Composed, zone: ZoneInfo, now: datetime) -> int:
    """Queue a digest, once for each provider and month; return how many messages that made.

    A digest has lost its meaning when the month locks, and expires then.
    """
    provider_id, month, figure = subject.provider_id, subject.month, composed.new_figure
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


async def queue_due(db: Database, terms: Terms, window: SendWindow, now: datetime) -> int:
    """Queue the digest of last month for each provider that has not had it, and count the messages.

    Nothing is queued once the month is locked, nor outside the hours in which messages may be sent. A provider
    whose contacts cannot be reached is left out until one can, and so is one without anything to be told.
    """
    today = terms.today(now)
    month = preceding(month_of(today))
    if recording.is_locked(month, today) or not window.is_open(now):
        return 0
    queued = 0
    async with db.read() as conn:
        waiting = await digests.unsent(conn, month)
    for provider_id, ref in waiting:
        subject = Subject(provider_id, ref, month)
        async with db.begin() as conn:
            composed = await compose(conn, subject, terms, now)
            if composed.messages and composed.digest.says_something:
                queued += await queue(conn, subject, composed, terms.zone, now)
    return queued


def final_after(rules: Rules) -> timedelta:
    """Return for how long after its end a quarter may still get answers.

    The last ``end`` is asked late, waits unfinished, and is opened again by a late answer.
    """
    return timedelta(days=rules.end_window + rules.conversation) + REOPEN_WITHIN + SLACK


async def _others(conn: Connection, provider_id: int, quarters: list[Quarter]) -> tuple[int, int] | None:
    """Return the (satisfied, answered) of the other providers; None unless they are several.

    Of one other it would be that provider's own figure.
    """
    if not quarters:
        return None
    providers, counted = await digests.others_of(conn, provider_id, quarters)
    return counted if providers > 1 else None


async def _themes(conn: Connection, provider_id: int, quarters: list[Quarter]) -> tuple[str, ...]:
    """Return the themes that MIN_ANSWERS customers or more speak of, but not all; the most frequent first.

    How many customers they are is not told.
    """
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
