"""Transcripts: a dialogue as plain text, played through the engine with the session reloaded at every turn.

``survey ID LANGUAGE`` begins; ``<`` is the customer (``(tap QUESTION VALUE)`` and ``(expired)`` are not words),
``>`` what the bot says by SMS (its further lines are indented), ``!`` the other effects.
"""

from datetime import UTC, datetime

from survey import engine
from survey.catalogue import Catalogue
from survey.model import ChoiceTapped, Effect, Event, Expired, Record, Say, Session, Started, TextReceived

NOW = datetime(2026, 3, 30, tzinfo=UTC)


def replay(transcript: str, catalogue: Catalogue) -> str:
    """The transcript as it is when the customer's lines of ``transcript`` are played now."""
    out: list[str] = []
    survey_id = language = ""
    session: Session | None = None
    for line in transcript.splitlines():
        if line.startswith("#"):
            out.append(line)
            continue
        if line.startswith("survey "):
            _, survey_id, language = line.split()
            session = engine.open_session(catalogue.surveys[survey_id], language)
            event: Event = Started()
        elif line.startswith("< "):
            event = _event(line[2:])
        else:
            continue
        assert session is not None, "a transcript begins with its survey"
        out.append(line)
        reloaded = Session.from_json(session.to_json())
        assert reloaded == session
        session, effects = engine.step(catalogue.surveys[survey_id], reloaded, event, NOW)
        out += [_line(effect, catalogue, survey_id, language) for effect in effects]
    return "\n".join(out) + "\n"


def _event(said: str) -> Event:
    if said == "(expired)":
        return Expired()
    if said.startswith("(tap "):
        _, question, value = said.strip("()").split()
        return ChoiceTapped(question, int(value))
    return TextReceived(said)


def _line(effect: Effect, catalogue: Catalogue, survey: str, language: str) -> str:
    if isinstance(effect, Say):
        text = catalogue.render(effect, survey=survey, language=language, channel="sms")
        return "> " + text.replace("\n", "\n  ")
    if isinstance(effect, Record):
        value = "skipped" if effect.skipped else effect.text if effect.value is None else effect.value
        return f"! {effect.question} = {value if value is not None else 'nothing'}"
    return f"! {effect!r}"
