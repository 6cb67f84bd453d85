"""Which providers are proposed for watch, with which figures, and what staff and the report tell of them."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.cli.staff import watch
from bot.reports import quality_report
from reporting.figures.exact_test import Count
from reporting.supervision import proposals
from reporting.supervision.watch import propose
from storage.database.engine import Database
from storage.supervision import evidence
from storage.supervision import watch as decisions
from storage.supervision.values import ActionPlan, Watch
from storage.tables import case
from survey.unit.profile_file import example
from tests.support.providers import at, read

TODAY = date(2026, 11, 25)
WATCH = Watch("P1", date(2026, 3, 2), "Löften hölls inte", "6 kunder", "Anna", None, "")
PLAN = ActionPlan(
    *("Å1", "P1", "Uppföljningar saknas", "Egen rutin.", date(2026, 6, 30), "Bo", "followup.compliance"),
    *(date(2026, 3, 2), None, ""),
)
NONE: Mapping[str, Any] = {}


def grounds(
    satisfaction: Mapping[str, Count] = NONE,
    denials: Mapping[str, Count] = NONE,
    promises: Mapping[str, int] = NONE,
) -> dict[str, tuple[str, ...]]:
    found = propose(satisfaction, denials, promises)
    return {each.provider: each.grounds for each in found}


def test_far_below_the_others_is_a_ground() -> None:
    # 10 of 50 = 20 %, the others 150 of 200 = 75 %: z = (0.2 - 0.75) / sqrt(0.75 * 0.25 / 50) = -9.
    assert grounds(satisfaction={"P1": (10, 50), "P2": (150, 200)}) == {
        "P1": ("Andelen nöjda är tydligt lägre än hos övriga: 20 mot 75 procent (50 svar).",)
    }


def test_little_below_is_no_ground() -> None:
    # 30 of 50 = 60 %: z = -0.15 / 0.0612 = -2.4, outside 95 % alone.
    assert grounds(satisfaction={"P1": (30, 50), "P2": (150, 200)}) == {}


@pytest.mark.parametrize(("customers", "proposed"), [(5, False), (6, True)])
def test_six_broken_promises_are_a_ground(customers: int, proposed: bool) -> None:
    assert ("P1" in grounds(promises={"P1": customers})) == proposed


def test_pattern_of_denials_is_a_ground() -> None:
    # Six of ten denied, the others 2 of 200.
    assert grounds(denials={"P1": (6, 10), "P2": (2, 200)}) == {
        "P1": ("Kunder säger nej om 6 av 10 registrerade uppföljningar: 60 mot 1 procent hos övriga.",)
    }


def test_one_provider_alone_has_no_others() -> None:
    assert grounds(satisfaction={"P1": (0, 50)}) == {}


def register(unhappy: int) -> dict[str, str]:
    """Return a register: P1 has ``unhappy`` customers with a broken promise, P2 has ten satisfied ones."""
    refs = [f"A{n}" for n in range(unhappy)] + [f"B{n}" for n in range(10)]
    rows = [
        f"{ref},start,overall,{1 if ref < 'B' else 5},2026-10-02"
        + (f"\n{ref},start,reason,4,2026-10-02" if ref < "B" else "")
        for ref in refs
    ]
    return {
        "providers": "ref,name\nP1,Alfa\nP2,Beta\n",
        "customers": "ref,phone\n" + "".join(f"K{ref},\n" for ref in refs),
        "enrolments": "ref,customer,provider,started_on\n"
        + "".join(f"{ref},K{ref},P{1 if ref < 'B' else 2},2026-09-01\n" for ref in refs),
        "a": "enrolment,survey,question,value,answered_on\n" + "\n".join(rows) + "\n",
    }


async def test_proposal_opens_one_case(db: Database, tmp_path: Path) -> None:
    await read(db, tmp_path, register(6), TODAY)
    assert await proposals.open_cases(db, TODAY, at(TODAY)) == 1
    assert await proposals.open_cases(db, TODAY, at(TODAY)) == 0
    async with db.begin() as conn:
        (text,) = (await conn.execute(select(case.c.text).where(case.c.kind == "watch"))).scalars()
        assert text.startswith("Alfa: ")
        assert "6 kunder säger att det som utlovades inte hölls." in text
        assert await evidence.watches(conn, TODAY, TODAY) == []
        (proposed,) = await proposals.proposals(conn, TODAY)
        await decisions.put_under_watch(
            conn, "P1", reason="Löften", figures=" ".join(proposed.grounds), by="Anna", today=TODAY, now=at(TODAY)
        )
        assert await proposals.proposals(conn, TODAY) == []
    later = TODAY + timedelta(days=400)
    async with db.read() as conn:
        assert await proposals.proposals(conn, later) == []  # and what is long past is no ground


async def test_person_counts_once_by_the_latest_answer(db: Database, tmp_path: Path) -> None:
    files = {
        "providers": "ref,name\nP1,Alfa\n",
        "customers": "ref,phone\nK1,\nK2,\n",
        "enrolments": "ref,customer,provider,started_on,ended_on,end_reason\n"
        "E1,K1,P1,2026-03-02,2026-04-20,work\nE2,K1,P1,2026-08-03,,\nE3,K2,P1,2026-08-03,,\n",
        "a": "enrolment,survey,question,value,answered_on\n"
        "E1,start,overall,1,2026-04-01\nE1,end,overall,2,2026-04-21\n"
        "E2,start,overall,5,2026-09-02\nE3,start,overall,4,2026-09-02\n",
    }
    await read(db, tmp_path, files, TODAY)
    async with db.read() as conn:
        # K1 at the start: 5, not 1; K1 at the end: 2; K2 at the start: 4.
        assert await evidence.satisfaction(conn, date(2026, 1, 1)) == {"P1": (2, 3)}
        # Within half a year of today only the latter two.
        assert await evidence.satisfaction(conn, date(2026, 7, 1)) == {"P1": (2, 2)}


async def test_staff_and_report_tell_the_same(db: Database, tmp_path: Path) -> None:
    await read(db, tmp_path, register(6), TODAY)
    header = "ref,provider,deficiency,measures,due_on,responsible,indicator,decided_on"
    row = "Å1,P2,Sena svar,Egen rutin,2026-11-20,Bo,followup.compliance,2026-11-01"
    await read(db, tmp_path, {"plans": f"{header}\n{row}\n"}, TODAY)
    before = await watch.seen(db, TODAY)
    assert "Föreslås: 1." in before
    assert "6 kunder säger" in before
    assert "Å1 Beta: Sena svar, klar senast 2026-11-20 (FÖRSENAD)" in before
    async with db.begin() as conn:
        await decisions.put_under_watch(
            conn, "P1", reason="Löften hölls inte", figures="", by="Anna", today=TODAY, now=at(TODAY)
        )
    after = await watch.seen(db, TODAY)
    assert "P1 Alfa, sedan 2026-11-25 (Anna): Löften hölls inte" in after
    quality = await quality_report(db, 2026, at(TODAY), unit=example())
    assert [row[:2] + row[4:] for row in quality.actions.rows] == [
        ("Alfa", "Löften hölls inte", "Sedan 2026-11-25"),
        ("Beta", "Sena svar", "Försenad"),
    ]
