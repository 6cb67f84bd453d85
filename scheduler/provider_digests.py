"""The providers' monthly digests: composed from what is stored, and queued once, before the month locks.

What a digest tells of the customers is what the last published report tells of the provider; it is worded in
reporting/providers/digest.py.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256
from zoneinfo import ZoneInfo

from reporting.providers.digest import Digest, published_of, sms, telegram
from reporting.publishing.publish import last_published
from reporting.report.model import QualityReport
from scheduler.planning.hours import SendWindow
from storage.contacts import digests, links
from storage.database.engine import Connection, Database
from storage.delivery import outbox
from storage.figures import releases
from storage.figures.release_values import Release
from storage.followups import enrolment_months, recording
from storage.followups.calendar import first_day, month_of, preceding
from storage.people import addresses as people
from storage.supervision import evidence
from survey.codes import AddressState, Channel
from survey.conversation.model import Say

PRIORITY = 9  # of a digest in the outbox: after everything that a customer waits for
TOLD_FOR = 2  # years after its own in which a published year is told


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
        zone: the unit's time zone, which says what day it is.
        unit: the unit's short name.
    """

    channels: Collection[str]
    zone: ZoneInfo
    unit: str

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
        edition: of the report that it tells of; 0 when it tells of none.
    """

    digest: Digest
    messages: tuple[Message, ...]
    edition: int


async def report_to_tell(conn: Connection, today: date) -> QualityReport | None:
    """Return the published report that the digests of ``today`` tell of; None while there is none.

    Raises:
        PublicationUnreadable: another version of the program wrote it, and this one cannot read it.
    """
    return await last_published(conn, today.year - TOLD_FOR)


async def compose(
    conn: Connection, subject: Subject, terms: Terms, report: QualityReport | None, now: datetime
) -> Composed:
    """Return the digest that the provider would get now, with what ``report`` tells of it. Changes nothing."""
    provider_id, today = subject.provider_id, terms.today(now)
    months = [each for each in await enrolment_months.of_month(conn, subject.month, provider_id) if each.due]
    digest = Digest(
        unit=terms.unit,
        month=first_day(subject.month),
        lock_on=recording.locks_on(subject.month),
        due=len(months),
        done=sum(each.held_on is not None for each in months),
        missing=tuple(each.enrolment for each in months if each.held_on is None),
        published=published_of(report, subject.ref),
        overdue=await _overdue(conn, subject.ref, today),
    )
    messages = await _messages(conn, provider_id, digest, terms.channels, now)
    return Composed(digest, messages, report.background.revision if report and digest.published else 0)


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
    provider_id, month, told = subject.provider_id, subject.month, composed.digest.published
    if not await digests.keep(conn, provider_id, month, now):
        return 0
    if told is not None:
        said = sha256("\n".join(each.text for each in composed.messages).encode()).hexdigest()
        await releases.add(conn, Release("digest", told.year, composed.edition, now, said, subject.ref))
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
        report = await report_to_tell(conn, today) if waiting else None
    for provider_id, ref in waiting:
        subject = Subject(provider_id, ref, month)
        async with db.begin() as conn:
            composed = await compose(conn, subject, terms, report, now)
            if composed.messages and composed.digest.says_something:
                queued += await queue(conn, subject, composed, terms.zone, now)
    return queued
