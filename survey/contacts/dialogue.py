"""The dialogue with a provider's contact person, who records follow-ups by SMS or in a chat. Pure.

``step(event, known)`` tells what is answered, and what is to be recorded first. It keeps nothing between messages:
a button carries in Say.about what it means.

Theory of operation

    event                  what follows
    Written KLAR 1042 3/11 Record; the caller records it and steps again with what became of that:
        Recorded           "Tack! ...", with how many are left in that month
        Refused            "Inget sparat. ..." with the reason
    Written LISTA          the numbers that are missing this month; in a chat with a button each
    Tapped (a number)      in a chat, how it was held is asked; one button for each form
    Tapped (a form)        Record, for today
    Written FEL ...        a case: a person looks at the list of the digest
    Written HJÄLP          how it is done; a contact person who is a customer too gets the customers' help
    anything else          None: not a contact person's word

A button is good on the day, and in the month, that it was made for: what it says ("today", "this month") must
still be true when it is tapped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from survey.codes import CaseKind, FollowUpForm
from survey.contacts import commands
from survey.conversation.model import OpenCase, Say

HELP = "Skriv KLAR, insatsens nummer och dagen: KLAR 1042 3/11. Skriv LISTA så ser du vad som saknas."
WELCOME = "Tack! Här registrerar du uppföljningar. " + HELP
LOOKED_INTO = "Tack! Vi ser över listan och hör av oss inom en arbetsdag. Gäller det vissa insatser: FEL 1042 1043."
_ONE_EACH = "Skriv en insats och en dag i varje meddelande: KLAR 1042 3/11."
_OLD_BUTTON = "Den knappen är gammal. Skriv LISTA så får du en ny."
_NONE_MISSING = "Alla uppföljningar är registrerade för månaden."

_LIST, _FORM = "list:", "form:"  # what a button's Say.about begins with
LISTED = 20  # numbers in a message, and buttons under it
_FORMS: tuple[tuple[int, FollowUpForm], ...] = tuple(enumerate(FollowUpForm, 1))  # by the value of their button


@dataclass(frozen=True, slots=True)
class Known:
    """What the dialogue needs to know beside the event.

    Attributes:
        today: the unit's own day.
        has_buttons: the channel shows buttons.
        is_customer: the contact person is a customer too.
        providers: the ids of those for whom the contact person speaks; at least one.
        enrolments: (the unit's own number, provider id) of each of theirs, where `needs` says so.
        missing: the numbers without a follow-up this month, where `needs` says so.
    """

    today: date
    has_buttons: bool
    is_customer: bool
    providers: Sequence[int]
    enrolments: Sequence[tuple[str, int]] = ()
    missing: Sequence[str] = ()


Written = commands.Done | commands.List | commands.Wrong | commands.Help


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button with this value, under the message ``asked``."""

    asked: Say
    value: int


@dataclass(frozen=True, slots=True)
class Record:
    """A follow-up that was held, as the contact person says; it is to be recorded."""

    enrolment: str
    provider_id: int
    held_on: date
    form: FollowUpForm | None

    @property
    def month(self) -> str:
        """The month that it is the follow-up of."""
        return month_of(self.held_on)


@dataclass(frozen=True, slots=True)
class Recorded:
    """``what`` was recorded: as new, as a change, or it was known already. ``left``: missing still in its month."""

    what: Record
    result: Literal["new", "changed", "same"]
    left: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was recorded. ``why`` is a Swedish sentence for the contact person."""

    why: str


Event = Written | Tapped | Recorded | Refused


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said, how the inbox calls the event, and the case that is opened for each of the providers."""

    outcome: str
    say: Say
    case: OpenCase | None = None


def needs(event: Event) -> Literal["enrolments", "missing"] | None:
    """Return which field of Known `step` reads for this event, beside those that are always known."""
    match event:
        case commands.Done():
            return "enrolments"
        case Tapped(asked) if asked.about.startswith(_FORM):
            return "enrolments"
        case commands.List():
            return "missing"
    return None


def step(event: Event, known: Known) -> Answer | Record | None:
    """Return what an event leads to; None when it is not for a contact person."""
    match event:
        case commands.Help():
            return None if known.is_customer else helped()
        case commands.List():
            return Answer("contact_list", _listed(known))
        case commands.Wrong(text):
            return Answer("contact_list_wrong", Say(text=LOOKED_INTO), OpenCase(CaseKind.LIST, text))
        case commands.Done():
            return _done(event, known)
        case Tapped():
            return _tapped(event, known)
        case Recorded():
            return Answer("contact_recorded", Say(text=_thanked(event)))
        case Refused(why):
            return _refused(why)


def helped() -> Answer:
    """Return how a follow-up is recorded: the answer to a contact person's word that nothing else takes."""
    return Answer("contact_help", Say(text=HELP))


def welcomed() -> Answer:
    """Return the answer to a chat that has just been tied to a provider."""
    return Answer("contact_linked", Say(text=WELCOME))


def month_of(day: date) -> str:
    """Return a day's month as ``YYYY-MM``."""
    return f"{day:%Y-%m}"


def _refused(why: str) -> Answer:
    return Answer("contact_refused", Say(text=f"Inget sparat. {why}"))


def _done(done: commands.Done, known: Known) -> Answer | Record:
    if done.wrong:
        return _refused(f"Datumet {done.wrong} finns inte.")
    if not done.refs:
        return helped()
    if len(done.refs) > 1 or len(done.days) > 1:
        return _refused(_ONE_EACH)
    return _record(done.refs[0], done.days[0] if done.days else known.today, done.form, known)


def _record(number: str, day: date, form: FollowUpForm | None, known: Known) -> Answer | Record:
    meant = _meant(number, known.enrolments)
    if len(meant) > 1:
        return _refused(f"Vilken menar du: {', '.join(each for each, _ in meant)}?")
    # A number that is not theirs is refused where it is recorded, in the same words on every channel.
    found, provider_id = meant[0] if meant else (number, known.providers[0])
    return Record(found, provider_id, day, form)


def _meant(number: str, enrolments: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the enrolments that have this number, or else those that have its digits: E-1042 for 1042."""
    exact = [each for each in enrolments if each[0].casefold() == number.casefold()]
    if exact or not number.isdigit():
        return exact
    return [each for each in enrolments if "".join(filter(str.isdigit, each[0])) == number]


def _listed(known: Known) -> Say:
    if not known.missing:
        return Say(text=_NONE_MISSING)
    shown = known.missing[:LISTED]
    rest = len(known.missing) - len(shown)
    more = f" och {rest} till" if rest else ""
    text = f"Saknas i månaden: {', '.join(shown)}{more}. Svara KLAR {shown[0]} {_short(known.today)}."
    if not known.has_buttons:
        return Say(text=text)
    text += " Eller tryck på den som är klar i dag."
    return Say(text=text, options=tuple(enumerate(shown, 1)), about=f"{_LIST}{month_of(known.today)}")


def _tapped(tapped: Tapped, known: Known) -> Answer | Record | None:
    labels = dict(tapped.asked.options)
    if not tapped.asked.about.startswith((_LIST, _FORM)) or tapped.value not in labels:
        return None
    about, today = tapped.asked.about, known.today
    if about.startswith(_LIST):
        if about != f"{_LIST}{month_of(today)}":
            return Answer("old_button", Say(text=_OLD_BUTTON))
        return Answer("contact_asked", _asked(labels[tapped.value], today))
    day, _, number = about.removeprefix(_FORM).partition(":")
    if day != today.isoformat():
        return Answer("old_button", Say(text=_OLD_BUTTON))
    return _record(number, today, dict(_FORMS)[tapped.value], known)


def _asked(number: str, today: date) -> Say:
    """Return the question how the follow-up of an enrolment was held, with a button for each form."""
    text = f"{number} i dag, {_short(today)}: hur gjordes uppföljningen?"
    options = tuple((value, form.swedish) for value, form in _FORMS)
    return Say(text=text, options=options, about=f"{_FORM}{today.isoformat()}:{number}")


def _thanked(recorded: Recorded) -> str:
    start = {"new": "Tack", "changed": "Ändrat", "same": "Redan registrerad"}[recorded.result]
    rest = f"Kvar i månaden: {recorded.left}." if recorded.left else "Alla är klara för månaden."
    return f"{start}! {recorded.what.enrolment}: {_short(recorded.what.held_on)}. {rest}"


def _short(day: date) -> str:
    return f"{day.day}/{day.month}"
