"""Print an indicator in a cell of a table. Pure."""

from reporting.disclosure.cells import Status
from reporting.document.blocks import Cell, Fraction, Interval, Percent, cell_text
from reporting.document.swedish import NO_DATA, SUPPRESSED
from reporting.figures.definitions import DEFINITIONS
from reporting.figures.indicators import Find, Indicator
from survey.codes import Point, in_sentence, swedish

TITLES = {definition.id: definition.title for definition in DEFINITIONS}


def share_cell(row: Indicator) -> Cell:
    """Return the value, or the symbol that stands for none."""
    if row.value is None:
        return NO_DATA if row.status == Status.NO_ANSWERS else SUPPRESSED
    return Percent(row.value)


def interval_text(row: Indicator) -> str:
    """Return the 95 % interval as text; empty where the indicator has none."""
    return cell_text(interval_cell(row))


def fraction_cell(row: Indicator) -> Cell:
    """Return ``33/41``, or the symbol that stands for none."""
    if row.numerator is None or row.denominator is None:
        return share_cell(row)
    return Fraction(row.numerator, row.denominator)


def interval_cell(row: Indicator) -> Cell:
    """Return the 95 % interval; empty where the indicator has none."""
    return "" if row.ci_low is None or row.ci_high is None else Interval(row.ci_low, row.ci_high)


def target_cell(row: Indicator) -> Cell:
    """Return the goal, with as many decimals as the outcome beside it."""
    return NO_DATA if row.target is None else Percent(row.target)


def title_of(indicator: str, point: str) -> str:
    """Return the indicator's title, with its point."""
    return TITLES[indicator] + (f" ({in_sentence(swedish(Point, point))})" if point else "")


def titled(title: str, row: Indicator, find: Find) -> str:
    """Return the title of a row in a table, with its day where it keeps what an earlier edition told."""
    today = find("response_rate", "", Point.ALL).created_at
    return title if row.created_at == today else of_day(title, row.created_at[:10])


def of_day(title: str, day: str) -> str:
    """Return the title of what keeps the figures of an earlier day; the title alone where ``day`` is empty."""
    return f"{title} (per {day})" if day else title
