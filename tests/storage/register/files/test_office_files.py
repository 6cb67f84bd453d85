"""Files as offices make them: each of them gives the same register, and what was guessed is said."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import NoteCode, ProblemCode
from storage.register.files.days import day_of, day_of_serial, month_of
from storage.register.layout.header_row import header_of
from storage.register.layout.profile import Profile
from storage.register.reader import read
from storage.register.rows import RegisterBatch

SV = "Kundnr;Telefon;Språk;Kön;Födelseår\r\nK1;070-100 00 01;Somaliska;Kvinna;1990\r\nK2;;Svenska;Man;1984\r\n"
COMMA, TAB, PIPE = (SV.replace(";", each) for each in (",", "\t", "|"))
TITLES = "Kunder, uttag 2026-11-03\r\nArbetsenheten;;;;\r\n\r\n"
EXTRA = SV.replace("Födelseår", "Födelseår;Handläggare").replace("1990", "1990;Åsa").replace("1984", "1984;Bo")
NUMBERS = (
    SV.replace("Födelseår", "Födelseår;Personnummer").replace("1990", "1990;19900101-0017").replace("1984", "1984;")
)
OTHER_ORDER = "Kön;Födelseår;Språk;Telefon;Kundnr\r\nKvinna;1990;so;0701000001;K1\r\nM;1984;;;K2"
CSV: list[tuple[str, bytes, set[NoteCode]]] = [
    ("utf-8", SV.encode(), set()),
    ("utf-8 with a mark", SV.encode("utf-8-sig"), set()),
    ("windows-1252", SV.encode("cp1252"), {NoteCode.ENCODING}),
    ("utf-16 with tabs", TAB.encode("utf-16"), {NoteCode.ENCODING, NoteCode.DELIMITER}),
    ("utf-16, big end first", b"\xfe\xff" + TAB.encode("utf-16-be"), {NoteCode.ENCODING, NoteCode.DELIMITER}),
    ("commas", COMMA.encode(), set()),
    ("tabs", TAB.encode(), {NoteCode.DELIMITER}),
    ("bars", PIPE.encode(), {NoteCode.DELIMITER}),
    ("sep=", ("sep=;\r\n" + SV).encode("cp1252"), {NoteCode.ENCODING}),
    ("sep= with bars", ("sep=|\n" + PIPE).encode(), set()),
    ("old line ends", SV.replace("\r\n", "\n").encode(), set()),
    ("quoted", SV.replace("Somaliska", '"Somaliska"').encode(), set()),
    ("empty lines at the end", (SV + "\r\n;;;;\r\n").encode(), set()),
    ("titles above", (TITLES + SV).encode("cp1252"), {NoteCode.ENCODING, NoteCode.TITLE_ROWS}),
    ("a column too many", EXTRA.encode(), {NoteCode.COLUMN_DROPPED}),
    ("personal numbers", NUMBERS.encode(), {NoteCode.COLUMN_DROPPED}),
    ("capitals", SV.replace("Kundnr", "KUNDNR").replace("Språk", "SPRÅK").encode(), set()),
    ("hyphens", SV.replace("Kundnr", "Kund-ID").encode(), set()),
    ("other words", SV.replace("Kundnr", "Kundnummer").replace("Telefon", "Mobilnummer").encode(), set()),
    ("utf-16 without its mark", SV.encode("utf-16-le"), {NoteCode.ENCODING}),
    ("utf-16 without its mark, big end", SV.encode("utf-16-be"), {NoteCode.ENCODING}),
    ("utf-8 with a mark and sep=", b"\xef\xbb\xbfsep=;\r\n" + SV.encode(), set()),
    ("a tab named by sep=", ("sep=\t\r\n" + TAB).encode("utf-16"), {NoteCode.ENCODING}),
    ("line ends of an old Mac", SV.replace("\r\n", "\r").encode(), set()),
    ("mixed line ends", SV.replace("\r\n", "\n", 1).encode(), set()),
    ("no line end at the end", SV.rstrip().encode(), set()),
    ("empty lines between", SV.replace("\r\nK2", "\r\n\r\n;;;;\r\nK2").encode(), set()),
    ("empty columns at the end", SV.replace("\r\n", ";;;\r\n").encode(), set()),
    ("an empty column in the middle", re.sub(r"^(\w+);", r"\1;;", SV, flags=re.MULTILINE).encode(), set()),
    ("a quoted number", SV.replace("K1", '"K1"').encode(), set()),
    ("text of Excel", SV.replace("K1", '"=""K1"""').encode(), set()),
    ("spaces around", SV.replace(";", " ; ").encode(), set()),
    ("hard spaces", SV.replace("070-100 00 01", "070-100\u00a000\u00a001").encode("cp1252"), {NoteCode.ENCODING}),
    ("invisible characters", SV.replace("K1", "\u200bK1\u00ad").encode(), set()),
    ("letters in two characters", unicodedata.normalize("NFD", SV).encode(), set()),
    ("numbers of pandas", SV.replace("1990", "1990.0").encode(), set()),
    ("numbers with decimal comma", SV.replace("1990", "1990,0").encode(), set()),
    ("a phone that Excel took for a number", SV.replace("070-100 00 01", "701000001").encode(), set()),
    ("a phone with its country", SV.replace("070-100 00 01", "+46 (0)70-100 00 01").encode(), set()),
    ("codes in capitals", SV.replace("Somaliska", "SO").replace("Kvinna", "k").encode(), set()),
    ("a title in one cell", ("Utdrag ur Kundsystemet 2026\r\n" + SV).encode(), {NoteCode.TITLE_ROWS}),
    ("ten titles", ("Rad\r\n" * 10 + SV).encode(), {NoteCode.TITLE_ROWS}),
    ("a title with commas", ("Kunder, aktiva, alla\r\n" + SV).encode(), {NoteCode.TITLE_ROWS}),
    ("colons after headers", SV.replace("Telefon", "Telefon:").encode(), set()),
    ("underscores", SV.replace("Kundnr", "kund_id").encode(), set()),
    ("English headers", SV.replace("Kundnr", "ref").replace("Telefon", "phone").encode(), set()),
    ("born in", SV.replace("Födelseår", "Född").encode(), set()),
    ("columns in another order", OTHER_ORDER.encode(), set()),
    (
        "a comment column with line breaks",
        EXTRA.replace("Åsa", '"Åsa\r\nBerg"').encode(),
        {NoteCode.COLUMN_DROPPED},
    ),
    ("an error in a column that is not read", EXTRA.replace("Åsa", "#N/A").encode(), {NoteCode.COLUMN_DROPPED}),
    ("a date of birth", SV.replace("1990", "1990-05-05").encode(), {NoteCode.YEAR_OF_DAY}),
    ("a star", SV.replace("Kundnr", "Kundnr *").encode(), set()),
]


