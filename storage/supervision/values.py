"""What the unit decides about a provider: to watch it, and what it must do about a deficiency. Pure."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Watch:
    """A time during which a provider is under watch: its customers are asked more often.

    Attributes:
        reason: why, as the report tells it.
        figures: the figures on which the decision rests, for staff.
        decided_by: the staff member.
        lifted_on: the day on which it ended; None while it is on.
    """

    provider: str
    from_on: date
    reason: str
    figures: str
    decided_by: str
    lifted_on: date | None
    lifted_reason: str


@dataclass(frozen=True, slots=True)
class ActionPlan:
    """What a provider must do about a deficiency.

    Attributes:
        indicator: the id of the indicator that measures the effect.
        done_on: the day on which it was done; None until then.
        effect: what came of it.
    """

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
        """Whether the due day has passed without the plan having been done."""
        return self.due_on < today and (self.done_on is None or self.done_on > today)
