"""What a printed document is made of. Every format draws these values, so that none can say otherwise. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from reporting.document.swedish import count, percent

WORTH_BREAKING = 9  # characters: a shorter heading stays on one line
PADDING = 2  # characters, both sides of a cell


@dataclass(frozen=True, slots=True)
class Percent:
    """A share in a table, 0-100."""

    value: float


Cell = str | int | Percent


def cell_text(cell: Cell) -> str:
    """A cell as printed."""
    if isinstance(cell, Percent):
        return percent(cell.value)
    return count(cell) if isinstance(cell, int) else cell


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its caption, its headings, its rows. ``words``: the columns of running text, the first among them.

    ``total``: the last row is the sum or the whole. ``blank``: a form to write in by hand. An empty grid prints
    ``nothing`` instead.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: frozenset[int] = frozenset({0})
    total: bool = False
    nothing: str = "Inga uppgifter för året."
    blank: bool = False

    def headings(self) -> tuple[str, ...]:
        """The headings, each in at most two lines."""
        return tuple(_in_two_lines(title) for title in self.columns)

    def widths(self, page: int, breadth: Callable[[str], float] = len) -> tuple[float, ...]:
        """How many characters each column gets of a ``page`` that is so many wide.

        No word is broken and no number wraps. Running text has the room that is left, and wraps where it is little.
        ``breadth``: how many characters of average width a text is as wide as.
        """
        least: list[float] = []
        most: list[float] = []
        for place, heading in enumerate(self.headings()):
            texts = [cell_text(row[place]) for row in self.rows]
            word = max((breadth(word) for text in texts for word in text.split(" ")), default=0)
            text = max((breadth(text) for text in texts), default=0)
            title = max(breadth(line) for line in heading.split("\n"))
            least.append(max(word if place in self.words else text, title, 4))
            most.append(max(text, least[-1]))
        given = list(least)
        left = page - sum(least) - PADDING * len(least)
        for done, place in enumerate(sorted(self.words, key=lambda each: most[each] - least[each])):
            more = min(max(left, 0) // (len(self.words) - done), most[place] - least[place])
            given[place] += more
            left -= more
        return tuple(given)


def _in_two_lines(title: str) -> str:
    if len(title) < WORTH_BREAKING:
        return title
    words = title.split(" ")
    ways = ((" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words) + 1))
    first, second = min(ways, key=lambda way: max(map(len, way)))
    return f"{first}\n{second}" if second else first


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. ``note`` is small print, ``key`` a finding."""

    text: str
    kind: Literal["text", "note", "key"] = "text"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar chart, per cent. ``kind`` is an assessment of reporting.report.provider_section."""

    name: str
    share: float
    low: float
    high: float
    kind: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Shares with their intervals. ``alt`` states the finding; ``total`` is the whole unit's share."""

    caption: str
    alt: str
    bars: tuple[Bar, ...]
    total: float | None
    measure: str = "Andel nöjda"


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """One provider against the others, in percentage points, with its own limits around 0."""

    name: str
    answers: int
    difference: float
    watch: tuple[float, float]
    act: tuple[float, float]
    kind: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """Differences to the others by number of answers, with the limits of chance."""

    caption: str
    alt: str
    points: tuple[FunnelPoint, ...]


Chart = Bars | Funnel
Block = Paragraph | Heading | Grid | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section."""

    number: int
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure of the first page: what it is, its value, and what it stands on."""

    label: str
    value: str
    detail: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document. ``opening`` stands before the first section; ``paged``: each section begins a page."""

    title: str
    subtitle: str
    imprint: str
    created_at: datetime
    opening: tuple[Paragraph, ...]
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    contents: bool = True
    paged: bool = False


def numbered(sections: Iterable[Section]) -> tuple[Section, ...]:
    """The sections with their tables and charts numbered through: the same numbers in every format."""
    tables = charts = 0
    done = []
    for section in sections:
        blocks: list[Block] = []
        for block in section.blocks:
            if isinstance(block, Grid):
                tables += 1
                blocks.append(replace(block, caption=f"Tabell {tables}. {block.caption}"))
            elif isinstance(block, Bars | Funnel):
                charts += 1
                blocks.append(replace(block, caption=f"Diagram {charts}. {block.caption}"))
            else:
                blocks.append(block)
        done.append(replace(section, blocks=tuple(blocks)))
    return tuple(done)


def paragraphs(texts: Sequence[str], kind: Literal["text", "note", "key"] = "text") -> tuple[Paragraph, ...]:
    """A paragraph for each text that says something."""
    return tuple(Paragraph(text, kind) for text in texts if text)
