"""Register files (CSV, XLSX) read into rows, or into the list of what is wrong with them.

Nothing here knows the database: storage/register.py takes a batch in, and refuses one with problems.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider; ``phone`` in E.164."""

    file: str
    row: int
    ref: str
    name: str
    phone: str | None
    authorised_from: date | None
    authorised_to: date | None


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer; ``phone`` in E.164, ``gender`` K, M or empty."""

    file: str
    row: int
    ref: str
    phone: str | None
    language: str
    gender: str
    birth_year: int | None


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    """A customer's time with a provider; ``end_reason`` is empty while it is open."""

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
    """A follow-up the provider held; ``month`` is YYYY-MM."""

    month: str
    held_on: date


@dataclass(frozen=True, slots=True)
class AnswerRow(_OfEnrolment):
    """An answer of an earlier year; ``period`` is YYYY-MM for ``checkin``, else empty."""

    survey: str
    period: str
    question: str
    value: int | None
    text: str
    answered_on: date


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was refused. ``row`` counts lines from 1, the header's; 0 is the whole file."""

    file: str
    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        place = [self.file, f"rad {self.row}" if self.row else "", self.column]
        return f"{', '.join(part for part in place if part)}: {self.reason}"


@dataclass(frozen=True, slots=True)
class RegisterBatch:
    """All rows of a run. With ``problems`` it must not be saved: the refused rows are not in it."""

    providers: tuple[ProviderRow, ...] = ()
    customers: tuple[CustomerRow, ...] = ()
    enrolments: tuple[EnrolmentRow, ...] = ()
    followups: tuple[FollowupRow, ...] = ()
    answers: tuple[AnswerRow, ...] = ()
    problems: tuple[Problem, ...] = ()


LANGUAGES = ("sv", "sv-easy", "en", "ar", "so", "fa", "ti", "uk", "fi")

# Swedish word -> the register's own; the own words themselves are always accepted.
END_REASONS = {
    "work": ("arbete", "jobb"),
    "studies": ("studier",),
    "own_company": ("eget företag", "starta eget"),
    "moved": ("flytt", "flyttat"),
    "pregnancy": ("graviditet",),
    "parental_leave": ("föräldraledighet", "föräldraledig"),
    "pension": ("ålderspension",),
    "disability_pension": ("sjukersättning", "aktivitetsersättning"),
    "illness": ("sjukdom", "sjukskrivning", "sjuk"),
    "death": ("dödsfall", "avliden"),
    "changed_provider": ("byte av anordnare", "bytt anordnare"),
    "dropped_out": ("avhopp", "avbrott"),
    "unemployed": ("arbetslös", "arbetslöshet"),
    "other": ("övrigt", "annat", "annan orsak"),
}
DIFFICULTIES = {"low": ("låg",), "medium": ("medel",), "high": ("hög",)}
GENDERS = {"K": ("kvinna",), "M": ("man",)}
SURVEYS = {"start": (), "end": ("slut",), "checkin": ("avstämning",)}
QUESTIONS = ("overall", "treatment", "usefulness", "reason", "comment", "followup_held", "progress")
ASKED_AT_START_AND_END = ("overall", "treatment", "usefulness", "reason", "comment")
ASKED_AT_CHECKIN = ("followup_held", "progress", "comment")
YES_NO = {"1": 1, "yes": 1, "ja": 1, "0": 0, "no": 0, "nej": 0}

REF = ("nummer",)
COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {  # kind -> column -> Swedish headers
    "providers": {
        "ref": REF,
        "name": ("namn",),
        "phone": ("telefon",),
        "authorised_from": ("godkänd från",),
        "authorised_to": ("godkänd till",),
    },
    "customers": {
        "ref": REF,
        "phone": ("telefon",),
        "language": ("språk",),
        "gender": ("kön",),
        "birth_year": ("födelseår",),
    },
    "enrolments": {
        "ref": REF,
        "customer": ("kund",),
        "provider": ("anordnare",),
        "started_on": ("startdatum",),
        "planned_end_on": ("planerat slut",),
        "ended_on": ("slutdatum",),
        "end_reason": ("avslutsorsak",),
        "difficulty": ("svårighetsgrad",),
    },
    "followups": {"enrolment": ("insats",), "month": ("månad",), "held_on": ("datum",)},
    "answers": {
        "enrolment": ("insats",),
        "survey": ("enkät",),
        "period": (),
        "question": ("fråga",),
        "value": ("värde",),
        "text": (),
        "answered_on": ("svarsdatum", "datum"),
    },
}
# A customer file without phone numbers would silently take every number away, so phone is needed there.
REQUIRED = {
    "providers": ("ref", "name"),
    "customers": ("ref", "phone"),
    "enrolments": ("ref", "customer", "provider", "started_on"),
    "followups": ("enrolment", "month", "held_on"),
    "answers": ("enrolment", "survey", "question", "answered_on"),
}
KEYS = {
    "providers": ("ref",),
    "customers": ("ref",),
    "enrolments": ("ref",),
    "followups": ("enrolment", "month"),
    "answers": ("enrolment", "survey", "period", "question"),
}