def said(batch: RegisterBatch) -> set[NoteCode]:
    return {NoteCode(note.code) for note in batch.notes}


def check(batch: RegisterBatch) -> None:
    assert batch.problems == ()
    told = [(each.ref, each.phone, each.language, each.gender, each.birth_year) for each in batch.customers]
    assert told == [("K1", "+46701000001", "so", "K", 1990), ("K2", None, "sv", "M", 1984)]


@pytest.mark.parametrize(("kind", "content", "notes"), CSV, ids=[kind for kind, _, _ in CSV])
def test_csv_of_an_office(tmp_path: Path, kind: str, content: bytes, notes: set[NoteCode]) -> None:
    path = tmp_path / "kunder.csv"
    path.write_bytes(content)
    batch = read([path])
    check(batch)
    assert said(batch) == notes


def _as_it_is(book: openpyxl.Workbook) -> None:
    """Leave the workbook as Excel saves it."""


def _hide_row(book: openpyxl.Workbook) -> None:
    book.worksheets[0].row_dimensions[3].hidden = True


def _hide_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("Annat")
    book.worksheets[0].sheet_state = "hidden"


def _titles(book: openpyxl.Workbook) -> None:
    book.worksheets[0].insert_rows(1, 3)
    book.worksheets[0]["A1"] = "Kunder"


