"""The table of monthly follow-ups."""

from reporting.document.blocks import Percent
from storage.figures.cells import MonthCounts
from tests.support.disclosure.cubes import of_answers, report_of


def test_exempt_months_are_counted_apart() -> None:
    cube = of_answers({"A": {"start": (20, 40)}, "B": {}})
    cube.months.update(
        {
            ("A", "2025-01"): MonthCounts(due=10, on_time=8, late=1),
            ("", "2025-01"): MonthCounts(due=10, on_time=8, late=1),
        }
    )
    cube.exempt.update({("A", "2025-01"): {"illness": 2}, ("B", "2025-02"): {"illness": 8, "holiday": 10}})
    report = report_of(cube)
    columns = report.followups.columns
    assert columns == (
        "Anordnare", "Förväntade", "I tid", "Sent", "Saknas", "Undantagna", "Andel i tid", "Bekräftat av kund",
        "Avvikelser",
    )  # fmt: skip
    # A: 10 due, 8 + 1 followed up, 1 missing; exempt months are beside the due ones. B had nothing else.
    assert [row[1:6] for row in report.followups.rows] == [(10, 8, 1, 1, 2), (0, 0, 0, 0, 18), (10, 8, 1, 1, 20)]
    assert report.exempt_sentence.endswith("10 för sjukdom och 10 för ledighet enligt planen.")


def test_denials_are_told_with_confirmations() -> None:
    """Ten people of A answer, and nine of B; the unit's 19 would be told of B by subtraction, so A's are not."""
    cube = of_answers({"A": {}, "B": {}})
    cube.months["A", "2025-01"] = MonthCounts(due=10, on_time=10, answered=10, confirmed=7, denied=3)
    cube.months["B", "2025-01"] = MonthCounts(due=9, on_time=9, answered=9, confirmed=9)
    cube.months["", "2025-01"] = MonthCounts(due=19, on_time=19, answered=19, confirmed=16, denied=3)
    assert [row[-2:] for row in report_of(cube).followups.rows] == [
        ("–", "–"),
        ("–", "–"),
        (Percent(100 * 16 / 19), 3),
    ]
