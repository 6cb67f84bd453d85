"""Which figures are told is decided from how many people stand behind them, in the order of importance."""

import random
from dataclasses import replace

import pytest

from reporting.disclosure.cells import Answers, Cell, Status, in_order
from reporting.disclosure.control import decide
from reporting.figures.responses import CONFIRMED, OUTCOME
from storage.figures.release_values import Response
from tests.support.disclosure.registers import MEASURES, Register, of_sizes, random_register

OVERALL = "satisfaction.overall"
UNIT = Cell(OVERALL, "", "2025", "all")
WOMEN = replace(UNIT, gender="K")
# The 2015 report's own: 26 providers, 338 answers.
SIZES_2015 = [21, 3, 0, 16, 0, 18, 5, 15, 22, 18, 5, 0, 14, 15, 0, 24, 17, 0, 62, 17, 15, 4, 0, 14, 17, 16]


def provider(ref: str, point: str = "all") -> Cell:
    return replace(UNIT, provider=ref, point=point)


def cells(**sets: range) -> dict[Cell, Answers]:
    """Cells of providers by name, each the answers of a range; every answer is another person's."""
    return {UNIT if name == "unit" else provider(name): frozenset(answers) for name, answers in sets.items()}


def some_now(seeds: int, now: int) -> list[object]:
    """Return the seeds, of which those after the first ``now`` are left to the long run."""
    return [pytest.param(seed, marks=pytest.mark.long if seed >= now else ()) for seed in range(seeds)]


def alone(made: dict[Cell, Answers]) -> dict[int, int]:
    return {answer: answer for answers in made.values() for answer in answers}


@pytest.mark.parametrize(
    ("people", "status"),
    [(0, Status.NO_ANSWERS), (1, Status.TOO_FEW), (9, Status.TOO_FEW), (10, Status.OK), (11, Status.OK)],
)
def test_a_figure_is_told_from_ten_people(people: int, status: Status) -> None:
    made = cells(unit=range(people))
    assert decide(made, alone(made)).status == {UNIT: status}


def test_people_are_counted_not_answers() -> None:
    """Seven people answer at the start and at the end: 14 answers. Three more make ten people."""
    seven = {UNIT: frozenset(range(14))}
    assert decide(seven, {answer: answer % 7 for answer in range(14)}).status[UNIT] == Status.TOO_FEW
    ten = {UNIT: frozenset(range(17))}
    assert decide(ten, {answer: answer % 10 for answer in range(17)}).status[UNIT] == Status.OK


def test_a_provider_that_leaves_nine_is_suppressed() -> None:
    """The unit has 34; with P1's 16 and P2's 12 told, 34 - 16 - 12 = 6 of P3 would follow."""
    made = cells(unit=range(34), P1=range(16), P2=range(16, 28), P3=range(28, 34))
    assert decide(made, alone(made)).status == {
        UNIT: Status.OK,
        provider("P1"): Status.OK,
        provider("P2"): Status.SUPPRESSED,
        provider("P3"): Status.TOO_FEW,
    }


def test_tables_are_protected_together() -> None:
    """P1 has 12 women and no man. Of the unit's 20 women, 8 are elsewhere: women less P1 would tell of them."""
    made = cells(unit=range(40), P1=range(12)) | {WOMEN: frozenset(range(20))}
    told = decide(made, alone(made)).status
    assert told == {UNIT: Status.OK, provider("P1"): Status.OK, WOMEN: Status.SUPPRESSED}


def test_a_sum_over_all_but_one_counts() -> None:
    """A + B + C counts three groups twice and one person once: whether it is odd tells that person's answer."""
    made = cells(A=range(20), B=range(10, 30), C=range(10)) | {
        provider("C"): frozenset((*range(10), *range(20, 31)))
    }
    told = decide(made, alone(made)).status
    assert sorted(told.values()) == [Status.OK, Status.OK, Status.SUPPRESSED]


def test_the_order_is_that_of_importance() -> None:
    """Unit, unit by point, providers by size, gender, difficulty, quarters, provider by point, the rest."""
    rest = replace(WOMEN, point="start")
    month = Cell(OVERALL, "", "2025-Q1", "all")
    places = {
        UNIT: 5,
        replace(UNIT, point="end"): 1,
        provider("P2"): 3,
        provider("P1"): 2,
        WOMEN: 9,
        replace(UNIT, difficulty="low"): 9,
        month: 9,
        provider("P2", "start"): 9,
        rest: 9,
    }
    mixed = list(places)
    random.Random(1).shuffle(mixed)
    assert in_order({cell: frozenset(range(places[cell])) for cell in mixed}) == list(places)


