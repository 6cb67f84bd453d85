"""What is published, read as anybody reads it: tables and figures from every format."""

import csv
import html
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from html.parser import HTMLParser
from typing import NamedTuple

import docx
import docx.table
import openpyxl  # type: ignore[import-untyped]  # ships no types
import pypdfium2

from reporting.figures.indicators import Indicator

Grid = tuple[str, list[str], list[list[str]]]  # caption, columns, rows
CAPTIONS = {"vid start": "start", "vid avslut": "end", "båda mätpunkterna": "all"}


class Said(NamedTuple):
    """A provider's share of satisfied in per cent as its pack has it, and that of the others; None: not told."""

    own: Fraction | None
    others: Fraction | None


@dataclass
class Release:
    """What one release tells: its rows, and the shares printed in its tables by (point, provider's name).

    ``said``: what the providers' packs tell, by (provider, question, point).
    """

    rows: Sequence[Indicator]
    printed: dict[tuple[str, str], Fraction] = field(default_factory=dict)
    said: dict[tuple[str, str, str], Said] = field(default_factory=dict)


def read(files: Mapping[str, bytes]) -> Release:
    """A release from its files, by format; the paper (docx, pdf) may be left out. They must not differ."""
    rows = [Indicator(**row) for row in json.loads(files["json"])["indicators"]]
    _same(rows, list(csv.DictReader(io.StringIO(files["csv"].decode("utf-8-sig"), newline=""), delimiter=";")))
    printed: dict[tuple[str, str], Fraction] = {}
    for kind, content in files.items():
        if kind in TABLES:
            told = _shares(TABLES[kind](content))
            shown = [r for r in rows if r.indicator == "satisfaction.overall" and r.provider and r.status == "ok"]
            assert told or not shown, f"the tables of the {kind} could not be read"
            printed |= told
    if "pdf" in files:  # text without tables: it may hold no figure that the page does not
        assert figures(paper(files["pdf"])) <= figures(text_of(files["html"]))
    return Release(rows, printed)


def _shares(grids: Iterable[Grid]) -> dict[tuple[str, str], Fraction]:
    """The shares in the tables of satisfaction, by point and provider's name."""
    found: dict[tuple[str, str], Fraction] = {}
    for caption, columns, lines in grids:
        names = [plain(name) for name in columns]
        for line in lines:
            cell = dict(zip(names, map(plain, line), strict=False))
            share = re.fullmatch(r"([0-9]+(?:[.,][0-9]+)?)( ?%)?", cell.get("Nöjda %", ""))
            place = cell.get("Mätpunkt", plain(caption)).lower()
            point = next((point for words, point in CAPTIONS.items() if words in place), "")
            if share and point and "Anordnare" in cell:
                found[point, cell["Anordnare"]] = Fraction(share[1].replace(",", "."))
    return found


def plain(text: str) -> str:
    return " ".join(text.split())  # spaces that do not break, too


def figures(text: str) -> set[str]:
    return set(re.findall(r"[0-9]+,[0-9]+", text))


def _same(rows: Sequence[Indicator], told: Sequence[Mapping[str, str]]) -> None:
    for row, line in zip(rows, told, strict=True):
        for name in ("indicator", "provider", "period", "point", "gender", "difficulty", "status"):
            assert getattr(row, name) == line[name]
        assert line["numerator"] == ("" if row.numerator is None else str(row.numerator))


def _workbook(content: bytes) -> Iterator[Grid]:
    for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets:
        lines = [["" if cell is None else str(cell) for cell in line] for line in sheet.iter_rows(values_only=True)]
        if lines:
            yield sheet.title, lines[0], lines[1:]


def _page(content: bytes) -> list[Grid]:
    page = _Tables()
    page.feed(content.decode())
    return page.found


def _document(content: bytes) -> list[Grid]:
    """A table's caption is the paragraph before it."""
    caption, found = "", []
    for block in docx.Document(io.BytesIO(content)).iter_inner_content():
        if isinstance(block, docx.table.Table):
            lines = [[cell.text for cell in row.cells] for row in block.rows]
            found.append((caption, lines[0], lines[1:]))
        elif block.text.strip():
            caption = block.text
    return found


def paper(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as paper:
        return " ".join(page.get_textpage().get_text_bounded() for page in paper)


def text_of(content: bytes) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", content.decode()))


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Grid] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "table":
            self.found.append(("", [], []))
        if tag == "tr" and self.found:
            self.found[-1][2].append([])
        if tag in ("caption", "th", "td"):
            self.text = []

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if not self.found:
            return
        caption, columns, lines = self.found[-1]
        if tag == "caption":
            self.found[-1] = ("".join(self.text), columns, lines)
        if tag in ("th", "td") and lines:
            lines[-1].append("".join(self.text).strip())
        if tag == "table" and lines:
            self.found[-1] = (caption, lines[0], lines[1:])


TABLES: dict[str, Callable[[bytes], Iterable[Grid]]] = {"xlsx": _workbook, "html": _page, "docx": _document}
