"""Ratings of several questions in one message, perhaps each beside the name of its question.

"4 for help, 5 for the staff, 2 for getting a job"; "5, 5 and 3". All that is said are the ratings, in the order of
the questions, words that join them, and names of the question that each rating answers. A name of another question
shows that the order is another one: then nothing is read.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from survey.understanding.answering import values
from survey.understanding.message import Message
from survey.understanding.questions import Question
from survey.understanding.text.folding import END, PAUSE, Token, words_of

ABOUT = ("overall", "treatment", "usefulness")  # the questions that the sets "about_..." name
DOUBTS = ("hedge", "either", "negation", "unit")


def read(
    question: Question,
    message: Message,
    at_least: int,
    following: Callable[[Sequence[tuple[Question, int]]], Question | None],
) -> list[tuple[Question, int]]:
    """Return the ratings of ``question`` and of those after it; empty where there are fewer than ``at_least``.

    Args:
        following: the question that is asked when these have been given these ratings.
    """
    tokens = message.tokens
    places = [at for at, token in enumerate(tokens) if _value(question, message, token) is not None]
    if len(places) < at_least:
        return []
    given: list[tuple[Question, int]] = []
    asked: Question | None = question
    for at in places:
        value = _value(question, message, tokens[at])
        if asked is None or asked.kind != "rating" or value is None:
            return []
        given.append((asked, value))
        asked = following(given)
    fits = any(
        len(parts) == len(given)
        and all(_belongs(message, part, each) for part, (each, _) in zip(parts, given, strict=True))
        for parts in _divisions(tokens, places)
    )
    return given if fits else []


def _value(question: Question, message: Message, token: Token) -> int | None:
    if values.is_number(message, token):
        found = values.at(question, message, [token], 0)
        return None if found is None else found[0]
    return question.answers.get(token.folded) if message.in_set("numeral", token) else None


def _divisions(tokens: Sequence[Token], places: Sequence[int]) -> Iterator[list[Sequence[Token]]]:
    """Yield the ways to cut a message into one part for each rating: at commas, before each rating, after each."""
    ends = [at for at, token in enumerate(tokens) if token in (END, PAUSE)]
    edges = [-1, *ends, len(tokens)]
    clauses = list(pairwise(edges))
    if all(sum(start < at < end for at in places) == 1 for start, end in clauses):
        yield [tokens[start + 1 : end] for start, end in clauses]
    for cuts in ([0, *places[1:], len(tokens)], [0, *(at + 1 for at in places[:-1]), len(tokens)]):
        yield [tokens[start:end] for start, end in pairwise(cuts)]


def _belongs(message: Message, part: Sequence[Token], question: Question) -> bool:
    """Return whether nothing is said in ``part`` but a rating and what it is of, which is ``question``."""
    for token in words_of(part):
        if _value(question, message, token) is not None or message.in_set(f"about_{question.id}", token):
            continue
        is_other = any(message.in_set(f"about_{name}", token) for name in ABOUT)
        is_idle = token in message.words.greetings or any(message.in_set(name, token) for name in ("joins", "lead"))
        if is_other or not is_idle or any(message.in_set(name, token) for name in DOUBTS):
            return False
    return True
