"""Every contact that falls due has one outcome with a reason, and the audit notices when one has not."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from bot.cli.staff.planning import line
from bot.reports import AskedBy, quality_report
from storage.database.engine import Database
from storage.outcomes.accounts import Problem
from storage.outcomes.history import Entry, Message
from storage.outcomes.ledger import Row
from storage.supervision.watch import lift, put_under_watch, watch_provider
from storage.tables import occasion, outbox, session
from survey.codes import LedgerFault, Reason
from survey.unit.profile_file import example
from tests.support.unit import ZONE, Unit, at

BEGAN = at("2026-03-02 10:00")


@pytest.fixture
async def unit(db: Database, tmp_path: Path) -> Unit:
    return Unit(db, tmp_path)


async def _live(unit: Unit, first: str, last: str) -> None:
    """Once a day, in the hours in which messages may be sent."""
    now = at(f"{first} 10:00")
    while now < at(f"{last} 23:00"):
        await unit.tick(now)
        now += timedelta(days=1)


async def test_half_a_year_adds_up(unit: Unit) -> None:
    await unit.register(BEGAN, 2, "E1,K1,P1,2026-03-02,,", "E2,K2,P2,2026-03-16,2026-04-20,work")
    await _live(unit, "2026-03-02", "2026-06-10")
    ledger = await unit.ledger(at("2026-06-10 23:00"))
    assert ledger.problems == ()
    assert ledger.adds_up
    found = {
        (month, provider): (account.due, account.corrected, {k: n for k, n in account.places.items() if n})
        for month, provider in sorted({key[:2] for key in ledger.accounts})
        for account in [ledger.total(month, provider)]
    }
    # Nobody answers. E1: its start was due on 30/3, the check-in of March on 24/3; both were asked, a week apart.
    assert found == {
        ("2026-03", "P1"): (2, 0, {"no_answer": 2}),
        ("2026-03", "P2"): (1, 0, {"no_answer": 1}),
        ("2026-04", "P1"): (1, 0, {"no_answer": 1}),
        ("2026-04", "P2"): (2, 0, {"no_answer": 2}),
        ("2026-05", "P1"): (1, 0, {"no_answer": 1}),
    }
    whole = ledger.total()
    assert (whole.due, whole.places["no_answer"]) == (7, 7)
    assert ledger.total(survey="start").due == 2
    asked_by = AskedBy(unit.rules, ZONE)
    report = await quality_report(unit.db, 2026, at("2026-06-10 23:00"), unit=example(), asked_by=asked_by)
    told = {each.survey: (each.due, each.corrected, sum(each.places.values())) for each in report.background.dues}
    for survey in ("start", "end", "checkin"):  # the report's sums are these
        whole = ledger.total(survey=survey)
        assert told[survey] == (whole.due, whole.corrected, whole.due + whole.corrected)


async def test_a_contact_that_vanished_is_missed(unit: Unit) -> None:
    await unit.register(BEGAN, 1, "E1,K1,P1,2026-03-02,,")
    await unit.tick(at("2026-03-30 08:00"))
    async with unit.db.begin() as conn:
        await conn.execute(delete(occasion).where(occasion.c.survey == "start"))
    ledger = await unit.ledger(at("2026-03-30 08:00"))
    assert not ledger.adds_up
    assert ledger.problems == (Problem("E1", "start", "", LedgerFault.MISSING, "2026-03-30"),)


async def test_unplanned_contacts_are_not_missing(unit: Unit) -> None:
    await unit.register(BEGAN, 1, "E1,K1,P1,2026-03-02,,")
    ledger = await unit.ledger(at("2026-03-30 08:00"))
    assert ledger.adds_up
    assert ledger.total().places == {"unplanned": 2}


async def test_a_row_that_says_nothing_is_a_problem(unit: Unit) -> None:
    await unit.register(BEGAN, 1, "E1,K1,P1,2026-03-02,,")
    await unit.tick(at("2026-03-30 10:00"))
    async with unit.db.begin() as conn:
        await conn.execute(update(session).values(is_open=0))
    ledger = await unit.ledger(at("2026-03-30 10:00"))
    assert ledger.problems == (Problem("E1", "start", "", LedgerFault.NO_OUTCOME),)
    assert not ledger.adds_up


ROW = Row(
    survey="start",
    period="",
    due_at=BEGAN,
    look_at=BEGAN,
    opened_at=None,
    closed_at=None,
    outcome="",
    reason="",
    session_open=None,
)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (ROW, None),  # the next look has not come
        (replace(ROW, look_at=BEGAN + timedelta(days=1), reason="outside_hours"), None),
        (replace(ROW, look_at=BEGAN + timedelta(days=1)), LedgerFault.HELD_IN_SILENCE),
        (replace(ROW, opened_at=BEGAN, session_open=1, reason="asked"), None),
        (replace(ROW, opened_at=BEGAN, session_open=0), LedgerFault.NO_OUTCOME),
        (replace(ROW, opened_at=BEGAN), LedgerFault.NO_OUTCOME),
        (replace(ROW, outcome="completed", closed_at=BEGAN, reason="imported"), None),  # of earlier years
        (replace(ROW, outcome="completed", closed_at=BEGAN), LedgerFault.NO_REASON),
        (replace(ROW, outcome="completed", reason="all_answered"), LedgerFault.NO_TIME),
        (
            replace(ROW, outcome="expired", reason="lapsed", closed_at=BEGAN, session_open=1),
            LedgerFault.STILL_OPEN,
        ),
        (  # a late answer has opened it again
            replace(ROW, outcome="no_answer", reason="lapsed", closed_at=BEGAN, session_open=1, heard_at=BEGAN),
            None,
        ),
        (replace(ROW, outcome="lost", reason="?", closed_at=BEGAN), LedgerFault.UNKNOWN_OUTCOME),
    ],
)
def test_what_a_row_must_say(row: Row, fault: LedgerFault | None) -> None:
    assert row.fault(BEGAN) == fault


async def test_a_moved_start_moves_the_question(unit: Unit) -> None:
    """The start was entered a month early: the question waits for the right day, and is asked once."""
    await unit.register(BEGAN, 1, "E1,K1,P1,2026-03-02,,")
    await unit.tick(at("2026-03-30 08:00"))  # due, and held for the hour
    await unit.register(at("2026-03-30 08:30"), 1, "E1,K1,P1,2026-04-01,,")
    await unit.tick(at("2026-03-30 10:00"))
    start = next(each for each in await unit.told() if each.survey == "start")
    assert (start.outcome, start.reason) == ("cancelled", Reason.STARTED_LATER)
    assert (await unit.ledger(at("2026-03-30 10:00"))).adds_up
    await unit.tick(at("2026-04-29 10:00"))
    start = next(each for each in await unit.told() if each.survey == "start")
    assert (start.due_at, start.opened_at) == (at("2026-04-29 00:00"), at("2026-04-29 10:00"))
    assert (await unit.ledger(at("2026-04-29 10:00"))).adds_up


async def test_a_withdrawn_end_is_cancelled(unit: Unit) -> None:
    await unit.register(BEGAN, 1, "E1,K1,P1,2026-01-07,2026-03-02,work")
    await unit.tick(at("2026-03-02 08:00"))
    await unit.register(at("2026-03-02 08:30"), 1, "E1,K1,P1,2026-01-07,,")
    await unit.tick(at("2026-03-02 09:30"))
    assert (await unit.outcomes())["end"] == "cancelled"
    await unit.register(at("2026-05-04 08:30"), 1, "E1,K1,P1,2026-01-07,2026-05-04,work")
    await unit.tick(at("2026-05-04 10:00"))
    assert (await unit.outcomes())["end"] == "open"
    assert (await unit.ledger(at("2026-05-04 10:00"))).adds_up


async def test_corrections_never_ask_a_question_again(unit: Unit) -> None:
    await unit.register(BEGAN, 1, "E1,K1,P1,2026-03-02,,")
    await unit.tick(at("2026-03-30 10:00"))
    for start in ("2026-03-03", "2026-02-20", "2026-03-02"):
        await unit.register(at("2026-04-20 10:00"), 1, f"E1,K1,P1,{start},,")
        await _live(unit, "2026-04-20", "2026-05-01")
    asked = select(outbox.c.key).join(occasion).where(occasion.c.survey == "start")
    async with unit.db.read() as conn:
        keys = list((await conn.execute(asked)).scalars())
    assert len([key for key in keys if key.endswith(":0")]) == 1


async def test_an_unchanged_register_read_again_plans_nothing_anew(unit: Unit) -> None:
    await unit.register(BEGAN, 1, "E1,K1,P1,2026-03-02,,")
    await unit.tick(at("2026-03-30 10:00"))
    await unit.register(at("2026-03-31 10:00"), 1, "E1,K1,P1,2026-03-02,,")
    assert await unit.planner.plan(at("2026-03-31 10:00")) == 0


async def test_the_check_in_gives_way_to_start(unit: Unit) -> None:
    # E1's check-in of June falls due on Wednesday the 24th, E2's start on Thursday the 25th, to one customer.
    await unit.register(BEGAN, 1, "E1,K1,P1,2026-01-01,,")
    await _live(unit, "2026-05-20", "2026-06-10")
    await unit.register(at("2026-06-10 23:00"), 1, "E1,K1,P1,2026-01-01,,", "E2,K1,P2,2026-05-28,,")
    await unit.tick(at("2026-06-24 10:00"))
    waits = next(each for each in await unit.told() if (each.enrolment, each.period) == ("E1", "2026-06"))
    assert waits.reason == Reason.START_THIS_WEEK
    assert waits.look_at == at("2026-06-29 00:00")
    await unit.tick(at("2026-06-25 10:00"))
    opened = [each for each in await unit.told() if each.opened_at == at("2026-06-25 10:00")]
    assert [(each.enrolment, each.survey) for each in opened] == [("E2", "start")]


async def test_a_watch_asks_every_14_days(unit: Unit) -> None:
    await unit.register(BEGAN, 1, "E1,K1,P1,2026-01-07,,")
    await unit.tick(at("2026-04-07 10:00"))
    async with unit.db.begin() as conn:
        await watch_provider(conn, "P1", at("2026-05-04 00:00").astimezone(ZONE).date(), BEGAN.date())
    await _live(unit, "2026-04-08", "2026-06-16")
    asked = [
        (each.period, f"{each.opened_at.astimezone(ZONE):%m-%d}")
        for each in await unit.told()
        if each.survey == "checkin" and each.opened_at and each.opened_at > at("2026-04-20 00:00")
    ]
    assert asked == [
        ("2026-04", "04-24"),
        ("2026-05-04", "05-04"),
        ("2026-05", "05-18"),
        ("2026-06-01", "06-01"),
        ("2026-06-15", "06-15"),
    ]
    async with unit.db.begin() as conn:
        await watch_provider(conn, "P1", None, at("2026-06-16 23:00").date())
    await _live(unit, "2026-06-17", "2026-06-30")
    ledger = await unit.ledger(at("2026-06-30 23:00"))
    assert ledger.problems == ()
    assert (await unit.outcomes())["checkin 2026-06"] == "open"  # the month's own, on the 24th


async def test_contacts_due_under_a_watch_stay_due(unit: Unit) -> None:
    await unit.register(BEGAN, 1, "E1,K1,P1,2026-01-07,,")
    await _live(unit, "2026-04-08", "2026-05-04")
    async with unit.db.begin() as conn:
        await put_under_watch(
            conn,
            "P1",
            reason="Löften hålls inte.",
            figures="",
            by="anna",
            today=date(2026, 5, 4),
            now=at("2026-05-04 08:00"),
        )
    await _live(unit, "2026-05-04", "2026-06-20")
    before = await unit.ledger(at("2026-06-20 20:00"))
    async with unit.db.begin() as conn:
        await lift(conn, "P1", "Löften hålls.", "anna", date(2026, 6, 21))
    after = await unit.ledger(at("2026-06-21 08:00"))
    # Asked on 4 and 18 May, 1 and 15 June: without the watch it had been 25 May, and 24 June is still to come.
    assert (before.total().due, before.total().corrected) == (after.total().due, after.total().corrected)
    assert after.total().corrected == 0
    assert after.problems == ()


@pytest.mark.parametrize(
    ("watched_from", "left_on", "asked"),
    [
        # From the 14th: asked then, and next on the 28th. Left on the 26th: the month's own was due on the 24th.
        ("2026-05-14", "2026-05-26", {"checkin 2026-05-14": "no_answer", "checkin 2026-05": "open"}),
        # From the 12th: the last of the month, on the 26th, was the month's own. It is not asked for again.
        ("2026-05-12", "2026-05-27", {"checkin 2026-05-12": "no_answer", "checkin 2026-05": "open"}),
        # Left before the 24th: it comes as it would have.
        ("2026-05-10", "2026-05-20", {"checkin 2026-05-10": "no_answer", "checkin 2026-05": "open"}),
    ],
)
async def test_a_lifted_watch_keeps_the_check_in(
    unit: Unit, watched_from: str, left_on: str, asked: dict[str, str]
) -> None:
    await unit.register(BEGAN, 1, "E1,K1,P1,2026-01-07,,")
    await _live(unit, "2026-04-30", watched_from)
    async with unit.db.begin() as conn:
        await watch_provider(conn, "P1", date.fromisoformat(watched_from), date.fromisoformat(watched_from))
    await _live(unit, watched_from, left_on)
    async with unit.db.begin() as conn:
        await watch_provider(conn, "P1", None, date.fromisoformat(left_on))
    ledger = await unit.ledger(at(f"{left_on} 12:00"))
    assert ledger.problems == ()  # known to be due, and the planner comes to it
    await _live(unit, left_on, "2026-05-29")
    assert {name: what for name, what in (await unit.outcomes()).items() if "2026-05" in name} == asked
    ledger = await unit.ledger(at("2026-05-29 23:00"))
    assert ledger.problems == ()
    assert "unplanned" not in ledger.total().places


async def test_a_watch_begun_unseen_loses_no_month(unit: Unit) -> None:
    """From the 11th of May the month's own comes on the 25th; from the 16th of June, it was due on the 24th."""
    await unit.register(BEGAN, 1, "E1,K1,P1,2026-01-07,,")
    await _live(unit, "2026-04-30", "2026-05-11")
    for watched_from, today in (("2026-05-11", "2026-05-12"), ("2026-06-16", "2026-06-17")):
        async with unit.db.begin() as conn:
            await watch_provider(conn, "P1", date.fromisoformat(watched_from), date.fromisoformat(today))
        assert (await unit.ledger(at(f"{today} 09:00"))).problems == ()
        await unit.tick(at(f"{today} 10:00"))
        ledger = await unit.ledger(at(f"{today} 10:00"))
        assert ledger.problems == ()
        assert "unplanned" not in ledger.total().places


