"""Whether an answer stands beside all else that is said: nothing takes it back, limits it or contradicts it."""

from collections.abc import Sequence

from survey.understanding.answering import values
from survey.understanding.message import Message
from survey.understanding.questions import Question
from survey.understanding.text.folding import END, Token, words_of

WORDED_REST = 6  # words that mean something after a rating in words; "neither" may begin a sentence of any kind


def stands(question: Question, message: Message, rest: Sequence[Token], value: int, is_digit: bool) -> bool:
    """Return whether a rating or a choice stands, with ``rest`` after it."""
    words = words_of(_without_limits(message, rest))
    if not is_digit and words and words[-1] == str(value):
        words = words[:-1]  # "very good, 5"
    if not words:
        return True
    if is_of_things(message, words) or any(message.any_in(name, words) for name in ("either", "back")):
        return False
    others = values.among(message, words, question, value)
    is_low = is_digit and question.kind == "rating" and value <= 2
    if any(other != value and not (is_low and other <= 2) for other in others):
        return False
    if not is_digit and _is_limited(message, words, value):
        return False
    if not is_digit and question.kind == "rating" and _length(message, words) > (WORDED_REST if value != 3 else 1):
        return False
    if question.kind == "choice":
        return True
    if is_digit or value <= 3:
        return agrees(question, message, words, value)
    words = _without_idioms(message, words)
    return not message.any_in("negation", words) and not message.any_in("bad", words)


def stands_yes_no(
    question: Question, message: Message, said: Sequence[Token], rest: Sequence[Token], value: int
) -> bool:
    """Return whether a yes or a no stands, with ``rest`` after it; ``said`` is all that is said."""
    words, all_words = words_of(rest), words_of(said)
    if any(message.any_in(name, all_words) for name in ("either", "hedge")):
        return False
    if message.any_in("back", [token for token in words if not message.in_set("no", token)]):
        return False
    is_strong = bool(rest) and len(said) > len(rest) and message.in_set("strengthens", said[-len(rest) - 1])
    if value == 1 and is_strong and any(message.in_set(name, rest[0]) for name in ("bad", "negation")):
        return False  # "absolutely useless": the yes only strengthens what follows
    if question.asks_consent and value == 1:
        words = _without_times(message, words)
    if [token.isdecimal() for token in words if token not in message.words.greetings] == [True]:
        return False  # "ja 4": the answers to two questions
    if any(other != value for other in values.among(message, words, question)):
        return False
    if value and not question.asks_consent and any(run in message.words.courtesies for run in _runs(words)):
        return False
    return value == 0 or not message.any_in("negation", words)


def agrees(question: Question, message: Message, words: Sequence[Token], value: int) -> bool:
    """Return whether a rating and the ``words`` around it say the same, or these say nothing of it."""
    words = _without_idioms(message, words)
    if value <= 3 and len(words) == 1 and message.in_set("negation", words[0]):
        return False
    if value == 3:
        return True
    goods = [
        at
        for at, token in enumerate(words)
        if message.in_set("good", token) or question.answers.get(token.folded, 0) >= 4
    ]
    turned = [is_near(message, "negation", words, at) for at in goods]
    if value < 3:
        return all(turned)
    bads = [at for at, token in enumerate(words) if message.in_set("bad", token)]
    if any(turned) or not all(is_near(message, "negation", words, at) for at in bads):
        return False
    first_reason = next((at for at, token in enumerate(words) if explains(message, token)), len(words))
    return not any(
        message.in_set("negation", token) and not is_near(message, "bad", words, at)
        for at, token in enumerate(words[: first_reason + 1])
    )


def is_near(message: Message, name: str, words: Sequence[Token], at: int) -> bool:
    """Return whether a word of the set ``name`` is the one at ``at``, or stands near it."""
    return message.any_in(name, words[max(0, at - values.NEGATED) : at + values.NEGATED + 1])


def _without_idioms(message: Message, words: Sequence[Token]) -> list[Token]:
    """Return ``words`` without praise whose own words deny: "can't complain"."""
    idioms = {token for start, end in message.found.get("rating.praise", ()) for token in message.tokens[start:end]}
    return [token for token in words if token not in idioms]


def explains(message: Message, token: Token) -> bool:
    """Return whether a word begins what explains a rating, or limits it: "because", "but"."""
    return message.in_set("cause", token) or message.in_set("contrast", token)


def is_of_things(message: Message, words: Sequence[Token]) -> bool:
    """Return whether ``words`` count something else: what follows the answer is a unit, or holds another number."""
    counted = words[1:] if message.in_set("counter", words[0]) else words
    if counted and message.in_set("unit", counted[0]):
        return True
    for at, word in enumerate(words):
        if not values.is_number(message, word) or (at and len(word) == 1 and message.in_set("not", words[at - 1])):
            continue  # "4, not 5"
        is_counted = at + 1 < len(words) and (
            message.in_set("unit", words[at + 1])
            or (message.any_in("cause", words[:at]) and not message.any_in("contrast", words[:at]))
        )
        if not is_counted and len(word) < 3:
            return True
    return False


def _is_limited(message: Message, words: Sequence[Token], value: int) -> bool:
    """Return whether ``words`` after a rating in words limit it; "though" at the end, or "not much", does not."""
    if message.any_in("contrast", words[:-1] if words[-1] in message.words.greetings else words):
        return True
    is_reason = value <= 2 and len(words) > 2 and message.any_in("negation", words)
    return message.any_in("limit", words) and not is_reason


def _length(message: Message, words: Sequence[Token]) -> int:
    """Return how many of ``words`` mean something of their own."""
    return sum(token not in message.words.greetings and not message.in_set("lead", token) for token in words)


def _without_limits(message: Message, rest: Sequence[Token]) -> Sequence[Token]:
    """Return ``rest`` without "no more than that" at its beginning, which leaves the answer before it as it is."""
    end = next((at for at, token in enumerate(rest) if token == END and at), len(rest))
    clause = words_of(rest[:end])
    says_so = message.any_in("negation", clause) and message.any_in("limit", clause)
    is_all = all(
        token in message.words.greetings
        or any(message.in_set(name, token) for name in ("negation", "limit", "lead", "contrast"))
        for token in clause
    )
    return rest[end:] if says_so and is_all else rest


def _without_times(message: Message, words: Sequence[Token]) -> list[Token]:
    """Return the words of a yes without when it holds: "but not before 10", "only not in the morning"."""
    kept: list[Token] = []
    at = 0
    while at < len(words):
        first = at + 1 if at and message.in_set("negation", words[at]) else at  # "ok not today" is no yes
        end = first
        while end < len(words) and (words[end].isdecimal() or message.in_set("when", words[end])):
            end += 1
        if end > first and any(message.in_set("when", token) for token in words[first:end]):
            is_denied = end < len(words) and message.in_set("negation", words[end])
            at = end + (is_denied and message.any_in("contrast", words[:first]))  # "but the morning not"
        else:
            kept.append(words[at])
            at += 1
    return kept


def _runs(words: Sequence[Token]) -> list[str]:
    return [
        " ".join(words[at : at + length])
        for at in range(len(words))
        for length in range(1, min(values.ANSWER_WORDS, len(words) - at) + 1)
    ]
