"""What a printed document is made of. Every format draws these values, so that all say the same. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from reporting.document.assessments import Assessment
from reporting.document.swedish import count, fixed, percent
from survey.plain_text import BREAK, breakable

WORTH_BREAKING = 9  # characters; a shorter heading stays on one line
PADDING = 2  # characters, on both sides of a cell together


@dataclass(frozen=True, slots=True)
class Percent:
    """A share in a table, 0-100."""

    value: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is no share and no count, with one or two decimals."""

    figure: float
    decimals: int = 1


@dataclass(frozen=True, slots=True)
class Interval:
    """Both ends of an interval; a workbook has them in two columns."""

    low: float
    high: float
    decimals: int = 1


@dataclass(frozen=True, slots=True)
class Fraction:
    """How many of how many; a workbook has them in two columns."""

    part: int
    of: int


Cell = str | int | Percent | Figure | Interval | Fraction


def cell_text(cell: Cell) -> str:
    """Return the cell as it is printed."""
    if isinstance(cell, Percent):
        return percent(cell.value)
    if isinstance(cell, Figure):
        return fixed(cell.figure, cell.decimals)
    if isinstance(cell, Interval):
        return f"{fixed(cell.low, cell.decimals)}–{fixed(cell.high, cell.decimals)}"
    if isinstance(cell, Fraction):
        return f"{count(cell.part)}/{count(cell.of)}"
    return count(cell) if isinstance(cell, int) else cell


@dataclass(frozen=True, slots=True)
class Grid:
    """A table.

    Attributes:
        words: the columns of running text, by place; the others are numbers, and aligned to the right.
        total: whether the last row is the sum or the whole.
        nothing: what is printed in place of a table without rows.
        blank: whether it is a form to be filled in by hand.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: frozenset[int] = frozenset({0})
    total: bool = False
    nothing: str = "Inga uppgifter för året."
    blank: bool = False

    def headings(self) -> tuple[str, ...]:
        """Return the headings, each broken into two lines at most."""
        return tuple(_in_two_lines(title) for title in self.columns)

    def widths(self, page: int, breadth: Callable[[str], float] = len) -> tuple[float, ...]:
        """Divide a page among the columns.

        No word is broken and no number wraps. Columns of running text share the room that is left.

        Args:
            page: the page's width in characters.
            breadth: returns the width of a text in characters of average width.

        Returns:
            The width of each column in characters, without padding.
        """
        least: list[float] = []
        most: list[float] = []
        for place, heading in enumerate(self.headings()):
            texts = [cell_text(row[place]) for row in self.rows]
            words = (word for text in texts for word in breakable(text).replace(BREAK, " ").split(" "))
            word = max(map(breadth, words), default=0)
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
    """Running text; a ``note`` is small print, and a ``key`` is a finding."""

    text: str
    kind: Literal["text", "note", "key"] = "text"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a bar chart: a share and its interval, per cent."""

    name: str
    share: float
    low: float
    high: float
    kind: Assessment


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of shares with their intervals.

    Attributes:
        alt: the finding in words, for those who do not see the chart.
        total: the whole unit's share, per cent; None where no line is drawn for it.
        measure: what the shares are.
    """

    caption: str
    alt: str
    bars: tuple[Bar, ...]
    total: float | None
    measure: str = "Andel nöjda"


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """A provider's difference to all others together, in percentage points.

    Attributes:
        watch: the nearest differences that the test says may differ, below and above; None where there is none.
        act: the nearest ones that it calls clear.
    """

    name: str
    answers: int
    difference: float
    watch: tuple[float | None, float | None]
    act: tuple[float | None, float | None]
    kind: Assessment


@dataclass(frozen=True, slots=True)
class Funnel:
    """A funnel chart: differences to the others by number of answers, with the limits of chance."""

    caption: str
    alt: str
    points: tuple[FunnelPoint, ...]


Chart = Bars | Funnel
Block = Paragraph | Heading | Grid | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A section with its number."""

    number: int
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure of the first page: what it is called, its value, and what it is made of."""

    label: str
    value: str
    detail: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document.

    Attributes:
        imprint: what the figures are, and of which day.
        opening: what stands before the first section.
        contents: whether it has a table of contents.
        paged: whether each section begins a page.
        mark: what stands on every page; empty for what may leave the unit.
    """

    title: str
    subtitle: str
    imprint: str
    created_at: datetime
    opening: tuple[Paragraph, ...]
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    contents: bool = True
    paged: bool = False
    mark: str = ""


def numbered(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Number the tables and charts of all sections: a table has the same number in every format."""
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
    """Return a paragraph for each text that is not empty."""
    return tuple(Paragraph(text, kind) for text in texts if text)