def test_the_year_2015_tells_every_provider_with_ten() -> None:
    """16 of 26 providers have ten answers or more; genders, classes and quarters are told too."""
    behind = of_sizes(SIZES_2015).behind(OVERALL)
    decision = decide(behind.cells, behind.person_of)
    told = [cell for cell in behind.cells if decision.is_told(cell) and cell.point == "all"]
    assert sum(bool(cell.provider) for cell in told) == 16
    groups = {cell.gender + cell.difficulty + cell.period for cell in told if not cell.provider}
    assert groups >= {"K2025", "M2025", "Tlow2025", "Tmedium2025", "Thigh2025"} | {
        f"T2025-Q{n}" for n in range(1, 5)
    }
    assert (decision.smallest.people, decision.smallest.proven) == (10, True)


@pytest.mark.parametrize("seed", some_now(6, now=3))
def test_answers_do_not_matter(seed: int) -> None:
    register = random_register(seed)
    dice = random.Random(seed)
    for measure in MEASURES:
        behind = register.behind(measure)
        turned = [replace(each, value=dice.choice("12345")) for each in register.responses.get(measure, ())]
        other = Register(register.providers, {measure: turned}).behind(measure)
        assert decide(behind.cells, behind.person_of).status == decide(other.cells, other.person_of).status


@pytest.mark.parametrize("seed", some_now(20, now=6))
def test_no_combination_touches_fewer_than_ten(seed: int) -> None:
    register = random_register(100 + seed)
    for measure in MEASURES:
        behind = register.behind(measure)
        decision = decide(behind.cells, behind.person_of)
        assert decision.smallest.proven
        assert decision.smallest.people is None or decision.smallest.people >= 10


def test_without_the_rule_a_small_group_is_reached() -> None:
    """As above, with a minimum of one person: 34 - 16 - 12 = 6, and the certificate says so."""
    made = cells(unit=range(34), P1=range(16), P2=range(16, 28))
    decision = decide(made, alone(made), minimum=1)
    assert set(decision.status.values()) == {Status.OK}
    assert (decision.smallest.people, decision.smallest.proven) == (6, True)


def test_a_long_register_tells_the_most_important() -> None:
    sizes = [10] * 420
    behind = of_sizes(sizes).behind(OVERALL)
    status = decide(behind.cells, behind.person_of).status
    assert status[UNIT] == Status.OK
    told = [cell for cell in status if cell.provider and status[cell] == Status.OK]
    assert len(told) > 350
    assert status[provider("P99")] == Status.SUPPRESSED


def test_a_month_of_confirmations_is_the_unit_s() -> None:
    """Ten people answer about May at each of two providers: the month is told for all, the year for each."""
    register = Register(("P1", "P2"))
    register.responses[CONFIRMED] = [
        Response(f"E{n} 05", n, str(n % 2), "P1" if n < 10 else "P2", 2025, "2025-05") for n in range(20)
    ]
    behind = register.behind(CONFIRMED)
    assert {(cell.provider, cell.period): len(answers) for cell, answers in behind.cells.items()} == {
        ("", "2025"): 20,
        ("", "2025-05"): 20,
        ("P1", "2025"): 10,
        ("P2", "2025"): 10,
    }
    assert set(decide(behind.cells, behind.person_of).status.values()) == {Status.OK}


def test_denials_are_of_recorded_months() -> None:
    """P1 has recorded the months of all but one of 20 people: confirmations and denials would tell that one's."""
    register = Register(("P1",))
    register.responses[CONFIRMED] = [
        Response(f"E{n} 05", n, "1", "P1", 2025, "2025-05", is_recorded=n > 0) for n in range(20)
    ]
    behind = register.behind(CONFIRMED)
    status = {
        (cell.indicator, cell.provider): str(each)
        for cell, each in decide(behind.cells, behind.person_of).status.items()
        if cell.period == "2025"
    }
    assert status == {
        ("followup.confirmed", ""): "ok",
        ("followup.confirmed", "P1"): "ok",
        ("followup.denied", ""): "suppressed",
        ("followup.denied", "P1"): "suppressed",
    }


def test_a_provider_has_one_outcome() -> None:
    register = Register(("P1",))
    register.responses[OUTCOME] = [Response(f"E{n}", n, "work", "P1", 2025, is_youth=n < 4) for n in range(12)]
    cells_told = decide(register.behind(OUTCOME).cells, {n + 1: n for n in range(12)}).status
    assert {(cell.indicator, cell.provider): str(status) for cell, status in cells_told.items()} == {
        ("outcome.all_endings", ""): "ok",
        ("outcome.after_exclusions", ""): "ok",
        ("outcome.after_exclusions", "P1"): "ok",
        ("outcome.youth", ""): "too_few",
        ("outcome.youth.closed", ""): "too_few",
    }
