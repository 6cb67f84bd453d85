"""Play a transcript, a dialogue as plain text, through the engine. The session is stored and reloaded every turn.

    survey ID LANGUAGE      begins the dialogue; a question's id after it where that one is to be asked first
    < TEXT                  the customer writes; \\n is a line break
    < (tap QUESTION VALUE)  the customer taps a button; (photo), (waited) and (expired) are events as well
    > TEXT                  what the bot says by SMS; its further lines are indented
    ! EFFECT                another effect
    @ 3 days                so much time passes; the customer's lines come a minute apart in any case
    sharing 1984 1990       the birth years of those who use the phone, that of the conversation's customer first
    # TEXT                  a comment

A message that the engine does not take once the conversation has ended is read as one outside a conversation, as
bot.inbound.customer_messages does it.
"""

import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from survey.codes import Channel, SurveyId
from survey.conversation import commands, engine, flow
from survey.conversation.model import (
    Await,
    Awaiting,
    ChoiceTapped,
    Correct,
    Effect,
    Event,
    Expired,
    Record,
    Resume,
    Resumed,
    Say,
    Session,
    SetLanguage,
    Started,
    TextReceived,
    Unreadable,
    Waited,
)
from survey.packs.catalogue import Catalogue
from survey.understanding.questions import MONTH

NOW = datetime(2026, 3, 30, tzinfo=UTC)
PACE = timedelta(minutes=1)  # between two lines of the customer
_TAP = re.compile(r"\(tap (\w+) (\d{1,4})\)")
WORDLESS: dict[str, Event] = {"(expired)": Expired(), "(waited)": Waited(), "(photo)": Unreadable()}


class Dialogue:
    """One dialogue as it is played.

    Attributes:
        out: its transcript so far.
        now: moves with the lines alone.
    """

    def __init__(self, catalogue: Catalogue, now: datetime = NOW) -> None:
        self.catalogue = catalogue
        self.out: list[str] = []
        self.now = now
        self.sharing: tuple[int, ...] = ()
        self.session: Session | None = None
        self.language = ""
        self.awaiting: Awaiting | None = None

    def play(self, line: str) -> tuple[Effect, ...]:
        """Play one line and return what follows; the lines that tell what followed are passed over."""
        mark, _, rest = line.partition(" ")
        match mark:
            case "survey":
                return self._begin(line, *rest.split())
            case "<":
                self.now += PACE
                return self._turn(line, self._event(rest))
            case "@":
                count, unit = rest.split()
                self.now += timedelta(**{unit: int(count)})
                self.out.append(line)
            case "sharing":
                self.sharing = tuple(int(year) for year in rest.split())
                self.out.append(line)
            case "#":
                self.out.append(line)
        return ()

    def _begin(self, line: str, survey_id: str, language: str, question: str | None = None) -> tuple[Effect, ...]:
        survey, self.language = self.catalogue.surveys[survey_id], language
        facts = ((MONTH, NOW.month),) if survey_id == SurveyId.CHECKIN else ()
        self.session = engine.open_session(survey, language, facts)
        if question is None:
            return self._turn(line, Started())
        opened = engine.open_at(survey, language, question)
        self.session = replace(opened, values=(*facts, *opened.values))
        self.out.append(line)
        asked = (Say((), question, month=flow.month(facts)),)
        self._follow(asked[0])
        return asked

    def text(self, say: Say, channel: str) -> str:
        """Return what the customer reads of ``say``."""
        assert self.session is not None
        return self.catalogue.render(say, survey=self.session.survey, language=self.language, channel=channel)

    def _event(self, said: str) -> Event:
        if (tap := _TAP.fullmatch(said)) is not None:
            return ChoiceTapped(tap[1], int(tap[2]))
        return WORDLESS.get(said) or TextReceived(said.replace("\\n", "\n"), self.sharing)

    def _turn(self, line: str, event: Event) -> tuple[Effect, ...]:
        assert self.session is not None, "a transcript begins with its survey"
        self.out.append(line)
        is_over = self.session.state == "closed"
        effects: tuple[Effect, ...] = ()
        awaiting = commands.fresh(self.awaiting, self.now)
        words = self.catalogue.words
        if not (is_over and isinstance(event, TextReceived) and commands.is_awaited(event.text, awaiting, words)):
            effects = self._step(event)
        if is_over and not effects and isinstance(event, TextReceived):
            effects = engine.outside(event.text, words, self.sharing, awaiting)
        for effect in effects:
            self._follow(effect)
        return effects

    def _step(self, event: Event) -> tuple[Effect, ...]:
        assert self.session is not None
        reloaded = Session.from_json(self.session.to_json())
        assert reloaded == self.session
        self.session, effects = engine.step(self.catalogue.surveys[reloaded.survey], reloaded, event, self.now)
        if self.session != reloaded:
            self.language = self.session.language
        return effects

    def _follow(self, effect: Effect) -> None:
        match effect:
            case Await(subject, born):
                self.awaiting = Awaiting(subject, self.now, born) if subject else None
                return
            case SetLanguage(language):
                self.language = language
        self.out.append(self._line(effect))
        if isinstance(effect, Resume) and self.sharing[:1] == (effect.born,):  # the only conversation there is
            for following in self._step(Resumed(effect.correcting)):
                self._follow(following)

    def _line(self, effect: Effect) -> str:
        if isinstance(effect, Say):
            return "> " + self.text(effect, Channel.SMS).replace("\n", "\n  ")
        if isinstance(effect, Record | Correct):
            value: object = effect.text if effect.value is None else effect.value
            if isinstance(effect, Record) and effect.skipped:
                value = "skipped"
            arrow = "=" if isinstance(effect, Record) else "->"
            return f"! {effect.question} {arrow} {value if value is not None else 'nothing'}"
        return f"! {_shown(effect)}"


def _shown(effect: Effect) -> str:
    """Return an effect as Python shows it, with codes as plain strings."""
    named = ((field.name, getattr(effect, field.name)) for field in fields(effect))
    shown = (f"{name}={(str(value) if isinstance(value, str) else value)!r}" for name, value in named)
    return f"{type(effect).__name__}({', '.join(shown)})"


def replay(transcript: str, catalogue: Catalogue) -> str:
    """Return the transcript as it is when the customer's lines of ``transcript`` are played now."""
    dialogue = Dialogue(catalogue)
    for line in transcript.splitlines():
        dialogue.play(line)
    return "\n".join(dialogue.out) + "\n"
