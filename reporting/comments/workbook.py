"""Write the workbook in which staff choose the themes of comments, and read it back, whole or not at all."""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # ships no types

from reporting.comments.suggestions import PERSONAL, personal, suggested
from reporting.errors import ThemeCode, ThemesRefused
from reporting.figures.themes import THEMES, UNCLEAR
from storage.errors import Problem, ProblemCode, Value
from storage.figures.themes import Comment
from storage.register.cells import tables
from storage.register.files.tables import Unreadable
from survey.codes import SurveyId, swedish

SHEET = "Kommentarer"
NUMBER = "Nummer"
PLACES = ("Tema 1", "Tema 2", "Tema 3", "Tema 4")
COLUMNS = (NUMBER, "Enkät", "Språk", "Kommentar", "Kan vara personuppgift", "Förslag", *PLACES)
WIDTHS = (9, 10, 8, 70, 24, 30, *(26 for _ in PLACES))
GUIDE = (
    "Läs varje kommentar och välj ett till fyra teman i de gula kolumnerna. Går den inte att tolka: Oklart.",
    "Kolumnen Förslag bygger på ordlistor och sparas aldrig: det är du som väljer.",
    "Rött i kommentaren kan vara ett namn, telefonnummer eller personnummer. Det är en hjälp, inte en garanti.",
    "Ändra inte kolumnen Nummer. Rader utan tema hoppas över och kan kodas senare.",
    "Läs in filen igen med: followup themes import FIL",
)
LONGEST = 32_000  # characters; Excel holds 32,767 in a cell
# A theme is written as its code or as its title.
_WORDS = {word.casefold(): theme for theme, title in THEMES.items() for word in (theme, title)}


@dataclass(frozen=True, slots=True)
class Coded:
    """The themes chosen in a workbook.

    Attributes:
        themes: by the number of the comment.
        rows: where each comment was read, as (file, row): to name a row that is refused.
    """

    themes: Mapping[int, tuple[str, ...]]
    rows: Mapping[int, tuple[str, int]]


