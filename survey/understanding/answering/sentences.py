"""An answer in a sentence: a number, a yes or a no that is said first, or a phrase that can only mean one thing.

The answer counts when nothing else in the message could be another one: no second number or answer word, no
alternative ("4 eller 5"), nothing that takes it back ("skojar"), and no word of the other direction ("5 dåligt",
"ja fast inte nu"). In every other case the question is asked again, since a wrong figure is worse than a second
question.
"""

from collections.abc import Sequence

from survey.understanding.answering import corrections, lone_number, phrased, standing, values
from survey.understanding.message import Message
from survey.understanding.questions import Question, Vocabulary
from survey.understanding.text.folding import BETWEEN, END, PAUSE, Token, fold, plain_tokens, words_in, words_of

LEAD_WORDS = 6  # so many may stand before the answer: "jag skulle nog säga en"
NEITHER_WORDS = 3  # beside "not good, not bad": a 3, "just", a greeting
_NEITHER = (  # the negation stands before the word, or after it
    ["negation", "good", "negation", "bad"],
    ["negation", "bad", "negation", "good"],
    ["good", "negation", "bad", "negation"],
    ["bad", "negation", "good", "negation"],
)


def read(question: Question, message: Message) -> int | None:
    """Return the value of the answer that ``message`` gives to a closed question; None where it is unclear."""
    tokens = _tokens(question, message)
    if not tokens:
        return None
    if question.kind == "rating" and (instead := _not_but(question, message, tokens)) is not None:
        return instead
    corrected = _corrected(question, message, tokens)
    if corrected is not None:
        return corrected
    if question.kind == "rating" and _is_neither(message, words_of(tokens)):
        return 3
    found = _after_lead(question, message, tokens)
    if question.kind == "rating" and found is not None and not found[2] and _is_turned(message, tokens[found[1] :]):
        found = None
    if (
        found is None
        and question.kind == "rating"
        and (last := lone_number.read(question, message, tokens)) is not None
    ):
        return last
    meant = phrased.read(question, message)
    if len(meant) > 1:
        return None
    if found is None or (meant and (question.kind == "yes_no" or not found[2])):
        return next(iter(meant), None)
    value, end, is_digit = found
    if meant and value not in meant:
        return None
    rest = tokens[end:]
    if question.kind == "yes_no":
        return value if standing.stands_yes_no(question, message, tokens, rest, value) else None
    return value if standing.stands(question, message, rest, value, is_digit) else None


def _is_turned(message: Message, rest: Sequence[Token]) -> bool:
    """Return whether a negation of a word before ``rest``, and no more of its clause, follows it: "بد نیست"."""
    return bool(rest) and message.in_set("negation", rest[0]) and (len(rest) == 1 or rest[1] in (END, PAUSE))


def _corrected(question: Question, message: Message, tokens: Sequence[Token]) -> int | None:
    """Return the answer that replaces another one in the same message (see the module ``corrections``)."""
    if sum(token[0].isdigit() or token.folded in question.answer_starts for token in tokens) < 2:
        return None

    def said(at: int) -> tuple[int, int] | None:
        found = values.at(question, message, tokens, at)
        return None if found is None else found[:2]

    return corrections.read(message, tokens, said, is_worded=question.kind == "yes_no")


def _not_but(question: Question, message: Message, tokens: Sequence[Token]) -> int | None:
    """Return the rating that is said instead of another one ("not 5 but 4"); None where that is not said."""
    words = [
        token
        for token in words_of(tokens)
        if token not in message.words.greetings or message.in_set("contrast", token)
    ]
    if len(words) != 4 or not message.in_set("negation", words[0]) or not message.in_set("contrast", words[2]):
        return None
    first, second = values.at(question, message, words, 1), values.at(question, message, words, 3)
    return second[0] if first is not None and second is not None else None


def adds_nothing(question: Question, message: Message, value: int) -> bool:
    """Return whether ``message``, written below an answer of ``value``, leaves that answer as it is."""
    tokens = message.tokens
    if question.kind == "yes_no":
        return standing.stands_yes_no(question, message, tokens, tokens, value)
    return standing.stands(question, message, tokens, value, is_digit=True)


def is_courtesy(message: Message) -> bool:
    """Return whether a message is a polite "no thanks" or "gladly", which says nothing of what has happened."""
    said = " ".join(message.said)
    if said in message.words.courtesies:
        return True
    refused = [token for token in message.said if message.in_set("courtesy", token)]
    rest = [token for token in message.said if token not in message.words.greetings and token not in refused]
    return bool(refused) and len(rest) == 1 and message.in_set("no", rest[0])


def _tokens(question: Question, message: Message) -> list[Token]:
    if question.kind != "rating":
        return message.tokens
    if not any(map(str.isdigit, message.text)) and message.words.out_of.search(fold(message.text)) is None:
        return message.tokens
    lines = [without_out_of(question, fold(line), message.words) for line in message.text.splitlines()]
    if any(BETWEEN.search(line) for line in lines):
        return []
    return plain_tokens("\n".join(lines))


def without_out_of(question: Question, folded: str, words: Vocabulary) -> str:
    """Return a text without "of five" after a rating; with it where no rating is left.

    What is "of" in one language is "my" in another: "نمره من ۵".
    """
    left = words.out_of.sub("", folded)
    if left == folded or any(token[0].isdigit() or token in question.answer_starts for token in words_in(left)):
        return left
    return folded


def _after_lead(question: Question, message: Message, tokens: Sequence[Token]) -> tuple[int, int, bool] | None:
    """Return the answer that is said first, after greetings and words such as "jag ger", as _answer_at tells it."""
    passed = 0
    for at, token in enumerate(tokens):
        if token in (END, PAUSE):
            continue
        found = values.at(question, message, tokens, at)
        passed += 1
        is_lead = token in message.words.greetings or message.in_set("lead", token)
        is_lead = is_lead and (message.in_set("article", token) or not message.in_set("negation", token))
        if found is not None and not (is_lead and message.in_set("article", token) and at + 1 < len(tokens)):
            return found
        if not is_lead or passed > LEAD_WORDS:
            return found
    return None


def _is_neither(message: Message, words: Sequence[Token]) -> bool:
    """Return whether a message is "not bad, not good": both denied, and little else said but perhaps a 3."""
    names = []
    if sum(message.in_set("negation", token) for token in words) != len(_NEITHER[0]) // 2:
        return False
    for token in words:
        if token.isdecimal() and token != "3":
            return False
        name = next((name for name in ("negation", "good", "bad") if message.in_set(name, token)), None)
        names += [name] if name else []
    spare = len(words) - len(names)
    return names in _NEITHER and spare <= NEITHER_WORDS
