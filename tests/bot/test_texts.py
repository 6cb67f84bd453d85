"""Which languages the service uses: those that a native speaker has signed off, unless the unit allows all."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.errors import SettingsError
from bot.settings import Settings
from bot.texts import check_read, every_language, in_force
from survey.packs.own_texts import OwnTexts, SignOff, path_of, to_toml
from survey.packs.pack_files import LANGUAGES, PACKS, read_language, read_surveys
from survey.unit import profile_file
from survey.unit.profile import UnitProfile

UNIT = replace(profile_file.example(), is_example=False)


def settings(folder: Path, unit: UnitProfile = UNIT, signed: tuple[str, ...] = ()) -> Settings:
    for language in signed:
        texts = read_language(PACKS / LANGUAGES / f"{language}.toml", read_surveys(PACKS)).texts
        own = OwnTexts({}, {name: SignOff(text, "Anna Ek", date(2026, 11, 28)) for name, text in texts.items()})
        path = path_of(folder, language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(to_toml(own, language), encoding="utf-8")
    return Settings("", None, ZoneInfo("Europe/Stockholm"), "", None, None, texts=folder, unit=unit)


def test_unread_swedish_cannot_be_sent(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="texter på svenska är inte granskade"):
        check_read(settings(tmp_path, signed=("fi",)))


def test_customers_of_unread_languages_get_swedish(tmp_path: Path) -> None:
    read = settings(tmp_path, signed=("sv", "fi"))
    assert check_read(read) == ("ar", "en", "fa", "so", "sv-easy", "ti", "uk")
    assert sorted(in_force(read).languages) == ["fi", "sv"]


@pytest.mark.parametrize("unit", [replace(UNIT, unread_languages="allow"), profile_file.example()])
def test_a_unit_may_allow_unread_languages(tmp_path: Path, unit: UnitProfile) -> None:
    allowed = settings(tmp_path, unit)
    assert check_read(allowed) == ()
    assert in_force(allowed).languages == every_language(allowed).languages
