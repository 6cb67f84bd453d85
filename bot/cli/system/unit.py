"""`followup unit show`: the unit's profile in force, written as a file that can be read in again."""

import json
from collections.abc import Iterator, Mapping

from bot.settings import load as load_settings
from survey.unit.profile import UnitProfile

_KEYS = (
    *("name", "short", "phone", "unit", "committee", "diary_number", "privacy", "complaint_days", "contact_days"),
    *("min_answers", "unread_languages", "care_line", "crisis_line"),
)


def show() -> str:
    """Return the profile in force as TOML.

    Raises:
        UnitError: the profile is wrong.
    """
    return "\n".join(_lines(load_settings().unit))


def _lines(unit: UnitProfile) -> Iterator[str]:
    if unit.is_example:
        yield "# Exempelkommunen: FOLLOWUP_UNIT anger ingen egen fil, och `followup run` startar inte med den här."
    yield "[unit]"
    yield from (f"{key} = {_value(getattr(unit, key))}" for key in _KEYS)
    yield from _table("unit.names", unit.names)
    yield from ("", "[alerts]", f"on_call = {_value(list(unit.on_call))}")
    yield from ("", "[sign_in]", f"claim = {_value(unit.sign_in.claim)}")
    yield from _table("sign_in.roles", unit.sign_in.roles)


def _table(name: str, values: Mapping[str, str]) -> Iterator[str]:
    yield from ("", f"[{name}]")
    yield from (f"{_value(key)} = {_value(value)}" for key, value in values.items())


def _value(value: object) -> str:
    """Return a text, a number or a list of texts as TOML, which writes these as JSON does."""
    return json.dumps(value, ensure_ascii=False)
