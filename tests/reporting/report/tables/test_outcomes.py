"""The tables of endings, changes and cases."""

import pytest

from reporting.document.blocks import Grid
from reporting.report.sections import document
from survey.codes import CaseKind
from tests.support.disclosure.cubes import of_answers, report_of
from tests.support.reports import ANSWERS, CUBE, NAMES


def test_cases_have_names() -> None:
    cube = of_answers(ANSWERS, NAMES)
    cube.cases.update(dict.fromkeys(CaseKind, 7))
    told = dict(row[:2] for row in report_of(cube).changes.rows)
    assert told["Klagomål"] == told["Överlämning till ny anordnare"] == 7
    assert not told.keys() & set(CaseKind)


def test_danger_is_in_no_report() -> None:
    cube = of_answers(ANSWERS, NAMES)
    cube.cases.update({CaseKind.DANGER: 7, CaseKind.COMPLAINT: 5, CaseKind.CONTACT: 6})
    told = dict(row[:2] for row in report_of(cube).changes.rows)
    assert (told["Klagomål"], told["Vill bli kontaktad"]) == ("färre än 6", 6)
    assert not any("fara" in str(name) for name in told)


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ({"Flytt": 7, "Föräldraskap": 6, "Hälsa och pension": 9, "Dödsfall": 0}, [7, 6, 9, 0]),
        # Three alone would follow from the sum: the next smallest goes with it.
        ({"Flytt": 7, "Föräldraskap": 3, "Hälsa och pension": 9, "Dödsfall": 0}, ["–", "–", 9, 0]),
        # Two and three are five together: the seven go with them.
        ({"Flytt": 7, "Föräldraskap": 3, "Hälsa och pension": 9, "Dödsfall": 2}, ["–", "–", 9, "–"]),
        ({"Flytt": 0, "Föräldraskap": 3, "Hälsa och pension": 0, "Dödsfall": 0}, ["–", "–", "–", "–"]),
    ],
)
def test_few_endings_of_a_group_are_summed(numbers: dict[str, int], told: list[object]) -> None:
    reasons = {"Flytt": "moved", "Föräldraskap": "pregnancy", "Hälsa och pension": "illness", "Dödsfall": "death"}
    cube = of_answers({"A": {}})
    cube.endings["A", "work"] = 40
    for group, number in numbers.items():
        cube.endings["A", reasons[group]] = number
    rows = {row[0]: row[1] for row in report_of(cube).endings.rows}
    assert [rows[group] for group in reasons] == told
    assert rows["Alla undantag tillsammans"] == sum(numbers.values())
    assert (rows["Arbete"], rows["Studier"], rows["Övriga"]) == (40, 0, 0)


def test_endings_are_hidden_with_the_outcome() -> None:
    cube = of_answers({"A": {}})
    cube.endings["A", "work"] = 9
    assert {row[1] for row in report_of(cube).endings.rows} == {"–"}


def test_changes_cases_and_their_reasons() -> None:
    made = document(report_of(CUBE, change_reasons={"1": (9, 3), "5": (5, 2)}))
    section = next(each for each in made.sections if each.number == 8)
    tables = [block for block in section.blocks if isinstance(block, Grid)]
    assert tables[1].rows == (("Fick inte rätt hjälp", 9, 3), ("Annat", "–", "–"))
    assert ("Klagomål", 0) in tables[0].rows
