"""Which enrolment took over from one that ended for a change of provider."""

from dataclasses import replace
from datetime import date

import pytest

from storage.register.provider_changes import Change, Enrolment, changes

ENDED = date(2026, 10, 2)
OLD = Enrolment(
    id=1,
    ref="E1",
    customer_id=1,
    provider_id=1,
    provider_name="Alfa",
    started_on=date(2026, 3, 2),
    ended_on=ENDED,
    end_reason="changed_provider",
    is_noticed=False,
    successor_id=None,
)
NEW = replace(
    OLD, id=2, ref="E2", provider_id=2, provider_name="Beta", started_on=ENDED, ended_on=None, end_reason=""
)


@pytest.mark.parametrize(
    ("started_on", "is_near"),
    [
        (date(2026, 9, 17), False),  # 15 days before the end
        (date(2026, 9, 18), True),  # 14
        (date(2026, 12, 31), True),  # 90 days after it
        (date(2027, 1, 1), False),  # 91
    ],
)
def test_a_successor_begins_near_the_end(started_on: date, is_near: bool) -> None:
    new = replace(NEW, started_on=started_on)
    assert changes(sorted([OLD, new], key=lambda each: each.started_on)) == [
        Change(OLD, ENDED, new if is_near else None)
    ]


def test_the_same_provider_is_no_successor() -> None:
    assert changes([OLD, replace(NEW, provider_id=1)]) == [Change(OLD, ENDED, None)]


def test_another_end_is_no_change() -> None:
    assert changes([replace(OLD, end_reason="work"), NEW]) == []


def test_the_first_that_began_takes_over() -> None:
    later = replace(NEW, id=3, ref="E3", started_on=date(2026, 10, 20))
    assert changes([OLD, NEW, later]) == [Change(OLD, ENDED, NEW)]


def test_an_enrolment_takes_over_once() -> None:
    second = replace(OLD, id=4, ref="E4", provider_id=3)
    assert changes([OLD, second, NEW]) == [Change(OLD, ENDED, NEW), Change(second, ENDED, None)]


def test_what_was_noticed_waits_for_its_successor() -> None:
    noticed = replace(OLD, is_noticed=True)
    assert changes([noticed]) == []
    assert changes([noticed, NEW]) == [Change(noticed, ENDED, NEW)]
    assert changes([replace(noticed, successor_id=2), NEW]) == []
