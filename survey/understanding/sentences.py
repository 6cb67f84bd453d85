"""An answer in a sentence: a number, a yes or a no that is said first, or a phrase that can only mean one thing.

The answer counts when nothing else in the message could be another one: no second number or answer word, no
alternative ("4 eller 5"), nothing that takes it back ("skojar"), and no word of the other direction ("5 dåligt",
"ja fast inte nu"). In every other case the question is asked again, since a wrong figure is worse than a second
question.
"""

import re
from collections.abc import Mapping, Sequence

from survey.understanding.message import Message
from survey.understanding.questions import Question
from survey.understanding.text.folding import BETWEEN, END, PAUSE, Token, fold, plain_tokens, words_of
from survey.understanding.text.phrases import Span
from survey.understanding.wishes import is_question

LEAD_WORDS = 6  # so many may stand before the answer: "jag skulle nog säga en"
PHRASE_WORDS = 5  # of the longest answer
SENTENCE_WORDS = 14  # of a message in which a phrase counts as an answer; a longer one is a story
SPARE_WORDS = 4  # beside the phrase in such a message to a rating, none of which may say anything else
WORDED_REST = 6  # words after a rating in words; "neither" may begin a longer sentence of any kind
NEGATED = 3  # words between a word of praise and the negation that turns it, before it or after it

_NUMBER = re.compile(r"(\d)(?:a|an|ans|or|ra|ka|e|th|st|nd|rd)?")  # "4", and "4:a" or "4an" as Swedish has them


def read(question: Question, message: Message) -> int | None:
    """Return the value of the answer that ``message`` gives to a closed question; None where it is unclear."""
    tokens = _tokens(question, message)
    if not tokens:
        return None
    if question.kind == "rating" and (corrected := _not_but(question, message, tokens)) is not None:
        return corrected
    found = _after_lead(question, message, tokens)
    phrased = _phrased(question, message)
    if len(phrased) > 1:
        return None
    if found is None or (phrased and (question.kind == "yes_no" or not found[2])):
        return next(iter(phrased), None)
    value, end, is_digit = found
    if phrased and value not in phrased:
        return None
    rest = tokens[end:]
    if question.kind == "yes_no":
        return value if _stands_yes_no(question, message, tokens, rest, value) else None
    return value if _stands(question, message, rest, value, is_digit) else None


def _not_but(question: Question, message: Message, tokens: Sequence[Token]) -> int | None:
    """Return the rating that is said instead of another one ("not 5 but 4"); None where that is not said."""
    words = [
        token
        for token in words_of(tokens)
        if token not in message.words.greetings or message.in_set("contrast", token)
    ]
    if len(words) != 4 or not message.in_set("negation", words[0]) or not message.in_set("contrast", words[2]):
        return None
    first, second = _answer_at(question, words, 1), _answer_at(question, words, 3)
    return second[0] if first is not None and second is not None else None


def adds_nothing(question: Question, message: Message, value: int) -> bool:
    """Return whether ``message``, written below an answer of ``value``, leaves that answer as it is."""
    tokens = message.tokens
    if question.kind == "yes_no":
        return _stands_yes_no(question, message, tokens, tokens, value)
    return _stands(question, message, tokens, value, is_digit=True)


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
    lines = [message.words.out_of.sub("", fold(line)) for line in message.text.splitlines()]
    if any(BETWEEN.search(line) for line in lines):
        return []
    return plain_tokens("\n".join(lines))


def _after_lead(question: Question, message: Message, tokens: Sequence[Token]) -> tuple[int, int, bool] | None:
    """Return the answer that is said first, after greetings and words such as "jag ger", as _answer_at tells it."""
    passed = 0
    for at, token in enumerate(tokens):
        if token in (END, PAUSE):
            continue
        found = _answer_at(question, tokens, at)
        passed += 1
        is_lead = token in message.words.greetings or message.in_set("lead", token)
        is_lead = is_lead and (message.in_set("article", token) or not message.in_set("negation", token))
        if found is not None and not (is_lead and message.in_set("article", token) and at + 1 < len(tokens)):
            return found
        if not is_lead or passed > LEAD_WORDS:
            return found
    return None


def _answer_at(question: Question, tokens: Sequence[Token], start: int) -> tuple[int, int, bool] | None:
    """Return the value that is said at ``start``, where it ends, and whether it is a digit."""
    number = _NUMBER.fullmatch(tokens[start])
    if number is not None:
        value = numbered(question, int(number[1]))
        return None if value is None else (value, start + 1, True)
    for length in range(min(PHRASE_WORDS, len(tokens) - start), 0, -1):
        said = " ".join(token.folded for token in tokens[start : start + length] if token != PAUSE)
        if said in question.answers:
            return question.answers[said], start + length, False
    return None


def numbered(question: Question, number: int) -> int | None:
    """Return the value that a number has as an answer to ``question``."""
    if question.kind == "rating":
        return number if 1 <= number <= 5 else None
    if question.kind == "yes_no":  # 1 yes, 2 no, as the question says; 0 can only be no
        return int(number == 1) if number in (0, 1, 2) else None
    return number if any(option.value == number for option in question.options) else None


