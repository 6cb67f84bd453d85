"""The basis for payment as CSV and as a workbook."""

import csv
import io
from datetime import date

import openpyxl  # type: ignore[import-untyped]  # ships no types

from reporting.followups.payments import PaymentBasis, Row, Sum
from reporting.render.payments import to_csv, to_xlsx

ROWS = (
    Row("P1", "Alfa", "1042", "on_time", date(2026, 10, 10), ""),
    Row("P1", "Alfa", "1043", "exempt", None, "holiday"),
    Row("P2", "=Beta", "2001", "late", date(2026, 11, 2), ""),
)
SUMS = (
    Sum("P1", "Alfa", 1, 1, 0, 0, 1),
    Sum("P2", "=Beta", 1, 0, 1, 0, 0),
    Sum("", "Hela enheten", 2, 1, 1, 0, 1),
)
OCTOBER = PaymentBasis("2026-10", date(2026, 11, 5), True, ROWS, SUMS, "5f1a")
EMPTY = PaymentBasis("2019-01", date(2019, 2, 5), True, (), (Sum("", "Hela enheten", 0, 0, 0, 0, 0),), "0c7b")


def lines(sheet: object) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]  # type: ignore[attr-defined]


def test_csv_has_months_and_sums() -> None:
    assert to_csv(OCTOBER).decode("utf-8-sig").split("\r\n")[1:] == [
        "month;P1;Alfa;2026-10;1042;on_time;2026-10-10;;1;1;0;0;0;2026-11-05;yes;5f1a",
        "month;P1;Alfa;2026-10;1043;exempt;;holiday;0;0;0;0;1;2026-11-05;yes;5f1a",
        "month;P2;'=Beta;2026-10;2001;late;2026-11-02;;1;0;1;0;0;2026-11-05;yes;5f1a",
        "sum;P1;Alfa;2026-10;;;;;1;1;0;0;1;2026-11-05;yes;5f1a",
        "sum;P2;'=Beta;2026-10;;;;;1;0;1;0;0;2026-11-05;yes;5f1a",
        "sum;;Hela enheten;2026-10;;;;;2;1;1;0;1;2026-11-05;yes;5f1a",
        "",
    ]


def test_workbook_has_sums_and_months() -> None:
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(OCTOBER)))
    assert lines(book["Summor"]) == [
        ["P1", "Alfa", 1, 1, 0, 0, 1],
        ["P2", "=Beta", 1, 0, 1, 0, 0],
        [None, "Hela enheten", 2, 1, 1, 0, 1],
    ]
    assert lines(book["Insatsmånader"]) == [
        ["P1", "Alfa", "1042", "I tid", "2026-10-10", None],
        ["P1", "Alfa", "1043", "Undantagen", None, "Ledighet enligt planen"],
        ["P2", "=Beta", "2001", "Sent", "2026-11-02", None],
    ]
    assert [book["Läs mig"][cell].value for cell in ("B3", "B4")] == ["2026-11-05", "5f1a"]


def test_empty_month_is_a_file() -> None:
    (row,) = csv.DictReader(io.StringIO(to_csv(EMPTY).decode("utf-8-sig")), delimiter=";")
    assert (row["kind"], row["due"]) == ("sum", "0")
    assert lines(openpyxl.load_workbook(io.BytesIO(to_xlsx(EMPTY)))["Summor"])[0][2] == 0


def test_same_basis_same_bytes() -> None:
    assert to_xlsx(OCTOBER) == to_xlsx(OCTOBER)
