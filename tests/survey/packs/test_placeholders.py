"""The unit in the texts: its name in each language's form, its phone and its promises."""

from dataclasses import replace

import pytest

from storage.register.headers import LANGUAGES
from survey.errors import UnitError
from survey.packs.budgets import over_budget
from survey.packs.catalogue import load
from survey.unit import profile_file
from survey.unit.profile import UnitProfile

UNIT = UnitProfile(
    name="Övre kommun",
    short="Övre",
    phone="0660-123 45",
    unit="Jobbcentrum",
    committee="Kommunstyrelsen",
    privacy="https://www.example.se/pu",
    complaint_days=8,
    contact_days=3,
    names={"en": "Ovre municipality", "uk": "комуна Övre"},
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_names_another_unit(language: str) -> None:
    texts = [text for _, text in load(unit=UNIT).messages(language)]
    assert not [text for text in texts if "Nack" in text or "718" in text or "{" in text.replace("{}", "")]


def test_the_name_has_its_form_in_each_language() -> None:
    surveys = load(unit=UNIT).surveys
    assert surveys["start"].opening["sv"].startswith("Övre kommun undrar")
    assert surveys["start"].opening["en"].startswith("Ovre municipality asks")
    assert surveys["start"].opening["uk"].startswith("Комуна Övre питає")  # begins a sentence
    assert surveys["start"].opening["fi"].startswith("Övre kommun kysyy")  # has no form of its own


def test_promised_days_are_those_of_the_profile() -> None:
    phrases = load(unit=UNIT).phrases
    assert "8 arbetsdagar" in phrases["complaint_received"]["sv"]
    assert "3 working days" in phrases["contact_promised"]["en"]


def test_a_name_for_an_unknown_language_is_refused() -> None:
    with pytest.raises(UnitError, match=r"unit\.names: språket 'pl' finns inte; de som finns är ar, en"):
        load(unit=replace(UNIT, names={"pl": "Gmina"}))


def test_a_phone_of_sixteen_characters_has_room() -> None:
    unit = replace(profile_file.example(), phone="+46 8 718 800 00")
    catalogue = load(unit=unit)
    assert {
        code: over_budget(catalogue, code) for code in catalogue.languages if over_budget(catalogue, code)
    } == {}
