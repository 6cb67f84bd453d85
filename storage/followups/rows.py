"""What a register file says of an enrolment's months: follow-ups that were held, and times without them."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class RowOfEnrolment:
    """A row about one enrolment.

    Attributes:
        file: the name of the file that the row stands in.
        row: its line there, from 1.
        enrolment: the unit's own number.
    """

    file: str
    row: int
    enrolment: str


@dataclass(frozen=True, slots=True)
class FollowupRow(RowOfEnrolment):
    """A follow-up that the provider held, of the month ``month`` (YYYY-MM). None: the file does not say."""

    month: str
    held_on: date
    form: str | None = None
    from_plan: bool | None = None
    plan_changed: bool | None = None
    activities: tuple[str, ...] | None = None
    next_step: str | None = None


@dataclass(frozen=True, slots=True)
class ExemptionRow(RowOfEnrolment):
    """A time without follow-ups, from its first day to its last; ``who`` decided it, or took it back."""

    from_on: date
    to_on: date
    reason: str
    who: str
    withdrawn: bool = False
