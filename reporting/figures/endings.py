"""How endings of enrolments count: as self-sufficiency, as excluded, or not at all. Pure.

Source: REPORT.md, "Definitions", end reasons.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from storage.figures.cells import Aggregate
from survey.codes import EndReason

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
SELF_SUFFICIENT = frozenset[EndReason]().union(*GOALS.values())
EXCLUDED = frozenset[EndReason]().union(*EXCLUSIONS.values())
NOT_AN_ENDING = frozenset({EndReason.CHANGED_PROVIDER})  # the person goes on with another provider
MIN_IN_GROUP = 6  # endings; a group without any is told, too


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many endings there were: self-sufficient ones, all, and those that are not excluded."""

    good: int
    every: int
    kept: int


def told_groups(reasons: Mapping[str, int], groups: Mapping[str, frozenset[EndReason]]) -> dict[str, int | None]:
    """Return the number of endings in each of ``groups``, and None for a group that is not told.

    The sum of all groups is told, so a single hidden number would follow by subtraction. Groups are
    hidden in steps:

    1. A group of 1 to 5 endings is hidden.
    2. While the hidden groups are one alone, or have fewer than six endings together, the smallest shown group is
       hidden with them.
    3. Where that is not enough, or where a hidden number is still the only one that fits, all groups are hidden.

    Example: of 7, 3, 9 and 0 endings, 3 is small, and 7 is hidden with it. 9 and 0 are told.

    Args:
        reasons: the number of endings by end reason.
        groups: the end reasons of each group, by its Swedish name.
    """
    numbers = {title: sum(reasons.get(reason, 0) for reason in group) for title, group in groups.items()}
    told = _told(numbers)
    if None not in told.values() or _is_open(told, sum(numbers.values())):
        return told
    return dict.fromkeys(numbers)


def _told(numbers: Mapping[str, int]) -> dict[str, int | None]:
    """Return the numbers that steps 1 and 2 tell. Equal numbers are told or hidden together."""
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
    """Return whether somebody who knows the rule and the sum finds two values or more for each hidden number.

    Example: 0, 5, 5 and 6 endings. The sum is 16, and 0 and 6 are told, so the two hidden numbers are ten together.
    They can only be 5 and 5: of 4 and 6, the other group of 6 would have been hidden, too.
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
