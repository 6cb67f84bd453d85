"""Packs: what is refused and how it is said; what is rendered on each channel."""

import re
import shutil
import tomllib
import unicodedata
from pathlib import Path

import pytest

from storage.register.headers import LANGUAGES
from survey.conversation.model import Say
from survey.errors import PackError
from survey.packs.catalogue import load
from survey.packs.pack_files import PACKS
from survey.understanding import requests
from survey.understanding.reading import read
from survey.understanding.text.folding import key, tokens_of

SV = "languages/sv.toml"
EN = "languages/en.toml"
PHRASES = "phrases/sv.toml"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("start.toml", 'kind = "yes_no"', 'kind = "ja"', "start.toml: question contact: kind must be one of"),
        ("start.toml", "overall <= 2", "overall < 2", "start.toml: question contact: when must read"),
        ("start.toml", "overall <= 2", "later <= 2", "start.toml: question contact: when must read"),
        ("start.toml", 'id = "treatment"', 'id = "overall"', "question overall: every question needs an id"),
        ("start.toml", "options = [1, 2, 3, 4, 5]", "", "start.toml: question reason: a choice needs options"),
        ("start.toml", "[1, 2, 3, 4, 5]", '[1, "2"]', "question reason: options are the numbers 1-9"),
        ("start.toml", "[1, 2, 3, 4, 5]", "[1, 2, 2]", "question reason: an option stands there twice"),
        ("start.toml", 'kind = "text"', 'kind = "text"\noptions = [1]', "a text question has no options"),
        ("checkin.toml", "[5, 4, 3, 2, 1]", "[5, 1]", "question progress: a rating with words of its own"),
        ("start.toml", 'case = "contact"', 'case = "kontakt"', "question contact: case must be one of complaint,"),
        ("start.toml", "version = 2", "", "start.toml: version is missing"),
        ("end.toml", "[[question]]", "[[question]", "end.toml: cannot be read"),
        (EN, 'treatment = "How', 'treatmen = "How', "missing for question.start.treatment or question.shared.tre"),
        (EN, 'start = "{name}', 'begin = "{name}', "languages/en.toml: the text is missing for opening.start."),
        (EN, '1 = "No job yet"', "", "languages/en.toml: the text is missing for option.reason.1."),
        (
            SV,
            'retry2 = "Skriv siffra eller HJÄLP. Tel {phone}."',
            'retry2 = " "',
            "the text is missing for phrase.retry2.",
        ),
        (SV, "decline = [", "declin = [", "languages/sv.toml: the text is missing for words.decline."),
        (SV, 'thanks = "', 'thankss = "Tack!"\nthanks = "', "sv.toml: nothing asks for phrase.thankss."),
        (SV, 'opening_born = "', 'opening_born = "{} ', "sv.toml: phrase.opening_born must have {} in it, once."),
        (SV, "{phone}", "{telefon}", "sv.toml: phrase.help has {telefon}, which nothing fills; there are {name},"),
        (SV, 'script = "latin"', 'script = "runes"', "sv.toml: script must be one of latin,"),
        (SV, "reviewed = false", 'reviewed = "no"', "languages/sv.toml: reviewed is missing."),
        (SV, "unread = []", 'unread = ["phrase.hlp"]', "unread names phrase.hlp, which is no text."),
        (EN, 'no = ["No"', 'no = ["No", "Japp"', "languages/sv.toml: 'japp' cannot mean yes_no 1: in languages/en"),
        (EN, 'filler = ["thanks"', 'filler = ["tre"', "'tre' cannot mean rating 3: in languages/en.toml it means"),
        (EN, '5 = ["Very satisfied"', '5 = ["Very satisfied", "bra"', "'bra' cannot mean rating of its own 4"),
        (PHRASES, 'courtesy = ["tack"', 'courtesy = ["tack", "tack"', "sv.toml: set.courtesy has 'tack' twice."),
        (PHRASES, "courtesy = ", "curtesy = ", "phrases/sv.toml: nothing asks for set.curtesy."),
        (PHRASES, 'word = ["stopp"', 'word = ["{halt}"', "sv.toml: stop.word: '{halt}' cannot be read"),
        (PHRASES, 'word = ["stopp"', 'word = [".. *stopp"', "has no word that must be there as it is, or begin so"),
        (PHRASES, "reviewed = ", "read = ", "phrases/sv.toml: reviewed is missing."),
    ],
)
def test_a_bad_pack_is_refused_by_name(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    packs = tmp_path / "packs"
    shutil.copytree(PACKS, packs)
    text = (packs / file).read_text(encoding="utf-8")
    assert old in text
    text = text.replace("reviewed = false", "reviewed = true") if old.startswith("unread") else text
    (packs / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as refused:
        load(packs)
    assert message in str(refused.value)


def test_a_directory_without_packs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"there is no survey pack\."):
        load(tmp_path)
    shutil.copy(PACKS / "start.toml", tmp_path)
    with pytest.raises(PackError, match=r"there is no languages/sv\.toml"):
        load(tmp_path)


def test_a_reviewed_language_names_what_changed_since(tmp_path: Path) -> None:
    packs = tmp_path / "packs"
    shutil.copytree(PACKS, packs)
    text = (packs / SV).read_text(encoding="utf-8")
    text = text.replace("reviewed = false", "reviewed = true").replace("unread = []", 'unread = ["phrase.late"]')
    (packs / SV).write_text(text, encoding="utf-8")
    unread = load(packs).unread
    assert unread["sv"] == ("phrase.late",)
    assert {"phrase.late", "opening.end", "option.reason.5"} <= set(unread["en"])


def test_the_questions_that_the_reports_rely_on() -> None:
    surveys = load().surveys
    satisfaction = ["overall", "reason", "treatment", "usefulness", "comment", "contact"]
    assert {key: [q.id for q in survey.questions] for key, survey in surveys.items()} == {
        "start": satisfaction,
        "end": [*satisfaction[:4], "change_reason", *satisfaction[4:]],  # of who goes on to another provider
        "checkin": ["followup_held", "progress", "comment"],
    }


def test_sms_lists_choices_and_telegram_has_buttons() -> None:
    catalogue = load()
    say = Say(question="reason")
    sms = catalogue.render(say, survey="start", language="sv", channel="sms")
    assert sms.endswith("\n4 De höll inte löften\n5 Annat")
    assert "\n" not in catalogue.render(say, survey="start", language="sv", channel="telegram")
    assert catalogue.choices(say, "start", "sv")[3] == (4, "De höll inte löften")
    assert catalogue.choices(Say(question="overall"), "start", "en")[0] == (5, "Very satisfied")
    assert catalogue.choices(Say(question="contact"), "start", "sv") == ((1, "Ja"), (0, "Nej"))
    assert catalogue.choices(Say(question="progress"), "checkin", "sv")[1] == (4, "Bra")
    assert catalogue.choices(Say(question="comment"), "start", "sv") == ()
    assert catalogue.choices(Say(("help",)), "start", "sv") == ()


def test_a_language_without_texts_is_asked_in_swedish() -> None:
    catalogue = load()
    swedish = catalogue.render(Say(("thanks",)), survey=None, language="sv", channel="sms")
    assert catalogue.render(Say(("thanks",)), survey=None, language="xx", channel="sms") == swedish
    assert catalogue.choices(Say(question="overall"), "start", "xx")[0] == (5, "Mycket nöjd")


def test_languages_are_those_a_register_may_name() -> None:
    assert sorted(load().languages) == sorted(LANGUAGES)


# What each message tells the customer to write, and therefore what must be understood.
INVITATIONS = {
    "stopped": "start",
    "started": "stop",
    "help": "stop",
    "linked": "stop",
    "erase_confirm": "erase",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_that_messages_invite_is_understood(language: str) -> None:
    catalogue = load()
    with (PACKS / "languages" / f"{language}.toml").open("rb") as file:
        first = {command: words[0] for command, words in tomllib.load(file)["command"].items()}
    texts = {phrase: (catalogue.phrases[phrase][language], command) for phrase, command in INVITATIONS.items()}
    texts |= {f"opening.{survey.id}": (survey.opening[language], "stop") for survey in catalogue.surveys.values()}
    for name, (text, command) in texts.items():
        assert key(first[command]) in tokens_of(text), name
        assert read(first[command], catalogue.words).request == command


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_offered_language_is_understood(language: str) -> None:
    catalogue = load()
    _, choices = re.split("[:፦]", catalogue.phrases["language_choices"][language])
    named = re.split(r"[,،]| (?:eller|or|ama|tai) ", choices)
    assert sorted(str(requests.language(name, catalogue.words)) for name in named) == sorted(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_says_who_asks_and_whom_to_call(language: str) -> None:
    catalogue = load()
    for phrase in ("help", "unknown_sender", "danger", "complaint_received"):
        assert "08-718 80 00" in catalogue.phrases[phrase][language]
    assert "112" in catalogue.phrases["danger"][language]
    for text in (catalogue.phrases["help"], *(survey.opening for survey in catalogue.surveys.values())):
        assert "Nacka" in text[language]


def test_no_message_invites_the_word_that_opts_in() -> None:
    catalogue = load()
    for language in catalogue.languages:
        assert not [name for name, text in catalogue.messages(language) if "yes" in tokens_of(text)]


def test_every_text_is_composed() -> None:
    catalogue = load()
    for language in catalogue.languages:
        for name, text in catalogue.messages(language):
            assert unicodedata.is_normalized("NFC", text), name
