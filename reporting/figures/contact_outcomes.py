"""What became of every question that the rules asked for: the ledger's sums for the whole unit. Pure.

`followup plan --audit` prints the same ledger per month and provider.
"""

from dataclasses import dataclass

from storage.outcomes.accounts import PLACES, Ledger
from survey.codes import SurveyId


@dataclass(frozen=True, slots=True)
class Dues:
    """The questions of one survey in the year.

    Attributes:
        due: how many the register asks for.
        corrected: how many are kept though the register was corrected and no longer asks for them.
        places: how many are in each of storage.outcomes.accounts.PLACES.
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
    """Return the year's sums of ``ledger``, by survey."""
    found = []
    for survey in SurveyId:
        account = ledger.total(f"{year}-", survey=survey)
        places = {place: account.places.get(place, 0) for place in PLACES}
        found.append(Dues(survey, account.due, account.corrected, places))
    return tuple(found)
