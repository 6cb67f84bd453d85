"""Who stands behind a year's figures: each answer and ending that counts, by measure. For disclosure control.

They are the same ones that storage/figures/aggregates.py counts; a test holds the two together.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.figures import themes
from storage.figures.measurements import RATINGS, SATISFIED
from storage.figures.release_values import Response
from storage.figures.volumes import YOUTH
from storage.followups.month_counts import said_of_months
from storage.tables import customer, enrolment, measurement, provider
from survey.codes import EndReason

# Somebody answered, and no theme was read in it.
NO_THEME = "-"
# An enrolment ended, and the register has no reason.
NO_REASON = "-"


async def responses(conn: AsyncConnection, year: int, today: date) -> dict[str, list[Response]]:
    """Return the responses of ``year`` by measure; months that are not over on ``today`` are left out."""
    found = await _ratings(conn, year)
    over = [month for month in range(1, 13) if date(year + month // 12, month % 12 + 1, 1) <= today]
    found["followup.confirmed"] = await _confirmed(conn, year, len(over)) if over else []
    found["outcome"] = await _endings(conn, year)
    found["themes"] = await _themes(conn, year, found[f"satisfaction.{RATINGS[0]}"])
    return found


async def _ratings(conn: AsyncConnection, year: int) -> dict[str, list[Response]]:
    m = measurement.c
    ratings = [m[name] for name in RATINGS]
    rows = await conn.execute(
        select(
            m.enrolment_id,
            m.customer_id,
            provider.c.ref,
            m.point,
            m.quarter,
            m.gender,
            m.difficulty,
            m.reason,
            *ratings,
        )
        .join(provider, provider.c.id == m.provider_id)
        .where(m.year == year, or_(*(rating.is_not(None) for rating in ratings)))
        .order_by(m.started_on.desc(), m.enrolment_id.desc())
    )
    answered = rows.all()
    return {f"satisfaction.{name}": list(_of_question(year, name, answered)) for name in RATINGS}


def _of_question(year: int, question: str, rows: Iterable[Row[tuple[object, ...]]]) -> Iterator[Response]:
    """Yield the ratings of a question. A person counts once a year and point, and once a quarter, by the latest."""
    seen: set[tuple[int, str, str, int]] = set()
    for row in rows:
        rating = getattr(row, question)
        if rating is None:
            continue
        person = (row.customer_id, row.ref, row.point)
        in_year, in_quarter = (*person, 0) not in seen, (*person, row.quarter) not in seen
        seen |= {(*person, 0), (*person, row.quarter)}
        if in_year or in_quarter:
            yield Response(
                source=f"{row.enrolment_id} {row.point}",
                person=row.customer_id,
                value=_said(rating, row.reason) if question == RATINGS[0] else str(rating),
                provider=row.ref,
                year=year,
                period=f"{year}-Q{row.quarter}",
                point=row.point,
                gender=row.gender,
                difficulty=row.difficulty,
                in_year=in_year,
                in_period=in_quarter,
            )


def _said(rating: int, reason: int | None) -> str:
    """Return a rating with the reason why somebody is not satisfied: it is told of the same people.

    A reason that was given before the rating was corrected to a satisfied one says nothing any more.
    """
    return f"{rating} {reason}" if reason and rating < SATISFIED else str(rating)


async def _confirmed(conn: AsyncConnection, year: int, months: int) -> list[Response]:
    return [
        Response(
            source=f"{each.enrolment_id} {each.month}",
            person=each.customer_id,
            value=str(int(each.held)),
            provider=each.provider,
            year=year,
            period=each.month,
            is_recorded=each.recorded,
        )
        for each in await said_of_months(conn, f"{year}-01", f"{year}-{months:02}")
    ]


async def _endings(conn: AsyncConnection, year: int) -> list[Response]:
    e = enrolment.c
    rows = await conn.execute(
        select(
            e.id,
            e.customer_id,
            provider.c.ref,
            e.end_reason,
            e.difficulty,
            customer.c.gender,
            customer.c.birth_year,
        )
        .join(provider, provider.c.id == e.provider_id)
        .join(customer, customer.c.id == e.customer_id)
        .where(e.ended_on.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(e.started_on, e.id)
    )
    latest = await _latest_of_youth(conn, year)
    return [
        Response(
            source=str(row.id),
            person=row.customer_id,
            value=row.end_reason or NO_REASON,
            provider=row.ref,
            year=year,
            gender=row.gender,
            difficulty=row.difficulty,
            is_youth=row.id in latest,
        )
        for row in rows
        if row.end_reason != EndReason.CHANGED_PROVIDER
    ]


async def _themes(conn: AsyncConnection, year: int, answered: Iterable[Response]) -> list[Response]:
    """Return everybody who answered, with the themes of their comments: none of them is an answer, too."""
    read: dict[str, list[str]] = {}
    others: dict[str, Response] = {}
    for each in await themes.coded(conn, year):
        read.setdefault(each.source, []).append(each.value)
        others[each.source] = each
    for each in answered:
        if each.in_year:
            others[each.source] = each
    return [replace(each, value=",".join(read.get(source, ())) or NO_THEME) for source, each in others.items()]


async def _latest_of_youth(conn: AsyncConnection, year: int) -> set[int]:
    """Return the latest enrolment in ``year`` of each of the young, as storage/figures/volumes.py counts them."""
    e, c = enrolment.c, customer.c
    rows = await conn.execute(
        select(e.customer_id, e.id)
        .join(customer, c.id == e.customer_id)
        .where(c.birth_year.between(year - YOUTH[1], year - YOUTH[0]))
        .where(e.started_on <= date(year, 12, 31), e.ended_on.is_(None) | (e.ended_on >= date(year, 1, 1)))
        .order_by(e.started_on, e.id)
    )
    return set({customer_id: id_ for customer_id, id_ in rows}.values())  # noqa: C416  # rows, not pairs
