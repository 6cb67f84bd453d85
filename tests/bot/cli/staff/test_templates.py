"""`followup templates`: files that can be filled in, explained, and read in again."""

import csv
from pathlib import Path

import openpyxl
import pytest

from bot.cli.staff.register_columns import COLUMNS, KINDS, page
from storage.register import headers
from storage.register.reader import read
from tests.support.command import Command
from tests.support.documents import ROOT


def test_an_empty_file_of_each_kind(tmp_path: Path) -> None:
    made = Command(tmp_path)("templates", str(tmp_path / "mallar"))
    assert made.exit_code == 0
    names = {path.name for path in (tmp_path / "mallar").iterdir()}
    assert names == {f"{kind}.{ending}" for kind in headers.COLUMNS for ending in ("xlsx", "csv")}
    assert read(sorted((tmp_path / "mallar").iterdir())).problems == ()


def test_every_column_is_explained() -> None:
    assert {kind: list(columns) for kind, columns in COLUMNS.items()} == {
        kind: list(columns) for kind, columns in headers.COLUMNS.items()
    }
    assert list(KINDS) == list(COLUMNS)


@pytest.mark.parametrize("kind", ["customers", "enrolments", "followups", "exemptions", "targets", "context"])
def test_the_examples_are_right_values(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "exempel.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(
            [list(COLUMNS[kind]), [column.example for column in COLUMNS[kind].values()]]
        )
    batch = read([path])
    assert (batch.problems, batch.notes) == ((), ())
    assert len(getattr(batch, kind)) == 1


@pytest.mark.parametrize("kind", ["customers", "enrolments", "exemptions", "actionplans"])
def test_every_choice_of_a_list_is_read(tmp_path: Path, kind: str) -> None:
    for name, column in COLUMNS[kind].items():
        for choice in column.choices:
            row = {each: other.example for each, other in COLUMNS[kind].items()} | {name: choice}
            path = tmp_path / "val.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, delimiter=";").writerows([list(row), list(row.values())])
            assert read([path]).problems == (), (name, choice)


def test_a_filled_template_is_read(tmp_path: Path) -> None:
    Command(tmp_path)("templates", str(tmp_path))
    book = openpyxl.load_workbook(tmp_path / "customers.xlsx")
    assert book.sheetnames == ["customers", "Förklaring"]
    rules = {str(rule.sqref): rule.formula1 for rule in book["customers"].data_validations.dataValidation}
    assert rules["D2:D5001"] == '"K,M"'
    book["customers"].append(["K1", "070-100 00 01", "somaliska", "K", 1990, None])
    book.save(tmp_path / "ifylld.xlsx")
    batch = read([tmp_path / "ifylld.xlsx"])
    assert batch.problems == ()
    assert [(row.ref, row.language) for row in batch.customers] == [("K1", "so")]


def test_the_document_says_the_same() -> None:
    """`python -m bot.cli.staff.register_columns > docs/register.md` makes it anew."""
    assert (ROOT / "docs/register.md").read_text(encoding="utf-8") == page()
