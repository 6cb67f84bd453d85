"""What the unit decides about a provider: watch, and what it must do about a deficiency. Pure."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Watch:
    """A provider under watch from ``from_on``; ``lifted_on`` is None while it is. ``figures``: what it rests on."""

    provider: str
    from_on: date
    reason: str
    figures: str
    decided_by: str
    lifted_on: date | None
    lifted_reason: str


@dataclass(frozen=True, slots=True)
class ActionPlan:
    """What a provider must do about a deficiency. ``indicator`` measures the effect; ``done_on`` ends it."""

    ref: str
    provider: str
    deficiency: str
    measures: str
    due_on: date
    responsible: str
    indicator: str
    decided_on: date
    done_on: date | None
    effect: str

    def is_overdue(self, today: date) -> bool:
        """Whether the due date has passed without the plan being done."""
        return self.due_on < today and (self.done_on is None or self.done_on > today)
