"""Read what left the unit as anybody reads it: the numbers in every file, and of whom they are."""

import csv
import html
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from html.parser import HTMLParser
from math import ceil, floor
from typing import NamedTuple

from python_calamine import CalamineWorkbook

POINTS = {"Efter fyra veckor": "start", "Vid avslut": "end", "Båda mätpunkterna": "all"}
QUESTIONS = {"Totalomdöme": "overall", "Bemötande": "treatment", "Nytta": "usefulness"}
KEY = ("indicator", "provider", "period", "point", "gender", "difficulty")
GUARDED = ("satisfaction.", "followup.confirmed", "outcome.")
UNIT = "Hela enheten"
ENDINGS = (
    *("Arbete", "Studier", "Eget företag", "Flytt", "Föräldraskap", "Hälsa och pension", "Dödsfall", "Övriga"),
    *("Alla undantag tillsammans", "Avbrott"),
)


class Group(NamedTuple):
    """Of whom a number is: the columns of the export. ``is_of_others``: of all providers but this one."""

    indicator: str
    provider: str = ""
    period: str = ""
    point: str = ""
    gender: str = "T"
    difficulty: str = ""
    is_of_others: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A number that a file tells.

    Attributes:
        group: of whom.
        day: on which it was counted.
        kind: what was counted: ``yes``, ``kept`` (all that were not excluded), or a group of end reasons.
        number: how many.
    """

    group: Group
    day: str
    kind: str
    number: int


@dataclass(frozen=True, slots=True)
class Share:
    """A share in per cent of those who said yes, as printed."""

    group: Group
    day: str
    value: Fraction
    half: Fraction  # of the last printed decimal

    def bounds(self, answered: int) -> tuple[int, int]:
        """Return the least and the most that can have said yes of so many who answered."""
        return ceil((self.value - self.half) * answered / 100), floor((self.value + self.half) * answered / 100)


@dataclass(frozen=True, slots=True)
class Given:
    """A number that follows from figures made of it (expected outcomes): it is given to the attacker."""

    group: Group
    day: str
    kind: str


Told = Number | Share | Given


def day_of(report: Mapping[str, bytes]) -> str:
    """Return the day of a report, from its data."""
    day: str = json.loads(report["json"])["release"]["at"]
    return day[:10]


def read_report(files: Mapping[str, bytes]) -> list[Told]:
    """Return what a report tells; its formats must not differ."""
    content = json.loads(files["json"])
    rows, day = content["indicators"], day_of(files)
    _same(rows, list(csv.DictReader(io.StringIO(files["csv"].decode("utf-8-sig"), newline=""), delimiter=";")))
    _mean_of_shown(rows)
    found: list[Told] = []
    for row in rows:
        if row["indicator"].startswith(GUARDED) and row["numerator"] is not None:
            group = Group(*(row[name] for name in KEY))
            found.append(Number(group, row["created_at"][:10], "yes", row["numerator"]))
            if group.indicator == "outcome.after_exclusions":
                found.append(Number(group, row["created_at"][:10], "kept", row["denominator"]))
    refs = {plain(row["provider_name"]): row["provider"] for row in rows if row["provider"]} | {UNIT: ""}
    for kind, read in (("xlsx", _workbook), ("html", _page)):
        found += _tables(read(files[kind]), refs, content["period"], day)
    return list(dict.fromkeys(found))


def read_pack(provider: str, page: bytes, year: str, day: str) -> list[Told]:
    """Return what a provider's pack tells of its customers and of the others'."""
    found: list[Told] = []
    for caption, columns, lines in _page(page):
        for line in lines:
            cell, of = (
                dict(zip(map(plain, columns), map(plain, line), strict=False)),
                _day_of(" ".join((caption, *line)), day),
            )
            if point := POINTS.get(cell.get("Mätpunkt", "")):
                group = Group(f"satisfaction.{QUESTIONS[cell['Fråga']]}", provider, year, point)
                found += _share(group, of, cell["Nöjda %"])
                found += _share(group._replace(is_of_others=True), of, cell["Övriga %"])
            if "Bekräftat av kunderna" in cell:
                found += _share(Group("followup.confirmed", provider, year), of, cell["Bekräftat av kunderna"])
            if cell.get("Avslut", "").isdigit() and "Övriga %" in cell:
                found.append(
                    Number(Group("outcome.after_exclusions", provider, year), of, "kept", int(cell["Avslut"]))
                )
    return found


def read_digest(provider: str, text: str, year: str, day: str) -> list[Told]:
    """Return what a provider's digest tells."""
    group = Group("satisfaction.overall", provider, year, "all")
    found: list[Told] = []
    if kept := re.search(r"per ([0-9-]+)\.", text):
        day = kept[1]
    if told := re.search(r"\(([0-9]+) av [0-9]+ svar", text):
        found.append(Number(group, day, "yes", int(told[1])))
    if told := re.search(r"Övriga: ([0-9]+) %", text):
        found += _share(group._replace(is_of_others=True), day, told[1])
    return found


