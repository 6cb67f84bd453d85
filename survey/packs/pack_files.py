"""Read the pack files: the structure of each survey, and the words of each language.

A survey file says what is asked, of which kind and when; a language file says it in words. A language file must
have every text that a survey or PHRASES calls for, and no other. What is wrong is refused with file, question and
text named.
"""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from survey.codes import CaseKind
from survey.errors import PackError
from survey.understanding.questions import FACTS, RATINGS, Command, Condition, Kind
from survey.understanding.text.patterns import Pattern, Words, compile_patterns

PACKS = Path(__file__).parent
LANGUAGES = "languages"  # the folder of the language files, inside that of the surveys
KINDS: tuple[Kind, ...] = get_args(Kind)
SHARED = "shared"  # in the place of a survey's id: the wording for surveys without one of their own
Script = Literal["latin", "cyrillic", "arabic", "ethiopic"]
SCRIPTS: tuple[Script, ...] = get_args(Script)
RIGHT_TO_LEFT: frozenset[Script] = frozenset({"arabic"})

# PHRASES are the messages beside the questions. Those of PREFIXES may stand before a question in one message.
PREFIXES = (
    "retry",
    "retry2",
    "skipped",
    "language_changed",
    "corrected",
    "nothing_to_correct",
    "no_answers",
    "erase_kept",
    "reminder",
    "late",
    "old_button",
    "text_only",
)
SLOT = "{}"  # filled in when a message is rendered: what an opening tells, or the month that a question is about
MONTHS = tuple(range(13))  # 0 stands for a month that is not known
# Openings that tell for whom the question is, or about which support, where a bare one would be ambiguous. SLOT in
# them is a birth year, or the month in which the support began; the values here are examples to measure them with.
TOLD = {"opening_born": "1984", "opening_since": "2026-03"}
PHRASES = (
    *TOLD,
    "stopped",
    "started",
    "help",
    "info",
    "unknown_sender",
    "no_open_question",
    "linked",
    "linked_after_stop",
    "link_invalid",
    "link_missing",
    "thanks",
    *PREFIXES,
    "language_choices",
    "my_answers",
    "erase_confirm",
    "erased",
    "complaint",
    "complaint_received",
    "contact_promised",
    "danger",
    "wrong_number",
    "wrong_number_check",
    "which_person",
)
ASKED_FOR = frozenset({"info"})  # phrases that may be longer: they are sent to those alone who ask
WORDS = ("yes", "no", "agree", "decline", "none", "filler", "sign_off", "out_of", "language")
PHRASE_FOLDERS = ("phrases", "danger")  # each with a file per language; a variant such as sv-easy uses that of sv
# The sets of words of a language, and the lists of phrases, by table: docs/languages.md says what each is for.
SETS = (
    "greeting",
    "before_stop",
    "activity",
    "subject",
    "no_stop",
    "misspelt_stop",
    "lead",
    "hedge",
    "negation",
    "contrast",
    "cause",
    "therefore",
    "strengthens",
    "corrects",
    "corrects_number",
    "not",
    "named",
    "numeral",
    "number_ending",
    "ordinal_ending",
    "joins",
    "about_overall",
    "about_treatment",
    "about_usefulness",
    "when",
    "either",
    "limit",
    "unit",
    "counter",
    "article",
    "good",
    "bad",
    "back",
    "no",
    "courtesy",
    "reaction",
    "language_wish",
    "question",
    "question_verb",
    "question_subject",
    "to_us",
)
PHRASE_LISTS: Mapping[str, tuple[str, ...]] = {
    "stop": ("word", "verb", "ours", "other", "refusal", "contact", "unclear", "unless"),
    "wrong": ("number", "person", "maybe", "name", "unless"),
    "sender": ("who", "number", "trust", "cost", "duty", "topic", "privacy", "unless"),
    "wish": ("call_me", "complaint", "died", "moved", "job", "cannot_read", "unless"),
    "noise": ("automatic", "unless"),
    "request": ("start", "answers", "erase", "correct", "language", "unless"),
    "rating": ("1", "2", "3", "4", "5", "praise", "unless"),
    "progress": ("1", "2", "3", "4", "5", "unless"),
    "held": ("yes", "no", "unless"),
    "consent": ("yes", "no_objection", "no", "unless"),
    "reason": ("1", "2", "3", "4", "5", "unless"),
    "change_reason": ("1", "2", "3", "4", "5", "unless"),
    "nothing": ("said", "unless"),
    "danger": ("sure", "maybe", "unless"),
}
COMMANDS: tuple[Command, ...] = get_args(Command)
_CONDITION = re.compile(r"(\w+) <= (\d)")


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """One question as its survey file has it: without texts."""

    id: str
    kind: Kind
    options: tuple[int, ...]
    when: Condition | None
    case: CaseKind | None
    about_coach: bool = False


