"""Make one vocabulary of the words of all languages.

A word that would mean two things is refused with both files named.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple, cast

from survey.errors import PackError
from survey.packs.pack_files import COMMANDS, MONTHS, SETS, SLOT, LanguageFile, PhraseFile, SurveyFile
from survey.understanding import noise
from survey.understanding.questions import RATINGS, Command, Tongue, Unions, Vocabulary
from survey.understanding.text import folding
from survey.understanding.text.patterns import Pattern, Words, compile_patterns
from survey.understanding.text.phrases import Phrases

# The kinds of words that are looked for whatever the question is. A word of another kind is understood only as an
# answer to a question of that kind.
EVERYWHERE = frozenset({"command", "filler", "sign_off", "language"})


class _Use(NamedTuple):
    """What a word means in one language file."""

    kind: str
    meaning: str
    file: str


def build(
    languages: Sequence[LanguageFile],
    surveys: Sequence[SurveyFile],
    phrase_files: Mapping[str, Sequence[PhraseFile]],
) -> Vocabulary:
    """Return all that is understood.

    Args:
        phrase_files: those of each language, by its code.

    Raises:
        PackError: two words, of one language or of two, cannot both be understood.
    """
    uses: dict[str, list[_Use]] = {}
    for language in languages:
        for word, kind, meaning in _words(language, surveys):
            uses.setdefault(folding.key(word), []).append(_Use(kind, meaning, f"languages/{language.code}.toml"))
    for word, used in uses.items():
        _refuse_two_meanings(word, used)

    def of(kind: str) -> dict[str, str]:
        return {word: use.meaning for word, used in uses.items() for use in used if use.kind == kind}

    def numbers(kind: str) -> dict[str, int]:
        return {word: int(meaning) for word, meaning in of(kind).items()}

    alone = frozenset(folding.key(word) for each in languages for word in each.words.get("command.alone", ()))
    commands = {word: cast(Command, meaning) for word, meaning in of("command").items()}
    tongues = {each.code: _tongue(each, phrase_files[each.code]) for each in languages}
    greetings = Words(of("filler"))
    for tongue in tongues.values():
        greetings |= tongue.sets["greeting"]
    # A polite word of one language that answers or denies in another ("no" in Finnish) may not be passed over.
    said = [plain_key(word) for word in (*of("yes_no"), *of("rating"))]
    greetings = greetings.without(said, *(tongue.sets["negation"].exact for tongue in tongues.values()))
    files = {file.file: file for each in phrase_files.values() for file in each}  # variants share theirs
    patterns = [pattern for file in files.values() for pattern in file.patterns]
    return Vocabulary(
        commands=commands,
        command_starts=frozenset(word.split(" ")[0] for word in commands),
        alone=alone,
        rating=numbers("rating"),
        yes_no=numbers("yes_no"),
        consent=numbers("consent") | numbers("yes_no"),
        courtesies=frozenset(plain_key(word) for word in of("consent")),
        none=frozenset(of("none")),
        filler=frozenset(of("filler")),
        sign_off=frozenset(of("sign_off")),
        languages=of("language"),
        out_of=_out_of([phrase for each in languages for phrase in each.words["words.out_of"]]),
        number=_number(tongues),
        greetings=greetings,
        phrases=Phrases([*patterns, *_command_patterns(commands, alone)], greetings),
        tongues=tongues,
        spoken_in=_spoken_in(tongues),
        language_words=frozenset(word for name in of("language") for word in name.split(" ")),
        unions=Unions(tongues),
        ours=frozenset(run for each in languages for text in _said(each) for run in noise.runs(text)),
    )


def _said(language: LanguageFile) -> Iterator[str]:
    """Yield every text of a language, a question about a month once for each month."""
    for name, text in language.texts.items():
        if name.startswith("question.") and SLOT in text:
            yield from (text.replace(SLOT, language.text(f"month.{month}")) for month in MONTHS)
        else:
            yield text


def plain_key(text: str) -> str:
    """Return the plain words of ``text``, as answers in a sentence are looked for."""
    return " ".join(folding.words_of(folding.plain_tokens(text)))


def spellings(*tables: Mapping[str, int]) -> dict[str, int]:
    """Return ``tables`` with each answer also as it is written without diacritics, where that means one thing."""
    exact: dict[str, int] = {}
    for table in reversed(tables):
        exact |= table
    bare: dict[str, set[int]] = {}
    for word, value in exact.items():
        bare.setdefault(folding.undotted(word), set()).add(value)
    return {word: values.pop() for word, values in bare.items() if len(values) == 1} | exact


def _tongue(language: LanguageFile, files: Sequence[PhraseFile]) -> Tongue:
    lexicon: set[str] = {token for text in language.texts.values() for token in folding.plain_tokens(text)}
    for words in language.words.values():
        lexicon |= {token for word in words for token in folding.plain_tokens(word)}
    lexicon |= {word for file in files for word in file.words}
    sets = {name: Words(word for file in files for word in file.sets.get(name, ())) for name in SETS}
    return Tongue(frozenset(token for token in lexicon if token.isalpha()), sets)


def _spoken_in(tongues: Mapping[str, Tongue]) -> dict[str, list[str]]:
    """Return the codes of the languages that each word is in."""
    codes: dict[str, list[str]] = {}
    for code, tongue in tongues.items():
        for word in tongue.lexicon:
            codes.setdefault(word, []).append(code)
    return codes


def _command_patterns(commands: Mapping[str, Command], alone: frozenset[str]) -> list[Pattern]:
    """Return the command words for STOP and for a wrong number as patterns that are a clause of their own."""
    stops = [word for word, command in commands.items() if command == "stop" and word not in alone]
    lists = {
        "stop": {
            "refusal": [f"^ {word} $" for word in stops],
            "alone": [word for word in alone if commands[word] == "stop"],
        },
        "wrong": {"number": [f"^ {word} $" for word, command in commands.items() if command == "wrong_number"]},
    }
    return compile_patterns(lists, {})


def _number(tongues: Mapping[str, Tongue]) -> re.Pattern[str]:
    """Return a pattern of a digit that is said alone or with an ending: "4", "4a", "4th"."""

    def any_of(name: str) -> str:
        return "|".join(sorted({re.escape(ending) for each in tongues.values() for ending in each.sets[name].ends}))

    return re.compile(rf"(\d)(?:(?P<ordinal>{any_of('ordinal_ending')})|{any_of('number_ending')})?")


def _out_of(endings: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern that finds "/5" and phrases such as "av 5" after the number or word they belong to."""
    keys = sorted({folding.key(ending) for ending in endings}, key=len, reverse=True)
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
    yield from ((word, "consent", "1") for word in words["words.agree"])
    yield from ((word, "consent", "0") for word in words["words.decline"])
    for kind in ("none", "filler", "sign_off"):
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
        both_yes_no = {one.kind, other.kind} == {"yes_no", "consent"}
        if one.kind == other.kind or both_ratings or both_yes_no:
            clash = one.meaning != other.meaning
        else:
            clash = one.kind in EVERYWHERE or other.kind in EVERYWHERE
        if clash:
            raise PackError(
                f"{other.file}: {word!r} cannot mean {other.kind} {other.meaning}:"
                f" in {one.file} it means {one.kind} {one.meaning}."
            )
