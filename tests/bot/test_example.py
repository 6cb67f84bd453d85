"""The bundled example gives the published figures of 2015, counted here anew from the definitions."""

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.example import Enrolment, Example, build, write_csv

YEAR = range(date(2015, 1, 1).toordinal(), date(2016, 1, 1).toordinal())
GOAL = {"work", "studies", "own_company"}
EXCLUDED = {"moved", "pregnancy", "parental_leave", "pension", "disability_pension", "illness", "death"}


@pytest.fixture(scope="module", params=[2015, 1, 2])
def example(request: pytest.FixtureRequest) -> Example:
    return build(request.param)


def eligible(enrolment: Enrolment, point: str) -> bool:
    if point == "start":
        day = enrolment.started_on + timedelta(days=28)
        return day.toordinal() in YEAR and (enrolment.ended_on is None or enrolment.ended_on > day)
    ended = enrolment.ended_on
    return ended is not None and ended.toordinal() in YEAR and enrolment.end_reason != "death"


def answers(example: Example) -> dict[str, list[int]]:
    """Provider to its overall ratings, one person once per point."""
    latest: dict[tuple[str, str, str], int] = {}
    for e in sorted(example.enrolments, key=lambda e: e.started_on):
        for point in ("start", "end"):
            script = example.scripts.get((e.ref, point))
            if script and not script.stop and eligible(e, point):
                latest[e.provider, e.customer, point] = script.overall
    found = defaultdict(list)
    for (provider, _, _), value in latest.items():
        found[provider].append(value)
    return found


def shares(example: Example) -> dict[str, float]:
    return {p: 100 * sum(v >= 4 for v in values) / len(values) for p, values in answers(example).items()}


def sizes(example: Example) -> dict[str, int]:
    pairs = {(e.provider, e.customer) for e in example.enrolments}
    return Counter(provider for provider, _ in pairs)


def test_26_providers(example: Example) -> None:
    assert len({p.ref for p in example.providers}) == len({p.name for p in example.providers}) == 26
    assert {e.provider for e in example.enrolments} == {p.ref for p in example.providers}


def test_503_customers(example: Example) -> None:
    assert len(example.customers) == len({c.phone for c in example.customers}) == 503
    assert {e.customer for e in example.enrolments} == {c.ref for c in example.customers}


def test_560_enrolments_of_which_57_customers_have_two(example: Example) -> None:
    assert len({e.ref for e in example.enrolments}) == len(example.enrolments) == 560
    per_customer = Counter(e.customer for e in example.enrolments)
    assert Counter(per_customer.values()) == {1: 446, 2: 57}


def test_44_per_cent_women(example: Example) -> None:
    assert round(100 * sum(c.gender == "K" for c in example.customers) / 503) == 44


def test_18_per_cent_aged_16_to_24(example: Example) -> None:
    assert round(100 * sum(16 <= 2015 - c.birth_year <= 24 for c in example.customers) / 503) == 18


def test_answers_about_20_of_26_providers(example: Example) -> None:
    assert len(answers(example)) == 20
    size = sizes(example)
    silent = [n for p, n in size.items() if p not in answers(example)]
    assert sorted(silent) == sorted(size.values())[:6]


def test_mean_of_provider_shares_is_74(example: Example) -> None:
    values = shares(example).values()
    assert 73.8 <= sum(values) / len(values) <= 74.2


def test_three_providers_at_100_with_few_answers(example: Example) -> None:
    full = [p for p, share in shares(example).items() if share == 100]
    assert len(full) == 3
    assert all(3 <= len(answers(example)[p]) <= 8 for p in full)


def test_two_below_40_one_of_them_the_largest(example: Example) -> None:
    low = [p for p, share in shares(example).items() if share < 40]
    size = sizes(example)
    assert len(low) == 2
    assert max(size, key=size.__getitem__) in low
    assert 85 <= max(size.values()) <= 95


def test_13_above_70(example: Example) -> None:
    assert sum(share > 70 for share in shares(example).values()) == 13


def test_19_with_more_than_five_customers(example: Example) -> None:
    assert sum(n > 5 for n in sizes(example).values()) == 19


def test_outcome_is_76_after_exclusions(example: Example) -> None:
    reasons = [e.end_reason for e in example.enrolments if e.ended_on and e.ended_on.toordinal() in YEAR]
    counted = [r for r in reasons if r not in EXCLUDED | {"changed_provider"}]
    assert all(reasons)
    assert set(reasons) & EXCLUDED
    assert 75.5 <= 100 * sum(r in GOAL for r in counted) / len(counted) <= 76.4


