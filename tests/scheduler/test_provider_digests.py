"""A provider's digest tells what is published of it, and nothing that has come since."""

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from reporting.publishing.counted_reader import read_counted
from reporting.publishing.publish import publish
from scheduler.provider_digests import Composed, Subject, Terms, compose, queue, report_to_tell
from storage.database.engine import Database
from storage.figures import releases
from storage.tables import provider
from tests.support.providers import at
from tests.support.providers import read as imported

ZONE = ZoneInfo("Europe/Stockholm")
PUBLISHED_ON = date(2026, 2, 10)


class Register:
    """Enrolments with one answer each, to be imported together."""

    def __init__(self, added: int = 0) -> None:
        self.added = added
        self.customers = ["ref,phone"]
        self.enrolments = ["ref,customer,provider,started_on,ended_on,end_reason"]
        self.answers = ["enrolment,survey,question,value,answered_on"]

    def add(self, ref: str, people: int, satisfied: int, reason: int = 0, on: date = date(2025, 3, 1)) -> None:
        """So many people of a provider answer at the start; those who are not satisfied give the reason."""
        for n in range(people):
            self.added += 1
            who = f"{ref}-{self.added}"
            self.customers.append(f"{who},")
            self.enrolments.append(f"E{who},{who},{ref},{on - timedelta(days=28)},,")
            self.answers.append(f"E{who},start,overall,{5 if n < satisfied else 1},{on + timedelta(days=2)}")
            if reason and n >= satisfied:
                self.answers.append(f"E{who},start,reason,{reason},{on + timedelta(days=2)}")

    async def hand_over(self, db: Database, folder: Path, today: date) -> None:
        """Import what has been added since the last time."""
        files = {
            "providers": "ref,name,phone\nP1,Alfa,070-174 06 58\nP2,Beta,070-174 06 59\nP3,Gamma,\n",
            **{kind: "\n".join(getattr(self, kind)) + "\n" for kind in ("customers", "enrolments", "answers")},
        }
        await imported(db, folder, files, today)
        Register.__init__(self, self.added)


async def published(db: Database, today: date = PUBLISHED_ON, reason: str | None = None) -> None:
    async with db.begin() as conn:
        now = at(today).astimezone(ZONE)
        await publish(conn, await read_counted(conn, 2025, (), now), now, reason)


async def composed(db: Database, month: str, today: date, ref: str = "P1") -> Composed:
    """The digest of ``month``, put on record as sent."""
    async with db.begin() as conn:
        id_ = (await conn.execute(select(provider.c.id).where(provider.c.ref == ref))).scalar_one()
        subject = Subject(id_, ref, month)
        report = await report_to_tell(conn, today)
        made = await compose(conn, subject, Terms({"sms", "telegram"}, ZONE, "Nacka"), report, at(today))
        await queue(conn, subject, made, ZONE, at(today))
        return made


@pytest.fixture
async def register(db: Database, tmp_path: Path) -> Register:
    """P1 has 12 of 20 satisfied, P2 15 of 25, P3 3 of 11."""
    made = Register()
    for ref, people, satisfied in (("P1", 20, 12), ("P2", 25, 15), ("P3", 11, 3)):
        made.add(ref, people, satisfied, reason=2)
    await made.hand_over(db, tmp_path, date(2026, 1, 31))
    return made


async def test_nothing_is_told_before_publication(db: Database, register: Register) -> None:
    assert (await composed(db, "2026-01", date(2026, 2, 2))).digest.published is None
    await published(db)
    told = (await composed(db, "2026-02", date(2026, 3, 2))).digest.published
    assert told is not None
    # The others are 15 + 3 of 25 + 11; eligible are as many as answered.
    assert (told.year, told.satisfied, told.others, told.response) == (2025, (12, 20), (18, 36), (20, 20))
    assert told.themes == ("Bemötande",)  # eight of twenty


async def test_late_answers_change_no_digest(db: Database, register: Register, tmp_path: Path) -> None:
    await published(db)
    before = await composed(db, "2026-02", date(2026, 3, 2))
    register.add("P1", 1, 0, reason=4)
    await register.hand_over(db, tmp_path, date(2026, 3, 10))
    assert (await composed(db, "2026-03", date(2026, 4, 2))).digest.published == before.digest.published
    await published(db, date(2026, 4, 10), "Ett svar kom sent.")
    # One answer more would tell that answer: the figure of February stands. That somebody answered is told.
    told = (await composed(db, "2026-04", date(2026, 5, 4))).digest.published
    assert told is not None
    assert (told.satisfied, told.themes, told.response) == ((12, 20), ("Bemötande",), (21, 21))
    register.add("P1", 9, 9)
    await register.hand_over(db, tmp_path, date(2026, 5, 10))
    await published(db, date(2026, 5, 11), "Tio svar kom sent.")
    told = (await composed(db, "2026-05", date(2026, 6, 2))).digest.published
    assert told is not None
    assert told.satisfied == (21, 30)  # 12 + 9 of 20 + 1 + 9


async def test_an_old_year_is_not_told(db: Database, register: Register) -> None:
    await published(db)
    assert (await composed(db, "2027-11", date(2027, 12, 2))).digest.published is not None
    assert (await composed(db, "2027-12", date(2028, 1, 3))).digest.published is None


async def test_what_is_told_goes_on_record(db: Database, register: Register) -> None:
    await composed(db, "2026-01", date(2026, 2, 2))
    await published(db)
    await composed(db, "2026-02", date(2026, 3, 2))
    await composed(db, "2026-02", date(2026, 3, 2), "P2")
    async with db.read() as conn:
        found = await releases.of_year(conn, 2025)
    assert [(each.kind, each.edition, each.provider) for each in found] == [
        ("publication", 1, ""),
        ("digest", 1, "P1"),
        ("digest", 1, "P2"),
    ]
