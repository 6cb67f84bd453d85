"""`followup talk`: a survey played in the terminal, through the real engine.

A person answers line by line, or a file does (``--script``). With ``--json`` each line gives one object, the
contract of DESIGN.md section 5::

    {"in": "4", "question": "overall", "effects": [{"type": "Record", ...}, ...], "say": "...", "open": "treatment"}

``question`` and ``open`` are the questions open before and after the line, null where none is. The effects are
those of survey.conversation.model, each with its class as ``type``; ``say`` is the text that is sent.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console

from bot.channels.sms.cost import parts_and_price, sms_cost
from bot.cli.console import console as make_console
from bot.errors import BadInput
from bot.process.terminal import write_json
from bot.settings import load as load_settings
from bot.texts import every_language
from survey.conversation.model import Correct, Effect, Finish, OpenCase, OptOut, Record, Say
from survey.packs.catalogue import Catalogue
from survey.transcript import Dialogue


@dataclass(frozen=True, slots=True)
class Play:
    """What to play, and how.

    Attributes:
        question: the question at which the survey opens; the first one where it is None.
        script: a file with a line for each message of the customer; standard input where it is None.
        transcript: a file to save the dialogue in, as survey.transcript reads it.
        as_json: whether each line gives one JSON object, and nothing else is written.
    """

    survey: str
    language: str = "sv"
    channel: str = "sms"
    question: str | None = None
    script: Path | None = None
    transcript: Path | None = None
    as_json: bool = False


def play(wanted: Play, now: Callable[[], datetime]) -> None:
    """Ask each question and read the answers: from a script to its end, else until the survey closes.

    Raises:
        BadInput: the survey, language, channel, question or script does not exist.
        OSError: the transcript cannot be written.
    """
    catalogue = every_language(load_settings())
    _check(wanted, catalogue)
    said = _script(wanted.script) if wanted.script is not None else None
    if wanted.transcript is not None:
        wanted.transcript.write_text("", encoding="utf-8")  # what cannot be saved is told before the first answer
    # The lines of a dialogue move its time, so the same words always lead to the same dialogue.
    dialogue = Dialogue(catalogue, now())
    first = " ".join(filter(None, ("survey", wanted.survey, wanted.language, wanted.question)))
    try:
        if wanted.as_json:
            _write_json(dialogue, first, wanted.channel, said if said is not None else _standard_input())
        else:
            _converse(dialogue, first, wanted.channel, said)
    finally:
        if wanted.transcript is not None:
            wanted.transcript.write_text("\n".join(dialogue.out) + "\n", encoding="utf-8")


def _check(wanted: Play, catalogue: Catalogue) -> None:
    if wanted.survey not in catalogue.surveys:
        raise BadInput(f"Enkäten {wanted.survey!r} finns inte: välj {', '.join(catalogue.surveys)}.")
    if wanted.language not in catalogue.languages:
        raise BadInput(f"Språket {wanted.language!r} finns inte: välj {', '.join(catalogue.languages)}.")
    if wanted.channel not in ("sms", "telegram"):
        raise BadInput(f"Kanalen {wanted.channel!r} finns inte: välj sms eller telegram.")
    questions = [question.id for question in catalogue.surveys[wanted.survey].questions]
    if wanted.question is not None and wanted.question not in questions:
        raise BadInput(f"Frågan {wanted.question!r} finns inte i enkäten: välj {', '.join(questions)}.")


def _script(path: Path) -> Iterator[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise BadInput(f"Filen {path} kan inte läsas: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"Filen {path} kan inte läsas: den är inte UTF-8.") from error
    return iter([line.removesuffix("\r") for line in (lines[:-1] if lines[-1] == "" else lines)])


def _standard_input() -> Iterator[str]:
    for line in sys.stdin:
        yield line.rstrip("\r\n")


def _write_json(dialogue: Dialogue, first: str, channel: str, said: Iterator[str]) -> None:
    dialogue.play(first)
    for line in said:
        before = _open_question(dialogue)
        effects = dialogue.play("< " + line)
        says = [effect for effect in effects if isinstance(effect, Say)]
        told = {
            "in": line,
            "question": before,
            "effects": [{"type": type(effect).__name__, **asdict(effect)} for effect in effects],
            "say": dialogue.text(says[0], channel) if says else None,
            "open": _open_question(dialogue),
        }
        write_json(told)


def _open_question(dialogue: Dialogue) -> str | None:
    assert dialogue.session is not None
    return dialogue.session.open_question


def _converse(dialogue: Dialogue, line: str, channel: str, said: Iterator[str] | None) -> None:
    console = make_console(markup=True)
    parts = 0
    while True:
        for effect in dialogue.play(line):
            if isinstance(effect, Say):
                parts += _say(console, dialogue.text(effect, channel), channel)
            elif (told := _told(effect)) is not None:
                console.print(f"  {told}", style="dim", markup=False)
        assert dialogue.session is not None
        if said is None and dialogue.session.state == "closed":
            break
        try:
            read = console.input("[bold]> [/bold]") if said is None else next(said)
        except (EOFError, StopIteration):
            if dialogue.session.state == "open":
                console.print("[dim]Samtalet är inte avslutat.[/dim]")
            break
        if said is not None:
            console.print(f"> {read}", style="bold", markup=False)
        line = "< " + " ".join(read.splitlines())
    if channel == "sms":
        console.print(f"[dim]Enkäten kostade omkring {parts_and_price(parts)}.[/dim]")


def _say(console: Console, text: str, channel: str) -> int:
    """Show what the customer reads; return how many parts it costs."""
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