def test_about_45_per_cent_of_the_points_are_answered(example: Example) -> None:
    points = sum(eligible(e, point) for e in example.enrolments for point in ("start", "end"))
    assert 0.40 <= sum(map(len, answers(example).values())) / points <= 0.50


def test_every_scripted_conversation_can_happen(example: Example) -> None:
    by_ref = {e.ref: e for e in example.enrolments}
    for (ref, point), script in example.scripts.items():
        e = by_ref[ref]
        assert eligible(e, point)
        assert 0 <= script.delay_hours <= 30
        if point == "start":
            assert date(2015, 1, 8) <= e.started_on + timedelta(28) <= date(2015, 12, 10)
            assert e.ended_on is None or (e.ended_on - e.started_on).days > 40
        else:
            assert e.ended_on
            assert date(2015, 2, 1) <= e.ended_on <= date(2015, 12, 8)


def test_dates_are_sound(example: Example) -> None:
    last: dict[str, Enrolment] = {}
    for e in example.enrolments:
        assert date(2014, 12, 10) <= e.started_on <= date(2015, 12, 20)
        assert e.ended_on is None or (60 <= (e.ended_on - e.started_on).days <= 300 and e.ended_on.year == 2015)
        assert bool(e.end_reason) == bool(e.ended_on)
        if e.customer in last:
            before = last[e.customer]
            assert before.ended_on
            assert e.started_on - before.ended_on >= timedelta(35)
            assert before.end_reason not in ("death", "pension", "disability_pension")
        else:
            last[e.customer] = e
    going_on = {e.ref for e in last.values() if e.end_reason == "changed_provider"}
    assert going_on == {e.ref for e in example.enrolments if e.end_reason == "changed_provider"}
    assert any(e.ended_on is None for e in example.enrolments)


def test_who_stops_has_one_enrolment_and_no_other_script(example: Example) -> None:
    by_ref = {e.ref: e for e in example.enrolments}
    stops = [ref for (ref, _), s in example.scripts.items() if s.stop]
    assert len(stops) == 5
    for ref in stops:
        assert sum(e.customer == by_ref[ref].customer for e in example.enrolments) == 1
        assert [key for key in [*example.scripts, *example.checkins] if key[0] == ref] == [(ref, "start")]


def open_months(example: Example) -> set[tuple[str, str]]:
    days = Counter(
        (e.ref, (e.started_on + timedelta(n)).isoformat()[:7])
        for e in example.enrolments
        for n in range(((e.ended_on or date(2015, 12, 31)) - e.started_on).days + 1)
    )
    return {key for key, n in days.items() if n >= 15}


def test_followups_cover_most_enrolment_months_and_some_are_late(example: Example) -> None:
    months = open_months(example)
    recorded = {(f.enrolment, f.month) for f in example.followups}
    assert len(recorded) == len(example.followups)
    assert recorded <= months
    assert 0.88 <= len(recorded) / len(months) <= 0.95
    assert any(f.held_on.isoformat()[:7] > f.month for f in example.followups)
    assert all(f.held_on.isoformat()[:7] >= f.month for f in example.followups)


def test_checkins_answer_half_of_the_months(example: Example) -> None:
    months = open_months(example)
    assert set(example.checkins) <= months
    assert 0.45 <= len(example.checkins) / len(months) <= 0.55
    assert 0.87 <= sum(c.held for c in example.checkins.values()) / len(example.checkins) <= 0.93


def test_dissatisfaction_with_the_largest_is_about_promises(example: Example) -> None:
    provider = {e.ref: e.provider for e in example.enrolments}
    broken = [(provider[ref], s) for (ref, _), s in example.scripts.items() if s.reason == 4]
    size = sizes(example)
    assert len(broken) >= 6
    assert {p for p, _ in broken} == {max(size, key=size.__getitem__)}
    assert all("lov" in s.comment or "löfte" in s.comment for _, s in broken)


def test_the_same_seed_is_the_same_example() -> None:
    assert build(7) == build(7)
    assert build(7) != build(8)


def test_write_csv_writes_the_contracts_columns(example: Example, tmp_path: Path) -> None:
    paths = write_csv(example, tmp_path / "register")
    rows = {}
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            rows[path.name] = list(csv.reader(file))
    assert {name: (",".join(r[0]), len(r) - 1) for name, r in rows.items()} == {
        "providers.csv": ("ref,name,phone,authorised_from,authorised_to", 26),
        "customers.csv": ("ref,phone,language,gender,birth_year", 503),
        "enrolments.csv": (
            "ref,customer,provider,started_on,planned_end_on,ended_on,end_reason,difficulty",
            560,
        ),
        "followups.csv": ("enrolment,month,held_on", len(example.followups)),
    }