@dataclass(frozen=True, slots=True)
class SurveyFile:
    """One survey file."""

    id: str
    version: int
    questions: tuple[QuestionFile, ...]


@dataclass(frozen=True, slots=True)
class LanguageFile:
    """One language file.

    Attributes:
        name: the language's own name.
        texts: what is said, by dotted name ("phrase.help"), in NFC.
        words: what is understood, by dotted name ("command.stop").
        unread: the names of the texts that no native speaker has read as they are now.
    """

    code: str
    name: str
    script: Script
    texts: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    unread: tuple[str, ...]

    def text(self, *names: str) -> str:
        """Return the text of the first of ``names`` that there is."""
        return next(self.texts[name] for name in names if name in self.texts)


@dataclass(frozen=True, slots=True)
class PhraseFile:
    """The phrases of one language in one file: its sets of words, and its patterns ready to search."""

    file: str
    sets: Mapping[str, tuple[str, ...]]
    patterns: tuple[Pattern, ...]
    words: frozenset[str]


def wording_names(survey: str, question: str) -> tuple[str, str]:
    """Return the names that a question's text may have: the survey's own wording, then the shared one."""
    return f"question.{survey}.{question}", f"question.{SHARED}.{question}"


def read_surveys(directory: Path) -> tuple[SurveyFile, ...]:
    """Read every survey file of a folder.

    Raises:
        PackError: one of them is wrong, or there is none.
    """
    files = tuple(read_survey(path) for path in sorted(directory.glob("*.toml")))
    if not files:
        raise PackError(f"{directory}: there is no survey pack.")
    return files


def read_survey(path: Path) -> SurveyFile:
    """Read one survey file.

    Raises:
        PackError: it is wrong.
    """
    data = read_toml(path)
    for name in ("id", "version", "question"):
        if name not in data:
            raise PackError(f"{path.name}: {name} is missing.")
    questions: list[QuestionFile] = []
    for item in data["question"]:
        questions.append(_question(item, path.name, {question.id for question in questions}))
    return SurveyFile(str(data["id"]), int(data["version"]), tuple(questions))


def read_language(path: Path, surveys: tuple[SurveyFile, ...]) -> LanguageFile:
    """Read one language file, which must have the texts that ``surveys`` call for.

    Raises:
        PackError: it is wrong; the message names all that is missing.
    """
    data = read_toml(path)
    where = f"{path.parent.name}/{path.name}"
    for name, type_ in (("name", str), ("script", str), ("reviewed", bool), ("unread", list)):
        if not isinstance(data.get(name), type_):
            raise PackError(f"{where}: {name} is missing.")
    if data["script"] not in SCRIPTS:
        raise PackError(f"{where}: script must be one of {', '.join(SCRIPTS)}.")
    found = _leaves({key: value for key, value in data.items() if isinstance(value, dict)})
    texts = {name: composed(value) for name, value in found.items() if isinstance(value, str) and value.strip()}
    words = {name: tuple(map(str, value)) for name, value in found.items() if isinstance(value, list) and value}
    needed = _needed_texts(surveys)
    needed_words = [*(f"rating.{value}" for value in RATINGS), *(f"words.{name}" for name in WORDS)]
    needed_words += [f"command.{name}" for name in COMMANDS]
    missing = [" or ".join(names) for names in needed if not any(name in texts for name in names)]
    missing += [name for name in needed_words if name not in words]
    if missing:
        raise PackError(f"{where}: the text is missing for {', '.join(missing)}.")
    known = {name for names in needed for name in names} | set(needed_words) | {"command.alone"}
    unknown = sorted(set(found) - known)
    if unknown:
        raise PackError(f"{where}: nothing asks for {', '.join(unknown)}.")
    check_told(texts, where)
    unread = tuple(map(str, data["unread"])) if data["reviewed"] else tuple(texts)
    if not set(unread) <= set(texts):
        raise PackError(f"{where}: unread names {', '.join(sorted(set(unread) - set(texts)))}, which is no text.")
    return LanguageFile(path.stem, data["name"], data["script"], texts, words, unread)


def read_phrases(directory: Path, code: str) -> list[PhraseFile]:
    """Return what is understood in one language beside its answers.

    Args:
        code: a language that is no variant of another one (phrases.base_of).

    Raises:
        PackError: a file is missing or wrong; the message names it and the pattern.
    """
    return [_phrase_file(directory / folder / f"{code}.toml") for folder in PHRASE_FOLDERS]