async def test_a_backlog_goes_by_importance(unit: Unit) -> None:
    await unit.register(
        BEGAN,
        4,
        "E1,K1,P1,2026-01-01,,",  # its check-ins of February and March
        "E2,K2,P1,2026-01-01,2026-03-10,work",  # its end
        "E3,K3,P1,2026-03-05,,",  # its start, and the check-in of March
        "E4,K4,P1,2025-12-01,2026-02-01,work",  # an end of too long ago
    )
    await unit.planner.plan(at("2026-03-02 10:00"))
    await unit.tick(at("2026-04-07 10:00"))  # asleep for five weeks; the 6th was Easter Monday
    async with unit.db.read() as conn:
        sent = (
            await conn.execute(
                select(occasion.c.survey, outbox.c.priority)
                .join(occasion, occasion.c.id == outbox.c.occasion_id)
                .order_by(outbox.c.priority, outbox.c.not_before, outbox.c.id)
            )
        ).all()
    assert sent == [("start", 1), ("end", 2), ("checkin", 3)]
    entries = [each for name in ("K1", "K2", "K3", "K4") for each in await unit.told(name)]
    told = {f"{each.enrolment} {each.survey} {each.period}": each for each in entries}
    assert told["E1 checkin 2026-02"].outcome == "expired"
    assert told["E1 checkin 2026-02"].reason == Reason.PLANNED_TOO_LATE
    assert told["E4 end "].outcome == "expired"
    assert (await unit.ledger(at("2026-04-07 10:00"))).adds_up


