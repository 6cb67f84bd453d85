"""Enrolment-months and endings, counted per provider when they change instead of when they are read.

The rows of month_count and ending_count can always be made again from enrolment, follow_up, occasion and answer;
tests/storage/figures/test_kept_counts.py holds the kept numbers against that. An enrolment-month is a calendar
month in which the enrolment was open on at least 15 days (REPORT.md, "Definitions"). These are the months from the
one of the enrolment's 15th day to the one of its last day but 14. What was done in an exempt month does not count
here; storage/followups/exemptions.py counts the exempt months.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.followups.calendar import OPEN_DAYS

# Days from the first open day to the fifteenth.
_APART = OPEN_DAYS - 1
_SAID = ("answered", "confirmed", "denied")

# The expressions on days that the two databases write differently.
_WORDS = {
    "sqlite": {
        "first": f"strftime('%Y-%m', e.started_on, '+{_APART} days')",
        "last": f"strftime('%Y-%m', e.ended_on, '-{_APART} days')",
        "after": f"strftime('%Y-%m', e.ended_on, '-{_APART} days', 'start of month', '+1 month')",
        "long": f"e.ended_on >= date(e.started_on, '+{_APART} days')",
        "held": "substr(f.held_on, 1, 7)",
        "year": "CAST(strftime('%Y', e.ended_on) AS INTEGER)",
    },
    "postgresql": {
        "first": f"to_char(e.started_on + {_APART}, 'YYYY-MM')",
        "last": f"to_char(e.ended_on - {_APART}, 'YYYY-MM')",
        "after": f"to_char(date_trunc('month', e.ended_on - {_APART}) + interval '1 month', 'YYYY-MM')",
        "long": f"e.ended_on >= e.started_on + {_APART}",
        "held": "to_char(f.held_on, 'YYYY-MM')",
        "year": "CAST(extract(year FROM e.ended_on) AS INTEGER)",
    },
}
_COUNTED = "(e.ended_on IS NULL OR ({long} AND {last} >= {first}))"
_IN_IT = (
    "{month} >= {first} AND (e.ended_on IS NULL OR {month} <= {last}) AND " + _COUNTED + " AND NOT EXISTS "
    "(SELECT 1 FROM exempt_month x WHERE x.enrolment_id = e.id AND x.month = {month})"
)
_MONTHS = """
INSERT INTO month_count (month, provider_id, began, ceased, on_time, late, answered, confirmed, denied)
SELECT month, provider_id, sum(began), sum(ceased), sum(on_time), sum(late), sum(answered), sum(confirmed),
       sum(denied)
FROM (
    SELECT {first} AS month, e.provider_id, 1 AS began, 0 AS ceased, 0 AS on_time, 0 AS late, 0 AS answered,
           0 AS confirmed, 0 AS denied
    FROM enrolment e WHERE {counted} {chosen}
    UNION ALL
    SELECT {after}, e.provider_id, 0, 1, 0, 0, 0, 0, 0
    FROM enrolment e WHERE e.ended_on IS NOT NULL AND {counted} {chosen}
    UNION ALL
    SELECT f.month, e.provider_id, 0, 0, CASE WHEN {held} = f.month THEN 1 ELSE 0 END,
           CASE WHEN {held} > f.month THEN 1 ELSE 0 END, 0, 0, 0
    FROM enrolment e JOIN follow_up f ON f.enrolment_id = e.id WHERE {recorded} {chosen}
    UNION ALL
    SELECT o.period, e.provider_id, 0, 0, 0, 0, 1, CASE WHEN a.value = 1 THEN 1 ELSE 0 END,
           CASE WHEN a.value = 0 AND f.month IS NOT NULL THEN 1 ELSE 0 END
    FROM enrolment e
    JOIN occasion o ON o.enrolment_id = e.id AND o.survey = 'checkin'
    JOIN answer a ON a.occasion_id = o.id AND a.question = 'followup_held' AND a.value IS NOT NULL
    LEFT JOIN follow_up f ON f.enrolment_id = e.id AND f.month = o.period
    WHERE {said} {chosen}
) AS part
GROUP BY month, provider_id
"""
_ENDINGS = """
INSERT INTO ending_count (year, provider_id, end_reason, number)
SELECT {year}, e.provider_id, e.end_reason, count(*)
FROM enrolment e WHERE e.ended_on IS NOT NULL {chosen}
GROUP BY {year}, e.provider_id, e.end_reason
"""
# What customers had said before of the months that count.
_BEFORE = """
SELECT e.id, o.period, e.provider_id, a.value, f.month IS NOT NULL AS recorded
FROM enrolment e
JOIN occasion o ON o.enrolment_id = e.id AND o.survey = 'checkin'
LEFT JOIN answer a ON a.occasion_id = o.id AND a.question = 'followup_held'
LEFT JOIN follow_up f ON f.enrolment_id = e.id AND f.month = o.period
WHERE e.id IN :ids AND o.period IN :months AND {said}
"""
_ADD = """
INSERT INTO month_count (month, provider_id, began, ceased, on_time, late, answered, confirmed, denied)
VALUES (:month, :provider_id, 0, 0, 0, 0, :answered, :confirmed, :denied)
ON CONFLICT (month, provider_id) DO UPDATE SET
    answered = month_count.answered + excluded.answered,
    confirmed = month_count.confirmed + excluded.confirmed,
    denied = month_count.denied + excluded.denied
