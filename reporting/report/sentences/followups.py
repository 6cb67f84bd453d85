"""Section 5: word the monthly follow-ups from both sides, and the months that ask for none. Pure."""

from collections.abc import Mapping

from reporting.document.swedish import count, listed, of, whole
from reporting.figures.indicators import Find, Indicator
from storage.figures.cells import MonthCounts
from survey.codes import ExemptionReason


def on_time_sentence(row: Indicator) -> str:
    """Tell how many of the promised follow-ups were held on time, as providers recorded them."""
    if row.value is None:
        return ""
    return (
        f"{count(row.numerator or 0)} av {count(row.denominator or 0)} insatsmånader ({whole(row.value)} procent) "
        "följdes upp i tid."
    )


def followup_sentence(find: Find, year: MonthCounts, denied: int | None) -> str:
    """Tell what providers recorded, what customers say, and where the two differ.

    Args:
        year: the unit's sum.
        denied: recorded follow-ups that customers deny; None where that may not be told.
    """
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
    if denied:
        found.append(
            f"För {of(denied, 'månad', 'månader')} har anordnaren registrerat en uppföljning som kunden säger "
            "inte hölls."
        )
    return " ".join(found) if found[0] else ""


def exempt_sentence(reasons: Mapping[str, int], minimum: int) -> str:
    """Tell how many months ask for no follow-up, and why.

    A reason of fewer than ``minimum`` months is told together with others, so that these few do not follow from
    the sum.

    Args:
        reasons: enrolment-months by the code of their reason.
    """
    every = sum(reasons.values())
    if not every:
        return ""
    told = {reason: number for reason, number in reasons.items() if number >= minimum}
    while told and 0 < every - sum(told.values()) < minimum:
        del told[min(told, key=lambda reason: (told[reason], reason))]
    words = [f"{count(told[reason])} för {reason.in_sentence}" for reason in ExemptionReason if reason in told]
    if rest := every - sum(told.values()):
        words.append(f"{count(rest)} av {'andra' if told else 'olika'} skäl")
    months = "insatsmånad är undantagen" if every == 1 else "insatsmånader är undantagna"
    return f"{count(every)} {months} och räknas inte med: {listed(words)}."
