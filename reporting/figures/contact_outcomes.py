"""What became of every question that the rules asked for: the ledger's own sums, for the whole unit. Pure.

`followup plan --audit` prints the same ledger per month and provider.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.document.blocks import Cell, Grid
from reporting.document.swedish import SURVEYS, count
from storage.outcomes.accounts import OPEN, OUTCOMES, PLACES, UNPLANNED, WAITING, Ledger

TITLES = {
    "completed": "Besvarade",
    "partial": "Delvis besvarade",
    "no_answer": "Inget svar",
    "opted_out": "Avböjda",
    "unreachable": "Gick inte att nå",
    "expired": "För sent",
    "held_back": "Hölls tillbaka",
    "cancelled": "Återtagna",
}
UNDER_WAY = "Pågår"


@dataclass(frozen=True, slots=True)
class Dues:
    """The questions of one survey in the year. ``places``: how many are in each of
    storage.outcomes.accounts.PLACES.

    Attributes:
        due: what the register asks for.
        corrected: what is kept though the register, corrected since, asks for it no longer.
    """

    survey: str
    due: int
    corrected: int
    places: dict[str, int]

    @property
    def adds_up(self) -> bool:
        """Whether every question is in exactly one place."""
        return self.due + self.corrected == sum(self.places.values())


def dues(ledger: Ledger, year: int) -> tuple[Dues, ...]:
    """The year's sums of ``ledger``, by survey."""
    found = []
    for survey in SURVEYS:
        account = ledger.total(f"{year}-", survey=survey)
        places = {place: account.places.get(place, 0) for place in PLACES}
        found.append(Dues(survey, account.due, account.corrected, places))
    return tuple(found)


def grid(rows: Sequence[Dues]) -> Grid:
    """Each survey a column; the sum of the outcomes is what was due and what was corrected, together."""

    def row(title: str, numbers: Sequence[int]) -> tuple[Cell, ...]:
        return (title, *numbers, sum(numbers))

    under_way = [sum(each.places[place] for place in (OPEN, WAITING, UNPLANNED)) for each in rows]
    lines = [
        row("Förfallna", [each.due for each in rows]),
        row("Rättade i registret efteråt", [each.corrected for each in rows]),
        *(row(TITLES[outcome], [each.places[outcome] for each in rows]) for outcome in OUTCOMES),
        row(UNDER_WAY, under_way),
        row("Summan av utfallen", [sum(each.places.values()) for each in rows]),
    ]
    columns = ("Frågor", *(SURVEYS[each.survey] for each in rows), "Alla")
    return Grid("Vad som blev av varje planerad fråga", columns, tuple(lines), total=True)


def sentence(rows: Sequence[Dues]) -> str:
    """Whether every question has its outcome."""
    asked = sum(each.due + each.corrected for each in rows)
    missing = asked - sum(sum(each.places.values()) for each in rows)
    if not asked:
        return ""
    if missing:
        return f"Av {count(asked)} planerade frågor saknar {count(missing)} utfall: se followup plan --audit."
    return f"Var och en av årets {count(asked)} planerade frågor har ett utfall eller pågår; ingen saknas."
