"""The unit's goals, and the figures that others measured. The report shows both beside its own figures."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import upsert
from storage.figures.year_values import ContextFigure
from storage.tables import context_figure, target


class Goal(Protocol):
    """A goal of a year, as a register row has it; ``target`` is in per cent."""

    @property
    def indicator(self) -> str: ...
    @property
    def year(self) -> int: ...
    @property
    def target(self) -> float: ...


class Figure(Protocol):
    """A figure that others measured, as a register row has it."""

    @property
    def name(self) -> str: ...
    @property
    def year(self) -> int: ...
    @property
    def value(self) -> float: ...
    @property
    def unit(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def date(self) -> date: ...


async def save_targets(conn: AsyncConnection, goals: Iterable[Goal]) -> None:
    """Store goals; a goal of the same indicator and year is replaced."""
    await upsert(
        conn,
        target,
        ("indicator", "year"),
        [{"indicator": each.indicator, "year": each.year, "target": repr(each.target)} for each in goals],
    )


async def save_context(conn: AsyncConnection, figures: Iterable[Figure]) -> None:
    """Store context figures; a figure of the same name and year is replaced."""
    await upsert(
        conn,
        context_figure,
        ("name", "year"),
        [
            {
                "name": each.name,
                "year": each.year,
                "value": repr(each.value),
                "unit": each.unit,
                "source": each.source,
                "read_on": each.date,
            }
            for each in figures
        ],
    )


async def targets_of(conn: AsyncConnection, year: int) -> dict[str, float]:
    """Return the goals of a year in per cent, by indicator; the goals of another year do not count for it."""
    rows = await conn.execute(
        select(target.c.indicator, target.c.target).where(target.c.year == year).order_by(target.c.indicator)
    )
    return {row.indicator: float(row.target) for row in rows}


async def context_of(conn: AsyncConnection, year: int) -> tuple[ContextFigure, ...]:
    """Return the context figures of a year, by name."""
    c = context_figure.c
    rows = await conn.execute(
        select(c.name, c.year, c.value, c.unit, c.source, c.read_on).where(c.year == year).order_by(c.name)
    )
    return tuple(
        ContextFigure(
            name=row.name,
            year=row.year,
            value=float(row.value),
            unit=row.unit,
            source=row.source,
            date=row.read_on,
        )
        for row in rows
    )
