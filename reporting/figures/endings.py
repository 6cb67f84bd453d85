"""How endings of enrolments count: as self-sufficiency, as excluded, or not at all. Pure.

Source: REPORT.md, "Definitions", end reasons.
"""

from collections.abc import Iterator, Mapping
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
    sum; and none where what is hidden is still so small, or where the rule itself gives a hidden number away.
    """
    numbers = {title: sum(reasons.get(reason, 0) for reason in group) for title, group in groups.items()}
    told = _told(numbers)
    if None not in told.values() or _is_open(told, sum(numbers.values())):
        return told
    return dict.fromkeys(numbers)


def _told(numbers: Mapping[str, int]) -> dict[str, int | None]:
    """Return the numbers that are told by the rule alone. Equal numbers are told or hidden together."""
    hidden = {number for number in numbers.values() if 0 < number < MIN_IN_GROUP}
    waiting = sorted({number for number in numbers.values() if number >= MIN_IN_GROUP})

    def follows() -> bool:
        those = [number for number in numbers.values() if number in hidden]
        return len(those) == 1 or 0 < sum(those) < MIN_IN_GROUP

    while waiting and follows():
        hidden.add(waiting.pop(0))
    everything = follows()
    return {title: None if everything or number in hidden else number for title, number in numbers.items()}


def _is_open(told: Mapping[str, int | None], total: int) -> bool:
    """Return whether each hidden number can be another one, for somebody who knows the rule and the sum.

    With six told of one group, nobody in another and 16 in all, the hidden two can be five and five alone: of four
    and six, all three would have been hidden.
    """
    hidden = [title for title, number in told.items() if number is None]
    if len(hidden) == len(told):  # then it is not even known which of the groups are small
        return True
    seen: dict[str, set[int]] = {title: set() for title in hidden}
    for numbers in _parts(total - sum(number or 0 for number in told.values()), len(hidden)):
        if all(len(each) > 1 for each in seen.values()):
            break
        possible = {title: number for title, number in told.items() if number is not None}
        possible |= dict(zip(hidden, numbers, strict=True))
        if _told({title: possible[title] for title in told}) == told:
            for title, number in zip(hidden, numbers, strict=True):
                seen[title].add(number)
    return all(len(each) > 1 for each in seen.values())


def _parts(total: int, number: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to divide ``total`` into so many whole numbers."""
    if number == 0:
        return
    if number == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _parts(total - first, number - 1):
            yield first, *rest


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
