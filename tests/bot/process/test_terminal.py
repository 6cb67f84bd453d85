"""What others wrote reaches the terminal as text, whatever it holds; our own styles and isolates stay."""

import io
import json

import pytest
from rich.table import Table

from bot.cli.console import console
from bot.process.terminal import echo, uncaught, write_json

EVIL = "a\x1b[31mb\x1b]52;c;ZXZpbA==\x07c\x08\x9b2Jd\r\u202ee\u2066f\u200bg\x7f\udc80h"
HARMLESS = "a[31mb]52;c;ZXZpbA==c2Jdefgh"


@pytest.mark.parametrize("err", [False, True])
def test_controls_and_directions_are_not_printed(capsys: pytest.CaptureFixture[str], err: bool) -> None:
    echo(EVIL, err=err)
    assert capsys.readouterr()[err] == HARMLESS + "\n"


def test_our_own_lines_and_isolates_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    echo("Kund\tInsats\n\u2068שלום\u2069, 1\u00a0000 kr, می\u200cشود 👍")
    assert capsys.readouterr().out == "Kund\tInsats\n\u2068שלום\u2069, 1\u00a0000 kr, می\u200cشود 👍\n"


def test_an_isolate_without_an_end_goes(capsys: pytest.CaptureFixture[str]) -> None:
    echo("\u2068a\nb\u2069")
    assert capsys.readouterr().out == "a\nb\n"


def test_json_keeps_every_value(capsys: pytest.CaptureFixture[str]) -> None:
    write_json({"in": EVIL.replace("\udc80", "\U000e0041")})
    line = capsys.readouterr().out
    assert line.removesuffix("\n").isprintable()
    assert json.loads(line) == {"in": EVIL.replace("\udc80", "\U000e0041")}


def test_a_table_has_no_codes_of_others() -> None:
    table = Table("Text")
    table.add_row(EVIL + "[red]x[/] [link=https://x]y")
    shown = console(width=120)
    shown.file = io.StringIO()
    shown.print(table)
    printed = shown.file.getvalue()
    assert HARMLESS + "[red]x[/] [link=https://x]y" in printed
    assert "\x1b" not in printed


def test_a_fault_quotes_safely(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise RuntimeError(EVIL)
    except RuntimeError as error:
        uncaught(error)
    assert f"RuntimeError: {HARMLESS}\n" in capsys.readouterr().err
