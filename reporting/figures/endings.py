"""How endings of enrolments count: as self-sufficiency, as excluded, or not at all. Pure.

Source: REPORT.md, "Definitions", end reasons.
"""

from collections.abc import Mapping

from reporting.disclosure.suppression import Outcome
from storage.figures.cells import Aggregate
from survey.codes import EndReason

SELF_SUFFICIENT = frozenset({EndReason.WORK, EndReason.STUDIES, EndReason.OWN_COMPANY})
EXCLUDED = frozenset(
    {
        EndReason.MOVED,
        EndReason.PREGNANCY,
        EndReason.PARENTAL_LEAVE,
        EndReason.PENSION,
        EndReason.DISABILITY_PENSION,
        EndReason.ILLNESS,
        EndReason.DEATH,
    }
)
NOT_AN_ENDING = frozenset({EndReason.CHANGED_PROVIDER})  # the person goes on with another provider


def count_endings(reasons: Mapping[str, int]) -> Outcome:
    """Return both outcomes of ``reasons``, the number of endings by end reason."""
    endings = {reason: number for reason, number in reasons.items() if reason not in NOT_AN_ENDING}
    return Outcome(
        good=sum(number for reason, number in endings.items() if reason in SELF_SUFFICIENT),
        every=sum(endings.values()),
        kept=sum(number for reason, number in endings.items() if reason not in EXCLUDED),
    )


def reasons_of(cube: Aggregate) -> dict[str, dict[str, int]]:
    """Return the number of endings by end reason, by provider; an empty ref is the whole unit."""
    found: dict[str, dict[str, int]] = {"": {}}
    for (ref, reason), number in cube.endings.items():
        found.setdefault(ref, {})[reason] = number
        found[""][reason] = found[""].get(reason, 0) + number
    return found
