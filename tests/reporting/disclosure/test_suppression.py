"""What is hidden stays hidden: an attacker with everything that is published finds no hidden cell."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.disclosure.suppression import (
    POINTS,
    Count,
    Hidden,
    Outcome,
    Table,
    is_unsafe,
    protect,
    protect_outcomes,
    undetermined,
)
from reporting.document.blocks import Grid
from reporting.errors import PublishError
from reporting.figures.endings import reasons_of
from reporting.figures.indicators import rows
from reporting.providers.dialogue_pack import dialogue
from reporting.publishing.publication import Publication
from reporting.publishing.publish import revised
from reporting.render import csv, docx, html, json, pdf, xlsx
from reporting.report.background import Background
from reporting.report.build import build
from reporting.report.model import QualityReport
from reporting.report.sections import document
from reporting.report.tables.outcomes import END_REASONS
from storage.figures.cells import Aggregate
from storage.figures.year_values import Volumes
from tests.support.disclosure.attacker import derived
from tests.support.disclosure.cubes import NOW, YEAR, grown, of_answers, random_cube
from tests.support.disclosure.packs import Pack, endings_learned, read_pack, unit_endings
from tests.support.disclosure.released import Release, read


def files(report: QualityReport, *, paper: bool = False) -> Release:
    """A release as the attacker gets it: every file that is written of it."""
    drawn = document(report)
    found = {"csv": csv.render(report), "json": json.render(report), "xlsx": xlsx.render(report)}
    found["html"] = html.render(drawn)
    if paper:  # they take most of the time
        found |= {"docx": docx.render(drawn), "pdf": pdf.render(drawn)}
    return read(found)


def packs(report: QualityReport, *, paper: bool = False) -> list[Pack]:
    """Every provider's dialogue pack, in all its formats for the first of them."""
    found = []
    for ref in report.background.volumes.customers_of if report.background.volumes else ():
        made = dialogue(report, ref)
        written = {"html": html.render(made)}
        if paper and not found:
            written |= {"docx": docx.render(made), "pdf": pdf.render(made)}
        found.append(read_pack(ref, written))
    return found


def with_customers(cube: Aggregate) -> Background:
    """Six customers each: enough for a pack."""
    customers = {ref: 6 for ref, _ in cube.providers}
    return Background(volumes=Volumes(sum(customers.values()), sum(customers.values()), 0, 0, customers))


def learned(report: QualityReport, every: Sequence[Pack]) -> set[tuple[str, ...]]:
    """What the report and all packs tell together that they should not."""
    page = html.render(document(report))
    release = Release(report.indicators)
    for pack in every:
        release.said |= {(pack.provider, *place): said for place, said in pack.satisfied.items()}
    return derived(release) | endings_learned(release, unit_endings(page), every)


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_the_attacker_finds_nothing(first: int) -> None:
    for seed in range(first, first + 20):
        assert derived(rows(random_cube(seed), NOW)) == set(), f"register {seed}"


@pytest.mark.parametrize("seed", range(2))
def test_packs_and_report_together_tell_nothing(seed: int) -> None:
    attack_with_packs(seed)


def attack_with_packs(seed: int) -> None:
    """Every provider shares its pack with the attacker."""
    cube = random_cube(seed)
    report = build(cube, YEAR, NOW, background=with_customers(cube))
    assert learned(report, packs(report, paper=True)) == set(), f"register {seed}"


def small_reasons_together(cube: Aggregate) -> dict[str, Grid]:
    """Each reason of six endings counted, the others in one row: a pack for itself gives nothing away."""
    found = {}
    for ref, reasons in reasons_of(cube).items():
        ended = {reason: number for reason, number in reasons.items() if reason != "changed_provider"}
        counted = {END_REASONS[reason]: number for reason, number in ended.items() if number >= 6}
        rest = sum(ended.values()) - sum(counted.values())
        found[ref] = Grid("Avslutsorsaker", ("Orsak", "Antal"), (*counted.items(), ("Andra orsaker", rest)))
    return found


def test_attacker_finds_single_reasons() -> None:
    broken = 0
    for seed in range(3):
        cube = random_cube(seed)
        report = build(cube, YEAR, NOW, background=with_customers(cube))
        broken += bool(learned(report, packs(replace(report, provider_endings=small_reasons_together(cube)))))
    assert broken >= 2


def test_attacker_finds_what_packs_show() -> None:
    broken = 0
    for seed in range(8):
        cube = random_cube(seed)
        report = build(cube, YEAR, NOW, background=with_customers(cube))
        careless = replace(report, indicators=tuple(rows(cube, NOW, protect=only_small)))
        broken += bool(learned(report, packs(careless)))
    assert broken > 2


