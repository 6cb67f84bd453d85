"""When a contact is due, and whether it may be made now. Pure: facts in, decisions out.

Definitions (MISSION.md, REPORT.md): `start` falls due 28 days after the start, `end` when the enrolment ends,
`checkin` in each calendar month in which the enrolment is open on at least 15 days, and every 14 days while the
provider is under watch.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from scheduler.planning.hours import SendWindow
from storage.planning.facts import EnrolmentFacts
from survey.codes import AddressState, ContactWish, EndReason, Outcome, Reason, SurveyId, because, reason_of


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers behind the rules, in days unless said otherwise. scheduler/planning/rules.toml explains each."""

    start_after: int = 28
    start_window: int = 28
    end_window: int = 60
    checkin_day: int = 24  # of the month
    checkin_window: int = 7  # after the month's end
    open_days: int = 15  # that make a calendar month an enrolment-month
    watch_every: int = 14
    spacing: int = 7  # between two contacts with one customer
    youngest: int = 15  # years that a customer has reached, or reaches this year
    remind_after: int = 3  # without an answer
    conversation: int = 7  # that an unfinished conversation waits
    priority: tuple[str, ...] = (SurveyId.START, SurveyId.END, SurveyId.CHECKIN)  # the important first


@dataclass(frozen=True, slots=True)
class PlannedOccasion:
    """One contact: due from the beginning of ``due_on``, and without meaning after the end of ``last_on``."""

    survey: str
    period: str
    due_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class Plan:
    """What has fallen due by today, and the next day on which something may fall due."""

    due: tuple[PlannedOccasion, ...]
    plan_on: date | None


def plan(enrolment: EnrolmentFacts, today: date, rules: Rules) -> Plan:
    """Return the contacts of ``enrolment`` that fell due from ``unseen_from`` to ``today``, and the next due day.

    One whose window has closed since is among them: its occasion will say that it was planned too late.
    """
    unseen_from = enrolment.unseen_from
    if unseen_from is None:
        return Plan((), None)
    due = []
    upcoming = []
    for each in _contacts(enrolment, unseen_from, today, rules):
        if each.due_on > today:
            upcoming.append(each.due_on)
        elif each.due_on >= unseen_from and each.last_on >= enrolment.registered_on:
            due.append(each)
    return Plan(tuple(due), min(upcoming, default=None))


def _contacts(enrolment: EnrolmentFacts, unseen_from: date, today: date, rules: Rules) -> Iterator[PlannedOccasion]:
    """Yield every contact that can matter today: those since ``unseen_from``, and at least the next one."""
    start_on = enrolment.started_on + timedelta(days=rules.start_after)
    if enrolment.ended_on is None or enrolment.ended_on > start_on:
        yield PlannedOccasion(SurveyId.START, "", start_on, start_on + timedelta(days=rules.start_window))
    if enrolment.ended_on is not None and enrolment.end_reason != EndReason.DEATH:
        last_on = enrolment.ended_on + timedelta(days=rules.end_window)
        yield PlannedOccasion(SurveyId.END, "", enrolment.ended_on, last_on)
    # The check-in of the month before registration may still have its window.
    known = max(unseen_from, _month_before(enrolment.registered_on))
    month = max(enrolment.started_on, known).replace(day=1)
    while True:
        for each in _checkins(enrolment, month, rules):
            yield each
            if each.due_on > today:
                return
        month = _month_after(month)
        if enrolment.ended_on is not None and enrolment.ended_on < month:
            return


def _checkins(enrolment: EnrolmentFacts, month: date, rules: Rules) -> list[PlannedOccasion]:
    """Return the check-ins of the calendar month that begins on ``month``.

    Under watch the last one of a month has the month as its period: it is the month's own check-in. Where the
    enrolment is not open then, the month's own falls due as it does without a watch, so that no month loses its
    check-in because a provider came under watch or left it.
    """
    found = []
    own = _own_day(enrolment, month, rules)
    own_until = _month_after(month) + timedelta(days=rules.checkin_window - 1)
    for day in _watch_days(enrolment, month, rules):
        if not _is_open(enrolment, day):
            continue
        until = day + timedelta(days=rules.watch_every - 1)
        if day + timedelta(days=rules.watch_every) >= _month_after(month):
            own, own_until = day, until
        else:
            found.append(PlannedOccasion(SurveyId.CHECKIN, f"{day:%Y-%m-%d}", day, until))
    if own is not None:
        found.append(PlannedOccasion(SurveyId.CHECKIN, f"{month:%Y-%m}", own, own_until))
    return found


