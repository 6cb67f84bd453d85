"""Section 2: word who was helped, who was asked, and who has answered. Pure."""

from collections.abc import Sequence

from reporting.document.swedish import count, listed, of, whole
from reporting.figures.contact_outcomes import Dues
from reporting.figures.indicators import Find
from storage.figures.cells import Aggregate
from storage.figures.year_values import Volumes
from survey.codes import Point


def volume_sentences(volumes: Volumes | None, minimum: int, year: int) -> tuple[str, ...]:
    """Tell how many were helped, and who they were; a group from ``minimum`` people inside and outside it."""
    if volumes is None or not volumes.customers:
        return ()
    enrolments = of(volumes.enrolments, "insats", "insatser")
    found = [f"{of(volumes.customers, 'kund', 'kunder')} hade {enrolments} under {year}."]
    shares = []
    for number, words in ((volumes.women, "kvinnor"), (volumes.young, "16–24 år")):
        if minimum <= number <= volumes.customers - minimum:
            shares.append(f"{whole(100 * number / volumes.customers)} procent {words}")
    if shares:
        found.append(f"Av kunderna var {listed(shares)}.")
    more = sum(number > 5 for number in volumes.customers_of.values())
    if volumes.customers_of:
        found.append(f"{of(more, 'anordnare', 'anordnare')} hade fler än fem kunder.")
    return tuple(found)


def coverage_sentence(aggregate: Aggregate, find: Find, minimum: int) -> str:
    """Tell how many providers have enough answers, and how many have few or none."""
    answers = [find("response_rate", ref, Point.ALL).numerator or 0 for ref, _ in aggregate.providers]
    if not answers:
        return ""
    enough = sum(number >= minimum for number in answers)
    none = sum(number == 0 for number in answers)
    return (
        f"{count(enough)} av {count(len(answers))} anordnare har minst {minimum} svar; "
        f"{count(len(answers) - enough - none)} har för få och {count(none)} har inga."
    )


def contact_outcomes_sentence(rows: Sequence[Dues]) -> str:
    """Say whether every planned question has its outcome."""
    asked = sum(each.due + each.corrected for each in rows)
    missing = asked - sum(sum(each.places.values()) for each in rows)
    if not asked:
        return ""
    if missing:
        return f"Av {count(asked)} planerade utskick saknar {count(missing)} utfall: se followup plan --audit."
    return f"Vart och ett av årets {count(asked)} planerade utskick har ett utfall eller pågår, och inget saknas."
