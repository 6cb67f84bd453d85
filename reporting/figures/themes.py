"""Why customers are not satisfied: their reasons, and the themes that staff find in comments. Pure.

Reasons are counted of the same people as the share of satisfied ones. A person counts once: who is dissatisfied at
both measurement points, or with two providers, is one customer (REPORT.md, "Statistics").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from reporting.disclosure.cells import Cell, Status
from reporting.figures.told import Told
from storage.figures.release_values import Response
from survey.codes import DissatisfactionReason

R = TypeVar("R", bound=str)
MIN_CUSTOMERS = 6  # REPORT.md, Disclosure control: themes and reasons from six persons
MIN_PROVIDERS = 2  # a theme of one provider's customers alone would be told of that provider
UNCLEAR = "unclear"
THEMES = {  # the first four are the reasons that the surveys offer, so that both can be read together
    "sooner": "Väntade sig jobb tidigare",
    "treatment": "Bemötande",
    "competence": "Kompetens",
    "promises": "Löften hölls inte",
    "contact": "Kontakt och tillgänglighet",
    "activities": "Innehåll och aktiviteter",
    "language": "Språk",
    "praise": "Beröm",
    "other": "Annat",
    UNCLEAR: "Oklart",
}
OF_REASON = {1: "sooner", 2: "treatment", 3: "competence", 4: "promises"}  # by the value of the answer
DISSATISFIED = 3  # and lower, of five
# A provider's themes are told where these figures of it are: the measure and its point.
_TOLD_WITH = (("satisfaction.overall", "all"), ("themes", ""))


class Counted(Protocol):
    """How many customers have a theme, and how many providers they have."""

    @property
    def customers(self) -> int: ...
    @property
    def providers(self) -> int: ...


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """A theme as shown; the numbers are None unless the status is ok.

    Attributes:
        day: of an earlier edition, ISO 8601, where the row keeps what that edition told; else empty.
    """

    theme: str
    title: str
    customers: int | None
    providers: int | None
    status: str
    day: str = ""


@dataclass(frozen=True, slots=True)
class Dissatisfaction:
    """The year's dissatisfied customers, before disclosure control.

    Attributes:
        customers: how many there are.
        reasons: (customers, providers) by reason; a customer may have given one at each point.
        repeaters: customers with more than one answer that counts in the share, satisfied or not.
    """

    customers: int = 0
    reasons: Mapping[DissatisfactionReason, tuple[int, int]] = field(default_factory=dict)
    repeaters: int = 0


def dissatisfaction(answered: Iterable[Response]) -> Dissatisfaction:
    """Count the answers to the overall question that count in the year; ``value`` is a rating and a reason."""
    customers: set[int] = set()
    once: set[int] = set()
    repeaters: set[int] = set()
    given: dict[DissatisfactionReason, set[tuple[int, str]]] = {}
    for each in answered:
        if not each.in_year:
            continue
        (repeaters if each.person in once else once).add(each.person)
        rating, _, reason = each.value.partition(" ")
        if int(rating) <= DISSATISFIED:
            customers.add(each.person)
            if reason:
                given.setdefault(DissatisfactionReason(reason), set()).add((each.person, each.provider))
    reasons = {
        reason: (len({person for person, _ in who}), len({provider for _, provider in who}))
        for reason, who in sorted(given.items())
    }
    return Dissatisfaction(len(customers), reasons, len(repeaters))


def shown(
    counts: Mapping[str, Counted], *, may_be_told: bool, titles: Mapping[str, str] = THEMES
) -> tuple[ThemeRow, ...]:
    """Return every theme of ``titles`` in its order, with its numbers where they may be shown.

    A comment may have several themes and no total is published: a hidden theme does not follow from the shown ones.
    """
    rows = []
    for theme, title in titles.items():
        count = counts.get(theme)
        if not counts or (may_be_told and (count is None or count.customers == 0)):
            rows.append(ThemeRow(theme, title, None, None, Status.NO_ANSWERS.value))
        elif not may_be_told or count is None:
            rows.append(ThemeRow(theme, title, None, None, Status.SUPPRESSED.value))
        elif count.customers < MIN_CUSTOMERS or count.providers < MIN_PROVIDERS:
            rows.append(ThemeRow(theme, title, None, None, Status.TOO_FEW.value))
        else:
            rows.append(ThemeRow(theme, title, count.customers, count.providers, Status.OK.value))
    return tuple(rows)


def shown_reasons(counts: Mapping[R, tuple[int, int]]) -> list[R]:
    """Return the reasons not to be satisfied that may be shown.

    A reason needs as many customers and providers as a theme. An answer has one reason, so that what is hidden
    could be subtracted from all: where the hidden ones are too few together, the smallest shown one is hidden, too.

    Args:
        counts: (customers, providers) by reason.
    """
    shown = {
        reason: customers
        for reason, (customers, providers) in sorted(counts.items())
        if customers >= MIN_CUSTOMERS and providers >= MIN_PROVIDERS
    }
    hidden = sum(customers for customers, _ in counts.values()) - sum(shown.values())
    while shown and 0 < hidden < MIN_CUSTOMERS:
        hidden += shown.pop(min(shown, key=lambda reason: (shown[reason], reason)))
    return list(shown)


def themes_of_providers(
    answered: Iterable[Response], coded: Iterable[Response], told: Told, before: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Return what many of a provider's customers speak of, but not all: the most frequent first, never how many.

    Args:
        answered: the year's answers to the overall question, with the reasons of those who are not satisfied.
        coded: everybody's themes.
        told: what may be told.
        before: what the edition before told; it is kept where nothing may be told anew.
    """
    said: dict[str, dict[str, set[int]]] = {}
    everybody: dict[str, set[int]] = {}
    years: set[int] = set()
    for each in answered:
        years.add(each.year)
        everybody.setdefault(each.provider, set()).add(each.person)
        _, _, reason = each.value.partition(" ")
        if reason and (theme := OF_REASON.get(int(reason))):
            said.setdefault(each.provider, {}).setdefault(theme, set()).add(each.person)
    for each in coded:
        for theme in each.value.split(","):
            said.setdefault(each.provider, {}).setdefault(theme, set()).add(each.person)
    found = dict(before)
    for ref, people in everybody.items():
        cells = [Cell(kind, ref, str(year), point) for year in years for kind, point in _TOLD_WITH]
        if all(told.is_told(cell) for cell in cells):
            by_theme = said.get(ref, {})
            often = sorted((-len(who), theme) for theme, who in by_theme.items() if theme in THEMES)
            found[ref] = tuple(theme for less, theme in often if MIN_CUSTOMERS <= -less < len(people))
    return found
