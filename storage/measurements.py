"""The measurement points of the enrolments, with their ratings: kept beside what they are made of.

A row is a copy of register facts and answers in the shape that the indicators read (storage/aggregates.py).
It can always be made again from enrolment, customer, occasion and answer.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import measurement

POINTS = ("start", "end")
RATINGS = ("overall", "treatment", "usefulness")

_DAY_28 = {"sqlite": "date(e.started_on, '+28 days')", "postgresql": "(e.started_on + 28)"}
_YEAR = {
    "sqlite": "CAST(strftime('%Y', p.at) AS INTEGER)",
    "postgresql": "CAST(extract(year FROM p.at) AS INTEGER)",
}
_MONTH = {
    "sqlite": "CAST(strftime('%m', p.at) AS INTEGER)",
    "postgresql": "CAST(extract(month FROM p.at) AS INTEGER)",
}

_INSERT = """
WITH p AS (
    SELECT e.id, 'start' AS point, {day_28} AS at
    FROM enrolment e WHERE (e.ended_on IS NULL OR e.ended_on > {day_28}) {chosen}
    UNION ALL
    SELECT e.id, 'end' AS point, e.ended_on AS at
    FROM enrolment e WHERE e.ended_on IS NOT NULL AND e.end_reason <> 'death' {chosen}
)
INSERT INTO measurement (enrolment_id, point, point_on, year, quarter, provider_id, customer_id, gender,
                         difficulty, started_on, repeated, overall, treatment, usefulness)
SELECT p.id, p.point, p.at, {year}, ({month} + 2) / 3, e.provider_id, e.customer_id, c.gender,
       e.difficulty, e.started_on, 0, a1.value, a2.value, a3.value
FROM p
JOIN enrolment e ON e.id = p.id
JOIN customer c ON c.id = e.customer_id
LEFT JOIN occasion o ON o.enrolment_id = p.id AND o.survey = p.point AND o.period = ''
LEFT JOIN answer a1 ON a1.occasion_id = o.id AND a1.question = 'overall'
LEFT JOIN answer a2 ON a2.occasion_id = o.id AND a2.question = 'treatment'
LEFT JOIN answer a3 ON a3.occasion_id = o.id AND a3.question = 'usefulness'
"""
_MARK = """
UPDATE measurement SET repeated = CASE WHEN EXISTS (
    SELECT 1 FROM measurement o
    WHERE o.customer_id = measurement.customer_id AND o.provider_id = measurement.provider_id
      AND o.point = measurement.point AND o.enrolment_id <> measurement.enrolment_id
) THEN 1 ELSE 0 END {where}
"""


async def refresh(conn: AsyncConnection, enrolment_ids: Sequence[int] | None) -> None:
    """Make the rows of these enrolments again (None: of all), in the caller's transaction.

    ``start`` is 28 days after the start when the enrolment is open after that day; ``end`` is the day of the
    end unless it was by death (REPORT.md, Definitions). At most some thousand enrolments at a time.
    """
    if enrolment_ids is not None and not enrolment_ids:
        return
    dialect = conn.dialect.name
    some = enrolment_ids is not None
    insert = text(
        _INSERT.format(
            day_28=_DAY_28[dialect],
            year=_YEAR[dialect],
            month=_MONTH[dialect],
            chosen="AND e.id IN :ids" if some else "",
        )
    )
    delete = text("DELETE FROM measurement" + (" WHERE enrolment_id IN :ids" if some else ""))
    mark = text(
        _MARK.format(
            where="WHERE customer_id IN (SELECT customer_id FROM enrolment WHERE id IN :ids)" if some else ""
        )
    )
    for statement in (delete, insert, mark):
        if enrolment_ids is None:
            await conn.execute(statement)
        else:
            expanding = statement.bindparams(bindparam("ids", expanding=True))
            await conn.execute(expanding, {"ids": list(enrolment_ids)})


async def set_ratings(conn: AsyncConnection, rows: Sequence[tuple[int, str, str, int | None]]) -> None:
    """Store answers as they arrive: (enrolment id, point, question, value); the last of the same place counts,
    and None takes a rating away.

    Questions that are no rating are passed over, and so is a point that the enrolment does not have.
    """
    by_question: dict[str, dict[tuple[int, str], int | None]] = {}
    for enrolment_id, point, question, value in rows:
        if question in RATINGS and point in POINTS:
            by_question.setdefault(question, {})[enrolment_id, point] = value
    for question, values in by_question.items():
        await conn.execute(
            update(measurement)
            .where(
                measurement.c.enrolment_id == bindparam("enrolment_"), measurement.c.point == bindparam("point_")
            )
            .values({question: bindparam("value_")}),
            [
                {"enrolment_": enrolment_id, "point_": point, "value_": value}
                for (enrolment_id, point), value in values.items()
            ],
        )


async def forget(conn: AsyncConnection, customer_id: int) -> None:
    """Take away every rating of a customer; that the measurement points were there stays."""
    await conn.execute(
        update(measurement).where(measurement.c.customer_id == customer_id).values(dict.fromkeys(RATINGS))
    )
