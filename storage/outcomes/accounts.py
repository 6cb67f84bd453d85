"""What was asked for and what became of it, as plain sums: for `followup plan --audit` and for the report."""

from collections.abc import Mapping
from dataclasses import dataclass

OUTCOMES = (
    "completed",
    "partial",
    "no_answer",
    "opted_out",
    "unreachable",
    "expired",
    "held_back",
    "cancelled",
)
OPEN, WAITING, UNPLANNED, MISSING = "open", "waiting", "unplanned", "missing"
PLACES = (*OUTCOMES, OPEN, WAITING, UNPLANNED)  # each contact is in exactly one; MISSING is the lack of any


@dataclass(frozen=True, slots=True)
class Account:
    """The contacts of one month, provider and survey.

    Attributes:
        due: what the register asks for.
        corrected: what is kept though the register, corrected since, asks for it no longer.
        places: how many contacts are in each place; under ``missing`` those that are due and in none.
    """

    due: int
    corrected: int
    places: Mapping[str, int]

    @property
    def adds_up(self) -> bool:
        """Whether every contact that is due, or is kept, is in exactly one place."""
        return self.due + self.corrected == sum(self.places.get(place, 0) for place in PLACES)

    def __add__(self, other: "Account") -> "Account":
        names = self.places.keys() | other.places.keys()
        places = {name: self.places.get(name, 0) + other.places.get(name, 0) for name in names}
        return Account(self.due + other.due, self.corrected + other.corrected, places)


NOTHING = Account(0, 0, {})


@dataclass(frozen=True, slots=True)
class Ledger:
    """Accounts by (YYYY-MM of the due day, provider, survey), and a sentence for everything that is wrong."""

    accounts: Mapping[tuple[str, str, str], Account]
    problems: tuple[str, ...]

    @property
    def adds_up(self) -> bool:
        """Whether nothing is missing and every row says where it is and why."""
        return not self.problems and all(each.adds_up for each in self.accounts.values())

    def total(self, month: str = "", provider: str = "", survey: str = "") -> Account:
        """The sum of the accounts whose month begins with ``month`` and that match; empty matches all."""
        total = NOTHING
        for (month_, provider_, survey_), account in self.accounts.items():
            if month_.startswith(month) and provider in ("", provider_) and survey in ("", survey_):
                total += account
        return total
