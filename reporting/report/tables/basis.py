"""Section 2: who was helped, who of those who were asked has answered, and what others have measured. Pure."""

from collections.abc import Sequence

from reporting.document.blocks import Cell, Grid, Percent
from reporting.document.swedish import SUPPRESSED, day, decimal, printed_name, sort_key
from reporting.figures.indicators import Find
from reporting.report.tables.cells import share_cell
from storage.figures.cells import Aggregate
from storage.figures.year_values import ContextFigure, Volumes
from survey.codes import Outcome, Point


def volumes_grid(volumes: Volumes | None, providers: int, minimum: int) -> Grid:
    """Make the table of customers and enrolments; a group is told from ``minimum`` people inside and outside it."""

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
            ("– varav kvinnor", *group(volumes.women, volumes.customers)),
            ("– varav 16–24 år vid årets slut", *group(volumes.young, volumes.customers)),
            ("Insatser", volumes.enrolments, ""),
        )
    return Grid("Kunder och insatser under året", ("Omfattning", "Antal", "Andel av kunderna"), rows)


def context_grid(figures: Sequence[ContextFigure]) -> Grid:
    """Make the table of figures that others have measured, with their sources."""
    rows = tuple(
        (
            printed_name(each.name),
            printed_name(f"{decimal(each.value, short=True)} {each.unit}"),
            printed_name(each.source),
            day(each.date),
        )
        for each in sorted(figures, key=lambda each: sort_key(each.name))
    )
    columns = ("Uppgift", "Värde", "Källa", "Hämtad")
    return Grid("Omvärlden enligt andra källor", columns, rows, words=frozenset({0, 2}))


def contacts_grid(aggregate: Aggregate, find: Find) -> Grid:
    """Make the table that leads from the eligible to those who answered."""
    rows: list[tuple[Cell, ...]] = []
    for point in (Point.START, Point.END):
        response, contact = find("response_rate", "", point), aggregate.contacts.get(point)
        outcomes = contact.outcomes if contact else {}
        rows.append(
            (
                point.swedish,
                response.eligible or 0,
                outcomes.get(Outcome.UNREACHABLE, 0),
                contact.sent if contact else 0,
                contact.delivered if contact else 0,
                response.numerator or 0,
                outcomes.get(Outcome.PARTIAL, 0),
                outcomes.get(Outcome.OPTED_OUT, 0),
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
