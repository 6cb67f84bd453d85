"""Measurement points: which enrolments have one and when, and the ratings beside them."""

from datetime import date

from storage.database.engine import Database
from storage.figures.measurements import refresh, set_ratings
from storage.tables import measurement
from tests.support.enrolments import Register


async def test_points_of_enrolments(db: Database) -> None:
    register = Register()
    register.enrol(date(2025, 1, 1))  # open: start on 29 January, and no end
    register.enrol(date(2025, 1, 1), date(2025, 1, 29), "work")  # ended on that very day: no start
    register.enrol(date(2025, 1, 1), date(2025, 1, 30), "work")  # a day later: both
    register.enrol(date(2025, 3, 1), date(2025, 9, 1), "death")  # start alone
    register.enrol(date(2024, 12, 10))  # 10 December + 28 days = 7 January: the point's day decides the year
    async with db.begin() as conn:
        await register.store(conn)
        found = await conn.execute(
            measurement.select().order_by(measurement.c.enrolment_id, measurement.c.point.desc())
        )
        assert [(r.enrolment_id, r.point, r.point_on, r.year, r.quarter) for r in found] == [
            (1, "start", date(2025, 1, 29), 2025, 1),
            (2, "end", date(2025, 1, 29), 2025, 1),
            (3, "start", date(2025, 1, 29), 2025, 1),
            (3, "end", date(2025, 1, 30), 2025, 1),
            (4, "start", date(2025, 3, 29), 2025, 1),
            (5, "start", date(2025, 1, 7), 2025, 1),
        ]


async def test_rating_is_set_and_recomputed(db: Database) -> None:
    register = Register()
    register.enrol(date(2025, 1, 1))
    async with db.begin() as conn:
        await register.store(conn)
        await set_ratings(
            conn,
            [
                (1, "start", "overall", 2),
                (1, "start", "overall", 5),
                (1, "start", "comment", 1),
                (1, "end", "overall", 1),
            ],
        )
        row = (await conn.execute(measurement.select())).one()
        assert (row.overall, row.treatment, row.usefulness) == (5, None, None)
        await refresh(conn, [])
        await refresh(conn, [1])  # no such answer is stored: the truth is the answer table
        assert (await conn.execute(measurement.select())).one().overall is None
