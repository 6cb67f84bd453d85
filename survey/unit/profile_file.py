"""Read unit.toml, the unit's profile. Only this module does. It checks every key, and tells all faults at once."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, get_args

from survey.codes import Role
from survey.errors import UnitError
from survey.unit.profile import SignIn, UnitProfile, UnreadLanguages

EXAMPLE = Path(__file__).with_name("example.toml")
SHORT = 20  # characters at most of the short name: a digest is one SMS, and its figures must fit too
TABLES = {
    "unit": (
        *("name", "short", "phone", "unit", "committee", "diary_number", "privacy", "care_line", "crisis_line"),
        *("complaint_days", "contact_days", "min_answers", "unread_languages", "names"),
    ),
    "alerts": ("on_call",),
    "sign_in": ("claim", "roles"),
}
_NEEDED = ("name", "short", "phone", "unit", "committee", "privacy")
_MAY_BE_EMPTY = ("diary_number",)
_PHONES = ("phone", "care_line", "crisis_line")
# By key: the least and the greatest value. REPORT.md, "Disclosure control": ten may be raised, not lowered.
_NUMBERS = {"complaint_days": (1, 60), "contact_days": (1, 30), "min_answers": (10, 100)}
_PHONE = re.compile(r"\+?\d[\d -]{1,18}\d")
_ON_CALL = re.compile(r"mailto:[^@\s]+@[^@\s]+\.[^@\s]+|tel:\+[1-9]\d{6,14}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]+)?")


@cache
def example() -> UnitProfile:
    """Return the bundled example: the unit of the quality report of 2015."""
    return replace(read(EXAMPLE), is_example=True)


def load(path: Path | None) -> UnitProfile:
    """Return the profile in force.

    Args:
        path: the unit's own file; None for the bundled example.

    Raises:
        UnitError: the file cannot be read, or is wrong.
    """
    if path is None or (path.exists() and path.samefile(EXAMPLE)):
        return example()
    return read(path)


def read(path: Path) -> UnitProfile:
    """Read a profile.

    Raises:
        UnitError: the file cannot be read, or is wrong; the message has a line for each fault.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UnitError(f"FOLLOWUP_UNIT: filen {path} kan inte läsas ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise UnitError(f"{path}: filen är inte UTF-8; spara den som UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise UnitError(f"{path}: filen är inte TOML ({error}).") from error
    faults = [fault for fault in (*_unknown_keys(tables), *_faults(tables)) if fault]
    if faults:
        raise UnitError("\n".join(f"{path}: {fault}" for fault in faults))
    return _profile(tables)


def _unknown_keys(tables: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each table or key that nothing reads, with the nearest that something does."""
    found = []
    for table, values in tables.items():
        if table not in TABLES:
            found.append(f"avsnittet [{table}] är okänt{_nearest(table, TABLES)}.")
        elif not isinstance(values, dict):
            found.append(f"{table} ska vara ett avsnitt, [{table}].")
        else:
            found += [
                f"nyckeln {table}.{key} är okänd{_nearest(key, TABLES[table])}."
                for key in values
                if key not in TABLES[table]
            ]
    return found


def _nearest(word: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    near = get_close_matches(word, list(known), n=1)
    return f"; menas {near[0]}?" if near else f"; de som finns är {', '.join(known)}"


def _faults(tables: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each value that cannot be used."""
    unit = tables.get("unit")
    if not isinstance(unit, dict):
        return ["avsnittet [unit] saknas."]
    texts = [key for key in TABLES["unit"] if key not in (*_NUMBERS, "unread_languages", "names")]
    found = [_text_fault(f"unit.{key}", unit, key) for key in texts]
    found += [_number_fault(key, unit[key]) for key in _NUMBERS if key in unit]
    found += [
        f"unit.{key}: {unit[key]!r} är inget telefonnummer, som 08-123 45 67."
        for key in _PHONES
        if isinstance(unit.get(key), str) and unit[key] and not _PHONE.fullmatch(unit[key])
    ]
    short = unit.get("short")
    if isinstance(short, str) and len(short) > SHORT:
        found.append(f"unit.short: {short!r} är längre än {SHORT} tecken.")
    privacy = unit.get("privacy")
    if isinstance(privacy, str) and privacy and not re.fullmatch(r"https?://[^\s.]+\.\S+", privacy):
        found.append(f"unit.privacy: {privacy!r} är ingen webbadress, som https://www.kommunen.se/personuppgifter.")
    if unit.get("unread_languages", "refuse") not in get_args(UnreadLanguages):
        found.append(f'unit.unread_languages ska vara "refuse" eller "allow", inte {unit["unread_languages"]!r}.')
    return [*found, *_name_faults(unit.get("names", {})), *_alert_faults(tables), *_sign_in_faults(tables)]


def _text_fault(where: str, values: Mapping[str, Any], key: str) -> str:
    """Return what is wrong with a text: missing, empty, of another kind, or with characters no text may have."""
    if key not in values:
        return f"{where} saknas." if key in _NEEDED else ""
    value = values[key]
    if not isinstance(value, str):
        return f"{where} ska vara en text inom citattecken, inte {value!r}."
    if not value.strip():
        return "" if key in _MAY_BE_EMPTY else f"{where} är tom."
    if not value.isprintable() or set(value) & set("{}"):
        return f"{where} får inte ha radbrytningar, styrtecken eller klammerparenteser."
    return ""


def _number_fault(key: str, value: object) -> str:
    least, most = _NUMBERS[key]
    if type(value) is int and least <= value <= most:  # true and false are integers to Python
        return ""
    return f"unit.{key} ska vara ett heltal från {least} till {most}, inte {value!r}."


def _name_faults(names: object) -> list[str]:
    if not isinstance(names, dict):
        return ["unit.names ska vara ett avsnitt, [unit.names]."]
    found = [_text_fault(f"unit.names.{language}", names, language) for language in names]
    found += [
        f"unit.names: {language!r} är ingen språkkod." for language in names if not _LANGUAGE.fullmatch(language)
    ]
    return found


def _alert_faults(tables: Mapping[str, Any]) -> list[str]:
    on_call = tables["alerts"].get("on_call", []) if isinstance(tables.get("alerts"), dict) else []
    if not isinstance(on_call, list):
        return ['alerts.on_call ska vara en lista, ["mailto:...", "tel:+46..."].']
    return [
        f"alerts.on_call: {each!r} är ingen adress, som mailto:jour@kommunen.se eller tel:+46701234567."
        for each in on_call
        if not (isinstance(each, str) and _ON_CALL.fullmatch(each))
    ]


def _sign_in_faults(tables: Mapping[str, Any]) -> list[str]:
    sign_in = tables.get("sign_in")
    if not isinstance(sign_in, dict):
        return []
    found = [_text_fault("sign_in.claim", sign_in, "claim")]
    roles = sign_in.get("roles", {})
    if not isinstance(roles, dict):
        return [*found, "sign_in.roles ska vara ett avsnitt, [sign_in.roles]."]
    odd = [role for role in roles.values() if role not in list(Role)]
    return [*found, *(f"sign_in.roles: {role!r} är ingen roll; välj {', '.join(Role)}." for role in odd)]


def _profile(tables: Mapping[str, Any]) -> UnitProfile:
    """Make the value of tables without a fault."""
    unit: dict[str, Any] = {
        key: value.strip() if isinstance(value, str) else value for key, value in tables["unit"].items()
    }
    unit["names"] = {language: name.strip() for language, name in unit.get("names", {}).items()}
    sign_in = tables.get("sign_in", {})
    return UnitProfile(
        **unit,
        on_call=tuple(tables.get("alerts", {}).get("on_call", ())),
        sign_in=SignIn(
            sign_in.get("claim", "roles"), {value: Role(role) for value, role in sign_in.get("roles", {}).items()}
        ),
    )
