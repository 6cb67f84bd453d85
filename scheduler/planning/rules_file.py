"""Read the rules: rules.toml beside this file, and the unit's own copy where there is one. Every key is checked."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.errors import RulesError
from scheduler.planning.hours import DAYS, Hours, SendWindow
from scheduler.planning.rules import Rules
from survey.codes import SurveyId

DEFAULT = Path(__file__).with_name("rules.toml")
HOLIDAYS = "holidays"
_WINDOW = "send_window"

# By key of the file: the field of Rules, and the least and the greatest value.
_NUMBERS = {
    "start.after": ("start_after", 0, 365),
    "start.window": ("start_window", 1, 365),
    "end.window": ("end_window", 1, 365),
    "checkin.day": ("checkin_day", 1, 28),  # every month has it
    "checkin.window": ("checkin_window", 1, 28),
    "checkin.open_days": ("open_days", 1, 28),
    "checkin.watch_every": ("watch_every", 7, 28),
    "contact.spacing": ("spacing", 1, 90),
    "contact.youngest": ("youngest", 0, 30),
    "conversation.remind_after": ("remind_after", 1, 30),
    "conversation.close_after": ("conversation", 1, 30),
}


def load(path: Path | None, zone: ZoneInfo) -> tuple[Rules, SendWindow]:
    """Return the rules in force, and when messages may be sent.

    Args:
        path: the unit's own file; what it leaves out is as in the default file. None: the default file alone.
        zone: the unit's time zone.

    Raises:
        RulesError: a file cannot be read, or a key is unknown or has a value that cannot be.
    """
    values = dict(_read(DEFAULT))
    name = DEFAULT.name
    if path is not None:
        name = str(path)
        own = dict(_read(path))
        unknown = sorted(own.keys() - values.keys())
        if unknown:
            raise RulesError(f"{name}: the key {unknown[0]!r} is unknown; see {DEFAULT.name} for those there are.")
        values |= own
    try:
        return _rules(values), _window(values, zone)
    except ValueError as error:
        raise RulesError(f"{name}: {error}") from None


def _read(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield each key of the file with its table, as "start.after", and its value."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RulesError(f"FOLLOWUP_RULES: the file {path} cannot be read ({error.strerror}).") from error
    except ValueError as error:  # also what is no UTF-8
        raise RulesError(f"{path}: this is no TOML file: {error}.") from error
    for name, value in tables.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{key}", each) for key, each in value.items())
        else:
            yield name, value


def _rules(values: Mapping[str, Any]) -> Rules:
    numbers = {}
    for key, (name, least, most) in _NUMBERS.items():
        value = values[key]
        if type(value) is not int or not least <= value <= most:  # true and false are integers to Python
            raise ValueError(f"{key!r} must be a whole number from {least} to {most}, not {value!r}.")
        numbers[name] = value
    priority = values["priority"]
    if not isinstance(priority, list) or sorted(map(str, priority)) != sorted(SurveyId):
        raise ValueError(f"'priority' must hold each of start, end and checkin once, not {priority!r}.")
    if numbers["remind_after"] >= numbers["conversation"]:
        raise ValueError("'conversation.remind_after' must be less than 'conversation.close_after'.")
    return Rules(**numbers, priority=tuple(priority))


def _window(values: Mapping[str, Any], zone: ZoneInfo) -> SendWindow:
    hours = {}
    for day in (*DAYS, HOLIDAYS):
        key = f"{_WINDOW}.{day}"
        try:
            hours[day] = Hours.parse(str(values[key]))
        except ValueError as error:
            raise ValueError(f"{key!r}: {error}") from None
    if not any(hours[day] for day in DAYS):
        raise ValueError(f"{_WINDOW!r} is closed on every day: nothing could ever be sent.")
    return SendWindow(zone, tuple(hours[day] for day in DAYS), hours[HOLIDAYS])
