"""The monthly follow-up from both sides: what the provider has recorded against what the customer says. Pure.

For staff: nothing here is shown to a provider, because a denial is what one customer has said.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol, get_args

from reporting.figures import intervals

State = Literal["confirmed", "denied", "unanswered", "unrecorded", "missing"]
STATES: tuple[State, ...] = get_args(State)
TITLES: Mapping[State, str] = {
    "confirmed": "Registrerad och bekräftad",
    "denied": "Registrerad, nekas av kunden",
    "unanswered": "Registrerad, kunden har inte svarat",
    "unrecorded": "Inte registrerad, bekräftad av kunden",
    "missing": "Saknas",
}
PATTERN = 3  # denials that may be more than a misunderstanding


class Facts(Protocol):
    """One enrolment-month, as storage.followups.enrolment_months reads it."""

    @property
    def provider(self) -> str: ...
    @property
    def provider_name(self) -> str: ...
    @property
    def enrolment(self) -> str: ...
    @property
    def month(self) -> str: ...
    @property
    def due(self) -> bool: ...
    @property
    def exempt(self) -> str:
        """Why no follow-up is asked for; empty when one is, or when the month is too short."""
        ...

    @property
    def held_on(self) -> date | None: ...
    @property
    def said(self) -> bool | None: ...


@dataclass(frozen=True, slots=True)
class Pattern:
    """A provider whose recorded follow-ups are denied more often than the others'. Shares 0-1."""

    provider: str
    denied: int
    told: int
    share: float
    others: float


def state_of(recorded: bool, said: bool | None) -> State:
    """Where one enrolment-month stands, by whether it is recorded and what the customer says, if anything."""
    if recorded:
        return "unanswered" if said is None else "confirmed" if said else "denied"
    return "unrecorded" if said else "missing"


def tally(months: Iterable[Facts]) -> dict[tuple[str, str], Counter[str]]:
    """By provider and month, how many enrolment-months are in each state, and how many are ``exempt``."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for each in months:
        if each.due or each.exempt:
            cell = found.setdefault((each.provider, each.month), Counter())
            cell["exempt" if each.exempt else state_of(each.held_on is not None, each.said)] += 1
    return found


def patterns(denials: Mapping[str, tuple[int, int]]) -> list[Pattern]:
    """The providers with a pattern: at least PATTERN denials, and a share above the others' at 99.8 %.

    ``denials``: (denied, told) by provider. The limit is the funnel's (reporting/figures/intervals.py); unlike a
    verdict in the report it is asked of few answers too, because it only makes a person look.
    """
    all_denied = sum(denied for denied, _ in denials.values())
    all_told = sum(told for _, told in denials.values())
    found = []
    for provider, (denied, told) in sorted(denials.items()):
        others = all_told - told
        if denied < PATTERN or others <= 0:
            continue
        theta = (all_denied - denied) / others
        if denied / told > intervals.funnel_limits(theta, told, intervals.ACT)[1]:
            found.append(Pattern(provider, denied, told, denied / told, theta))
    return found
