"""Workbooks that somebody built to do harm: each is refused with a sentence, and costs little memory and time."""

import resource
import time
from dataclasses import replace

import pytest

from storage.errors import ProblemCode
from storage.register.cells import tables_of
from storage.register.files.tables import Unreadable
from storage.register.files.workbook_process import look_through
from storage.register.files.workbooks import UPLOAD, Fault, read_sheets, read_workbook
from tests.support.workbooks import MAIN, SHEET, cell, sheet, workbook

SMALL_BOX = replace(UPLOAD, cells=1_000)


def code_of(content: bytes) -> tuple[ProblemCode, int]:
    """Return why a workbook is refused by what is seen in it before it is read, and the row."""
    with pytest.raises(Unreadable) as refused:
        look_through(content, SMALL_BOX.unpacked, SMALL_BOX.cells)
    return refused.value.code, refused.value.row


FAR = [
    ("the last cell of all", workbook(cell("XFD1048576")), 1_048_576),
    ("the last cell of a column that is used", workbook(cell("M1048576")), 1_048_576),
    ("the last cell of the first column", workbook(cell("A1048576")), 1_048_576),
    ("a column far out", workbook(cell("XFD2")), 2),
    ("in small letters", workbook(cell("xfd2")), 2),
    (
        "by the number of its row",
        workbook(sheet("").replace("<row>", '<row r="1048576"><c><v>1</v></c>')),
        1_048_576,
    ),
    ("in another namespace", workbook(sheet(cell("XFD2"), "http://purl.oclc.org/ooxml/spreadsheetml/main")), 2),
    ("with a prefix", workbook(sheet(cell("XFD2"), prefix="x")), 2),
    ("in a part of another name", workbook(cell("XFD2"), target="elsewhere/data.bin"), 2),
    ("two corners", workbook(cell("A1") + cell("IV900")), 900),
]


@pytest.mark.parametrize(("_told", "content", "row"), FAR, ids=[told for told, _, _ in FAR])
def test_a_far_cell_is_seen_first(_told: str, content: bytes, row: int) -> None:
    assert code_of(content) == (ProblemCode.FAR_CELL, row)


LARGE = [
    ("more cells than fit", workbook("</row><row>".join("<c/>" * 251 for _ in range(5)))),
    ("unpacked", workbook(more={"xl/media/a.bin": b"\0" * 15_000_000, "xl/media/b.bin": b"\0" * 6_000_000})),
    ("by its ratio", workbook(more={"xl/sharedStrings.xml": b" " * 11_000_000})),
    ("of many parts", workbook(more={f"xl/media/{number}": b"" for number in range(2_000)})),
]


@pytest.mark.parametrize(("_told", "content"), LARGE, ids=[told for told, _ in LARGE])
def test_a_large_workbook_is_seen_first(_told: str, content: bytes) -> None:
    assert len(content) < UPLOAD.packed
    assert code_of(content)[0] == ProblemCode.TOO_LARGE


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_is_there_twice_is_refused() -> None:
    twice = {SHEET: b"<worksheet/>"}
    assert code_of(workbook(cell("A1"), more=twice))[0] == ProblemCode.NOT_XLSX
    assert code_of(workbook(cell("A1"), more={SHEET.upper(): b"<worksheet/>"}))[0] == ProblemCode.NOT_XLSX


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        b"PK\3\4" + b"\0" * 100,
        workbook(cell("A1"))[:-40],
        workbook(cell("A1")).replace(b"\x78", b"\x79"),
        workbook("<worksheet"),
        workbook(cell("A1"), more={"x": b""}).replace(b"xl/workbook.xml", b"xl/workbook.xmm"),
    ],
)
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        read_workbook("fil.xlsx", content, UPLOAD)
    assert refused.value.code == ProblemCode.NOT_XLSX


def test_the_system_holds_a_bomb_to_its_memory() -> None:
    """The text of 32,000 characters stands in 60,000 cells: 1.9 GB, of a file of 200 KB that looks harmless."""
    strings = f'<sst xmlns="{MAIN}"><si><t>{"a" * 32_000}</t></si></sst>'.encode()
    cells = "</row><row>".join('<c t="s"><v>0</v></c>' * 60 for _ in range(1_000))
    content = workbook(cells, more={"xl/sharedStrings.xml": strings})
    assert len(content) < UPLOAD.packed
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with pytest.raises(Unreadable) as refused:
        read_workbook("fil.xlsx", content, UPLOAD)
    assert refused.value.code == ProblemCode.TOO_LARGE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KiB, of this process
    assert time.monotonic() - began < UPLOAD.seconds * 2 + 1


def test_a_file_is_measured_before_it_is_read() -> None:
    for name in ("fil.xlsx", "fil.csv"):
        with pytest.raises(Unreadable) as refused:
            tables_of(name, b"x" * 11, replace(UPLOAD, packed=10))
        assert refused.value.code == ProblemCode.TOO_LARGE


def test_an_empty_cell_differs_from_a_faulty_one() -> None:
    """Told beside the values: what the cell holds, an error, or a formula that nobody has computed."""
    row = (
        cell("A1", "7")
        + '<c r="C1" t="e"><f>A9</f><v>#REF!</v></c>'
        + '<c r="D1"><f>A1+1</f></c>'
        + '<c r="E1"><f>A1+1</f><v>8</v></c>'
        + '<c r="F1" t="str"><f>""</f><v></v></c>'
    )
    (found,) = read_sheets(workbook(row), UPLOAD)
    assert found.lines == [(1, ["7", "", "", "", "8", ""])]
    assert found.faults == (Fault("C1", 1, "error", "#REF!"), Fault("D1", 1, "formula", ""))


def test_rows_and_columns_keep_their_places() -> None:
    (found,) = read_sheets(workbook(sheet("").replace("<row>", f'<row r="3">{cell("C3", "5")}')), UPLOAD)
    assert found.lines == [(3, ["", "", "5"])]
