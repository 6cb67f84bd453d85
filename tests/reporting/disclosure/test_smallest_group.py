"""The certificate agrees with trying everything, and says when its time was up."""

import random

import pytest

from reporting.disclosure.atoms import Atoms
from reporting.disclosure.control import decide
from reporting.disclosure.decision import TIME_LIMIT
from reporting.disclosure.integer_program import smaller
from reporting.disclosure.row_space import RowSpace, independent
from reporting.disclosure.smallest_group import smallest_group
from tests.support.disclosure.combinations import fewest_people
from tests.support.disclosure.registers import random_register


def random_atoms(seed: int) -> Atoms:
    """Up to five told cells over a few answers; some people gave two of them."""
    dice = random.Random(seed)
    answers = range(dice.randint(4, 14))
    sets = [frozenset(each for each in answers if dice.random() < 0.6) for _ in range(dice.randint(1, 5))]
    people = {answer: dice.randint(0, len(answers)) for answer in answers}
    return Atoms([each for each in sets if each], people)


@pytest.mark.parametrize("seed", range(60))
def test_the_smallest_group_is_the_smallest(seed: int) -> None:
    atoms = random_atoms(seed)
    found = smallest_group(atoms)
    assert (found.people, found.proven) == (fewest_people(atoms), True)


def test_the_last_row_needed_is_named() -> None:
    """Of {0..11}, {0..8} and {20..29}: the first less the second are three people."""
    sets = [frozenset(range(12)), frozenset(range(20, 30)), frozenset(range(9))]
    found = smallest_group(Atoms(sets, {n: n for n in range(30)}))
    assert (found.people, found.last) == (3, 2)


def test_nothing_told_reaches_nobody() -> None:
    assert smallest_group(Atoms([], {})).people is None


def test_a_certificate_without_time_is_not_proven() -> None:
    """Here the echelon forms leave something open, and the integer program closes it."""
    behind = random_register(1).behind("satisfaction.overall")
    decision = decide(behind.cells, behind.person_of, time_limit=0)
    assert (decision.smallest.people, decision.smallest.proven) == (10, False)
    proven = decide(behind.cells, behind.person_of)
    assert (proven.smallest.people, proven.smallest.proven) == (10, True)
    assert proven.status == decision.status


@pytest.mark.parametrize("seed", range(40))
def test_the_integer_program_finds_the_smallest(seed: int) -> None:
    """Started from more people than there are, it has to find the combination by itself."""
    atoms = random_atoms(seed)
    atoms.rows = atoms.rows[independent(atoms.rows)]
    found, proven = smaller(atoms, atoms.rows, 1_000, TIME_LIMIT)
    assert found is not None
    assert (found.people, proven) == (fewest_people(atoms), True)


@pytest.mark.parametrize("seed", range(40))
def test_a_row_that_reveals_is_not_taken(seed: int) -> None:
    atoms = random_atoms(1_000 + seed)
    minimum = random.Random(seed).randint(2, 4)
    space, taken = RowSpace(atoms, len(atoms.rows)), []
    for place, row in enumerate(atoms.rows):
        if space.take_if_safe(row, minimum):
            taken.append(place)
    if taken:
        atoms.rows = atoms.rows[taken]
        fewest = fewest_people(atoms)
        assert fewest is not None
        assert fewest >= minimum
