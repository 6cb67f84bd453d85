"""Whole conversations for Hypothesis: any events in any order, and what a database would keep of their answers."""

from datetime import timedelta

from hypothesis import strategies as st

from survey.conversation.model import (
    Append,
    ChoiceTapped,
    Correct,
    Effect,
    Erase,
    Expired,
    Record,
    Resumed,
    Started,
    TextReceived,
    Unreadable,
    Waited,
    Withdraw,
)
from survey.packs.catalogue import load

CATALOGUE = load()

said = (
    *("1", "2", "3", "4", "5", "0", "ja", "nej", "4-5", "bra", ""),
    *("STOPP", "hjälp", "START", "ÄNDRA", "MINA SVAR", "RADERA", "SPRÅK", "english", "fel nummer", "1984"),
    *("KLAGOMÅL", "KLAGOMÅL: de ringer aldrig", "jag vill inte leva", "Sluta bråka med mig hela tiden", "tack"),
)
texts = st.one_of(st.text(st.characters(), max_size=60), st.sampled_from(said))  # lone surrogates too
years = st.lists(st.sampled_from([0, 1984, 1990]), max_size=3).map(tuple)
taps = st.builds(
    ChoiceTapped, st.sampled_from(["overall", "reason", "contact", "progress", "x"]), st.integers(-1, 6)
)
quiet = st.sampled_from([Started(), Unreadable(), Waited(), Expired(), Resumed(True), Resumed(False)])
events = st.one_of(st.builds(TextReceived, texts), st.builds(TextReceived, texts, years), taps, quiet)
pauses = st.sampled_from([timedelta(minutes=1), timedelta(hours=5), timedelta(days=2), timedelta(days=8)])
conversations = st.lists(st.tuples(events, pauses), max_size=25)
surveys = st.sampled_from(sorted(CATALOGUE.surveys))


def keep(kept: dict[str, object], effects: tuple[Effect, ...]) -> None:
    """Change ``kept``, the answers that a database would hold, as ``effects`` ask for."""
    for effect in effects:
        match effect:
            case Record(question, value, text):
                assert question not in kept
                kept[question] = value if text is None else text
            case Correct(question, value, text):
                assert question in kept
                kept[question] = value if text is None else text
            case Append(question, text):
                kept[question] = f"{kept[question] or ''}\n{text}"
            case Withdraw(question):
                del kept[question]
            case Erase():
                kept.clear()
