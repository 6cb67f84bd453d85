"""The wording of the monthly follow-ups and of exempt months, at the boundaries of its rules."""

import pytest

from reporting.report.sentences.followups import exempt_sentence
from storage.figures.cells import MonthCounts
from tests.support.disclosure.cubes import of_answers, report_of


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        ({}, ""),
        (
            {"illness": 19, "parental_leave": 8, "holiday": 6},
            "33 insatsmånader är undantagna och räknas inte med: 19 för sjukdom, 8 för föräldraledighet och 6 för "
            "ledighet enligt planen.",
        ),
        # Five months of a kind are not named; six others beside them are enough to hide among.
        (
            {"illness": 19, "parental_leave": 5, "holiday": 1},
            "25 insatsmånader är undantagna och räknas inte med: 19 för sjukdom och 6 av andra skäl.",
        ),
        # Alone they would follow from the sum: the smallest that could be named goes with them.
        (
            {"illness": 19, "parental_leave": 8, "holiday": 5},
            "32 insatsmånader är undantagna och räknas inte med: 19 för sjukdom och 13 av andra skäl.",
        ),
        ({"holiday": 1}, "1 insatsmånad är undantagen och räknas inte med: 1 av olika skäl."),
    ],
)
def test_exempt_months_and_their_reasons(reasons: dict[str, int], said: str) -> None:
    assert exempt_sentence(reasons, 6) == said


@pytest.mark.parametrize(
    ("month", "said"),
    [
        (MonthCounts(), ""),
        (MonthCounts(due=10, on_time=10), "10 av 10 insatsmånader (100 procent) följdes upp i tid."),
        (
            MonthCounts(due=10, on_time=7, late=1),
            "7 av 10 insatsmånader (70 procent) följdes upp i tid. 1 följdes upp sent och 2 saknar uppföljning.",
        ),
        (
            MonthCounts(due=20, on_time=20, answered=12, confirmed=9, denied=1),
            "20 av 20 insatsmånader (100 procent) följdes upp i tid. Kunderna bekräftade uppföljningen för 9 av de "
            "12 månader som de svarade om (75 procent, intervall 47–91). För 1 månad har anordnaren registrerat en "
            "uppföljning som kunden säger inte hölls.",
        ),
        (  # nine people are too few to tell what they said
            MonthCounts(due=10, on_time=10, answered=9, confirmed=3, denied=1),
            "10 av 10 insatsmånader (100 procent) följdes upp i tid.",
        ),
    ],
)
def test_follow_ups_from_both_sides(month: MonthCounts, said: str) -> None:
    cube = of_answers({"A": {"start": (20, 40)}})
    cube.months.update({("A", "2025-01"): month, ("", "2025-01"): month})
    assert report_of(cube).followup_sentence == said
