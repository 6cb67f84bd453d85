"""Which answers of some enrolments count in a figure: a customer counts once, and only for months that count."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import chunks
from storage.figures.measurements import RATINGS
from storage.followups.calendar import open_days
from storage.tables import enrolment, exempt_month, measurement


@dataclass(frozen=True, slots=True)
class RatedPoint:
    """An enrolment's question at a measurement point."""

    enrolment_id: int
    point: str
    question: str


@dataclass(slots=True)
class CountedAnswers:
    """What decides whether an answer counts.

    Attributes:
        overall: the overall ratings by (enrolment, point).
        in_year: the ratings that count in their year.
        anywhere: the ratings that count in their year or their quarter.
        days: by (enrolment, month), how many days it was open.
        exempt: the (enrolment, month) that ask for no follow-up.
    """

    overall: dict[tuple[int, str], int | None] = field(default_factory=dict)
    in_year: set[RatedPoint] = field(default_factory=set)
    anywhere: set[RatedPoint] = field(default_factory=set)
    days: dict[tuple[int, str], int] = field(default_factory=dict)
    exempt: set[tuple[int, str]] = field(default_factory=set)


async def counted_answers(
    conn: AsyncConnection, enrolment_ids: Iterable[int], months: Sequence[tuple[int, str]]
) -> CountedAnswers:
    """Return what counts of these enrolments.

    Args:
        conn: a transaction in which the measurements are fresh.
        enrolment_ids: the enrolments.
        months: the (enrolment, month) of which customers have said whether a follow-up was held.
    """
    known = CountedAnswers()
    await _read_points(conn, enrolment_ids, known)
    await _read_months(conn, months, known)
    return known


async def _read_points(conn: AsyncConnection, enrolment_ids: Iterable[int], known: CountedAnswers) -> None:
    """Read the ratings of these enrolments' customers, the latest enrolment first: each customer counts once."""
    m = measurement.c
    seen: set[tuple[object, ...]] = set()
    for chunk in chunks(sorted(enrolment_ids)):
        customers = select(enrolment.c.customer_id).where(enrolment.c.id.in_(chunk))
        found = await conn.execute(
            select(m.enrolment_id, m.customer_id, m.provider_id, m.point, m.year, m.quarter, *map(m.get, RATINGS))
            .where(m.customer_id.in_(customers))
            .order_by(m.started_on.desc(), m.enrolment_id.desc())
        )
        for row in found:
            known.overall[row.enrolment_id, row.point] = row.overall
            for question in RATINGS:
                point = RatedPoint(row.enrolment_id, row.point, question)
                if getattr(row, question) is None or point in known.anywhere:
                    continue
                year = (row.customer_id, row.provider_id, row.point, question, row.year)
                if year not in seen:
                    known.in_year.add(point)
                if not {year, (*year, row.quarter)} <= seen:
                    known.anywhere.add(point)
                seen |= {year, (*year, row.quarter)}


async def _read_months(conn: AsyncConnection, months: Sequence[tuple[int, str]], known: CountedAnswers) -> None:
    for chunk in chunks(sorted({enrolment_id for enrolment_id, _ in months})):
        e = enrolment.c
        found = await conn.execute(select(e.id, e.started_on, e.ended_on).where(e.id.in_(chunk)))
        lasted = {row.id: (row.started_on, row.ended_on) for row in found}
        for enrolment_id, month in months:
            if enrolment_id in lasted:
                known.days[enrolment_id, month] = open_days(month, *lasted[enrolment_id])
        x = exempt_month.c
        exempt = await conn.execute(select(x.enrolment_id, x.month).where(x.enrolment_id.in_(chunk)))
        known.exempt |= {(row.enrolment_id, row.month) for row in exempt}
