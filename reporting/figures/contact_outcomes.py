"""What became of every question that the rules asked for: the ledger's own sums, for the whole unit. Pure.

`followup plan --audit` prints the same ledger per month and provider.
"""

from dataclasses import dataclass

from reporting.document.swedish import SURVEYS
from storage.outcomes.accounts import PLACES, Ledger


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
