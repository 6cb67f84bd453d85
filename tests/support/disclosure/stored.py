"""The rows of the export from a database, after disclosure control."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.figures.indicators import Indicator, builder_of, rows
from reporting.figures.told import disclose
from storage.figures.aggregates import aggregate
from storage.figures.responses import responses


async def rows_read(conn: AsyncConnection, year: int, now: datetime, minimum: int = 10) -> list[Indicator]:
    """Return the rows of ``year``; ``minimum`` is the least number of people behind a figure."""
    cells = await aggregate(conn, year, now)
    told = disclose(await responses(conn, year, now.date()), minimum=minimum, time_limit=0)
    return rows(cells, builder_of(cells, now, told))
