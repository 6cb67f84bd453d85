"""Which themes and reasons may be shown."""

import pytest

from reporting.figures.themes import (
    Dissatisfaction,
    ThemeRow,
    dissatisfaction,
    shown,
    shown_reasons,
    themes_of_providers,
)
from reporting.figures.told import disclose
from storage.figures.release_values import Response
from storage.figures.themes import ThemeCount
from survey.codes import DissatisfactionReason


@pytest.mark.parametrize(
    ("count", "row"),
    [
        (ThemeCount(6, 2), ThemeRow("treatment", "Bemötande", 6, 2, "ok")),
        (ThemeCount(5, 2), ThemeRow("treatment", "Bemötande", None, None, "too_few")),
        (ThemeCount(60, 1), ThemeRow("treatment", "Bemötande", None, None, "too_few")),
        (ThemeCount(0, 0), ThemeRow("treatment", "Bemötande", None, None, "no_answers")),
    ],
)
def test_theme_needs_six_customers_at_two_providers(count: ThemeCount, row: ThemeRow) -> None:
    assert shown({"treatment": count}, may_be_told=True)[1] == row


def test_themes_hide_with_the_answers() -> None:
    """Nor which themes there are."""
    rows = shown({"treatment": ThemeCount(60, 4)}, may_be_told=False)
    assert {(row.status, row.customers) for row in rows} == {("suppressed", None)}
    assert {row.status for row in shown({}, may_be_told=False)} == {"no_answers"}


@pytest.mark.parametrize(
    ("counts", "shown_"),
    [
        ({1: (20, 3), 2: (7, 2)}, [1, 2]),
        ({1: (20, 3), 2: (5, 3), 3: (6, 1)}, [1]),  # 5 + 6 hidden customers are enough to hide among
        ({1: (20, 3), 2: (7, 2), 3: (4, 2)}, [1]),  # 4 alone would follow by subtraction: 7 + 4 are hidden
        ({1: (6, 2), 2: (1, 1)}, []),
        ({}, []),
    ],
)
def test_hidden_reasons_hide_among_each_other(counts: dict[int, tuple[int, int]], shown_: list[int]) -> None:
    assert shown_reasons(counts) == shown_


def answered(ref: str, people: int, treatment: int, sooner: int = 0) -> list[Response]:
    """So many people of a provider, of whom some are not satisfied for the reasons 2 and 1."""
    return [
        Response(
            f"{ref} {n}",
            hash((ref, n)),
            "2 2" if n < treatment else "1 1" if n < treatment + sooner else "5",
            ref,
            2025,
            "2025-Q1",
            "start",
        )
        for n in range(people)
    ]


def test_provider_hears_what_many_customers_speak_of() -> None:
    said = [
        *answered("A", 20, 6),
        *answered("B", 20, 5, 7),
        *answered("C", 9, 8),
        *answered("D", 21, 21),
        *answered("E", 9, 0),
    ]
    coded = [Response(each.source, each.person, "-", each.provider, 2025) for each in said]
    coded[7:13] = [Response(each.source, each.person, "language,praise", "A", 2025) for each in coded[7:13]]
    told = disclose({"satisfaction.overall": said, "themes": coded}, time_limit=0)
    assert themes_of_providers(said, coded, told, {"C": ("contact",)}) == {
        "A": ("language", "praise", "treatment"),  # six each
        "B": ("sooner",),  # five are too few
        "C": ("contact",),  # nine people: what was told before stands
        "D": (),  # all of them: what everybody said
    }


def answer(person: int, value: str, point: str = "start", at: str = "P1", in_year: bool = True) -> Response:
    return Response(f"{person} {point} {at} {in_year}", person, value, at, 2025, point=point, in_year=in_year)


def test_person_counts_once_over_both_points() -> None:
    said = dissatisfaction([answer(1, "2 4"), answer(1, "1 4", "end"), answer(2, "3 4", at="P2"), answer(3, "5")])
    assert said == Dissatisfaction(2, {DissatisfactionReason.PROMISES: (2, 2)}, 1)


def test_earlier_enrolment_does_not_count() -> None:
    said = dissatisfaction([answer(1, "4"), answer(1, "1 2", in_year=False)])
    assert said == Dissatisfaction(0, {}, 0)


def test_no_reason_exceeds_the_dissatisfied() -> None:
    """One answered 2 with a reason, and three others corrected theirs to satisfied."""
    said = dissatisfaction([answer(1, "2 1"), answer(2, "5"), answer(3, "4"), answer(4, "5")])
    assert all(customers <= said.customers for customers, _ in said.reasons.values())
