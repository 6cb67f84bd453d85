"""What the report is made of: counted cells of one year. All counting that the database can do is done there.

A person counts once per provider and measurement point. Those who have one enrolment there are counted by SQL,
in index order; the few who have more come as rows and are counted here, the latest enrolment with an answer first.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Date, Integer, and_, case, cast, func, literal_column, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ColumnElement

from storage.measurements import RATINGS
from storage.tables import answer, enrolment, follow_up, measurement, occasion, outbox, provider
from storage.tables import case as case_table

Key = tuple[str, str, str, str, str]  # provider, period, point, gender, difficulty
SATISFIED = 4  # and 5
OPEN_DAYS = 15  # an enrolment-month is a calendar month with at least so many open days
NOT_STATED = "?"
WIDTH = 1 + 2 * len(RATINGS)


@dataclass(frozen=True, slots=True)
class Contacts:
    """The surveys of one measurement point in the year, by what became of them."""

    planned: int = 0
    sent: int = 0
    delivered: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Counted cells of ``year``; a provider is its ref and the whole unit is empty. Nothing is hidden yet."""

    year: int
    as_of: date
    providers: tuple[tuple[str, str], ...]
    # eligible, then answered and satisfied for overall, treatment, usefulness
    satisfaction: dict[Key, list[int]]
    # (provider, YYYY-MM): due, on time, late, answered by the customer, confirmed, recorded but denied
    months: dict[tuple[str, str], list[int]]
    endings: dict[tuple[str, str], int]  # (provider, end reason)
    contacts: dict[str, Contacts]  # by point
    reasons: dict[int, tuple[int, int]]  # why not satisfied: customers, providers
    cases: dict[str, int]  # by kind


async def aggregate(conn: AsyncConnection, year: int, now: datetime) -> Aggregate:
    """Count everything that the report of ``year`` tells. Months not over at ``now`` are not due.

    The day is that of ``now``'s own zone: give it in the unit's, where a month ends an hour or two before UTC's.
    """
    rows = await conn.execute(select(provider.c.id, provider.c.ref, provider.c.name).order_by(provider.c.name))
    refs: dict[int, str] = {}
    providers = []
    for id_, ref, name in rows:
        refs[id_] = ref
        providers.append((ref, name))
    return Aggregate(
        year=year,
        as_of=now.date(),
        providers=tuple(providers),
        satisfaction=await satisfaction(conn, year, refs),
        months=await _months(conn, year, now.date(), refs),
        endings=await _endings(conn, year, refs),
        contacts=await _contacts(conn, year),
        reasons=await _reasons(conn, year),
        cases=await _cases(conn, year),
    )


async def satisfaction(conn: AsyncConnection, year: int, refs: dict[int, str]) -> dict[Key, list[int]]:
    """Per provider the year; for the unit also quarters, genders and difficulty classes. Point ``all`` is both."""
    m = measurement.c
    once = and_(m.year == year, literal_column("repeated") == literal_column("0"))
    counts: list[ColumnElement[int]] = [func.count()]
    for name in RATINGS:
        counts += [func.count(m[name]), func.count().filter(m[name] >= SATISFIED)]
    cells: dict[Key, list[int]] = {}
    by_provider = select(m.provider_id, m.point, *counts).where(once).group_by(m.point, m.provider_id)
    for provider_id, point, *numbers in await conn.execute(by_provider):
        _add(cells, [(refs[provider_id], str(year), point, "T", "")], numbers)
    by_group = (
        select(m.quarter, m.point, m.gender, m.difficulty, *counts)
        .where(once)
        .group_by(m.quarter, m.point, m.gender, m.difficulty)
    )
    for quarter, point, gender, difficulty, *numbers in await conn.execute(by_group):
        _add(cells, _unit_keys(year, quarter, point, gender, difficulty), numbers)
    await _add_repeated(conn, year, refs, cells)
    return cells


def _unit_keys(year: int, quarter: int, point: str, gender: str, difficulty: str) -> list[Key]:
    return [
        ("", str(year), point, "T", ""),
        ("", str(year), point, gender or NOT_STATED, ""),
        ("", str(year), point, "T", difficulty or NOT_STATED),
        ("", f"{year}-Q{quarter}", point, "T", ""),
    ]


def _add(cells: dict[Key, list[int]], keys: Iterable[Key], numbers: Iterable[int]) -> None:
    numbers = list(numbers)
    for provider_, period, point, gender, difficulty in keys:
        for each in (point, "all"):
            cell = cells.setdefault((provider_, period, each, gender, difficulty), [0] * WIDTH)
            for place, number in enumerate(numbers):
                cell[place] += number


async def _add_repeated(
    conn: AsyncConnection, year: int, refs: dict[int, str], cells: dict[Key, list[int]]
) -> None:
    m = measurement.c
    rows = await conn.execute(
        select(m.provider_id, m.customer_id, m.point, m.quarter, m.gender, m.difficulty, *(m[q] for q in RATINGS))
        .where(m.year == year, literal_column("repeated") == literal_column("1"))
        .order_by(m.started_on.desc(), m.enrolment_id.desc())
    )
    seen: set[tuple[str, int, int, str, str]] = set()
    for provider_id, customer_id, point, quarter, gender, difficulty, *ratings in rows:
        keys = [(refs[provider_id], str(year), point, "T", "")]
        for key in keys + _unit_keys(year, quarter, point, gender, difficulty):
            numbers = [1]
            for question, rating in zip(RATINGS, ratings, strict=True):
                # Once in the year, and once in each quarter; the group is that of the counted enrolment.
                person = (key[1], customer_id, provider_id, point, question + ("" if key[0] else "/unit"))
                kind = (*person[:4], person[4] + ("" if key[3] == "T" else "/g") + ("/d" if key[4] else ""))
                counted = rating is not None and kind not in seen
                if counted:
                    seen.add(kind)
                numbers += [int(counted), int(counted and rating >= SATISFIED)]
            _add(cells, [key], numbers)


