"""What the made-up register is made of: its types, the plan of every provider, and the words in it.

Nothing here is anyone: companies, customers and answers are invented. The phone numbers look like Swedish mobile
numbers and are valid in form (PTS sets aside too few fictional ones, 070-174 06 05 to 06 99); the demo sends
to the emulator alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

YEAR = 2015
CUSTOMERS = 503
WOMEN = 221
YOUNG = 91  # 16-24 years old in YEAR
ENGLISH = 101
TELEGRAM = 75

Key = tuple[str, str, str]  # enrolment, survey, period (empty for start and end)


@dataclass(frozen=True, slots=True)
class Provider:
    """An invented company. ``phone`` is E.164."""

    ref: str
    name: str
    phone: str
    authorised_from: date


@dataclass(frozen=True, slots=True)
class Customer:
    """An invented customer. ``telegram``: takes the link and answers in a chat, not by SMS."""

    ref: str
    phone: str
    language: str
    gender: str
    birth_year: int
    telegram: bool


@dataclass(frozen=True, slots=True)
class Enrolment:
    """As in the register; ``end_reason`` is empty while it is open."""

    ref: str
    customer: str
    provider: str
    started_on: date
    planned_end_on: date
    ended_on: date | None
    end_reason: str
    difficulty: str


@dataclass(frozen=True, slots=True)
class Followup:
    """One month's follow-up as the provider recorded it."""

    enrolment: str
    month: str
    held_on: date


@dataclass(frozen=True, slots=True)
class Reply:
    """What a simulated customer does when one survey comes. An occasion without a Reply is never answered.

    The first message comes ``delay_hours`` after the opening: ``off_format`` first when it is not empty (a text
    that answers nothing), then the answers, or STOP. A value of None on a question that is asked: the customer
    falls silent there. An empty ``comment``: there is nothing to say, which is answered with 0.
    """

    enrolment: str
    survey: str
    period: str
    does: Literal["answers", "stop"]
    delay_hours: float
    off_format: str = ""
    overall: int | None = None
    treatment: int | None = None
    usefulness: int | None = None
    reason: int | None = None
    contact: int | None = None
    followup_held: int | None = None
    progress: int | None = None
    comment: str | None = None

    @property
    def key(self) -> Key:
        return self.enrolment, self.survey, self.period

    def value(self, question: str) -> int | str | None:
        """The answer to a question of the pack, by its id; None is silence."""
        found: int | str | None = getattr(self, question, None)
        return found


@dataclass(frozen=True, slots=True)
class Example:
    """The register, and what each customer will do."""

    providers: tuple[Provider, ...]
    customers: tuple[Customer, ...]
    enrolments: tuple[Enrolment, ...]
    followups: tuple[Followup, ...]
    answers_plan: Mapping[Key, Reply]


@dataclass(frozen=True, slots=True)
class Share:
    """The plan of one provider: its enrolments, its answers at both points, and how many of them are satisfied."""

    enrolments: int
    answers: int
    satisfied: int


# The mean of the twenty shares is 74.1 per cent; the largest has 34 and the smallest that answers has three of three.
SHARES = (
    Share(96, 53, 18),
    Share(62, 34, 28),
    Share(54, 30, 25),
    Share(45, 25, 16),
    Share(38, 21, 17),
    Share(34, 19, 15),
    Share(30, 17, 11),
    Share(27, 15, 12),
    Share(24, 13, 10),
    Share(22, 11, 4),
    Share(21, 12, 7),
    Share(18, 10, 8),
    Share(15, 8, 5),
    Share(13, 7, 6),
    Share(11, 6, 5),
    Share(9, 5, 5),
    Share(8, 5, 4),
    Share(7, 4, 4),
    Share(6, 4, 2),
    Share(5, 3, 3),
    Share(4, 0, 0),
    Share(3, 0, 0),
    Share(3, 0, 0),
    Share(2, 0, 0),
    Share(2, 0, 0),
    Share(1, 0, 0),
)

# Endings of the year. 171 of 225 are self-sufficient when 42 are excluded (76 per cent), 171 of 267 when not.
ENDINGS = {
    "work": 104,
    "studies": 49,
    "own_company": 18,
    "dropped_out": 27,
    "unemployed": 19,
    "other": 8,
    "moved": 13,
    "parental_leave": 8,
    "illness": 7,
    "pension": 5,
    "disability_pension": 4,
    "pregnancy": 3,
    "death": 2,
    "changed_provider": 38,
}
# Why the first enrolment ended of those who came back for a second one in the same year.
RETURNED_AFTER = {"dropped_out": 7, "unemployed": 4, "illness": 3, "other": 3, "parental_leave": 2}
RETURNED_TO_THE_SAME = 10
SECONDS_ENDED = 15  # of the second enrolments

NAMES = (
    "Alviken Kompetens",
    "Björkdala Coachning",
    "Crescendo Arbete",
    "Dalgången Karriär",
    "Ekstigen Arbetsliv",
    "Fyrljuset Utbildning",
    "Granhöjden Matchning",
    "Havtornet Jobbstöd",
    "Idéverket Karriär",
    "Järnstegen Kompetens",
    "Klippan & Ljungen",
    "Lindallén Arbetsliv",
    "Morgonrodnad Jobb",
    "Norrskenet Coachning",
    "Odlingsvägen Praktik",
    "Pilträdet Utbildning",
    "Rosengången Karriär",
    "Solsvängen Jobbstöd",
    "Tallstigen Praktik",
    "Utsiktsberget Kompetens",
    "Vägskälet Matchning",
    "Ymerhöjd Arbetsliv",
    "Zenitgatan Coachning",
    "Ängsklockan Jobb",
    "Ärlebäcken Utbildning",
    "Östanvinden Karriär",
)
OFF_FORMAT = {
    "sv": ("Vem är det som skriver?", "Det beror på vad man menar", "Jag svarar ikväll", "Vad menas med stöd?"),
    "en": ("Who is writing?", "It depends what you mean", "I will answer tonight", "What support is this about?"),
}
CONTENT = {
    "sv": ("Min coach lyssnar på mig.", "Praktiken var givande.", "Tack för hjälpen att skriva mitt CV."),
    "en": ("My coach listens to me.", "The work placement was useful.", "Thanks for the help with my CV."),
}
DISCONTENT = {
    "sv": ("Det tar för lång tid.", "Jag fick aldrig den kurs som utlovades.", "Vi har knappt setts."),
    "en": ("It takes too long.", "I never got the course I was promised.", "We have hardly met."),
}
