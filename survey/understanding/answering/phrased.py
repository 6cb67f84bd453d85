"""An answer in a phrase that can mean nothing else, wherever it stands: "jag fick aldrig träffa någon"."""

from collections.abc import Mapping, Sequence

from survey.understanding.answering import standing, values
from survey.understanding.message import Message
from survey.understanding.questions import Question
from survey.understanding.text.folding import END, PAUSE, Token
from survey.understanding.text.phrases import Span
from survey.understanding.wishes import is_question

SPARE_WORDS = 4  # beside the phrase in such a message to a rating, none of which may say anything else

_VALUES = {"yes": 1, "no_objection": 1, "no": 0} | {str(value): value for value in range(1, 6)}  # of each list


def read(question: Question, message: Message) -> set[int]:
    """Return the values of the phrases that answer a question of this kind.

    There are several where the phrases contradict each other, and none where something else in the message
    contradicts the only one.
    """
    if len(message.said) > values.SENTENCE_WORDS:
        return set()
    found = _phrases_of(question, message)
    if question.kind == "yes_no" and is_question(message) and "no_objection" not in found:
        return set()
    meant = {_VALUES[name] for name in found}
    if len(meant) != 1:
        return meant
    (value,) = meant
    spare = _outside(message.tokens, [span for spans in found.values() for span in spans])
    doubts = ("either", "back") if value == 0 and question.kind == "yes_no" else ("either", "back", "hedge")
    if any(message.any_in(name, spare) for name in doubts):
        return set()
    if question.kind == "yes_no":
        if message.said[0].isdecimal() and message.said[0] != str(2 - value):
            return set()
        if question.asks_consent and value == 1 and message.any_in("bad", spare):
            return set()
        others = values.among(message, spare, question)
        stands = all(other == value for other in others) and (value == 0 or not message.any_in("negation", spare))
        return meant if stands else set()
    if question.kind == "choice" and not any(token.isdecimal() for token in message.said):
        spans = [span for each in found.values() for span in each]
        return set() if _is_denied(message, spans) or _is_praise(message) else meant
    content = [
        token for token in spare if token not in message.words.greetings and not message.in_set("lead", token)
    ]
    if len(content) > SPARE_WORDS or any(message.any_in(name, spare) for name in ("contrast", "limit", "negation")):
        return set()
    others = values.among(message, spare, question)
    numbers = [token for token in spare if token.isdecimal()]
    if any(other != value for other in others) or any(number != str(value) for number in numbers):
        return set()
    return set() if value != 3 and message.any_in("bad" if value >= 4 else "good", spare) else meant


def _phrases_of(question: Question, message: Message) -> dict[str, list[Span]]:
    """Return where the phrases that answer a question of this kind stand, by list."""
    if question.kind == "yes_no":
        table = "consent" if question.asks_consent else "held"
    elif question.kind == "rating":
        table = "progress" if question.options else "rating"
    else:
        table = question.id
    found = message.found_of(table)
    if table == "progress":
        found |= {name: spans for name, spans in message.found_of("rating").items() if name not in found}
    found.pop("praise", None)
    if question.kind == "yes_no" and "yes" in found:
        refused = found.get("no", [])
        found["yes"] = [
            (start, end)
            for start, end in found["yes"]
            if not message.any_in("negation", message.tokens[start:end])
            and not any(start <= finish and begin <= end for begin, finish in refused)
        ]
    return _outermost(found)


def _is_praise(message: Message) -> bool:
    """Return whether a message praises, without a negation near: that is no reason to be dissatisfied."""
    words = message.said
    return any(
        message.in_set("good", token) and not standing.is_near(message, "negation", words, at)
        for at, token in enumerate(words)
    )


def _is_denied(message: Message, spans: Sequence[Span]) -> bool:
    """Return whether a negation stands just before one of ``spans``: "not the treatment"."""
    said = {at for start, end in spans for at in range(start, end)}
    before = {start - 1 for start, _ in spans if start} - said
    return any(message.in_set("negation", message.tokens[at]) for at in before)


def _outermost(found: Mapping[str, list[Span]]) -> dict[str, list[Span]]:
    """Return the spans of each name without those that lie in a longer one: "ring mig" in "ring mig inte"."""
    spans = [span for each in found.values() for span in each]
    kept = {
        name: [
            (start, end)
            for start, end in each
            if not any(begin <= start and end <= finish and finish - begin > end - start for begin, finish in spans)
        ]
        for name, each in found.items()
    }
    return {name: each for name, each in kept.items() if each}


def _outside(tokens: Sequence[Token], spans: Sequence[Span]) -> list[Token]:
    """Return the words that no span holds."""
    return [
        token
        for at, token in enumerate(tokens)
        if token not in (END, PAUSE) and not any(start <= at < end for start, end in spans)
    ]
