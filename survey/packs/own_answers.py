"""List a customer's own answers in one message, as short as can be understood."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from survey.packs.catalogue import Catalogue

LIMIT = 1_400  # characters; Twilio takes an SMS of up to 1,600, and the phrase before the list needs room


@dataclass(frozen=True, slots=True)
class Given:
    """One stored answer.

    Attributes:
        conversation: the id of the conversation that it was given in.
    """

    conversation: int
    survey: str
    asked_on: date
    question: str
    value: int | None
    text: str | None


def listing(answers: Iterable[Given], catalogue: Catalogue, language: str) -> str:
    """Return one line for each answer, conversation by conversation in the order given.

    Several conversations have their dates above them. Answers that say nothing are left out. What does not fit in
    LIMIT is left out by whole conversations; a single one that is too long is cut.

    Returns:
        An empty text where there is nothing to list.
    """
    told = []
    for (_, asked_on), each in groupby(answers, lambda one: (one.conversation, one.asked_on)):
        lines = [line for one in _in_order(each, catalogue) if (line := _line(one, catalogue, language))]
        if lines:
            told.append((asked_on, lines))
    text = ""
    for asked_on, lines in told:
        part = "\n".join([*([f"{asked_on}"] if len(told) > 1 else []), *lines])
        if text and len(text) + len(part) >= LIMIT:
            break
        text += ("\n" if text else "") + part
    return text[:LIMIT]


def _in_order(answers: Iterable[Given], catalogue: Catalogue) -> list[Given]:
    """Sort the answers as their questions are asked."""
    given = list(answers)
    survey = catalogue.surveys.get(given[0].survey)
    place = {question.id: n for n, question in enumerate(survey.questions)} if survey else {}
    return sorted(given, key=lambda one: place.get(one.question, len(place)))


def _line(given: Given, catalogue: Catalogue, language: str) -> str:
    survey = catalogue.surveys.get(given.survey)
    question = next((each for each in survey.questions if each.id == given.question), None) if survey else None
    if given.text is not None:
        said = catalogue.free(given.text, language)
    elif given.value is None:
        return ""
    elif question is None or question.kind == "rating":
        said = str(given.value)
    else:
        said = catalogue.label(question, given.value, language)
    name = question.short.get(language, given.question) if question else given.question
    return f"{name}: {said}"
