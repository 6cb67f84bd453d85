"""The measurement points of the enrolments, with the ratings that customers gave at them.

A row of ``measurement`` is a copy of register facts, of answers and of what became of the survey, in the shape in
which storage/figures/aggregates.py counts. It can always be made again from enrolment, customer, occasion, answer
and outbox; the triggers in storage/tables/triggers.py keep what became of the survey.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import Update, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import AMONG, many
from storage.followups import month_counts
from storage.tables import enrolment, measurement
from storage.tables.triggers import ARRIVED
from survey.codes import Point

POINTS = (Point.START.value, Point.END.value)
RATINGS = ("overall", "treatment", "usefulness")
# Of five; 5 is satisfied too (REPORT.md, "Definitions").
SATISFIED = 4
KEPT = (*RATINGS, "reason")

# From the start of an enrolment to its point ``start`` (REPORT.md, "Definitions").
DAYS_TO_START = 28
_DAY_28 = {
    "sqlite": f"date(e.started_on, '+{DAYS_TO_START} days')",
    "postgresql": f"(e.started_on + {DAYS_TO_START})",
}
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
                         difficulty, started_on, repeated, overall, treatment, usefulness, reason,
                         outcome, sent, delivered)
SELECT p.id, p.point, p.at, {year}, ({month} + 2) / 3, e.provider_id, e.customer_id, c.gender,
       e.difficulty, e.started_on, 0, a1.value, a2.value, a3.value, a4.value,
       COALESCE(o.outcome, ''), CASE WHEN o.opened_at IS NULL OR o.reason = 'imported' THEN 0 ELSE 1 END,
       CASE WHEN EXISTS (SELECT 1 FROM outbox m WHERE m.occasion_id = o.id AND ({arrived})) THEN 1 ELSE 0 END
FROM p
JOIN enrolment e ON e.id = p.id
JOIN customer c ON c.id = e.customer_id
LEFT JOIN occasion o ON o.enrolment_id = p.id AND o.survey = p.point AND o.period = ''
LEFT JOIN answer a1 ON a1.occasion_id = o.id AND a1.question = 'overall'
LEFT JOIN answer a2 ON a2.occasion_id = o.id AND a2.question = 'treatment'
LEFT JOIN answer a3 ON a3.occasion_id = o.id AND a3.question = 'usefulness'
LEFT JOIN answer a4 ON a4.occasion_id = o.id AND a4.question = 'reason'
"""
_MARK = """
UPDATE measurement SET repeated = CASE WHEN EXISTS (
    SELECT 1 FROM measurement o
    WHERE o.customer_id = measurement.customer_id AND o.provider_id = measurement.provider_id
      AND o.point = measurement.point AND o.enrolment_id <> measurement.enrolment_id
) THEN 1 ELSE 0 END {where}
"""


# PostgreSQL: wait for answers that are being stored, in the order in which bot/inbound locks the rows.
_BUSY = (
    "SELECT s.occasion_id FROM session s JOIN occasion o ON o.id = s.occasion_id WHERE o.enrolment_id {among} "
    "ORDER BY s.occasion_id FOR SHARE OF s",
    "SELECT o.id FROM occasion o WHERE o.enrolment_id {among} ORDER BY o.id FOR SHARE",
)


async def refresh(conn: AsyncConnection, enrolment_ids: Sequence[int] | None) -> None:
    """Make the rows of these enrolments again, and the counts of their providers' months and endings.

    The point ``start`` is 28 days after the start, where the enrolment is open after that day; ``end`` is the day
    of the end, unless the customer died (REPORT.md, "Definitions").

    Args:
        conn: the caller's transaction.
        enrolment_ids: the enrolments; None for all.
    """
    dialect = conn.dialect.name
    if enrolment_ids is None:
        for statement in _statements(dialect, some=False):
            await conn.execute(text(statement))
        await month_counts.recount(conn, None)
        return
    among = AMONG[dialect]
    busy = [statement.format(among=among) for statement in _BUSY] if dialect == "postgresql" else []
    ids = {"ids": many(dialect, enrolment_ids)}
    for statement in [*busy, *_statements(dialect, some=True)]:
        await conn.execute(text(statement), ids)
    found = text(f"SELECT DISTINCT provider_id FROM enrolment WHERE id {among}")
    providers = {row.provider_id for row in await conn.execute(found, ids)}
    await month_counts.recount(conn, sorted(providers))


def _statements(dialect: str, *, some: bool) -> list[str]:
    """Write the statements that make rows again: of the enrolments in ``:ids`` where ``some``, else of all."""
    among = AMONG[dialect]
    insert = _INSERT.format(
        day_28=_DAY_28[dialect],
        year=_YEAR[dialect],
        month=_MONTH[dialect],
        arrived=ARRIVED.format(message="m"),
        chosen=f"AND e.id {among}" if some else "",
    )
    delete = "DELETE FROM measurement" + (f" WHERE enrolment_id {among}" if some else "")
    same = f"WHERE customer_id IN (SELECT customer_id FROM enrolment WHERE id {among})" if some else ""
    return [delete, insert, _MARK.format(where=same)]


class Rating(NamedTuple):
    """An answer at a measurement point; a ``value`` of None takes the rating away."""

    enrolment_id: int
    point: str
    question: str
    value: int | None


@cache
def _set_rating(question: str) -> Update:
    return (
        update(measurement)
        .where(measurement.c.enrolment_id == bindparam("enrolment_"), measurement.c.point == bindparam("point_"))
        .values({question: bindparam("value_")})
    )


async def set_ratings(conn: AsyncConnection, ratings: Sequence[Rating]) -> None:
    """Store answers as they arrive; of several to the same question at the same point the last counts.

    A question that is neither a rating nor the reason is left out, and so is a point that an enrolment does not
    have.
    """
    by_question: dict[str, dict[tuple[int, str], int | None]] = {}
    for enrolment_id, point, question, value in ratings:
        if question in KEPT and point in POINTS:
            by_question.setdefault(question, {})[enrolment_id, point] = value
    for question, values in by_question.items():
        await conn.execute(
            _set_rating(question),
            [
                {"enrolment_": enrolment_id, "point_": point, "value_": value}
                for (enrolment_id, point), value in values.items()
            ],
        )


async def forget(conn: AsyncConnection, customer_id: int) -> None:
    """Delete the ratings of a customer whose answers are erased; the measurement points stay."""
    m = measurement.c
    await conn.execute(update(measurement).where(m.customer_id == customer_id).values(dict.fromkeys(KEPT)))
    found = await conn.execute(
        select(enrolment.c.provider_id).where(enrolment.c.customer_id == customer_id).distinct()
    )
    await month_counts.recount(conn, sorted(found.scalars()))
