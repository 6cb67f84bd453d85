"""An answer in a sentence: a number, a yes or a no that is said first, or a phrase that can only mean one thing.

The answer counts when nothing else in the message could be another one: no second number or answer word, no
alternative ("4 eller 5"), nothing that takes it back ("skojar"), and no word of the other direction ("5 dåligt",
"ja fast inte nu"). In every other case the question is asked again, since a wrong figure is worse than a second
question.
"""

import re
from collections.abc import Mapping, Sequence

from survey.understanding.answering import corrections
from survey.understanding.message import Message
from survey.understanding.questions import Question, Vocabulary
from survey.understanding.text.folding import BETWEEN, END, PAUSE, Token, fold, plain_tokens, words_in, words_of
from survey.understanding.text.phrases import Span
from survey.understanding.wishes import is_question

LEAD_WORDS = 6  # so many may stand before the answer: "jag skulle nog säga en"
PHRASE_WORDS = 5  # of the longest answer
SENTENCE_WORDS = 14  # of a message in which a phrase counts as an answer; a longer one is a story
SPARE_WORDS = 4  # beside the phrase in such a message to a rating, none of which may say anything else
WORDED_REST = 6  # words that mean something after a rating in words; "neither" may begin a sentence of any kind
NOTHING = "0"  # "0 jobb 0 hjälp": none, and no rating
NEITHER_WORDS = 3  # beside "not good, not bad": a 3, "just", a greeting
NEGATED = 3  # words between a word of praise and the negation that turns it, before it or after it

_NUMBER = re.compile(r"(\d)(?:a|an|ans|or|ra|ka|e|th|st|nd|rd|ish|ка|ку|ки)?")  # "4", "4:a", "4ish", "4ка"

_ORDINAL = re.compile(r"\d(?:e|th|st|nd|rd)")  # at the end of a sentence it is a date: "on the 1st"
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
    if found is None and question.kind == "rating" and (last := _elsewhere(question, message, tokens)) is not None:
        return last
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


def _is_turned(message: Message, rest: Sequence[Token]) -> bool:
    """Return whether a negation of a word before ``rest``, and no more of its clause, follows it: "بد نیست"."""
    return bool(rest) and message.in_set("negation", rest[0]) and (len(rest) == 1 or rest[1] in (END, PAUSE))


def _corrected(question: Question, message: Message, tokens: Sequence[Token]) -> int | None:
    """Return the answer that replaces another one in the same message (see the module ``corrections``)."""
    if sum(token[0].isdigit() or token.folded in question.answer_starts for token in tokens) < 2:
        return None

    def said(at: int) -> tuple[int, int] | None:
        found = _answer_at(question, tokens, at)
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
        found = _answer_at(question, tokens, at)
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


def _elsewhere(question: Question, message: Message, tokens: Sequence[Token]) -> int | None:
    """Return the only number of a sentence, where it is a rating: "pretty good I'd say 4", "no help at all, 1".

    It is a clause of its own, or ends one that says what somebody thinks of us, or an explanation follows it. It is
    no number of something ("he said 5", "I live on floor 3"), and it agrees with all that is said.
    """
    places = [
        at
        for at, token in enumerate(tokens)
        if (token[0].isdigit() and token != NOTHING) or _is_numeral(question, message, token)
    ]
    found = _answer_at(question, tokens, places[0]) if len(places) == 1 else None
    if (
        found is None
        or _ORDINAL.fullmatch(tokens[places[0]])
        or len(message.said) > SENTENCE_WORDS
        or is_question(message)
    ):
        return None
    value = found[0]
    at = places[0]
    before, rest = tokens[at - 1], words_of(tokens[at + 1 :])
    if any(message.in_set(name, before) for name in ("unit", "named")) or (rest and _is_of_things(message, rest)):
        return None
    ends = at + 1 == len(tokens) or tokens[at + 1] in (END, PAUSE)
    ends = ends or message.in_set("courtesy", rest[0]) or all(token in message.words.greetings for token in rest)
    follows = not ends and (_explains(message, rest[0]) or message.in_set("lead", rest[0]))
    is_apart = message.in_set("therefore", before) or _leads_up(message, tokens, at)
    is_said = _evaluates(question, message, value) and _is_open(question, message, before)
    if not follows and not (ends and (is_apart or is_said)):
        return None
    words = words_of([*tokens[:at], *tokens[at + 1 :]])
    if any(message.any_in(name, words) for name in ("either", "back")):
        return None
    if any(message.in_set("hedge", token) and not message.in_set("lead", token) for token in words):
        return None
    return value if _agrees(question, message, words, value) else None


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


