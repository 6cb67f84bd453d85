"""What words and numbers of a message mean as answers to a closed question, wherever they stand in it."""

from collections.abc import Sequence

from survey.understanding.message import Message
from survey.understanding.questions import Question
from survey.understanding.text.folding import PAUSE, Token

ANSWER_WORDS = 5  # of the longest answer
SENTENCE_WORDS = 14  # of a message in which an answer is looked for beyond its beginning; a longer one is a story
NEGATED = 3  # words between a word of praise and the negation that turns it, before it or after it


def at(question: Question, message: Message, tokens: Sequence[Token], start: int) -> tuple[int, int, bool] | None:
    """Return the value that is said at ``start``, where it ends, and whether it is a digit."""
    number = message.words.number.fullmatch(tokens[start])
    if number is not None:
        value = of_number(question, int(number[1]))
        return None if value is None else (value, start + 1, True)
    if tokens[start].folded not in question.answer_starts:
        return None
    for length in range(min(ANSWER_WORDS, len(tokens) - start), 0, -1):
        said = " ".join(token.folded for token in tokens[start : start + length] if token != PAUSE)
        if said in question.answers:
            return question.answers[said], start + length, False
    return None


def is_number(message: Message, token: Token) -> bool:
    """Return whether a word is a number that is no date: "4", "12", "4:a", but not "1st"."""
    digit = message.words.number.fullmatch(token)
    return token.isdecimal() or (digit is not None and digit["ordinal"] is None)


def of_number(question: Question, number: int) -> int | None:
    """Return the value that a number has as an answer to ``question``."""
    if question.kind == "rating":
        return number if 1 <= number <= 5 else None
    if question.kind == "yes_no":  # 1 yes, 2 no, as the question says; 0 can only be no
        return int(number == 1) if number in (0, 1, 2) else None
    return number if any(option.value == number for option in question.options) else None


def among(message: Message, words: Sequence[Token], question: Question, value: int = 5) -> list[int]:
    """Return the values of the answers among ``words``.

    An article that is a number too ("ett") is none, and beside a low ``value`` praise that is negated is none.
    """
    found = []
    table = question.answers
    at = 0
    while at < len(words):
        if words[at].folded not in question.answer_starts:
            at += 1
            continue
        for length in range(min(ANSWER_WORDS, len(words) - at), 0, -1):
            said = " ".join(token.folded for token in words[at : at + length])
            is_article = length == 1 and at + 1 < len(words) and message.in_set("article", words[at])
            if said in table and not is_article:
                is_turned = value <= 3 and message.any_in("negation", words[max(0, at - NEGATED) : at])
                if not (is_turned and table[said] >= 4):
                    found.append(table[said])
                at += length
                break
        else:
            at += 1
    return found
