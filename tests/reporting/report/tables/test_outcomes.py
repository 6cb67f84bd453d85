"""The tables of changes and cases."""

from reporting.document.blocks import Grid
from reporting.figures.themes import ThemeRow
from reporting.report.background import Background
from reporting.report.build import build
from reporting.report.sections import document
from survey.codes import CaseKind
from tests.support.disclosure.cubes import NOW, YEAR, of_answers
from tests.support.reports import ANSWERS, CUBE, NAMES


def test_cases_have_names() -> None:
    cube = of_answers(ANSWERS, NAMES)
    cube.cases.update(dict.fromkeys(CaseKind, 7))
    told = dict(row[:2] for row in build(cube, YEAR, NOW).changes.rows)
    assert told["Klagomål"] == told["Kan vara i fara"] == told["Överlämning till ny anordnare"] == 7
    assert not told.keys() & set(CaseKind)


def test_changes_cases_and_their_reasons() -> None:
    reasons = (ThemeRow("1", "Fick inte rätt hjälp", 9, 3, "ok"), ThemeRow("5", "Annat", None, None, "too_few"),
               ThemeRow("2", "Bemötandet", None, None, "no_answers"))  # fmt: skip
    made = document(build(CUBE, YEAR, NOW, background=Background(change_reasons=reasons)))
    section = next(each for each in made.sections if each.number == 8)
    tables = [block for block in section.blocks if isinstance(block, Grid)]
    assert tables[1].rows == (("Fick inte rätt hjälp", 9, 3), ("Annat", "–", "–"))
    assert ("Klagomål", 0) in tables[0].rows
