"""The wording of outcomes, case mix and changes, at the boundaries of its rules."""

import pytest

from reporting.figures.case_mix import Expectation
from reporting.report.background import Background
from reporting.report.sentences.outcomes import changes_sentence, expectation_sentence
from reporting.report.tables.outcomes import Changes
from storage.figures.release_values import Response
from storage.figures.year_values import Youth
from tests.support.disclosure.cubes import YEAR, of_answers, report_of


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.4, 0.99, "färre"),
        (0.4, 1.0, ""),
        (1.0, 1.4, ""),
        (1.01, 1.4, "fler"),
    ],
)
def test_difficulty_needs_an_interval_without_one(low: float, high: float, said: str) -> None:
    sentence = expectation_sentence("Ek", Expectation("P1", 30.0, 14, 20.0, 0.7, low, high, clear=True))
    whole_sentence = (
        f"Hos Ek nådde {said} egen försörjning än väntat för kundernas svårighetsgrad (O/E 0,70, 14 mot 20,0)."
    )
    assert sentence == (whole_sentence if said else "")


def test_difficulty_outside_95_percent_is_watched() -> None:
    watched = Expectation("P1", 30.0, 14, 20.0, 0.7, 0.4, 0.99)
    assert expectation_sentence("Ek", watched) == (
        "Ek kan avvika från det väntade (O/E 0,70, 14 mot 20,0). Det följs upp; ingen slutsats dras."
    )


def test_difficulty_of_few_cases_is_silent() -> None:
    assert expectation_sentence("Ek", Expectation("P1", None, None, None, None, None, None)) == ""


def test_changes_in_the_singular() -> None:
    assert changes_sentence(Changes(1, 0)) == "1 kund bytte anordnare och 0 kunder avbröt insatsen."
    assert changes_sentence(Changes(2, None)) == "2 kunder bytte anordnare."


@pytest.mark.parametrize(
    ("endings", "said"),
    [
        ({"work": 6, "other": 3}, ""),  # nine endings
        ({"work": 9, "moved": 3}, ""),  # nine are left after exclusions
        (
            {"work": 20, "studies": 4, "moved": 6, "other": 10, "changed_provider": 9},
            "Av 40 avslut ledde 24 till egen försörjning (60 procent). Efter undantag av 6 avslut är det 24 av "
            "34 (71 procent).",
        ),
        (
            {"work": 20, "other": 20},
            "Av 40 avslut ledde 20 till egen försörjning (50 procent). Efter undantag av 0 avslut är det 20 av "
            "40 (50 procent).",
        ),
    ],
)
def test_both_outcomes_are_told_together(endings: dict[str, int], said: str) -> None:
    cube = of_answers({"A": {}})
    cube.endings.update({("A", reason): number for reason, number in endings.items()})
    assert report_of(cube).outcome_sentence == said


def test_young_people_in_both_ways() -> None:
    ended = [Response(f"{n}", n, "work" if n < 16 else "other", "A", YEAR, is_youth=n < 21) for n in range(40)]
    beside = Background(youth=Youth(27, {"work": 16, "other": 5}), targets={"outcome.youth": 50})
    report = report_of(of_answers({"A": {}}), beside, responses={"outcome": ended})
    assert report.youth_sentence == (
        "16 av 27 unga gick vidare till arbete, studier eller eget företag (59 procent). Utfallet ligger över "
        "målet 50 procent, men skillnaden är inom osäkerheten. Av de 21 vars insats är avslutad är andelen 76 "
        "procent."
    )
