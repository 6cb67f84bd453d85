"""The Swedish sentences as rules, and how a row is printed. Pure: no sentence claims a cause, none ranks."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from reporting.document.assessments import Assessment
from reporting.document.blocks import Bar, FunnelPoint
from reporting.document.swedish import (
    count,
    decimal,
    listed,
    of,
    printed_name,
    whole,
)
from reporting.figures import intervals
from reporting.figures.case_mix import Expectation
from reporting.figures.indicators import Find, Indicator
from reporting.figures.previous_year import Earlier, Earliers
from reporting.report.background import Background
from reporting.report.tables.cells import title_of
from reporting.report.tables.outcomes import Changes
from storage.figures.cells import Aggregate, MonthCounts
from storage.figures.year_values import Volumes
from survey.codes import ExemptionReason, Point, swedish

MEAN_DIFFERS = 2  # percentage points from which the mean of provider shares is printed beside the pooled share


class Given(Protocol):
    """A reason or theme that may be shown, with its customers."""

    @property
    def title(self) -> str: ...
    @property
    def customers(self) -> int: ...


def satisfied_sentence(row: Indicator) -> str:
    """The pooled share in words; empty when it is not shown."""
    if row.value is None or row.ci_low is None or row.ci_high is None:
        return ""
    return (
        f"{count(row.numerator or 0)} av {count(row.denominator or 0)} svarande ({whole(row.value)} procent, "
        f"intervall {whole(row.ci_low)}–{whole(row.ci_high)}) var mycket nöjda eller nöjda."
    )


def target_sentence(row: Indicator, target: float | None) -> str:
    """Whether a target in per cent is reached: only when the whole interval is on one side of it.

    A full count has no interval: it has reached the target or it has not.
    """
    if target is None or row.value is None:
        return ""
    low = row.value if row.ci_low is None else row.ci_low
    high = row.value if row.ci_high is None else row.ci_high
    goal = f"Målet {decimal(target, short=True)} procent"
    if low >= target:
        return f"{goal} är uppnått."
    if high < target:
        return f"{goal} är inte uppnått."
    side = "över" if row.value >= target else "under"
    return (
        f"Utfallet ligger {side} målet {decimal(target, short=True)} procent, men skillnaden är inom osäkerheten."
    )


def earlier_sentence(row: Indicator, earlier: Earlier | None) -> str:
    """What may be said beside the year before. A change is told, never explained."""
    if earlier is None or row.value is None:
        return ""
    if earlier.break_reason:
        return f"Utfallet är inte jämförbart med {earlier.year}: {earlier.break_reason.rstrip('.')}."
    if earlier.value is None:
        return ""
    return f"{earlier.year} var andelen {whole(earlier.value)} procent."


def mean_sentence(pooled: Indicator, mean: Indicator) -> str:
    """The mean of provider shares, when it differs from the pooled share by two points or more."""
    if pooled.value is None or mean.value is None or abs(pooled.value - mean.value) < MEAN_DIFFERS:
        return ""
    return (
        f"Medelvärdet av anordnarnas andelar är {whole(mean.value)} procent ({count(mean.denominator or 0)} "
        "anordnare): där väger varje anordnare lika, oavsett hur många som svarat."
    )


def both_points_sentence(find: Find) -> str:
    """The share at both points together, and the mean of provider shares where it differs."""
    row = find("satisfaction.overall", "", "all")
    mean = find("satisfaction.overall.mean_of_providers", "", "all")
    return _joined(satisfied_sentence(row), mean_sentence(row, mean))


def comparison_sentence(name: str, compared: intervals.Comparison | None, answers: int) -> str:
    """What may be said of a provider against the others; empty inside the limits."""
    if compared is None:
        return ""
    if compared.verdict:
        side = "lägre" if compared.verdict == "lower" else "högre"
        figures = f"{whole(100 * compared.share)} mot {whole(100 * compared.others)} procent, {answers} svar"
        return f"{name} ligger tydligt {side} än övriga ({figures})."
    return f"{name} kan avvika; följs upp, ingen slutsats." if compared.watch else ""


def bars_alt(title: str, bars: Sequence[Bar], total: float | None) -> str:
    """What the bar chart shows, for those who do not see it: the finding, not the drawing."""
    shares = [bar.share for bar in bars]
    whole_unit = f" Hela enheten: {whole(total)} procent." if total is not None else ""
    return (
        f"Andel nöjda {title.lower()} för {of(len(bars), 'rad', 'rader')}, mellan {whole(min(shares))} och "
        f"{whole(max(shares))} procent.{whole_unit} {_finding([(bar.name, bar.kind) for bar in bars])}"
    )


def funnel_alt(title: str, points: Sequence[FunnelPoint]) -> str:
    """What the funnel shows: who lies outside the limits of chance."""
    return (
        f"{of(len(points), 'anordnare', 'anordnare')} med minst tio svar {title.lower()}, var och en jämförd med "
        f"övriga. {_finding([(point.name, point.kind) for point in points])}"
    )


def _finding(kinds: Sequence[tuple[str, Assessment]]) -> str:
    said = []
    for kind in (Assessment.LOWER, Assessment.HIGHER):
        if names := [name for name, each in kinds if each == kind]:
            said.append(f"{kind.swedish} än övriga: {listed(names)}.")
    if names := [name for name, each in kinds if each == Assessment.WATCH]:
        said.append(f"Kan avvika, ingen slutsats: {listed(names)}.")
    if not said:
        said.append("Ingen anordnare skiljer sig säkert från övriga.")
    return " ".join(said)


def coverage(cube: Aggregate, find: Find, minimum: int) -> str:
    """How many providers have enough answers."""
    answers = [find("response_rate", ref, "all").numerator or 0 for ref, _ in cube.providers]
    if not answers:
        return ""
    enough = sum(number >= minimum for number in answers)
    none = sum(number == 0 for number in answers)
    return (
        f"{count(enough)} av {count(len(answers))} anordnare har minst {minimum} svar; "
        f"{count(len(answers) - enough - none)} har för få och {count(none)} har inga."
    )


def volume_sentences(volumes: Volumes | None, minimum: int, year: int) -> tuple[str, ...]:
    """How many were helped, and who they were; a share is told from ``minimum`` people on each side of it."""
    if volumes is None or not volumes.customers:
        return ()
    enrolments = of(volumes.enrolments, "insats", "insatser")
    found = [f"{of(volumes.customers, 'kund', 'kunder')} hade {enrolments} under {year}."]
    shares = []
    for number, words in ((volumes.women, "var kvinnor"), (volumes.young, "var 16–24 år")):
        if minimum <= number <= volumes.customers - minimum:
            shares.append(f"{whole(100 * number / volumes.customers)} procent {words}")
    if shares:
        found.append(f"{listed(shares)}.")
    more = sum(number > 5 for number in volumes.customers_of.values())
    if volumes.customers_of:
        found.append(f"{of(more, 'anordnare', 'anordnare')} hade fler än fem kunder.")
    return tuple(found)


def summary_sentences(find: Find, earlier: Earliers) -> tuple[str, ...]:
    """Satisfaction at both points, never blended, then follow-ups and outcome: each with its target."""
    found = []
    for point in ("start", "end"):
        row = find("satisfaction.overall", "", point)
        found.append(
            _joined(
                _led(f"{swedish(Point, point)}: ", satisfied_sentence(row)),
                target_sentence(row, row.target),
                mean_sentence(row, find("satisfaction.overall.mean_of_providers", "", point)),
                earlier_sentence(row, earlier("satisfaction.overall", point)),
            )
        )
    row = find("followup.compliance")
    found.append(
        _joined(
            _led("Månadsuppföljning: ", on_time_sentence(row)),
            target_sentence(row, row.target),
            earlier_sentence(row, earlier("followup.compliance", "")),
        )
    )
    row = find("outcome.after_exclusions")
    found.append(
        _joined(
            _led("Egen försörjning: ", outcome_sentence(find)),
            target_sentence(row, row.target),
            earlier_sentence(row, earlier("outcome.after_exclusions", "")),
        )
    )
    return tuple(text for text in found if text)


def _led(lead: str, sentence: str) -> str:
    return lead + sentence if sentence else ""


def _joined(*sentences: str) -> str:
    """Nothing is said after a figure that is not shown."""
    return " ".join(sentence for sentence in sentences if sentence) if sentences[0] else ""


def on_time_sentence(row: Indicator) -> str:
    """The promised monthly follow-up, as providers recorded it."""
    if row.value is None:
        return ""
    return (
        f"{count(row.numerator or 0)} av {count(row.denominator or 0)} insatsmånader ({whole(row.value)} procent) "
        "följdes upp i tid."
    )


def followup_sentence(find: Find, year: MonthCounts) -> str:
    """Section 5: what providers recorded, what customers say, and where the two differ."""
    found = [on_time_sentence(find("followup.compliance"))]
    if found[0] and (year.late or year.missing):
        found.append(f"{count(year.late)} följdes upp sent och {count(year.missing)} saknar uppföljning.")
    row = find("followup.confirmed")
    if row.value is not None and row.ci_low is not None and row.ci_high is not None:
        found.append(
            f"Kunderna bekräftade uppföljningen för {count(row.numerator or 0)} av de "
            f"{count(row.denominator or 0)} månader som de svarade om ({whole(row.value)} procent, intervall "
            f"{whole(row.ci_low)}–{whole(row.ci_high)})."
        )
    if year.denied:
        found.append(
            f"För {of(year.denied, 'månad', 'månader')} har anordnaren registrerat en uppföljning som kunden säger "
            "inte hölls."
        )
    return " ".join(found) if found[0] else ""


def exempt_sentence(reasons: Mapping[str, int], minimum: int) -> str:
    """How many months are counted apart, and why; a reason of few months is told with the others."""
    every = sum(reasons.values())
    if not every:
        return ""
    told = {reason: number for reason, number in reasons.items() if number >= minimum}
    while told and 0 < every - sum(told.values()) < minimum:  # what is left would be those few
        del told[min(told, key=lambda reason: (told[reason], reason))]
    words = [f"{count(told[reason])} för {reason.in_sentence}" for reason in ExemptionReason if reason in told]
    if rest := every - sum(told.values()):
        words.append(f"{count(rest)} av {'andra' if told else 'olika'} skäl")
    months = "insatsmånad är undantagen" if every == 1 else "insatsmånader är undantagna"
    return f"{count(every)} {months} och räknas inte med: {listed(words)}."


def outcome_sentence(find: Find) -> str:
    """Both outcomes, always together, with how many were left out."""
    every, kept = find("outcome.all_endings"), find("outcome.after_exclusions")
    if every.value is None or kept.value is None or every.denominator is None or kept.denominator is None:
        return ""
    return (
        f"Av {count(every.denominator)} avslut ledde {count(every.numerator or 0)} till egen försörjning "
        f"({whole(every.value)} procent). Efter undantag av {count(every.denominator - kept.denominator)} avslut: "
        f"{count(kept.numerator or 0)} av {count(kept.denominator)} ({whole(kept.value)} procent)."
    )


def themes_sentence(themes: Sequence[Given]) -> str:
    """The theme that most customers gave; two with as many are both named."""
    if not themes:
        return ""
    most = max(theme.customers for theme in themes)
    named = [f"”{theme.title}”" for theme in themes if theme.customers == most]
    return f"Flest kunder angav {listed(named)} ({of(most, 'kund', 'kunder')})."


def expectation_sentences(cells: Aggregate, expectations: Sequence[Expectation]) -> tuple[str, ...]:
    """Return a sentence for each provider whose outcome is not as expected."""
    sentences = (expectation_sentence(name_of(cells, each.provider), each) for each in expectations)
    return tuple(sentence for sentence in sentences if sentence)


def expectation_sentence(name: str, each: Expectation) -> str:
    """Self-sufficiency against what difficulty lets expect: a verdict needs 99.8 %, as everywhere."""
    if each.ratio is None or each.low is None or each.high is None or each.low <= 1 <= each.high:
        return ""
    ratio = f"{each.ratio:.2f}".replace(".", ",")
    figures = f"(O/E {ratio}, {count(each.observed or 0)} mot {decimal(each.expected or 0)})"
    if not each.clear:
        return f"{name} kan avvika från det väntade {figures}; följs upp, ingen slutsats."
    side = "färre" if each.high < 1 else "fler"
    return f"Hos {name} nådde {side} egen försörjning än väntat för kundernas svårighetsgrad {figures}."


def changes_sentence(changes: Changes) -> str:
    """Return how many changed provider, and how many dropped out where that may be told."""
    text = f"{of(changes.changed_provider, 'kund', 'kunder')} bytte anordnare"
    if changes.dropped_out is not None:
        text += f" och {of(changes.dropped_out, 'kund', 'kunder')} avbröt insatsen"
    return text + "."


def break_sentences(background: Background) -> tuple[str, ...]:
    """Each series that is broken against the year before, and why."""
    if background.previous is None:
        return ("Ingen rapport för året innan är publicerad: inget utfall jämförs bakåt.",)
    if not background.breaks:
        return (f"Definitioner och frågor är desamma som {background.previous.year}.",)
    return tuple(
        f"{title_of(each.indicator, each.point)} är inte jämförbar med {each.year}: {each.reason.rstrip('.')}."
        for each in background.breaks
    )


def name_of(cube: Aggregate, ref: str) -> str:
    """A provider's name as printed; its number when it has none."""
    return printed_name(dict(cube.providers).get(ref, ref)) or ref


def youth_sentence(told: Sequence[Indicator]) -> str:
    """Both shares in words, and whether the goal is reached; empty where they are not shown."""
    if not told or any(row.value is None for row in told):
        return ""
    every, closed = told
    first = (
        f"{count(every.numerator or 0)} av {count(every.denominator or 0)} unga gick vidare till arbete, studier "
        f"eller eget företag ({whole(every.value or 0)} procent)."
    )
    ended = count(closed.denominator or 0)
    last = f"Av de {ended} vars insats är avslutad är andelen {whole(closed.value or 0)} procent."
    return " ".join(part for part in (first, target_sentence(every, every.target), last) if part)
