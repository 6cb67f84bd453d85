"""Write frozen values as JSON text and read them back: the form in which a published report is kept. Pure.

The annotations of the types say how the text is read, so that nothing here knows any one type. A report is read for
years after it was written, by later programs, so:

- a field that the text does not have takes its default; without a default the text cannot be read;
- a field that the type no longer has is skipped;
- a list is read as a dataclass too, its values in the order of the fields: a bare list may be given names later;
- an enumeration is written as its value.
"""

import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class Unreadable(Exception):
    """The text does not hold a value of the wanted type; the message names the place."""


def to_text(value: object) -> str:
    """Write ``value`` as JSON; equal values give equal texts.

    Args:
        value: dataclasses, tuples, lists, sets, mappings, enumerations, dates and plain values, in each other.
    """
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def from_text(kind: type[T], text: str) -> T:
    """Read a value of type ``kind`` from what `to_text` wrote.

    Raises:
        Unreadable: the text holds something else.
    """
    found: T = _value(kind, json.loads(text), kind.__name__)
    return found


def _plain(value: object) -> Any:
    if isinstance(value, Enum):
        return _plain(value.value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, date):  # a datetime is a date too
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, frozenset | set):
        return sorted(_plain(each) for each in value)
    if isinstance(value, Mapping):  # as pairs, because JSON allows only strings as keys
        return [[_plain(key), _plain(each)] for key, each in value.items()]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"a {type(value).__name__} cannot be kept")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(kind: Any, plain: Any, place: str) -> Any:
    """Make a value of the annotation ``kind`` from parsed JSON; ``place`` names it in an error."""
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _one_of(args, plain, place)
    if origin in (tuple, list, frozenset, set):
        return _several(origin, args, plain, place)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {_value(args[0], key, place): _value(args[1], each, place) for key, each in _list(plain, place)}
    if is_dataclass(kind) and isinstance(kind, type):
        return _made(kind, plain, place)
    if isinstance(kind, type) and issubclass(kind, tuple):  # a named tuple is kept as its values in their order
        return kind(*_several(tuple, tuple(_hints(kind).values()), plain, place))
    if kind in (date, datetime) and isinstance(plain, str):
        return kind.fromisoformat(plain)
    if kind is float and isinstance(plain, int):
        return float(plain)
    if isinstance(kind, type) and issubclass(kind, Enum) and any(plain == member.value for member in kind):
        return kind(plain)
    if isinstance(kind, type) and isinstance(plain, kind):
        return plain
    raise Unreadable(f"{place}: {plain!r:.60} is not a {kind}")


def _one_of(kinds: tuple[Any, ...], plain: Any, place: str) -> Any:
    if plain is None and type(None) in kinds:
        return None
    for kind in kinds:
        try:
            if kind is not type(None):
                return _value(kind, plain, place)
        except Unreadable:
            continue
    raise Unreadable(f"{place}: {plain!r:.60} is none of {kinds}")


def _several(origin: type, args: tuple[Any, ...], plain: Any, place: str) -> Any:
    items = _list(plain, place)
    if origin is tuple and args[-1] is not ...:
        if len(args) != len(items):
            raise Unreadable(f"{place}: {len(items)} values for {len(args)}")
        return tuple(_value(kind, each, place) for kind, each in zip(args, items, strict=True))
    return origin(_value(args[0], each, place) for each in items)


def _list(plain: Any, place: str) -> list[Any]:
    if not isinstance(plain, list):
        raise Unreadable(f"{place}: {plain!r:.60} is not a list")
    return plain


def _made(kind: Any, plain: Any, place: str) -> Any:
    """Make the dataclass ``kind`` from an object, or from a list in the order of its fields."""
    if isinstance(plain, list) and len(plain) <= len(fields(kind)):
        plain = dict(zip((field.name for field in fields(kind)), plain, strict=False))
    if not isinstance(plain, dict):
        raise Unreadable(f"{place}: {plain!r:.60} is not a {kind.__name__}")
    values = {}
    for field in fields(kind):
        where = f"{place}.{field.name}"
        if field.name in plain:
            values[field.name] = _value(_hints(kind)[field.name], plain[field.name], where)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise Unreadable(f"{where} is missing")
    return kind(**values)
