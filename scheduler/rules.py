"""When a contact is due, and whether it may be made now. Pure: facts in, decisions out.

Definitions: `start` 28 days after the start, `end` when the enrolment ends, `checkin` each calendar month in
which the enrolment is open on at least 15 days (MISSION.md, REPORT.md).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from scheduler.hours import SendWindow


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers behind the rules, in days unless said otherwise."""

    start_after: int = 28
    start_window: int = 28  # how long the question about the start keeps its meaning
    end_window: int = 60  # an end may be entered late
    checkin_day: int = 24  # of the month
    checkin_window: int = 7  # after the month's end
    open_days: int = 15  # that make a calendar month an enrolment-month
    spacing: int = 7  # between two contacts with one customer
    conversation: int = 7  # that an unfinished conversation waits


PRIORITY = {"start": 0, "end": 1, "checkin": 2}


@dataclass(frozen=True, slots=True)
class EnrolmentFacts:
    """What planning needs to know of an enrolment. ``ended_on`` may lie ahead."""

    started_on: date
    ended_on: date | None
    end_reason: str
    registered_on: date


@dataclass(frozen=True, slots=True)
class PlannedOccasion:
    """One contact: due from the beginning of ``due_on``, without meaning after the end of ``last_on``."""

    survey: str
    period: str
    due_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due up to today, and the next day on which something may fall due."""

    due: tuple[PlannedOccasion, ...]
    plan_on: date | None


def plan(enrolment: EnrolmentFacts, today: date, rules: Rules) -> Plan:
    """Every contact of ``enrolment`` that is due by ``today`` and whose window was open when it was registered.

    The same occasions come again each time: that they are made once is the unique key's work.
    """
    due: list[PlannedOccasion] = []
    upcoming: list[date] = []
    for each in _points(enrolment, rules):
        if each.last_on < enrolment.registered_on:
            continue
        if each.due_on > today:
            upcoming.append(each.due_on)
        else:  # also when its window has closed since: then the occasion says so
            due.append(each)
    checkins, following = _checkin(enrolment, today, rules)
    due += checkins
    if following is not None:
        upcoming.append(following)
    return Plan(tuple(due), min(upcoming, default=None))


def _points(enrolment: EnrolmentFacts, rules: Rules) -> list[PlannedOccasion]:
    points = []
    start_on = enrolment.started_on + timedelta(days=rules.start_after)
    if enrolment.ended_on is None or enrolment.ended_on > start_on:
        last = start_on + timedelta(days=rules.start_window)
        points.append(PlannedOccasion("start", "", start_on, last))
    if enrolment.ended_on is not None and enrolment.end_reason != "death":
        last = enrolment.ended_on + timedelta(days=rules.end_window)
        points.append(PlannedOccasion("end", "", enrolment.ended_on, last))
    return points


def _checkin(enrolment: EnrolmentFacts, today: date, rules: Rules) -> tuple[list[PlannedOccasion], date | None]:
    """The check-ins that are due and still have a window, and the next day on which one may be."""
    due = []
    first = today.replace(day=1)
    for month in ((first - timedelta(days=1)).replace(day=1), first):
        day = _checkin_day(enrolment, month, rules)
        last = _next_month(month) + timedelta(days=rules.checkin_window - 1)
        if day is not None and day <= today <= last:
            due.append(PlannedOccasion("checkin", f"{month:%Y-%m}", day, last))
    month = max(first, enrolment.started_on.replace(day=1))
    for _ in range(3):  # this month's may be past, and the month of the start too short
        following = _checkin_day(enrolment, month, rules)
        if following is not None and following > today:
            return due, following
        month = _next_month(month)
    return due, None


def _checkin_day(enrolment: EnrolmentFacts, first: date, rules: Rules) -> date | None:
    """The day of the month's check-in: late in the month, and open on enough of its days."""
    opened = max(first, enrolment.started_on)
    day = max(first.replace(day=rules.checkin_day), opened + timedelta(days=rules.open_days - 1))
    if day >= _next_month(first) or (enrolment.ended_on is not None and enrolment.ended_on <= day):
        return None
    return day


@lru_cache(maxsize=64)  # asked several times for every enrolment, about few months
def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What decides whether a waiting contact may be made. ``address_states`` are those of the customer."""

    survey: str
    expires_at: datetime
    ended: bool
    died: bool
    address_states: frozenset[str]
    customer_busy: bool  # another conversation is open with the customer, or at the address
    last_contact_at: datetime | None
    outranked: bool  # a contact of higher priority waits for the same customer


@dataclass(frozen=True, slots=True)
class Open:
    """The conversation may begin."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Not now: look again at ``until``."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Close:
    """Never: the occasion's outcome and why."""

    outcome: str
    reason: str


Decision = Open | Hold | Close

ANOTHER_LOOK = timedelta(hours=1)


def may_open(facts: ContactFacts, now: datetime, rules: Rules, window: SendWindow) -> Decision:
    """Whether a due contact is made now, later or never; every reason is a sentence for staff."""
    if facts.died:
        return Close("cancelled", "Kunden har avlidit.")
    if facts.survey == "start" and facts.ended:
        return Close("cancelled", "Insatsen hann avslutas.")
    if facts.survey == "checkin" and facts.ended:
        return Close("cancelled", "Insatsen är avslutad.")
    if "active" not in facts.address_states and "opted_out" in facts.address_states:
        return Close("opted_out", "Kunden har sagt stopp.")
    if now >= facts.expires_at:
        if "active" not in facts.address_states:
            return Close("unreachable", "Kunden har ingen adress som går att nå.")
        return Close("expired", "Tiden gick ut innan frågan kunde skickas.")
    if "active" not in facts.address_states:
        return _hold(facts, now + ANOTHER_LOOK * 6, "Kunden har ingen adress som går att nå.")
    if facts.customer_busy:
        return _hold(facts, now + ANOTHER_LOOK, "Ett annat samtal är öppet med kunden.")
    if facts.last_contact_at is not None:
        free_at = facts.last_contact_at + timedelta(days=rules.spacing)
        if now < free_at:
            return _hold(facts, free_at, f"Kunden kontaktades för mindre än {rules.spacing} dagar sedan.")
    if facts.outranked:
        return _hold(facts, now + ANOTHER_LOOK, "En viktigare fråga till kunden går före.")
    if not window.is_open(now):
        return _hold(facts, window.next_open(now), "Utanför sändningstiden.")
    return Open()


def _hold(facts: ContactFacts, until: datetime, reason: str) -> Hold:
    return Hold(min(until, facts.expires_at), reason)
