"""`followup texts`: a native speaker reads a language in a workbook, which is kept whole or not at all."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]  # ships no types
import pytest
from click.testing import Result
from openpyxl.worksheet.worksheet import Worksheet  # type: ignore[import-untyped]  # ships no types

from bot.errors import BadInput
from survey.packs.own_texts import path_of, read
from tests.support.command import Command

READ = date(2026, 11, 28)


@pytest.fixture
def followup(tmp_path: Path) -> Command:
    command = Command(tmp_path)
    command.env["FOLLOWUP_TEXTS"] = str(tmp_path / "own")
    return command


def exported(followup: Command, folder: Path, language: str = "so") -> Path:
    result = followup("texts", "export", language, "--out", str(folder))
    assert result.exit_code == 0, result.output
    return folder / f"texter-{language}.xlsx"


def filled_in(path: Path, change: Callable[[str, dict[str, object]], None]) -> Path:
    """Open a workbook as a person does, change the cells of each row by their column, and save it."""
    book = openpyxl.load_workbook(path)
    sheet: Worksheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        cells = {head: cell.value for head, cell in zip(heads, row, strict=True)}
        change(cells["Nyckel"], cells)
        for head, cell in zip(heads, row, strict=True):
            cell.value = cells[head]
    book.save(path)
    return path


def refused(result: Result) -> str:
    """Return why a command refused its input."""
    assert isinstance(result.exception, BadInput)
    return str(result.exception)


def sign(_: str, cells: dict[str, object]) -> None:
    cells |= {"Granskad av": "Hodan Ali", "Datum": READ}


def test_a_workbook_tells_all_of_a_text(followup: Command, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(exported(followup, tmp_path)).worksheets[0]
    heads, first = ([cell.value for cell in row] for row in (sheet[1], sheet[2]))
    assert heads == ["Nyckel", "Svenska", "Text (so)", "Delar", "Kodning", "Sammanhang", "Granskad av", "Datum"]
    assert first[0] == "opening.start"
    assert first[3:5] == [1, "GSM-7"]
    assert first[5] == "Det första meddelandet, före frågan. Enkät: Efter fyra veckor"


def test_a_language_that_is_signed_off_is_read(followup: Command, tmp_path: Path) -> None:
    def read_through(key: str, cells: dict[str, object]) -> None:
        sign(key, cells)
        if key == "phrase.retry":
            cells["Text (so)"] = "Ma fahmin."

    path = filled_in(exported(followup, tmp_path), read_through)
    result = followup("texts", "import", str(path))
    assert result.exit_code == 0, result.output
    assert "so: 1 egen text, " in result.output
    assert result.output.endswith("inga att granska.\n")
    assert read(path_of(tmp_path / "own", "so")).texts == {"phrase.retry": "Ma fahmin."}
    assert "ok    so: alla texter är granskade." in followup("texts", "check").output
    said = followup("talk", "start", "--lang", "so", "--script", _script(tmp_path, "qqq")).output
    assert "Ma fahmin." in said


def _script(folder: Path, *lines: str) -> str:
    path = folder / "script.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_what_is_exported_again_is_unchanged(followup: Command, tmp_path: Path) -> None:
    followup("texts", "import", str(filled_in(exported(followup, tmp_path), sign)))
    kept = path_of(tmp_path / "own", "so").read_bytes()
    followup("texts", "import", str(exported(followup, tmp_path / "again")))
    assert path_of(tmp_path / "own", "so").read_bytes() == kept


def test_a_later_change_takes_the_sign_off_away(followup: Command, tmp_path: Path) -> None:
    def reword(key: str, cells: dict[str, object]) -> None:
        if key == "phrase.retry":
            cells["Text (so)"] = "Ma fahmin."

    followup("texts", "import", str(filled_in(exported(followup, tmp_path), sign)))
    result = followup("texts", "import", str(filled_in(exported(followup, tmp_path / "again"), reword)))
    assert result.output.endswith(", 1 att granska.\n")


def test_a_trial_keeps_nothing(followup: Command, tmp_path: Path) -> None:
    path = filled_in(exported(followup, tmp_path), sign)
    result = followup("texts", "import", str(path), "--dry-run")
    assert result.output.endswith("Inget sparades: det var en provkörning.\n")
    assert not (tmp_path / "own").exists()


@pytest.mark.parametrize(
    ("key", "cells", "told"),
    [
        ("phrase.help", {"Text (so)": ""}, "texten för phrase.help är tom"),
        ("phrase.help", {"Text (so)": "Wac Nacka."}, "phrase.help ska ha samma klamrar som förut"),
        ("phrase.retry", {"Text (so)": "a\u202eb"}, "ett tecken som inte syns"),
        ("phrase.retry", {"Text (so)": "Ma fahmin 你."}, "tecknet 你 (U+4F60) tvingar fram UCS-2"),
        ("phrase.retry", {"Text (so)": "Ma fahmin. " * 20}, "för lång"),
        ("phrase.retry", {"Granskad av": "Hodan"}, "fyll i både Granskad av och Datum"),
        ("phrase.retry", {"Granskad av": "Hodan", "Datum": "igår"}, "datumet 'igår' ska skrivas som"),
        ("phrase.retry", {"Granskad av": "Hodan", "Datum": "2999-01-01"}, "datumet 2999-01-01 har inte varit än"),
        ("phrase.retry", {"Nyckel": "phrase.nothing"}, "raden för phrase.retry saknas"),
        ("phrase.retry", {"Nyckel": "phrase.help"}, "phrase.help står på två rader"),
    ],
)
def test_a_wrong_row_keeps_nothing(
    followup: Command, tmp_path: Path, key: str, cells: dict[str, object], told: str
) -> None:
    def spoil(at: str, row: dict[str, object]) -> None:
        sign(at, row)
        if at == key:
            row |= {"Granskad av": None, "Datum": None} | cells

    result = followup("texts", "import", str(filled_in(exported(followup, tmp_path), spoil)))
    assert told in refused(result)
    assert not (tmp_path / "own").exists()


def test_one_wrong_file_keeps_no_other(followup: Command, tmp_path: Path) -> None:
    filled_in(exported(followup, tmp_path / "out", "fi"), sign)
    (tmp_path / "out" / "texter-so.xlsx").write_bytes(b"no workbook")
    result = followup("texts", "import", str(tmp_path / "out"))
    assert "texter-so.xlsx: filen kan inte läsas som arbetsbok (XLSX eller ODS)" in refused(result)
    assert not (tmp_path / "own").exists()


def test_without_a_folder_nothing_is_kept(followup: Command, tmp_path: Path) -> None:
    path = exported(followup, tmp_path)
    result = followup("texts", "import", str(path), FOLLOWUP_TEXTS="")
    assert "FOLLOWUP_TEXTS saknas" in refused(result)


def test_an_unknown_language_is_told(followup: Command) -> None:
    assert "Språket 'xx' finns inte" in refused(followup("texts", "export", "xx"))
