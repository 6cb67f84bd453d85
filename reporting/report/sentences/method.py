"""Section 10: word the risk of a false verdict, the protection, and what cannot be compared backwards. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from reporting.document.swedish import decimal, listed, of
from reporting.figures.exact_test import false_alarms
from reporting.figures.indicators import Indicator
from reporting.figures.previous_year import PreviousReport, SeriesBreak
from reporting.report.tables.cells import title_of
from storage.figures.year_values import ModeCount
from survey.codes import AnswerMode

FEW = 10  # a smaller number of people is not told


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


def mode_sentence(counts: Sequence[ModeCount]) -> str:
    """Tell why modes stand apart, where staff have taken answers; empty where they have not."""
    taken = sum(each.number for each in counts if each.mode in (AnswerMode.PHONE, AnswerMode.LETTER))
    if not taken:
        return ""
    return (
        f"{of(taken, 'svar', 'svar')} har tagits emot av kommunens personal per telefon eller brev. Den som svarar "
        "en människa svarar ofta vänligare än den som skriver själv: se till hur svaren kom in vid en jämförelse."
    )


def too_young_sentence(customers: int) -> str:
    """Tell how many were not asked because of their age, where they are not few; empty where there are none."""
    if not customers:
        return ""
    number = str(customers) if customers >= FEW else f"Färre än {FEW}"
    return f"{number} kunder har inte frågats, eftersom de är yngre än vad reglerna säger att man frågar."


def false_alarm_sentence(compared: int) -> str:
    """Tell the most that the chance of a wrong verdict can be among so many providers; empty without any."""
    if not compared:
        return ""
    risk = decimal(100 * false_alarms(compared), short=True)
    return (
        f"Risken att någon av {of(compared, 'jämförd anordnare', 'jämförda anordnare')} av en slump kallas tydligt "
        f"lägre eller högre vid en mätpunkt, fast alla är lika, är högst {risk} procent."
    )


def smallest_group_sentence(people: int | None, *, is_certified: bool, is_draft: bool) -> str:
    """Tell the fewest people whose answers can be worked out from what is told; empty where nothing is.

    Args:
        people: their number.
        is_certified: whether it is proven that no combination of figures tells of fewer.
        is_draft: a draft is certified only as far as that takes no solver.
    """
    if people is None:
        return ""
    found = f"Minsta grupp vars svar kan räknas fram: {people}"
    if is_certified:
        return f"{found}."
    if is_draft:
        return f"{found} (inte säkerställt; det görs när rapporten publiceras)."
    return f"{found} (ingen mindre har hittats, men tiden räckte inte för att utesluta det)."


def kept_sentence(rows: Iterable[Indicator], created_at: datetime) -> str:
    """Tell how many figures keep what an earlier edition told, and of which days they are; empty without any."""
    today = created_at.isoformat(timespec="seconds")
    days = sorted(row.created_at[:10] for row in rows if row.created_at != today)
    if not days:
        return ""
    return (
        f"{of(len(days), 'siffra', 'siffror')} står kvar som i en tidigare utgåva och är märkta med sin dag "
        f"({listed(sorted(set(days)))}): skillnaden mot den nya siffran hade gällt för få personer."
    )
