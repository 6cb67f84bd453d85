"""Both sides of a month's follow-up, and when denials are a pattern."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.followups.confirmations import STATES, patterns, state_of, tally


@dataclass(frozen=True)
class Month:
    """One enrolment-month."""

    provider: str = "P1"
    provider_name: str = "Alfa"
    enrolment: str = "1042"
    month: str = "2026-10"
    due: bool = True
    exempt: str = ""
    held_on: date | None = None
    said: bool | None = None


HELD = date(2026, 10, 5)


@pytest.mark.parametrize(
    ("recorded", "said", "state"),
    [
        (True, True, "confirmed"),
        (True, False, "denied"),
        (True, None, "unanswered"),
        (False, True, "unrecorded"),
        (False, False, "missing"),
        (False, None, "missing"),
    ],
)
def test_the_five_states(recorded: bool, said: bool | None, state: str) -> None:
    assert state_of(recorded, said) == state


def test_every_month_that_counts_is_in_one_state() -> None:
    months = [
        Month(held_on=HELD, said=True),
        Month(held_on=HELD, said=False),
        Month(held_on=HELD),
        Month(said=True),
        Month(),
        Month(due=False, exempt="illness", held_on=HELD, said=False),
        Month(due=False),  # too short a month
        Month(provider="P2", said=False),
    ]
    found = tally(months)
    assert {state: found["P1", "2026-10"][state] for state in (*STATES, "exempt")} == dict.fromkeys(
        (*STATES, "exempt"), 1
    )
    assert dict(found["P2", "2026-10"]) == {"missing": 1}


@pytest.mark.parametrize(
    ("denials", "providers"),
    [
        # Fisher's exact test against the others' 4 of 200, by scipy.
        ({"A": (3, 9), "B": (4, 200)}, ["A"]),  # p = 0.0018
        ({"A": (3, 10), "B": (4, 200)}, []),  # p = 0.0025
        ({"A": (2, 4), "B": (4, 200)}, []),  # half of them, but two denials are no pattern
        ({"A": (3, 4), "B": (4, 200)}, ["A"]),
        ({"A": (40, 40)}, []),  # nobody to compare with
        ({"A": (8, 50), "B": (0, 60)}, ["A"]),  # the others have none at all, p = 0.0013
        # The provider itself is not among the others: 60 of 90 against 6 of 100, though 35 % of all are denied.
        ({"A": (60, 90), "B": (3, 50), "C": (3, 50)}, ["A"]),
        ({"A": (5, 50), "B": (5, 50), "C": (5, 50)}, []),
        ({}, []),
    ],
)
def test_a_pattern_of_denials(denials: Mapping[str, tuple[int, int]], providers: list[str]) -> None:
    assert [each.provider for each in patterns(denials)] == providers


COUNTS = st.integers(0, 60).flatmap(lambda told: st.tuples(st.integers(0, told), st.just(told)))


@given(st.dictionaries(st.sampled_from("ABCDE"), COUNTS))
def test_a_pattern_is_worse_than_the_others(denials: dict[str, tuple[int, int]]) -> None:
    for each in patterns(denials):
        assert each.denied >= 3
        assert each.share > each.others
