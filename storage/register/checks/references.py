"""What the rows of a run name by the unit's own numbers, looked up before anything is saved.

A number that differs from a stored one only in how a spreadsheet spells it would make a second customer of one.
It is refused with both, because nobody but the unit knows which of them is right.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import Problem, ProblemCode
from storage.register import lookups
from storage.register.checks.reference_forms import core, zero_led
from storage.register.headers import REFERENCES
from storage.register.rows import InFile, RegisterBatch, problem
from storage.tables import action_plan, customer, enrolment, provider

_TABLES = {"providers": provider, "customers": customer, "enrolments": enrolment, "actionplans": action_plan}
_UNKNOWN = {
    "providers": ProblemCode.UNKNOWN_PROVIDER,
    "customers": ProblemCode.UNKNOWN_CUSTOMER,
    "enrolments": ProblemCode.UNKNOWN_ENROLMENT,
}


class _Defining(InFile, Protocol):
    """A row that defines a number."""

    @property
    def ref(self) -> str: ...


@dataclass(slots=True)
class _Kind:
    """The numbers of one kind.

    Attributes:
        stored: those of the run that the register has.
        defined: where the run's own rows define a number that is new.
        others: all that the register has, by what two spellings have in common; read only where a number is new.
        zeros_count: 012 and 12 are two numbers.
        led: a number with a zero in front, where all such have equally many digits.
    """

    stored: set[str] = field(default_factory=set)
    defined: dict[str, _Defining] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    zeros_count: bool = False
    led: str = ""

    def core(self, ref: str) -> str:
        return core(ref, zeros_count=self.zeros_count)


async def wrong(conn: AsyncConnection, batch: RegisterBatch) -> list[Problem]:
    """Return what is wrong with the numbers that the rows define and name."""
    kinds = {kind: _Kind(zeros_count=kind in batch.as_written) for kind in _TABLES}
    for kind, each in kinds.items():
        rows: Sequence[_Defining] = getattr(batch, kind)
        defining = {row.ref: row for row in rows}
        named = {getattr(row, column) for naming, column in _naming(batch, kind) for row in naming}
        each.stored = set(await lookups.ids(conn, _TABLES[kind], {*defining, *named}))
        each.defined = {ref: row for ref, row in defining.items() if ref not in each.stored}
        if each.defined or named - each.stored:
            each.others = {each.core(ref): ref for ref in await _every(conn, _TABLES[kind])}
            each.led = "" if each.zeros_count else zero_led(chain(each.others.values(), defining))
    found = [wrong for each in kinds.values() for wrong in _wrong_definitions(each)]
    for kind, each in kinds.items():
        if not {kind, ""} & batch.unread:
            refused = {ref for refused_kind, ref in batch.refused if refused_kind == kind}
            found += _wrong_names(batch, kind, each, refused)
    return found


def _naming(batch: RegisterBatch, kind: str) -> Iterator[tuple[Sequence[InFile], str]]:
    """Yield the rows that name numbers of ``kind``, and in which column."""
    for other, columns in REFERENCES.items():
        for column, named in columns.items():
            if named == kind and column != "ref":
                yield getattr(batch, other), column


async def _every(conn: AsyncConnection, table: Table) -> Iterable[str]:
    return (await conn.execute(select(table.c.ref))).scalars()


def _wrong_definitions(kind: _Kind) -> Iterator[Problem]:
    """Yield the new numbers that are a stored one, or one of another row, spelt differently."""
    seen: dict[str, _Defining] = {}
    for ref, row in kind.defined.items():
        shape = kind.core(ref)
        if stored := kind.others.get(shape):
            yield problem(row, "ref", ProblemCode.LIKE_STORED, ref=ref, stored=stored)
        elif first := seen.get(shape):
            code = ProblemCode.LIKE_OTHER_ROW
            yield problem(row, "ref", code, ref=ref, other=first.ref, where=first.file, at=first.row)
        elif kind.led and ref.isdigit() and len(ref) < len(kind.led):
            yield problem(row, "ref", ProblemCode.LOST_ZEROS, ref=ref, other=kind.led, digits=len(kind.led))
        seen.setdefault(shape, row)


def _wrong_names(batch: RegisterBatch, kind: str, known: _Kind, refused: set[str]) -> Iterator[Problem]:
    """Yield the rows that name a number which is nowhere, with one that is spelt nearly so."""
    shapes: Mapping[str, str] = {**{known.core(ref): ref for ref in known.defined}, **known.others}
    for rows, column in _naming(batch, kind):
        for row in rows:
            ref = getattr(row, column)
            if ref in known.stored or ref in known.defined or ref in refused:
                continue
            if near := shapes.get(known.core(ref)):
                yield problem(row, column, ProblemCode.LIKE_STORED, ref=ref, stored=near)
            else:
                yield problem(row, column, _UNKNOWN[kind], ref=ref)
