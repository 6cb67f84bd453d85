"""`followup talk`: a survey played in the terminal, through the real engine."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from rich.console import Console

from bot.errors import BadInput
from bot.sms_cost import parts_and_price, sms_cost
from survey.conversation.model import Correct, Effect, Finish, OpenCase, OptOut, Record, Say
from survey.packs.catalogue import load
from survey.transcript import Dialogue


def play(
    survey: str, language: str, channel: str, now: Callable[[], datetime], transcript: Path | None = None
) -> None:
    """Ask each question and read the answers from standard input until the survey closes.

    ``transcript``: a file to save the dialogue in, as survey.transcript reads it. Raises BadInput when the survey,
    language or channel does not exist, and OSError when the file cannot be written.
    """
    catalogue = load()
    if survey not in catalogue.surveys:
        raise BadInput(f"Enkäten {survey!r} finns inte: välj {', '.join(catalogue.surveys)}.")
    if language not in catalogue.languages:
        raise BadInput(f"Språket {language!r} finns inte: välj {', '.join(catalogue.languages)}.")
    if channel not in ("sms", "telegram"):
        raise BadInput(f"Kanalen {channel!r} finns inte: välj sms eller telegram.")
    if transcript is not None:
        transcript.write_text("", encoding="utf-8")  # what cannot be saved is told before the first answer
    # Time stands still, as it does when a transcript is played: the same words always lead to the same dialogue.
    dialogue = Dialogue(catalogue, now())
    try:
        _converse(dialogue, f"survey {survey} {language}", channel)
    finally:
        if transcript is not None:
            transcript.write_text("\n".join(dialogue.out) + "\n", encoding="utf-8")


def _converse(dialogue: Dialogue, line: str, channel: str) -> None:
    console = Console(highlight=False)
    parts = 0
    while True:
        for effect in dialogue.play(line):
            if isinstance(effect, Say):
                parts += _say(console, dialogue.text(effect, channel), channel)
            elif (told := _told(effect)) is not None:
                console.print(f"  {told}", style="dim", markup=False)
        assert dialogue.session is not None
        if dialogue.session.state == "closed":
            break
        try:
            said = console.input("[bold]> [/bold]")
        except EOFError:
            console.print("[dim]Samtalet är inte avslutat.[/dim]")
            break
        line = "< " + " ".join(said.splitlines())
    if channel == "sms":
        console.print(f"[dim]Enkäten kostade omkring {parts_and_price(parts)}.[/dim]")


def _say(console: Console, text: str, channel: str) -> int:
    """Show what the customer reads; how many parts it costs."""
    console.print(text, style="green", markup=False)
    if channel != "sms":
        return 0
    cost = sms_cost(text)
    console.print(f"[dim]  {cost.alphabet}, {parts_and_price(cost.parts)}[/dim]")
    return cost.parts


def _told(effect: Effect) -> str | None:
    """What else follows, in a line for the person who tries the survey."""
    match effect:
        case Record(skipped=True):
            return f"sparat: {effect.question} (överhoppad)"
        case Record() | Correct():
            word = "sparat" if isinstance(effect, Record) else "rättat"
            return f"{word}: {effect.question} = {effect.text if effect.value is None else effect.value}"
        case OpenCase():
            return f"ärende: {effect.kind} {effect.text}".rstrip()
        case OptOut():
            return "inga fler meddelanden"
        case Finish():
            return f"avslutat: {effect.outcome}"
    return None