ENTRY = Entry(
    enrolment="E1",
    survey="start",
    period="",
    due_at=at("2026-03-30 00:00"),
    look_at=at("2026-03-30 09:00"),
    opened_at=None,
    closed_at=None,
    outcome="",
    reason="",
    message=None,
)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (
            ENTRY,
            "E1 efter fyra veckor: förföll 2026-03-30 00:00, väntar, ses igen 2026-03-30 09:00. "
            "Väntar på nästa genomgång.",
        ),
        (
            replace(
                ENTRY,
                opened_at=at("2026-03-30 09:00"),
                reason="asked",
                message=Message("sms", "delivered", at("2026-03-30 09:01"), ""),
            ),
            "E1 efter fyra veckor: förföll 2026-03-30 00:00, ställd 2026-03-30 09:00, "
            "SMS levererat 2026-03-30 09:01, öppen. Frågan är ställd.",
        ),
        (
            replace(
                ENTRY,
                survey="checkin",
                period="2026-03",
                opened_at=at("2026-03-30 09:00"),
                closed_at=at("2026-03-30 09:02"),
                outcome="unreachable",
                reason="undelivered",
                message=Message("sms", "failed", at("2026-03-30 09:02"), "refused_receiver:21211"),
            ),
            "E1 månadsavstämning 2026-03: förföll 2026-03-30 00:00, ställd 2026-03-30 09:00, SMS kom inte fram "
            "2026-03-30 09:02 (Mottagaren går inte att nå (21211)), gick inte att nå 2026-03-30 09:02. "
            "Meddelandet gick inte att leverera.",
        ),
    ],
)
def test_why_in_one_line(entry: Entry, words: str) -> None:
    assert line(entry, ZONE) == words