def _own_day(enrolment: EnrolmentFacts, month: date, rules: Rules) -> date | None:
    """Return the day on which the month's own check-in falls due; None where the enrolment is open too briefly."""
    opened = max(month, enrolment.started_on)
    day = max(month.replace(day=rules.checkin_day), opened + timedelta(days=rules.open_days - 1))
    return day if day < _month_after(month) and _is_open(enrolment, day) else None


def _watch_days(enrolment: EnrolmentFacts, month: date, rules: Rules) -> list[date]:
    """Return the days of the month on which customers of a provider under watch are asked.

    A customer is asked first when the enrolment has lasted ``watch_every`` days.
    """
    if enrolment.watched_from is None:
        return []
    every = rules.watch_every
    knows_it = enrolment.started_on + timedelta(days=every)
    day = enrolment.watched_from
    if day < month:
        day = month + timedelta(days=(day - month).days % every)
    days = []
    while day < _month_after(month):
        if day >= knows_it:
            days.append(day)
        day += timedelta(days=every)
    return days


def _is_open(enrolment: EnrolmentFacts, day: date) -> bool:
    return enrolment.ended_on is None or enrolment.ended_on > day


@lru_cache(maxsize=512)  # asked several times for every enrolment, about few months
def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def withdrawn(enrolment: EnrolmentFacts, survey: str, period: str, today: date, rules: Rules) -> Reason | None:
    """Return why a planned contact is no longer to be made, or None when it still is.

    ``enrolment.unseen_from`` plays no part here.
    """
    ended = enrolment.ended_on is not None and enrolment.ended_on <= today
    if ended and enrolment.end_reason == EndReason.DEATH:
        return Reason.DIED
    if survey == SurveyId.START and ended:
        return Reason.ENDED_BEFORE
    if survey == SurveyId.CHECKIN and ended:
        return Reason.ENDED
    if survey == SurveyId.END and not ended:
        return Reason.NOT_ENDED
    if survey == SurveyId.START and today < enrolment.started_on + timedelta(days=rules.start_after):
        return Reason.STARTED_LATER
    if survey == SurveyId.CHECKIN:
        month = date.fromisoformat(f"{period[:7]}-01")
        if period not in {each.period for each in _checkins(enrolment, month, rules)}:
            return Reason.WATCH_LIFTED if len(period) > len("2026-11") else Reason.TOO_FEW_DAYS
    return None


def week_of(today: date) -> tuple[date, date]:
    """Return Monday and Sunday of the week in which ``today`` falls."""
    monday = today - timedelta(days=today.weekday())
    return monday, monday + timedelta(days=6)


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What decides whether a waiting contact may be made.

    Attributes:
        address_states: of the customer's addresses on channels that can send.
        withdrawn: why the register no longer asks for it, or None.
        customer_busy: another conversation is open with the customer, or at the address.
        outranked: a contact of higher priority waits for the same customer.
        start_this_week: the customer's four-week question falls in this week.
        hindrance: the stored reason why it was held last (survey.codes.because); empty when it was never held.
        indistinct: nothing tells the customer from another one at the address.
        contact: how the customer wants to be asked, a ContactWish; empty for by message.
        age: that the customer reaches this year; None where it is not known.
        exempt: the month of the check-in asks for no follow-up, so that there is nothing to ask about.
    """

    survey: str
    expires_at: datetime
    withdrawn: Reason | None
    address_states: frozenset[str]
    customer_busy: bool
    last_contact_at: datetime | None
    outranked: bool
    start_this_week: bool = False
    hindrance: str = ""
    exempt: bool = False
    indistinct: bool = False
    contact: str = ""
    age: int | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """The conversation may begin."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Not now: look again at ``until``."""

    until: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Close:
    """Never: the occasion's outcome, and why in the stored form of a reason (survey.codes.because)."""

    outcome: Outcome
    reason: str


Decision = Open | Hold | Close

# Rules of our own: a contact that one of them holds until its time is up is held back, not expired.
HELD_BY_RULES = frozenset({Reason.BY_STAFF, Reason.BUSY, Reason.OUTRANKED, Reason.START_THIS_WEEK, Reason.SPACING})
NEVER_ASKED = {ContactWish.NONE: Reason.NO_CONTACT, ContactWish.PROTECTED: Reason.PROTECTED}
ANOTHER_LOOK = timedelta(hours=1)  # until an open conversation or a more important contact is looked at again
ANOTHER_ADDRESS = timedelta(hours=6)  # until the register is looked at again for an address


