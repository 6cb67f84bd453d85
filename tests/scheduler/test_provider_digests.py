"""Three years of a small provider's digests, as they are composed from the database; and what they are made of."""

import random
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from reporting.disclosure.digest_releases import Atom, Quarter
from reporting.disclosure.suppression import Count
from scheduler.planning.rules import Rules
from scheduler.provider_digests import Composed, Subject, Terms, compose, final_after, queue
from storage.database.engine import Database
from storage.tables import digest_figure, provider
from tests.conftest import Template
from tests.support.disclosure.digest_attacker import read, solved, yearly
from tests.support.providers import at
from tests.support.providers import read as imported

ZONE = ZoneInfo("Europe/Stockholm")
YEARS = (2023, 2024, 2025)
RULES = Rules()


async def composed(db: Database, month: str, today: date, ref: str = "P1") -> Composed:
    """The digest of ``month``, put on record as sent."""
    async with db.begin() as conn:
        id_ = (await conn.execute(select(provider.c.id).where(provider.c.ref == ref))).scalar_one()
        subject = Subject(id_, ref, month)
        made = await compose(conn, subject, Terms({"sms", "telegram"}, RULES, ZONE), at(today))
        await queue(conn, subject, made, ZONE, at(today))
        return made


class Register:
    """Enrolments with one answer each, to be imported as the years go by."""

    def __init__(self) -> None:
        self.customers = ["ref,phone"]
        self.enrolments = ["ref,customer,provider,started_on,ended_on,end_reason"]
        self.answers = ["enrolment,survey,question,value,answered_on"]

    def add(self, who: str, provider_ref: str, point: str, on: date, satisfied: bool, reason: int = 0) -> None:
        self.customers.append(f"{who},")
        start = on - timedelta(days=28 if point == "start" else 20)
        end = f"{on},work" if point == "end" else ","
        self.enrolments.append(f"E{who},{who},{provider_ref},{start},{end}")
        self.answers.append(f"E{who},{point},overall,{5 if satisfied else 1},{on + timedelta(days=2)}")
        if reason:
            self.answers.append(f"E{who},{point},reason,{reason},{on + timedelta(days=2)}")

    async def hand_over(self, db: Database, folder: Path, today: date) -> None:
        """What has been added since the last time."""
        files = {
            "providers": "ref,name,phone\nP1,Alfa,070-174 06 58\nP2,Beta,\nP3,Gamma,\n",
            **{kind: "\n".join(getattr(self, kind)) + "\n" for kind in ("customers", "enrolments", "answers")},
        }
        await imported(db, folder, files, today)
        Register.__init__(self)


@pytest.fixture
async def small(tmp_path: Path, template: Template) -> Database:
    return Database.open(await template.sqlite(tmp_path / "small.db"))


