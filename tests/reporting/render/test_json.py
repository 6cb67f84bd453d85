"""The indicators as JSON, with their definitions."""

import json
from typing import Any

import pytest

from reporting.figures.definitions import DEFINITIONS
from reporting.render.json import render
from reporting.report.background import Background
from tests.support.disclosure.cubes import Cube, counted, of_answers, report_of
from tests.support.reports import COLUMNS, CUBE


def content(cube: Cube = CUBE) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(render(report_of(cube)))
    return read


def test_the_file_has_the_keys_of_the_contract() -> None:
    read = content()
    assert list(read) == ["schema_version", "period", "release", "definitions", "indicators"]
    assert (read["schema_version"], read["period"]) == (2, "2025")
    assert list(read["indicators"][0]) == COLUMNS
    assert [each["id"] for each in read["definitions"]] == [each.id for each in DEFINITIONS]
    assert {row["indicator"] for row in read["indicators"]} == {each.id for each in DEFINITIONS}


def test_the_file_says_what_it_is() -> None:
    at = "2026-01-15T09:00:00+00:00"
    draft = report_of(CUBE)
    assert content()["release"] == {
        "kind": "draft",
        "number": None,
        "at": at,
        "hash": draft.digest,
        "note": "Arbetsmaterial, lämnas inte ut",
    }
    published = json.loads(render(report_of(CUBE, Background(revision=2))))
    assert published["release"] == {"kind": "published", "number": 2, "at": at, "hash": draft.digest}


def test_values_are_in_full_precision() -> None:
    row = next(row for row in content()["indicators"] if row["provider"] == "A" and row["point"] == "end")
    assert row["value"] == 66.66666666666667  # 40 / 60


def test_hidden_rows_have_no_numbers() -> None:
    hidden = [row for row in content()["indicators"] if row["status"] != "ok"]
    assert hidden
    for row in hidden:
        assert [row[name] for name in ("numerator", "denominator", "value", "ci_low", "ci_high")] == [None] * 5


@pytest.mark.parametrize("cube", [counted(), of_answers({"A": {}}), of_answers({"A": {"start": (3, 5)}})])
def test_sparse_years_are_written(cube: Cube) -> None:
    assert content(cube)["indicators"]