def _extra(book: openpyxl.Workbook) -> None:
    book.worksheets[0]["F1"] = "Personnr"
    book.worksheets[0]["F2"] = "19900101-0017"


def _formats(book: openpyxl.Workbook) -> None:
    """A number format shows what the cell does not hold, and a cell of a formula holds its last value."""
    book.worksheets[0]["B2"] = 701000001
    book.worksheets[0]["B2"].number_format = "000-000 00 00"
    book.worksheets[0]["E2"] = 1990.0


def _filter(book: openpyxl.Workbook) -> None:
    book.worksheets[0].auto_filter.ref = "A1:E3"
    book.worksheets[0].row_dimensions[2].hidden = True
    book.worksheets[0].freeze_panes = "A2"


def _notes_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("Läs mig")["A1"] = "Uttag ur kundsystemet, frågor till Anna"


def _error_not_read(book: openpyxl.Workbook) -> None:
    _extra(book)
    book.worksheets[0]["F2"], book.worksheets[0]["F3"] = "#N/A", "=A1"


def _error_above(book: openpyxl.Workbook) -> None:
    _titles(book)
    book.worksheets[0]["B1"] = "=TODAY()"


def _merged(book: openpyxl.Workbook) -> None:
    _titles(book)
    book.worksheets[0].merge_cells("A1:E1")


def workbook(path: Path, change: Callable[[openpyxl.Workbook], None]) -> Path:
    book = openpyxl.Workbook()
    for line in SV.split("\r\n"):
        book.worksheets[0].append([int(cell) if cell.isdigit() else cell or None for cell in line.split(";")])
    change(book)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("change", "notes"),
    [
        (_as_it_is, set()),
        (_hide_row, {NoteCode.HIDDEN_ROWS}),
        (_hide_sheet, {NoteCode.HIDDEN_SHEET}),
        (_titles, {NoteCode.TITLE_ROWS}),
        (_extra, {NoteCode.COLUMN_DROPPED}),
        (_formats, set()),
        (_filter, {NoteCode.HIDDEN_ROWS}),
        (_notes_sheet, {NoteCode.SHEET_PASSED}),
        (_error_not_read, {NoteCode.COLUMN_DROPPED}),
        (_error_above, {NoteCode.TITLE_ROWS}),
        (_merged, {NoteCode.TITLE_ROWS}),
    ],
)
def test_workbook_of_an_office(
    tmp_path: Path, change: Callable[[openpyxl.Workbook], None], notes: set[NoteCode]
) -> None:
    batch = read([workbook(tmp_path / "kunder.xlsx", change)])
    check(batch)
    assert said(batch) == notes


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("B3", "#REF!", ProblemCode.ERROR_CELL),  # taken for empty it would remove the phone
        ("B2", "#N/A", ProblemCode.ERROR_CELL),
        ("B2", "=A2&A3", ProblemCode.FORMULA_CELL),  # openpyxl computes nothing
        ("XFD2", "x", ProblemCode.FAR_CELL),
    ],
)
def test_a_cell_without_a_value_is_refused(tmp_path: Path, cell: str, value: str, code: ProblemCode) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book.worksheets[0][cell] = value

    (problem,) = read([workbook(tmp_path / "kunder.xlsx", change)]).problems
    assert (problem.code, problem.row, problem.values["cell"]) == (code, int(cell[-1]), cell)


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#SAKNAS!", "#DIVISION/0!", "#NAMN?", "#VÄRDEFEL!", "Err:502"])
def test_an_error_as_text_is_refused(tmp_path: Path, error: str) -> None:
    """Excel writes the error's own text into a CSV file."""
    (tmp_path / "kunder.csv").write_text(f"Kundnr;Telefon;Språk\nK1;{error};so\n", encoding="utf-8")
    (problem,) = read([tmp_path / "kunder.csv"]).problems
    assert (problem.code, problem.column) == (ProblemCode.ERROR_CELL, "phone")
    assert problem.values == {"cell": "B2", "value": error}


