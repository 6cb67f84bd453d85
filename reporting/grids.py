"""The tables of the report, made of rows that have passed disclosure control. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from reporting.background import Action, Expectation, QuestionWording
from reporting.blocks import Cell, Grid, Percent
from reporting.indicators import (
    EXCLUDED,
    SELF_SUFFICIENT,
    Cube,
    Definition,
    Indicator,
    reasons_of,
)
from reporting.sentences import Earlier, Earliers, Find, interval_text, share_cell, title_of
from reporting.swedish import (
    DIFFICULTIES,
    END_REASONS,
    GENDERS,
    NO_DATA,
    POINTS,
    REASONS,
    SUPPRESSED,
    SURVEYS,
    count,
    day,
    decimal,
    percent,
    printed_name,
)
from reporting.themes import ThemeRow
from storage.cases import KINDS
from storage.targets import ContextFigure
from storage.volumes import Volumes


class Contacts(Protocol):
    """What became of the surveys of one measurement point."""

    @property
    def sent(self) -> int: ...
    @property
    def delivered(self) -> int: ...
    @property
    def outcomes(self) -> Mapping[str, int]: ...


class Aggregate(Cube, Protocol):
    """A cube with the counts of the process, as storage.aggregates makes it."""

    @property
    def as_of(self) -> date: ...
    @property
    def contacts(self) -> Mapping[str, Contacts]: ...
    @property
    def reasons(self) -> Mapping[int, tuple[int, int]]: ...
    @property
    def cases(self) -> Mapping[str, int]: ...


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
                _of(row),
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


def month_sums(aggregate: Cube) -> dict[str, list[int]]:
    """By provider, the unit under an empty name: due, on time, late, answered, confirmed, denied in the year."""
    sums: dict[str, list[int]] = {}
    for (ref, _month), cell in aggregate.months.items():
        own = sums.setdefault(ref, [0] * 6)
        for place, number in enumerate(cell):
            own[place] += number
    return sums


FOLLOWUPS = (
    "Förväntade",
    "I tid",
    "Sent",
    "Saknas",
    "Undantagna",
    "Andel i tid",
    "Bekräftat av kund",
    "Avvikelser",
)


def followups_grid(aggregate: Aggregate, find: Find) -> Grid:
    sums = month_sums(aggregate)
    rows: list[tuple[Cell, ...]] = []
    for ref, name in (*aggregate.providers, ("", "Hela enheten")):
        due, on_time, late, _answered, _yes, denied = sums.get(ref, [0] * 6)
        rows.append(
            (
                printed_name(name),
                due,
                on_time,
                late,
                due - on_time - late,
                0,  # exempt months: none can be registered yet
                share_cell(find("followup.compliance", ref)),
                share_cell(find("followup.confirmed", ref)),
                denied,
            )
        )
    return Grid("Månadsuppföljning, insatsmånader som är slut", ("Anordnare", *FOLLOWUPS), tuple(rows), total=True)


def endings_grid(aggregate: Aggregate, find: Find) -> Grid:
    told = find("outcome.all_endings").value is not None  # else reasons would tell what the total may not
    unit = reasons_of(aggregate)[""]
    rows = tuple(
        (
            title,
            unit[reason] if told else SUPPRESSED,
            "Ja" if reason in SELF_SUFFICIENT else "Nej",
            "Ja" if reason in EXCLUDED else "Nej",
        )
        for reason, title in END_REASONS.items()
        if unit.get(reason) and reason != "changed_provider"
    )
    return Grid(
        "Avslut per orsak", ("Orsak", "Antal", "Räknas som mål", "Undantas"), rows, words=frozenset({0, 2, 3})
    )


def provider_endings_grids(aggregate: Cube, find: Find, minimum: int) -> dict[str, Grid]:
    """End reasons by provider, where its outcome is shown: a reason with few endings is told with others."""
    found = {}
    for ref, reasons in reasons_of(aggregate).items():
        ended = {reason: n for reason, n in reasons.items() if n and reason != "changed_provider"}
        if not ref or find("outcome.all_endings", ref).value is None:
            continue
        shown = {reason: n for reason, n in ended.items() if n >= minimum}
        while len(ended) - len(shown) == 1 and shown:  # alone it would follow from the sum
            del shown[min(shown, key=lambda reason: (shown[reason], reason))]
        rows: list[tuple[Cell, ...]] = [(END_REASONS[r], shown[r]) for r in END_REASONS if r in shown]
        if len(shown) < len(ended):
            rows.append(("Andra orsaker, sammanslagna", sum(ended.values()) - sum(shown.values())))
        found[ref] = Grid("Avslutsorsaker", ("Orsak", "Antal"), tuple(rows))
    return found


def outcomes_grid(aggregate: Cube, find: Find) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for ref, name in (*aggregate.providers, ("", "Hela enheten")):
        every, kept = find("outcome.all_endings", ref), find("outcome.after_exclusions", ref)
        cells = (
            _of(every),
            share_cell(every),
            interval_text(every),
            _of(kept),
            share_cell(kept),
            interval_text(kept),
        )
        rows.append((printed_name(name), *cells))
    columns = (
        "Anordnare",
        "Alla avslut",
        "Egen försörjning\u00a0%",
        "95\u00a0%-intervall",
        "Efter undantag",
        "Egen försörjning\u00a0%",
        "95\u00a0%-intervall",
    )
    return Grid("Egen försörjning vid avslut", columns, tuple(rows), total=True)


def _of(row: Indicator) -> Cell:
    if row.numerator is None or row.denominator is None:
        return share_cell(row)
    return f"{count(row.numerator)}/{count(row.denominator)}"


def expectations_grid(each_: Sequence[Expectation], names: Mapping[str, str]) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for each in each_:
        shown = each.ratio is not None and each.low is not None and each.high is not None
        rows.append(
            (
                printed_name(names.get(each.provider, each.provider)),
                Percent(each.share_high) if each.share_high is not None else SUPPRESSED,
                each.observed if each.observed is not None and shown else SUPPRESSED,
                decimal(each.expected) if each.expected is not None and shown else SUPPRESSED,
                _ratio(each.ratio) if each.ratio is not None and shown else SUPPRESSED,
                f"{_ratio(each.low)}–{_ratio(each.high)}" if each.low is not None and each.high is not None else "",
            )
        )
    columns = ("Anordnare", "Andel svår start", "Observerat", "Förväntat", "O/E", "95\u00a0%-intervall")
    return Grid("Egen försörjning med hänsyn till svårighetsgrad", columns, tuple(rows))


def _ratio(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


def changes_grid(aggregate: Aggregate, find: Find) -> Grid:
    told = find("outcome.all_endings").status in ("ok", "no_answers")
    unit = reasons_of(aggregate)[""]
    rows: list[tuple[Cell, ...]] = [
        ("Byte av anordnare", unit.get("changed_provider", 0)),
        ("Avbrott", unit.get("dropped_out", 0) if told else SUPPRESSED),
    ]
    rows += [(KINDS.get(kind, kind).capitalize(), number) for kind, number in sorted(aggregate.cases.items())]
    return Grid("Byten, avbrott och synpunkter under året", ("Händelse", "Antal"), tuple(rows))


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


def definitions_grid(definitions: Sequence[Definition]) -> Grid:
    rows = tuple((f"{d.title} ({d.id})", f"v{d.version}", d.numerator, d.denominator) for d in definitions)
    return Grid("Definitioner", ("Indikator", "Version", "Täljare", "Nämnare"), rows, words=frozenset({0, 2, 3}))


def wordings_grid(wordings: Sequence[QuestionWording]) -> Grid:
    order = list(SURVEYS)
    rows = tuple(
        (SURVEYS[each.survey], each.text, f"v{each.version}")
        for each in sorted(wordings, key=lambda each: order.index(each.survey))
    )
    return Grid("Frågorna som kunderna får", ("Enkät", "Fråga", "Version"), rows, words=frozenset({0, 1}))
