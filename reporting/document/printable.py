"""Make a document harmless for every format: no control characters, whoever wrote it. Pure.

Names are neutralised where they come in (survey/plain_text.py); this is the last door, which every format passes.
"""

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from reporting.document.blocks import Document
from survey.plain_text import safe

T = TypeVar("T")


def printable_text(text: str) -> str:
    """Return ``text`` without characters that cannot be printed."""
    return safe(text).replace("\t", " ")


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
