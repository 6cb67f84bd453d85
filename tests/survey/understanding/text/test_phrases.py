"""Phrases in a message: each sign of docs/languages.md, exceptions, and words of one language alone."""

import pytest

from survey.understanding.text.folding import plain_tokens
from survey.understanding.text.patterns import Words, compile_patterns
from survey.understanding.text.phrases import Phrases


def _found(pattern: str, text: str, unless: str = "") -> bool:
    lists = {"stop": {"word": [pattern], "unless": [unless] if unless else []}}
    phrases = Phrases(compile_patterns(lists, {"send": ["skick*", "skriv"]}), Words(["hej", "tack"]))
    return "stop.word" in phrases.find(plain_tokens(text), lambda: ())


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        ("ring mig", "Ring mig!", True),
        ("ring mig", "ring inte mig", False),
        ("ring mig", "Ring. Mig gör det inget", False),  # a pattern stays within its clause
        ("ring mig", "ring, mig", True),
        ("dö", "jag vill DO", True),
        ("stopp", "stoppppp", True),
        ("tapan", "tapaan", False),  # a doubled vowel is another word
        ("sms*", "smsen", True),
        ("*ing skolan", "teaching skolan", True),
        ("vill dö|försvinna", "vill försvinna", True),
        ("vill dö|ge_upp", "vill ge upp", True),
        ("vill dö|ge_upp", "vill ge", False),
        ("{send} mig", "skickar mig", True),
        ("inte? {send}", "skriv", True),
        ("inte? {send}", "inte skriv", True),
        ("vill .. sms", "vill inte ha fler sms", True),
        ("vill .. sms", "vill inte ha några av era sms", False),
        ("vill ..5 sms", "vill inte ha några av era sms", True),
        ("leva !på", "leva", True),
        ("leva !på", "leva på", False),
        ("!inte vill leva", "jag vill leva", True),
        ("!inte vill leva", "inte vill leva", False),
        ("^ ring", "Hej! Ring", True),
        ("^ ring", "hej ring", True),
        ("^ ring", "ni ska ring", False),
        ("ring $", "ring tack", True),
        ("ring $", "ring upp", False),
        ("ring .. $", "ring upp mig nu", True),
        ("ring mig|$", "ring", True),
        ("ring mig|$", "ring henne", False),
    ],
)
def test_each_sign_of_a_pattern(pattern: str, text: str, is_found: bool) -> None:
    assert _found(pattern, text) == is_found


def test_an_exception_takes_back_what_it_overlaps() -> None:
    assert _found("slår mig", "han slår mig", unless="det slår mig")
    assert not _found("slår mig", "det slår mig att", unless="det slår mig")
    assert _found("slår mig", "det slår mig att han slår mig", unless="det slår mig")


def test_a_single_word_counts_in_its_own_language() -> None:
    lists = {"sender": {"trust": ["been", "been ma run"]}}
    phrases = Phrases(compile_patterns(lists, {}, "so"), Words())
    assert phrases.find(["been", "there"], lambda: ("en",)) == {}
    assert phrases.find(["been", "there"], lambda: ("en", "so")) == {"sender.trust": [(0, 1)]}
    assert phrases.find(["been", "ma", "run"], lambda: ("en",)) == {"sender.trust": [(0, 3)]}
