"""Section 4: satisfaction by question and group, and why customers are not satisfied. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.document.blocks import Cell, Grid, Percent
from reporting.document.swedish import NO_DATA, REASONS, SUPPRESSED
from reporting.figures.indicators import Find, Indicator
from reporting.figures.themes import ThemeRow
from reporting.report.tables.cells import interval_text, share_cell
from storage.figures.cells import Aggregate
from survey.codes import Difficulty, Gender, Point, swedish


def questions_grid(find: Find) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for question, title in (("overall", "Totalomdöme"), ("treatment", "Bemötande"), ("usefulness", "Nytta")):
        for point in ("start", "end"):
            row = find(f"satisfaction.{question}", "", point)
            rows.append((title, swedish(Point, point), _answers(row), share_cell(row), interval_text(row)))
    columns = ("Fråga", "Mätpunkt", "Svar", "Nöjda\u00a0%", "95\u00a0%-intervall")
    return Grid("Andel nöjda per fråga", columns, tuple(rows), words=frozenset({0, 1}))


def _answers(row: Indicator) -> Cell:
    return row.denominator if row.denominator is not None else share_cell(row)


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason not to be satisfied that may be shown."""

    title: str
    customers: int


def reasons_grid(aggregate: Aggregate, find: Find, minimum: int) -> tuple[Grid, tuple[Reason, ...]]:
    """The fixed reasons, and those that are shown: from six customers at two or more providers.

    What is left out must not follow from what is shown.
    """
    total = find("satisfaction.overall", "", "all")
    unsatisfied = None
    if total.numerator is not None and total.denominator is not None:
        unsatisfied = total.denominator - total.numerator
    shown = {
        value: customers
        for value, (customers, providers) in sorted(aggregate.reasons.items())
        if customers >= minimum and providers >= 2
    }
    hidden = sum(customers for customers, _ in aggregate.reasons.values()) - sum(shown.values())
    while shown and (0 < hidden < minimum):
        smallest = min(shown, key=lambda value: (shown[value], value))
        hidden += shown.pop(smallest)
    rows: list[tuple[Cell, ...]] = []
    for value, title in REASONS.items():
        customers, providers = aggregate.reasons.get(value, (0, 0))
        if value in shown:
            share: Cell = Percent(100 * customers / unsatisfied) if unsatisfied else SUPPRESSED
            rows.append((title, customers, share, providers))
        else:
            symbol = SUPPRESSED if customers else NO_DATA
            rows.append((title, symbol, symbol, symbol))
    columns = ("Skäl", "Antal kunder", "Andel av missnöjda", "Antal anordnare")
    given = tuple(Reason(REASONS[value], customers) for value, customers in shown.items())
    return Grid("Varför man inte är nöjd", columns, tuple(rows)), given


def themes_grid(themes: Sequence[ThemeRow]) -> Grid:
    """What staff read in the comments, theme by theme; one that nobody had is left out."""

    def cell(number: int | None) -> Cell:
        return SUPPRESSED if number is None else number

    rows = tuple(
        (row.title, cell(row.customers), cell(row.providers)) for row in themes if row.status != "no_answers"
    )
    columns = ("Tema", "Antal kunder", "Antal anordnare")
    return Grid("Teman i kundernas egna ord", columns, rows)


def groups_grid(find: Find) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for point in ("start", "end"):
        for gender in Gender:
            rows.append(_group_row(gender.swedish, point, find("satisfaction.overall", "", point, gender)))
        for difficulty in Difficulty:
            row = find("satisfaction.overall", "", point, difficulty=difficulty)
            rows.append(_group_row(difficulty.swedish, point, row))
    columns = ("Grupp", "Mätpunkt", "Berättigade", "Svar", "Nöjda\u00a0%", "95\u00a0%-intervall")
    return Grid("Totalomdöme per kön och svårighetsgrad", columns, tuple(rows), words=frozenset({0, 1}))


def _group_row(title: str, point: str, row: Indicator) -> tuple[Cell, ...]:
    return (title, swedish(Point, point), row.eligible or 0, _answers(row), share_cell(row), interval_text(row))
