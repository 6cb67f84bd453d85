"""What a provider learns from all that it is given over the years, and an attacker who tries to learn more."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

import pytest

from reporting.disclosure import digest_releases
from reporting.disclosure.digest_releases import Atom, Figure, Quarter, Sum
from reporting.disclosure.suppression import Count
from reporting.providers.digest import Digest, sms, telegram
from tests.support.disclosure.digest_attacker import exactly, read, solved, yearly

Decide = Callable[[Mapping[Atom, Count], Sequence[Figure], Quarter], Figure | None]
FINAL_AFTER = timedelta(days=91)
Q1, Q2, Q3, Q4 = ((2015, n) for n in (1, 2, 3, 4))


def _answers(*counts: tuple[Count, Count]) -> dict[Atom, Count]:
    """By quarter of 2015: (satisfied, answered) at start and at end."""
    return {
        ((2015, number), point): count
        for number, quarter in enumerate(counts, 1)
        for point, count in zip(("start", "end"), quarter, strict=True)
    }


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2016, 4, 1), Q4),  # 1 April less 91 days is 1 January: the quarter before it is whole
        (date(2016, 3, 31), Q3),
        (date(2016, 1, 2), Q3),
        (date(2015, 12, 30), Q2),
    ],
)
def test_a_quarter_is_final_after_91_days(today: date, last: tuple[int, int]) -> None:
    assert digest_releases.last_final(today, FINAL_AFTER) == last


def test_a_year_of_mixed_answers_is_told() -> None:
    answers = _answers(((3, 4), (2, 4)), ((3, 4), (2, 4)), ((3, 4), (2, 4)), ((3, 4), (2, 4)))
    assert digest_releases.decide(answers, [], Q4) == Figure(Q4, 20, 32)


def test_five_answers_are_not_told() -> None:
    assert digest_releases.decide(_answers(((1, 3), (1, 2))), [], Q4) is None


YEAR = (((3, 4), (2, 4)), ((3, 4), (2, 4)), ((3, 4), (2, 4)), ((3, 4), (2, 4)))  # 20 of 32


def _and_then(start: Count, end: Count) -> dict[Atom, Count]:
    """YEAR, and the first quarter of the year after."""
    return _answers(*YEAR) | {((2016, 1), "start"): start, ((2016, 1), "end"): end}


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ((1, 3), (1, 2), Figure(Q4, 20, 32)),  # five new answers
        ((1, 3), (2, 3), Figure((2016, 1), 18, 30)),  # six: 20 - 5 + 3 of 32 - 8 + 6
        (
            (3, 3),
            (3, 3),
            Figure((2016, 1), 21, 30),
        ),  # all satisfied: what left the figure may have been six of eight
    ],
)
def test_a_figure_changes_with_six_new_answers(start: Count, end: Count, told: Figure) -> None:
    assert digest_releases.decide(_and_then(start, end), [Figure(Q4, 20, 32)], (2016, 1)) == told


def test_the_first_figure_waits_for_the_whole_year() -> None:
    """Three quarters told now, and the year's report later: the fourth quarter would follow by subtraction."""
    for last in (Q1, Q2, Q3):
        assert digest_releases.decide(_answers(*YEAR), [], last) is None
    assert digest_releases.decide(_answers(*YEAR), [], Q4) == Figure(Q4, 20, 32)


def test_six_of_six_are_no_band() -> None:
    assert digest_releases.decide(_answers(((3, 3), (3, 3))), [], Q4) is None


@pytest.mark.parametrize(("satisfied", "told"), [(10, "over"), (11, "over"), (9, "")])
def test_a_band_hides_whether_all_are_satisfied(satisfied: int, told: str) -> None:
    figure = Figure(Q1, satisfied, 11)  # 10 / 11 = 90.9 %, 9 / 11 = 81.8 %
    assert (figure.band, digest_releases.may_be_shown(figure)) == (told, True)


