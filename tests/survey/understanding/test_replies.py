"""What replies mean: one table over all languages (replies.tsv), and what must hold between the languages."""

import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.understanding.answers import Answer, parse
from survey.understanding.reading import read
from survey.understanding.text.folding import key
from tests.support.survey.replies import CATALOGUE, KINDS, QUESTIONS, ROWS, WORDS, answers, meaning


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_of_replies(kind: str) -> None:
    wrong = []
    for language, text, expected in (row[1:] for row in ROWS if row[0] == kind):
        got = meaning(kind, text.replace("\\n", "\n"))
        if got != expected:
            wrong.append(f"{language} {text!r}: {got}, expected {expected}")
    assert not wrong, "\n".join(wrong)


def test_the_table_is_wide() -> None:
    assert len(set(ROWS)) == len(ROWS) > 1_300
    languages = Counter(language for _, language, *_ in ROWS)
    assert {language for language in CATALOGUE.languages if languages[language] >= 80} == {*CATALOGUE.languages} - {
        "sv-easy"
    }  # the words of Swedish are its words
    for kind in KINDS:
        assert len({language for each, language, *_ in ROWS if each == kind}) >= 8 or "free" in kind


# --- no word of one language means something else in another ---


@pytest.mark.parametrize("form", ["{}", "{}!", " {}.", "“{}”", "tack, {}", "{}\nMvh Anna"])
def test_every_known_answer_means_its_value_alone(form: str) -> None:
    wrong = []
    for language, question, word, value in answers():
        text = form.format(word)
        answer = parse(question, text, WORDS)
        asked = read(text, WORDS, question)
        asks = None if asked.request == "unclear_stop" else asked.request  # an answer outweighs what is not clear
        other = asks or asked.language or asked.danger or asked.about or asked.wish
        if answer != Answer(value) or other:
            wrong.append(f"{language} {text!r}: {answer} {other or ''}, expected {value}")
    assert not wrong, "\n".join(wrong)


NEGATIONS = """
inte icke ej aldrig ingen  not no never none dont isnt  ei en et emme ette eivät  ma maya aan kuma uma
لا لم لن ليس لست غير مو مش ما  نه نیست نیستم نمی بدون  ኣይ ኣይኮነን የለን ዘይ  не ні нема немає без
"""


def test_no_negation_is_passed_over() -> None:
    for word in NEGATIONS.split():
        assert key(word) not in WORDS.filler, word
        for answer in ("4", "nöjd", "راضي", "задоволений", "tyytyväinen"):
            if (word == "en" and answer != "tyytyväinen") or (word, answer) == ("ma", "tyytyväinen"):
                continue  # "en" is an article in Swedish, "mä" is "I" in Finnish
            if (said := parse(QUESTIONS["rating"], f"{word} {answer}", WORDS)) is not None:
                assert said.value == 2, f"{word} {answer}"  # "غير راضي" is a word for dissatisfied


def test_no_message_of_ours_reads_as_a_request() -> None:
    """Some phones answer with the text they got."""
    for language in CATALOGUE.languages:
        for name, text in CATALOGUE.messages(language):
            asked = read(text, WORDS)
            assert asked.request in (None, "noise"), (language, name, asked.request)
            assert asked.language in (None, language), (language, name)
            assert name == "danger" or asked.danger is None, (language, name)


# --- how it is written does not matter ---


@given(
    st.sampled_from([text.replace("\\n", "\n") for _, _, text, _ in ROWS]) | st.text(max_size=40),
    st.sampled_from(["NFD", "NFC", "NFKC"]),
    st.sampled_from(["", " ", "\u200f", "\u2068", "\ufeff", "\u00a0"]),
)
def test_letter_forms_and_unseen_characters_change_nothing(text: str, form: str, unseen: str) -> None:
    written = unseen + unicodedata.normalize(form, text) + unseen
    for kind in KINDS:
        if kind != "text":
            assert meaning(kind, written) == meaning(kind, text), kind


# --- free text ---


def test_free_text_is_kept_composed_and_storable() -> None:
    said = parse(QUESTIONS["text"], " Bra sto\u0308d\0 \ud800 ", WORDS)
    assert said == Answer(None, "Bra stöd")


# --- stop ---

TWILIO = "STOP UNSUBSCRIBE END QUIT STOPALL REVOKE OPTOUT CANCEL"


@pytest.mark.parametrize("word", TWILIO.split())
@pytest.mark.parametrize("form", ["{}", "{}.", " {} ", "“{}”", "{}!!!", "{} please", "{} tack"])
@pytest.mark.parametrize("kind", ["rating", "text"])
def test_twilios_words_for_stop_stop_here(word: str, form: str, kind: str) -> None:
    for text in (form.format(word), form.format(word.lower()), form.format(word.capitalize())):
        assert read(text, WORDS, QUESTIONS[kind]).request == "stop"
