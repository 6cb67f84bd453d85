"""The indicators as CSV for a Swedish Excel."""

import csv
import io
import subprocess
import sys

import pytest

from reporting.render.csv import neutral, render
from storage.figures.cells import Aggregate
from tests.support.disclosure.cubes import counted, of_answers, report_of
from tests.support.reports import COLUMNS, CUBE, FORMULA


def rows(content: bytes) -> list[dict[str, str]]:
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def at_the_start(content: bytes, provider: str) -> dict[str, str]:
    key = ("satisfaction.overall", provider, "start")
    return next(row for row in rows(content) if (row["indicator"], row["provider"], row["point"]) == key)


def test_swedish_excel_reads_the_file() -> None:
    content = render(report_of(CUBE))
    assert content.startswith(b"\xef\xbb\xbf" + ";".join(COLUMNS).encode() + b"\r\n")
    shown = at_the_start(content, "A")
    assert (shown["value"], shown["numerator"], shown["denominator"]) == ("34,0", "34", "100")
    assert (shown["verdict"], shown["created_at"]) == ("lower", "2026-01-15T09:00:00+00:00")


def test_values_have_one_decimal() -> None:
    content = render(report_of(of_answers({"A": {"start": (34, 101)}, "B": {"start": (321, 400)}})))
    assert at_the_start(content, "A")["value"] == "33,7"  # 34 / 101 = 33.66


def test_hidden_row_tells_who_was_eligible() -> None:
    few = at_the_start(render(report_of(CUBE)), "D")
    assert (few["status"], few["eligible"]) == ("too_few", "3")
    assert [few[name] for name in ("numerator", "denominator", "value", "ci_low", "ci_high")] == [""] * 5


def test_names_are_on_one_line_and_neutralised() -> None:
    content = render(report_of(CUBE))
    assert at_the_start(content, "A")["provider_name"] == '<b>Fet</b> "Stig & Co" #let x'
    assert at_the_start(content, "B")["provider_name"] == "'" + FORMULA


@pytest.mark.parametrize(
    "text", ["=1+1", "+46", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "＝1", "＋1", "－1", "＠A"]
)
def test_formulas_become_text(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Nacka", "A=B", "Å-hus", "2025-Q1"])
def test_other_text_is_left_alone(text: str) -> None:
    assert neutral(text) == text


@pytest.mark.parametrize("cube", [counted(), of_answers({"A": {}}), of_answers({"A": {"start": (3, 5)}})])
def test_sparse_years_are_written(cube: Aggregate) -> None:
    report = report_of(cube)
    assert len(rows(render(report))) == len(report.indicators)


def test_figures_load_no_heavy_library() -> None:
    code = (
        "import sys; import reporting.render.csv, reporting.render.json; "
        "sys.exit(bool({'jinja2', 'xlsxwriter', 'altair', 'vl_convert', 'typst', 'docx'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