def test_all_faults_of_a_workbook_are_told(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book.worksheets[0]["B2"], book.worksheets[0]["E3"] = "#REF!", "#N/A"

    found = read([workbook(tmp_path / "kunder.xlsx", change)]).problems
    assert [(each.row, each.column, each.values["value"]) for each in found] == [
        (2, "phone", "#REF!"),
        (3, "birth_year", "#N/A"),
    ]


@pytest.mark.parametrize(
    "written",
    [
        *(
            "2026-11-3",
            "2026/11/3",
            "den 3 november 2026",
            "tisdag 3 november 2026",
            "3:e nov 2026",
            "3 november, 2026",
        ),
        *("20261103 14:30", "2026-11-03T14:30:00.000", "46329.60417", "46329,5"),
        *("2026-11-03", "2026/11/03", "2026.11.03", "20261103", "3 nov 2026", "03 november 2026", "3 NOV. 2026"),
        *("2026-11-03 00:00:00", "2026-11-03T00:00", "2026-11-03 14:30", "46329", "46329.0"),
    ],
)
def test_a_day_as_people_write_it(tmp_path: Path, written: str) -> None:
    path = tmp_path / "insatser.csv"
    path.write_text(f"Insatsnr;Kundnr;Anordnarnr;Startdatum\nE1;K1;P1;{written}\n", encoding="utf-8")
    batch = read([path])
    assert [row.started_on for row in batch.enrolments] == [date(2026, 11, 3)]
    assert said(batch) == ({NoteCode.DAY_FROM_SERIAL} if written.startswith("46") else set())


@pytest.mark.parametrize(
    ("written", "month"),
    [
        *((each, "2026-10") for each in ("2026-10", "202610", "2026/10", "okt 2026", "Oktober 2026", "2026-10-01")),
        *((each, "2026-10") for each in ("2026-10-01 00:00:00", "46296", "20261001")),
        *((each, "") for each in ("10-2026", "2026-13", "2026", "46297", "10", "2026-10-02", "hösten 2026")),
    ],
)
def test_a_month_as_people_write_it(written: str, month: str) -> None:
    assert month_of(written) == month


@pytest.mark.parametrize(
    "written", ["3/11 2026", "03-11-2026", "2026-13-01", "2026-02-30", "nov 2026", "1", "20261303"]
)
def test_a_day_that_may_be_two_is_refused(tmp_path: Path, written: str) -> None:
    path = tmp_path / "insatser.csv"
    path.write_text(f"Insatsnr;Kundnr;Anordnarnr;Startdatum\nE1;K1;P1;{written}\n", encoding="utf-8")
    assert [problem.code for problem in read([path]).problems] == [ProblemCode.NOT_A_DAY]


def test_a_day_and_time_of_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Insatsnr", "Kundnr", "Anordnarnr", "Startdatum"])
    book.worksheets[0].append(["E1", "K1", "P1", datetime(2026, 11, 3, 14, 30)])  # noqa: DTZ001 - as Excel has it
    book.save(tmp_path / "insatser.xlsx")
    assert [row.started_on for row in read([tmp_path / "insatser.xlsx"]).enrolments] == [date(2026, 11, 3)]


def test_an_unknown_language_is_asked_in_swedish(tmp_path: Path) -> None:
    path = tmp_path / "kunder.csv"
    path.write_text("ref,phone,language\nK1,,pl\nK2,,Polska\nK3,,Lätt svenska\n", encoding="utf-8")
    batch = read([path])
    assert [row.language for row in batch.customers] == ["sv", "sv", "sv-easy"]
    assert [(note.row, note.values["value"]) for note in batch.notes] == [(2, "pl"), (3, "Polska")]


def test_the_words_of_the_report_are_known(tmp_path: Path) -> None:
    path = tmp_path / "insatser.csv"
    rows = "E1;K1;P1;2026-01-05;2026-03-05;Sjukpension;lätt\nE2;K2;P1;2026-01-05;2026-03-05;Arbete;svår\n"
    path.write_text(f"Insatsnr;Kundnr;Anordnarnr;Start;Slutdatum;Avslutsorsak;Svårighetsgrad\n{rows}", "utf-8")
    told = [(row.end_reason, row.difficulty) for row in read([path]).enrolments]
    assert told == [("disability_pension", "low"), ("work", "high")]


def test_an_unknown_header_names_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "lista.csv"
    path.write_text("Telefn;Ort\n070;Gävle\n", encoding="utf-8")
    (problem,) = read([path]).problems
    assert (problem.code, problem.values["found"]) == (ProblemCode.HEADER_NEAR, ("Telefn", "Ort"))
    assert problem.values["needed"] == ("ref", "name")


@pytest.mark.parametrize(
    "number",
    [
        "900101\u20130017",
        "900101 - 0017",
        "９００１０１-0017",
        "900101-0017",
        "19900101-0017",
        "199001010017",
        "900161-0014",
        "900101+0017",
        "19900101 0017",
    ],
)
def test_a_personal_number_is_refused_unrepeated(tmp_path: Path, number: str) -> None:
    path = tmp_path / "uppf.csv"
    path.write_text(f"insats;månad;datum;nästa steg\nE1;2026-10;2026-10-05;ring {number} snart\n", "utf-8")
    (problem,) = read([path]).problems
    assert (problem.code, problem.column, problem.values) == (ProblemCode.PERSONAL_NUMBER, "next_step", {})


@pytest.mark.parametrize("number", ["900101-0018", "901301-0017", "1234567890", "0701234567", "20261103"])
def test_other_numbers_are_no_personal_numbers(tmp_path: Path, number: str) -> None:
    path = tmp_path / "uppf.csv"
    path.write_text(f"insats;månad;datum;nästa steg\nE1;2026-10;2026-10-05;{number}\n", "utf-8")
    assert read([path]).problems == ()


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
@settings(max_examples=25)
def test_no_header_or_cell_raises(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str], encoding: str
) -> None:
    """Whatever stands in a file, its rows are read or refused, and nothing is raised."""
    path = tmp_path_factory.getbasetemp() / "any.csv"
    line = ";".join(cells)
    for text in (line, f"Kundnr;Telefon;Språk;Född\n{line}", f"Kundnr;Telefon;{line}\nK1;;{line}"):
        path.write_bytes(text.encode(encoding, "replace"))
        batch = read([path])
    assert batch.problems or batch.customers or batch.notes