"""


def _filled(statement: str, dialect: str, chosen: str = "") -> str:
    """Write a statement for a dialect; ``chosen`` is a condition on the enrolments."""
    words = _WORDS[dialect]
    return statement.format(
        **words,
        chosen=chosen,
        counted=_COUNTED.format(**words),
        recorded=_IN_IT.format(month="f.month", **words),
        # A check-in between the months' own has its day as its period: it is in no enrolment-month.
        said=f"length(o.period) = 7 AND {_IN_IT.format(month='o.period', **words)}",
    )


async def recount(conn: AsyncConnection, provider_ids: Collection[int] | None) -> None:
    """Count the months and endings of these providers again, in the caller's transaction; None is all providers."""
    if provider_ids is not None and not provider_ids:
        return
    some = provider_ids is not None
    chosen, where = ("AND e.provider_id IN :ids", " WHERE provider_id IN :ids") if some else ("", "")
    await _hold(conn, provider_ids, "NO KEY UPDATE")
    for statement in (
        f"DELETE FROM month_count{where}",
        f"DELETE FROM ending_count{where}",
        _filled(_MONTHS, conn.dialect.name, chosen),
        _filled(_ENDINGS, conn.dialect.name, chosen),
    ):
        if provider_ids is None:
            await conn.execute(text(statement))
        else:
            expanding = text(statement).bindparams(bindparam("ids", expanding=True))
            await conn.execute(expanding, {"ids": sorted(provider_ids)})


async def _hold(conn: AsyncConnection, provider_ids: Collection[int] | None, strength: str) -> None:
    """Lock the providers' rows, so that nobody adds to their counts while they are made again.

    On SQLite, where one transaction writes at a time, there is nothing to do.
    """
    if conn.dialect.name == "sqlite":
        return
    if provider_ids is None:
        await conn.execute(text(f"SELECT id FROM provider ORDER BY id FOR {strength}"))
        return
    some = text(f"SELECT id FROM provider WHERE id IN :ids ORDER BY id FOR {strength}")
    await conn.execute(some.bindparams(bindparam("ids", expanding=True)), {"ids": sorted(provider_ids)})


_SAID_OF_MONTHS = """
SELECT e.id AS enrolment_id, e.customer_id, p.ref AS provider, o.period AS month, a.value,
       f.month IS NOT NULL AS recorded
FROM enrolment e
JOIN provider p ON p.id = e.provider_id
JOIN occasion o ON o.enrolment_id = e.id AND o.survey = 'checkin' AND o.period BETWEEN :first AND :last
JOIN answer a ON a.occasion_id = o.id AND a.question = 'followup_held' AND a.value IS NOT NULL
LEFT JOIN follow_up f ON f.enrolment_id = e.id AND f.month = o.period
WHERE {said}
ORDER BY e.id, o.period
"""


@dataclass(frozen=True, slots=True)
class Said:
    """What a customer said of a month's follow-up, and whether the provider has recorded one."""

    enrolment_id: int
    customer_id: int
    provider: str
    month: str
    held: bool
    recorded: bool


async def said_of_months(conn: AsyncConnection, first: str, last: str) -> list[Said]:
    """Return the answers that count in the months (YYYY-MM) from ``first`` to ``last``."""
    statement = text(_filled(_SAID_OF_MONTHS, conn.dialect.name))
    return [
        Said(row.enrolment_id, row.customer_id, row.provider, row.month, row.value == 1, bool(row.recorded))
        for row in await conn.execute(statement, {"first": first, "last": last})
    ]


async def count_answers(conn: AsyncConnection, said: Mapping[tuple[int, str], int | None]) -> None:
    """Count what customers say of their follow-ups, before it is stored.

    An answer that is being corrected is taken out of the counts, which needs the answer as it was.

    Args:
        conn: the caller's transaction.
        said: by (enrolment id, month), 1 for yes, 0 for no, None for an answer that says neither.
    """
    if not said:
        return
    statement = text(_filled(_BEFORE, conn.dialect.name)).bindparams(
        bindparam("ids", expanding=True), bindparam("months", expanding=True)
    )
    keys = {"ids": sorted({id_ for id_, _ in said}), "months": sorted({month for _, month in said})}
    providers = {row.provider_id for row in await conn.execute(statement, keys)}
    await _hold(conn, sorted(providers), "SHARE")
    changes: dict[tuple[str, int], Counter[str]] = {}
    # Read again: the first reading may be older than a recount that ended while we waited for the lock.
    for row in await conn.execute(statement, keys):
        if (row.id, row.period) in said:
            change = changes.setdefault((row.period, row.provider_id), Counter())
            change.update(_counted(said[row.id, row.period], row.recorded))
            change.subtract(_counted(row.value, row.recorded))
    if changes:
        await conn.execute(
            text(_ADD),
            [
                {"month": month, "provider_id": id_, **{name: change[name] for name in _SAID}}
                for (month, id_), change in sorted(changes.items())
            ],
        )


def _counted(value: int | None, recorded: bool) -> Counter[str]:
    """Return what one answer adds to the counts; ``recorded``: whether the provider has recorded a follow-up."""
    if value is None:
        return Counter()
    return Counter(answered=1, confirmed=int(value == 1), denied=int(value == 0 and recorded))
