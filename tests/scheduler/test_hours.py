"""The send window: nights, weekends, holidays and the two odd nights of the year."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from scheduler.hours import SendWindow

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


@pytest.mark.parametrize("text", ["", "9-19", "19:00-09:00", "09:00-09:00", "25:00-26:00", "09:00", "aldrig"])
def test_a_bad_window_is_one_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r'^write it as "09:00-19:00" or "always", not .*\.$'):
        SendWindow.parse(text, ZONE)