def _stands(question: Question, message: Message, rest: Sequence[Token], value: int, is_digit: bool) -> bool:
    """Return whether a rating or a choice stands, with ``rest`` after it."""
    words = words_of(rest)
    if not words:
        return True
    if _is_of_things(message, words) or any(message.any_in(name, words) for name in ("either", "back")):
        return False
    others = _values_in(message, words, question.answers, value)
    is_low = is_digit and question.kind == "rating" and value <= 2
    if any(other != value and not (is_low and other <= 2) for other in others):
        return False
    if not is_digit and any(message.any_in(name, words) for name in ("contrast", "limit")):
        return False
    if not is_digit and question.kind == "rating" and len(words) > (WORDED_REST if value != 3 else 1):
        return False
    if question.kind == "choice":
        return True
    idioms = {token for start, end in message.found.get("rating.praise", ()) for token in message.tokens[start:end]}
    words = [token for token in words if token not in idioms]
    negations = [at for at, token in enumerate(words) if message.in_set("negation", token)]
    if value >= 4:
        return not negations and not message.any_in("bad", words)
    if value == 3:
        return not (negations and len(words) == 1)
    praised = [at for at, token in enumerate(words) if message.in_set("good", token)]
    turned = all(any(abs(at - negation) <= NEGATED for negation in negations) for at in praised)
    return turned and not (negations and len(words) == 1)


def _stands_yes_no(
    question: Question, message: Message, said: Sequence[Token], rest: Sequence[Token], value: int
) -> bool:
    """Return whether a yes or a no stands, with ``rest`` after it; ``said`` is all that is said."""
    words, all_words = words_of(rest), words_of(said)
    if any(message.any_in(name, all_words) for name in ("either", "hedge")):
        return False
    if message.any_in("back", [token for token in words if not message.in_set("no", token)]):
        return False
    if [token.isdecimal() for token in words if token not in message.words.greetings] == [True]:
        return False  # "ja 4": the answers to two questions
    if any(other != value for other in _values_in(message, words, question.answers)):
        return False
    if value and not question.asks_consent and any(run in message.words.courtesies for run in _runs(words)):
        return False
    return value == 0 or not message.any_in("negation", words)


def _is_of_things(message: Message, words: Sequence[Token]) -> bool:
    """Return whether ``words`` count something else: what follows the answer is a unit, or holds another number."""
    counted = words[1:] if message.in_set("counter", words[0]) else words
    if counted and message.in_set("unit", counted[0]):
        return True
    for at, word in enumerate(words):
        if not word.isdecimal():
            continue
        is_counted = at + 1 < len(words) and message.in_set("unit", words[at + 1])
        if not is_counted and len(word) < 3:
            return True
    return False


def _values_in(message: Message, words: Sequence[Token], table: Mapping[str, int], value: int = 5) -> list[int]:
    """Return the values of the answers among ``words``.

    An article that is a number too ("ett") is none, and beside a low ``value`` praise that is negated is none.
    """
    values = []
    at = 0
    while at < len(words):
        for length in range(min(PHRASE_WORDS, len(words) - at), 0, -1):
            said = " ".join(token.folded for token in words[at : at + length])
            is_article = length == 1 and at + 1 < len(words) and message.in_set("article", words[at])
            if said in table and not is_article:
                is_turned = value <= 3 and message.any_in("negation", words[max(0, at - NEGATED) : at])
                if not (is_turned and table[said] >= 4):
                    values.append(table[said])
                at += length
                break
        else:
            at += 1
    return values


def _runs(words: Sequence[Token]) -> list[str]:
    return [
        " ".join(words[at : at + length])
        for at in range(len(words))
        for length in range(1, min(PHRASE_WORDS, len(words) - at) + 1)
    ]


def _phrased(question: Question, message: Message) -> set[int]:
    """Return the values of the phrases that answer a question of this kind.

    There are several where the phrases contradict each other, and none where something else in the message
    contradicts the only one.
    """
    if len(message.said) > SENTENCE_WORDS:
        return set()
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
    found = _outermost(found)
    if question.kind == "yes_no" and is_question(message) and "no_objection" not in found:
        return set()
    values = {"yes": 1, "no_objection": 1, "no": 0} | {str(value): value for value in range(1, 6)}
    meant = {values[name] for name in found}
    if len(meant) != 1:
        return meant
    (value,) = meant
    spare = _outside(message.tokens, [span for spans in found.values() for span in spans])
    doubts = ("either", "back") if value == 0 and question.kind == "yes_no" else ("either", "back", "hedge")
    if any(message.any_in(name, spare) for name in doubts):
        return set()
    if question.kind == "yes_no":
        others = _values_in(message, spare, question.answers)
        stands = all(other == value for other in others) and (value == 0 or not message.any_in("negation", spare))
        return meant if stands else set()
    content = [
        token for token in spare if token not in message.words.greetings and not message.in_set("lead", token)
    ]
    if len(content) > SPARE_WORDS or any(message.any_in(name, spare) for name in ("contrast", "limit", "negation")):
        return set()
    others = _values_in(message, spare, question.answers)
    numbers = [token for token in spare if token.isdecimal()]
    if any(other != value for other in others) or any(number != str(value) for number in numbers):
        return set()
    return set() if message.any_in("bad" if value >= 4 else "good", spare) else meant


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
