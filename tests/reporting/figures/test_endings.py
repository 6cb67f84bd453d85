"""End reasons are told in groups, so that nobody who knows the rule works out a hidden one."""

from collections.abc import Mapping
from itertools import product

import pytest

from reporting.figures.endings import EXCLUSIONS, GOALS, told_groups
from survey.codes import EndReason

Groups = Mapping[str, frozenset[EndReason]]


def told(groups: Groups, numbers: tuple[int, ...]) -> tuple[int | None, ...]:
    counted = {next(iter(group)): number for group, number in zip(groups.values(), numbers, strict=True)}
    return tuple(told_groups(counted, groups).values())


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ((7, 3, 9, 0), (None, None, 9, 0)),  # three alone would follow from the sum: the next smallest goes with it
        ((7, 3, 9, 2), (None, None, 9, None)),  # three and two are five together
        ((9, 3, 9, 0), (None, None, None, 0)),  # equal numbers go together, or their order would tell
        ((0, 5, 5, 6), (None, None, None, None)),  # of ten in two hidden groups beside six, both must be five
        ((0, 3, 0, 0), (None, None, None, None)),
        ((0, 0, 0, 0), (0, 0, 0, 0)),
        ((6, 6, 7, 0), (6, 6, 7, 0)),
    ],
)
def test_few_are_told_with_others(numbers: tuple[int, ...], shown: tuple[int | None, ...]) -> None:
    assert told(EXCLUSIONS, numbers) == shown


@pytest.mark.parametrize(("groups", "most"), [(EXCLUSIONS, 12), (GOALS, 18)])
def test_an_enumerator_finds_no_hidden_number(groups: Groups, most: int) -> None:
    """It runs the rule on every register: of those with the same sum and table, some differ in each hidden number.

    No group has more than ``most``: of a larger sum too few registers are made to say anything.
    """
    registers: dict[tuple[int, tuple[int | None, ...]], list[tuple[int, ...]]] = {}
    for numbers in product(range(most + 1), repeat=len(groups)):
        if sum(numbers) <= most + 10:
            registers.setdefault((sum(numbers), told(groups, numbers)), []).append(numbers)
    assert len(registers) > 100
    for (_, shown), possible in registers.items():
        for place, number in enumerate(shown):
            if number is None:
                assert len({numbers[place] for numbers in possible}) > 1, possible
