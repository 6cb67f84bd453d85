"""Make one vocabulary of the words of all languages.

A word that would mean two things is refused with both files named.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple, cast

from survey.errors import PackError
from survey.packs.pack_files import COMMANDS, LanguageFile, SurveyFile
from survey.understanding import parse
from survey.understanding.questions import RATINGS, Command, Vocabulary

# The kinds of words that are looked for whatever the question is. A word of another kind is understood only as an
# answer to a question of that kind.
EVERYWHERE = frozenset({"command", "filler", "sign_off", "language", "danger"})


class _Use(NamedTuple):
    """What a word means in one language file."""

    kind: str
    meaning: str
    file: str


def build(languages: Sequence[LanguageFile], surveys: Sequence[SurveyFile]) -> Vocabulary:
    """Return the vocabulary of all languages.

    Raises:
        PackError: a word would mean two things, in one language or in two.
    """
    uses: dict[str, list[_Use]] = {}
    for language in languages:
        for word, kind, meaning in _words(language, surveys):
            uses.setdefault(parse.key(word), []).append(_Use(kind, meaning, f"languages/{language.code}.toml"))
    for word, used in uses.items():
        _refuse_two_meanings(word, used)

    def of(kind: str) -> dict[str, str]:
        return {word: use.meaning for word, used in uses.items() for use in used if use.kind == kind}

    danger: dict[str, tuple[str, ...]] = {}
    for phrase in of("danger"):
        first = phrase.split(" ")[0]
        danger[first] = (*danger.get(first, ()), phrase)
    return Vocabulary(
        commands={word: cast(Command, meaning) for word, meaning in of("command").items()},
        command_starts=frozenset(word.split(" ")[0] for word in of("command")),
        alone=frozenset(parse.key(word) for each in languages for word in each.words.get("command.alone", ())),
        rating={word: int(meaning) for word, meaning in of("rating").items()},
        yes_no={word: int(meaning) for word, meaning in of("yes_no").items()},
        none=frozenset(of("none")),
        filler=frozenset(of("filler")),
        sign_off=frozenset(of("sign_off")),
        languages=of("language"),
        danger=danger,
        out_of=_out_of([phrase for each in languages for phrase in each.words["words.out_of"]]),
    )


def _out_of(phrases: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern that finds "/5" and phrases such as "av 5" after the number or word they belong to."""
    keys = sorted({parse.key(phrase) for phrase in phrases}, key=len, reverse=True)
    after = "|".join(re.escape(key).replace(r"\ ", r"\s*") for key in keys)
    return re.compile(rf"(?<=\w)(?:\s*/\s*5|\s*(?:{after}))(?!\w)")


def _words(language: LanguageFile, surveys: Sequence[SurveyFile]) -> Iterator[tuple[str, str, str]]:
    """Yield (word, kind, meaning) of every word that is understood in ``language``."""
    words = language.words
    for command in COMMANDS:
        yield from ((word, "command", command) for word in words[f"command.{command}"])
    for value in RATINGS:
        yield from ((word, "rating", str(value)) for word in words[f"rating.{value}"])
    yield from ((word, "yes_no", "1") for word in words["words.yes"])
    yield from ((word, "yes_no", "0") for word in words["words.no"])
    for kind in ("none", "filler", "sign_off", "danger"):
        yield from ((word, kind, kind) for word in words[f"words.{kind}"])
    yield from ((word, "language", language.code) for word in (language.name, *words["words.language"]))
    for survey in surveys:
        for question in survey.questions:
            kind = "rating of its own" if question.kind == "rating" else f"option of {question.id}"
            for value in question.options:
                yield language.texts[f"option.{question.id}.{value}"], kind, str(value)


def _refuse_two_meanings(word: str, used: Sequence[_Use]) -> None:
    for one, other in combinations(dict.fromkeys(used), 2):
        both_ratings = one.kind.startswith("rating") and other.kind.startswith("rating")
        if one.kind == other.kind or both_ratings:
            clash = one.meaning != other.meaning
        else:
            clash = one.kind in EVERYWHERE or other.kind in EVERYWHERE
        if clash:
            raise PackError(
                f"{other.file}: {word!r} cannot mean {other.kind} {other.meaning}:"
                f" in {one.file} it means {one.kind} {one.meaning}."
            )
