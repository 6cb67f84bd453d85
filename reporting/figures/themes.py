"""The themes that staff find in comments: the fixed list, and which of them may be shown. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from reporting.disclosure.suppression import MIN_ANSWERS
from reporting.figures.definitions import Status

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


class Counted(Protocol):
    """How many customers have a theme, and how many providers they have."""

    @property
    def customers(self) -> int: ...
    @property
    def providers(self) -> int: ...


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """A theme as shown; the numbers are None unless the status is ok."""

    theme: str
    title: str
    customers: int | None
    providers: int | None
    status: str


def shown(
    counts: Mapping[str, Counted], minimum: int = MIN_ANSWERS, titles: Mapping[str, str] = THEMES
) -> tuple[ThemeRow, ...]:
    """Return every theme of ``titles`` in its order, with its numbers where they may be shown.

    A comment may have several themes and no total is published: a hidden theme does not follow from the shown ones.
    """
    rows = []
    for theme, title in titles.items():
        count = counts.get(theme)
        if count is None or count.customers == 0:
            rows.append(ThemeRow(theme, title, None, None, Status.NO_ANSWERS.value))
        elif count.customers < minimum or count.providers < MIN_PROVIDERS:
            rows.append(ThemeRow(theme, title, None, None, Status.TOO_FEW.value))
        else:
            rows.append(ThemeRow(theme, title, count.customers, count.providers, Status.OK.value))
    return tuple(rows)


def shown_reasons(counts: Mapping[int, tuple[int, int]], minimum: int = MIN_ANSWERS) -> list[int]:
    """Return the reasons not to be satisfied that may be shown.

    A reason needs as many customers and providers as a theme. A customer gives one reason, so that what is hidden
    could be subtracted from all: where the hidden ones are too few together, the smallest shown one is hidden, too.

    Args:
        counts: (customers, providers) by reason.
    """
    shown = {
        reason: customers
        for reason, (customers, providers) in sorted(counts.items())
        if customers >= minimum and providers >= MIN_PROVIDERS
    }
    hidden = sum(customers for customers, _ in counts.values()) - sum(shown.values())
    while shown and 0 < hidden < minimum:
        hidden += shown.pop(min(shown, key=lambda reason: (shown[reason], reason)))
    return list(shown)


def steady(
    rows: Sequence[ThemeRow], before: Sequence[ThemeRow], minimum: int = MIN_ANSWERS
) -> tuple[ThemeRow, ...]:
    """Return the themes of a revised report; one that changed by fewer than ``minimum`` customers keeps its row."""
    earlier = {row.theme: row for row in before}
    found = []
    for row in rows:
        old = earlier.get(row.theme)
        if old is not None and row.customers is not None and old.customers is not None:
            row = old if 0 < abs(row.customers - old.customers) < minimum else row
        found.append(row)
    return tuple(found)