async def learned(db: Database, folder: Path, seed: int) -> tuple[int, set[Atom]]:
    """(figures given, what they tell beyond the yearly reports) of a provider whom few answer."""
    dice = random.Random(seed)
    answers: dict[Atom, Count] = {}
    register, told, number = Register(), [], 0
    for year in YEARS:
        for month in range(1, 13):
            quarter: Quarter = (year, (month + 2) // 3)
            for point in ("start", "end"):
                for _ in range(dice.choice((0, 0, 1, 1, 2))):
                    number += 1
                    satisfied = dice.random() < 0.8
                    register.add(f"K{number}", "P1", point, date(year, month, dice.randint(1, 28)), satisfied)
                    before = answers.get((quarter, point), (0, 0))
                    answers[quarter, point] = before[0] + satisfied, before[1] + 1
            today = date(year + month // 12, month % 12 + 1, 2)
            await register.hand_over(db, folder, today)
            made = await composed(db, f"{year}-{month:02}", today)
            if (figure := made.digest.figure) is not None:
                found = [read(each.text, figure.last, figure.answered) for each in made.messages]
                assert None not in found
                told += [each for each in found if each is not None and each not in told]
    reports = yearly(answers)
    return len(told), solved(answers, [*reports, *told]) - solved(answers, reports)


@pytest.mark.parametrize("seed", range(3))
async def test_three_years_of_digests_give_no_answer_away(small: Database, tmp_path: Path, seed: int) -> None:
    try:
        given, found = await learned(small, tmp_path, seed)
        assert given >= 1
        assert found == set()
    finally:
        await small.close()


async def test_a_figure_stands_until_six_more_have_answered(db: Database, tmp_path: Path) -> None:
    register = Register()
    for n in range(8):
        register.add(f"A{n}", "P1", "start", date(2024, 1 + 3 * (n // 2), 10 + n), satisfied=n % 2 == 0)
    await register.hand_over(db, tmp_path, date(2025, 3, 31))
    first = await composed(db, "2025-03", date(2025, 4, 2))
    assert first.digest.figure is not None
    assert (first.digest.figure.satisfied, first.digest.figure.answered) == (4, 8)
    for n in range(5):  # five more in the first quarter
        register.add(f"B{n}", "P1", "start", date(2025, 2, 10 + n), satisfied=n < 2)
    await register.hand_over(db, tmp_path, date(2025, 6, 30))
    second = await composed(db, "2025-06", date(2025, 7, 2))
    assert second.digest.figure == first.digest.figure
    register.add("C1", "P1", "start", date(2025, 2, 20), satisfied=True)
    await register.hand_over(db, tmp_path, date(2025, 7, 3))
    third = await composed(db, "2025-07", date(2025, 8, 4))
    assert third.digest.figure is not None
    assert (third.digest.figure.satisfied, third.digest.figure.answered) == (6, 12)  # 4 - 1 + 3 of 8 - 2 + 6
    async with db.read() as conn:
        rows = await conn.execute(select(digest_figure.c.quarter, digest_figure.c.satisfied))
        assert sorted(tuple(row) for row in rows) == [(1, 6), (4, 4)]


@pytest.mark.parametrize(("others", "reasons", "themes"), [(1, 6, ("Bemötande",)), (0, 7, ()), (1, 5, ())])
async def test_a_theme_of_six_but_never_of_all(
    db: Database, tmp_path: Path, others: int, reasons: int, themes: tuple[str, ...]
) -> None:
    """``reasons`` customers give the treatment as their reason; 3 + ``others`` answer without a reason, or none."""
    register = Register()
    for n in range(reasons):
        register.add(f"A{n}", "P1", "start", date(2025, 1, 10 + n), satisfied=False, reason=2)
    for n in range(3 * others):
        register.add(f"B{n}", "P1", "start", date(2025, 2, 10 + n), satisfied=True)
    await register.hand_over(db, tmp_path, date(2026, 4, 1))
    assert (await composed(db, "2026-03", date(2026, 4, 2))).digest.themes == themes


async def test_the_others_are_several_providers_and_never_oneself(db: Database, tmp_path: Path) -> None:
    register = Register()
    for ref, satisfied in (("P1", 6), ("P2", 10)):
        for n in range(12):
            register.add(f"{ref}{n}", ref, "start", date(2025, 1, 10 + n), n < satisfied)
    await register.hand_over(db, tmp_path, date(2026, 4, 1))
    assert (await composed(db, "2026-03", date(2026, 4, 2))).digest.others is None
    register.add("P3x", "P3", "start", date(2025, 1, 10), satisfied=False)
    await register.hand_over(db, tmp_path, date(2026, 4, 3))
    assert (await composed(db, "2026-04", date(2026, 5, 4))).digest.others == (10, 13)


def test_when_a_quarter_is_final() -> None:
    # 60 days for a late end, 7 open, 14 in which an answer opens it again, 10 to spare
    assert final_after(RULES) == timedelta(days=91)
    assert final_after(Rules(end_window=90)) == timedelta(days=121)
