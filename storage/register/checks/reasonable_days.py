"""Days and years that cannot be, or hardly: against the unit's own day, and between rows. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from storage.errors import NoteCode, Problem, ProblemCode
from storage.register.rows import EnrolmentRow, InFile, RegisterBatch, column_of, problem

YEAR = timedelta(days=366)
# How far ahead of the unit's own day a day may lie: what is beyond it is a wrong year.
REFUSED_AFTER = {
    "started_on": YEAR,
    "ended_on": YEAR,
    "planned_end_on": 10 * YEAR,
    "decided_on": YEAR,
    "due_on": 10 * YEAR,
    "to_on": 2 * YEAR,
}
# And from where on it is told, because it is likely to be one.
TOLD_AFTER = {"planned_end_on": 4 * YEAR, "authorised_to": 15 * YEAR, "authorised_from": YEAR, "due_on": 2 * YEAR}
CHILD, OLD = 15, 90  # years: the rules ask nobody below the first; few work beyond the second


@dataclass(frozen=True, slots=True)
class Known:
    """What the register has of those whom the enrolments name, the run's own rows before what is stored.

    Attributes:
        born: the birth years by the customer's reference.
        authorised: the first and the last day of authorisation by the provider's reference.
    """

    born: Mapping[str, int]
    authorised: Mapping[str, tuple[date | None, date | None]]


def wrong(batch: RegisterBatch, known: Known, today: date) -> Iterator[Problem]:
    """Yield the days and years that are refused."""
    for row in _with_days(batch):
        for attribute, most in REFUSED_AFTER.items():
            day = getattr(row, attribute, None)
            if day is not None and day > today + most:
                yield problem(row, column_of(attribute), ProblemCode.DAY_TOO_FAR, day=day, last=today + most)
    for customer in batch.customers:
        if customer.birth_year is not None and customer.birth_year > today.year:
            yield problem(customer, "birth_year", ProblemCode.BORN_IN_FUTURE, year=customer.birth_year)
    for enrolment in batch.enrolments:
        born = known.born.get(enrolment.customer)
        if born is not None and born > enrolment.started_on.year:
            ref = enrolment.customer
            yield problem(enrolment, "started_on", ProblemCode.BORN_AFTER_START, ref=ref, year=born)


def odd(batch: RegisterBatch, known: Known, today: date) -> Iterator[Problem]:
    """Yield the days and years that are taken in and told; their codes are of NoteCode."""
    for row in _with_days(batch):
        for attribute, most in TOLD_AFTER.items():
            day = getattr(row, attribute, None)
            if day is not None and day > today + most:
                yield Problem(row.file, row.row, column_of(attribute), NoteCode.DAY_FAR_AHEAD, {"day": day})
    for customer in batch.customers:
        if customer.birth_year is not None and customer.birth_year < today.year - OLD:
            values = {"year": customer.birth_year}
            yield Problem(customer.file, customer.row, "birth_year", NoteCode.BORN_LONG_AGO, values)
    for enrolment in batch.enrolments:
        yield from _odd_start(enrolment, known)


def _odd_start(row: EnrolmentRow, known: Known) -> Iterator[Problem]:
    born, start = known.born.get(row.customer), row.started_on
    if born is not None and start.year - born < CHILD:
        yield Problem(row.file, row.row, "started_on", NoteCode.CHILD_AT_START, {"age": start.year - born})
    first, last = known.authorised.get(row.provider, (None, None))
    if (first and start < first) or (last and start > last):
        yield Problem(row.file, row.row, "started_on", NoteCode.NOT_AUTHORISED, {"day": start, "ref": row.provider})


def _with_days(batch: RegisterBatch) -> Iterator[InFile]:
    yield from batch.providers
    yield from batch.enrolments
    yield from batch.actionplans
    yield from batch.exemptions
