"""What a reply answers: lenient about its form, without guessing at its meaning.

No text makes a function raise: it gives an answer or None. The words come from survey/packs/languages; those of
all languages count at once, because people answer in the language that comes first to them.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from survey.frozen import frozen
from survey.understanding.answering import labelled, sentences, values
from survey.understanding.message import Message
from survey.understanding.questions import Question, Vocabulary
from survey.understanding.text import stars
from survey.understanding.text.folding import (
    BETWEEN,
    END,
    PAUSE,
    fold,
    key,
    plain,
    tidy,
    tokens_of,
    visible,
    words_in,
)
from survey.understanding.text.spelling import slip_of

KNOWN_LIMIT = 60  # characters of the longest answer that is nothing else
NONE_LIMIT = 80  # characters of a text that can say "nothing to add"; what is longer is a story
POLITE_WORDS = 6  # words that may stand before an answer, and after it
SIGN_OFF_WORDS = 3  # words of the longest greeting at the end: "med vänlig hälsning"
AT_LEAST = 3  # answers in one message; two ("4 5") are rather one that is in doubt

SPELLED_WORDS = 8  # of a message in which typing errors are put right; a longer one is a story

_WORD = re.compile(r"[^\W\d_]+")
_SLASH_NAME = re.compile(r"\s*/{1,2} ?(?P<name>[^\W\d_]+(?: [^\W\d_]+)?)\s*\Z")  # "4 /Anna"


@frozen
class Answer:
    """What was meant: a value for a closed question, a text for an open one; None there for "nothing to add"."""

    value: int | None
    text: str | None = None


Following = Callable[[Sequence[tuple[Question, Answer]]], Question | None]


def known(question: Question, text: str, words: Vocabulary) -> Answer | None:
    """Return the answer of a text that is nothing but one of the known answers to a closed question.

    Beside the answer to a rating only polite words may stand. No such text is a request or a danger, since
    survey.packs.vocabulary refuses a word that would be both: so nearly every reply needs no more reading.
    """
    if question.kind == "text" or len(text) > KNOWN_LIMIT or "\n" in text:
        return None
    if question.kind == "rating":
        text = stars.counted(text)
    tokens = tokens_of(text)
    if question.kind == "rating" and len(tokens) > 1:
        tokens = [token for token in tokens if token not in words.filler] if BETWEEN.search(text) is None else []
    said = " ".join(tokens)
    if len(said) == 1 and said.isdecimal():
        return _numbered(question, int(said))
    value = question.words.get(said)
    if value is None:
        value = words.answers(question).get(said)
    return None if value is None else Answer(value)


def parse(question: Question, text: str, words: Vocabulary, message: Message | None = None) -> Answer | None:
    """Return the answer that ``text`` gives to ``question``; None where it is unclear.

    Args:
        message: the text as other readers have read it, where they have.
    """
    if question.kind == "text":
        return _free(text, words, message)
    first = text[0] if len(text) == 1 else ""
    if "1" <= first <= "5":  # nearly every reply is a single digit
        return _numbered(question, int(first))
    if question.kind == "yes_no" and not question.asks_consent:
        message = message or Message(text, words)
        if sentences.is_courtesy(message):
            return None
    own = _own_words(question, text, words)
    if question.kind == "rating":
        own = stars.counted(own)
    if message is None or own != visible(message.text):
        message = Message(own, words)
    found = _said(question, message, own)
    if found is not None:
        return found
    corrected = _spelled(question, message, own)
    found = _said(question, Message(corrected, words), corrected) if corrected != own else None
    return found or (_slip(question, message) if question.kind == "rating" else None)


def _slip(question: Question, message: Message) -> Answer | None:
    """Return the rating whose number is misspelt where nothing else is said: "treaa", "thre"."""
    said = [token for token in message.said if token not in message.words.greetings]
    if len(said) != 1:
        return None
    tongues = message.words.tongues.values()
    names = {name for tongue in tongues for name in tongue.sets["numeral"].exact}
    meant = slip_of(said[0], names, [tongue.lexicon for tongue in tongues])
    rated = {value for word, value in question.answers.items() if plain(word) in meant}
    return Answer(rated.pop()) if len(rated) == 1 else None


def _spelled(question: Question, message: Message, text: str) -> str:
    """Return ``text`` with typing errors put right in the words that can answer ``question``."""

    tongues = message.words.tongues

    def right(word: re.Match[str]) -> str:
        said = plain(fold(word[0]))
        return question.spelling.right(said, [tongues[code].lexicon for code in message.languages]) or word[0]

    return text if len(message.said) > SPELLED_WORDS else _WORD.sub(right, text)


def _said(question: Question, message: Message, own: str) -> Answer | None:
    """Return the answer of a text that is spelled as it is: as a whole, in a sentence, or in its first line."""
    words = message.words
    found = _closed(question, own, words)
    if found is not None:
        return found
    value = sentences.read(question, message)
    if value is not None:
        return Answer(value)
    first_line, _, rest = own.partition("\n")  # again without what is added below the first line
    if not rest:
        return None
    answer = _closed(question, first_line, words)
    if answer is None or answer.value is None:
        return None
    return answer if sentences.adds_nothing(question, Message(rest, words), answer.value) else None


def _own_words(question: Question, text: str, words: Vocabulary) -> str:
    """Return ``text`` without a quoted original and without a name after a slash at its end."""
    text = visible(text)
    if "\n" in text:
        lines = [line for line in text.splitlines() if not line.lstrip().startswith(">")]
        below = (n for n, line in enumerate(lines) if n and (line.rstrip().endswith(":") or line.startswith("--")))
        text = "\n".join(lines[: next(below, len(lines))]).strip()
    signed = _SLASH_NAME.search(text) if "/" in text else None
    if signed and signed["name"].istitle() and not _says_something(question, signed["name"], words):
        return text[: signed.start()]
    return text


def _closed(question: Question, text: str, words: Vocabulary) -> Answer | None:
    folded = fold(text)
    whole = " ".join(words_in(folded))
    value = question.words.get(whole, words.answers(question).get(whole))
    if value is not None:
        return Answer(value)
    if question.kind == "rating":
        folded = sentences.without_out_of(question, folded, words)
    if BETWEEN.search(folded):
        return None
    tokens = _unsigned(question, words_in(folded), words)
    numbers = {token for token in tokens if token.isdecimal()}
    if len(numbers) > 1 or any(len(number) > 1 for number in numbers):
        return None
    spoken = [token for token in tokens if token not in numbers]
    said = _worded(question, spoken, words)
    if not numbers:
        return said
    numbered = _numbered(question, int(numbers.pop()))
    if all(token in words.filler for token in spoken):
        return numbered
    return numbered if numbered == said else None  # "5, mycket nöjd" yes; "5, missnöjd" no


def _unsigned(question: Question, tokens: list[str], words: Vocabulary) -> list[str]:
    """Return ``tokens`` up to a greeting such as "mvh Anna", if nothing after it could be an answer."""
    for start in range(1, len(tokens)):
        for end in range(start + 1, min(start + SIGN_OFF_WORDS, len(tokens)) + 1):
            if " ".join(tokens[start:end]) in words.sign_off:
                return tokens if _says_something(question, " ".join(tokens[end:]), words) else tokens[:start]
    return tokens


def _worded(question: Question, tokens: list[str], words: Vocabulary) -> Answer | None:
    """Return the answer that is given in words alone, perhaps with polite words around or among them."""
    table = words.answers(question)
    for phrase in _phrases(tokens, words):
        if phrase in question.words:
            return Answer(question.words[phrase])
        if phrase in table:
            return Answer(table[phrase])
    return None


def _phrases(tokens: list[str], words: Vocabulary) -> Iterator[str]:
    """Yield ``tokens`` as a whole; then without polite words around; then without any and no word twice."""
    yield " ".join(tokens)
    polite = [token in words.filler for token in tokens]
    if True not in polite and len(tokens) == len(set(tokens)):
        return
    before = min(polite.index(False) if False in polite else 0, POLITE_WORDS)
    after = min(polite[::-1].index(False) if False in polite else 0, POLITE_WORDS)
    for start in range(before + 1):
        for end in range(after + 1):
            yield " ".join(tokens[start : len(tokens) - end])
    yield " ".join(dict.fromkeys(token for token, spare in zip(tokens, polite, strict=True) if not spare))


def _says_something(question: Question, text: str, words: Vocabulary) -> bool:
    """Return whether ``text``, which stands beside an answer, could be another answer."""
    return any(
        token in words.rating or token in words.yes_no or token in question.words or token.isdecimal()
        for token in tokens_of(text)
    )


def _numbered(question: Question, number: int) -> Answer | None:
    value = values.of_number(question, number)
    return None if value is None else Answer(value)


def _free(text: str, words: Vocabulary, message: Message | None) -> Answer | None:
    kept = tidy(text)
    if not kept:
        return None
    if len(kept) > NONE_LIMIT:
        return Answer(None, kept)
    if key(kept) in words.none or not fold(kept).strip(" .,!?-"):
        return Answer(None, None)
    message = message or Message(kept, words)
    said = {at for start, end in message.found.get("nothing.said", ()) for at in range(start, end)}
    refused = {at for at, token in enumerate(message.tokens) if message.in_set("no", token)}
    polite = {
        at
        for at, token in enumerate(message.tokens)
        if token in (END, PAUSE, "0") or token in words.greetings or message.in_set("courtesy", token)
    }
    says_zero = "0" in message.tokens
    says_nothing = (said or refused or says_zero) and said | refused | polite == set(range(len(message.tokens)))
    return Answer(None, None if says_nothing else kept)


def several(
    question: Question, text: str, words: Vocabulary, following: Following
) -> list[tuple[Question, Answer]]:
    """Return the answers of a message that answers several questions in their order; empty where it does not.

    All of the message must be answers: numbers, yes and no, each of which fits its question; ratings may also be
    joined and named (survey.understanding.answering.labelled). Two numbers alone are rather one answer that is in
    doubt; what is left over may only be the free text that is asked for then.

    Args:
        question: the open question.
        following: the question that is asked when these have been given these answers.
    """
    message = Message(text, words)
    run = _run(question, message, following)
    if run or question.kind != "rating":
        return run

    def answered(rated: Sequence[tuple[Question, int]]) -> list[tuple[Question, Answer]]:
        return [(asked, Answer(value)) for asked, value in rated]

    return answered(labelled.read(question, message, AT_LEAST, lambda rated: following(answered(rated))))


def _run(question: Question, message: Message, following: Following) -> list[tuple[Question, Answer]]:
    """Return the answers of a message that is a run of bare answers."""
    words = message.words
    said = [
        token
        for token in message.said
        if token not in words.greetings or token.folded in words.yes_no or token.folded in words.rating
    ]
    given: list[tuple[Question, Answer]] = []
    at: Question | None = question
    for number, token in enumerate(said):
        if at is None:
            return []
        if at.kind == "text":
            rest = " ".join(token.folded for token in said[number:])
            answer = _free(rest, words, None) if len(given) + 1 >= AT_LEAST else None
            return [*given, (at, answer)] if answer is not None and _says_nothing(answer) else []
        if given and token.folded not in at.answers and message.in_set("greeting", token):
            continue  # "5, 5 ja 4": "and" in one language, yes in another
        if token.isdecimal():
            value = values.of_number(at, int(token)) if len(token) == 1 else None
        else:
            value = at.answers.get(token.folded)
        if value is None:
            return []
        given.append((at, Answer(value)))
        at = following(given)
    if len(given) == 2:
        second = said[1]
        is_doubtful = given[0][0].kind == given[1][0].kind or (
            second.isdecimal() and values.of_number(question, int(second)) is not None
        )
        return [] if is_doubtful else given
    return given if len(given) >= AT_LEAST else []


def _says_nothing(answer: Answer) -> bool:
    return answer.text is None
