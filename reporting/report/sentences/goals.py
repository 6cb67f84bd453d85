"""Word whether a goal is reached, and the figure of the year before. Pure."""

from reporting.document.swedish import decimal, whole
from reporting.figures.indicators import Indicator
from reporting.figures.previous_year import Earlier


def target_sentence(row: Indicator, target: float | None) -> str:
    """Say whether a goal is reached; only when the whole interval is on one side of it.

    A full count has no interval: it has reached the goal or it has not.

    Args:
        target: per cent; None without a goal.
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
    """Tell the figure of the year before, or why it cannot be compared. A change is never explained."""
    if earlier is None or row.value is None:
        return ""
    if earlier.break_reason:
        return f"Utfallet är inte jämförbart med {earlier.year}: {earlier.break_reason.rstrip('.')}."
    if earlier.value is None:
        return ""
    return f"{earlier.year} var andelen {whole(earlier.value)} procent."
