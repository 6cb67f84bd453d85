"""`followup talk`: a survey played in the terminal, through the real engine."""

from collections.abc import Callable
from datetime import datetime

from rich.console import Console

from bot.errors import BadInput
from survey import engine, segments
from survey.catalogue import load
from survey.model import Event, Finish, Record, Say, Session, Started, TextReceived

SEGMENT_PRICE = 0.65  # SEK, about what one part to a Swedish mobile costs; the invoice decides


def play(survey_id: str, language: str, channel: str, now: Callable[[], datetime]) -> None:
    """Ask each question and read the answers from standard input until the survey closes.

    Raises BadInput when the survey, language or channel does not exist.
    """
    catalogue = load()
    if survey_id not in catalogue.surveys:
        raise BadInput(f"Enkäten {survey_id!r} finns inte: välj {', '.join(catalogue.surveys)}.")
    if language not in catalogue.languages:
        raise BadInput(f"Språket {language!r} finns inte: välj {', '.join(catalogue.languages)}.")
    if channel not in ("sms", "telegram"):
        raise BadInput(f"Kanalen {channel!r} finns inte: välj sms eller telegram.")
    console = Console(highlight=False)
    survey = catalogue.surveys[survey_id]
    session = engine.open_session(survey, language)
    event: Event = Started()
    parts = 0
    while True:
        session, effects = engine.step(survey, session, event, now())
        for effect in effects:
            if isinstance(effect, Say):
                text = catalogue.render(effect, survey=survey_id, language=session.language, channel=channel)
                parts += _show(console, text, channel)
            elif isinstance(effect, Record):
                console.print(f"[dim]  sparat: {effect.question} = {_value(effect)}[/dim]")
            elif isinstance(effect, Finish):
                console.print(f"[dim]  avslutat: {effect.outcome}[/dim]")
        if session.state == "closed":
            break
        try:
            event = TextReceived(console.input("[bold]> [/bold]"))
        except EOFError:
            break
    _total(console, parts, channel, session)


def _show(console: Console, text: str, channel: str) -> int:
    console.print(text, style="green", markup=False)
    if channel != "sms":
        return 0
    counted = segments.count(text)
    console.print(f"[dim]  {counted.alphabet}, {counted.parts} del, {counted.parts * SEGMENT_PRICE:.2f} kr[/dim]")
    return counted.parts


def _value(record: Record) -> str:
    if record.skipped:
        return "(överhoppad)"
    return str(record.value) if record.value is not None else repr(record.text)


def _total(console: Console, parts: int, channel: str, session: Session) -> None:
    if channel == "sms":
        console.print(f"[dim]Enkäten kostade {parts} delar, omkring {parts * SEGMENT_PRICE:.2f} kr.[/dim]")
    if session.state == "open":
        console.print("[dim]Samtalet är inte avslutat.[/dim]")
