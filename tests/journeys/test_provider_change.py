"""A customer changes provider, is asked why, and the unit is told to hand over."""

from datetime import date
from pathlib import Path

from sqlalchemy import select

from storage.database.engine import Database
from storage.figures.themes import ThemeCount
from storage.register import provider_changes
from storage.tables import answer, case, enrolment, occasion, provider_change
from tests.support.journeys.world import World, world

PHONE = "+46701740601"
HEADER = "ref,customer,provider,started_on,ended_on,end_reason\n"
OLD, ENDED = "E1,K1,P1,2026-03-02,,\n", "E1,K1,P1,2026-03-02,2026-10-02,changed_provider\n"
NEW = "E2,K1,P2,2026-10-12,,\n"


async def changes(db: Database) -> list[tuple[str, str | None]]:
    new = enrolment.alias()
    async with db.read() as conn:
        rows = await conn.execute(
            select(enrolment.c.ref, new.c.ref)
            .select_from(provider_change)
            .join(enrolment, enrolment.c.id == provider_change.c.old_enrolment_id)
            .outerjoin(new, new.c.id == provider_change.c.new_enrolment_id)
        )
        return [tuple(row) for row in rows]


async def handovers(db: Database) -> list[tuple[str, date]]:
    async with db.read() as conn:
        rows = await conn.execute(select(case.c.text, case.c.due_on).where(case.c.kind == "handover"))
        return [tuple(row) for row in rows]


async def begin(story: World) -> None:
    await story.read(
        providers="ref,name\nP1,Alfa\nP2,Beta\n",
        customers=f"ref,phone\nK1,{PHONE}\n",
        enrolments=HEADER + OLD,
    )


async def replies(story: World, *texts: str) -> list[str]:
    return [str(await story.says(PHONE, text)) for text in texts]


async def test_the_end_asks_why_a_provider_changed(db: Database, tmp_path: Path) -> None:
    async with world(db, tmp_path, "2026-10-02T10:00") as story:
        await begin(story)
        await story.read(enrolments=HEADER + ENDED + NEW)
        assert await changes(db) == [("E1", "E2")]
        # Five working days after Friday the second.
        assert await handovers(db) == [
            (
                "handed_over:E1:Alfa:2026-10-02:E2:Beta:2026-10-12",
                date(2026, 10, 9),
            )
        ]
        await story.wake("2026-10-05T09:30")
        last = (await replies(story, "4", "4", "4"))[-1]
        assert last.startswith("Varför bytte du?")
        assert "\n4 Ville prova annat\n5 Annat" in last
        told = await replies(story, "4", "Jag ville jobba med händerna")
        assert told[-1].startswith("Tack för dina svar!")
        await story.wake("2026-11-09T09:30")  # 28 days after the new start
        async with db.read() as conn:
            planned = await conn.execute(
                select(enrolment.c.ref, occasion.c.survey, occasion.c.outcome)
                .join(enrolment, enrolment.c.id == occasion.c.enrolment_id)
                .where(occasion.c.survey != "checkin")
                .order_by(occasion.c.due_at)
            )
            found = [tuple(row) for row in planned]
            values = await conn.execute(
                select(answer.c.question, answer.c.value, answer.c.text, enrolment.c.ref)
                .join(occasion, occasion.c.id == answer.c.occasion_id)
                .join(enrolment, enrolment.c.id == occasion.c.enrolment_id)
                .where(answer.c.question.in_(["change_reason", "comment"]))
            )
            # The answers stay with the enrolment that they are about, and so with its provider.
            assert {tuple(row) for row in values} == {
                ("change_reason", 4, None, "E1"),
                ("comment", None, "Jag ville jobba med händerna", "E1"),
            }
            # The report counts them there, in the year of the change.
            assert await provider_changes.reasons(conn, 2026) == {"4": ThemeCount(customers=1, providers=1)}
            assert await provider_changes.reasons(conn, 2025) == {}
        assert ("E1", "end", "completed") in found
        assert ("E2", "start", "") in found
        assert ("E2", "end") not in {row[:2] for row in found}


async def test_another_end_does_not_ask_why(db: Database, tmp_path: Path) -> None:
    async with world(db, tmp_path, "2026-10-02T10:00") as story:
        await begin(story)
        await story.read(enrolments=HEADER + ENDED.replace("changed_provider", "work"))
        await story.wake("2026-10-05T09:30")
        told = await replies(story, "4", "4", "4")
        assert told[-1].startswith("Vill du säga något mer?")
        assert await changes(db) == []
        assert await handovers(db) == []


async def test_who_does_not_answer_has_not_answered(db: Database, tmp_path: Path) -> None:
    async with world(db, tmp_path, "2026-10-02T10:00") as story:
        await begin(story)
        await story.read(enrolments=HEADER + ENDED)
        assert await changes(db) == [("E1", None)]
        assert (await handovers(db))[0][0].startswith("no_successor:")
        await story.read(enrolments=HEADER + NEW)
        assert await changes(db) == [("E1", "E2")]
        assert len(await handovers(db)) == 1
        for day in ("05", "09", "14", "20"):
            await story.wake(f"2026-10-{day}T09:30")
        async with db.read() as conn:
            o = occasion.c
            row = await conn.execute(select(o.outcome).where(o.survey == "end"))
        assert row.scalar_one() == "no_answer"
        # Only a customer who has begun to answer is reminded.
        assert not [text for text in story.texts(PHONE) if text.startswith("Hej igen")]


async def test_history_opens_no_case(db: Database, tmp_path: Path) -> None:
    async with world(db, tmp_path, "2026-12-20T10:00") as story:
        await begin(story)
        await story.read(enrolments=HEADER + ENDED + NEW + "E3,K1,P2,2026-10-20,,\n")
        assert await changes(db) == [("E1", "E2")]  # of two new enrolments, the one that began first
        assert await handovers(db) == []
