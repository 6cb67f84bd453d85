"""The example register gives the totals that the 2015 report published (REPORT.md, last section)."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from bot.simulator.register import EXCLUDED, SHAPE, Example, build


@pytest.fixture(scope="module")
def example() -> Example:
    return build(2015)


def _shares(example: Example) -> dict[str, float]:
    """Return the per cent satisfied of each provider, from the scripts with an overall answer."""
    provider = {each.ref: each.provider for each in example.enrolments}
    ratings = defaultdict(list)
    for (ref, survey, _), script in example.scripts.items():
        if survey in ("start", "end") and not script.stop:
            ratings[provider[ref]].append(int(script.answers["overall"][0]))
    return {ref: 100 * sum(value >= 4 for value in values) / len(values) for ref, values in ratings.items()}


def test_volumes(example: Example) -> None:
    assert (len(example.providers), len(example.customers), len(example.enrolments)) == (26, 503, 560)


def test_44_percent_are_women(example: Example) -> None:
    assert round(100 * sum(each.gender == "K" for each in example.customers) / 503) == 44


def test_18_percent_are_16_to_24(example: Example) -> None:
    assert round(100 * sum(16 <= 2015 - each.birth_year <= 24 for each in example.customers) / 503) == 18


def test_shares_of_the_providers(example: Example) -> None:
    shares = _shares(example)
    assert len(shares) == 20
    # The mean of those that are shown, with ten answers or more: 16 of the 20.
    shown = [
        share for (_, _, answers, satisfied) in SHAPE if answers >= 10 and (share := 100 * satisfied / answers)
    ]
    assert (len(shown), round(sum(shown) / len(shown))) == (16, 74)
    assert sum(share == 100 for share in shares.values()) == 3
    assert sum(share < 40 for share in shares.values()) == 2
    assert sum(share > 70 for share in shares.values()) == 13
    largest, _ = Counter(each.provider for each in example.enrolments).most_common(1)[0]
    assert shares[largest] < 40


def test_19_providers_have_more_than_five_customers(example: Example) -> None:
    customers = defaultdict(set)
    for each in example.enrolments:
        customers[each.provider].add(each.customer)
    assert sum(len(each) > 5 for each in customers.values()) == 19


def test_76_percent_are_self_sufficient_after_exclusions(example: Example) -> None:
    reasons = [each.end_reason for each in example.enrolments if each.ended_on]
    counted = [reason for reason in reasons if reason not in (*EXCLUDED, "changed_provider")]
    good = sum(reason in ("work", "studies", "own_company") for reason in counted)
    assert round(100 * good / len(counted)) == 76


def test_the_same_seed_is_the_same_register(example: Example) -> None:
    assert build(2015) == example


def test_no_scripted_point_is_missing_from_the_year(example: Example) -> None:
    enrolments = {each.ref: each for each in example.enrolments}
    for ref, survey, _ in example.scripts:
        each = enrolments[ref]
        if survey == "start":
            start_on = each.started_on + timedelta(days=28)
            assert start_on.year == 2015
            assert each.ended_on is None or each.ended_on > start_on
        if survey == "end":
            assert each.ended_on is not None
            assert each.ended_on.year == 2015