def _agrees(question: Question, message: Message, words: Sequence[Token], value: int) -> bool:
    """Return whether a rating in a digit and the words around it say the same, or the words say nothing of it."""
    idioms = {token for start, end in message.found.get("rating.praise", ()) for token in message.tokens[start:end]}
    words = [token for token in words if token not in idioms]
    negations = [at for at, token in enumerate(words) if message.in_set("negation", token)]

    def turned(at: int) -> bool:
        return any(abs(at - negation) <= NEGATED for negation in negations)

    goods = [at for at, token in enumerate(words) if message.in_set("good", token)]
    goods += [at for at, token in enumerate(words) if question.answers.get(token.folded, 0) >= 4]
    bads = [at for at, token in enumerate(words) if message.in_set("bad", token)]
    if value == 3:
        return not (negations and len(words) == 1)
    if value < 3:
        return all(turned(at) for at in goods) and not (negations and len(words) == 1)
    if any(not turned(at) for at in bads) or any(turned(at) for at in goods):
        return False
    reasons = [at for at, token in enumerate(words) if _explains(message, token)]
    spoken = [at for at in negations if not any(abs(at - bad) <= NEGATED for bad in bads)]
    return all(any(reason < at for reason in reasons) for at in spoken)


def _explains(message: Message, token: Token) -> bool:
    """Return whether a word begins what explains a rating, or limits it: "because", "but"."""
    return message.in_set("cause", token) or message.in_set("contrast", token)


def _answer_at(question: Question, tokens: Sequence[Token], start: int) -> tuple[int, int, bool] | None:
    """Return the value that is said at ``start``, where it ends, and whether it is a digit."""
    number = _NUMBER.fullmatch(tokens[start])
    if number is not None:
        value = numbered(question, int(number[1]))
        return None if value is None else (value, start + 1, True)
    if tokens[start].folded not in question.answer_starts:
        return None
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
    words = words_of(_without_limits(message, rest))
    if not is_digit and words and words[-1] == str(value):
        words = words[:-1]  # "very good, 5"
    if not words:
        return True
    if _is_of_things(message, words) or any(message.any_in(name, words) for name in ("either", "back")):
        return False
    others = _values_in(message, words, question, value)
    is_low = is_digit and question.kind == "rating" and value <= 2
    if any(other != value and not (is_low and other <= 2) for other in others):
        return False
    if not is_digit and _is_limited(message, words, value):
        return False
    if not is_digit and question.kind == "rating" and _length(message, words) > (WORDED_REST if value != 3 else 1):
        return False
    if question.kind == "choice":
        return True
    if is_digit:
        return _agrees(question, message, words, value)
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


def _stands_yes_no(
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
    if any(other != value for other in _values_in(message, words, question)):
        return False
    if value and not question.asks_consent and any(run in message.words.courtesies for run in _runs(words)):
        return False
    return value == 0 or not message.any_in("negation", words)


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


def _is_of_things(message: Message, words: Sequence[Token]) -> bool:
    """Return whether ``words`` count something else: what follows the answer is a unit, or holds another number."""
    counted = words[1:] if message.in_set("counter", words[0]) else words
    if counted and message.in_set("unit", counted[0]):
        return True
    for at, word in enumerate(words):
        if not word.isdecimal() or (at and len(word) == 1 and message.in_set("not", words[at - 1])):
            continue  # "4, not 5"
        is_counted = at + 1 < len(words) and (
            message.in_set("unit", words[at + 1])
            or (message.any_in("cause", words[:at]) and not message.any_in("contrast", words[:at]))
        )
        if not is_counted and len(word) < 3:
            return True
    return False


def _values_in(message: Message, words: Sequence[Token], question: Question, value: int = 5) -> list[int]:
    """Return the values of the answers among ``words``.

    An article that is a number too ("ett") is none, and beside a low ``value`` praise that is negated is none.
    """
    values = []
    table = question.answers
    at = 0
    while at < len(words):
        if words[at].folded not in question.answer_starts:
            at += 1
            continue
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


def _phrased(question: Question, message: Message) -> set[int]:
    """Return the values of the phrases that answer a question of this kind.

    There are several where the phrases contradict each other, and none where something else in the message
    contradicts the only one.
    """
    if len(message.said) > SENTENCE_WORDS:
        return set()
    found = _phrases_of(question, message)
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
        if message.said[0].isdecimal() and message.said[0] != str(2 - value):
            return set()
        if question.asks_consent and value == 1 and message.any_in("bad", spare):
            return set()
        others = _values_in(message, spare, question)
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
    others = _values_in(message, spare, question)
    numbers = [token for token in spare if token.isdecimal()]
    if any(other != value for other in others) or any(number != str(value) for number in numbers):
        return set()
    return set() if value != 3 and message.any_in("bad" if value >= 4 else "good", spare) else meant


def _is_praise(message: Message) -> bool:
    """Return whether a message praises, without a negation near: that is no reason to be dissatisfied."""
    words = message.said
    negations = [at for at, token in enumerate(words) if message.in_set("negation", token)]
    return any(
        message.in_set("good", token) and all(abs(at - negation) > NEGATED for negation in negations)
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
