"""The contract of the files, and bad input in each of them."""

import csv
import io
import json
import subprocess
import sys

import openpyxl  # type: ignore[import-untyped]  # ships no types
import pytest

from reporting.figures.themes import ThemeRow
from reporting.render import csv as csv_
from reporting.render import json as json_
from reporting.render import xlsx
from reporting.report.background import Background
from reporting.report.build import build
from storage.figures.year_values import Youth
from tests.support.disclosure.cubes import NOW, YEAR, CubeOf, of_answers, random_cube

COLUMNS = (
    "indicator,version,provider,provider_name,period,point,gender,difficulty,numerator,denominator,eligible,value,"
    "ci_low,ci_high,target,status,verdict,series_break,created_at"
)
BAD = '<b>Fet</b>\n"Stig & Co"'
FORMULA = '=HYPERLINK("http://evil.example";"x")'
ANSWERS = {
    "A": {"start": (34, 100), "end": (40, 60)},
    "B": {"start": (80, 100), "end": (45, 60)},
    "C": {"start": (240, 300), "end": (45, 60)},
    "D": {"start": (2, 3)},
    "E": {"start": (5, 8)},
    "F": {},
}
CUBE = of_answers(ANSWERS, {"A": BAD, "B": FORMULA, "C": "Cirkel", "D": "Delta", "E": "Ek", "F": "Fyr"})


def test_csv_contract() -> None:
    content = csv_.render(build(CUBE, YEAR, NOW))
    assert content.startswith(b"\xef\xbb\xbf" + COLUMNS.replace(",", ";").encode() + b"\r\n")
    found = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    a, b, d = (
        next(
            r
            for r in found
            if (r["indicator"], r["provider"], r["point"]) == ("satisfaction.overall", ref, "start")
        )
        for ref in "ABD"
    )
    assert (a["value"], a["numerator"], a["denominator"], a["verdict"]) == ("34,0", "34", "100", "lower")
    assert a["provider_name"] == BAD
    assert b["provider_name"] == "'" + FORMULA
    assert (d["status"], d["numerator"], d["denominator"], d["value"], d["ci_low"]) == ("too_few", "", "", "", "")
    assert d["eligible"] == "3"
    assert a["created_at"] == "2026-01-15T09:00:00+00:00"


def test_json_contract() -> None:
    content = json.loads(json_.render(build(CUBE, YEAR, NOW)))
    assert list(content) == ["schema_version", "period", "definitions", "indicators"]
    assert (content["schema_version"], content["period"]) == (1, "2025")
    assert ",".join(content["indicators"][0]) == COLUMNS
    assert {each["id"] for each in content["definitions"]} == {r["indicator"] for r in content["indicators"]}
    row = next(r for r in content["indicators"] if r["provider"] == "A" and r["point"] == "end")
    assert row["value"] == 100 * 40 / 60
    for r in content["indicators"]:
        if r["status"] != "ok":
            assert [r[name] for name in ("numerator", "denominator", "value", "ci_low", "ci_high")] == [None] * 5


def test_workbook_has_numbers_and_no_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx.render(build(CUBE, YEAR, NOW))))
    assert {"Läs mig", "Indikatorer", "Anordnare", "Teman", "Definitioner"} <= set(book.sheetnames)
    sheet = book["Indikatorer"]
    names = [cell.value for cell in sheet[1]]
    found = [dict(zip(names, [cell.value for cell in line], strict=True)) for line in sheet.iter_rows(min_row=2)]
    row = next(r for r in found if r["provider"] == "B" and r["point"] == "start")
    assert row["value"] == 80
    assert row["provider_name"] == FORMULA
    assert all(cell.data_type != "f" for each in book for line in each.iter_rows() for cell in line)


def test_the_workbook_has_the_young_and_the_reasons_for_a_change() -> None:
    cube = of_answers({"A": {"start": (20, 40)}})
    cube.endings.update({("A", "work"): 60, ("A", "other"): 40})
    reasons = (ThemeRow("1", "Fick inte rätt hjälp", 9, 3, "ok"),)
    beside = Background(youth=Youth(30, {"work": 10, "other": 5}), change_reasons=reasons)
    book = openpyxl.load_workbook(io.BytesIO(xlsx.render(build(cube, YEAR, NOW, background=beside))))
    cells = {sheet.title: {cell.value for line in sheet.iter_rows() for cell in line} for sheet in book}
    assert {"Egen försörjning, unga 16–18 år", "10/30", "10/15"} <= cells["Utfall"]
    assert {"Fick inte rätt hjälp", 9} <= cells["Teman"]
    assert "outcome.youth.closed" in cells["Definitioner"]


@pytest.mark.parametrize("cube", [CubeOf(), of_answers({"A": {}}), of_answers({"A": {"start": (3, 5)}})])
def test_an_empty_year_and_a_lone_provider_give_every_file(cube: CubeOf) -> None:
    report = build(cube, YEAR, NOW)
    for renderer in (csv_, json_, xlsx):
        assert renderer.render(report)


def test_totals_of_random_registers_are_what_is_shown() -> None:
    for seed in range(30):
        for section in build(random_cube(seed), YEAR, NOW).points:
            merged = [row for row in section.rows if row.name.startswith("Övriga")]
            assert all(row.share is None or 0 < row.share < 100 for row in merged)


def test_same_report_same_bytes() -> None:
    report = build(CUBE, YEAR, NOW)
    for renderer in (csv_, json_, xlsx):
        assert renderer.render(report) == renderer.render(build(CUBE, YEAR, NOW))


def test_csv_and_json_do_not_load_the_heavy_libraries() -> None:
    code = (
        "import sys; import reporting.render.csv, reporting.render.json; "
        "sys.exit(bool({'jinja2', 'xlsxwriter', 'altair', 'vl_convert', 'typst', 'docx'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
