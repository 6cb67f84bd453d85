"""From what the rules say to occasions, and from occasions to open conversations."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler import rules as rules_
from scheduler.hours import SendWindow
from scheduler.rules import (
    Close,
    ContactFacts,
    Decision,
    EnrolmentFacts,
    Hold,
    Open,
    PlannedOccasion,
    Rules,
    may_open,
)
from storage.database.engine import Connection, Database
from storage.delivery import outbox
from storage.followups import exemptions
from storage.people import addresses as people
from storage.planning import due, occasions
from storage.planning.due import Planned
from storage.planning.occasions import Waiting
from survey.codes import CONVERSATION_REASONS, EndReason, Reason, SurveyId
from survey.conversation import engine
from survey.conversation.model import Expired, Finish, Say, Session, Started, Waited
from survey.conversation.openings import PLAIN, opening
from survey.packs.catalogue import Catalogue

CHUNK = 5_000  # enrolments planned in one transaction
MESSAGE_LIFETIME = timedelta(days=5)  # an opening must leave while the conversation has days left: bridges weekends


@dataclass(frozen=True, slots=True)
class Verdict:
    """A waiting contact and what would become of it now, for `followup plan`."""

    customer: str
    enrolment: str
    survey: str
    period: str
    due_at: datetime
    decision: Decision


class Planner:
    """Plans, opens and expires. ``channels`` are those that can send."""

    def __init__(
        self,
        db: Database,
        catalogue: Catalogue,
        rules: Rules,
        window: SendWindow,
        zone: ZoneInfo,
        channels: frozenset[str],
    ) -> None:
        self._db = db
        self._catalogue = catalogue
        self._rules = rules
        self._window = window
        self._zone = zone
        self._channels = channels

    async def plan(self, now: datetime) -> int:
        """Insert the occasions that are due; how many enrolments were looked at."""
        looked = 0
        while True:
            async with self._db.begin() as conn:
                count = await self._plan_chunk(conn, now)
            looked += count
            if count < CHUNK:
                return looked

    async def _plan_chunk(self, conn: Connection, now: datetime) -> int:
        today = now.astimezone(self._zone).date()
        # Enrolments with the same facts have the same plan, and few plans are different on any one day.
        alike = await due.due_enrolments(conn, today, CHUNK)
        planned: dict[Planned, list[int]] = {}
        plan_on: dict[date | None, list[int]] = {}
        for values, ids in alike:
            facts = EnrolmentFacts(*values)
            plan = rules_.plan(facts, today, self._rules)
            plan_on.setdefault(plan.plan_on, []).extend(ids)
            for each in plan.due:
                planned.setdefault(self._planned(each, facts, today), []).extend(ids)
        await due.save_plan(conn, planned, plan_on)
        return sum(len(ids) for _, ids in alike)

    def _planned(self, each: PlannedOccasion, facts: EnrolmentFacts, today: date) -> Planned:
        first, last = (
            datetime.combine(day, time(), self._zone).astimezone(UTC)
            for day in (each.due_on, each.last_on + timedelta(days=1))
        )
        is_wanted = rules_.withdrawn(facts, each.survey, each.period, today, self._rules) is None
        return Planned(each.survey, each.period, first, last, is_wanted)

    async def open_due(self, now: datetime, limit: int = 200) -> int:
        """Decide on what waits, the important first, ``limit`` in one transaction; how many were opened."""
        opened = 0
        for survey in self._rules.priority:
            full = True
            while full:
                async with self._db.begin() as conn:
                    found = await occasions.waiting(conn, now, limit, survey)
                    if found:
                        opened += await self._decide_and_act(conn, found, now)
                full = len(found) == limit
        return opened

    async def _decide_and_act(self, conn: Connection, found: Sequence[Waiting], now: datetime) -> int:
        held: list[tuple[int, datetime, str]] = []
        closed: list[tuple[int, str, str]] = []
        opened: list[tuple[Waiting, int, str]] = []
        for each, decision in await self._decide(conn, found, now):
            match decision:
                case Hold(until=until, reason=reason):
                    held.append((each.id, until, reason))
                case Close(outcome=outcome, reason=reason):
                    closed.append((each.id, outcome, reason))
                case Open():
                    address = self._address(each)
                    assert address is not None
                    opened.append((each, *address))
        await occasions.hold(conn, held)
        await occasions.close(conn, closed, now)
        await self._open(conn, opened, now)
        return len(opened)

    async def _decide(
        self, conn: Connection, found: Sequence[Waiting], now: datetime
    ) -> list[tuple[Waiting, Decision]]:
        """Each occasion's decision, the important first, knowing what was opened just before it."""
        customers = {each.customer_id for each in found}
        addresses = {address[0] for each in found if (address := self._address(each))}
        busy_customers, busy_addresses = await occasions.busy(conn, customers, addresses)
        rank = {survey: number for number, survey in enumerate(self._rules.priority)}
        best = await occasions.top_survey(conn, customers, now, rank)
        today = now.astimezone(self._zone).date()
        starting = await self._starting(conn, customers, today)
        exempt = await exemptions.hindering(conn, [each.id for each in found if each.survey == SurveyId.CHECKIN])
        decisions: list[tuple[Waiting, Decision]] = []
        openings = await self._openings(conn, found, today)
        for each in sorted(found, key=lambda one: (rank[one.survey], one.due_at, one.id)):
            address = self._address(each)
            enrolment = EnrolmentFacts(*each.enrolment)
            facts = ContactFacts(
                survey=each.survey,
                expires_at=each.expires_at,
                withdrawn=rules_.withdrawn(enrolment, each.survey, each.period, today, self._rules),
                address_states=frozenset(
                    state for _, channel, state in each.addresses if channel in self._channels
                ),
                customer_busy=each.customer_id in busy_customers
                or (address is not None and address[0] in busy_addresses),
                last_contact_at=each.last_contact_at,
                outranked=rank[each.survey] > best.get(each.customer_id, len(rank)),
                start_this_week=each.customer_id in starting,
                hindrance=each.hindrance,
                indistinct=openings.get(each.id, PLAIN) is None,
                exempt=each.id in exempt,
            )
            decision = may_open(facts, now, self._rules, self._window)
            if isinstance(decision, Open) and address is not None:
                busy_customers.add(each.customer_id)
                busy_addresses.add(address[0])
            decisions.append((each, decision))
        return decisions

    async def _starting(self, conn: Connection, customers: Collection[int], today: date) -> set[int]:
        """Those of ``customers`` whose four-week question falls in the week of ``today``."""
        after = timedelta(days=self._rules.start_after)
        monday, sunday = rules_.week_of(today)
        rows = await occasions.started_between(conn, customers, monday - after, sunday - after)
        return {
            customer_id
            for customer_id, started_on, ended_on in rows
            if ended_on is None or ended_on > started_on + after
        }

    async def _openings(
        self, conn: Connection, found: Sequence[Waiting], today: date
    ) -> dict[int, tuple[str, str] | None]:
        """By occasion, where it has an address: what its opening must tell (survey.conversation.openings)."""
        places = {each.id: address[0] for each in found if (address := self._address(each))}
        uses = await people.uses_of(conn, set(places.values()), today)
        return {
            each.id: opening(each.customer_id, EnrolmentFacts(*each.enrolment).started_on, uses[places[each.id]])
            for each in found
            if each.id in places
        }

    def _address(self, each: Waiting, only: str | None = None) -> tuple[int, str] | None:
        """The customer's preferred address that can be reached (``only``: on this channel), and its channel."""
        for id_, channel, state in each.addresses:
            if state == "active" and channel in self._channels and only in (None, channel):
                return id_, channel
        return None

    async def ask_now(
        self, conn: Connection, occasion_id: int, now: datetime, channel: str | None = None
    ) -> Reason | None:
        """Open a waiting occasion at once, as a person may ask for: neither spacing nor rank holds it.

        ``channel``: the customer's preference when None. Returns why it was not opened, or None when it was. The
        message itself still waits for the hours in which messages may be sent.
        """
        found = await occasions.waiting(conn, now, 1, all_due=True, only=occasion_id)
        if not found:
            return Reason.ALREADY_ASKED
        (each,) = found
        if EnrolmentFacts(*each.enrolment).end_reason == EndReason.DEATH:
            return Reason.DIED
        address = self._address(each, channel)
        if address is None:
            stopped = any(state == "opted_out" for _, _, state in each.addresses)
            return Reason.OPTED_OUT if stopped else Reason.NO_ADDRESS
        busy_customers, busy_addresses = await occasions.busy(conn, {each.customer_id}, {address[0]})
        if busy_customers or busy_addresses:
            return Reason.BUSY
        wanted = replace(each, expires_at=max(each.expires_at, now + MESSAGE_LIFETIME))  # a late wish is still one
        await self._open(conn, [(wanted, *address)], now)
        return None

    async def _open(self, conn: Connection, opened: Sequence[tuple[Waiting, int, str]], now: datetime) -> None:
        sessions = []
        messages = []
        today = now.astimezone(self._zone).date()
        openings = await self._openings(conn, [each for each, _, _ in opened], today)
        for each, address_id, channel in opened:
            started = Started(*(openings.get(each.id) or PLAIN))
            survey = self._catalogue.surveys[each.survey]
            session, effects = engine.step(
                survey, engine.open_session(survey, each.language, _facts(each)), started, now
            )
            (say,) = (effect for effect in effects if isinstance(effect, Say))
            sessions.append(
                {
                    "occasion_id": each.id,
                    "customer_id": each.customer_id,
                    "address_id": address_id,
                    "state": session.to_json(),
                    "language": each.language,
                    "is_open": 1,
                    "opened_at": now,
                    "expires_at": now + timedelta(days=self._rules.conversation),
                }
            )
            messages.append(
                {
                    "key": f"{each.id}:0",
                    "occasion_id": each.id,
                    "address_id": address_id,
                    "channel": channel,
                    "say": say.to_json(),
                    "expires_at": min(each.expires_at, now + MESSAGE_LIFETIME),
                    "priority": 1 + self._rules.priority.index(each.survey),  # replies come before
                }
            )
        await occasions.open_conversations(conn, sessions, now)
        await outbox.enqueue(conn, messages, now)

    async def expire_sessions(self, now: datetime, limit: int = 500) -> int:
        """Remind of conversations that have come to a halt, and close those that waited too long; what was
        answered counts. How many were closed."""
        async with self._db.begin() as conn:
            await self._remind(conn, now, limit)
            found = await occasions.expired_sessions(conn, now, limit)
            states: dict[int, str] = {}
            closed: list[tuple[int, str, str]] = []
            for occasion_id, survey, state in found:
                session, effects = engine.step(
                    self._catalogue.surveys[survey], Session.from_json(state), Expired(), now
                )
                states[occasion_id] = session.to_json()
                closed += [
                    (occasion_id, effect.outcome, CONVERSATION_REASONS[effect.outcome])
                    for effect in effects
                    if isinstance(effect, Finish)
                ]
            await occasions.close_sessions(conn, states)
            await occasions.close(conn, closed, now)
        return len(found)

    async def _remind(self, conn: Connection, now: datetime, limit: int) -> None:
        states: dict[int, str] = {}
        messages = []
        after = timedelta(days=self._rules.remind_after)
        rows = await occasions.halted_sessions(conn, now - after, now, limit)
        today = now.astimezone(self._zone).date()
        uses = await people.uses_of(conn, {row.address_id for row in rows}, today) if rows else {}
        for row in rows:
            told = opening(row.customer_id, row.started_on, uses.get(row.address_id, ())) or PLAIN
            waited = Waited() if told == PLAIN else Waited(*told)
            survey = self._catalogue.surveys[row.survey]
            session, effects = engine.step(survey, Session.from_json(row.state), waited, now)
            states[row.occasion_id] = session.to_json()
            messages += [
                {
                    "key": f"{row.occasion_id}:reminder",
                    "occasion_id": row.occasion_id,
                    "address_id": row.address_id,
                    "channel": row.channel,
                    "say": effect.to_json(),
                    "expires_at": row.expires_at,
                }
                for effect in effects
                if isinstance(effect, Say)
            ]
        await occasions.mark_reminded(conn, states)
        await outbox.enqueue(conn, messages, now)

    async def overview(self, now: datetime, dry_run: bool = True, limit: int = 10_000) -> list[Verdict]:
        """Every due and waiting contact and what would become of it now; ``dry_run``: nothing is written.

        What is planned by ``now`` is in it either way; nothing is opened.
        """
        async with self._db.begin() as conn:
            while await self._plan_chunk(conn, now) == CHUNK:
                pass
            found = await occasions.waiting(conn, now, limit, all_due=True)
            decisions = await self._decide(conn, found, now)
            if dry_run:
                await conn.rollback()
        return [
            Verdict(each.customer_ref, each.enrolment_ref, each.survey, each.period, each.due_at, decision)
            for each, decision in decisions
        ]


def _facts(each: Waiting) -> tuple[tuple[str, int | None], ...]:
    """What the conversation knows from the start (survey.understanding.questions.FACTS)."""
    changed = EnrolmentFacts(*each.enrolment).end_reason == EndReason.CHANGED_PROVIDER
    return (("same_provider", 0),) if each.survey == SurveyId.END and changed else ()
