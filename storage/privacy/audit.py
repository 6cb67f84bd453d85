"""The audit trail: what was done to personal data, by whom and when; never the data itself.

Every row of the ``audit`` table is written by `write`. Rows are added and never changed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import insert
from storage.tables import audit


class Action(StrEnum):
    """What was done."""

    ANSWERS_ERASED = "answers_erased"
    EXEMPTION_CHANGED = "exemption_changed"
    EXEMPTION_WITHDRAWN = "exemption_withdrawn"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done.

    Attributes:
        at: when.
        actor: ``customer``, or the name of the staff member.
        action: what was done.
        customer_id: whose data it was; None where it was nobody's in particular.
        detail: plain values that tell how much or which, and no personal data.
    """

    at: datetime
    actor: str
    action: Action
    customer_id: int | None
    detail: Mapping[str, str | int] = field(default_factory=dict)


async def write(conn: AsyncConnection, entries: Sequence[Entry]) -> None:
    """Add ``entries`` to the audit trail, in the caller's transaction."""
    rows = [
        {
            "at": entry.at,
            "actor": entry.actor,
            "action": entry.action.value,
            "customer_id": entry.customer_id,
            "detail": json.dumps(dict(entry.detail), ensure_ascii=False),
        }
        for entry in entries
    ]
    await insert(conn, audit, rows)