def _phrase_file(path: Path) -> PhraseFile:
    where = f"{path.parent.name}/{path.name}"
    data = read_toml(path)
    if not isinstance(data.get("reviewed"), bool):
        raise PackError(f"{where}: reviewed is missing.")
    tables = {name: value for name, value in data.items() if isinstance(value, dict)}
    for name, items in _leaves(tables).items():
        repeated = [item for item, times in Counter(items).items() if times > 1]
        if repeated:
            raise PackError(f"{where}: {name} has {repeated[0]!r} twice.")
    classes, sets = tables.pop("class", {}), tables.pop("set", {})
    unknown = [f"set.{name}" for name in sets if name not in SETS]
    unknown += [
        f"{table}.{name}"
        for table, lists in tables.items()
        for name in lists
        if name not in PHRASE_LISTS.get(table, ())
    ]
    if unknown:
        raise PackError(f"{where}: nothing asks for {', '.join(unknown)}.")
    try:
        # Words of danger count in every language: they are long, and are no words of another.
        patterns = compile_patterns(tables, classes, "" if "danger" in tables else path.stem)
        words = Words(word for each in sets.values() for word in each)
    except ValueError as error:
        raise PackError(f"{where}: {error}") from error
    spoken = words.exact.union(*(element.words.exact for pattern in patterns for element in pattern.elements))
    return PhraseFile(where, sets, tuple(patterns), spoken)


def check_told(texts: Mapping[str, str], where: str) -> None:
    """Check that each opening that tells for whom it is has one place for that.

    Raises:
        PackError: one has none, or several.
    """
    for phrase in TOLD:
        if texts[f"phrase.{phrase}"].count("{}") != 1:
            raise PackError(f"{where}: phrase.{phrase} must have {{}} in it, once.")


def _needed_texts(surveys: tuple[SurveyFile, ...]) -> list[tuple[str, ...]]:
    """Return the name of each text. Where a text may have two names, one of them is enough."""
    needed: dict[tuple[str, ...], None] = {}
    for survey in surveys:
        needed[(f"opening.{survey.id}",)] = None
        for question in survey.questions:
            needed[wording_names(survey.id, question.id)] = None
            needed[(f"short.{question.id}",)] = None
            needed.update({(f"option.{question.id}.{value}",): None for value in question.options})
    needed.update({(f"month.{month}",): None for month in MONTHS})
    needed.update({(f"phrase.{phrase}",): None for phrase in PHRASES})
    return list(needed)


def read_toml(path: Path) -> dict[str, Any]:
    """Read any file of a pack, or of a unit's own texts.

    Raises:
        PackError: it is no TOML; the message names the file.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{path}: cannot be read: {error}") from error


def _leaves(tree: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return the values of nested tables by dotted name."""
    found: dict[str, Any] = {}
    for key, value in tree.items():
        found |= _leaves(value, f"{above}{key}.") if isinstance(value, dict) else {f"{above}{key}": value}
    return found


def composed(value: str) -> str:
    """Return a text as packs hold it: in NFC, without white space around it."""
    return unicodedata.normalize("NFC", value.strip())


def _question(item: dict[str, Any], file: str, earlier: set[str]) -> QuestionFile:
    where = f"{file}: question {item.get('id', '(without id)')}"
    kind, options = item.get("kind"), item.get("options", [])
    if not item.get("id") or item["id"] in earlier:
        raise PackError(f"{where}: every question needs an id of its own.")
    if kind not in KINDS:
        raise PackError(f"{where}: kind must be one of {', '.join(KINDS)}.")
    if not isinstance(options, list) or not all(isinstance(value, int) and 1 <= value <= 9 for value in options):
        raise PackError(f"{where}: options are the numbers 1-9 that can be answered.")
    if len(set(options)) < len(options):
        raise PackError(f"{where}: an option stands there twice.")
    if kind == "choice" and not options:
        raise PackError(f"{where}: a choice needs options.")
    if kind == "rating" and options and set(options) != set(RATINGS):
        raise PackError(f"{where}: a rating with words of its own has them for 1, 2, 3, 4 and 5.")
    if kind in ("text", "yes_no") and options:
        raise PackError(f"{where}: a {kind} question has no options.")
    when = _condition(item["when"], where, earlier) if "when" in item else None
    case = next((each for each in CaseKind if each == item.get("case")), None)
    if case is None and "case" in item:
        raise PackError(f"{where}: case must be one of {', '.join(CaseKind)}.")
    about_coach = item.get("about_coach", False) is True
    return QuestionFile(item["id"], kind, tuple(options), when, case, about_coach)


def _condition(text: str, where: str, earlier: set[str]) -> Condition:
    found = _CONDITION.fullmatch(text)
    if found is None or found[1] not in (*earlier, *FACTS):
        raise PackError(f'{where}: when must read "earlier_question <= number", not {text!r}.')
    return Condition(found[1], int(found[2]))
