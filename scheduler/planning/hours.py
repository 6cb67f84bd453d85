"""When people may be written to: hours for each day of the week and for holidays, in the unit's own zone. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Self
from zoneinfo import ZoneInfo

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAGAR = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
_WINDOW = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_YEAR = 366  # days within which every window opens that ever does


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of a day, on the wall clock: from ``opens`` until, not including, ``closes``."""

    opens: time
    closes: time

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the hours that ``text`` names, as "09:00-19:00"; None for "closed".

        Raises:
            ValueError: the text is neither.
        """
        if text.strip() == "closed":
            return None
        found = _WINDOW.fullmatch(text.strip())
        try:
            if found is None:
                raise ValueError
            numbers = [int(part) for part in found.groups()]
            opens, closes = time(numbers[0], numbers[1]), time(numbers[2], numbers[3])
            if opens >= closes:
                raise ValueError
        except ValueError:
            raise ValueError(f'write it as "09:00-19:00" or "closed", not {text!r}.') from None
        return cls(opens, closes)

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


@dataclass(frozen=True, slots=True)
class SendWindow:
    """When messages may be sent.

    Attributes:
        zone: the unit's time zone.
        week: the hours of each day from Monday to Sunday, None where it is closed. None for all: always open.
        holidays: the hours of Swedish public holidays, and of the eves that are treated as holidays, where they
        fall
            on a day that is otherwise open; None where they are closed.
    """

    zone: ZoneInfo
    week: tuple[Hours | None, ...] | None = None
    holidays: Hours | None = None

    @classmethod
    def parse(cls, text: str, zone: ZoneInfo) -> Self:
        """Return the window that ``text`` names: "09:00-19:00" on working days, or "always".

        Raises:
            ValueError: the text is neither.
        """
        if text.strip() == "always":
            return cls(zone)
        try:
            hours = Hours.parse(text)
            if hours is None:
                raise ValueError
        except ValueError:
            raise ValueError(f'write it as "09:00-19:00" or "always", not {text!r}.') from None
        return cls(zone, (hours,) * 5 + (None, None))

    def is_open(self, at: datetime) -> bool:
        """Return whether a message may be sent at ``at`` (aware)."""
        if self.week is None:
            return True
        local = at.astimezone(self.zone)
        hours = self._hours(local.date())
        return hours is not None and hours.opens <= local.time() < hours.closes

    def next_open(self, at: datetime) -> datetime:
        """Return the first moment from ``at`` on at which a message may be sent (UTC).

        Raises:
            ValueError: no day of a whole year is open.
        """
        if self.is_open(at):
            return at.astimezone(UTC)
        local = at.astimezone(self.zone)
        for days in range(_YEAR + 1):
            day = local.date() + timedelta(days=days)
            hours = self._hours(day)
            if hours is not None and (days or local.time() < hours.opens):
                return datetime.combine(day, hours.opens, self.zone).astimezone(UTC)
        raise ValueError("the send window is closed on every day of the year.")

    def _hours(self, day: date) -> Hours | None:
        assert self.week is not None
        hours = self.week[day.weekday()]
        return self.holidays if hours is not None and day in _holidays(day.year) else hours

    def __str__(self) -> str:
        if self.week is None:
            return "dygnet runt (FOLLOWUP_SEND_WINDOW=always)"
        if self.week[0] and self.week == (self.week[0],) * 5 + (None, None):
            days = f"vardagar {self.week[0]}"
        else:
            days = ", ".join(f"{name} {hours}" for name, hours in zip(_DAGAR, self.week, strict=True) if hours)
        return f"{days}, {f'helgdagar {self.holidays}' if self.holidays else 'inte helgdagar'}"


@cache
def _holidays(year: int) -> frozenset[date]:
    # Imported where a window is asked about only: it takes a quarter of a second.
    from holidays.countries.sweden import Sweden

    # "de_facto" are the eves that are treated as holidays. Sundays are left out: here they are a day of the week.
    return frozenset(Sweden(years=year, include_sundays=False, categories=("public", "de_facto")))
