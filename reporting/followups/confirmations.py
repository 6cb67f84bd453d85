"""Compare the monthly follow-ups that providers recorded with what customers say of them. Pure.

This is for staff. Nothing of it is shown to a provider, because a denial is what one customer has said.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol, get_args

from reporting.figures import exact_test

State = Literal["confirmed", "denied", "unanswered", "unrecorded", "missing"]
STATES: tuple[State, ...] = get_args(State)
TITLES: Mapping[State, str] = {
    "confirmed": "Registrerad och bekräftad",
    "denied": "Registrerad, nekas av kunden",
    "unanswered": "Registrerad, kunden har inte svarat",
    "unrecorded": "Inte registrerad, bekräftad av kunden",
    "missing": "Saknas",
}
PATTERN = 3  # denials; fewer may be misunderstandings


class Facts(Protocol):
    """An enrolment-month, as storage.followups.enrolment_months reads it."""

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
        """The reason for which no follow-up is asked for; empty without one."""
        ...

    @property
    def held_on(self) -> date | None: ...
    @property
    def said(self) -> bool | None:
        """Whether the customer says that the follow-up was held; None without an answer."""
        ...


@dataclass(frozen=True, slots=True)
class Pattern:
    """A provider whose recorded follow-ups are denied more often than the others'.

    Attributes:
        denied: recorded follow-ups that the customer denied.
        told: recorded follow-ups of which the customer said whether they were held.
        share: denied / told, 0-1.
        others: the same share of all other providers together.
    """

    provider: str
    denied: int
    told: int
    share: float
    others: float


def state_of(recorded: bool, said: bool | None) -> State:
    """Return the state of an enrolment-month.

    Args:
        recorded: whether the provider has recorded a follow-up.
        said: what the customer says of it; None without an answer.
    """
    if recorded:
        return "unanswered" if said is None else "confirmed" if said else "denied"
    return "unrecorded" if said else "missing"


def tally(months: Iterable[Facts]) -> dict[tuple[str, str], Counter[str]]:
    """Count the enrolment-months in each state and the ``exempt`` ones, by provider and month."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for each in months:
        if each.due or each.exempt:
            cell = found.setdefault((each.provider, each.month), Counter())
            cell["exempt" if each.exempt else state_of(each.held_on is not None, each.said)] += 1
    return found


def patterns(denials: Mapping[str, tuple[int, int]]) -> list[Pattern]:
    """Return the providers with at least PATTERN denials and clearly more of them than the others.

    The test is that of the report's verdicts (reporting/figures/exact_test.py). It is applied to few answers too,
    because it only makes a person look.

    Args:
        denials: (denied, told) by provider.
    """
    all_denied = sum(denied for denied, _ in denials.values())
    all_told = sum(told for _, told in denials.values())
    found = []
    for provider, (denied, told) in sorted(denials.items()):
        others = all_told - told
        if denied < PATTERN or others <= 0:
            continue
        theirs = (all_denied - denied, others)
        share, other_share = denied / told, theirs[0] / others
        if share > other_share and exact_test.p_value((denied, told), theirs) < exact_test.CLEAR:
            found.append(Pattern(provider, denied, told, share, other_share))
    return found
