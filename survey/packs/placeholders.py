"""Fill in the texts of a language: ``{name}`` and its like become what the unit's profile says. Pure.

A text must name no unit by itself, so that every municipality can use it. ``{}`` is no placeholder of ours: it is
filled in when a message is rendered (survey/packs/pack_files.py, TOLD), and so is ``{month}``.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from survey.errors import PackError
from survey.packs.pack_files import SLOT, LanguageFile
from survey.unit.profile import UnitProfile

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def values(unit: UnitProfile, language: str) -> dict[str, str]:
    """Return what each placeholder stands for in a language. ``{Name}`` begins a sentence."""
    name = unit.name_in(language)
    return {
        "name": name,
        "Name": name[:1].upper() + name[1:],
        "unit": unit.unit,
        "phone": unit.phone,
        "privacy": unit.privacy,
        "care_line": unit.care_line,
        "crisis_line": unit.crisis_line,
        "complaint_days": str(unit.complaint_days),
        "contact_days": str(unit.contact_days),
        "month": SLOT,
    }


def fill(file: LanguageFile, unit: UnitProfile) -> LanguageFile:
    """Return the language file with the unit in its texts.

    Raises:
        PackError: a text has a placeholder that nothing fills.
    """
    known = values(unit, file.code)
    return replace(file, texts={name: _filled(file, name, known) for name in file.texts})


def _filled(file: LanguageFile, name: str, known: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if found[1] not in known:
            raise PackError(
                f"languages/{file.code}.toml: {name} has {found[0]}, which nothing fills;"
                f" there are {', '.join(f'{{{each}}}' for each in known)}."
            )
        return known[found[1]]

    return _PLACEHOLDER.sub(value, file.texts[name])
