"""What the report is made of: counted cells of one year. All counting that the database can do is done there.

A person counts once per provider and measurement point. Those who have one enrolment there are counted by SQL,
in index order; the few who have more come as rows and are counted here, the latest enrolment with an answer first.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ColumnElement

from storage.figures.cells import Aggregate, Contacts, Key, MonthCounts
from storage.figures.measurements import RATINGS, SATISFIED
from storage.followups import exemptions
from storage.tables import case as case_table
from storage.tables import ending_count, measurement, month_count, provider
from survey.codes import CaseKind

NOT_STATED = "?"
ABOUT_THE_SERVICE = (CaseKind.CHANNEL,)  # cases about neither the unit nor a provider: in no report
WIDTH = 1 + 2 * len(RATINGS)


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
    told = await answers(conn, year, refs)
    periods = _over(year, now.date())
    exempt = await exemptions.counted(conn, periods[0], periods[-1]) if periods else {}
    return Aggregate(
        year=year,
        as_of=now.date(),
        providers=tuple(providers),
        satisfaction=told.cells,
        months=await _months(conn, periods, refs, exempt),
        endings=await _endings(conn, year, refs),
        contacts=told.contacts,
        reasons=await _reasons(conn, year),
        cases=await _cases(conn, year),
        exempt={(refs[id_], month): reasons for (id_, month), reasons in exempt.items()},
    )


@dataclass(frozen=True, slots=True)
class Answers:
    """What the measurement points of a year tell: `Aggregate.satisfaction`, and what became of the surveys."""

    cells: dict[Key, list[int]]
    contacts: dict[str, Contacts]


async def answers(conn: AsyncConnection, year: int, refs: dict[int, str]) -> Answers:
    """Per provider the year; for the unit also quarters, genders and difficulty classes. Point ``all`` is both."""
    m = measurement.c
    once = and_(m.year == year, m.repeated == 0)
    counts: list[ColumnElement[int]] = [func.count()]
    for name in RATINGS:
        counts += [func.count(m[name]), func.count().filter(m[name] >= SATISFIED)]
    found = Answers({}, {})
    by_provider = select(m.provider_id, m.point, *counts).where(once).group_by(m.point, m.provider_id)
    for provider_id, point, *numbers in await conn.execute(by_provider):
        _add(found.cells, [(refs[provider_id], str(year), point, "T", "")], numbers)
    await _add_groups(conn, year, once, found)
    await _add_repeated(conn, year, refs, found)
    return found


async def _add_groups(conn: AsyncConnection, year: int, once: ColumnElement[bool], found: Answers) -> None:
    """Points that are alike in everything are counted together: the index is in that order, and they are few."""
    m = measurement.c
    group = (m.quarter, m.point, m.gender, m.difficulty)
    alike = (*group, m.outcome, m.sent, m.delivered, *(m[name] for name in RATINGS))
    sums: dict[tuple[int, str, str, str], list[int]] = {}
    for quarter, point, gender, difficulty, outcome, sent, delivered, *rest in await conn.execute(
        select(*alike, func.count()).where(once).group_by(*alike)
    ):
        *ratings, number = rest
        cell = sums.setdefault((quarter, point, gender, difficulty), [0] * WIDTH)
        cell[0] += number
        for place, rating in enumerate(ratings):
            if rating is not None:
                cell[1 + 2 * place] += number
                if rating >= SATISFIED:
                    cell[2 + 2 * place] += number
        found.contacts.setdefault(point, Contacts()).add(outcome, sent, delivered, number)
    for (quarter, point, gender, difficulty), numbers in sums.items():
        _add(found.cells, _unit_keys(year, quarter, point, gender, difficulty), numbers)


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


async def _add_repeated(conn: AsyncConnection, year: int, refs: dict[int, str], found: Answers) -> None:
    m = measurement.c
    what = (
        m.provider_id,
        m.customer_id,
        m.point,
        m.quarter,
        m.gender,
        m.difficulty,
        m.outcome,
        m.sent,
        m.delivered,
    )
    rows = await conn.execute(
        select(*what, *(m[name] for name in RATINGS))
        .where(m.year == year, m.repeated == 1)
        .order_by(m.started_on.desc(), m.enrolment_id.desc())
    )
    seen: set[tuple[str, int, int, str, str]] = set()
    for provider_id, customer_id, point, quarter, gender, difficulty, outcome, sent, delivered, *ratings in rows:
        found.contacts.setdefault(point, Contacts()).add(outcome, sent, delivered, 1)
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
            _add(found.cells, [key], numbers)


def _over(year: int, today: date) -> list[str]:
    """The months of the year that are over, in order."""
    over = [month for month in range(1, 13) if date(year, month, monthrange(year, month)[1]) < today]
    return [f"{year}-{month:02}" for month in over]


async def _months(
    conn: AsyncConnection,
    periods: Sequence[str],
    refs: Mapping[int, str],
    exempt: Mapping[tuple[int, str], Mapping[str, int]],
) -> dict[tuple[str, str], MonthCounts]:
    """Count the enrolment-months of ``periods``, with what the provider recorded and the customer said.

    An enrolment-month is due while the enrolment is open and the month is not exempt: the enrolments that began
    up to the month, without those that ceased and without the exempt ones.
    """
    if not periods:
        return {}
    c = month_count.c
    open_before = await conn.execute(
        select(c.provider_id, func.sum(c.began - c.ceased)).where(c.month < periods[0]).group_by(c.provider_id)
    )
    opened = {provider_id: int(number) for provider_id, number in open_before}
    rows = await conn.execute(select(month_count).where(c.month.between(periods[0], periods[-1])))
    counted = {(row.month, row.provider_id): row for row in rows}
    found: dict[tuple[str, str], MonthCounts] = {}
    for period in periods:
        of_providers = []
        for provider_id, ref in refs.items():
            row = counted.get((period, provider_id))
            if row is not None:
                opened[provider_id] = opened.get(provider_id, 0) + row.began - row.ceased
            due = opened.get(provider_id, 0) - sum(exempt.get((provider_id, period), {}).values())
            if due:
                counts = _month(due, row)
                of_providers.append(counts)
                found[ref, period] = counts
        if of_providers:
            found["", period] = MonthCounts.total(of_providers)
    return found


def _month(due: int, row: Any) -> MonthCounts:
    """Make the counts of a row of month_count; without a row nobody has said anything of the month."""
    if row is None:
        return MonthCounts(due)
    return MonthCounts(due, row.on_time, row.late, row.answered, row.confirmed, row.denied)


async def _endings(conn: AsyncConnection, year: int, refs: dict[int, str]) -> dict[tuple[str, str], int]:
    c = ending_count.c
    rows = await conn.execute(select(c.provider_id, c.end_reason, c.number).where(c.year == year))
    return {(refs[provider_id], reason): number for provider_id, reason, number in rows}


async def _reasons(conn: AsyncConnection, year: int) -> dict[int, tuple[int, int]]:
    """By reason, its customers and their providers."""
    m = measurement.c
    rows = await conn.execute(
        select(m.reason, func.count(m.customer_id.distinct()), func.count(m.provider_id.distinct()))
        .where(m.year == year, m.reason.is_not(None))
        .group_by(m.reason)
    )
    return {reason: (customers, providers) for reason, customers, providers in rows}


async def _cases(conn: AsyncConnection, year: int) -> dict[str, int]:
    opened = case_table.c.opened_at
    rows = await conn.execute(
        select(case_table.c.kind, func.count())
        .where(opened >= datetime(year, 1, 1, tzinfo=UTC), opened < datetime(year + 1, 1, 1, tzinfo=UTC))
        .where(case_table.c.kind.not_in(ABOUT_THE_SERVICE))
        .group_by(case_table.c.kind)
    )
    return {row.kind: row[1] for row in rows}
