"""A customer on sick leave is not asked whether this month's follow-up took place."""

from pathlib import Path

from sqlalchemy import select

from storage.database.engine import Database
from storage.tables import occasion
from tests.support.journeys.world import world

PHONE = "+46701740601"
REGISTER = {
    "providers": "ref,name\nP1,Alfa\n",
    "customers": "ref,phone\nK1,070-174 06 01\n",
    "enrolments": "ref,customer,provider,started_on\nE1,K1,P1,2026-06-01\n",
}
EXEMPT = "enrolment,from,to,reason,who\nE1,2026-10-01,2026-10-31,illness,Anna\n"


async def test_an_exempt_month_has_no_check_in(db: Database, tmp_path: Path) -> None:
    async with world(db, tmp_path, "2026-09-01T10:00") as story:
        await story.read(**REGISTER)
        await story.wake("2026-09-24T09:30")
        assert len(story.texts(PHONE)) == 1  # September's
        await story.read(exemptions=EXEMPT)
        await story.wake("2026-10-26T09:30")
        assert len(story.texts(PHONE)) == 1
        await story.wake("2026-11-24T09:30")
        assert len(story.texts(PHONE)) == 2  # November's
        async with db.read() as conn:
            o = occasion.c
            rows = await conn.execute(
                select(o.period, o.outcome, o.reason).where(o.survey == "checkin").order_by(o.period)
            )
            found = {row.period: (row.outcome, row.reason) for row in rows}
    assert found["2026-10"] == ("held_back", "exempt")
    assert found["2026-11"][0] == ""
