"""The law of what is kept: after anything that happens it equals a recomputation from scratch."""

import asyncio
import random
from calendar import monthrange
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from storage.database.engine import Database
from storage.database.statements import insert, insert_ignore, upsert
from storage.figures.aggregates import aggregate
from storage.followups import month_counts, recording
from storage.followups.calendar import open_days
from storage.register import importer, reader
from storage.tables import answer, enrolment, follow_up, month_count, occasion, outbox
from tests.support.journeys.world import world
from tests.support.kept import assert_kept

NOW = datetime(2027, 2, 1, 9, tzinfo=UTC)
REASONS = ("work", "moved", "death", "dropped_out")


class Register:
    """A small register that changes at random: customers with several enrolments, ends set and taken back."""

    def __init__(self, db: Database, folder: Path, seed: int) -> None:
        self.db = db
        self.path = folder / "register.csv"
        self.dice = random.Random(seed)
        self.enrolments: dict[str, tuple[str, str, date, date | None, str]] = {}

    async def take_in(self, header: str, lines: list[str]) -> None:
        self.path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
        async with self.db.begin() as conn:
            await importer.apply(conn, reader.read([self.path]), NOW.date(), NOW, "Prov", "prov")

    async def begin(self) -> None:
        await self.take_in("ref,name", [f"P{n},Anordnare {n}" for n in range(3)])
        await self.people()
        await self.enrol(12)

    async def people(self) -> None:
        lines = [f"K{n},,{self.dice.choice(('K', 'M', ''))}" for n in range(6)]
        await self.take_in("ref,phone,gender", lines)

    async def enrol(self, number: int = 4) -> None:
        for _ in range(number):
            ref = f"E{self.dice.randrange(16)}"
            who, where = f"K{self.dice.randrange(6)}", f"P{self.dice.randrange(3)}"
            who, where = self.enrolments.get(ref, (who, where))[:2]  # they are locked
            start = date(2025, 11, 1) + timedelta(days=self.dice.randrange(300))
            end = start + timedelta(days=self.dice.randrange(120)) if self.dice.random() < 0.6 else None
            self.enrolments[ref] = (who, where, start, end, self.dice.choice(REASONS) if end else "")
        await self.take_in(
            "ref,customer,provider,started_on,ended_on,end_reason",
            [",".join(str(each or "") for each in (ref, *row)) for ref, row in self.enrolments.items()],
        )

    def month(self) -> str:
        return f"2026-{self.dice.randint(3, 5):02}"  # few, so that answers are corrected

    async def follow_up(self) -> None:
        found = {(self.dice.choice(list(self.enrolments)), self.month()) for _ in range(8)}
        held = [(ref, month, date.fromisoformat(f"{month}-{self.dice.randint(1, 28):02}")) for ref, month in found]
        held += [(ref, "2026-01", date(2026, 2, 3)) for ref in list(self.enrolments)[:2]]
        lines = [f"{ref},{month},{day}" for ref, month, day in sorted(held) if self.is_open(ref, day)]
        await self.take_in("enrolment,month,held_on", lines)

    async def withdraw(self) -> None:
        async with self.db.begin() as conn:
            rows = (await conn.execute(select(enrolment.c.ref, follow_up.c.month).join(follow_up))).all()
            if rows:
                row = self.dice.choice(rows)
                author = recording.Author("staff", who="Prov", reason="prov")
                await recording.withdraw(conn, row.ref, row.month, author, NOW.date(), NOW)

    def is_open(self, ref: str, day: date) -> bool:
        _, _, start, end, _ = self.enrolments[ref]
        return start <= day <= (end or day)

    async def exempt(self) -> None:
        start = date(2026, 2, 1) + timedelta(days=self.dice.randrange(60))
        end = start + timedelta(days=self.dice.randrange(70))
        lines = [f"{ref},{start},{end},illness,Anna" for ref in self.dice.sample(list(self.enrolments), 3)]
        await self.take_in("enrolment,from,to,reason,who", lines)

    async def answers(self) -> None:
        lines = []
        for ref in self.dice.sample(list(self.enrolments), 4):
            _, _, start, end, _ = self.enrolments[ref]
            if end is None or end > start + timedelta(days=28):
                lines += [
                    f"{ref},start,,{question},{self.dice.randint(1, 5)},{NOW.date()}"
                    for question in ("overall", "reason")
                ]
            if open_days(month := self.month(), start, end):
                lines.append(f"{ref},checkin,{month},followup_held,{self.dice.randint(0, 1)},{NOW.date()}")
        await self.take_in("enrolment,survey,period,question,value,answered_on", lines)

    async def says(self) -> None:
        """Check-ins answered as intake stores them, some of them corrected, some not understood."""
        async with self.db.begin() as conn:
            rows = (await conn.execute(select(enrolment.c.id, enrolment.c.customer_id))).all()
            for row in self.dice.sample(rows, 3):
                month = self.month()
                for value in self.dice.sample((0, 1, None), self.dice.randint(1, 3)):
                    await checkin(conn, row.id, row.customer_id, month, value)

    async def contact(self) -> None:
        """Surveys planned, opened, delivered and closed by plain statements, as other rooms write them."""
        async with self.db.begin() as conn:
            rows = (await conn.execute(select(enrolment.c.id, enrolment.c.customer_id))).all()
            for row in self.dice.sample(rows, 3):
                survey = self.dice.choice(("start", "end"))
                id_ = await occasion_of(conn, row.id, row.customer_id, survey, "")
                change = {"opened_at": NOW} if self.dice.random() < 0.5 else {"outcome": "unreachable"}
                await conn.execute(update(occasion).where(occasion.c.id == id_).values(**change))
                await insert_ignore(conn, outbox, [message(id_, "sent")])  # what was delivered stays delivered
                if self.dice.random() < 0.5:
                    await conn.execute(update(outbox).where(outbox.c.occasion_id == id_).values(state="delivered"))


