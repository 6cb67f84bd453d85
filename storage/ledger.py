"""The ledger: what the register asked for, beside what became of every occasion, per month, provider and survey.

What the register asks for is worked out anew by the rules (scheduler/audit.py); here the rows are read, and each
occasion is put in one place. The report takes a Ledger as it is: its sums are the ones that `plan --audit` prints.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.occasions import FACTS
from storage.tables import enrolment, occasion, provider, session

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


@dataclass(frozen=True, slots=True)
class Row:
    """One occasion as it is stored. ``session_open`` is None where no conversation was begun."""

    survey: str
    period: str
    due_at: datetime
    look_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    outcome: str
    reason: str
    session_open: int | None

    @property
    def place(self) -> str:
        """Where the contact is: its outcome, or ``open``, or ``waiting``."""
        return self.outcome or (OPEN if self.opened_at else WAITING)

    def fault(self, now: datetime) -> str | None:
        """What the row fails to say, as the end of a sentence; None when it is whole."""
        if self.outcome and self.outcome not in OUTCOMES:
            return f"har ett okänt utfall ({self.outcome})"
        if self.outcome and not self.reason:
            return "är avslutad utan skäl"
        if self.outcome and self.closed_at is None:
            return "är avslutad utan tid"
        if self.outcome and self.session_open:
            return "är avslutad men samtalet är öppet"
        if not self.outcome and self.opened_at and not self.session_open:
            return "är ställd, men samtalet är stängt utan utfall"
        if not self.outcome and not self.opened_at and not self.reason and self.look_at > now:
            return "hålls tillbaka utan skäl"
        return None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An enrolment with what the rules need of it (the order of scheduler.rules.EnrolmentFacts) and its rows."""

    id: int
    ref: str
    provider: str
    facts: tuple[Any, ...]
    rows: tuple[Row, ...]


async def enrolments(conn: AsyncConnection, after: int, limit: int, now: datetime) -> Sequence[Enrolment]:
    """The next ``limit`` enrolments by id, with every occasion that was due by ``now``."""
    found = (
        await conn.execute(
            select(enrolment.c.id, enrolment.c.ref, provider.c.ref.label("provider"), *FACTS)
            .join(provider, provider.c.id == enrolment.c.provider_id)
            .where(enrolment.c.id > after)
            .order_by(enrolment.c.id)
            .limit(limit)
        )
    ).all()
    if not found:
        return ()
    rows: dict[int, list[Row]] = {}
    stored = await conn.execute(
        select(
            occasion.c.enrolment_id,
            occasion.c.survey,
            occasion.c.period,
            occasion.c.due_at,
            occasion.c.look_at,
            occasion.c.opened_at,
            occasion.c.closed_at,
            occasion.c.outcome,
            occasion.c.reason,
            session.c.is_open,
        )
        .outerjoin(session, session.c.occasion_id == occasion.c.id)
        .where(occasion.c.enrolment_id.between(found[0].id, found[-1].id), occasion.c.due_at <= now)
    )
    for id_, *values in stored:
        rows.setdefault(id_, []).append(Row(*values))
    return [
        Enrolment(id_, ref, provider_, tuple(facts), tuple(rows.get(id_, ())))
        for id_, ref, provider_, *facts in found
    ]
