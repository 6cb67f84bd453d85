"""The table of replies (tests/survey/understanding/replies.tsv), and every answer that the language files know."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from survey.packs.catalogue import load
from survey.packs.pack_files import PACKS
from survey.understanding import requests
from survey.understanding.answers import parse
from survey.understanding.questions import Question
from survey.understanding.reading import read

TABLE = Path(__file__).parents[2] / "survey" / "understanding" / "replies.tsv"
CATALOGUE = load()
WORDS = CATALOGUE.words
START = CATALOGUE.surveys["start"]
QUESTIONS = {
    "rating": START.question("overall"),
    "progress": CATALOGUE.surveys["checkin"].question("progress"),
    "yes_no": START.question("contact"),
    "choice": START.question("reason"),
    "text": START.question("comment"),
}
ROWS = [
    tuple(line.split("\t"))
    for line in TABLE.read_text(encoding="utf-8").split("\n")
    if line and not line.startswith("#")
]
KINDS = sorted({kind for kind, *_ in ROWS})


def meaning(kind: str, text: str) -> str:
    """Return what ``text`` means as a reply of this kind, as the table writes it."""
    match kind:
        case "command":
            return read(text, WORDS, QUESTIONS["rating"]).request or "-"
        case "command in a free text":
            return read(text, WORDS, QUESTIONS["text"]).request or "-"
        case "language":
            return requests.language(text, WORDS) or "-"
        case "danger":
            return "yes" if read(text, WORDS).danger == "sure" else "-"
    answer = parse(QUESTIONS[kind], text, WORDS)
    if answer is None:
        return "-"
    if kind == "text":
        return "nothing" if answer.text is None else "kept"
    return str(answer.value)


def answers() -> Iterator[tuple[str, Question, str, int]]:
    """Yield (language, question, words, value) of every answer that a language file knows."""
    for language in CATALOGUE.languages:
        with (PACKS / "languages" / f"{language}.toml").open("rb") as file:
            data = tomllib.load(file)
        for value, words in data["rating"].items():
            yield from ((language, QUESTIONS["rating"], word, int(value)) for word in words)
        for kind, value in (("yes", 1), ("agree", 1), ("no", 0), ("decline", 0)):
            yield from ((language, QUESTIONS["yes_no"], word, value) for word in data["words"][kind])
        for key, kind in (("reason", "choice"), ("progress", "progress")):
            labels = data["option"][key].items()
            yield from ((language, QUESTIONS[kind], label, int(value)) for value, label in labels)
