"""From the rules to occasions, and from occasions to open conversations. Nothing is sent here.

Theory of operation

An occasion goes through these states, each change in one transaction:

    planned   `plan` inserts what has fallen due, once (unique on enrolment, survey, period), and sets the day on
              which it looks at the enrolment next
    waiting   `open_due` asks the rules about each occasion whose time to look has come: it is opened, held until
              a stated time for a stated reason, or closed with its outcome and reason
    open      the session and its first message are inserted in one transaction, and delivery sends the message.
              `expire_sessions` reminds once of a conversation that has come to a halt
    closed    by an answer or a stop (bot/inbound), by delivery (scheduler/delivery/fallback.py), or by
              `expire_sessions`
              when its time is up; what was answered counts

A crash leaves the state before or after a transaction, and the next tick does what is left: every step reads from
the database what there is to do. Two planners at once do no harm: rows that one has locked the other leaves out.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler.planning import rules as rules_
from scheduler.planning.hours import SendWindow
from scheduler.planning.rules import Close, ContactFacts, Decision, Hold, Open, PlannedOccasion, Rules, may_open
from storage.database.engine import Connection, Database
from storage.delivery import outbox
from storage.followups import exemptions
from storage.people import addresses as people
from storage.planning import due, occasions, open_sessions
from storage.planning.due import Planned
from storage.planning.facts import EnrolmentFacts
from storage.planning.occasions import Waiting
from survey.codes import CONVERSATION_REASONS, AddressState, EndReason, Reason, SurveyId
from survey.conversation import engine
from survey.conversation.model import Expired, Finish, Say, Session, Started, Waited
from survey.conversation.openings import KnownAddress, Place, place
from survey.packs.catalogue import Catalogue

CHUNK = 5_000  # enrolments planned in one transaction
# An opening must leave while the conversation has days left. Five days bridge a weekend with holidays around it.
MESSAGE_LIFETIME = timedelta(days=5)
TOLERATED = timedelta(minutes=1)  # by which the clocks of several machines may differ


@dataclass(frozen=True, slots=True)
class Verdict:
    """A waiting contact and what would become of it now, for `followup plan`.

    Attributes:
        customer: the customer's number in the register.
        enrolment: the enrolment's number in the register.
    """

    customer: str
    enrolment: str
    survey: str
    period: str
    due_at: datetime
    decision: Decision


@dataclass(frozen=True, slots=True)
class _Decided:
    """A waiting occasion, where its customer can be asked, and what is done with it."""

    waiting: Waiting
    place: Place | Reason
    decision: Decision


class Planner:
    """Plans occasions, opens conversations and closes those that waited too long.

    Args:
        db: the database.
        catalogue: the surveys.
        rules: the rules in force.
        window: when messages may be sent.
        zone: the unit's time zone, which says what day it is.
        channels: those that can send.
    """

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
        self._rank = {survey: number for number, survey in enumerate(rules.priority)}

    def _today(self, now: datetime) -> date:
        return now.astimezone(self._zone).date()

    async def plan(self, now: datetime) -> int:
        """Insert the occasions that are due, and return how many enrolments were looked at."""
        looked = 0
        while True:
            async with self._db.begin() as conn:
                count = await self._plan_chunk(conn, now)
            looked += count
            if count < CHUNK:
                return looked

    async def _plan_chunk(self, conn: Connection, now: datetime) -> int:
        today = self._today(now)
        alike = await due.due_enrolments(conn, today, CHUNK)
        planned: dict[Planned, list[int]] = {}
        plan_on: dict[date | None, list[int]] = {}
        for facts, ids in alike:
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

    async def mend_clock(self, now: datetime) -> int:
        """Look again at what a clock that was ahead holds back; return how many contacts that were.

        A look too many does no harm: what is to be held is held again.
        """
        latest = rules_.furthest(now, self._rules, self._window)
        async with self._db.begin() as conn:
            return await occasions.look_again_after(
                conn, {reason: at + TOLERATED for reason, at in latest.items()}, now
            )

    async def open_due(self, now: datetime, limit: int = 200) -> int:
        """Decide about the occasions that wait, the important surveys first, and return how many were opened.

        Args:
            now: aware.
            limit: how many are decided about in one transaction.
        """
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
        opened: list[tuple[Waiting, Place]] = []
        for each in await self._decide(conn, found, now):
            match each.decision:
                case Hold(until=until, reason=reason):
                    held.append((each.waiting.id, until, reason))
                case Close(outcome=outcome, reason=why):
                    closed.append((each.waiting.id, outcome, why))
                case Open():
                    assert isinstance(each.place, Place)
                    opened.append((each.waiting, each.place))
        await occasions.hold(conn, held)
        await occasions.close(conn, closed, now)
        await self._open(conn, opened, now)
        return len(opened)

    async def _decide(self, conn: Connection, found: Sequence[Waiting], now: datetime) -> list[_Decided]:
        """Decide about each occasion, the important first, knowing what was opened just before it."""
        today = self._today(now)
        customers = {each.customer_id for each in found}
        places = await self._places(conn, found, today)
        addresses = {each.address_id for each in places.values() if isinstance(each, Place)}
        busy_customers, busy_addresses = await occasions.busy(conn, customers, addresses)
        best = await occasions.top_survey(conn, customers, now, self._rank)
        starting = await self._starting(conn, customers, today)
        checkins = [each.id for each in found if each.survey == SurveyId.CHECKIN]
        exempt = await exemptions.hindering(conn, checkins)
        decided = []
        for each in sorted(found, key=lambda one: (self._rank[one.survey], one.due_at, one.id)):
            where = places[each.id]
            address_id = where.address_id if isinstance(where, Place) else None
            facts = ContactFacts(
                survey=each.survey,
                expires_at=each.expires_at,
                withdrawn=rules_.withdrawn(each.enrolment, each.survey, each.period, today, self._rules),
                address_states=self._states(each),
                customer_busy=each.customer_id in busy_customers or address_id in busy_addresses,
                last_contact_at=each.last_contact_at,
                outranked=self._rank[each.survey] > best.get(each.customer_id, len(self._rank)),
                start_this_week=each.customer_id in starting,
                hindrance=each.hindrance,
                indistinct=where is Reason.INDISTINCT,
                exempt=each.id in exempt,
                contact=each.contact,
                age=_age(each, today),
            )
            decision = may_open(facts, now, self._rules, self._window)
            if isinstance(decision, Open) and address_id is not None:
                busy_customers.add(each.customer_id)
                busy_addresses.add(address_id)
            decided.append(_Decided(each, where, decision))
        return decided

    def _states(self, each: Waiting) -> frozenset[str]:
        """Return the states of the customer's addresses; a customer who has said stop may have no address."""
        if each.opted_out:
            return frozenset({AddressState.OPTED_OUT})
        return frozenset(known.state for known in each.addresses if known.channel in self._channels)

    async def _places(
        self, conn: Connection, found: Sequence[Waiting], today: date, channels: Collection[str] | None = None
    ) -> dict[int, Place | Reason]:
        """Return by occasion where its customer is asked; ``channels``: on these alone."""
        channels = self._channels if channels is None else channels
        uses = await people.uses_of(conn, {known.id for each in found for known in each.addresses}, today)
        return {
            each.id: place(each.customer_id, each.enrolment.started_on, each.addresses, uses, channels)
            for each in found
        }

    async def _starting(self, conn: Connection, customers: Collection[int], today: date) -> set[int]:
        """Return those of ``customers`` whose four-week question falls in the week of ``today``."""
        after = timedelta(days=self._rules.start_after)
        monday, sunday = rules_.week_of(today)
        rows = await occasions.started_between(conn, customers, monday - after, sunday - after)
        return {
            customer_id
            for customer_id, started_on, ended_on in rows
            if ended_on is None or ended_on > started_on + after
        }

    async def ask_now(
        self, conn: Connection, occasion_id: int, now: datetime, channel: str | None = None
    ) -> Reason | None:
        """Open a waiting occasion at once, because a person asks for it: neither spacing nor rank holds it.

        The message itself still waits for the hours in which messages may be sent.

        Args:
            conn: the caller's transaction.
            occasion_id: the occasion.
            now: aware.
            channel: the channel to ask on; None for the customer's preference.

        Returns:
            Why it was not opened; None when it was.
        """
        found = await occasions.waiting(conn, now, 1, all_due=True, only=occasion_id)
        if not found:
            return Reason.ALREADY_ASKED
        (each,) = found
        if each.enrolment.end_reason == EndReason.DEATH:
            return Reason.DIED
        refusal = rules_.not_by_message(each.contact, _age(each, self._today(now)), self._rules)
        if refusal is not None:
            return refusal
        channels = self._channels if channel is None else self._channels & {channel}
        where = (await self._places(conn, found, self._today(now), channels))[each.id]
        if not isinstance(where, Place):
            return Reason.OPTED_OUT if each.opted_out else where
        busy_customers, busy_addresses = await occasions.busy(conn, {each.customer_id}, {where.address_id})
        if busy_customers or busy_addresses:
            return Reason.BUSY
        # One that has expired is asked all the same, and its message gets time to leave.
        wanted = replace(each, expires_at=max(each.expires_at, now + MESSAGE_LIFETIME))
        await self._open(conn, [(wanted, where)], now)
        return None

    async def _open(self, conn: Connection, opened: Sequence[tuple[Waiting, Place]], now: datetime) -> None:
        sessions = []
        messages = []
        for each, where in opened:
            survey = self._catalogue.surveys[each.survey]
            before = engine.open_session(survey, each.language, _known_facts(each))
            session, effects = engine.step(survey, before, Started(where.opening, where.told), now)
            (say,) = (effect for effect in effects if isinstance(effect, Say))
            sessions.append(
                {
                    "occasion_id": each.id,
                    "customer_id": each.customer_id,
                    "address_id": where.address_id,
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
                    "address_id": where.address_id,
                    "channel": where.channel,
                    "say": say.to_json(),
                    "expires_at": min(each.expires_at, now + MESSAGE_LIFETIME),
                    "priority": 1 + self._rank[each.survey],  # replies come before
                }
            )
        await occasions.open_conversations(conn, sessions, now)
        await outbox.enqueue(conn, messages, now)

    async def expire_sessions(self, now: datetime, limit: int = 500) -> int:
        """Remind of conversations that have come to a halt, close those whose time is up, and count the closed.

        What was answered in a conversation that is closed counts.
        """
        async with self._db.begin() as conn:
            await self._remind(conn, now, limit)
            found = await open_sessions.expired(conn, now, limit)
            states: dict[int, str] = {}
            closed: list[tuple[int, str, str]] = []
            for each in found:
                survey = self._catalogue.surveys[each.survey]
                session, effects = engine.step(survey, Session.from_json(each.state), Expired(), now)
                states[each.occasion_id] = session.to_json()
                closed += [
                    (each.occasion_id, effect.outcome, CONVERSATION_REASONS[effect.outcome])
                    for effect in effects
                    if isinstance(effect, Finish)
                ]
            await open_sessions.close(conn, states)
            await occasions.close(conn, closed, now)
        return len(found)

    async def _remind(self, conn: Connection, now: datetime, limit: int) -> None:
        """Queue one reminder in each conversation that has come to a halt.

        Nobody is reminded where, since the question was asked, nothing tells the customer from another who uses the
        address.
        """
        states: dict[int, str] = {}
        messages = []
        after = timedelta(days=self._rules.remind_after)
        halted = await open_sessions.halted(conn, now - after, now, limit)
        uses = await people.uses_of(conn, {each.address.id for each in halted}, self._today(now)) if halted else {}
        for each in halted:
            own: tuple[KnownAddress, ...] = (each.address,)
            where = place(each.customer_id, each.started_on, own, uses, {each.address.channel})
            states[each.occasion_id] = each.state
            if not isinstance(where, Place):
                continue
            waited = Waited() if where.is_plain else Waited(where.opening, where.told)
            survey = self._catalogue.surveys[each.survey]
            session, effects = engine.step(survey, Session.from_json(each.state), waited, now)
            states[each.occasion_id] = session.to_json()
            messages += [
                {
                    "key": f"{each.occasion_id}{outbox.REMINDER}",
                    "occasion_id": each.occasion_id,
                    "address_id": where.address_id,
                    "channel": where.channel,
                    "say": effect.to_json(),
                    "expires_at": each.expires_at,
                }
                for effect in effects
                if isinstance(effect, Say)
            ]
        await open_sessions.mark_reminded(conn, states)
        await outbox.enqueue(conn, messages, now)

    async def overview(self, now: datetime, dry_run: bool = True, limit: int = 10_000) -> list[Verdict]:
        """Return every due and waiting contact with what would become of it now. Nothing is opened.

        Args:
            now: aware; what falls due by then is planned first.
            dry_run: undo the planning.
            limit: how many contacts at the most.
        """
        async with self._db.begin() as conn:
            while await self._plan_chunk(conn, now) == CHUNK:
                pass
            found = await occasions.waiting(conn, now, limit, all_due=True)
            decided = await self._decide(conn, found, now)
            if dry_run:
                await conn.rollback()
        return [
            Verdict(
                customer=each.waiting.customer_ref,
                enrolment=each.waiting.enrolment_ref,
                survey=each.waiting.survey,
                period=each.waiting.period,
                due_at=each.waiting.due_at,
                decision=each.decision,
            )
            for each in decided
        ]


def _age(each: Waiting, today: date) -> int | None:
    """Return the age that the customer reaches this year; None where the birth year is not known."""
    return today.year - each.birth_year if each.birth_year else None


def _known_facts(each: Waiting) -> tuple[tuple[str, int | None], ...]:
    """Return what the conversation knows from the start (survey.packs.pack_files.FACTS)."""
    if each.survey == SurveyId.CHECKIN:
        return (("month", date.fromisoformat(f"{each.period[:7]}-01").month),)
    changed = each.enrolment.end_reason == EndReason.CHANGED_PROVIDER
    return (("same_provider", 0),) if each.survey == SurveyId.END and changed else ()
