"""The ledger's rows: every occasion as it is stored, and what a row fails to say.

What the register asks for is computed anew by the rules (scheduler/planning/reconciliation.py) and held against
these rows. The sums are in storage/outcomes/accounts.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.planning.due import FACTS, facts_of
from storage.planning.facts import EnrolmentFacts
from storage.tables import enrolment, next_look, occasion, provider, session
from survey.codes import LedgerFault, Outcome, Unfinished

_OUTCOMES = frozenset(Outcome)
# So far a clock may have been set back between two times that are compared.
CLOCK_BACK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One occasion as it is stored.

    Attributes:
        session_open: whether its conversation is open; None where none was begun.
        heard_at: when the customer last wrote in it.
    """

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
        """Where the occasion is: its outcome, or an Unfinished."""
        return self.outcome or (Unfinished.OPEN if self.opened_at else Unfinished.WAITING)

    @property
    def _goes_on(self) -> bool:
        """Whether a late answer or a correction has opened the conversation again; its outcome stays meanwhile."""
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
    """An enrolment, what the rules need to know of it, and its occasions."""

    id: int
    ref: str
    provider: str
    facts: EnrolmentFacts
    rows: tuple[Row, ...]


async def enrolments(conn: AsyncConnection, after: int, limit: int, now: datetime) -> Sequence[Enrolment]:
    """Return the next ``limit`` enrolments after the id ``after``, with every occasion that was due by ``now``."""
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
            session.c.is_open.label("session_open"),
            session.c.heard_at,
        )
        .outerjoin(session, session.c.occasion_id == occasion.c.id)
        .where(occasion.c.enrolment_id.between(found[0].id, found[-1].id), occasion.c.due_at <= now)
    )
    for row in stored:
        rows.setdefault(row.enrolment_id, []).append(
            Row(
                survey=row.survey,
                period=row.period,
                due_at=row.due_at,
                look_at=row.look_at,
                opened_at=row.opened_at,
                closed_at=row.closed_at,
                outcome=row.outcome,
                reason=row.reason,
                session_open=row.session_open,
                heard_at=row.heard_at,
            )
        )
    return [Enrolment(row.id, row.ref, row.provider, facts_of(row), tuple(rows.get(row.id, ()))) for row in found]
