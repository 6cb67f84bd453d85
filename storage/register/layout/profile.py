"""How another system lays its register files out: what a unit's profile.toml says, as a value. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from storage.register.cells import folded
from storage.register.layout.words import word


@dataclass(frozen=True, slots=True)
class KindProfile:
    """What a profile says of one kind of register file; what it does not say is guessed.

    Attributes:
        sheet: the only sheet of a workbook that is of this kind.
        header_row: the line of the header, from 1; 0 where it is looked for.
        encoding: of a CSV file.
        delimiter: of a CSV file.
        digits: how many digits the references of this kind have; 0: they are as they are written; None: not said.
        drop: the headers of columns that are never read.
        columns: the other system's header by our name of the column.
        values: by our column, what is read for each of the other system's values, which are folded.
    """

    sheet: str = ""
    header_row: int = 0
    encoding: str = ""
    delimiter: str = ""
    digits: int | None = None
    drop: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def is_dropped(self, header: str) -> bool:
        """Return whether the column of this header is never read."""
        return word(header) in map(word, self.drop)

    def read_as(self, cells: Mapping[str, str]) -> Mapping[str, str]:
        """Return the cells of a row, with our value for each that the profile translates."""
        if not self.values:
            return cells
        return {
            column: self.values[column].get(folded(cell), cell) if column in self.values else cell
            for column, cell in cells.items()
        }


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile: what it says of each kind of file."""

    kinds: Mapping[str, KindProfile] = field(default_factory=dict)

    def of(self, kind: str) -> KindProfile:
        """Return what is said of a kind of file."""
        return self.kinds.get(kind, KindProfile())
