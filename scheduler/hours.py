"""When people may be written to: a window of hours on working days, in the unit's own zone. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Self
from zoneinfo import ZoneInfo

_WINDOW = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class SendWindow:
    """``opens`` to ``closes`` on working days that are no Swedish public holiday; None, None: always."""

    zone: ZoneInfo
    opens: time | None = None
    closes: time | None = None

    @classmethod
    def parse(cls, text: str, zone: ZoneInfo) -> Self:
        """The window that ``text`` names: "09:00-19:00" or "always". Raises ValueError."""
        if text.strip() == "always":
            return cls(zone)
        found = _WINDOW.fullmatch(text.strip())
        try:
            if found is None:
                raise ValueError
            hours = [int(part) for part in found.groups()]
            opens, closes = time(hours[0], hours[1]), time(hours[2], hours[3])
            if opens >= closes:
                raise ValueError
        except ValueError:
            raise ValueError(f'write it as "09:00-19:00" or "always", not {text!r}.') from None
        return cls(zone, opens, closes)

    def is_open(self, at: datetime) -> bool:
        """Whether a message may be sent at ``at`` (aware)."""
        if self.opens is None or self.closes is None:
            return True
        local = at.astimezone(self.zone)
        return _working_day(local.date()) and self.opens <= local.time() < self.closes

    def next_open(self, at: datetime) -> datetime:
        """The first moment from ``at`` on at which a message may be sent (UTC)."""
        if self.is_open(at) or self.opens is None:
            return at.astimezone(UTC)
        local = at.astimezone(self.zone)
        day = local.date() if local.time() < self.opens else local.date() + timedelta(days=1)
        while not _working_day(day):
            day += timedelta(days=1)
        return datetime.combine(day, self.opens, self.zone).astimezone(UTC)

    def __str__(self) -> str:
        if self.opens is None or self.closes is None:
            return "dygnet runt (FOLLOWUP_SEND_WINDOW=always)"
        return f"vardagar {self.opens:%H:%M}-{self.closes:%H:%M}, inte helgdagar"


def _working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _holidays(day.year)


@cache
def _holidays(year: int) -> frozenset[date]:
    from holidays.countries.sweden import Sweden  # a quarter of a second: only where a window is asked about

    # With the eves that are holidays in all but law. Sundays are not listed: weekends are handled above.
    return frozenset(Sweden(years=year, include_sundays=False, categories=("public", "de_facto")))
