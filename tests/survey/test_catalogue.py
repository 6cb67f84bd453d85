"""Packs: what is refused and how it is said; what is rendered on each channel."""

import shutil
from pathlib import Path

import pytest

from survey.catalogue import PACKS, load
from survey.errors import PackError
from survey.model import Say


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "start.toml",
            'text.en = "How satisfied are you with how',
            'other = "',
            "start.toml: question treatment: the text for en",
        ),
        ("start.toml", 'kind = "yes_no"', 'kind = "ja"', "start.toml: question contact: kind must be one of"),
        ("start.toml", "overall <= 2", "overall < 2", "start.toml: question contact: when must read"),
        ("start.toml", "overall <= 2", "later <= 2", "start.toml: question contact: when must read"),
        (
            "start.toml",
            'id = "treatment"',
            'id = "overall"',
            "question overall: every question needs an id",
        ),
        (
            "start.toml",
            'id = "comment"\nkind = "text"',
            'id = "comment"\nkind = "choice"',
            "a choice needs options",
        ),
        ("start.toml", 'sv = "Annat"', 'fi = "Muu"', "question reason, option 5: the text for sv is missing"),
        ("start.toml", "{ value = 5", '{ value = "5"', "question reason: every option needs a whole number"),
        ("start.toml", "version = 1", "", "start.toml: version is missing"),
        ("checkin.toml", "[opening]\nsv", "[opening]\nse", "checkin.toml: opening: the text for sv is missing"),
        ("end.toml", "[opening]", "[opening", "end.toml: cannot be read"),
        (
            "phrases.toml",
            "[phrase.retry2]\nsv",
            "[phrase.retry2]\nxx",
            "phrase retry2: the text for sv",
        ),
        ("phrases.toml", "[none]", "[nothing]", "phrases.toml: none is missing"),
    ],
)
def test_a_bad_pack_is_refused_by_name(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    packs = tmp_path / "packs"
    shutil.copytree(PACKS, packs)
    text = (packs / file).read_text(encoding="utf-8")
    assert old in text
    (packs / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as refused:
        load(packs)
    assert message in str(refused.value)


def test_an_empty_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="cannot be read"):
        load(tmp_path)


def test_the_questions_that_the_reports_rely_on() -> None:
    surveys = load().surveys
    satisfaction = ["overall", "treatment", "usefulness", "reason", "comment", "contact"]
    assert {key: [q.id for q in survey.questions] for key, survey in surveys.items()} == {
        "start": satisfaction,
        "end": satisfaction,
        "checkin": ["followup_held", "progress", "comment"],
    }


def test_an_sms_lists_the_choices_and_telegram_has_buttons() -> None:
    catalogue = load()
    say = Say(question="reason")
    sms = catalogue.render(say, survey="start", language="sv", channel="sms")
    assert sms.endswith("\n4 Löften hölls inte\n5 Annat")
    assert "\n" not in catalogue.render(say, survey="start", language="sv", channel="telegram")
    assert catalogue.choices(say, "start", "sv")[3] == (4, "Löften hölls inte")
    assert catalogue.choices(Say(question="overall"), "start", "en")[0] == (5, "Very satisfied")
    assert catalogue.choices(Say(question="contact"), "start", "sv") == ((1, "Ja"), (0, "Nej"))
    assert catalogue.choices(Say(question="progress"), "checkin", "sv")[1] == (4, "Bra")
    assert catalogue.choices(Say(question="comment"), "start", "sv") == ()
    assert catalogue.choices(Say(("help",)), "start", "sv") == ()


def test_a_language_without_texts_is_asked_in_swedish() -> None:
    catalogue = load()
    swedish = catalogue.render(Say(("thanks",)), survey=None, language="sv", channel="sms")
    assert catalogue.render(Say(("thanks",)), survey=None, language="so", channel="sms") == swedish


def test_the_opening_says_who_asks_and_how_to_stop() -> None:
    catalogue = load()
    for survey in catalogue.surveys.values():
        for language, stop in (("sv", "STOPP"), ("en", "STOP")):
            assert survey.opening[language].startswith("Nacka kommun")
            assert stop in survey.opening[language]
