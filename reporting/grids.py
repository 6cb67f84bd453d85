"""The tables of the report as printed, made of rows that have passed disclosure control. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from reporting.indicators import DEFINITIONS, EXCLUDED, SELF_SUFFICIENT, Cube, Indicator, reasons_of
from reporting.sentences import Find, interval_text, share_text
from reporting.swedish import (
    CASES,
    DIFFICULTIES,
    END_REASONS,
    GENDERS,
    NO_DATA,
    POINTS,
    REASONS,
    SUPPRESSED,
    percent,
)


class Contacts(Protocol):
    """What became of the surveys of one measurement point."""

    @property
    def planned(self) -> int: ...
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


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as printed: its caption, its column headings, its rows of text."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


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


def summary_grid(find: Find) -> Grid:
    titles = {definition.id: definition.title for definition in DEFINITIONS}
    rows = []
    for id_, point in _SUMMARY:
        row = find(id_, "", point)
        rows.append(
            (
                titles[id_] + (f" ({POINTS[point].lower()})" if point else ""),
                percent(row.target) if row.target is not None else NO_DATA,
                share_text(row),
                f"{row.numerator}/{row.denominator}" if row.value is not None else share_text(row),
                interval_text(row),
                NO_DATA,
                NO_DATA,
            )
        )
    columns = ("Indikator", "Mål", "Utfall", "Täljare/nämnare", "95 %-intervall", "Föregående år", "Jämförbart")
    return Grid("Årets indikatorer för hela enheten", columns, tuple(rows))


def contacts_grid(aggregate: Aggregate, find: Find) -> Grid:
    rows = []
    for point in ("start", "end"):
        response, contact = find("response_rate", "", point), aggregate.contacts.get(point)
        outcomes = contact.outcomes if contact else {}
        rows.append(
            (
                POINTS[point],
                str(response.eligible or 0),
                str(outcomes.get("unreachable", 0)),
                str(contact.sent if contact else 0),
                str(contact.delivered if contact else 0),
                str(response.numerator or 0),
                str(outcomes.get("partial", 0)),
                str(outcomes.get("opted_out", 0)),
                share_text(response),
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
    rows = []
    for question, title in (("overall", "Totalomdöme"), ("treatment", "Bemötande"), ("usefulness", "Nytta")):
        for point in ("start", "end"):
            row = find(f"satisfaction.{question}", "", point)
            answers = str(row.denominator) if row.denominator is not None else share_text(row)
            rows.append((title, POINTS[point], answers, share_text(row), interval_text(row)))
    return Grid("Andel nöjda per fråga", ("Fråga", "Mätpunkt", "Svar", "Nöjda %", "95 %-intervall"), tuple(rows))


def reasons_grid(aggregate: Aggregate, find: Find, minimum: int) -> Grid:
    """A reason is shown from six customers at two or more providers; what is left out must not follow."""
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
    rows = []
    for value, title in REASONS.items():
        customers, providers = aggregate.reasons.get(value, (0, 0))
        if value in shown:
            share = percent(100 * customers / unsatisfied) if unsatisfied else SUPPRESSED
            rows.append((title, str(customers), share, str(providers)))
        else:
            symbol = SUPPRESSED if customers else NO_DATA
            rows.append((title, symbol, symbol, symbol))
    columns = ("Tema", "Antal kunder", "Andel av missnöjda", "Antal anordnare")
    return Grid("Varför man inte är nöjd", columns, tuple(rows))


def groups_grid(find: Find) -> Grid:
    rows = []
    for point in ("start", "end"):
        for gender, title in GENDERS.items():
            rows.append(_group_row(title, point, find("satisfaction.overall", "", point, gender)))
        for difficulty, title in DIFFICULTIES.items():
            rows.append(_group_row(title, point, find("satisfaction.overall", "", point, difficulty=difficulty)))
    columns = ("Grupp", "Mätpunkt", "Berättigade", "Svar", "Nöjda %", "95 %-intervall")
    return Grid("Totalomdöme per kön och svårighetsgrad", columns, tuple(rows))


def _group_row(title: str, point: str, row: Indicator) -> tuple[str, ...]:
    answers = str(row.denominator) if row.denominator is not None else share_text(row)
    return (title, POINTS[point], str(row.eligible or 0), answers, share_text(row), interval_text(row))


def followups_grid(aggregate: Aggregate, find: Find) -> Grid:
    sums: dict[str, list[int]] = {}
    for (ref, _month), cell in aggregate.months.items():
        own = sums.setdefault(ref, [0] * 6)
        for place, number in enumerate(cell):
            own[place] += number
    rows = []
    for ref, name in (*aggregate.providers, ("", "Hela enheten")):
        due, on_time, late, _answered, _yes, denied = sums.get(ref, [0] * 6)
        rows.append(
            (
                name,
                str(due),
                str(on_time),
                str(late),
                str(due - on_time - late),
                "0",  # exempt months: none can be registered yet
                share_text(find("followup.compliance", ref)),
                share_text(find("followup.confirmed", ref)),
                str(denied),
            )
        )
    columns = (
        "Anordnare",
        "Förväntade",
        "I tid",
        "Sent",
        "Saknas",
        "Undantagna",
        "Andel i tid",
        "Bekräftat av kund",
        "Avvikelser",
    )
    return Grid("Månadsuppföljning, insatsmånader som är slut", columns, tuple(rows))


def endings_grid(aggregate: Aggregate, find: Find) -> Grid:
    told = find("outcome.all_endings").value is not None  # else reasons would tell what the total may not
    unit = reasons_of(aggregate)[""]
    rows = tuple(
        (
            title,
            str(unit[reason]) if told else SUPPRESSED,
            "Ja" if reason in SELF_SUFFICIENT else "Nej",
            "Ja" if reason in EXCLUDED else "Nej",
        )
        for reason, title in END_REASONS.items()
        if unit.get(reason) and reason != "changed_provider"
    )
    return Grid("Avslut per orsak", ("Orsak", "Antal", "Räknas som mål", "Undantas"), rows)


def outcomes_grid(aggregate: Cube, find: Find) -> Grid:
    rows = []
    for ref, name in (*aggregate.providers, ("", "Hela enheten")):
        every, kept = find("outcome.all_endings", ref), find("outcome.after_exclusions", ref)
        rows.append((name, _of(every), share_text(every), _of(kept), share_text(kept)))
    columns = ("Anordnare", "Alla avslut", "Egen försörjning %", "Efter undantag", "Egen försörjning %")
    return Grid("Egen försörjning vid avslut", columns, tuple(rows))


def _of(row: Indicator) -> str:
    return f"{row.numerator}/{row.denominator}" if row.value is not None else share_text(row)


def changes_grid(aggregate: Aggregate, find: Find) -> Grid:
    told = find("outcome.all_endings").status in ("ok", "no_answers")
    unit = reasons_of(aggregate)[""]
    rows = [
        ("Byte av anordnare", str(unit.get("changed_provider", 0))),
        ("Avbrott", str(unit.get("dropped_out", 0)) if told else SUPPRESSED),
    ]
    rows += [(CASES.get(kind, kind), str(number)) for kind, number in sorted(aggregate.cases.items())]
    return Grid("Byten, avbrott och synpunkter under året", ("Händelse", "Antal"), tuple(rows))
