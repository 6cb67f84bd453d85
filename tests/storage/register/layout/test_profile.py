"""profile.toml: files as another system exports them, and each mistake in the profile named by its key."""

from pathlib import Path

import openpyxl
import pytest

from storage.errors import NoteCode, Problem, RegisterError
from storage.errors import ProblemCode as Code
from storage.register.layout.profile_file import read_profile
from storage.register.reader import read
from storage.register.rows import RegisterBatch

PROFILE = """
[customers]
sheet = "Kunder"
header_row = 3
encoding = "windows-1252"
delimiter = ";"
digits = 4
drop = ["Personnummer", "Språk"]
[customers.columns]
ref = "Löpnr"
language = "Tolkspråk"
[customers.values.language]
"Somaliska (södra)" = "so"
"-" = ""
[enrolments.columns]
ref = "Ärende"
[enrolments.values.end_reason]
"Egenförsörjande" = "arbete"
[enrolments.values.provider]
"Jobbhuset AB" = "P07"
"""
CUSTOMERS = (
    "Uttag;2026-11-03;;;;\r\n;;;;;\r\nLöpnr;Telefon;Språk;Tolkspråk;Personnummer;Kön\r\n"
    "17;070-100 00 01;Svenska;somaliska (södra);19900101-0017;K\r\n0018;;Svenska;-;;\r\n"
)
ENROLMENTS = (
    "Ärende,Kundnr,Anordnare,Start,Slutdatum,Avslutsorsak\n"
    "E1,17,jobbhuset ab,2026-01-05,2026-03-01,Egenförsörjande\n"
)


