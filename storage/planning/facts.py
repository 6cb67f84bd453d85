"""What the register knows of an enrolment: plain values, which scheduler/planning/rules.py reads."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class EnrolmentFacts:
    """What planning needs to know of an enrolment.

    Attributes:
        ended_on: the last day; it may lie ahead. None while none is known.
        end_reason: an EndReason; empty while the enrolment is open.
        registered_on: the day on which the register first had it: what had lost its meaning by then was never due.
        unseen_from: what fell due before this day has been planned already. None: nothing is left to plan.
        watched_from: the day from which the provider is under watch, or None.
    """

    started_on: date
    ended_on: date | None
    end_reason: str
    registered_on: date
    unseen_from: date | None = date.min
    watched_from: date | None = None
