"""`followup import` says what it changes, and empties nothing in silence."""

from pathlib import Path

import pytest

from tests.support.command import Command

CUSTOMERS = "ref,phone,language,gender,birth_year\nK1,070-100 00 01,so,K,1990\nK2,070-100 00 02,sv,M,1984\n"


@pytest.fixture
def followup(tmp_path: Path) -> Command:
    """Make the command on a register of two customers."""
    command = Command(tmp_path)
    assert command("init").exit_code == 0
    assert "2 nya rader, 0 ändrade, 0 oförändrade." in command("import", file(tmp_path, CUSTOMERS)).output
    return command


def file(folder: Path, text: str) -> str:
    (folder / "kunder.csv").write_text(text, encoding="utf-8")
    return str(folder / "kunder.csv")


def test_the_same_again_changes_nothing(tmp_path: Path, followup: Command) -> None:
    assert "0 nya rader, 0 ändrade, 2 oförändrade." in followup("import", file(tmp_path, CUSTOMERS)).output


def test_an_emptied_cell_is_asked_about(tmp_path: Path, followup: Command) -> None:
    emptied = file(tmp_path, CUSTOMERS.replace("070-100 00 01", "").replace("1984", ""))
    refused = followup("import", emptied)
    assert [(each.row, each.column) for each in refused.exception.problems] == [(2, "phone"), (3, "birth_year")]  # type: ignore[union-attr]
    assert "0 ändrade, 2 oförändrade" in followup("import", file(tmp_path, CUSTOMERS)).output  # nothing was saved
    emptied = file(tmp_path, CUSTOMERS.replace("070-100 00 01", "").replace("1984", ""))
    assert "2 ändrade, 0 oförändrade, 2 tömda celler." in followup("import", emptied, "--allow-emptying").output


def test_a_trial_run_shows_each_change(tmp_path: Path, followup: Command) -> None:
    changed = CUSTOMERS.replace("so,K", "fi,K").replace("00 02", "00 03").replace("1990", "")
    shown = followup("import", file(tmp_path, changed), "--dry-run").output
    assert [line.split() for line in shown.splitlines()[2:6]] == [
        ["Rad", "Kolumn", "Är", "Blir"],
        ["kunder.csv,", "rad", "2", "language", "so", "fi"],
        ["kunder.csv,", "rad", "2", "birth_year", "1990", "(tom)"],
        ["kunder.csv,", "rad", "3", "phone", "…", "…"],
    ]
    assert "+4670" not in shown
    assert "2 oförändrade" in followup("import", file(tmp_path, CUSTOMERS)).output


def test_a_column_left_out_empties_nothing(tmp_path: Path, followup: Command) -> None:
    less = file(tmp_path, "ref,phone\nK1,070-100 00 01\nK2,070-100 00 02\n")
    assert "2 oförändrade." in followup("import", less).output


def test_files_beside_the_register_are_passed_over(tmp_path: Path, followup: Command) -> None:
    file(tmp_path, CUSTOMERS)
    for name in ("~$kunder.xlsx", "._kunder.csv", "läsmig.txt"):
        (tmp_path / name).write_bytes(b"\x00")
    assert "2 oförändrade." in followup("import", str(tmp_path)).output


@pytest.mark.parametrize("name", ["gamla.xls", "insatser.XLSB", "kunder.numbers"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, followup: Command, name: str) -> None:
    file(tmp_path, CUSTOMERS)
    (tmp_path / name).write_bytes(b"x")
    assert f"{name} kan inte läsas" in str(followup("import", str(tmp_path)).exception)
