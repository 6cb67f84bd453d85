"""The ledger's sums: what was asked for and what became of it, for `followup plan --audit` and the report. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from survey.codes import LedgerFault, Outcome, Unfinished

# Each occasion is in exactly one of these places. Unfinished.MISSING is none of them: it counts what is nowhere.
PLACES = (*Outcome, Unfinished.OPEN, Unfinished.WAITING, Unfinished.UNPLANNED)


@dataclass(frozen=True, slots=True)
class Account:
    """The occasions of one month, provider and survey.

    Attributes:
        due: how many the register asks for.
        corrected: how many are kept though the register was corrected and no longer asks for them.
        places: how many are in each place; under ``missing``, how many are due and in no place.
    """

    due: int
    corrected: int
    places: Mapping[str, int]

    @property
    def adds_up(self) -> bool:
        """Whether every occasion that is due, or is kept, is in exactly one place."""
        return self.due + self.corrected == sum(self.places.get(place, 0) for place in PLACES)

    def __add__(self, other: "Account") -> "Account":
        """Return the sum of both accounts."""
        names = self.places.keys() | other.places.keys()
        places = {name: self.places.get(name, 0) + other.places.get(name, 0) for name in names}
        return Account(self.due + other.due, self.corrected + other.corrected, places)


NOTHING = Account(0, 0, {})


@dataclass(frozen=True, slots=True)
class Problem:
    """An occasion that the ledger cannot account for.

    Attributes:
        enrolment: the enrolment's number in the register.
        fault: what is wrong.
        value: what the fault's words have a place for; empty where they have none.
    """

    enrolment: str
    survey: str
    period: str
    fault: LedgerFault
    value: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Accounts by (YYYY-MM of the due day, provider, survey), and everything that is wrong."""

    accounts: Mapping[tuple[str, str, str], Account]
    problems: tuple[Problem, ...]

    @property
    def adds_up(self) -> bool:
        """Whether nothing is missing and every row says where it is and why."""
        return not self.problems and all(each.adds_up for each in self.accounts.values())

    def total(self, month: str = "", provider: str = "", survey: str = "") -> Account:
        """Return the sum of the accounts whose month begins with ``month`` and that match; empty matches all."""
        total = NOTHING
        for (month_, provider_, survey_), account in self.accounts.items():
            if month_.startswith(month) and provider in ("", provider_) and survey in ("", survey_):
                total += account
        return total
