"""The counted cells of one year, which the report is made of. The database counts all that it can count.

A person counts once for a provider and a measurement point. Customers with one enrolment with the provider are
counted by the database, in the order of an index; the few who have several come as rows and are counted here.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ColumnElement

from storage.figures.cells import EVERY_GENDER, Aggregate, Contacts, Fate, Key, MonthCounts, SatisfactionCounts
from storage.figures.measurements import RATINGS, SATISFIED
from storage.followups import exemptions
from storage.tables import case as case_table
from storage.tables import ending_count, measurement, month_count, provider
from survey.codes import CaseKind, Point

# A gender or a difficulty class that the register does not give.
NOT_STATED = "?"
# Cases about the service and the register, and about no provider: in no report.
ABOUT_THE_SERVICE = (CaseKind.CHANNEL, CaseKind.GAP, CaseKind.MISTAKEN_END)

# The values of a SatisfactionCounts, in the order of its fields, while they are added up.
Numbers = list[int]
WIDTH = 1 + 2 * len(RATINGS)
# The numbers of a provider that has no row of month_count in a month.
NOTHING = (0,) * 7


async def aggregate(conn: AsyncConnection, year: int, now: datetime) -> Aggregate:
    """Count everything that the report of a year tells.

    Args:
        conn: a reading transaction.
        year: the calendar year.
        now: in the unit's own zone, where a month ends an hour or two before it ends in UTC. Months that are not
            over at ``now`` are not due.
    """
    p = provider.c
    rows = await conn.execute(select(p.id, p.ref, p.name).order_by(p.ref))
    providers = {id_: (ref, name) for id_, ref, name in rows}
    refs = {id_: ref for id_, (ref, _) in providers.items()}
    answered = await answers(conn, year, refs)
    periods = _over(year, now.date())
    exempt = await exemptions.counted(conn, periods[0], periods[-1]) if periods else {}
    return Aggregate(
        year=year,
        as_of=now.date(),
        providers=tuple(providers.values()),
        satisfaction=answered.cells,
        months=await _months(conn, periods, refs, exempt),
        endings=await _endings(conn, year, refs),
        contacts=answered.contacts,
        cases=await _cases(conn, year, now.tzinfo),
        exempt={(refs[id_], month): reasons for (id_, month), reasons in exempt.items()},
    )


@dataclass(frozen=True, slots=True)
class Answers:
    """What the measurement points of a year tell, as Aggregate has it."""

    cells: dict[Key, SatisfactionCounts]
    contacts: dict[str, Contacts]


@dataclass(frozen=True, slots=True)
class _Counting:
    """The cells of a year while they are counted."""

    year: int
    refs: Mapping[int, str]
    cells: dict[Key, Numbers] = field(default_factory=dict)
    contacts: dict[str, Contacts] = field(default_factory=dict)

    def of_provider(self, provider_id: int, point: str) -> Key:
        """Return the provider's cell of the year."""
        return Key(self.refs[provider_id], str(self.year), point)

    def of_unit(self, quarter: int, point: str, gender: str, difficulty: str) -> tuple[Key, ...]:
        """Return the cells of the whole unit that count a point: the year, its groups, and the quarter."""
        year = str(self.year)
        return (
            Key("", year, point),
            Key("", year, point, gender=gender or NOT_STATED),
            Key("", year, point, difficulty=difficulty or NOT_STATED),
            Key("", f"{year}-Q{quarter}", point),
        )

    def add(self, key: Key, numbers: Sequence[int]) -> None:
        """Add numbers to a cell, and to the cell of both points together."""
        both = Key(key.provider, key.period, Point.ALL.value, key.gender, key.difficulty)
        for each in (key, both):
            cell = self.cells.setdefault(each, [0] * WIDTH)
            for place, number in enumerate(numbers):
                cell[place] += number


async def answers(conn: AsyncConnection, year: int, refs: Mapping[int, str]) -> Answers:
    """Count the answers of a year, and what became of its surveys.

    The cells are: per provider the year; for the whole unit also its quarters, genders and difficulty classes.

    Args:
        conn: a reading transaction.
        year: the calendar year in which the measurement points lie.
        refs: the providers' refs by id.
    """
    counting = _Counting(year, refs)
    await _add_providers(conn, counting)
    await _add_groups(conn, counting)
    await _add_repeated(conn, counting)
    cells = {key: SatisfactionCounts._make(numbers) for key, numbers in counting.cells.items()}
    return Answers(cells, counting.contacts)


def _once(year: int) -> ColumnElement[bool]:
    """The points of customers who have one enrolment with the provider."""
    return and_(measurement.c.year == year, measurement.c.repeated == 0)


async def _add_providers(conn: AsyncConnection, counting: _Counting) -> None:
    """Count each provider's customers who have one enrolment there; the database does it in its index's order."""
    m = measurement.c
    counts: list[ColumnElement[int]] = [func.count()]
    for name in RATINGS:
        counts += [func.count(m[name]), func.count().filter(m[name] >= SATISFIED)]
    rows = select(m.provider_id, m.point, *counts).where(_once(counting.year)).group_by(m.point, m.provider_id)
    for provider_id, point, *numbers in await conn.execute(rows):
        counting.add(counting.of_provider(provider_id, point), numbers)