async def _months(
    conn: AsyncConnection, year: int, today: date, refs: dict[int, str]
) -> dict[tuple[str, str], list[int]]:
    """Enrolment-months of the year that are over, with what the provider recorded and the customer said."""
    found: dict[tuple[str, str], list[int]] = {}
    for month in range(1, 13):
        first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
        if last >= today:
            break
        period = f"{year}-{month:02}"
        rows = await conn.execute(_month(conn, first, last, period))
        whole = [0] * 6
        for provider_id, *numbers in rows:
            found[refs[provider_id], period] = numbers
            whole = [a + b for a, b in zip(whole, numbers, strict=True)]
        if whole[0]:
            found["", period] = whole
    return found


def _month(conn: AsyncConnection, first: date, last: date, period: str) -> Any:
    e, held, said = enrolment.c, follow_up.c.held_on, answer.c.value
    days: ColumnElement[int]
    if conn.dialect.name == "sqlite":
        days = cast(func.julianday(e.ended_on) - func.julianday(e.started_on), Integer)
    else:
        days = cast(type_coerce(e.ended_on, Date) - type_coerce(e.started_on, Date), Integer)
    # Open on 15 days: begun in time for them, not ended before them, and long enough when both lie inside.
    open_long = and_(
        e.started_on <= last.replace(day=last.day - OPEN_DAYS + 1),
        (e.ended_on.is_(None))
        | (
            (e.ended_on >= first.replace(day=OPEN_DAYS))
            & ((e.started_on <= first) | (e.ended_on >= last) | (days >= OPEN_DAYS - 1))
        ),
    )
    return (
        select(
            e.provider_id,
            func.count(),
            func.count().filter(held.between(first, last)),
            func.count().filter(held > last),
            func.count(said),
            func.count().filter(said == 1),
            func.count().filter(and_(held.is_not(None), said == 0)),
        )
        .select_from(enrolment)
        .outerjoin(follow_up, and_(follow_up.c.enrolment_id == e.id, follow_up.c.month == period))
        .outerjoin(
            occasion,
            and_(occasion.c.enrolment_id == e.id, occasion.c.survey == "checkin", occasion.c.period == period),
        )
        .outerjoin(answer, and_(answer.c.occasion_id == occasion.c.id, answer.c.question == "followup_held"))
        .where(open_long)
        .group_by(e.provider_id)
    )


async def _endings(conn: AsyncConnection, year: int, refs: dict[int, str]) -> dict[tuple[str, str], int]:
    e = enrolment.c
    rows = await conn.execute(
        select(e.provider_id, e.end_reason, func.count())
        .where(e.ended_on.between(date(year, 1, 1), date(year, 12, 31)))
        .group_by(e.provider_id, e.end_reason)
    )
    return {(refs[provider_id], reason): number for provider_id, reason, number in rows}


async def _contacts(conn: AsyncConnection, year: int) -> dict[str, Contacts]:
    m, o = measurement.c, occasion.c
    asked = and_(o.enrolment_id == m.enrolment_id, o.survey == m.point, o.period == "")
    delivered = (
        select(outbox.c.occasion_id).where(outbox.c.occasion_id == o.id, outbox.c.state == "delivered").exists()
    )
    rows = await conn.execute(
        select(
            m.point,
            o.outcome,
            func.count(),
            func.count(o.opened_at),
            func.sum(case((delivered, 1), else_=0)),
        )
        .join(occasion, asked)
        .where(m.year == year)
        .group_by(m.point, o.outcome)
    )
    found: dict[str, Contacts] = {}
    for point, outcome, number, sent, arrived in rows:
        before = found.get(point, Contacts())
        found[point] = Contacts(
            before.planned + number,
            before.sent + sent,
            before.delivered + int(arrived),
            {**before.outcomes, outcome: number},
        )
    return found


async def _reasons(conn: AsyncConnection, year: int) -> dict[int, tuple[int, int]]:
    m, o, a = measurement.c, occasion.c, answer.c
    rows = await conn.execute(
        select(a.value, func.count(m.customer_id.distinct()), func.count(m.provider_id.distinct()))
        .select_from(measurement)
        .join(occasion, and_(o.enrolment_id == m.enrolment_id, o.survey == m.point, o.period == ""))
        .join(answer, and_(a.occasion_id == o.id, a.question == "reason"))
        .where(m.year == year, a.value.is_not(None))
        .group_by(a.value)
    )
    return {value: (customers, providers) for value, customers, providers in rows}


async def _cases(conn: AsyncConnection, year: int) -> dict[str, int]:
    opened = case_table.c.opened_at
    rows = await conn.execute(
        select(case_table.c.kind, func.count())
        .where(opened >= datetime(year, 1, 1, tzinfo=UTC), opened < datetime(year + 1, 1, 1, tzinfo=UTC))
        .group_by(case_table.c.kind)
    )
    return {row.kind: row[1] for row in rows}
