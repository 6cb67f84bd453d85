"""Make a document harmless for every format: no control characters, whoever wrote it. Pure.

Names are neutralised where they come in (survey/plain_text.py); this is the last door, which every format passes.
"""

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from reporting.document.blocks import Document

T = TypeVar("T")
# Controls and formats but those that we write ourselves: line breaks, isolates and narrow spaces.
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2067\u206a-\u206f\ud800-\udfff"
    "\ufdd0-\ufdef\ufeff\ufff0-\uffff\U000e0000-\U000e0fff\U0001fffe\U0001ffff]"
)


def printable_text(text: str) -> str:
    """Return ``text`` without characters that cannot be printed."""
    return text if text.isascii() and text.isprintable() else _UNSEEN.sub("", text)


def printable(document: Document) -> Document:
    """Return the document with the text of every part printable."""
    return _printable(document)


def _printable(value: T) -> T:
    cleaned: Any = value
    if isinstance(value, str) and type(value) is str:
        cleaned = printable_text(value)
    elif isinstance(value, tuple):
        cleaned = tuple(map(_printable, value))
    elif is_dataclass(value) and not isinstance(value, type):
        parts = {each.name: getattr(value, each.name) for each in fields(value)}
        changed = {name: _printable(part) for name, part in parts.items()}
        if any(changed[name] is not parts[name] and changed[name] != parts[name] for name in parts):
            cleaned = replace(value, **changed)
    found: T = cleaned
    return found
