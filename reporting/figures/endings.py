"""How endings count: which are self-sufficiency, which are excluded, and which are none. Pure."""

from collections.abc import Mapping

from reporting.disclosure.suppression import Outcome
from reporting.figures.cube import Cube

SELF_SUFFICIENT = frozenset({"work", "studies", "own_company"})
EXCLUDED = frozenset({"moved", "pregnancy", "parental_leave", "pension", "disability_pension", "illness", "death"})
NOT_AN_ENDING = frozenset({"changed_provider"})


def count_endings(reasons: Mapping[str, int]) -> Outcome:
    """Both outcomes of the endings in ``reasons`` (end reason -> number)."""
    endings = {reason: number for reason, number in reasons.items() if reason not in NOT_AN_ENDING}
    return Outcome(
        good=sum(number for reason, number in endings.items() if reason in SELF_SUFFICIENT),
        every=sum(endings.values()),
        kept=sum(number for reason, number in endings.items() if reason not in EXCLUDED),
    )


def reasons_of(cube: Cube) -> dict[str, dict[str, int]]:
    """End reasons with their numbers, by provider; the whole unit under an empty name."""
    found: dict[str, dict[str, int]] = {"": {}}
    for (ref, reason), number in cube.endings.items():
        found.setdefault(ref, {})[reason] = number
        found[""][reason] = found[""].get(reason, 0) + number
    return found
