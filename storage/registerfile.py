"""Register files and what their cells mean: rows with types, or every problem with file, row and column.

Reads only: whether a reference leads somewhere is found out in storage/register.py. The kind of a file is known
by its header row (DESIGN §5); Swedish names of columns and values are taken as well, in any case of letters.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar

import phonenumbers

from storage import registerwords as words
from storage.tabular import Problem, Row, Table, quoted, tables

__all__ = [
    "AnswerRow",
    "CustomerRow",
    "EnrolmentRow",
    "FollowupRow",
    "Problem",
    "ProviderRow",
    "RegisterBatch",
    "read",
]

REGION = "SE"
FIRST_YEAR, LAST_YEAR = 1990, 2099  # of a date; anything else is a slip of the finger
FIRST_BIRTH_YEAR, LAST_BIRTH_YEAR = 1900, 2050

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])(-01)?")
_PHONE = re.compile(r"[+(]?[\d\s().\-–/]+")


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider. ``phone`` is E.164 or empty."""

    file: str
    row: int
    ref: str
    name: str
    phone: str
    authorised_from: date | None
    authorised_to: date | None


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer. ``phone`` is E.164 or empty; ``gender`` is K, M or empty."""

    file: str
    row: int
    ref: str
    phone: str
    language: str
    gender: str
    birth_year: int | None


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    """An enrolment. ``end_reason`` is a code, empty when ``ended_on`` is None; ``difficulty`` may be empty."""

    file: str
    row: int
    ref: str
    customer: str
    provider: str
    started_on: date
    planned_end_on: date | None
    ended_on: date | None
    end_reason: str
    difficulty: str


@dataclass(frozen=True, slots=True)
class _OfEnrolment:
    file: str
    row: int
    enrolment: str


@dataclass(frozen=True, slots=True)
class FollowupRow(_OfEnrolment):
    """A monthly follow-up that a provider recorded. ``month`` is YYYY-MM."""

    month: str
    held_on: date


@dataclass(frozen=True, slots=True)
class AnswerRow(_OfEnrolment):
    """An earlier answer. ``period`` is empty for start and end, YYYY-MM for checkin."""

    survey: str
    period: str
    question: str
    value: int | None
    text: str
    answered_on: date


@dataclass(frozen=True, slots=True)
class RegisterBatch:
    """All rows of a run by kind, and everything that was wrong. With problems, nothing should be saved."""

    providers: tuple[ProviderRow, ...] = ()
    customers: tuple[CustomerRow, ...] = ()
    enrolments: tuple[EnrolmentRow, ...] = ()
    followups: tuple[FollowupRow, ...] = ()
    answers: tuple[AnswerRow, ...] = ()
    problems: tuple[Problem, ...] = ()


class _Keyed(Protocol):
    """Any of the rows."""

    @property
    def file(self) -> str: ...
    @property
    def row(self) -> int: ...


R = TypeVar("R", bound=_Keyed)


def read(paths: Iterable[Path]) -> RegisterBatch:
    """Every row of the files, and every problem. Never raises for what a file holds."""
    problems: list[Problem] = []
    found: dict[str, list[tuple[_Cells, Row]]] = {kind: [] for kind in words.KINDS}
    for path in dict.fromkeys(paths):
        for table in tables(path, problems):
            kind, columns = _recognise(table, problems)
            if kind:
                cells = _Cells(table, columns, problems)
                found[kind] += [(cells, row) for row in table.rows]

    def rows(kind: str, make: Callable[[_Cells], R | None]) -> tuple[R, ...]:
        made = [each for cells, row in found[kind] if (each := make(cells.at(row))) is not None]
        _no_twins(made, words.KINDS[kind].key, problems)
        return tuple(made)

    return RegisterBatch(
        rows("providers", _provider),
        rows("customers", _customer),
        rows("enrolments", _enrolment),
        rows("followups", _followup),
        rows("answers", _answer),
        tuple(problems),
    )


def _recognise(table: Table, problems: list[Problem]) -> tuple[str, dict[str, int]]:
    """The kind that the header row names, and where its columns are; an empty kind when it is refused."""
    best, best_score = "", 0
    places: dict[str, list[tuple[str, int]]] = {}
    for name, kind in words.KINDS.items():
        meaning = {other: column for column, others in kind.columns.items() for other in (column, *others)}
        places[name] = [(meaning.get(head.casefold(), ""), place) for place, head in enumerate(table.header)]
        known = {column for column, _ in places[name] if column}
        missing = sum(column not in known and column not in kind.optional for column in kind.columns)
        score = 20 * len(known) - missing if len(known) > 1 else 0
        if score > best_score:
            best, best_score = name, score
    if not best:
        kinds = "; ".join(f"{kind.swedish}: {','.join(kind.columns)}" for kind in words.KINDS.values())
        reason = f"rubrikraden känns inte igen. Så här ser de ut: {kinds}"
        problems.append(Problem(table.file, 1, "", reason))
        return "", {}
    kind = words.KINDS[best]
    columns: dict[str, int] = {}
    refused = [
        Problem(table.file, 1, column, f"kolumnen saknas (filen läses som {kind.swedish})")
        for column in kind.columns
        if column not in kind.optional and all(column != each for each, _ in places[best])
    ]
    for column, place in places[best]:
        head = table.header[place]
        if not column:
            names = ", ".join(kind.columns)
            reason = f"okänd kolumn (filen läses som {kind.swedish}, vars kolumner är {names})"
            refused.append(Problem(table.file, 1, head or f"nr {place + 1}", reason))
        elif column in columns:
            refused.append(Problem(table.file, 1, head, "kolumnen står två gånger"))
        else:
            columns[column] = place
    problems += refused
    return ("" if refused else best), columns


def _no_twins(rows: Iterable[_Keyed], key: tuple[str, ...], problems: list[Problem]) -> None:
    seen: dict[tuple[str, ...], _Keyed] = {}
    for row in rows:
        values = tuple(getattr(row, column) for column in key)
        first = seen.setdefault(values, row)
        if first is not row:
            named = ", ".join(value for value in values if value)
            reason = f"{quoted(named)} står redan i {first.file}, rad {first.row}"
            problems.append(Problem(row.file, row.row, key[-1] if len(key) == 2 else key[0], reason))


@dataclass(slots=True)
class _Cells:
    """Reads the cells of one row at a time; what is wrong is noted, and ``sound`` turns false."""

    table: Table
    columns: Mapping[str, int]
    problems: list[Problem]
    row: Row = field(default_factory=lambda: Row(0, ()))
    sound: bool = True

    def at(self, row: Row) -> "_Cells":
        self.row, self.sound = row, True
        return self

    def refuse(self, column: str, reason: str) -> None:
        place = self.columns.get(column)
        head = column if place is None else self.table.header[place]
        self.problems.append(Problem(self.table.file, self.row.number, head, reason))
        self.sound = False

    def text(self, column: str) -> str:
        place = self.columns.get(column)
        return "" if place is None else self.row.cells[place]

    def needed(self, column: str) -> str:
        text = self.text(column)
        if not text:
            self.refuse(column, "cellen är tom")
        return text

    def code(self, column: str, codes: Mapping[str, tuple[str, ...]], default: str = "") -> str:
        """One of ``codes``, or another name of it."""
        text = self.text(column)
        folded = " ".join(text.casefold().split())
        for code, others in codes.items():
            if folded == code.casefold() or folded in others:
                return code
        if text:
            self.refuse(column, f"{quoted(text)} är inget av {', '.join(codes)}")
        return default

    def day(self, column: str) -> date | None:
        text = self.text(column)
        if not text:
            return None
        try:
            if not _DATE.fullmatch(text):
                raise ValueError
            day = date.fromisoformat(text)
        except ValueError:
            self.refuse(column, f"{quoted(text)} är inget datum på formen ÅÅÅÅ-MM-DD")
            return None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.refuse(column, f"året {day.year} är inte rimligt")
        return day

    def needed_date(self, column: str) -> date:
        day = self.day(column) if self.needed(column) else None
        return day or date.min

    def month(self, column: str) -> str:
        text = self.text(column)
        found = _MONTH.fullmatch(text)
        if found and (self.table.typed or not found[3]) and FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            return f"{found[1]}-{found[2]}"
        if text:
            self.refuse(column, f"{quoted(text)} är ingen månad på formen ÅÅÅÅ-MM")
        return ""

    def phone(self, column: str) -> str:
        text = self.text(column)
        if not text:
            return ""
        try:
            if not _PHONE.fullmatch(text):
                raise ValueError
            number = phonenumbers.parse(text, REGION)
            if not phonenumbers.is_valid_number(number):
                raise ValueError
        except (ValueError, phonenumbers.NumberParseException):
            self.refuse(column, f"{quoted(text)} är inget giltigt telefonnummer")
            return ""
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def year(self, column: str) -> int | None:
        text = self.text(column)
        if not text:
            return None
        if re.fullmatch("[0-9]{4}", text) and FIRST_BIRTH_YEAR <= int(text) <= LAST_BIRTH_YEAR:
            return int(text)
        self.refuse(column, f"{quoted(text)} är inget rimligt födelseår")
        return None

    def not_before(self, column: str, later: date | None, earlier: date | None) -> None:
        if self.sound and later and earlier and later < earlier:
            self.refuse(column, f"{later} ligger före {earlier}")


def _provider(cells: _Cells) -> ProviderRow | None:
    row = ProviderRow(
        cells.table.file,
        cells.row.number,
        cells.needed("ref"),
        cells.needed("name"),
        cells.phone("phone"),
        cells.day("authorised_from"),
        cells.day("authorised_to"),
    )
    cells.not_before("authorised_to", row.authorised_to, row.authorised_from)
    return row if cells.sound else None


def _customer(cells: _Cells) -> CustomerRow | None:
    row = CustomerRow(
        cells.table.file,
        cells.row.number,
        cells.needed("ref"),
        cells.phone("phone"),
        cells.code("language", words.LANGUAGES, "sv"),
        cells.code("gender", words.GENDERS),
        cells.year("birth_year"),
    )
    return row if cells.sound else None


def _enrolment(cells: _Cells) -> EnrolmentRow | None:
    row = EnrolmentRow(
        cells.table.file,
        cells.row.number,
        cells.needed("ref"),
        cells.needed("customer"),
        cells.needed("provider"),
        cells.needed_date("started_on"),
        cells.day("planned_end_on"),
        cells.day("ended_on"),
        cells.code("end_reason", words.END_REASONS),
        cells.code("difficulty", words.DIFFICULTIES),
    )
    if cells.sound and row.ended_on and not row.end_reason:
        cells.refuse("end_reason", "insatsen har slutdatum men ingen avslutsorsak")
    if cells.sound and row.end_reason and not row.ended_on:
        cells.refuse("ended_on", "insatsen har avslutsorsak men inget slutdatum")
    cells.not_before("ended_on", row.ended_on, row.started_on)
    cells.not_before("planned_end_on", row.planned_end_on, row.started_on)
    return row if cells.sound else None


def _followup(cells: _Cells) -> FollowupRow | None:
    row = FollowupRow(
        cells.table.file,
        cells.row.number,
        cells.needed("enrolment"),
        cells.month("month") if cells.needed("month") else "",
        cells.needed_date("held_on"),
    )
    return row if cells.sound else None


def _answer(cells: _Cells) -> AnswerRow | None:
    survey = cells.code("survey", words.SURVEYS) if cells.needed("survey") else ""
    question = cells.code("question", words.QUESTIONS) if cells.needed("question") else ""
    if survey and question and question not in words.ASKED[survey]:
        cells.refuse("question", f"{quoted(question)} finns inte i enkäten {survey}")
    period = cells.month("period")
    if cells.sound and survey == "checkin" and not period:
        cells.refuse("period", "en avstämning behöver sin månad (ÅÅÅÅ-MM)")
    if cells.sound and survey in ("start", "end") and period:
        cells.refuse("period", f"enkäten {survey} har ingen period")
    value = None
    if question == "comment":
        cells.needed("text")
        if cells.text("value"):
            cells.refuse("value", "en kommentar har text men inget värde")
    elif question and cells.needed("value"):
        value = cells.code("value", words.VALUES.get(question, words.FIVE))
    row = AnswerRow(
        cells.table.file,
        cells.row.number,
        cells.needed("enrolment"),
        survey,
        period,
        question,
        int(value) if value else None,
        cells.text("text"),
        cells.needed_date("answered_on"),
    )
    return row if cells.sound else None
