"""Section 4: satisfaction by question and group, and why customers are not satisfied. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.disclosure.cells import Status
from reporting.document.blocks import Cell, Grid, Percent
from reporting.document.swedish import NO_DATA, SUPPRESSED
from reporting.figures.indicators import Find, Indicator
from reporting.figures.themes import Dissatisfaction, ThemeRow, shown_reasons
from reporting.report.tables.cells import interval_cell, of_day, share_cell, titled
from survey.codes import Difficulty, DissatisfactionReason, Gender, Point

REASONS_TITLE = "Varför man inte är nöjd"


def questions_grid(find: Find) -> Grid:
    """Make the table of the share satisfied by question and point."""
    rows: list[tuple[Cell, ...]] = []
    for question, title in (("overall", "Totalomdöme"), ("treatment", "Bemötande"), ("usefulness", "Nytta")):
        for point in (Point.START, Point.END):
            row = find(f"satisfaction.{question}", "", point)
            cells = (point.swedish, _answers(row), share_cell(row), interval_cell(row))
            rows.append((titled(title, row, find), *cells))
    columns = ("Fråga", "Mätpunkt", "Svar", "Nöjda\u00a0%", "95\u00a0%-intervall")
    return Grid("Andel nöjda per fråga", columns, tuple(rows), words=frozenset({0, 1}))


def _answers(row: Indicator) -> Cell:
    """Return how many answered, or the symbol that stands for a hidden number."""
    return row.denominator if row.denominator is not None else share_cell(row)


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason not to be satisfied that may be shown."""

    title: str
    customers: int


def reasons_grid(said: Dissatisfaction, find: Find, minimum: int) -> tuple[Grid, tuple[Reason, ...]]:
    """Make the table of the fixed reasons, and return those that are shown: none where the whole unit's share is
    hidden.

    The share tells how many persons are not satisfied. Beside the number of dissatisfied answers, that tells how
    many are dissatisfied twice: it is hidden where only a few answered twice.
    """
    total = find("satisfaction.overall", "", Point.ALL)
    told = total.numerator is not None
    shown = shown_reasons(said.reasons) if told else []
    has_share = said.repeaters == 0 or said.repeaters >= minimum
    rows: list[tuple[Cell, ...]] = []
    for reason in DissatisfactionReason:
        customers, providers = said.reasons.get(reason, (0, 0))
        if reason in shown:
            share: Cell = Percent(100 * customers / said.customers) if has_share else SUPPRESSED
            rows.append((reason.swedish, customers, share, providers))
        else:
            symbol = SUPPRESSED if customers or not told else NO_DATA
            rows.append((reason.swedish, symbol, symbol, symbol))
    columns = ("Skäl", "Antal kunder", "Andel av dem som inte är nöjda", "Antal anordnare")
    given = tuple(Reason(reason.swedish, said.reasons[reason][0]) for reason in shown)
    return Grid(REASONS_TITLE, columns, tuple(rows)), given


def themes_grid(themes: Sequence[ThemeRow]) -> Grid:
    """Make the table of the themes that staff found in comments; one that nobody had is left out."""
    columns = ("Tema", "Antal kunder", "Antal anordnare")
    return Grid("Teman i kundernas egna ord", columns, theme_rows(themes))


def theme_rows(themes: Sequence[ThemeRow]) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows of a table of themes or reasons; one that nobody had is left out."""

    def cell(number: int | None) -> Cell:
        return SUPPRESSED if number is None else number

    told = (each for each in themes if each.status != Status.NO_ANSWERS)
    return tuple((of_day(each.title, each.day), cell(each.customers), cell(each.providers)) for each in told)


def groups_grid(find: Find) -> Grid:
    """Make the table of the overall question by gender and difficulty class."""
    rows: list[tuple[Cell, ...]] = []
    for point in (Point.START, Point.END):
        for gender in Gender:
            row = find("satisfaction.overall", "", point, gender)
            rows.append(_group_row(titled(gender.swedish, row, find), point, row))
        for difficulty in Difficulty:
            row = find("satisfaction.overall", "", point, difficulty=difficulty)
            rows.append(_group_row(titled(difficulty.swedish, row, find), point, row))
    columns = ("Grupp", "Mätpunkt", "Berättigade", "Svar", "Nöjda\u00a0%", "95\u00a0%-intervall")
    return Grid("Totalomdöme per kön och svårighetsgrad", columns, tuple(rows), words=frozenset({0, 1}))


def _group_row(title: str, point: Point, row: Indicator) -> tuple[Cell, ...]:
    return (title, point.swedish, row.eligible or 0, _answers(row), share_cell(row), interval_cell(row))
