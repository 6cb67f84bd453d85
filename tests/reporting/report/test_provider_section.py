"""Each provider beside the others, and the hidden ones together."""

from tests.support.disclosure.cubes import of_answers, random_cube, report_of
from tests.support.reports import CUBE


def test_hidden_providers_are_told_together() -> None:
    start = report_of(CUBE).points[0]
    row = start.rows[-1]
    # D and E: 2 of 3 and 5 of 8. F has no answers, so there is nothing to hide.
    assert (row.name, row.answered, row.share) == ("Övriga anordnare (2)", 11, 100 * 7 / 11)
    kinds = [each.kind for each in start.rows]
    # F begins with a sign, which sorts before the brackets and letters of the others.
    assert kinds == ["no_answers", "lower", "watch", "higher", "too_few", "too_few", "merged"]


def test_others_leave_the_provider_out() -> None:
    first = next(row for row in report_of(CUBE).points[0].rows if row.ref == "A")
    # 80 + 240 + 2 + 5 of 100 + 300 + 3 + 8 = 327 of 411.
    assert first.difference is not None
    assert round(first.difference.difference, 4) == round(34 - 100 * 327 / 411, 4)


def test_no_chart_of_two_marks() -> None:
    section = report_of(of_answers({"A": {"start": (20, 40)}, "B": {"start": (30, 40)}})).points[0]
    assert (section.bars, section.funnel) == (None, None)
    three = of_answers({ref: {"start": (20, 40)} for ref in "ABC"})
    section = report_of(three).points[0]
    assert section.bars is not None
    assert section.funnel is not None


def test_hidden_providers_together_are_ten() -> None:
    told = 0
    for seed in range(30):
        for section in report_of(random_cube(seed)).points:
            merged = [row for row in section.rows if row.kind == "merged"]
            told += sum(row.share is not None for row in merged)
            assert all(row.share is None or row.answered >= 10 for row in merged)
    assert told > 5
