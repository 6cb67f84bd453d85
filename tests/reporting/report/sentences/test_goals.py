"""The wording of goals and of the year before, at the boundaries of their rules."""

from reporting.figures.indicators import Indicator
from reporting.figures.previous_year import Earlier
from reporting.report.sentences.goals import earlier_sentence, target_sentence
from tests.support.disclosure.cubes import of_answers, rows_of
from tests.support.reports import full_count


def _row(satisfied: int, answers: int) -> Indicator:
    return next(r for r in rows_of(of_answers({"A": {"start": (satisfied, answers)}})) if r.point == "start")


def test_goal_is_judged_by_the_whole_interval() -> None:
    row = _row(74, 100)
    assert (round(row.ci_low or 0, 2), round(row.ci_high or 0, 2)) == (64.63, 81.6)
    assert target_sentence(row, row.ci_low).endswith("är uppnått.")
    assert target_sentence(row, 82) == "Målet 82 procent är inte uppnått."
    assert target_sentence(row, row.ci_high).endswith("men skillnaden är inom osäkerheten.")
    assert target_sentence(row, 70) == "Utfallet ligger över målet 70 procent, men skillnaden är inom osäkerheten."
    assert target_sentence(row, 80) == "Utfallet ligger under målet 80 procent, men skillnaden är inom osäkerheten."
    assert target_sentence(row, None) == ""


def test_full_count_has_no_uncertainty() -> None:
    assert target_sentence(full_count(99.9), 100) == "Målet 100 procent är inte uppnått."
    assert target_sentence(full_count(100.0), 100) == "Målet 100 procent är uppnått."
    assert target_sentence(full_count(None), 100) == ""


def test_year_before() -> None:
    row = _row(74, 100)
    assert earlier_sentence(row, None) == ""
    assert earlier_sentence(row, Earlier(2024, 71.5)) == "2024 var andelen 72 procent."
    broken = Earlier(2024, 71.5, "frågan är ny.")
    assert earlier_sentence(row, broken) == "Utfallet är inte jämförbart med 2024: frågan är ny."
    assert earlier_sentence(row, Earlier(2024, None)) == ""
    assert earlier_sentence(full_count(None), Earlier(2024, 71.5)) == ""