def attack(seed: int) -> None:
    """The report of a random register in all its formats, and two revisions of it."""
    cube = random_cube(seed)
    told: list[Publication] = []
    for revision in range(3):
        try:
            told.append(revised(cube, Background(), NOW, told))
        except PublishError:  # it says that nothing may be told
            break
        cube = grown(cube, 10 * seed + revision)
    releases = [files(each.report, paper=each is told[0]) for each in told]
    assert derived(*releases) == set(), f"register {seed}"


@pytest.mark.parametrize("first", range(0, 12, 3))
def test_all_files_of_all_releases_tell_nothing(first: int) -> None:
    for seed in range(first, first + 3):
        attack(seed)


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, 1000, 100))
def test_a_thousand_registers_tell_nothing(first: int) -> None:
    for seed in range(first, first + 100):
        attack(seed)
        attack_with_packs(seed)


def only_small(total: Mapping[str, Count], tables: Sequence[Table], minimum: int) -> Hidden:
    """Suppression as it is done by those who have not thought of subtraction."""
    cells = [
        frozenset(
            (row, point) for row in table.rows for point in POINTS if is_unsafe(table.cell(row, point), minimum)
        )
        for table in tables
    ]
    return Hidden(frozenset(), tuple(cells))


def test_attacker_finds_subtracted_cells() -> None:
    broken = 0
    for seed in range(40):
        broken += bool(derived(rows(random_cube(seed), NOW, protect=only_small)))
    assert broken > 20


def test_attacker_finds_differences_between_releases() -> None:
    broken = 0
    for seed in range(8):
        cube = random_cube(seed)
        reports = [build(each, YEAR, NOW) for each in (cube, grown(cube, seed))]
        broken += bool(derived(*(files(each) for each in reports)))
    assert broken > 2


def test_revision_by_one_answer_repeats_figures() -> None:
    answers = {f"P{n}": {"start": (20 + n, 40)} for n in range(8)}
    first = revised(of_answers(answers), Background(), NOW, [])
    one_more = of_answers({**answers, "P3": {"start": (24, 41)}})
    second = revised(one_more, Background(), NOW, [first])
    assert second.report.background.standing == ("overall", "treatment", "usefulness")
    assert shares(second.report) == shares(first.report)


def shares(report: QualityReport) -> list[tuple[str, str, str, int | None, int | None]]:
    rows_ = [row for row in report.indicators if row.indicator.startswith("satisfaction.")]
    return [(row.indicator, row.provider, row.point, row.numerator, row.denominator) for row in rows_]


def test_a_revision_by_many_answers_is_told() -> None:
    answers = {f"P{n}": {"start": (20 + n, 40)} for n in range(8)}
    first = revised(of_answers(answers), Background(), NOW, [])
    many = of_answers({**answers, "P3": {"start": (30, 60)}, "P4": {"start": (27, 50)}})
    second = revised(many, Background(), NOW, [first])
    assert second.report.background.standing == ()
    found = {(row.indicator, row.provider, row.point): row for row in second.report.indicators}
    assert found["satisfaction.overall", "P3", "start"].numerator == 30


def test_a_revision_by_one_reason_repeats_them_all() -> None:
    """No outcome changes when work becomes studies; but the table of reasons would tell of one person."""
    cube = of_answers({f"P{n}": {"start": (20, 40)} for n in range(4)})
    for n in range(4):
        cube.endings.update({(f"P{n}", "work"): 10, (f"P{n}", "studies"): 6, (f"P{n}", "dropped_out"): 5 + n})
    first = revised(cube, Background(), NOW, [])
    for moved, standing in ((1, ("outcome",)), (6, ())):
        later = of_answers({f"P{n}": {"start": (20, 40)} for n in range(4)})
        later.endings.update(cube.endings)
        later.endings.update({("P0", "work"): 10 - moved, ("P0", "studies"): 6 + moved})
        second = revised(later, Background(), NOW, [first])
        assert second.report.background.standing == standing
        assert (second.report.endings == first.report.endings) is (moved == 1)


def test_a_revision_by_one_ending_repeats_the_outcomes() -> None:
    cube = of_answers({f"P{n}": {"start": (20, 40)} for n in range(4)})
    for n in range(4):
        cube.endings.update({(f"P{n}", "work"): 10, (f"P{n}", "dropped_out"): 5 + n})
    first = revised(cube, Background(), NOW, [])
    second = revised(replace(cube, endings={**cube.endings, ("P1", "work"): 11}), Background(), NOW, [first])
    assert second.report.background.standing == ("outcome",)
    assert second.report.endings == first.report.endings


@pytest.mark.parametrize(
    ("count", "unsafe"),
    [
        ((0, 0), False),
        ((1, 5), True),  # under six
        ((3, 6), False),
        ((6, 6), True),  # all six: everybody's answer
        ((0, 9), True),
        ((0, 10), False),
        ((10, 10), False),
    ],
)
def test_thresholds(count: tuple[int, int], unsafe: bool) -> None:
    assert is_unsafe(count) is unsafe


