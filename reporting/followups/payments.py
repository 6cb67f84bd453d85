"""Make the basis for payment of a month: its enrolment-months with their status, the sums, and a hash. Pure.

The numbers are those of the indicator ``followup.compliance``: the same enrolment-months, and on time by the same
rule. What customers say is not part of it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from typing import Literal

from reporting.followups.confirmations import Facts

Status = Literal["on_time", "late", "missing", "exempt"]


@dataclass(frozen=True, slots=True)
class Row:
    """An enrolment-month.

    Attributes:
        held_on: None where no follow-up is recorded.
        exemption: the reason for which none is asked for, or empty.
    """

    provider: str
    provider_name: str
    enrolment: str
    status: Status
    held_on: date | None
    exemption: str


@dataclass(frozen=True, slots=True)
class Sum:
    """The enrolment-months of a provider, or of the whole unit where ``provider`` is empty.

    Attributes:
        due: all but the exempt ones.
    """

    provider: str
    provider_name: str
    due: int
    on_time: int
    late: int
    missing: int
    exempt: int


@dataclass(frozen=True, slots=True)
class PaymentBasis:
    """The basis for payment of a month.

    Attributes:
        month: YYYY-MM.
        locks_on: the day from which providers can change nothing.
        locked: whether that day has come; from then on only staff correct figures.
        sha256: of the month, the day and the rows, so that equal figures have equal hashes in every format.
    """

    month: str
    locks_on: date
    locked: bool
    rows: tuple[Row, ...]
    sums: tuple[Sum, ...]
    sha256: str


def basis(month: str, locks_on: date, locked: bool, months: Iterable[Facts]) -> PaymentBasis:
    """Make the basis of ``month`` from its enrolment-months; those neither due nor exempt are left out."""
    rows = tuple(_row(each) for each in months if each.due or each.exempt)
    by_provider: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        by_provider.setdefault((row.provider, row.provider_name), []).append(row)
    sums = [_sum(ref, name, own) for (ref, name), own in by_provider.items()]
    sums.append(_sum("", "Hela enheten", rows))
    content = json.dumps([month, locks_on, *(astuple(row) for row in rows)], default=str, ensure_ascii=False)
    return PaymentBasis(month, locks_on, locked, rows, tuple(sums), hashlib.sha256(content.encode()).hexdigest())


def _row(each: Facts) -> Row:
    status: Status = "missing"
    if each.exempt:
        status = "exempt"
    elif each.held_on is not None:
        status = "on_time" if f"{each.held_on:%Y-%m}" == each.month else "late"
    return Row(each.provider, each.provider_name, each.enrolment, status, each.held_on, each.exempt)


def _sum(provider: str, name: str, rows: Sequence[Row]) -> Sum:
    number = Counter(row.status for row in rows)
    due = len(rows) - number["exempt"]
    return Sum(provider, name, due, number["on_time"], number["late"], number["missing"], number["exempt"])
