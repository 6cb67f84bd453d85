"""The demo's year: the same seed gives the same figures."""

from datetime import date
from pathlib import Path

import pytest

from bot.reports import quality_report
from bot.simulator.year import LAST_DAY, YEAR, simulated_year
from survey.unit.profile_file import example


async def _figures(folder: Path, last: date) -> tuple[int, int, list[object]]:
    """Return the messages received, the replies, and every figure of the year so far."""
    async with simulated_year(folder, seed=7) as year:
        async for _ in year.days(last):
            pass
        quality = await quality_report(year.app.db, YEAR, year.clock(), unit=example())
        return year.population.received, year.population.answered, list(quality.indicators)


async def test_the_first_weeks(tmp_path: Path) -> None:
    one, other = _folders(tmp_path)
    first = await _figures(one, date(2015, 1, 14))
    assert first == await _figures(other, date(2015, 1, 14))
    assert min(first[:2]) > 5


@pytest.mark.long
async def test_the_whole_year(tmp_path: Path) -> None:
    one, other = _folders(tmp_path)
    assert await _figures(one, LAST_DAY) == await _figures(other, LAST_DAY)


def _folders(parent: Path) -> tuple[Path, Path]:
    one, other = parent / "one", parent / "other"
    one.mkdir()
    other.mkdir()
    return one, other
