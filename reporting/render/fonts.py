"""The report's typefaces. They come from packages, so that a report is the same on every machine.

Fira Sans has the Latin, Greek and Cyrillic letters. Noto Sans has a file for each of the other scripts, which is
looked into only when a text needs it.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import fontpkg_fira_sans  # type: ignore[import-untyped]  # ships no types

SANS = Path(fontpkg_fira_sans.ROOT) / "files"
REGULAR = SANS / "FiraSans-Regular.ttf"
FAMILY = "Fira Sans"
# The packages of the other scripts, the largest last; Chinese, Japanese and Korean share a file of 33 MB.
OTHER_SCRIPTS = ("manimgx_fonts", "manimgx_fonts_cjk")
CJK = "Noto Sans CJK SC"
# Written by us and never drawn: they need no glyph.
INVISIBLE = frozenset("\n\u00a0\u200b\u200c\u200d\u202f\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Typefaces:
    """What a text is drawn with.

    Attributes:
        families: the names of the families, the first one first.
        folders: where their files are.
        missing: the letters that none of them has.
    """

    families: tuple[str, ...]
    folders: tuple[Path, ...]
    missing: frozenset[str]


def typefaces(text: str) -> Typefaces:
    """Return the typefaces that ``text`` needs, and the letters that no typeface has."""
    strange = frozenset(text) - letters_of(REGULAR)
    families, folders = [FAMILY], [SANS]
    for folder, family, path in _others() if strange else ():
        if not strange:
            break
        if strange & (letters := letters_of(path)):
            strange -= letters
            families.append(family)
            if folder not in folders:
                folders.append(folder)
    return Typefaces(tuple(families), tuple(folders), strange)


@lru_cache(maxsize=1)
def _others() -> tuple[tuple[Path, str, Path], ...]:
    return tuple(_found())


def _found() -> Iterator[tuple[Path, str, Path]]:
    """Yield the folder, the family and the file of each other typeface, upright ones alone."""
    for package in OTHER_SCRIPTS:
        found = find_spec(package)
        for folder in map(Path, found.submodule_search_locations or () if found else ()):
            for path in sorted(folder.glob("*.tt[fc]")):
                if "Italic" not in path.name:
                    yield folder, _family(path.name), path


def _family(file: str) -> str:
    """Return the family of ``NotoSansEthiopic[wght].ttf``: Noto Sans Ethiopic."""
    if "CJK" in file:
        return CJK
    name = file.split("[")[0].split("-")[0]
    return "".join(f" {char}" if char.isupper() and place else char for place, char in enumerate(name))


@lru_cache(maxsize=64)
def letters_of(path: Path) -> frozenset[str]:
    """Return the letters that a font file has, and those that need none."""
    return INVISIBLE | frozenset(map(chr, code_points(path.read_bytes())))


def named(letter: str) -> str:
    """Return the code of a letter, as it is printed where no typeface has it: ``[U+10330]``."""
    return f"[U+{ord(letter):04X}]"


def with_codes(text: str, missing: Iterable[str]) -> str:
    """Return ``text`` with the code of each letter that is ``missing`` in its place."""
    return text.translate({ord(each): named(each) for each in missing})


def code_points(font: bytes) -> Iterator[int]:
    """Yield the code points of an OpenType font's Unicode `cmap`, formats 4 and 12 (OpenType specification)."""
    # The first of a collection ('ttcf') has the letters of all.
    top = struct.unpack_from(">I", font, 12)[0] if font[:4] == b"ttcf" else 0
    (tables,) = struct.unpack_from(">H", font, top + 4)
    records = (struct.unpack_from(">4sIII", font, top + 12 + 16 * number) for number in range(tables))
    start = next(offset for tag, _checksum, offset, _length in records if tag == b"cmap")
    (subtables,) = struct.unpack_from(">H", font, start + 2)
    for number in range(subtables):
        platform, _encoding, offset = struct.unpack_from(">HHI", font, start + 4 + 8 * number)
        if platform in (0, 3):
            yield from _of_subtable(font, start + offset)


def _of_subtable(font: bytes, at: int) -> Iterator[int]:
    (format_,) = struct.unpack_from(">H", font, at)
    if format_ == 4:
        (doubled,) = struct.unpack_from(">H", font, at + 6)
        segments = doubled // 2
        ends = struct.unpack_from(f">{segments}H", font, at + 14)
        starts = struct.unpack_from(f">{segments}H", font, at + 16 + doubled)
        for first, last in zip(starts, ends, strict=True):
            if first != 0xFFFF:
                yield from range(first, last + 1)
    elif format_ == 12:
        (groups,) = struct.unpack_from(">I", font, at + 12)
        for number in range(groups):
            first, last, _glyph = struct.unpack_from(">III", font, at + 16 + 12 * number)
            yield from range(first, last + 1)
