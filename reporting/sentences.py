"""The Swedish sentences as rules, and how a row is printed. Pure: no sentence claims a cause, none ranks."""

from typing import Protocol

from reporting import compare
from reporting.indicators import Cube, Indicator
from reporting.swedish import NO_DATA, POINTS, SUPPRESSED, decimal, percent, whole


class Find(Protocol):
    """Looks a row up by its key; the period is the year unless given."""

    def __call__(
        self,
        id_: str,
        provider: str = "",
        point: str = "",
        gender: str = "T",
        difficulty: str = "",
        period: str = "",
    ) -> Indicator: ...


def share_text(row: Indicator) -> str:
    """The value as printed in a table, or the symbol that stands for none."""
    if row.value is None:
        return NO_DATA if row.status == "no_answers" else SUPPRESSED
    return percent(row.value)


def interval_text(row: Indicator) -> str:
    """The 95 % interval as printed in a table; empty where the indicator has none."""
    if row.ci_low is None or row.ci_high is None:
        return ""
    return f"{decimal(row.ci_low)}–{decimal(row.ci_high)}"


def satisfied_sentence(row: Indicator) -> str:
    """The pooled share in words; empty when it is not shown."""
    if row.value is None or row.ci_low is None or row.ci_high is None:
        return ""
    return (
        f"{row.numerator} av {row.denominator} svarande ({whole(row.value)} procent, intervall "
        f"{whole(row.ci_low)}–{whole(row.ci_high)}) var mycket nöjda eller nöjda."
    )


def target_sentence(row: Indicator, target: float | None) -> str:
    """Whether a target in per cent is reached: only when the whole interval is on one side."""
    if target is None or row.value is None or row.ci_low is None or row.ci_high is None:
        return ""
    goal = f"Målet {decimal(target, short=True)} procent"
    if row.ci_low >= target:
        return f"{goal} är uppnått."
    if row.ci_high < target:
        return f"{goal} är inte uppnått."
    side = "över" if row.value >= target else "under"
    return (
        f"Utfallet ligger {side} målet {decimal(target, short=True)} procent, men skillnaden är inom osäkerheten."
    )


def mean_sentence(pooled: Indicator, mean: Indicator) -> str:
    """The mean of provider shares, when it differs from the pooled share by two points or more."""
    if pooled.value is None or mean.value is None or abs(pooled.value - mean.value) < 2:
        return ""
    return f"Medelvärdet av anordnarnas andelar är {whole(mean.value)} procent ({mean.denominator} anordnare)."


def comparison_sentence(name: str, compared: compare.Comparison | None, answers: int) -> str:
    """What may be said of a provider against the others; empty inside the limits."""
    if compared is None:
        return ""
    if compared.verdict:
        side = "lägre" if compared.verdict == "lower" else "högre"
        figures = f"{whole(100 * compared.share)} mot {whole(100 * compared.others)} procent, {answers} svar"
        return f"{name} ligger tydligt {side} än övriga ({figures})."
    return f"{name} kan avvika; följs upp, ingen slutsats." if compared.watch else ""


def coverage(aggregate: Cube, find: Find, minimum: int) -> str:
    """How many providers have enough answers."""
    answers = [find("response_rate", ref, "all").numerator or 0 for ref, _ in aggregate.providers]
    enough = sum(number >= minimum for number in answers)
    none = sum(number == 0 for number in answers)
    return (
        f"{enough} av {len(answers)} anordnare har minst {minimum} svar; "
        f"{len(answers) - enough - none} har för få och {none} har inga."
    )


def summary_sentences(find: Find) -> tuple[str, ...]:
    found = []
    for point in ("start", "end"):
        row = find("satisfaction.overall", "", point)
        if sentence := satisfied_sentence(row):
            found.append(f"{POINTS[point]}: {sentence}")
            found.append(target_sentence(row, row.target))
            found.append(mean_sentence(row, find("satisfaction.overall.mean_of_providers", "", point)))
    return tuple(sentence for sentence in found if sentence)


def outcome_sentences(find: Find) -> tuple[str, ...]:
    every, kept = find("outcome.all_endings"), find("outcome.after_exclusions")
    if every.value is None or kept.value is None or every.denominator is None or kept.denominator is None:
        return ()
    return (
        f"Av {every.denominator} avslut ledde {every.numerator} till egen försörjning "
        f"({whole(every.value)} procent). Efter undantag av {every.denominator - kept.denominator} avslut: "
        f"{kept.numerator} av {kept.denominator} ({whole(kept.value)} procent).",
    )
