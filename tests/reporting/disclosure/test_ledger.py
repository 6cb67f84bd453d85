"""What was told before counts: a figure is told anew only when the change is one of ten people."""

from dataclasses import replace

import pytest

from reporting.disclosure.cells import Cell, Status
from reporting.disclosure.control import decide
from reporting.disclosure.ledger import Behind
from storage.figures.release_values import Ledger, Response, ToldCell
from tests.support.disclosure.registers import Register, of_sizes

OVERALL = "satisfaction.overall"
UNIT = Cell(OVERALL, "", "2025", "all")
P00 = replace(UNIT, provider="P00")


def key(cell: Cell) -> tuple[str, str, str, str, str, str]:
    return (cell.indicator, cell.provider, cell.period, cell.point, cell.gender, cell.difficulty)


def told(behind: Behind, ledger: Ledger | None = None) -> Ledger:
    """The ledger after a release of all that may be told."""
    ledger = ledger or Ledger()
    decision = decide(behind.cells, behind.person_of, behind.earlier, time_limit=0)
    cells = [ToldCell(key(cell), answers) for cell, answers in behind.cells.items() if decision.is_told(cell)]
    return Ledger((*ledger.answers, *behind.new), (*ledger.cells, *cells))


def register(sizes: tuple[int, ...] = (20, 30)) -> Register:
    return of_sizes(sizes)


def late(number: int, provider: str = "P00") -> list[Response]:
    return [
        Response(f"late {n}", 9_000 + n, "5", provider, 2025, "2025-Q4", "end", "K", "low") for n in range(number)
    ]


def after(change: Register, ledger: Ledger, next_id: int = 1_000) -> dict[Cell, Status]:
    behind = change.behind(OVERALL, ledger, next_id)
    return dict(decide(behind.cells, behind.person_of, behind.earlier, time_limit=0).status)


def test_the_same_answers_are_told_again() -> None:
    before = register()
    ledger = told(before.behind(OVERALL))
    again = before.behind(OVERALL, ledger, 1_000)
    assert again.new == ()
    assert decide(again.cells, again.person_of, again.earlier).status[UNIT] == Status.OK


@pytest.mark.parametrize(("number", "status"), [(1, Status.SUPPRESSED), (9, Status.SUPPRESSED), (10, Status.OK)])
def test_late_answers_are_told_when_they_are_ten(number: int, status: Status) -> None:
    before = register()
    ledger = told(before.behind(OVERALL))
    later = Register(before.providers, {OVERALL: [*before.responses[OVERALL], *late(number)]})
    assert after(later, ledger)[UNIT] == status


@pytest.mark.parametrize(("number", "status"), [(1, Status.SUPPRESSED), (9, Status.SUPPRESSED), (10, Status.OK)])
def test_erased_answers_are_subtracted_when_they_are_ten(number: int, status: Status) -> None:
    before = register()
    ledger = told(before.behind(OVERALL))
    later = Register(before.providers, {OVERALL: before.responses[OVERALL][number:]})
    assert after(later, ledger)[UNIT] == status


def test_one_changed_answer_is_not_told() -> None:
    before = register()
    ledger = told(before.behind(OVERALL))
    first, *rest = before.responses[OVERALL]
    changed = Register(
        before.providers, {OVERALL: [replace(first, value="1" if first.value != "1" else "2"), *rest]}
    )
    assert after(changed, ledger)[UNIT] == Status.SUPPRESSED


def test_a_changed_answer_is_the_same_person_s() -> None:
    """Nine people come and one of them had answered before: nine people are what the change tells of."""
    before = register()
    ledger = told(before.behind(OVERALL))
    first, *rest = before.responses[OVERALL]
    nine = [replace(each, person=first.person) if n == 0 else each for n, each in enumerate(late(9))]
    changed = replace(first, value="1" if first.value != "1" else "2")
    later = Register(before.providers, {OVERALL: [changed, *rest, *nine]})
    assert after(later, ledger)[UNIT] == Status.SUPPRESSED


def test_an_answer_that_moves_is_one_unknown() -> None:
    """A person's gender is corrected: the women of today less those of before is that person's answer."""
    before = register((60,))
    ledger = told(before.behind(OVERALL))
    assert any(each.key == key(replace(UNIT, gender="K")) for each in ledger.cells)
    moved = next(each for each in before.responses[OVERALL] if each.gender == "M")
    others = [each for each in before.responses[OVERALL] if each is not moved]
    later = Register(before.providers, {OVERALL: [*others, replace(moved, gender="K")]})
    status = after(later, ledger)
    assert status[UNIT] == Status.OK  # the same answers as before
    assert status[replace(UNIT, gender="K")] == Status.SUPPRESSED


def test_steps_do_not_add_up_to_one_answer() -> None:
    """One answer comes, then nine more: each release is held against all before it."""
    before = register()
    ledger = told(before.behind(OVERALL))
    one = Register(before.providers, {OVERALL: [*before.responses[OVERALL], *late(1)]})
    ledger = told(one.behind(OVERALL, ledger, 1_000), ledger)
    assert sum(each.key == key(UNIT) for each in ledger.cells) == 1
    ten = Register(before.providers, {OVERALL: [*before.responses[OVERALL], *late(10)]})
    assert after(ten, ledger, 2_000)[UNIT] == Status.OK


def test_another_year_is_left_out_of_account() -> None:
    before = register()
    ledger = told(before.behind(OVERALL))
    next_year = [replace(each, source=f"{each.source} 2026", year=2026) for each in before.responses[OVERALL]]
    behind = Register(before.providers, {OVERALL: next_year}).behind(OVERALL, ledger, 1_000)
    assert behind.earlier == ()


def test_an_erased_answer_still_counts() -> None:
    """It stays in what was told, and is none of today's, even when the customer says the same again."""
    before = register()
    ledger = told(before.behind(OVERALL))
    first = before.responses[OVERALL][0]
    erased = tuple(replace(each, value="") if each.person == first.person else each for each in ledger.answers)
    behind = before.behind(OVERALL, Ledger(erased, ledger.cells), 1_000)
    assert [(each.id, each.person) for each in behind.new] == [(1_000, first.person)]
    assert len(behind.earlier[0] - behind.cells[UNIT]) == 1
    assert after(before, Ledger(erased, ledger.cells))[UNIT] == Status.SUPPRESSED
