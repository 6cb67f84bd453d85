"""How endings of enrolments count: as self-sufficiency, as excluded, or not at all. Pure.

Source: REPORT.md, "Definitions", end reasons.
"""

from collections.abc import Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many endings there were: self-sufficient ones, all, and those that are not excluded."""

    good: int
    every: int
    kept: int


# REPORT.md, Disclosure control: the fixed groups in which end reasons are told. Each block has a sum that is told.
GOALS = {
    "Arbete": frozenset({EndReason.WORK}),
    "Studier": frozenset({EndReason.STUDIES}),
    "Eget företag": frozenset({EndReason.OWN_COMPANY}),
}
EXCLUSIONS = {
    "Flytt": frozenset({EndReason.MOVED}),
    "Föräldraskap": frozenset({EndReason.PREGNANCY, EndReason.PARENTAL_LEAVE}),
    "Hälsa och pension": frozenset({EndReason.PENSION, EndReason.DISABILITY_PENSION, EndReason.ILLNESS}),
    "Dödsfall": frozenset({EndReason.DEATH}),
}
OTHERS = "Övriga"
MIN_IN_GROUP = 6  # endings; a group without any is told, too


def told_groups(reasons: Mapping[str, int], groups: Mapping[str, frozenset[EndReason]]) -> dict[str, int | None]:
    """Return the number of endings in each of ``groups``, whose sum is told; None where it is not told.

    A group of fewer than MIN_IN_GROUP is not told, nor the next smallest with it where it would follow from the
    sum; and none where what is hidden is still so small.
    """
    numbers = {title: sum(reasons.get(reason, 0) for reason in group) for title, group in groups.items()}
    small = [title for title, number in numbers.items() if 0 < number < MIN_IN_GROUP]
    shown = sorted((number, title) for title, number in numbers.items() if number >= MIN_IN_GROUP)
    hidden = list(small)
    while hidden and shown and (len(hidden) == 1 or sum(numbers[title] for title in hidden) < MIN_IN_GROUP):
        hidden.append(shown.pop(0)[1])
    if hidden and (len(hidden) == 1 or sum(numbers[title] for title in hidden) < MIN_IN_GROUP):
        hidden = list(numbers)
    return {title: None if title in hidden else number for title, number in numbers.items()}


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
