"""Find the letters that the report's typefaces lack: PDF/A refuses a letter without a glyph, so it is replaced."""

import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

MISSING = "?"
INVISIBLE = frozenset("\n\u00a0\u200d\u202f\u2068\u2069")  # written by us and never drawn: they need no glyph


def drawable(text: str, fonts: tuple[Path, ...]) -> str:
    """Return ``text`` with a question mark for each letter that none of the font files has."""
    strange = set(text) - INVISIBLE - _letters(fonts)
    return text.translate(dict.fromkeys(map(ord, strange), MISSING)) if strange else text


@lru_cache(maxsize=4)
def _letters(fonts: tuple[Path, ...]) -> frozenset[str]:
    return frozenset(chr(code) for path in fonts for code in code_points(path.read_bytes()))


def code_points(font: bytes) -> Iterator[int]:
    """Yield the code points of an OpenType font's Unicode `cmap`, formats 4 and 12 (OpenType specification)."""
    (tables,) = struct.unpack_from(">H", font, 4)
    records = (struct.unpack_from(">4sIII", font, 12 + 16 * number) for number in range(tables))
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
