"""The ledger: what the register asked for, beside what became of every occasion, per month, provider and survey.

What the register asks for is worked out anew by the rules (scheduler/reconciliation.py); here the rows are read,
and each occasion is put in one place. The sums are storage/outcomes/accounts.py's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.planning.due import FACTS
from storage.tables import enrolment, next_look, occasion, provider, session
from survey.codes import LedgerFault, Outcome, Unfinished

_OUTCOMES = frozenset(Outcome)
CLOCK_BACK = timedelta(hours=1)  # a clock may have been set back so far between two times


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
    heard_at: datetime | None = None

    @property
    def place(self) -> str:
        """Where the contact is: its outcome, or ``open``, or ``waiting``."""
        return self.outcome or (Unfinished.OPEN if self.opened_at else Unfinished.WAITING)

    @property
    def _goes_on(self) -> bool:
        """Whether a late answer or a correction has opened the conversation again; its outcome stands meanwhile."""
        if self.heard_at is None or self.closed_at is None:
            return False
        return self.heard_at > self.closed_at - CLOCK_BACK

    def fault(self, now: datetime) -> LedgerFault | None:
        """Return what the row fails to say; None when it says all."""
        if self.outcome:
            return self._fault_of_closed()
        if self.opened_at and not self.session_open:
            return LedgerFault.NO_OUTCOME
        if not self.opened_at and not self.reason and self.look_at > now:
            return LedgerFault.HELD_IN_SILENCE
        return None

    def _fault_of_closed(self) -> LedgerFault | None:
        if self.outcome not in _OUTCOMES:
            return LedgerFault.UNKNOWN_OUTCOME
        if not self.reason:
            return LedgerFault.NO_REASON
        if self.closed_at is None:
            return LedgerFault.NO_TIME
        if self.session_open and not self._goes_on:
            return LedgerFault.STILL_OPEN
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
            .outerjoin(next_look, next_look.c.enrolment_id == enrolment.c.id)
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
            session.c.heard_at,
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
