"""The table of monthly follow-ups."""

from reporting.report.build import build
from storage.figures.cells import MonthCounts
from tests.support.disclosure.cubes import NOW, YEAR, of_answers


def test_exempt_months_are_counted_apart() -> None:
    cube = of_answers({"A": {"start": (20, 40)}, "B": {}})
    cube.months.update(
        {
            ("A", "2025-01"): MonthCounts(due=10, on_time=8, late=1),
            ("", "2025-01"): MonthCounts(due=10, on_time=8, late=1),
        }
    )
    cube.exempt.update({("A", "2025-01"): {"illness": 2}, ("B", "2025-02"): {"illness": 4, "holiday": 6}})
    report = build(cube, YEAR, NOW)
    columns = report.followups.columns
    assert columns == (
        "Anordnare", "Förväntade", "I tid", "Sent", "Saknas", "Undantagna", "Andel i tid", "Bekräftat av kund",
        "Avvikelser",
    )  # fmt: skip
    # A: 10 due, 8 + 1 followed up, 1 missing; exempt months are beside the due ones. B had nothing else.
    assert [row[1:6] for row in report.followups.rows] == [(10, 8, 1, 1, 2), (0, 0, 0, 0, 10), (10, 8, 1, 1, 12)]
    assert report.exempt_sentence.endswith("6 för sjukdom och 6 för ledighet enligt planen.")