def may_open(facts: ContactFacts, now: datetime, rules: Rules, window: SendWindow) -> Decision:
    """Decide whether a due contact is made now, later or never."""
    if facts.withdrawn is not None:
        return Close(Outcome.CANCELLED, facts.withdrawn)
    if facts.exempt:
        return Close(Outcome.HELD_BACK, Reason.EXEMPT)
    refusal = not_by_message(facts.contact, facts.age, rules)
    if refusal is not None and refusal is not Reason.BY_STAFF:
        return Close(Outcome.HELD_BACK, refusal)
    reachable = AddressState.ACTIVE in facts.address_states
    if not reachable and AddressState.OPTED_OUT in facts.address_states:
        return Close(Outcome.OPTED_OUT, Reason.OPTED_OUT)
    if now >= facts.expires_at:
        return _too_late(facts, reachable or refusal is Reason.BY_STAFF)
    if refusal is not None:
        return _hold(facts, now + ANOTHER_ADDRESS, refusal)
    if not reachable:
        return _hold(facts, now + ANOTHER_ADDRESS, Reason.NO_ADDRESS)
    if facts.indistinct:
        return _hold(facts, now + ANOTHER_ADDRESS, Reason.INDISTINCT)
    if facts.customer_busy:
        return _hold(facts, now + ANOTHER_LOOK, Reason.BUSY)
    if facts.last_contact_at is not None:
        free_at = facts.last_contact_at + timedelta(days=rules.spacing)
        if now < free_at:
            return _hold(facts, free_at, Reason.SPACING)
    if facts.outranked:
        return _hold(facts, now + ANOTHER_LOOK, Reason.OUTRANKED)
    if facts.survey == SurveyId.CHECKIN and facts.start_this_week:
        return _hold(facts, _next_monday(now, window.zone), Reason.START_THIS_WEEK)
    if not window.is_open(now):
        return _hold(facts, window.next_open(now), Reason.OUTSIDE_HOURS)
    return Open()


def furthest(now: datetime, rules: Rules, window: SendWindow) -> dict[Reason, datetime]:
    """Return by reason until when a contact is held at the latest by a clock that is right.

    One that is held for longer was held by a clock that was ahead.
    """
    return {
        Reason.BUSY: now + ANOTHER_LOOK,
        Reason.OUTRANKED: now + ANOTHER_LOOK,
        Reason.NO_ADDRESS: now + ANOTHER_ADDRESS,
        Reason.INDISTINCT: now + ANOTHER_ADDRESS,
        Reason.BY_STAFF: now + ANOTHER_ADDRESS,
        Reason.SPACING: now + timedelta(days=rules.spacing),
        Reason.START_THIS_WEEK: _next_monday(now, window.zone),
        Reason.OUTSIDE_HOURS: window.next_open(now),
    }


def not_by_message(contact: str, age: int | None, rules: Rules) -> Reason | None:
    """Return why a customer is not asked by message, whatever addresses there are; None for one who is.

    Args:
        contact: a ContactWish, or empty.
        age: that the customer reaches this year; None where it is not known.
        rules: the rules in force.
    """
    if age is not None and age < rules.youngest:
        return Reason.TOO_YOUNG
    if contact in NEVER_ASKED:
        return NEVER_ASKED[ContactWish(contact)]
    return Reason.BY_STAFF if contact else None


def _too_late(facts: ContactFacts, reachable: bool) -> Close:
    """Close a contact whose time is up, with what stood in its way last."""
    if not reachable:
        return Close(Outcome.UNREACHABLE, Reason.NO_ADDRESS)
    if not facts.hindrance:
        return Close(Outcome.EXPIRED, Reason.PLANNED_TOO_LATE)
    hindrance, _ = reason_of(facts.hindrance)
    if hindrance in HELD_BY_RULES:
        return Close(Outcome.HELD_BACK, because(Reason.CLOSED_HELD_BACK, facts.hindrance))
    return Close(Outcome.EXPIRED, because(Reason.CLOSED_EXPIRED, facts.hindrance))


def _next_monday(now: datetime, zone: ZoneInfo) -> datetime:
    _, sunday = week_of(now.astimezone(zone).date())
    return datetime.combine(sunday + timedelta(days=1), time(), zone).astimezone(UTC)


def _hold(facts: ContactFacts, until: datetime, reason: Reason) -> Hold:
    return Hold(min(until, facts.expires_at), reason)
