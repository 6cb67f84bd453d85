"""The report as a workbook."""

import io
from dataclasses import replace

import openpyxl  # type: ignore[import-untyped]  # ships no types
import pytest

from reporting.document.blocks import Figure, Fraction, Grid, Interval
from reporting.render import csv, json
from reporting.render.xlsx import parted, render
from reporting.report.background import Background
from storage.figures.release_values import Response
from storage.figures.year_values import Youth
from tests.support.disclosure.cubes import YEAR, Cube, counted, of_answers, report_of
from tests.support.reports import BESIDE, CUBE, FORMULA


def read(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_numbers_are_numbers_and_names_text() -> None:
    book = read(render(report_of(CUBE)))
    assert {"Läs mig", "Indikatorer", "Anordnare", "Teman", "Definitioner"} <= set(book.sheetnames)
    sheet = book["Indikatorer"]
    names = [cell.value for cell in sheet[1]]
    found = [dict(zip(names, [cell.value for cell in line], strict=True)) for line in sheet.iter_rows(min_row=2)]
    row = next(row for row in found if row["provider"] == "B" and row["point"] == "start")
    assert row["value"] == 80
    assert row["provider_name"] == FORMULA
    assert all(cell.data_type != "f" for each in book for line in each.iter_rows() for cell in line)


def test_ratios_and_intervals_are_numbers() -> None:
    book = read(render(report_of(CUBE, replace(Background(), expectations=BESIDE.expectations))))
    sheet = book["Svårighetsgrad"]
    if sheet.max_row > 2:
        assert [cell.value for cell in sheet[1]][1:] == [
            *("Andel med hög svårighetsgrad", "Observerat", "Förväntat", "O/E", "Lägre gräns", "Övre gräns"),
        ]
    made = Grid("T", ("A", "B", "C"), (("x", Interval(0.41, 0.97, 2), Fraction(10, 30)), ("y", "–", "–")))
    assert parted(made) == (
        ["A", "Lägre gräns", "Övre gräns", "Täljare", "Nämnare"],
        [["x", Figure(0.41, 2), Figure(0.97, 2), 10, 30], ["y", "–", "–", "–", "–"]],
    )
    outcomes = [cell.value for cell in book["Utfall"][1]]
    assert {"Egen försörjning %"} <= set(outcomes)


def test_young_and_change_reasons_have_sheets() -> None:
    cube = of_answers({"A": {"start": (20, 40)}})
    cube.endings.update({("A", "work"): 60, ("A", "other"): 40})
    ended = [Response(f"{n}", n, "work" if n < 10 else "other", "A", YEAR, is_youth=n < 15) for n in range(100)]
    beside = Background(youth=Youth(30, {"work": 10, "other": 5}))
    book = read(render(report_of(cube, beside, change_reasons={"1": (9, 3)}, responses={"outcome": ended})))
    cells = {sheet.title: {cell.value for line in sheet.iter_rows() for cell in line} for sheet in book}
    assert {"Egen försörjning, unga 16–18 år", "Täljare", "Nämnare", 10, 30, 15} <= cells["Utfall"]
    assert {"Fick inte rätt hjälp", 9} <= cells["Teman"]
    assert "outcome.youth.closed" in cells["Definitioner"]


@pytest.mark.parametrize("cube", [counted(), of_answers({"A": {}}), of_answers({"A": {"start": (3, 5)}})])
def test_sparse_years_are_written(cube: Cube) -> None:
    assert "Indikatorer" in read(render(report_of(cube))).sheetnames


def test_same_report_same_bytes() -> None:
    report, again = report_of(CUBE), report_of(CUBE)
    for renderer in (render, csv.render, json.render):
        assert renderer(report) == renderer(again)