@given(st.text(max_size=40))
def test_a_day_is_one_or_none(text: str) -> None:
    found = day_of(text) or day_of_serial(text)
    assert found is None or any(char.isdigit() for char in text)
    assert month_of(text) == "" or len(month_of(text)) == 7


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("customers", "KUNDNR;Mobilnr;Tolkspråk;Född år"),
        ("customers", "Klient-ID;Tel. nr;Hemspråk;Kön"),
        ("customers", "deltagar_nr;SMS-nummer;språk;Födelse år"),
        ("providers", "Anordnarnr;Anordnare;Tel.;Godkänd fr.o.m."),
        ("providers", "Leverantörs-id;Företagsnamn;Mobiltel;Avtal till"),
        ("enrolments", "Insats nr;Kund nr;Anordnar nr;Fr.o.m.;T.o.m.;Avslutsorsak"),
        ("enrolments", "ÄRENDENR;KLIENT;UTFÖRARE;Startdag;Slut datum;Orsak till avslut"),
        ("enrolments", "InsatsID;KundID;LeverantörsID;Påbörjad;Avslutad;Slutorsak"),
        ("followups", "Insatsnummer;Avser månad;Samtalsdatum;Nästa steg"),
        ("exemptions", "Insats;Fr o m;T o m;Orsak;Beslutat av"),
    ],
)
def test_headers_that_people_use(kind: str, headers: str) -> None:
    found = header_of(headers.split(";"), Profile())
    assert found is not None
    assert (found.kind, "" in found.columns, len(set(found.columns))) == (kind, False, headers.count(";") + 1)
