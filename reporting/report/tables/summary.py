"""The tables of the report, made of rows that have passed disclosure control. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from reporting.document.blocks import Cell, Grid, Percent
from reporting.document.swedish import (
    DIFFICULTIES,
    GENDERS,
    NO_DATA,
    POINTS,
    REASONS,
    SUPPRESSED,
    day,
    decimal,
    percent,
    printed_name,
)
from reporting.figures.indicators import Cube, Indicator
from reporting.figures.themes import ThemeRow
from reporting.report.background import Action
from reporting.report.sentences import Earlier, Earliers, Find, fraction_cell, interval_text, share_cell, title_of
from storage.figures.year_values import ContextFigure, Volumes


class Contacts(Protocol):
    """What became of the surveys of one measurement point."""

    @property
    def sent(self) -> int: ...
    @property
    def delivered(self) -> int: ...
    @property
    def outcomes(self) -> Mapping[str, int]: ...


class Aggregate(Cube, Protocol):
    """A cube with the counts of the process, as storage.figures.aggregates makes it."""

    @property
    def as_of(self) -> date: ...
    @property
    def contacts(self) -> Mapping[str, Contacts]: ...
    @property
    def reasons(self) -> Mapping[int, tuple[int, int]]: ...
    @property
    def cases(self) -> Mapping[str, int]: ...
    @property
    def exempt(self) -> Mapping[tuple[str, str], Mapping[str, int]]:
        """(provider, YYYY-MM) -> exempt enrolment-months by reason; of months that are over."""
        ...


_SUMMARY = (
    ("satisfaction.overall", "start"),
    ("satisfaction.overall", "end"),
    ("satisfaction.treatment", "start"),
    ("satisfaction.treatment", "end"),
    ("satisfaction.usefulness", "start"),
    ("satisfaction.usefulness", "end"),
    ("response_rate", "start"),
    ("response_rate", "end"),
    ("followup.compliance", ""),
    ("followup.confirmed", ""),
    ("outcome.all_endings", ""),
    ("outcome.after_exclusions", ""),
)


def summary_grid(find: Find, earlier: Earliers) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for id_, point in _SUMMARY:
        row, before = find(id_, "", point), earlier(id_, point)
        rows.append(
            (
                title_of(id_, point),
                percent(row.target, short=True) if row.target is not None else NO_DATA,
                share_cell(row),
                fraction_cell(row),
                interval_text(row),
                Percent(before.value) if before and before.value is not None else NO_DATA,
                _comparable(before),
            )
        )
    columns = (
        "Indikator",
        "Mål",
        "Utfall",
        "Täljare/nämnare",
        "95\u00a0%-intervall",
        "Föregående år",
        "Jämförbart",
    )
    return Grid("Årets indikatorer för hela enheten", columns, tuple(rows))


def _comparable(before: Earlier | None) -> str:
    if before is None or (before.value is None and not before.break_reason):
        return NO_DATA
    return "Nej" if before.break_reason else "Ja"


def volumes_grid(volumes: Volumes | None, providers: int, minimum: int) -> Grid:
    """How many were helped. A group is told from ``minimum`` people, inside and outside it."""

    def group(number: int, customers: int) -> tuple[Cell, Cell]:
        if not minimum <= number <= customers - minimum:
            return SUPPRESSED, SUPPRESSED
        return number, Percent(100 * number / customers)

    rows: tuple[tuple[Cell, ...], ...] = ()
    if volumes is not None and volumes.customers:
        rows = (
            ("Anordnare i registret", providers, ""),
            ("Anordnare med fler än fem kunder", sum(n > 5 for n in volumes.customers_of.values()), ""),
            ("Kunder", volumes.customers, ""),
            ("– kvinnor", *group(volumes.women, volumes.customers)),
            ("– 16–24 år vid årets slut", *group(volumes.young, volumes.customers)),
            ("Insatser", volumes.enrolments, ""),
        )
    return Grid("Kunder och insatser under året", ("Omfattning", "Antal", "Andel av kunderna"), rows)


def context_grid(figures: Sequence[ContextFigure]) -> Grid:
    rows = tuple(
        (each.name, f"{decimal(each.value, short=True)} {each.unit}".strip(), each.source, day(each.date))
        for each in figures
    )
    columns = ("Uppgift", "Värde", "Källa", "Hämtad")
    return Grid("Omvärlden enligt andra källor", columns, rows, words=frozenset({0, 2}))


def contacts_grid(aggregate: Aggregate, find: Find) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for point in ("start", "end"):
        response, contact = find("response_rate", "", point), aggregate.contacts.get(point)
        outcomes = contact.outcomes if contact else {}
        rows.append(
            (
                POINTS[point],
                response.eligible or 0,
                outcomes.get("unreachable", 0),
                contact.sent if contact else 0,
                contact.delivered if contact else 0,
                response.numerator or 0,
                outcomes.get("partial", 0),
                outcomes.get("opted_out", 0),
                share_cell(response),
            )
        )
    columns = (
        "Mätpunkt",
        "Berättigade",
        "Ej kontaktbara",
        "Skickade",
        "Levererade",
        "Svar",
        "Delvis svar",
        "Avböjt",
        "Svarsandel",
    )
    return Grid("Från berättigade till svar", columns, tuple(rows))


def questions_grid(find: Find) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for question, title in (("overall", "Totalomdöme"), ("treatment", "Bemötande"), ("usefulness", "Nytta")):
        for point in ("start", "end"):
            row = find(f"satisfaction.{question}", "", point)
            rows.append((title, POINTS[point], _answers(row), share_cell(row), interval_text(row)))
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
        for gender, title in GENDERS.items():
            rows.append(_group_row(title, point, find("satisfaction.overall", "", point, gender)))
        for difficulty, title in DIFFICULTIES.items():
            rows.append(_group_row(title, point, find("satisfaction.overall", "", point, difficulty=difficulty)))
    columns = ("Grupp", "Mätpunkt", "Berättigade", "Svar", "Nöjda\u00a0%", "95\u00a0%-intervall")
    return Grid("Totalomdöme per kön och svårighetsgrad", columns, tuple(rows), words=frozenset({0, 1}))


def _group_row(title: str, point: str, row: Indicator) -> tuple[Cell, ...]:
    return (title, POINTS[point], row.eligible or 0, _answers(row), share_cell(row), interval_text(row))


def actions_grid(actions: Sequence[Action], names: Mapping[str, str]) -> Grid:
    rows = tuple(
        (
            printed_name(names.get(each.provider, each.provider)),
            each.deficiency,
            each.plan,
            day(each.due_on) if each.due_on else NO_DATA,
            each.status,
        )
        for each in actions
    )
    columns = ("Anordnare", "Brist", "Åtgärdsplan", "Förfaller", "Status")
    return Grid(
        "Brister och åtgärdsplaner",
        columns,
        rows,
        words=frozenset({0, 1, 2, 4}),
        nothing="Ingen brist är konstaterad och ingen åtgärdsplan är registrerad.",
    )