def test_figure_that_tells_a_quarter_is_withheld() -> None:
    """The answers of 2015 came in its last three quarters: none leaves the figure, so the six new ones follow."""
    answers = _answers(((0, 0), (0, 0)), *YEAR[1:])
    new = {((2016, 1), "start"): (3, 3), ((2016, 1), "end"): (3, 3)}
    first = Figure(Q4, 15, 24)
    assert digest_releases.decide(answers, [], Q4) == first
    assert digest_releases.decide(answers | new, [first], (2016, 1)) == first  # 21 - 15 = 6 of 6
    # Nor when the running year would say the same by itself: its report is not written yet.
    more = {((2016, 2), "start"): (5, 5), ((2016, 2), "end"): (4, 4)}
    assert digest_releases.decide(answers | new | more, [first], (2016, 1)) == first


def test_an_old_figure_is_dropped_after_a_year() -> None:
    assert digest_releases.decide(_answers(*YEAR), [Figure(Q4, 20, 32)], (2016, 3)) == Figure(Q4, 20, 32)
    assert digest_releases.decide(_answers(*YEAR), [Figure(Q4, 20, 32)], (2017, 1)) is None


def _without_rule(answers: Mapping[Atom, Count], _earlier: Sequence[Figure], last: Quarter) -> Figure | None:
    counted = [answers[quarter, point] for quarter in digest_releases.window(last) for point in ("start", "end")
               if (quarter, point) in answers]  # fmt: skip
    total = [sum(column) for column in zip(*counted, strict=True)]
    return Figure(last, *total) if total and total[1] else None


def _learned(seed: int, decide: Decide, *, bands: bool) -> tuple[int, set[Atom]]:
    """(figures given, what they tell beyond the yearly reports) of a provider's three years."""
    dice = random.Random(seed)
    mean, share = dice.choice((1, 2, 3, 5, 8)), dice.choice((0.5, 0.7, 0.8, 0.9, 0.95))
    answers: dict[Atom, Count] = {}
    for year in (2015, 2016, 2017):
        for number in (1, 2, 3, 4):
            for point in ("start", "end"):
                answered = min(20, round(dice.expovariate(1 / mean)))
                answers[(year, number), point] = sum(dice.random() < share for _ in range(answered)), answered
    given: list[Figure] = []
    for month in range(40):
        today = date(2015 + month // 12, month % 12 + 1, 2)
        until = today - timedelta(days=1)
        seen = {atom: count for atom, count in answers.items() if atom[0] <= (until.year, (until.month + 2) // 3)}
        figure = decide(seen, given, digest_releases.last_final(today, FINAL_AFTER))
        if figure is not None and figure not in given[-1:]:
            given.append(figure)
    reports = yearly(answers)
    told = [_read(figure) if bands else exactly(figure) for figure in given]
    return len(given), solved(answers, [*reports, *told]) - solved(answers, reports)


def _read(figure: Figure) -> Sum:
    """What both messages say; the one never says more than the other."""
    digest = Digest(date(2015, 1, 1), date(2015, 2, 5), 0, 0, (), figure, None, (figure.answered, 60))
    by_sms, by_telegram = (read(text, figure.last, figure.answered) for text in (sms(digest), telegram(digest)))
    assert by_sms is not None
    assert by_sms == by_telegram
    return by_sms


def _attack(seeds: range, decide: Decide, *, bands: bool) -> tuple[int, int]:
    """(figures given, providers about whose customers the attacker learned something)."""
    results = [_learned(seed, decide, bands=bands) for seed in seeds]
    return sum(given for given, _ in results), sum(bool(found) for _, found in results)


def test_three_years_of_digests_give_no_answer_away() -> None:
    given, broken = _attack(range(8), digest_releases.decide, bands=True)
    assert given > 20
    assert broken == 0


def test_the_attacker_succeeds_without_the_rule() -> None:
    assert _attack(range(5), _without_rule, bands=False)[1] >= 3


@pytest.mark.long
def test_hundreds_of_providers_give_no_answer_away() -> None:
    assert _attack(range(1_000, 1_300), digest_releases.decide, bands=True)[1] == 0
