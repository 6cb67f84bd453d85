"""The send window: nights, weekends, holidays and the two odd nights of the year."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.planning.hours import Hours, SendWindow

ZONE = ZoneInfo("Europe/Stockholm")
WINDOW = SendWindow.parse("09:00-19:00", ZONE)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2025-06-03 12:00", "2025-06-03 12:00"),
        ("2025-06-03 08:59", "2025-06-03 09:00"),
        ("2025-06-03 19:00", "2025-06-04 09:00"),
        ("2025-06-05 20:00", "2025-06-09 09:00"),  # the 6th is the national day, then the weekend
        ("2025-12-23 20:00", "2025-12-29 09:00"),  # Christmas Eve to Boxing Day, then the weekend
        ("2025-04-17 19:00", "2025-04-22 09:00"),  # Easter
        ("2025-06-19 19:00", "2025-06-23 09:00"),  # Midsummer Eve
        ("2025-03-28 19:30", "2025-03-31 09:00"),  # summer time begins on the 30th
        ("2025-10-24 19:30", "2025-10-27 09:00"),  # and ends on the 26th
        ("2025-12-30 19:30", "2026-01-02 09:00"),  # New Year
    ],
)
def test_next_open(at: str, opens: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=ZONE)
    found = WINDOW.next_open(moment)
    assert found.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") == opens
    assert WINDOW.is_open(found)
    assert WINDOW.is_open(moment) == (at == opens)


def test_always() -> None:
    window = SendWindow.parse("always", ZONE)
    night = datetime(2025, 12, 25, 3, tzinfo=ZONE)
    assert window.is_open(night)
    assert window.next_open(night) == night


@pytest.mark.parametrize(
    "text", ["", "9-19", "19:00-09:00", "09:00-09:00", "25:00-26:00", "09:00", "aldrig", "closed"]
)
def test_a_bad_window_is_one_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r'^write it as "09:00-19:00" or "always", not .*\.$'):
        SendWindow.parse(text, ZONE)


def hours(text: str) -> Hours | None:
    return Hours.parse(text)


# Long days on Mondays, short Fridays, Saturday mornings, and an hour on holidays.
OWN = SendWindow(
    ZONE,
    tuple(
        map(hours, ("08:00-20:00", "09:00-19:00", "closed", "09:00-19:00", "09:00-15:00", "10:00-12:00", "closed"))
    ),
    hours("11:00-12:00"),
)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2025-06-02 07:59", "2025-06-02 08:00"),  # a Monday
        ("2025-06-02 19:59", "2025-06-02 19:59"),
        ("2025-06-03 19:00", "2025-06-05 09:00"),  # Wednesdays are closed
        ("2025-06-05 19:00", "2025-06-06 11:00"),  # the national day, a Friday, has the holidays' hour
        ("2025-06-06 12:00", "2025-06-07 10:00"),
        ("2025-06-07 12:00", "2025-06-09 08:00"),
        ("2025-12-23 19:00", "2025-12-25 11:00"),  # Christmas Eve is a Wednesday: a holiday opens no closed day
    ],
)
def test_hours_of_each_weekday_and_of_holidays(at: str, opens: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=ZONE)
    found = OWN.next_open(moment)
    assert found.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") == opens
    assert OWN.is_open(found)


@given(st.integers(0, 4 * 365 * 24 * 60), st.sampled_from([WINDOW, OWN]))
def test_nothing_is_open_before_the_next_opening(minute: int, window: SendWindow) -> None:
    moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    found = window.next_open(moment)
    assert found >= moment
    assert window.is_open(found)
    between = moment
    while between < found:
        assert not window.is_open(between)
        between += timedelta(minutes=30)


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (WINDOW, "vardagar 09:00-19:00, inte helgdagar"),
        (
            OWN,
            "måndag 08:00-20:00, tisdag 09:00-19:00, torsdag 09:00-19:00, fredag 09:00-15:00, lördag 10:00-12:00, "
            "helgdagar 11:00-12:00",
        ),
        (SendWindow(ZONE), "dygnet runt (FOLLOWUP_SEND_WINDOW=always)"),
    ],
)
def test_in_words(window: SendWindow, words: str) -> None:
    assert str(window) == words


def test_a_closed_year_ends_the_search() -> None:
    with pytest.raises(ValueError, match="closed on every day"):
        SendWindow(ZONE, (None,) * 7).next_open(datetime(2025, 1, 1, tzinfo=UTC))
