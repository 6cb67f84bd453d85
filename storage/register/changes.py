"""What an import would change of the people and enrolments that are stored: new, changed, unchanged and emptied.

A file from another system often lacks what the register has. What an empty cell would remove is therefore listed
before anything is saved.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import chunks
from storage.errors import Problem, ProblemCode
from storage.people import addresses
from storage.register import lookups
from storage.register.rows import CustomerRow, EnrolmentRow, ProviderRow, RegisterBatch
from storage.tables import customer, enrolment, provider
from survey.codes import Channel

_PROVIDER = ("name", "phone", "authorised_from", "authorised_to")
_CUSTOMER = ("phone", "language", "gender", "birth_year", "contact")
_ENROLMENT = ("started_on", "planned_end_on", "ended_on", "end_reason", "difficulty")


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that differs from what is stored. Of a phone only that it differs is told.

    Attributes:
        before: what is stored, as text; empty for nothing.
        after: what the file says.
    """

    file: str
    row: int
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What a run would change of providers, customers and enrolments.

    Attributes:
        new, changed, unchanged: how many rows.
        cells: every cell that differs, of rows that are not new.
    """

    new: int
    changed: int
    unchanged: int
    cells: tuple[Change, ...]

    @property
    def emptied(self) -> tuple[Problem, ...]:
        """The stored values that an empty cell would remove."""
        return tuple(
            Problem(each.file, each.row, each.column, ProblemCode.WOULD_EMPTY)
            for each in self.cells
            if each.before and not each.after
        )


async def of_batch(conn: AsyncConnection, batch: RegisterBatch) -> Changes:
    """Compare the rows of a batch with what is stored; change nothing."""
    providers = await lookups.stored(conn, provider, (row.ref for row in batch.providers))
    customers = await lookups.stored(conn, customer, (row.ref for row in batch.customers))
    enrolments = await lookups.stored(conn, enrolment, (row.ref for row in batch.enrolments))
    contacts: dict[int, tuple[str, str, str]] = {}
    for some in chunks([row.address_id for row in providers.values() if row.address_id]):
        contacts |= await addresses.address_values(conn, some)
    phones: dict[int, list[addresses.Address]] = {}
    for some in chunks([row.id for row in customers.values()]):
        phones |= await addresses.addresses_of(conn, some)

    def provider_phone(stored: Any) -> str:
        return contacts[stored.address_id][1] if stored.address_id else ""

    def customer_phone(stored: Any) -> str:
        own = (each.value for each in phones.get(stored.id, ()) if each.channel == Channel.SMS)
        return next(own, "")

    found: list[tuple[bool, list[Change]]] = []
    found += _compared(batch.providers, providers, _PROVIDER, provider_phone)
    found += _compared(batch.customers, customers, _CUSTOMER, customer_phone)
    found += _compared(batch.enrolments, enrolments, _ENROLMENT, lambda _: "")
    known = [cells for is_new, cells in found if not is_new]
    return Changes(
        new=len(found) - len(known),
        changed=sum(bool(cells) for cells in known),
        unchanged=sum(not cells for cells in known),
        cells=tuple(each for cells in known for each in cells),
    )


def _compared(
    rows: Sequence[ProviderRow] | Sequence[CustomerRow] | Sequence[EnrolmentRow],
    stored: Mapping[str, Any],
    columns: Iterable[str],
    phone: Any,
) -> Iterable[tuple[bool, list[Change]]]:
    """Yield of each row whether it is new, and its cells that differ."""
    for row in rows:
        before = stored.get(row.ref)
        if before is None:
            yield True, []
            continue
        cells = []
        for column in columns:
            old = phone(before) if column == "phone" else getattr(before, column)
            new = getattr(row, column)
            if column not in row.missing and (old or None) != (new or None):
                cells.append(_change(row, column, old, new))
        yield False, cells


def _change(row: ProviderRow | CustomerRow | EnrolmentRow, column: str, old: object, new: object) -> Change:
    before, after = str(old or ""), str(new or "")
    if column == "phone":  # a person's number is not for a terminal
        before, after = before and "…", after and "…"
    return Change(row.file, row.row, column, before, after)
