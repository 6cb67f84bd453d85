"""The indicators as JSON, with their definitions."""

import json
from typing import Any

import pytest

from reporting.figures.definitions import DEFINITIONS
from reporting.render.json import render
from reporting.report.build import build
from storage.figures.cells import Aggregate
from tests.support.disclosure.cubes import NOW, YEAR, counted, of_answers
from tests.support.reports import COLUMNS, CUBE


def content(cube: Aggregate = CUBE) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(render(build(cube, YEAR, NOW)))
    return read


def test_the_file_has_the_keys_of_the_contract() -> None:
    read = content()
    assert list(read) == ["schema_version", "period", "definitions", "indicators"]
    assert (read["schema_version"], read["period"]) == (1, "2025")
    assert list(read["indicators"][0]) == COLUMNS
    assert [each["id"] for each in read["definitions"]] == [each.id for each in DEFINITIONS]
    assert {row["indicator"] for row in read["indicators"]} == {each.id for each in DEFINITIONS}


def test_values_are_in_full_precision() -> None:
    row = next(row for row in content()["indicators"] if row["provider"] == "A" and row["point"] == "end")
    assert row["value"] == 66.66666666666667  # 40 / 60


def test_hidden_rows_have_no_numbers() -> None:
    hidden = [row for row in content()["indicators"] if row["status"] != "ok"]
    assert hidden
    for row in hidden:
        assert [row[name] for name in ("numerator", "denominator", "value", "ci_low", "ci_high")] == [None] * 5


@pytest.mark.parametrize("cube", [counted(), of_answers({"A": {}}), of_answers({"A": {"start": (3, 5)}})])
def test_sparse_years_are_written(cube: Aggregate) -> None:
    assert content(cube)["indicators"]
