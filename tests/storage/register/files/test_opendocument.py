"""Spreadsheets of LibreOffice (.ods) are read as those of Excel are."""

from pathlib import Path

import pytest

from storage.errors import NoteCode, ProblemCode
from storage.register.files.tables import Unreadable
from storage.register.files.workbooks import UPLOAD, Fault, read_sheets
from storage.register.reader import read
from tests.support.spreadsheets import ERROR, UNCOMPUTED, ods, ods_sheet, ods_value

HEAD = ("Kundnr", "Telefon", "Språk")


def test_a_register_of_libreoffice(tmp_path: Path) -> None:
    number = (
        '<table:table-cell office:value-type="float" office:value="17"><text:p>0017</text:p></table:table-cell>'
    )
    kunder = ods_sheet("Kunder", [HEAD, (number, "070-100 00 01", "Somaliska"), ("K2", "", "")], hidden=(3,))
    day = ods_value("3/11", 'office:value-type="date" office:date-value="2026-11-03"')
    insatser = ods_sheet("I", [("Insatsnr", "Kundnr", "Anordnare", "Start"), ("E1", "17", "P1", day)], style="ta2")
    (tmp_path / "register.ods").write_bytes(ods(kunder, insatser, ods_sheet("Tomt", [])))
    batch = read([tmp_path / "register.ods"])
    assert batch.problems == ()
    assert [(row.ref, row.phone, row.language) for row in batch.customers] == [
        ("17", "+46701000001", "so"),
        ("K2", None, "sv"),
    ]
    assert [(row.ref, row.started_on.isoformat()) for row in batch.enrolments] == [("E1", "2026-11-03")]
    assert [(note.file, note.code, note.values) for note in batch.notes] == [
        ("register.ods (Kunder)", NoteCode.HIDDEN_ROWS, {"number": 1}),
        ("register.ods (I)", NoteCode.HIDDEN_SHEET, {}),
    ]


def test_cells_without_a_value_are_found() -> None:
    empty = ods_value("", 'table:formula="of:=&quot;&quot;" office:value-type="string"')
    (found,) = read_sheets(ods(ods_sheet("K", [HEAD, ("K1", ERROR, UNCOMPUTED), ("K2", empty, "")])), UPLOAD)
    assert found.faults == (Fault("B2", 2, "error", "#REF!"), Fault("C2", 2, "formula", ""))
    assert found.lines[1:] == [(2, ["K1", "", ""]), (3, ["K2", "", ""])]


@pytest.mark.parametrize(
    ("repeats", "code"),
    [
        ('table:number-columns-repeated="16384"', ProblemCode.FAR_CELL),
        ('table:number-columns-repeated="200"', ProblemCode.TOO_LARGE),
        ('table:number-columns-repeated="99999999999999999999"', ProblemCode.NOT_XLSX),
    ],
)
def test_a_bomb_of_repeats_is_refused(repeats: str, code: ProblemCode) -> None:
    cell = ods_value("1", f'{repeats} office:value-type="float" office:value="1"')
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    with pytest.raises(Unreadable) as refused:
        read_sheets(ods(f'<table:table table:name="x">{row}</table:table>'), UPLOAD)
    assert refused.value.code == code