@cache
def plain(text: str) -> str:
    """Return text with plain spaces, without the day of a figure that keeps its earlier value."""
    return re.sub(r" ?\(per [0-9-]+\)", "", " ".join(text.split()))


def _same(rows: Sequence[Mapping[str, object]], lines: Sequence[Mapping[str, str]]) -> None:
    for row, line in zip(rows, lines, strict=True):
        for name in (*KEY, "status", "numerator"):
            assert line[name] == ("" if row[name] is None else str(row[name]))


def _mean_of_shown(rows: Sequence[Mapping[str, object]]) -> None:
    """Check that the mean of shares is that of the shares which are shown: it tells nothing more."""
    for mean in rows:
        if mean["indicator"] == "satisfaction.overall.mean_of_providers" and mean["value"] is not None:
            shown = [
                row["value"]
                for row in rows
                if row["indicator"] == "satisfaction.overall" and row["provider"] and row["point"] == mean["point"]
            ]
            told = [each for each in shown if isinstance(each, float)]
            assert abs(sum(told) / len(told) - float(str(mean["value"]))) < 1e-9


Grid = tuple[str, list[str], list[list[str]]]  # caption, columns, rows


def _tables(grids: Iterable[Grid], refs: Mapping[str, str], year: str, day: str) -> Iterator[Told]:
    """Yield what the tables tell beside the rows of the export, and of whom they tell it."""
    for caption, columns, lines in grids:
        place = next((point for words, point in POINTS.items() if words.lower() in plain(caption).lower()), "")
        for line in lines:
            cell = dict(zip(map(plain, columns), map(plain, line), strict=False))
            ref, of = refs.get(cell.get("Anordnare", "")), _day_of(" ".join((caption, *line)), day)
            point = POINTS.get(cell.get("Mätpunkt", ""), place)
            if ref is not None and point and "Nöjda %" in cell:
                yield from _share(Group("satisfaction.overall", ref, year, point), of, cell["Nöjda %"])
            if ref is not None and point and "Övriga %" in cell:
                group = Group("satisfaction.overall", ref, year, point, is_of_others=True)
                yield from _share(group, of, cell["Övriga %"])
            if ref is not None and cell.get("Avvikelser", "").isdigit():
                yield Number(Group("followup.denied", ref, year), of, "yes", int(cell["Avvikelser"]))
            if cell.get("Förväntat", "–") != "–":
                for difficulty in ("low", "medium", "high"):
                    group = Group("outcome.after_exclusions", "", year, difficulty=difficulty)
                    yield from (Given(group, of, kind) for kind in ("yes", "kept"))
            name = cell.get("Orsak", cell.get("Händelse", "")).removesuffix(" utan avslut")
            if name in ENDINGS and cell.get("Antal", "").isdigit():
                yield Number(Group("outcome.all_endings", "", year), of, name, int(cell["Antal"]))


def _day_of(text: str, day: str) -> str:
    """Return the day of a figure that keeps its earlier value, which is said beside it; ``day`` of any other."""
    kept = re.search(r"\(per ([0-9-]+)\)", text)
    return kept[1] if kept else day


def _share(group: Group, day: str, text: str) -> Iterator[Share]:
    if told := re.fullmatch(r"([0-9]+)(?:[.,]([0-9]+))?( ?%)?", text):
        decimals = min(len(told[2] or ""), 9)  # the workbook has as many as a float, of which the last may be off
        yield Share(group, day, Fraction(f"{told[1]}.{told[2] or 0}"), Fraction(1, 2 * 10**decimals))


def _workbook(content: bytes) -> Iterator[Grid]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        lines = [[_printed(cell) for cell in line] for line in book.get_sheet_by_name(name).to_python()]
        if lines:
            yield name, lines[0], lines[1:]


def _printed(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _page(content: bytes) -> list[Grid]:
    page = _Tables()
    page.feed(content.decode())
    return page.found


def text_of(page: bytes) -> str:
    """Return the words of a page."""
    return html.unescape(re.sub(r"<[^>]+>", " ", page.decode()))


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
            lines[-1].append("".join(self.text))
        if tag == "tr" and lines and not columns:
            self.found[-1] = (caption, lines.pop(0), lines)