async def occasion_of(conn, enrolment_id: int, customer_id: int, survey: str, period: str) -> int:
    o = occasion.c
    key = {"enrolment_id": enrolment_id, "survey": survey, "period": period}
    where = (o.enrolment_id == enrolment_id, o.survey == survey, o.period == period)
    found = (await conn.execute(select(o.id).where(*where))).scalar()
    if found is None:
        at = dict.fromkeys(("due_at", "expires_at", "look_at"), NOW)
        await insert(conn, occasion, [{**key, "customer_id": customer_id, **at, "outcome": "", "reason": ""}])
        found = (await conn.execute(select(o.id).where(*where))).scalar_one()
    return int(found)


def message(occasion_id: int, state: str) -> dict[str, object]:
    key = f"{occasion_id}-0"
    texts = {"key": key, "reference": key, "channel": "sms", "say": "", "state": state, "reason": "", "status": ""}
    times = dict.fromkeys(("created_at", "not_before", "expires_at"), NOW)
    return {"occasion_id": occasion_id, "address_id": 1, **texts, **times, "attempts": 1}


async def checkin(conn, enrolment_id: int, customer_id: int, month: str, value: int | None) -> None:
    id_ = await occasion_of(conn, enrolment_id, customer_id, "checkin", month)
    await month_counts.count_answers(conn, {(enrolment_id, month): value})
    row = {"occasion_id": id_, "question": "followup_held", "value": value}
    row |= {"skipped": int(value is None), "version": 1, "answered_at": NOW}
    await upsert(conn, answer, ("occasion_id", "question"), [row])


@pytest.mark.parametrize("seed", range(4))
async def test_after_anything_what_is_kept_equals_a_recomputation(db: Database, tmp_path: Path, seed: int) -> None:
    await changed_at_random(db, tmp_path, seed, 12)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 130))
async def test_after_anything_and_longer(db: Database, tmp_path: Path, seed: int) -> None:
    await changed_at_random(db, tmp_path, seed, 60)


async def changed_at_random(db: Database, folder: Path, seed: int, steps: int) -> None:
    story = Register(db, folder, seed)
    await story.begin()
    await story.take_in("ref,name,phone", ["P9,Med telefon,070-174 06 05"])  # address 1
    happenings = [
        story.enrol,
        story.people,
        story.follow_up,
        story.withdraw,
        story.answers,
        story.says,
        story.contact,
        story.exempt,
    ]
    for step in range(steps):
        await story.dice.choice(happenings)()
        if step % 3 == 0:
            await assert_kept(db)
    kept = await assert_kept(db)
    assert kept["month_count"]
    async with db.read() as conn:
        counted = await aggregate(conn, 2026, NOW)
    found = Counter({key: counts.due for key, counts in counted.months.items()})
    for (ref, month), reasons in counted.exempt.items():
        found[ref, month] += sum(reasons.values())
        found["", month] += sum(reasons.values())
    assert found == due(story.enrolments)


def due(enrolments: dict[str, tuple[str, str, date, date | None, str]]) -> Counter[tuple[str, str]]:
    """Enrolment-months by counting days, as the definition says it."""
    found: Counter[tuple[str, str]] = Counter()
    for _, where, start, end, _ in enrolments.values():
        for month in range(1, 13):
            first, last = date(2026, month, 1), date(2026, month, monthrange(2026, month)[1])
            days = (min(end or last, last) - max(start, first)).days + 1
            if days >= 15:
                found[where, f"2026-{month:02}"] += 1
                found["", f"2026-{month:02}"] += 1
    return found


async def test_customers_answer_while_the_register_is_read(db: Database, tmp_path: Path) -> None:
    story = Register(db, tmp_path, 7)
    await story.begin()
    async with db.read() as conn:
        rows = (await conn.execute(select(enrolment.c.id, enrolment.c.customer_id))).all()

    async def one(row, value: int) -> None:
        async with db.begin() as conn:
            await checkin(conn, row.id, row.customer_id, "2026-05", value)

    for turn in range(3):
        await asyncio.gather(
            *(one(row, turn % 2) for row in rows), story.follow_up(), *(one(row, 1) for row in rows[:0])
        )
    kept = await assert_kept(db)
    async with db.read() as conn:
        said = (await conn.execute(select(month_count.c.answered).where(month_count.c.month == "2026-05"))).all()
    assert sum(number for (number,) in said) > 0
    assert kept["ending_count"]


async def test_a_real_conversation_is_kept(db: Database, tmp_path: Path) -> None:
    phone = "+46701740612"
    async with world(db, tmp_path, "2026-01-07T10:00") as story:
        await story.read(
            providers="ref,name\nP1,Alfa\n",
            customers=f"ref,phone\nK1,{phone}\nK2,\n",
            enrolments="ref,customer,provider,started_on\nE1,K1,P1,2026-01-07\nE2,K2,P1,2026-01-07\n",
        )
        for day in ("2026-02-04T09:30", "2026-03-04T09:30"):
            await story.wake(day)
            for text in ("2", "4", "5", "1", "0", "1"):
                await story.says(phone, text)
        kept = await assert_kept(db)
        async with db.read() as conn:
            found = await aggregate(conn, 2026, NOW)
    assert found.contacts["start"].sent == 1
    # K2 was never asked, having no number; who answered is in no other column.
    assert found.contacts["start"].outcomes == {"": 1}
    assert sum(counts.answered for (ref, _), counts in found.months.items() if ref == "P1") >= 1
    assert kept["measurement"]
