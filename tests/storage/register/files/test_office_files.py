"""Files as offices make them: each of them gives the same register, and what was guessed is said."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from storage.errors import NoteCode, ProblemCode
from storage.register.reader import read
from storage.register.rows import RegisterBatch

SV = "Kundnr;Telefon;Språk;Kön;Födelseår\r\nK1;070-100 00 01;Somaliska;Kvinna;1990\r\nK2;;Svenska;Man;1984\r\n"
COMMA, TAB, PIPE = (SV.replace(";", each) for each in (",", "\t", "|"))
TITLES = "Kunder, uttag 2026-11-03\r\nArbetsenheten;;;;\r\n\r\n"
EXTRA = SV.replace("Födelseår", "Födelseår;Handläggare").replace("1990", "1990;Åsa").replace("1984", "1984;Bo")
NUMBERS = (
    SV.replace("Födelseår", "Födelseår;Personnummer").replace("1990", "1990;19900101-0017").replace("1984", "1984;")
)
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


@pytest.mark.parametrize(
    "written",
    [
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
    "number", ["900101-0017", "19900101-0017", "199001010017", "900161-0014", "900101+0017", "19900101 0017"]
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