Line = tuple[int, list[str]]  # line number from 1, cells


def read(paths: Sequence[Path]) -> RegisterBatch:
    """The rows of ``paths``, CSV or XLSX, each file's kind known by its header row.

    Never raises for what a file holds: every refused row is one or more of the batch's problems.
    """
    found: dict[str, list[Any]] = {kind: [] for kind in COLUMNS}
    problems: list[Problem] = []
    seen: dict[tuple[str, ...], str] = {}
    for path in paths:
        try:
            for name, lines in _tables(path):
                _read_table(name, lines, found, seen, problems)
        except _Unreadable as error:
            problems.append(Problem(path.name, error.row, "", str(error)))
    return RegisterBatch(**{kind: tuple(rows) for kind, rows in found.items()}, problems=tuple(problems))


class _Unreadable(Exception):
    def __init__(self, reason: str, row: int = 0) -> None:
        super().__init__(reason)
        self.row = row


def _tables(path: Path) -> list[tuple[str, list[Line]]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _Unreadable("filen kan inte läsas") from error
    if content.startswith(b"PK") or path.suffix.lower() == ".xlsx":
        return _xlsx(path.name, content)
    return [(path.name, _csv(content))]


def _csv(content: bytes) -> list[Line]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise _Unreadable("filen är inte UTF-8; spara den som CSV UTF-8", row) from error
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[Line] = []
    start = 1
    try:
        for cells in reader:
            lines.append((start, [cell.strip() for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        raise _Unreadable("raden kan inte tolkas som CSV; se över citattecknen", start) from error
    return lines


def _xlsx(name: str, content: bytes) -> list[tuple[str, list[Line]]]:
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            sheets = [
                (sheet, book.get_sheet_by_name(sheet).to_python(skip_empty_area=False))
                for sheet in book.sheet_names
            ]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise _Unreadable("filen kan inte läsas som XLSX") from error
    filled = [(sheet, rows) for sheet, rows in sheets if any(cell != "" for row in rows for cell in row)]
    if not filled:
        return [(name, [])]
    return [
        (
            name if len(filled) == 1 else f"{name} ({sheet})",
            [(number, [_cell(cell) for cell in row]) for number, row in enumerate(rows, 1)],
        )
        for sheet, rows in filled
    ]


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
        return value.date().isoformat()
    return str(value).strip()


def _read_table(
    name: str,
    lines: list[Line],
    found: Mapping[str, list[Any]],
    seen: dict[tuple[str, ...], str],
    problems: list[Problem],
) -> None:
    filled = ((row, cells) for row, cells in lines if any(cells))
    top = next(filled, None)
    if top is None:
        problems.append(Problem(name, 0, "", "filen är tom"))
        return
    header = _header(name, *top, problems)
    if header is None:
        return
    kind, columns = header
    for row, cells in filled:
        line = _line(name, row, cells, columns, problems)
        if line is None:
            continue
        made = _BUILD[kind](line)
        if not line.problems:
            key = (kind, *(str(getattr(made, column)) for column in KEYS[kind]))
            if key in seen:
                line.refuse(KEYS[kind][-1], f"samma uppgift finns redan i {seen[key]}")
            else:
                seen[key] = f"{name}, rad {row}"
        if line.problems:
            problems += line.problems
        else:
            found[kind].append(made)


def _header(name: str, row: int, cells: list[str], problems: list[Problem]) -> tuple[str, list[str]] | None:
    """The table's kind and its columns by our names; None, with problems, where the header will not do."""
    words = [" ".join(cell.replace("_", " ").casefold().split()) for cell in _trimmed(cells)]
    best: tuple[int, str, list[str]] = (0, "", [])
    for kind, columns in COLUMNS.items():
        known = {alias: column for column, aliases in columns.items() for alias in aliases}
        known |= {column.replace("_", " "): column for column in columns}
        names = [known.get(word, "") for word in words]
        score = 2 * len(set(names) - {""}) + all(column in names for column in REQUIRED[kind])
        if score > best[0]:
            best = (score, kind, names)
    score, kind, names = best
    if score < 4:  # fewer than two columns are known
        problems.append(Problem(name, row, "", "rubrikraden känns inte igen som något av registrets slag"))
        return None
    found = [
        Problem(name, row, _clip(cell), "okänd kolumn") if cell else Problem(name, row, "", "en rubrik saknas")
        for cell, column in zip(cells, names, strict=False)
        if not column
    ]
    found += [
        Problem(name, row, column, "kolumnen finns två gånger")
        for column in COLUMNS[kind]
        if names.count(column) > 1
    ]
    found += [Problem(name, row, column, "kolumnen saknas") for column in REQUIRED[kind] if column not in names]
    problems += found
    return None if found else (kind, names)


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


@dataclass(slots=True)
class _Line:
    """One row's cells by column; what is wrong is gathered, so that one run names every fault."""

    file: str
    row: int
    cells: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, column: str, reason: str) -> None:
        self.problems.append(Problem(self.file, self.row, column, reason))

    def get(self, column: str) -> str:
        return self.cells.get(column, "")

    def needed(self, column: str) -> str:
        value = self.get(column)
        if not value:
            self.refuse(column, "värdet saknas")
        return value

    def one_of(self, column: str, words: Mapping[str, T], allowed: Sequence[str], default: T) -> T:
        value = self.get(column)
        if not value:
            return default
        found = words.get(" ".join(value.casefold().split()))
        if found is None:
            self.refuse(column, f"”{_clip(value)}” är inte något av {', '.join(allowed)}")
            return default
        return found

    def day(self, column: str) -> date | None:
        value = self.get(column)
        if not value:
            return None
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.refuse(column, f"”{_clip(value)}” är inte ett datum (ÅÅÅÅ-MM-DD)")
        return None

    def needed_day(self, column: str) -> date:
        self.needed(column)
        return self.day(column) or date.min

    def month(self, column: str) -> str:
        """YYYY-MM; a spreadsheet's date cell of the first of the month counts too."""
        value = self.needed(column)
        if value and not re.fullmatch(r"[12][0-9]{3}-(0[1-9]|1[0-2])(-01)?", value):
            self.refuse(column, f"”{_clip(value)}” är inte en månad (ÅÅÅÅ-MM)")
        return value[:7]

    def number(self, column: str, low: int, high: int) -> int | None:
        value = self.get(column)
        if not value:
            return None
        if not re.fullmatch(r"[0-9]{1,4}", value) or not low <= int(value) <= high:
            self.refuse(column, f"”{_clip(value)}” är inte ett heltal {low}–{high}")
            return None
        return int(value)

    def phone(self, column: str) -> str | None:
        """E.164. The number itself is never repeated in a problem: it is a person's."""
        import phonenumbers

        value = self.get(column)
        if not value:
            return None
        try:
            number = phonenumbers.parse(value, "SE")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_valid_number(number) or number.extension:
            self.refuse(column, "telefonnumret är inte giltigt")
            return None
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def not_before(self, column: str, day: date | None, first: date | None, what: str) -> None:
        if day and first and day < first:
            self.refuse(column, f"{day} är före {what} {first}")


def _line(name: str, row: int, cells: list[str], columns: list[str], problems: list[Problem]) -> _Line | None:
    if len(cells) > len(columns):
        cells = cells[: len(columns)] + _trimmed(cells[len(columns) :])
    if len(cells) != len(columns):
        reason = f"raden har {len(cells)} fält, rubrikraden {len(columns)}"
        problems.append(Problem(name, row, "", reason))
        return None
    bad = [
        Problem(name, row, column, "otillåtet tecken (NUL eller halv teckenkod)")
        for column, cell in zip(columns, cells, strict=True)
        if re.search("[\0\ud800-\udfff]", cell)
    ]
    problems += bad
    return None if bad else _Line(name, row, dict(zip(columns, cells, strict=True)))


def _clip(value: str) -> str:
    value = "".join(char if char.isprintable() else "?" for char in value)
    return value if len(value) <= 40 else value[:39] + "…"


def _words(choices: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Every accepted spelling, casefolded, to our own word; underscores may be spaces."""

    def spellings() -> Iterator[tuple[str, str]]:
        for own, aliases in choices.items():
            for word in (own, own.replace("_", " "), *aliases):
                yield word.casefold(), own

    return dict(spellings())


_LANGUAGE_WORDS = {code: code for code in LANGUAGES}
_GENDER_WORDS = _words(GENDERS)
_END_REASON_WORDS = _words(END_REASONS)
_DIFFICULTY_WORDS = _words(DIFFICULTIES)
_SURVEY_WORDS = _words(SURVEYS)
_QUESTION_WORDS = {question: question for question in QUESTIONS}


def _provider(line: _Line) -> ProviderRow:
    first, last = line.day("authorised_from"), line.day("authorised_to")
    line.not_before("authorised_to", last, first, "authorised_from")
    ref, name = line.needed("ref"), line.needed("name")
    return ProviderRow(line.file, line.row, ref, name, line.phone("phone"), first, last)


def _customer(line: _Line) -> CustomerRow:
    return CustomerRow(
        line.file,
        line.row,
        line.needed("ref"),
        line.phone("phone"),
        line.one_of("language", _LANGUAGE_WORDS, LANGUAGES, "sv"),
        line.one_of("gender", _GENDER_WORDS, tuple(GENDERS), ""),
        line.number("birth_year", 1900, 2100),
    )


def _enrolment(line: _Line) -> EnrolmentRow:
    made = EnrolmentRow(
        line.file,
        line.row,
        line.needed("ref"),
        line.needed("customer"),
        line.needed("provider"),
        line.needed_day("started_on"),
        line.day("planned_end_on"),
        line.day("ended_on"),
        line.one_of("end_reason", _END_REASON_WORDS, tuple(END_REASONS), ""),
        line.one_of("difficulty", _DIFFICULTY_WORDS, tuple(DIFFICULTIES), ""),
    )
    line.not_before("planned_end_on", made.planned_end_on, made.started_on, "started_on")
    line.not_before("ended_on", made.ended_on, made.started_on, "started_on")
    if line.get("ended_on") and not line.get("end_reason"):
        line.refuse("end_reason", "avslutsorsak saknas för en avslutad insats")
    if line.get("end_reason") and not line.get("ended_on"):
        line.refuse("ended_on", "slutdatum saknas trots avslutsorsak")
    return made


def _followup(line: _Line) -> FollowupRow:
    enrolment, month = line.needed("enrolment"), line.month("month")
    return FollowupRow(line.file, line.row, enrolment, month, line.needed_day("held_on"))


def _answer(line: _Line) -> AnswerRow:
    line.needed("survey")
    line.needed("question")
    survey = line.one_of("survey", _SURVEY_WORDS, tuple(SURVEYS), "")
    question = line.one_of("question", _QUESTION_WORDS, QUESTIONS, "")
    period = line.month("period") if survey == "checkin" else line.get("period")
    if survey in ("start", "end") and period:
        line.refuse("period", f"perioden ska vara tom för {survey}")
    asked = ASKED_AT_CHECKIN if survey == "checkin" else ASKED_AT_START_AND_END
    if survey and question and question not in asked:
        line.refuse("question", f"{question} ställs inte i {survey}")
    value: int | None = None
    if question == "comment":
        line.needed("text")
        if line.get("value"):
            line.refuse("value", "en kommentar har inget värde")
    elif question:
        line.needed("value")
        if question == "followup_held":
            value = line.one_of("value", YES_NO, ("1 (ja)", "0 (nej)"), None)
        else:
            value = line.number("value", 1, 5)
    enrolment, answered_on = line.needed("enrolment"), line.needed_day("answered_on")
    text = line.get("text")
    return AnswerRow(line.file, line.row, enrolment, survey, period, question, value, text, answered_on)


_BUILD: Mapping[str, Callable[[_Line], Any]] = {
    "providers": _provider,
    "customers": _customer,
    "enrolments": _enrolment,
    "followups": _followup,
    "answers": _answer,
}
