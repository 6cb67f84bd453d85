"""What every customer of the made-up register will do, settled beforehand."""

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from bot import exampledata as data
from bot.exampledata import Customer, Enrolment, Key, Reply

Point = tuple[Enrolment, str]

PARTIAL, OFF_FORMAT, COMMENTS, CHECKINS = 0.05, 0.22, 0.3, 0.5
STOPS = 12
CHECKIN_DAY, OPEN_DAYS = 24, 15
SPACE = timedelta(days=21)  # a check-in shortly before a STOP may be moved to after it


def point_on(enrolment: Enrolment, point: str) -> date:
    """The day of a measurement point."""
    if point == "start":
        return enrolment.started_on + timedelta(days=28)
    assert enrolment.ended_on is not None
    return enrolment.ended_on


@dataclass(slots=True)
class Replies:
    """Draws the replies. Use once: its chance goes on from one to the next."""

    chance: random.Random
    customers: Mapping[str, Customer]

    def plan(
        self,
        points: Sequence[Sequence[Point]],
        enrolments: Sequence[Enrolment],
        recorded: Collection[tuple[str, str]],
    ) -> dict[Key, Reply]:
        """The replies by occasion.

        ``points``: where an answer can be planned, in the order of ``data.SHARES``. ``recorded``: the
        enrolment and month of each follow-up that a provider recorded.
        """
        planned: list[Reply] = []
        for place, (able, share) in enumerate(zip(points, data.SHARES, strict=True)):
            chosen = self.chance.sample(able, share.answers)
            for number, (enrolment, point) in enumerate(chosen):
                planned.append(self._point(enrolment, point, number < share.satisfied, largest=place == 0))
        stops = self._stops(points, enrolments, {reply.enrolment for reply in planned})
        planned += [self._stop(enrolment, point) for enrolment, point in stops]
        until = {enrolment.customer: point_on(enrolment, point) - SPACE for enrolment, point in stops}
        for enrolment in enrolments:
            for month, day in checkins(enrolment):
                if day < until.get(enrolment.customer, date.max) and self.chance.random() < CHECKINS:
                    planned.append(self._checkin(enrolment, month, (enrolment.ref, month) in recorded))
        return {reply.key: reply for reply in planned}

    def _stops(
        self, points: Sequence[Sequence[Point]], enrolments: Sequence[Enrolment], answering: Collection[str]
    ) -> list[Point]:
        """Where a STOP harms no planned answer: customers who answer neither start nor end."""
        speaks = {each.customer for each in enrolments if each.ref in answering}
        able = {
            each.customer: (each, point) for row in points for each, point in row if each.customer not in speaks
        }
        return self.chance.sample(list(able.values()), STOPS)

    def _stop(self, enrolment: Enrolment, point: str) -> Reply:
        return Reply(enrolment.ref, point, "", "stop", self._delay())

    def _point(self, enrolment: Enrolment, point: str, satisfied: bool, *, largest: bool) -> Reply:
        overall = self._one((4, 5), (55, 45)) if satisfied else self._one((3, 2, 1), (45, 35, 20))
        reply: dict[str, Any] = self._manner(enrolment) | {"overall": overall}
        if self.chance.random() >= PARTIAL:
            reply["treatment"] = self._near(overall, up=1)
            reply["usefulness"] = self._near(overall, up=0)
            if overall <= 3:
                weights = (10, 4, 8, 70, 8) if largest else (35, 12, 22, 14, 17)
                reply["reason"] = self._one((1, 2, 3, 4, 5), weights)
            if overall <= 2:
                reply["contact"] = self._one((1, 0), (60, 40))
            reply["comment"] = self._comment(enrolment, data.CONTENT if satisfied else data.DISCONTENT)
        return Reply(enrolment.ref, point, "", "answers", **reply)

    def _checkin(self, enrolment: Enrolment, month: str, recorded: bool) -> Reply:
        held = self.chance.random() < (0.95 if recorded else 0.25)
        reply = self._manner(enrolment) | {"followup_held": int(held)}
        if self.chance.random() >= PARTIAL:
            progress = self._one((5, 4, 3, 2, 1), (20, 35, 25, 13, 7))
            reply |= {"progress": progress, "comment": self._comment(enrolment, data.CONTENT, COMMENTS / 3)}
        return Reply(enrolment.ref, "checkin", month, "answers", **reply)

    def _manner(self, enrolment: Enrolment) -> dict[str, Any]:
        off = ""
        if self.chance.random() < OFF_FORMAT:
            off = self.chance.choice(data.OFF_FORMAT[self._language(enrolment)])
        return {"delay_hours": self._delay(), "off_format": off}

    def _delay(self) -> float:
        """Hours until the first message: most soon, some the next day, few after days, all within the week."""
        kind: Literal["soon", "day", "late"] = self.chance.choices(("soon", "day", "late"), (60, 30, 10))[0]
        span = {"soon": (0.02, 2.0), "day": (2.0, 24.0), "late": (24.0, 96.0)}[kind]
        return round(self.chance.uniform(*span), 2)

    def _comment(
        self, enrolment: Enrolment, texts: Mapping[str, Sequence[str]], likelihood: float = COMMENTS
    ) -> str:
        if self.chance.random() >= likelihood:
            return ""
        return self.chance.choice(texts[self._language(enrolment)])

    def _language(self, enrolment: Enrolment) -> str:
        return self.customers[enrolment.customer].language

    def _near(self, overall: int, up: int) -> int:
        return min(5, max(1, overall + self._one((-1, 0, 1), (15, 60, 25 if up else 10))))

    def _one(self, values: Sequence[int], weights: Sequence[int]) -> int:
        return self.chance.choices(values, weights)[0]


def checkins(enrolment: Enrolment) -> Iterator[tuple[str, date]]:
    """The months of the year in which a check-in comes, with its day."""
    for month in range(1, 13):
        begins = date(data.YEAR, month, 1)
        opened = max(begins, enrolment.started_on)
        day = max(begins.replace(day=CHECKIN_DAY), opened + timedelta(days=OPEN_DAYS - 1))
        if day < begins + timedelta(days=31) and day.month == month and day < (enrolment.ended_on or date.max):
            yield f"{begins:%Y-%m}", day
