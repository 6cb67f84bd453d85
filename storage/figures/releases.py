"""The release ledger: what was told outside the unit. Rows are added; an erased answer loses its value.

Which figures may be told is decided in reporting/disclosure.
"""

import json
from collections.abc import Mapping

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import insert
from storage.errors import PublicationErrorCode, RevisionTaken
from storage.figures.release_values import Ledger, Release, ToldAnswer, ToldCell
from storage.tables import release, told_answer, told_cell

# The measure whose responses are facts of the register: no answers that a customer can erase.
OUTCOME = "outcome"
_KEY = ("indicator", "provider", "period", "point", "gender", "difficulty")


async def ledgers(conn: AsyncConnection) -> dict[str, Ledger]:
    """Return what was told, by measure."""
    a, c = told_answer.c, told_cell.c
    answers: dict[str, list[ToldAnswer]] = {}
    for measure, *values in await conn.execute(select(a.measure, a.id, a.person, a.source, a.value).order_by(a.id)):
        answers.setdefault(measure, []).append(ToldAnswer(*values))
    cells: dict[str, list[ToldCell]] = {}
    keys = [c[name] for name in _KEY]
    for measure, behind, *key in await conn.execute(select(c.measure, c.answers, *keys).order_by(c.release, *keys)):
        indicator, provider, period, point, gender, difficulty = key
        told = ToldCell((indicator, provider, period, point, gender, difficulty), frozenset(json.loads(behind)))
        cells.setdefault(measure, []).append(told)
    return {
        measure: Ledger(tuple(answers.get(measure, ())), tuple(cells.get(measure, ())))
        for measure in answers.keys() | cells.keys()
    }


async def next_answer(conn: AsyncConnection) -> int:
    """Return the first number that no told answer has."""
    return ((await conn.execute(select(func.max(told_answer.c.id)))).scalar() or 0) + 1


async def add(conn: AsyncConnection, made: Release, told: Mapping[str, Ledger] | None = None) -> int:
    """Put a release on record, with what it tells anew by measure; return its number.

    Raises:
        RevisionTaken: somebody else has just put another one on record.
    """
    number = ((await conn.execute(select(func.max(release.c.number)))).scalar() or 0) + 1
    row = {name: getattr(made, name) for name in made.__slots__}
    try:
        await insert(conn, release, [{"number": number, **row}])
        for measure, ledger in (told or {}).items():
            await insert(
                conn,
                told_answer,
                [
                    {"id": a.id, "measure": measure, "person": a.person, "source": a.source, "value": a.value}
                    for a in ledger.answers
                ],
            )
            await insert(
                conn,
                told_cell,
                [
                    {
                        "release": number,
                        "measure": measure,
                        **dict(zip(_KEY, cell.key, strict=True)),
                        "answers": json.dumps(sorted(cell.answers), separators=(",", ":")),
                    }
                    for cell in ledger.cells
                ],
            )
    except IntegrityError as error:
        raise RevisionTaken(PublicationErrorCode.REVISION_TAKEN, year=made.year) from error
    return number


async def of_year(conn: AsyncConnection, year: int) -> list[Release]:
    """Return what was told of a year, in order."""
    columns = [release.c[name] for name in Release.__slots__]
    rows = await conn.execute(select(*columns).where(release.c.year == year).order_by(release.c.number))
    return [Release(**row) for row in rows.mappings()]


async def forget(conn: AsyncConnection, customer_id: int) -> None:
    """Take away what a customer had said in releases. That somebody answered stays: the figures were told."""
    a = told_answer.c
    await conn.execute(update(told_answer).where(a.person == customer_id, a.measure != OUTCOME).values(value=""))
