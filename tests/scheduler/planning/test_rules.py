"""When a contact is due: the definitions of REPORT.md as tables."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.planning.hours import SendWindow
from scheduler.planning.rules import (
    Close,
    ContactFacts,
    Hold,
    Open,
    PlannedOccasion,
    Rules,
    may_open,
    plan,
    withdrawn,
)
from storage.planning.facts import EnrolmentFacts
from survey.codes import Outcome, Reason, worded

RULES = Rules()
ZONE = ZoneInfo("Europe/Stockholm")
WINDOW = SendWindow.parse("09:00-19:00", ZONE)
NOW = datetime(2025, 6, 3, 10, tzinfo=UTC)  # a Tuesday at noon in Stockholm


def d(text: str) -> date:
    return date.fromisoformat(text)


def test_enrolment_without_next_look_is_not_planned() -> None:
    facts = EnrolmentFacts(d("2025-01-01"), None, "", d("2025-01-01"), unseen_from=None)
    assert plan(facts, d("2025-06-01"), RULES).due == ()
    assert plan(facts, d("2025-06-01"), RULES).plan_on is None


@pytest.mark.parametrize(
    ("started", "ended", "reason", "today", "due", "plan_on"),
    [
        ("2025-01-01", None, "", "2025-01-02", [], "2025-01-24"),
        ("2025-01-01", None, "", "2025-01-24", ["checkin 2025-01"], "2025-01-29"),
        ("2025-01-01", None, "", "2025-01-29", ["start ", "checkin 2025-01"], "2025-02-24"),
        ("2025-01-01", "2025-01-29", "goal", "2025-01-29", ["end ", "checkin 2025-01"], None),
        ("2025-01-01", "2025-01-30", "goal", "2025-01-30", ["start ", "end ", "checkin 2025-01"], None),
        ("2025-01-01", "2025-01-20", "death", "2025-02-28", [], None),
        ("2025-01-17", None, "", "2025-01-30", [], "2025-01-31"),  # 15 open days on the 31st
        ("2025-01-18", None, "", "2025-01-31", [], "2025-02-15"),  # too late for January
        ("2024-02-15", None, "", "2024-02-29", ["checkin 2024-02"], "2024-03-14"),  # the leap day counts
        ("2025-02-15", None, "", "2025-02-28", [], "2025-03-15"),
        ("2025-03-24", None, "", "2025-04-03", [], "2025-04-21"),  # nothing of March
        ("2025-03-01", None, "", "2025-04-03", ["start ", "checkin 2025-03"], "2025-04-24"),  # asleep for days
        (  # asleep for months: what lost its window is due all the same, and will say so
            "2025-01-01",
            None,
            "",
            "2025-04-01",
            ["start ", "checkin 2025-01", "checkin 2025-02", "checkin 2025-03"],
            "2025-04-24",
        ),
        ("2025-01-01", "2025-03-10", "goal", "2025-02-01", ["start ", "checkin 2025-01"], "2025-02-24"),
        ("2024-02-01", None, "", "2024-02-29", ["start ", "checkin 2024-02"], "2024-03-24"),  # due on the leap day
        ("2025-01-31", None, "", "2025-02-28", ["start ", "checkin 2025-02"], "2025-03-24"),  # 28 days: the last
        ("2025-08-31", None, "", "2025-09-24", ["checkin 2025-09"], "2025-09-28"),
    ],
)
def test_what_is_due(
    started: str, ended: str | None, reason: str, today: str, due: list[str], plan_on: str | None
) -> None:
    facts = EnrolmentFacts(d(started), d(ended) if ended else None, reason, d(started))  # nothing seen yet
    found = plan(facts, d(today), RULES)
    assert [f"{each.survey} {each.period}" for each in found.due] == due
    assert found.plan_on == (d(plan_on) if plan_on else None)


def test_nothing_whose_window_closed_before_it_was_registered() -> None:
    facts = EnrolmentFacts(d("2023-01-01"), d("2024-01-01"), "goal", d("2025-01-01"))
    assert plan(facts, d("2025-01-01"), RULES).due == ()


@pytest.mark.parametrize(("registered", "due"), [("2025-04-07", ["checkin 2025-03"]), ("2025-04-08", [])])
def test_last_months_check_in_may_be_due(registered: str, due: list[str]) -> None:
    facts = EnrolmentFacts(d("2025-01-01"), None, "", d(registered))
    found = plan(facts, d(registered), RULES).due
    assert [f"{each.survey} {each.period}" for each in found if each.survey == "checkin"] == due


@pytest.mark.parametrize(
    ("entered", "in_time"),
    [("2025-01-01", True), ("2025-03-02", True), ("2025-03-03", False)],  # days 0, 60 and 61
)
def test_a_late_end_is_asked_within_60_days(entered: str, in_time: bool) -> None:
    corrected = EnrolmentFacts(
        d("2024-01-01"), d("2025-01-01"), "work", d("2024-01-01"), unseen_from=d("2024-01-01")
    )
    (end,) = (each for each in plan(corrected, d(entered), RULES).due if each.survey == "end")
    assert (d(entered) <= end.last_on) == in_time


def test_what_was_planned_before_does_not_come_again() -> None:
    facts = EnrolmentFacts(d("2025-01-01"), None, "", d("2025-01-01"), unseen_from=d("2025-02-24"))
    found = plan(facts, d("2025-02-24"), RULES)
    assert [(each.survey, each.period) for each in found.due] == [("checkin", "2025-02")]


WATCHED = EnrolmentFacts(d("2025-01-01"), None, "", d("2025-01-01"), watched_from=d("2025-03-20"))


@pytest.mark.parametrize(
    ("facts", "today", "checkins"),
    [
        # Every 14 days from the 20th of March; the last of a month is the month's own.
        (
            WATCHED,
            "2025-06-01",
            [
                ("2025-01", "2025-01-24"),
                ("2025-02", "2025-02-24"),
                ("2025-03", "2025-03-20"),
                ("2025-04-03", "2025-04-03"),
                ("2025-04", "2025-04-17"),
                ("2025-05-01", "2025-05-01"),
                ("2025-05-15", "2025-05-15"),
                ("2025-05", "2025-05-29"),
            ],
        ),
        # One who began on the 10th of April knows the provider from the 24th.
        (
            replace(WATCHED, started_on=d("2025-04-10"), registered_on=d("2025-04-10")),
            "2025-05-10",
            [("2025-04", "2025-04-24"), ("2025-05-01", "2025-05-01")],
        ),
        # Nothing from the end on.
        (
            replace(WATCHED, ended_on=d("2025-05-15"), end_reason="work", unseen_from=d("2025-05-01")),
            "2025-06-01",
            [("2025-05-01", "2025-05-01")],
        ),
        # Ended before the last one, on the 29th: the month's own falls due as without a watch, on the 24th.
        (
            replace(WATCHED, ended_on=d("2025-05-27"), end_reason="work", unseen_from=d("2025-05-01")),
            "2025-06-01",
            [("2025-05-01", "2025-05-01"), ("2025-05-15", "2025-05-15"), ("2025-05", "2025-05-24")],
        ),
        # Watch that begins in the last days of a month: its own is asked then, and once.
        (
            replace(WATCHED, watched_from=d("2025-04-28"), unseen_from=d("2025-04-01")),
            "2025-05-13",
            [("2025-04", "2025-04-28"), ("2025-05-12", "2025-05-12")],
        ),
    ],
)
def test_a_provider_under_watch(facts: EnrolmentFacts, today: str, checkins: list[tuple[str, str]]) -> None:
    found = [each for each in plan(facts, d(today), RULES).due if each.survey == "checkin"]
    assert [(each.period, each.due_on.isoformat()) for each in found] == checkins


@given(
    started=st.dates(d("2019-01-01"), d("2024-12-31")),
    length=st.none() | st.integers(0, 900),
    lateness=st.integers(0, 90),
    watched=st.none() | st.integers(0, 700),
    steps=st.lists(st.integers(0, 120), min_size=1, max_size=25),
)
def test_each_contact_falls_due_once(
    started: date, length: int | None, lateness: int, watched: int | None, steps: list[int]
) -> None:
    """Looking in steps, from one plan_on to the next, finds what one look at the end finds."""
    ended = None if length is None else started + timedelta(days=length)
    registered = started + timedelta(days=lateness)
    watched_from = None if watched is None else started + timedelta(days=watched)
    first = EnrolmentFacts(started, ended, "work" if ended else "", registered, date.min, watched_from)
    today, plan_on = registered, started
    found: list[PlannedOccasion] = []
    for step in steps:
        today += timedelta(days=step)
        if plan_on is not None and plan_on <= today:
            made = plan(replace(first, unseen_from=plan_on), today, RULES)
            assert made.plan_on is None or made.plan_on > today
            found += made.due
            plan_on = made.plan_on
    whole = plan(first, today, RULES).due
    assert sorted(found, key=str) == sorted(whole, key=str)
    keys = [(each.survey, each.period) for each in found]
    assert len(keys) == len(set(keys))
    assert all(each.due_on <= each.last_on for each in found)
    if watched_from is None:
        assert {each.period for each in found if each.survey == "checkin"} == {
            period for period in _months_open(started, ended, today) if _last_chance(period) >= registered
        }


@given(
    started=st.dates(d("2024-01-01"), d("2024-12-31")),
    length=st.none() | st.integers(0, 400),
    watched=st.dates(d("2023-12-01"), d("2025-06-30")),
)
def test_a_watch_loses_no_check_in(started: date, length: int | None, watched: date) -> None:
    ended = None if length is None else started + timedelta(days=length)
    plain = EnrolmentFacts(started, ended, "work" if ended else "", started)
    today = d("2025-08-01")
    own, under_watch = (
        {each.period for each in plan(facts, today, RULES).due if each.survey == "checkin"}
        for facts in (plain, replace(plain, watched_from=watched))
    )
    assert own <= under_watch


def _months_open(started: date, ended: date | None, today: date) -> set[str]:
    """By counting days: the months with 15 open days by their check-in, whose check-in has come by today."""
    open_days: dict[str, int] = {}
    asked = set()
    day = started
    while day <= today and (ended is None or day < ended):
        month = f"{day:%Y-%m}"
        open_days[month] = open_days.get(month, 0) + 1
        if day.day >= 24 and open_days[month] >= 15:
            asked.add(month)
        day += timedelta(days=1)
    return asked


def _last_chance(period: str) -> date:
    return (d(f"{period}-01") + timedelta(days=32)).replace(day=7)


OPEN = EnrolmentFacts(d("2025-01-10"), None, "", d("2025-01-10"))
ENDED = replace(OPEN, ended_on=d("2025-06-01"), end_reason="work")


@pytest.mark.parametrize(
    ("enrolment", "survey", "period", "why"),
    [
        (OPEN, "start", "", None),
        (OPEN, "checkin", "2025-05", None),
        (ENDED, "end", "", None),
        (replace(ENDED, end_reason="death"), "end", "", Reason.DIED),
        (replace(ENDED, end_reason="death"), "checkin", "2025-05", Reason.DIED),
        (ENDED, "start", "", Reason.ENDED_BEFORE),
        (ENDED, "checkin", "2025-05", Reason.ENDED),
        (OPEN, "end", "", Reason.NOT_ENDED),
        (replace(ENDED, ended_on=d("2025-06-04")), "end", "", Reason.NOT_ENDED),
        (replace(OPEN, started_on=d("2025-05-07")), "start", "", Reason.STARTED_LATER),
        (replace(OPEN, started_on=d("2025-05-06")), "start", "", None),
        (
            replace(OPEN, started_on=d("2025-05-18")),
            "checkin",
            "2025-05",
            Reason.TOO_FEW_DAYS,
        ),
        (OPEN, "checkin", "2025-05-15", Reason.WATCH_LIFTED),
        (replace(OPEN, watched_from=d("2025-05-01")), "checkin", "2025-05-15", None),
    ],
)
def test_what_the_register_no_longer_asks_for(
    enrolment: EnrolmentFacts, survey: str, period: str, why: Reason | None
) -> None:
    assert withdrawn(enrolment, survey, period, d("2025-06-03"), RULES) == why


def facts(**changes: object) -> ContactFacts:
    values: dict[str, object] = {
        "survey": "checkin",
        "expires_at": NOW + timedelta(days=10),
        "withdrawn": None,
        "address_states": frozenset({"active"}),
        "customer_busy": False,
        "last_contact_at": None,
        "outranked": False,
    }
    return ContactFacts(**{**values, **changes})  # type: ignore[arg-type]  # named fields, one at a time


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Open),
        ({"withdrawn": Reason.ENDED}, "cancelled"),
        ({"exempt": True}, "held_back"),
        ({"exempt": True, "address_states": frozenset({"opted_out"})}, "held_back"),
        ({"exempt": True, "withdrawn": Reason.ENDED}, "cancelled"),
        ({"address_states": frozenset({"opted_out"})}, "opted_out"),
        ({"address_states": frozenset({"opted_out", "active"})}, Open),
        ({"address_states": frozenset({"opted_out"}), "expires_at": NOW}, "opted_out"),
        ({"address_states": frozenset()}, Hold),
        ({"address_states": frozenset({"unreachable"})}, Hold),
        ({"address_states": frozenset(), "expires_at": NOW}, "unreachable"),
        ({"expires_at": NOW}, "expired"),
        ({"customer_busy": True}, Hold),
        ({"outranked": True}, Hold),
        ({"start_this_week": True}, Hold),
        ({"survey": "start", "start_this_week": True}, Open),
        ({"survey": "end", "start_this_week": True}, Open),
        ({"last_contact_at": NOW - timedelta(days=6)}, Hold),
        ({"last_contact_at": NOW - timedelta(days=7)}, Open),
        ({"last_contact_at": NOW + timedelta(hours=1)}, Hold),  # the clock has stepped back
    ],
)
def test_may_it_be_made_now(changes: dict[str, object], expected: object) -> None:
    decision = may_open(facts(**changes), NOW, RULES, WINDOW)
    if isinstance(expected, str):
        assert isinstance(decision, Close)
        assert decision.outcome == expected
    else:
        assert isinstance(decision, expected)  # type: ignore[arg-type]  # a class, by the table above
    if not isinstance(decision, Open):
        assert worded(decision.reason).endswith(".")


def test_held_until_the_first_week_is_over() -> None:
    decision = may_open(facts(start_this_week=True), NOW, RULES, WINDOW)
    assert decision == Hold(
        datetime(2025, 6, 8, 22, tzinfo=UTC),  # Monday's midnight in Stockholm
        Reason.START_THIS_WEEK,
    )


def test_what_expires_says_what_stood_in_its_way() -> None:
    never_looked_at = may_open(facts(expires_at=NOW), NOW, RULES, WINDOW)
    closed = may_open(facts(expires_at=NOW, hindrance="outside_hours"), NOW, RULES, WINDOW)
    assert never_looked_at == Close(Outcome.EXPIRED, "planned_too_late")
    assert closed == Close(Outcome.EXPIRED, "closed_expired:outside_hours")


@pytest.mark.parametrize(
    ("held", "code"),
    [
        ({"customer_busy": True}, "busy"),
        ({"last_contact_at": NOW - timedelta(days=6)}, "spacing"),
        ({"outranked": True}, "outranked"),
        ({"start_this_week": True}, "start_this_week"),
    ],
)
def test_held_by_a_rule_until_too_late(held: dict[str, object], code: str) -> None:
    decision = may_open(facts(**held), NOW, RULES, WINDOW)
    assert isinstance(decision, Hold)
    assert decision.reason == code
    later = may_open(facts(**held, hindrance=code, expires_at=NOW), NOW, RULES, WINDOW)
    assert later == Close(Outcome.HELD_BACK, f"closed_held_back:{code}")


def test_spacing_changed_while_held_stays_held_back() -> None:
    """Staff change ``contact.spacing`` from 7 days to 10 while a contact is held by it."""
    held = may_open(facts(last_contact_at=NOW - timedelta(days=6)), NOW, Rules(spacing=7), WINDOW)
    assert isinstance(held, Hold)
    assert held.reason == "spacing"
    later = facts(last_contact_at=NOW - timedelta(days=6), hindrance=held.reason, expires_at=NOW)
    assert may_open(later, NOW, Rules(spacing=10), WINDOW) == Close(Outcome.HELD_BACK, "closed_held_back:spacing")


def test_a_hindrance_without_a_code_expires() -> None:
    """An older program stored a sentence that no code stands for."""
    later = may_open(facts(hindrance="other:Solen sken.", expires_at=NOW), NOW, RULES, WINDOW)
    assert later == Close(Outcome.EXPIRED, "closed_expired:other%3ASolen sken.")


def test_a_hold_never_outlasts_the_window() -> None:
    soon = NOW + timedelta(minutes=5)
    decision = may_open(facts(customer_busy=True, expires_at=soon), NOW, RULES, SendWindow(ZONE))
    assert isinstance(decision, Hold)
    assert decision.until == soon
