"""In which figures a response counts: the cells of each measure, as REPORT.md's definitions draw them. Pure."""

from collections.abc import Iterator

from reporting.disclosure.cells import Cell
from storage.figures.release_values import Response

SATISFACTION = ("satisfaction.overall", "satisfaction.treatment", "satisfaction.usefulness")
CONFIRMED = "followup.confirmed"
DENIED = "followup.denied"  # of the months that the provider has recorded; a figure of the measure CONFIRMED
OUTCOME = "outcome"  # the measure of every outcome.* figure: the same endings stand behind them
THEMES = "themes"  # of comments, by everybody who answered
CHANGE_REASONS = "change_reasons"
MEASURES = (*SATISFACTION, CONFIRMED, OUTCOME, THEMES, CHANGE_REASONS)


def measure_of(indicator: str) -> str:
    """Return the measure that a figure belongs to."""
    if indicator == DENIED:
        return CONFIRMED
    return OUTCOME if indicator.startswith("outcome.") else indicator


def cells_of(measure: str, response: Response) -> list[Cell]:
    """Return the figures of ``measure`` in which the response counts."""
    if measure in SATISFACTION:
        return list(_satisfaction(measure, response))
    if measure == OUTCOME:
        return list(_outcome(response))
    if measure == CONFIRMED:
        return list(_confirmed(response))
    year = str(response.year)
    return [Cell(measure, "", year), *([Cell(measure, response.provider, year)] if measure == THEMES else [])]


def _satisfaction(indicator: str, response: Response) -> Iterator[Cell]:
    year = str(response.year)
    for point in (response.point, "all"):
        if response.in_year:
            yield Cell(indicator, "", year, point)
            yield Cell(indicator, response.provider, year, point)
            if response.gender:
                yield Cell(indicator, "", year, point, response.gender)
            if response.difficulty:
                yield Cell(indicator, "", year, point, difficulty=response.difficulty)
        if response.in_period:
            yield Cell(indicator, "", response.period, point)


def _confirmed(response: Response) -> Iterator[Cell]:
    """Months are the unit's alone: a provider knows which of its customers were asked in one.

    Denials are counted among the months that the provider has recorded, and it knows which these are: with the
    confirmations they tell what customers said of the others.
    """
    for provider in ("", response.provider):
        yield Cell(CONFIRMED, provider, str(response.year))
        if response.is_recorded:
            yield Cell(DENIED, provider, str(response.year))
    yield Cell(CONFIRMED, "", response.period)


def _outcome(response: Response) -> Iterator[Cell]:
    year = str(response.year)
    yield Cell("outcome.all_endings", "", year)
    yield Cell("outcome.after_exclusions", "", year)
    yield Cell("outcome.after_exclusions", response.provider, year)
    if response.difficulty:
        yield Cell("outcome.after_exclusions", "", year, difficulty=response.difficulty)
    if response.is_youth:
        yield Cell("outcome.youth", "", year)
        yield Cell("outcome.youth.closed", "", year)