async def _add_groups(conn: AsyncConnection, counting: _Counting) -> None:
    """Count the same customers for the whole unit.

    Points that are alike in everything are counted together by the database, in its index's order: they are few.
    """
    m = measurement.c
    group, became = (m.quarter, m.point, m.gender, m.difficulty), (m.outcome, m.sent, m.delivered)
    alike = (*group, *became, *(m[name] for name in RATINGS))
    rows = select(*alike, func.count()).where(_once(counting.year)).group_by(*alike)
    sums: dict[tuple[int, str, str, str], Numbers] = {}
    for quarter, point, gender, difficulty, outcome, sent, delivered, *ratings, number in await conn.execute(rows):
        fate = Fate(outcome, bool(sent), bool(delivered), ratings[0] is not None)
        counting.contacts.setdefault(point, Contacts()).add(fate, number)
        cell = sums.setdefault((quarter, point, gender, difficulty), [0] * WIDTH)
        cell[0] += number
        for place, rating in enumerate(ratings):
            if rating is not None:
                cell[1 + 2 * place] += number
                if rating >= SATISFIED:
                    cell[2 + 2 * place] += number
    for (quarter, point, gender, difficulty), numbers in sums.items():
        for key in counting.of_unit(quarter, point, gender, difficulty):
            counting.add(key, numbers)


async def _add_repeated(conn: AsyncConnection, counting: _Counting) -> None:
    """Count the few customers who have several enrolments with a provider.

    Each counts once for a provider, point and question, in the year and in each quarter: by the latest enrolment
    with an answer, whose gender and class decide the group.
    """
    m = measurement.c
    who, group = (m.customer_id, m.provider_id), (m.point, m.quarter, m.gender, m.difficulty)
    rows = await conn.execute(
        select(*who, *group, m.outcome, m.sent, m.delivered, *(m[name] for name in RATINGS))
        .where(m.year == counting.year, m.repeated == 1)
        .order_by(m.started_on.desc(), m.enrolment_id.desc())
    )
    seen: set[_Counted] = set()
    for row in rows:
        fate = Fate(row.outcome, bool(row.sent), bool(row.delivered), row.overall is not None)
        counting.contacts.setdefault(row.point, Contacts()).add(fate, 1)
        own = counting.of_provider(row.provider_id, row.point)
        for key in (own, *counting.of_unit(row.quarter, row.point, row.gender, row.difficulty)):
            numbers = [1]
            for question, rating in zip(RATINGS, (row.overall, row.treatment, row.usefulness), strict=True):
                counted = _Counted.of(key, row.customer_id, row.provider_id, question)
                is_new = rating is not None and counted not in seen
                if is_new:
                    seen.add(counted)
                numbers += [int(is_new), int(is_new and rating >= SATISFIED)]
            counting.add(key, numbers)


class _Counted(NamedTuple):
    """An answer that has been counted, in the cells that divide the year in one way.

    ``split`` is what the cells divide the year by: the provider, the gender, the difficulty class or nothing. A
    customer counts once in each division, whichever of its cells it is.
    """

    period: str
    customer_id: int
    provider_id: int
    point: str
    question: str
    split: str

    @staticmethod
    def of(key: Key, customer_id: int, provider_id: int, question: str) -> "_Counted":
        """Return what is counted once of an answer in ``key``."""
        split = "provider" if key.provider else "gender" if key.gender != EVERY_GENDER else ""
        split = split or ("difficulty" if key.difficulty else "")
        return _Counted(key.period, customer_id, provider_id, key.point, question, split)


def _over(year: int, today: date) -> list[str]:
    """Return the months of the year that are over, in order."""
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
    columns = (c.month, c.provider_id, c.began, c.ceased, c.on_time, c.late, c.answered, c.confirmed, c.denied)
    rows = await conn.execute(select(*columns).where(c.month.between(periods[0], periods[-1])))
    counted: dict[str, dict[int, Sequence[int]]] = {period: {} for period in periods}
    for month, provider_id, *numbers in rows:
        counted[month][provider_id] = numbers
    not_due = {key: sum(reasons.values()) for key, reasons in exempt.items()}
    found: dict[tuple[str, str], MonthCounts] = {}
    for period, by_provider in counted.items():
        of_providers = []
        for provider_id, ref in refs.items():
            began, ceased, on_time, late, answered, confirmed, denied = by_provider.get(provider_id, NOTHING)
            opened[provider_id] = opened.get(provider_id, 0) + began - ceased
            due = opened[provider_id] - not_due.get((provider_id, period), 0)
            if due:
                counts = MonthCounts(due, on_time, late, answered, confirmed, denied)
                of_providers.append(counts)
                found[ref, period] = counts
        if of_providers:
            found["", period] = MonthCounts.total(of_providers)
    return found


async def _endings(conn: AsyncConnection, year: int, refs: Mapping[int, str]) -> dict[tuple[str, str], int]:
    """Return how many enrolments ended in the year, by (provider, end reason)."""
    c = ending_count.c
    rows = await conn.execute(select(c.provider_id, c.end_reason, c.number).where(c.year == year))
    return {(refs[provider_id], reason): number for provider_id, reason, number in rows}


async def _cases(conn: AsyncConnection, year: int, zone: tzinfo | None) -> dict[str, int]:
    """Return how many cases were opened in the year, by kind. The year begins and ends at midnight in ``zone``."""
    c = case_table.c
    first, last = (datetime(each, 1, 1, tzinfo=zone) for each in (year, year + 1))
    rows = await conn.execute(
        select(c.kind, func.count().label("number"))
        .where(c.opened_at >= first, c.opened_at < last)
        .where(c.kind.not_in(ABOUT_THE_SERVICE))
        .group_by(c.kind)
    )
    return {row.kind: row.number for row in rows}
