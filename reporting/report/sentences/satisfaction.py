"""Sections 3 and 4: word the shares of satisfied customers, and why the others are not satisfied. Pure.

No sentence ranks providers or claims a cause.
"""

from collections.abc import Sequence
from typing import Protocol

from reporting.document.assessments import Assessment
from reporting.document.blocks import Bar, FunnelPoint
from reporting.document.swedish import count, listed, of, whole
from reporting.figures.exact_test import Comparison, Verdict, against_others
from reporting.figures.indicators import MEAN_OF_PROVIDERS, Find, Indicator
from survey.codes import Gender, Point

MEAN_DIFFERS = 2  # percentage points between the pooled share and the mean from which the mean is printed


class Given(Protocol):
    """A reason that may be shown, with the number of its customers."""

    @property
    def title(self) -> str: ...
    @property
    def customers(self) -> int: ...


def satisfied_sentence(row: Indicator) -> str:
    """Tell the pooled share; empty when it is not shown."""
    if row.value is None or row.ci_low is None or row.ci_high is None:
        return ""
    return (
        f"{count(row.numerator or 0)} av {count(row.denominator or 0)} svarande ({whole(row.value)} procent, "
        f"intervall {whole(row.ci_low)}–{whole(row.ci_high)}) var mycket nöjda eller nöjda."
    )


def mean_sentence(pooled: Indicator, mean: Indicator) -> str:
    """Tell the mean of the providers' shares, when it differs from the pooled share by MEAN_DIFFERS or more."""
    if pooled.value is None or mean.value is None or abs(pooled.value - mean.value) < MEAN_DIFFERS:
        return ""
    return (
        f"Medelvärdet av anordnarnas andelar är {whole(mean.value)} procent ({count(mean.denominator or 0)} "
        "anordnare): där väger varje anordnare lika, oavsett hur många som svarat."
    )


def both_points_sentence(find: Find) -> str:
    """Tell the share at both points together, and the mean of the providers' shares where it differs."""
    row, mean = find("satisfaction.overall", "", Point.ALL), find(MEAN_OF_PROVIDERS, "", Point.ALL)
    return " ".join(filter(None, (satisfied_sentence(row), mean_sentence(row, mean))))


def comparison_sentence(name: str, compared: Comparison | None) -> str:
    """Tell how a provider compares with the others; empty where no difference is shown."""
    if compared is None or compared.verdict == Verdict.NONE:
        return ""
    figures = f"{whole(100 * compared.share)} mot {whole(100 * compared.other_share)} procent"
    figures += f", {count(compared.own[1])} svar"
    is_lower = compared.share < compared.other_share
    if compared.is_clear:
        return f"{name} ligger tydligt {'lägre' if is_lower else 'högre'} än övriga ({figures})."
    side = "nedåt" if is_lower else "uppåt"
    return f"{name} kan avvika {side} ({figures}). Det följs upp; ingen slutsats dras."


def gender_sentences(find: Find) -> tuple[str, ...]:
    """Tell women beside men at each point, where both may be told."""
    found = (
        gender_sentence(point, *(find("satisfaction.overall", "", point, gender) for gender in Gender))
        for point in (Point.START, Point.END)
    )
    return tuple(filter(None, found))


def gender_sentence(point: Point, women: Indicator, men: Indicator) -> str:
    """Tell how satisfied women are beside men, by the same test as providers; empty where a share is not told.

    Both shares must be of one day, because figures of different days are not of the same people.
    """
    if None in (women.numerator, women.denominator, men.numerator, men.denominator):
        return ""
    if women.created_at != men.created_at:
        return ""
    own, others = (women.numerator or 0, women.denominator or 0), (men.numerator or 0, men.denominator or 0)
    compared = against_others(own, (own[0] + others[0], own[1] + others[1]))
    if compared is None:
        return ""
    lead = (
        f"{point.swedish} var {whole(100 * compared.share)} procent av kvinnorna ({count(own[1])} svar) och "
        f"{whole(100 * compared.other_share)} procent av männen ({count(others[1])} svar) nöjda."
    )
    if compared.is_clear:
        return f"{lead} Skillnaden är tydlig."
    if compared.may_differ:
        return f"{lead} Skillnaden kan vara större än slumpen rimligen ger. Den följs upp; ingen slutsats dras."
    return f"{lead} Ingen skillnad är påvisad."


def bars_alt(title: str, bars: Sequence[Bar], total: float | None) -> str:
    """Return the finding of a bar chart, for those who do not see it.

    Args:
        title: the measurement point, with a capital.
        total: the whole unit's share, per cent; None where it is not shown.
    """
    shares = [bar.share for bar in bars]
    whole_unit = f" Hela enhetens andel är {whole(total)} procent." if total is not None else ""
    return (
        f"Andelen nöjda {title.lower()} är mellan {whole(min(shares))} och {whole(max(shares))} procent för "
        f"{of(len(bars), 'rad', 'rader')}.{whole_unit} {_finding([(bar.name, bar.kind) for bar in bars])}"
    )


def funnel_alt(title: str, points: Sequence[FunnelPoint]) -> str:
    """Return the finding of a funnel chart: who lies outside the limits of chance."""
    return (
        f"{of(len(points), 'anordnare', 'anordnare')} har minst tio svar {title.lower()}, och var och en jämförs "
        f"med övriga. {_finding([(point.name, point.kind) for point in points])}"
    )


def _finding(kinds: Sequence[tuple[str, Assessment]]) -> str:
    said = []
    for kind in (Assessment.LOWER, Assessment.HIGHER):
        if names := [name for name, each in kinds if each == kind]:
            said.append(f"{kind.swedish} än övriga ligger {listed(names)}.")
    if names := [name for name, each in kinds if each == Assessment.WATCH]:
        said.append(f"Dessa kan avvika, utan att någon slutsats dras: {listed(names)}.")
    if not said:
        said.append("Ingen anordnare skiljer sig säkert från övriga.")
    return " ".join(said)


def reasons_sentence(reasons: Sequence[Given]) -> str:
    """Name the reason that most customers gave; two with as many are both named."""
    if not reasons:
        return ""
    most = max(reason.customers for reason in reasons)
    named = [f"”{reason.title}”" for reason in reasons if reason.customers == most]
    return f"Flest kunder angav {listed(named)} ({of(most, 'kund', 'kunder')})."
