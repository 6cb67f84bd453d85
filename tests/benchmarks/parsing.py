"""(f) Reading one reply to a rating in Swedish as the engine does: for an answer, a request, danger and a wish.

Beside it the standard library's own lenient matching (difflib against the same words), which knows no requests and
guesses. The second row holds the median reply against the 20 microseconds that issue 3 allows.
"""

import difflib
import statistics
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

from survey.packs.catalogue import load
from survey.understanding.answers import known as nothing_but
from survey.understanding.answers import parse
from survey.understanding.reading import read as read_message
from tests.benchmarks.measure import Row, alternate

REPLIES = {
    "4": 4,
    "5!": 5,
    "fyra": 4,
    "Nöjd": 4,
    "Mycket nöjd": 5,
    "4 av 5": 4,
    "3/5": 3,
    "Missnöjd.": 2,
    "5️⃣": 5,
    "4, tack": 4,
    "2 mvh Anna": 2,
    "Jag svarar 1": 1,
}
ROUNDS = 400
LIMIT = 20.0  # microseconds


def rows(_directory: Path) -> list[Row]:
    catalogue = load()
    question, words = catalogue.surveys["start"].question("overall"), catalogue.words

    def ours(text: str) -> int | None:
        answer = nothing_but(question, text, words)
        if answer is None:
            asked = read_message(text, words, question)
            if asked.is_request or asked.danger or asked.about or asked.wish:
                return None
            answer = parse(question, text, words, asked.message)
        return answer and answer.value

    known = {**words.rating, **{str(value): value for value in range(1, 6)}}

    def reference(text: str) -> int | None:
        close = difflib.get_close_matches(unicodedata.normalize("NFKC", text).casefold(), known, n=1, cutoff=0.3)
        return known[close[0]] if close else None

    wrong = [text for text, value in REPLIES.items() if ours(text) != value]
    if wrong:
        raise RuntimeError(f"not understood: {wrong}")
    mine, theirs = alternate([lambda: _median(ours, ROUNDS), lambda: _median(reference, ROUNDS // 100)])
    return [
        Row("(f) reading a Swedish rating, difflib over the same words", mine, theirs, "µs", 0.05, "less"),
        Row("(f) reading a Swedish rating, the limit of 20 µs", mine, LIMIT, "µs", 1, "less"),
    ]


def _median(read: Callable[[str], int | None], rounds: int) -> float:
    """Microseconds of CPU for the median reply, each read ``rounds`` times."""
    taken = []
    for text in REPLIES:
        spelled = [text + " " * (turn % 2) for turn in range(rounds)]  # never the text that was read last
        started = time.process_time()
        for reply in spelled:
            read(reply)
        taken.append((time.process_time() - started) / rounds * 1e6)
    return statistics.median(taken)
