"""Lines as people write them (tests/survey/understanding/lines), and what the engine takes one for.

What a line is taken for is one word, as the tables write it: a value ("4", "1", "0"), "several:5,4,4", "kept" and
"nothing" for a free text, "again" where the question is asked again, "stop", "unclear_stop", "wrong_number",
"maybe_wrong_number", "danger", "sender" (a question about us), a wish ("call_me", ...), "language:ar", "noise",
"start", "answers", "erase" and "correct".
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from survey.codes import CaseKind
from survey.conversation import engine
from survey.conversation.model import (
    Effect,
    Ignored,
    OpenCase,
    OptIn,
    OptOut,
    Record,
    Say,
    SetLanguage,
    TellAnswers,
    TextReceived,
    Unlink,
)
from survey.packs.catalogue import load
from survey.understanding.reading import Reading, read

UNDERSTANDING = Path(__file__).parents[2] / "survey" / "understanding"
CATALOGUE = load()
NOW = datetime(2026, 3, 30, tzinfo=UTC)
PLACES = {
    "overall": ("start", "overall"),
    "treatment": ("start", "treatment"),
    "usefulness": ("start", "usefulness"),
    "progress": ("checkin", "progress"),
    "held": ("checkin", "followup_held"),
    "contact": ("start", "contact"),
    "reason": ("start", "reason"),
    "comment": ("start", "comment"),
}
ANYWHERE = ("overall", "held", "contact", "comment", "nothing open")


def rows(folder: str, language: str) -> Iterator[list[str]]:
    """Yield the cells of each row of a language's table."""
    table = (UNDERSTANDING / folder / f"{language}.tsv").read_text(encoding="utf-8")
    yield from (line.split("\t") for line in table.split("\n") if line and not line.startswith("#"))


def lines(language: str) -> Iterator[tuple[str, set[str], str]]:
    """Yield (place, what it may be taken for, text) of each line; that of any place once for each place."""
    for place, meant, text in rows("lines", language):
        for each in ANYWHERE if place == "any" else (place,):
            yield each, set(meant.split("|")), text.replace("\\n", "\n")


def taken_for(language: str, place: str, text: str) -> set[str]:
    """Return what the engine takes ``text`` for where the question of ``place`` is open."""
    if place not in PLACES:
        asked = read(text, CATALOGUE.words)
        return _named(engine.outside(text, CATALOGUE.words), asked) or {"nothing open"}
    survey_id, question = PLACES[place]
    survey = CATALOGUE.surveys[survey_id]
    session = engine.open_at(survey, language, question)
    asked = read(text, CATALOGUE.words, survey.question(question))
    _, effects = engine.step(survey, session, TextReceived(text), NOW)
    return _named(effects, asked) or {"silence"}


def _named(effects: tuple[Effect, ...], asked: Reading) -> set[str]:
    records = [effect for effect in effects if isinstance(effect, Record)]
    says = [effect for effect in effects if isinstance(effect, Say)]
    cases = [effect for effect in effects if isinstance(effect, OpenCase)]
    simple: dict[type[Effect], str] = {
        OptOut: "stop",
        OptIn: "start",
        TellAnswers: "answers",
        Unlink: "wrong_number",
        Ignored: "noise",
    }
    found = {simple[type(effect)] for effect in effects if type(effect) in simple}
    found |= {f"language:{effect.language}" for effect in effects if isinstance(effect, SetLanguage)}
    for case in cases:
        if case.kind in (CaseKind.DANGER, CaseKind.UNCLEAR_STOP):
            found.add(str(case.kind))
        elif case.kind == CaseKind.WRONG_NUMBER and "wrong_number" not in found:
            found.add("maybe_wrong_number")
        elif asked.wish and case.text and case.kind != CaseKind.WRONG_NUMBER:
            found.add(asked.wish)
    if len(records) > 1:
        found.add("several:" + ",".join(str(each.value) for each in records if each.value is not None))
    elif records:
        text = "kept" if records[0].text else "nothing"
        found.add(text if records[0].value is None else str(records[0].value))
    elif says and says[0].phrases in (("help",), ("info",)) and not cases:
        found.add("sender" if asked.about else "help")
    said = {"erase_confirm": "erase", "corrected": "correct", "nothing_to_correct": "correct"}
    found |= {said[phrase] for say in says for phrase in say.phrases if phrase in said}
    if says and says[0].phrases[:1] == ("retry",):
        found.add("again")
    return found


def is_right(place: str, meant: set[str], taken: set[str], text: str) -> bool:
    """Return whether a line is taken for what it means, and for nothing that would do harm beside it.

    Where nothing is open there is nothing to ask again; a free text is kept beside a case; and at the question of
    leave to get in touch a wish to be called is a yes, and a refusal of contact is a no.
    """
    if meant & taken:
        return not (taken - meant) & {"stop", "danger", "wrong_number"}
    if place == "nothing open" and meant <= {"again", "kept", "nothing"}:
        return not taken & {"stop", "danger", "wrong_number"}
    if place == "contact":
        found = read(text, CATALOGUE.words).message.found
        is_no = "unclear_stop" in meant or ("stop" in meant and "stop.contact" in found)
        is_question = meant == {"again"} and taken == {"sender"}
        return (taken == {"0"} and is_no) or (taken == {"1"} and meant == {"call_me"}) or is_question
    return place == "comment" and meant <= {"unclear_stop", "stop"} and "unclear_stop" in taken
