"""When a contact is due: the definitions of REPORT.md as tables."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.hours import SendWindow
from scheduler.rules import Close, ContactFacts, EnrolmentFacts, Hold, Open, Rules, may_open, plan

RULES = Rules()
ZONE = ZoneInfo("Europe/Stockholm")
NOW = datetime(2025, 6, 3, 10, tzinfo=UTC)  # a Tuesday at noon in Stockholm


def d(text: str) -> date:
    return date.fromisoformat(text)


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
    ],
)
def test_what_is_due(
    started: str, ended: str | None, reason: str, today: str, due: list[str], plan_on: str | None
) -> None:
    facts = EnrolmentFacts(d(started), d(ended) if ended else None, reason, d(started))
    found = plan(facts, d(today), RULES)
    assert [f"{each.survey} {each.period}" for each in found.due] == due
    assert found.plan_on == (d(plan_on) if plan_on else None)


def test_nothing_whose_window_closed_before_it_was_registered() -> None:
    facts = EnrolmentFacts(d("2023-01-01"), d("2024-01-01"), "goal", d("2025-01-01"))
    assert plan(facts, d("2025-01-01"), RULES).due == ()


def test_an_end_entered_late_is_asked_within_60_days() -> None:
    facts = EnrolmentFacts(d("2024-01-01"), d("2025-01-01"), "goal", d("2025-02-20"))
    (end,) = plan(facts, d("2025-02-20"), RULES).due
    assert (end.survey, end.last_on) == ("end", d("2025-03-02"))


def facts(**changes: object) -> ContactFacts:
    values: dict[str, object] = {
        "survey": "checkin",
        "expires_at": NOW + timedelta(days=10),
        "ended": False,
        "died": False,
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
        ({"died": True}, "cancelled"),
        ({"ended": True}, "cancelled"),
        ({"survey": "start", "ended": True}, "cancelled"),
        ({"survey": "end", "ended": True}, Open),
        ({"address_states": frozenset({"opted_out"})}, "opted_out"),
        ({"address_states": frozenset()}, Hold),
        ({"address_states": frozenset(), "expires_at": NOW}, "unreachable"),
        ({"expires_at": NOW}, "expired"),
        ({"customer_busy": True}, Hold),
        ({"outranked": True}, Hold),
        ({"last_contact_at": NOW - timedelta(days=6)}, Hold),
        ({"last_contact_at": NOW - timedelta(days=7)}, Open),
    ],
)
def test_may_it_be_made_now(changes: dict[str, object], expected: object) -> None:
    decision = may_open(facts(**changes), NOW, RULES, SendWindow.parse("09:00-19:00", ZONE))
    if isinstance(expected, str):
        assert isinstance(decision, Close)
        assert decision.outcome == expected
    else:
        assert isinstance(decision, expected)  # type: ignore[arg-type]  # a class, by the table above
    if not isinstance(decision, Open):
        assert decision.reason.endswith(".")


def test_a_hold_never_outlasts_the_window() -> None:
    soon = NOW + timedelta(minutes=5)
    decision = may_open(facts(customer_busy=True, expires_at=soon), NOW, RULES, SendWindow(ZONE))
    assert isinstance(decision, Hold)
    assert decision.until == soon