def write(folder: Path, name: str, content: str, encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(content.encode(encoding))
    return folder / name


def read_with(folder: Path, profile: str, *files: Path) -> RegisterBatch:
    return read(files, read_profile(write(folder, "profile.toml", profile)))


def told(batch: RegisterBatch) -> list[tuple[str, str | None, str, str]]:
    return [(each.ref, each.phone, each.language, each.gender) for each in batch.customers]


def test_files_as_another_system_writes_them(tmp_path: Path) -> None:
    kunder = write(tmp_path, "kunder.csv", CUSTOMERS, "cp1252")
    batch = read_with(tmp_path, PROFILE, kunder, write(tmp_path, "arenden.csv", ENROLMENTS))
    assert batch.problems == ()
    assert told(batch) == [("0017", "+46701000001", "so", "K"), ("0018", None, "sv", "")]
    (enrolment,) = batch.enrolments
    assert (enrolment.ref, enrolment.customer, enrolment.provider) == ("E1", "0017", "P07")
    assert enrolment.end_reason == "work"
    assert batch.notes == ()  # nothing was guessed


def test_only_the_named_sheet_is_of_its_kind(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("Kunder", "Gamla kunder", "Pivot"):
        sheet = book.create_sheet(name)
        for line in CUSTOMERS.split("\r\n"):
            sheet.append([cell if name != "Pivot" else "x" for cell in line.split(";")])
    book.save(tmp_path / "kunder.xlsx")
    batch = read_with(tmp_path, PROFILE, tmp_path / "kunder.xlsx")
    assert (batch.problems, len(batch.customers)) == ((), 2)
    assert [(note.file, note.code) for note in batch.notes] == [
        ("kunder.xlsx (Gamla kunder)", NoteCode.SHEET_PASSED),
        ("kunder.xlsx (Pivot)", NoteCode.SHEET_PASSED),
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "column", "code"),
    [
        ("[customers]\n", "[kunder]\n", "kunder", Code.PROFILE_UNKNOWN),
        ("sheet =", "shet =", "customers.shet", Code.PROFILE_UNKNOWN),
        ('"Kunder"', "7", "customers.sheet", Code.PROFILE_NOT_TEXT),
        ("header_row = 3", "header_row = 0", "customers.header_row", Code.PROFILE_NOT_NUMBER),
        ("header_row = 3", 'header_row = "3"', "customers.header_row", Code.PROFILE_NOT_NUMBER),
        ("windows-1252", "windows-svensk", "customers.encoding", Code.PROFILE_ENCODING),
        ("windows-1252", "rot13", "customers.encoding", Code.PROFILE_ENCODING),
        ('";"', '";;"', "customers.delimiter", Code.PROFILE_DELIMITER),
        ("digits = 4", "digits = true", "customers.digits", Code.PROFILE_NOT_NUMBER),
        ('["Personnummer", "Språk"]', '"Personnummer"', "customers.drop", Code.PROFILE_NOT_LIST),
        ('ref = "Löpnr"', 'reff = "Löpnr"', "customers.columns.reff", Code.PROFILE_UNKNOWN),
        ('ref = "Löpnr"', "ref = 1", "customers.columns.ref", Code.PROFILE_NOT_TEXT),
        ('ref = "Löpnr"', 'ref = "Person-nr"', "customers.columns.ref", Code.PROFILE_PERSONAL),
        ('"Tolkspråk"', '"språk"', "customers.columns.language", Code.PROFILE_DROPPED),
        ('"Tolkspråk"', '"LÖPNR"', "customers.columns.language", Code.PROFILE_COLUMN_TWICE),
        ("[customers.values.language]", "[customers.values.sprak]", "customers.values.sprak", Code.PROFILE_UNKNOWN),
        ('(södra)" = "so"', '(södra)" = "sx"', 'customers.values.language."Somaliska (södra)"', Code.NOT_ONE_OF),
        ('"-" = ""', '"-" = 0', 'customers.values.language."-"', Code.PROFILE_NOT_TEXT),
        (
            "[enrolments.columns]",
            "[enrolments]\ncolumns = 1\n[targets]",
            "enrolments.columns",
            Code.PROFILE_NOT_TABLE,
        ),
    ],
)
def test_a_mistake_is_named_by_its_key(tmp_path: Path, was: str, becomes: str, column: str, code: Code) -> None:
    assert was in PROFILE
    path = write(tmp_path, "profile.toml", PROFILE.replace(was, becomes, 1))
    with pytest.raises(RegisterError) as refused:
        read_profile(path)
    assert (column, code) in [(each.column, each.code) for each in refused.value.problems]
    assert {each.file for each in refused.value.problems} == {"profile.toml"}


def test_what_is_no_toml_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(RegisterError) as refused:
        read_profile(write(tmp_path, "profile.toml", "[customers]\nsheet = Kunder\n"))
    assert refused.value.problems == (Problem("profile.toml", 2, "", Code.NOT_TOML),)


@pytest.mark.parametrize(
    ("profile", "code", "row", "column"),
    [
        ('[customers.columns]\nref = "Kund"\n', Code.PROFILE_COLUMN, 1, "ref"),
        ('[customers.columns]\nlanguage = "Sprk"\n', Code.PROFILE_COLUMN, 1, "language"),
        ("[customers]\nheader_row = 2\n", Code.PROFILE_HEADER_ROW, 2, ""),
        ('[customers]\nencoding = "windows-1252"\n', Code.PROFILE_IS_UTF8, 0, ""),
    ],
)
def test_a_profile_that_is_not_the_files(tmp_path: Path, profile: str, code: Code, row: int, column: str) -> None:
    path = write(tmp_path, "kunder.csv", "Kundnr,Telefon,Språk\nK1,,Svenska\n")
    (problem,) = read_with(tmp_path, profile, path).problems
    assert (problem.code, problem.row, problem.column) == (code, row, column)


def test_a_missing_sheet_names_those_there(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Kundnr", "Telefon"])
    book.save(tmp_path / "kunder.xlsx")
    (problem,) = read_with(tmp_path, '[customers]\nsheet = "Kunder"\n', tmp_path / "kunder.xlsx").problems
    assert (problem.code, problem.values) == (Code.PROFILE_SHEET, {"sheet": "Kunder", "found": ("Sheet",)})


def test_the_example_of_the_documentation_is_right(tmp_path: Path) -> None:
    page = (Path(__file__).parents[4] / "docs" / "register.md").read_text(encoding="utf-8")
    profile = read_profile(write(tmp_path, "profile.toml", page.partition("```toml\n")[2].partition("```")[0]))
    assert (profile.of("customers").header_row, profile.of("customers").digits) == (3, 6)
    assert profile.of("customers").columns == {"ref": "Kund-ID"}
