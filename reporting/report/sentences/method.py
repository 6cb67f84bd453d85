"""Section 10: word the risk of a false verdict, and which figures cannot be compared with the year before. Pure."""

from collections.abc import Sequence

from reporting.document.swedish import decimal, of
from reporting.figures.exact_test import false_alarms
from reporting.figures.previous_year import PreviousReport, SeriesBreak
from reporting.report.tables.cells import title_of


def break_sentences(previous: PreviousReport | None, breaks: Sequence[SeriesBreak]) -> tuple[str, ...]:
    """Name each indicator whose series is broken, and why; say so when there is none, or no year before."""
    if previous is None:
        return ("Ingen rapport för året innan är publicerad: inget utfall jämförs bakåt.",)
    if not breaks:
        return (f"Definitioner och frågor är desamma som {previous.year}.",)
    return tuple(
        f"{title_of(each.indicator, each.point)} är inte jämförbar med {each.year}: {each.reason.rstrip('.')}."
        for each in breaks
    )


def false_alarm_sentence(compared: int) -> str:
    """Tell the most that the chance of a wrong verdict can be among so many providers; empty without any."""
    if not compared:
        return ""
    risk = decimal(100 * false_alarms(compared), short=True)
    return (
        f"Risken att någon av {of(compared, 'jämförd anordnare', 'jämförda anordnare')} av en slump kallas tydligt "
        f"lägre eller högre vid en mätpunkt, fast alla är lika, är högst {risk} procent."
    )
