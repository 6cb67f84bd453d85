"""The audit: what the rules find due in the register, compared with what became of every occasion.

It writes nothing. The rows are storage/outcomes/ledger.py's, the sums storage/outcomes/accounts.py's.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler.planning import rules as rules_
from scheduler.planning.rules import Rules
from storage.database.engine import Connection, Database
from storage.outcomes import ledger
from storage.outcomes.accounts import Account, Ledger, Problem
from storage.outcomes.ledger import Enrolment
from storage.planning.facts import EnrolmentFacts
from storage.supervision import evidence
from storage.supervision.values import Watch
from survey.codes import LedgerFault, Unfinished

CHUNK = 2_000  # enrolments in memory at once


async def audit(db: Database, rules: Rules, zone: ZoneInfo, now: datetime, since: date = date.min) -> Ledger:
    """Return the ledger of everything that fell due from ``since`` to ``now``, by the rules in force.

    The rules know no history: after they were changed, ask only for what has fallen due since. Every watch is
    known, also one that has been lifted.
    """
    async with db.read() as conn:
        return await accounts(conn, rules, zone, now, since)


async def accounts(conn: Connection, rules: Rules, zone: ZoneInfo, now: datetime, since: date = date.min) -> Ledger:
    """Return what :func:`audit` returns, in the caller's transaction."""
    watched = await evidence.watches(conn, date.min, now.astimezone(zone).date())
    book = _Book(rules, zone, now, since, watched)
    after = 0
    while found := await ledger.enrolments(conn, after, CHUNK, now):
        for each in found:
            book.enter(each)
        after = found[-1].id
    return book.closed()


class _Book:
    """A ledger that is being made: it takes in enrolments one by one."""

    def __init__(self, rules: Rules, zone: ZoneInfo, now: datetime, since: date, watches: Sequence[Watch]) -> None:
        self._rules = rules
        self._zone = zone
        self._now = now
        self._today = now.astimezone(zone).date()
        self._since = since
        self._due: Counter[tuple[str, str, str]] = Counter()
        self._corrected: Counter[tuple[str, str, str]] = Counter()
        self._places: dict[tuple[str, str, str], Counter[str]] = {}
        self._problems: list[Problem] = []
        self._watches: dict[str, list[tuple[date, date]]] = {}
        for each in watches:
            if each.lifted_on is not None:  # the rules know those that are on
                self._watches.setdefault(each.provider, []).append((each.from_on, each.lifted_on))

    def enter(self, enrolment: Enrolment) -> None:
        """Count each contact of ``enrolment`` where it is, and note what is wrong."""
        facts = enrolment.facts
        asked = rules_.plan(replace(facts, unseen_from=date.min), self._today, self._rules).due
        due = {(each.survey, each.period): each.due_on for each in asked}
        kept = {(row.survey, row.period): row for row in enrolment.rows}
        for (survey, period), row in kept.items():
            day = row.due_at.astimezone(self._zone).date()
            account = (f"{day:%Y-%m}", enrolment.provider, survey)
            if day < self._since:
                continue
            was_due = (survey, period) in due or self._was_due(enrolment.provider, facts, (survey, period), day)
            (self._due if was_due else self._corrected)[account] += 1
            self._places.setdefault(account, Counter())[row.place] += 1
            fault = row.fault(self._now)
            if fault is not None:
                value = row.outcome if fault is LedgerFault.UNKNOWN_OUTCOME else ""
                self._problems.append(Problem(enrolment.ref, survey, period, fault, value))
        for (survey, period), day in due.items():
            if (survey, period) in kept or day < self._since:
                continue
            account = (f"{day:%Y-%m}", enrolment.provider, survey)
            self._due[account] += 1
            # The planner has not looked yet: unseen_from is the day on which it will.
            unplanned = facts.unseen_from is not None and facts.unseen_from <= min(day, self._today)
            place = Unfinished.UNPLANNED if unplanned else Unfinished.MISSING
            self._places.setdefault(account, Counter())[place] += 1
            if not unplanned:
                self._problems.append(Problem(enrolment.ref, survey, period, LedgerFault.MISSING, f"{day}"))

    def _was_due(self, provider: str, facts: EnrolmentFacts, contact: tuple[str, str], day: date) -> bool:
        """Return whether the contact fell due on ``day`` under a watch that has been lifted since."""
        for began, lifted in self._watches.get(provider, ()):
            if began <= day < lifted:
                then = replace(facts, unseen_from=date.min, watched_from=began)
                asked = rules_.plan(then, lifted - timedelta(days=1), self._rules).due
                return contact in {(each.survey, each.period) for each in asked}
        return False

    def closed(self) -> Ledger:
        """Return the ledger of what was entered."""
        accounts = {
            key: Account(self._due[key], self._corrected[key], dict(places))
            for key, places in sorted(self._places.items())
        }
        return Ledger(accounts, tuple(self._problems))