def write(comments: Sequence[Comment], year: int) -> bytes:
    """Return the workbook of a year's comments, with the themes they have. It does not tell whose they are."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": f"Kommentarer {year}"})
        plain = {"valign": "top", "text_wrap": True}
        formats = {
            "cell": book.add_format(plain),
            "choice": book.add_format({**plain, "bg_color": "#FFF7D6", "border": 1, "border_color": "#D9D9D9"}),
            "personal": book.add_format({"font_color": "#B00020", "bold": True}),
            "head": book.add_format({"bold": True, "bottom": 1}),
        }
        sheet = book.add_worksheet(SHEET)
        for place, (name, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, name, formats["head"])
        for line, comment in enumerate(comments, 1):
            _write_comment(sheet, line, comment, formats)
        if comments:
            first = COLUMNS.index(PLACES[0])
            titles = {
                "validate": "list",
                "source": list(THEMES.values()),
                "error_message": "Välj ett tema ur listan.",
            }
            sheet.data_validation(1, first, len(comments), first + len(PLACES) - 1, titles)
        sheet.freeze_panes(1, 1)
        guide = book.add_worksheet("Läs mig")
        guide.set_column(0, 0, 110)
        for line, text in enumerate(GUIDE):
            guide.write_string(line, 0, text)
    return out.getvalue()


def _write_comment(sheet: Any, line: int, comment: Comment, formats: Mapping[str, Any]) -> None:
    marks = personal(comment.text)
    kinds = dict.fromkeys(PERSONAL[mark.kind] for mark in marks)
    hints = [THEMES[theme] for theme in suggested(comment.text, comment.language)]
    sheet.write_number(line, 0, comment.number, formats["cell"])
    words = (
        swedish(SurveyId, comment.survey),
        comment.language,
        comment.text,
        ", ".join(kinds),
        ", ".join(hints),
    )
    for place, text in enumerate(words, 1):
        sheet.write_string(line, place, text, formats["cell"])
    if marks and len(comment.text) < LONGEST:
        pieces: list[Any] = []
        at = 0
        for mark in marks:
            pieces += [comment.text[at : mark.start]] if mark.start > at else []
            pieces += [formats["personal"], comment.text[mark.start : mark.end]]
            at = mark.end
        pieces += [comment.text[at:]] if at < len(comment.text) else []
        if len(pieces) > 2:  # XlsxWriter refuses a rich string of one piece
            sheet.write_rich_string(line, COLUMNS.index("Kommentar"), *pieces, formats["cell"])
    first = COLUMNS.index(PLACES[0])
    for place in range(len(PLACES)):
        title = THEMES.get(comment.themes[place], "") if place < len(comment.themes) else ""
        sheet.write(line, first + place, title, formats["choice"])


def read(path: Path) -> Coded:
    """Return the themes chosen in a workbook; a row without a theme is skipped.

    Raises:
        ThemesRefused: the file is no such workbook, or rows are wrong; it names every one of them.
    """
    problems: list[Problem] = []
    themes: dict[int, tuple[str, ...]] = {}
    rows: dict[int, tuple[str, int]] = {}
    try:
        found = tables(path)
    except Unreadable as error:
        raise ThemesRefused([Problem(path.name, error.row, "", error.code, error.values)]) from error
    sheets = [(each.name, each.lines) for each in found if each.lines and NUMBER in each.lines[0][1]]
    if not sheets:
        raise ThemesRefused([Problem(path.name, 0, "", ThemeCode.NO_SHEET, {"column": NUMBER})])
    for name, lines in sheets:
        header = lines[0][1]
        missing = [column for column in PLACES[:1] if column not in header]
        values: dict[str, Value] = {"called": PLACES[:1], "found": tuple(header)}
        problems += [Problem(name, 1, column, ProblemCode.COLUMN_MISSING, values) for column in missing]
        for row, cells in lines[1:] if not missing else ():
            cell = dict(zip(header, cells, strict=False))
            chosen = _chosen(name, row, cell, problems)
            if not chosen:
                continue
            if not cell[NUMBER].isascii() or not cell[NUMBER].isdigit():
                problems.append(Problem(name, row, NUMBER, ThemeCode.NO_NUMBER))
            elif (number := int(cell[NUMBER])) in themes:
                first = {"row": rows[number][1]}
                problems.append(Problem(name, row, NUMBER, ThemeCode.COMMENT_TWICE, first))
            else:
                themes[number], rows[number] = chosen, (name, row)
    if problems:
        raise ThemesRefused(problems)
    return Coded(themes, rows)


def check(coded: Coded, known: Collection[int]) -> None:
    """Check that every coded comment is ``known``.

    Raises:
        ThemesRefused: some are not; it names their rows.
    """
    problems = [
        Problem(name, row, NUMBER, ThemeCode.UNKNOWN_COMMENT, {"number": number})
        for number, (name, row) in coded.rows.items()
        if number not in known
    ]
    if problems:
        raise ThemesRefused(problems)


def _chosen(name: str, row: int, cell: Mapping[str, str], problems: list[Problem]) -> tuple[str, ...]:
    """Return the themes of a row, and add what is wrong with it to ``problems``."""
    found: dict[str, None] = {}
    for place in PLACES:
        word = " ".join(cell.get(place, "").split())
        if not word:
            continue
        theme = _WORDS.get(word.casefold())
        if theme is None:
            values: dict[str, Value] = {"value": word[:40], "allowed": tuple(THEMES.values())}
            problems.append(Problem(name, row, place, ThemeCode.UNKNOWN_THEME, values))
        else:
            found[theme] = None
    if UNCLEAR in found and len(found) > 1:
        problems.append(Problem(name, row, "", ThemeCode.UNCLEAR_WITH_OTHERS, {"theme": THEMES[UNCLEAR]}))
    return tuple(found)