def test_small_provider_hides_the_next_smallest() -> None:
    table = Table(
        {
            "A": {"start": (2, 3), "all": (2, 3)},
            "B": {"start": (5, 9), "all": (5, 9)},
            "C": {"start": (9, 20), "all": (9, 20)},
        }
    )
    hidden = protect({"start": (16, 32), "all": (16, 32)}, [table])
    assert hidden.total == frozenset()
    assert {row for row, _ in hidden.tables[0]} == {"A", "B"}  # 3 + 9 = 12 answers, 7 of them satisfied


def test_both_points_hide_and_all_stays() -> None:
    table = Table(
        {
            "A": {"start": (2, 3), "end": (8, 20), "all": (10, 23)},
            "B": {"start": (3, 5), "end": (9, 20), "all": (12, 25)},
            "C": {"start": (9, 20), "end": (9, 20), "all": (18, 40)},
        }
    )
    hidden = protect({"start": (14, 28), "end": (26, 60), "all": (40, 88)}, [table]).tables[0]
    assert hidden == {("A", "start"), ("A", "end"), ("B", "start"), ("B", "end")}


def test_a_total_of_one_provider_goes_with_it() -> None:
    table = Table({"A": {"start": (2, 3), "end": (8, 20), "all": (10, 23)}})
    hidden = protect({"start": (2, 3), "end": (8, 20), "all": (10, 23)}, [table])
    assert hidden.total == {"start", "all"}
    assert ("A", "end") not in hidden.tables[0]


def test_an_unpublished_small_group_is_not_left_over() -> None:
    table = Table({"K": {"start": (10, 20)}, "M": {"start": (10, 20)}, "?": {"start": (1, 2)}}, frozenset({"?"}))
    hidden = protect({"start": (21, 42)}, [table]).tables[0]
    assert {row for row, _ in hidden} == {"?", "K"}  # 42 - 20 - 20 would leave the two


Cell = st.integers(0, 3).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(Cell, Cell), min_size=1, max_size=3), st.data())
def test_undetermined_agrees_with_trying_every_table(
    pairs: list[tuple[tuple[int, int], tuple[int, int]]], data: st.DataObject
) -> None:
    cells: dict[tuple[str, str], tuple[int, int]] = {}
    for number, (s, e) in enumerate(pairs):
        cells |= {
            (str(number), "start"): s,
            (str(number), "end"): e,
            (str(number), "all"): (s[0] + e[0], s[1] + e[1]),
        }
    cells = {key: count for key, count in cells.items() if count[1]}
    chosen = data.draw(st.sets(st.sampled_from(sorted(cells)))) if cells else set()
    hidden = {key: cells[key] for key in sorted(chosen)}
    assert undetermined(hidden) == _by_trying(hidden)


def _by_trying(hidden: dict[tuple[str, str], tuple[int, int]]) -> set[tuple[str, str]]:
    """Enumerate every filling with the same row and column sums."""
    keys = list(hidden)

    def sums(values: tuple[int, ...]) -> tuple[object, ...]:
        columns: dict[str, int] = {}
        lines: dict[str, int] = {}
        for (row, point), value in zip(keys, values, strict=True):
            columns[point] = columns.get(point, 0) + value
            lines[row] = lines.get(row, 0) + (-value if point == "all" else value)
        return tuple(sorted(columns.items())), tuple(sorted(lines.items()))

    truth = tuple(count[0] for count in hidden.values())
    goal = sums(truth)
    found: set[tuple[str, str]] = set()
    for values in product(*(range(count[1] + 1) for count in hidden.values())):
        if sums(values) == goal:
            found |= {key for key, a, b in zip(keys, values, truth, strict=True) if a != b}
    return found


def test_outcomes_hide_both_measures_together() -> None:
    # After exclusions A has 4 endings left; its 8 endings would tell their numerator.
    hidden = protect_outcomes({"A": Outcome(3, 8, 4), "B": Outcome(6, 12, 10), "C": Outcome(20, 40, 30)})
    assert hidden == (False, frozenset({"A", "B"}))


def test_mean_that_tells_hidden_shares_is_hidden() -> None:
    answers = {f"P{n}": {"start": (8, 12 + n)} for n in range(6)} | {"A": {"start": (1, 3)}, "B": {"start": (3, 7)}}
    found = {(r.indicator, r.provider, r.point): r for r in rows(of_answers(answers), NOW)}
    assert found["satisfaction.overall", "A", "start"].status == "too_few"
    assert found["satisfaction.overall", "B", "start"].status == "suppressed"
    assert found["satisfaction.overall.mean_of_providers", "", "start"].status == "suppressed"
