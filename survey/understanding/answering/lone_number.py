"""The only number of a sentence that begins otherwise: "pretty good I'd say 4", "no help at all, 1"."""

from collections.abc import Sequence

from survey.understanding.answering import standing, values
from survey.understanding.message import Message
from survey.understanding.questions import Question
from survey.understanding.text.folding import END, PAUSE, Token, words_of
from survey.understanding.wishes import is_question

NOTHING = "0"  # "0 jobb 0 hjälp": none, and no rating


def read(question: Question, message: Message, tokens: Sequence[Token]) -> int | None:
    """Return the only number of a sentence, where it is a rating: "pretty good I'd say 4", "no help at all, 1".

    It is a clause of its own, or ends one that says what somebody thinks of us, or an explanation follows it. It is
    no number of something ("he said 5", "I live on floor 3"), and it agrees with all that is said.
    """
    places = [
        at
        for at, token in enumerate(tokens)
        if (token[0].isdigit() and token != NOTHING) or _is_numeral(question, message, token)
    ]
    found = values.at(question, message, tokens, places[0]) if len(places) == 1 else None
    if (
        found is None
        or (found[2] and not values.is_number(message, tokens[places[0]]))  # "on the 1st"
        or len(message.said) > values.SENTENCE_WORDS
        or is_question(message)
    ):
        return None
    value = found[0]
    at = places[0]
    before, rest = tokens[at - 1], words_of(tokens[at + 1 :])
    if any(message.in_set(name, before) for name in ("unit", "named")) or (
        rest and standing.is_of_things(message, rest)
    ):
        return None
    ends = at + 1 == len(tokens) or tokens[at + 1] in (END, PAUSE)
    ends = ends or message.in_set("courtesy", rest[0]) or all(token in message.words.greetings for token in rest)
    follows = not ends and (standing.explains(message, rest[0]) or message.in_set("lead", rest[0]))
    is_apart = message.in_set("therefore", before) or _leads_up(message, tokens, at)
    is_said = _evaluates(question, message, value) and _is_open(question, message, before)
    if not follows and not (ends and (is_apart or is_said)):
        return None
    words = words_of([*tokens[:at], *tokens[at + 1 :]])
    if any(message.any_in(name, words) for name in ("either", "back")):
        return None
    if any(message.in_set("hedge", token) and not message.in_set("lead", token) for token in words):
        return None
    return value if standing.agrees(question, message, words, value) else None


def _is_open(question: Question, message: Message, before: Token) -> bool:
    """Return whether a word leaves open what the number after it is of; a noun names it: "coach 2", "floor 3"."""
    if before in message.words.greetings or before.folded in question.answers:
        return True
    if any(message.in_set(name, before) for name in ("lead", "good", "bad", "negation")):
        return True
    ends = {
        end
        for label, spans in message.found.items()
        if label.startswith(("rating.", "progress."))
        for _, end in spans
    }
    return any(message.tokens[end - 1] is before or message.tokens[end - 1] == before for end in ends)


def _leads_up(message: Message, tokens: Sequence[Token], at: int) -> bool:
    """Return whether only words such as "jag ger" stand between ``at`` and the beginning of its clause."""
    while at and tokens[at - 1] not in (END, PAUSE):
        at -= 1
        token = tokens[at]
        is_lead = token in message.words.greetings or message.in_set("lead", token)
        is_yes = message.words.yes_no.get(token.folded) == 1  # "yes 4"
        if not (is_lead or is_yes) or message.in_set("negation", token):
            return False
    return True


def _evaluates(question: Question, message: Message, value: int) -> bool:
    """Return whether a message says in words, too, how good something is; beside a low value, what was missing."""
    return (
        (value < 3 and message.any_in("negation", message.said))
        or message.any_in("good", message.said)
        or message.any_in("bad", message.said)
        or any(label.startswith(("rating.", "progress.")) for label in message.found)
        or any(token.folded in question.answers and not message.in_set("article", token) for token in message.said)
    )


def _is_numeral(question: Question, message: Message, token: Token) -> bool:
    """Return whether a word is the name of a number from 1 to 5: "fyra", "kolmonen"."""
    return token.folded in question.answers and message.in_set("numeral", token)
