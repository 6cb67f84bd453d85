"""Transcripts: a dialogue as plain text, played through the engine with the session reloaded at every turn.

``survey ID LANGUAGE`` begins, with the question after it where the first one is not to be asked; ``<`` is the
customer (``(tap QUESTION VALUE)``, ``(photo)``, ``(waited)`` and ``(expired)`` are not words; ``\\n`` is a line
break), ``>`` what the bot says by SMS (its further lines are indented), ``!`` the other effects. The customer's
lines come a minute apart; ``@ 3 days`` lets more time pass, and ``sharing 1984 1990`` tells who uses the phone, by
their birth years.
Once the conversation has ended, what the engine does not take goes to the desk, as in bot.inbound.intake.
"""

import re
from datetime import UTC, datetime, timedelta

from survey.conversation import commands, engine
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

NOW = datetime(2026, 3, 30, tzinfo=UTC)
PACE = timedelta(minutes=1)  # between two lines of the customer
_TAP = re.compile(r"\(tap (\w+) (\d{1,4})\)")
WORDLESS: dict[str, Event] = {"(expired)": Expired(), "(waited)": Waited(), "(photo)": Unreadable()}


class Dialogue:
    """One dialogue as it is played. ``out`` is its transcript so far; time moves with the lines alone."""

    def __init__(self, catalogue: Catalogue, now: datetime = NOW) -> None:
        self.catalogue = catalogue
        self.out: list[str] = []
        self.now = now
        self.sharing: tuple[int, ...] = ()
        self.session: Session | None = None
        self.language = ""
        self.awaiting: Awaiting | None = None

    def play(self, line: str) -> tuple[Effect, ...]:
        """What follows a line of a transcript; the lines that only tell what followed are passed over."""
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
        self.session = engine.open_session(survey, language)
        if question is None:
            return self._turn(line, Started())
        self.session = engine.open_at(survey, language, question)
        self.out.append(line)
        asked = (Say((), question),)
        self._follow(asked[0])
        return asked

    def text(self, say: Say, channel: str) -> str:
        """What the customer reads of ``say``."""
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
            return "> " + self.text(effect, "sms").replace("\n", "\n  ")
        if isinstance(effect, Record | Correct):
            value: object = effect.text if effect.value is None else effect.value
            if isinstance(effect, Record) and effect.skipped:
                value = "skipped"
            arrow = "=" if isinstance(effect, Record) else "->"
            return f"! {effect.question} {arrow} {value if value is not None else 'nothing'}"
        return f"! {effect!r}"


def replay(transcript: str, catalogue: Catalogue) -> str:
    """The transcript as it is when the customer's lines of ``transcript`` are played now."""
    dialogue = Dialogue(catalogue)
    for line in transcript.splitlines():
        dialogue.play(line)
    return "\n".join(dialogue.out) + "\n"
