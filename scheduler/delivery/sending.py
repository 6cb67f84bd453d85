"""Send queued messages: claim, commit, call, settle. No network call is made inside a transaction.

Theory of operation

A message of the outbox (its states: storage/delivery/outbox.py) goes through these steps:

    claim      a transaction: the message is ours until the lease ends. Consent, the occasion and the quiet hours
               are checked again, and the message gets a moment to leave that keeps the channel's pace
    begin      only where the provider cannot be asked afterwards (Telegram): a transaction notes that the call is
               about to be made
    call       the gateway: it has taken the message, refused it (GatewayError), or nobody knows
    settle     a transaction for all results that have landed meanwhile: sent, again later, failed, or in doubt.
               What follows for a conversation is in scheduler/delivery/fallback.py
    ask        a message in doubt: the provider is asked whether it has it. It has: sent. It has not: call again.
               Where nobody can be asked the message is repeated once, and then given up

What a crash leaves, by the step after which the process dies:

    claim      the lease ends. Where the provider can be asked, the message is in doubt and is asked about; where it
               cannot, nothing was begun, and the message waits again
    begin      the message is in doubt, and may be repeated once
    call       as after begin: the provider may have it. It is asked, or the message is repeated once
    settle     nothing: what became of the message is written down

So a message is never sent twice where the provider can be asked, and at most once more where it cannot. There a
call begins only when the one before it is settled: a process that dies leaves one message in doubt, not a hundred.

A process that stops in order (`stop`) gives calls in flight time to land, and puts back what it has not called for.
"""

import asyncio
import logging
import random
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from scheduler import crash_points
from scheduler.delivery import fallback, outages, retry
from scheduler.delivery.fallback import Context
from scheduler.delivery.gateway import Gateway, GatewayError, OutboundMessage, Pingable, Searchable, Sent
from scheduler.planning.hours import SendWindow
from storage.database.engine import Database
from storage.delivery import claims, settlement
from storage.delivery.claims import Claimed, Terms
from storage.delivery.pacing import Pace
from storage.delivery.settlement import Result
from survey.codes import Channel, PauseCause, Reason, because
from survey.conversation.model import Say
from survey.packs.catalogue import Catalogue

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # several times a gateway's time-out: when it ends, the call has ended
BATCH = 100  # messages claimed at once by deliver_once
IN_FLIGHT = 100  # calls at once, at most: with a far end that takes 100 ms, a thousand messages a second
CLAIMED = 500  # messages that are ours at once, at most: those that wait for a free call are claimed already
ROOM = 300  # messages that must have landed before more are claimed, so that one transaction claims many
GATHER = 0.2  # seconds in which results are gathered for one commit, while many calls are in flight
SAME = 256  # rendered texts that are remembered
IDLE = 1.0  # seconds until an idle process looks again, when nothing wakes it
PACED = 0.25  # seconds until the next moments to send at are asked for, while more waits than may leave
BROKEN = 1.0  # seconds until the database is tried again
LATE = 0.1  # seconds after its moment when a message takes a new one: what was held up must not leave in a burst
TURNS = 3  # new moments that a message takes at the most: on a machine that is always late it leaves late


@dataclass(frozen=True, slots=True)
class Sending:
    """How messages leave.

    Attributes:
        window: when any but replies may leave.
        public_url: where carriers report delivery; None when the world cannot reach us.
        paces: by channel, the same for all processes; a channel without one sends as fast as it can.
        lease: how long a claimed message is ours.
        observe: told the channel and the outcome of each message.
    """

    window: SendWindow
    public_url: str | None = None
    paces: Mapping[str, Pace] = field(default_factory=dict)
    lease: timedelta = LEASE
    observe: Callable[[str, str], None] = lambda _channel, _outcome: None


class Delivery:
    """Sends what is queued.

    Args:
        db: the database.
        catalogue: the texts.
        gateways: by channel.
        sending: when and how fast messages leave.
        jitter: spreads retries.
    """

    def __init__(
        self,
        db: Database,
        catalogue: Catalogue,
        gateways: Mapping[str, Gateway],
        sending: Sending,
        *,
        jitter: random.Random,
    ) -> None:
        self._db = db
        self._catalogue = catalogue
        self._gateways = gateways
        self._sending = sending
        self._jitter = jitter
        self._same_words = lru_cache(maxsize=SAME)(self._words)  # many customers are asked the same
        self._paces = {name: sending.paces.get(name, Pace()) for name in gateways}
        self._unsearchable = {name for name, each in gateways.items() if not isinstance(each, Searchable)}
        self.queued = asyncio.Event()  # to be set when something may be waiting
        self._stop = asyncio.Event()
        self._crowded = False  # run() waits for room
        self._ready: deque[tuple[Claimed, float]] = deque()  # claimed, and when, by the event loop's clock
        self._workers: set[asyncio.Task[None]] = set()
        self._unsettled: Counter[str] = Counter()  # messages of unsearchable channels, until they are settled
        self._cut_off: set[int] = set()  # messages whose call was cancelled, and may have reached the provider
        self._turns: Counter[int] = Counter()  # moments that messages have missed
        self._landed: list[Result] = []
        self._something_landed = asyncio.Event()
        self._all_landed = False

    async def deliver_once(self, now: datetime) -> int:
        """Send one batch and return how many messages were looked at; zero: nothing more can leave now.

        It is for tests and simulated years, which nobody kills: the whole batch is settled at once, on a channel
        whose provider cannot be asked too.
        """
        claimed, looked = await self._claim(now, dict.fromkeys(self._paces, BATCH))
        if claimed:
            results = await asyncio.gather(*(self._handle(each, now) for each in claimed))
            await self._settle([each for each in results if each is not None], now)
        return looked

    def stop(self) -> None:
        """Claim nothing more; :meth:`run` returns when what is in flight has landed."""
        self._stop.set()
        self.queued.set()

    async def run(self, now: Callable[[], datetime], patience: float) -> None:
        """Send messages as they are queued, until :meth:`stop`. No lease is left behind while the database works.

        Args:
            now: the clock.
            patience: seconds that calls in flight may take to land after :meth:`stop`; those that do not are in
                doubt.
        """
        settling = asyncio.create_task(self._settle_landed(now))
        try:
            while not self._stop.is_set():
                self.queued.clear()
                self._crowded = self._in_hand() > CLAIMED - ROOM
                looked = 0 if self._crowded else await self._take(now)
                if looked == 0:
                    await _within(self.queued, PACED if self._workers else IDLE)
            await self._land(patience)
            self._all_landed = True
            self._something_landed.set()
            await asyncio.wait_for(settling, patience)
        finally:
            for each in (settling, *self._workers):
                each.cancel()
            await asyncio.gather(settling, *self._workers, return_exceptions=True)

    def _in_hand(self) -> int:
        """Return how many messages are claimed and have not landed."""
        return len(self._ready) + len(self._workers)

    async def _take(self, now: Callable[[], datetime]) -> int:
        """Claim what there is room for, start workers, and return how many messages were looked at."""
        began = asyncio.get_running_loop().time()
        try:
            claimed, looked = await self._claim(now(), self._room(CLAIMED - self._in_hand()))
        except Exception as error:
            log.error("nothing could be claimed: %s", type(error).__name__)
            await _within(self._stop, BROKEN)
            return 0
        for message in claimed:
            self._unsettled[message.channel] += message.channel in self._unsearchable
            self._ready.append((message, began))
        for _ in range(min(len(self._ready), IN_FLIGHT - len(self._workers))):
            worker = asyncio.create_task(self._work(now))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        return looked

    async def _work(self, now: Callable[[], datetime]) -> None:
        """Make one call after the other, as long as there are messages. A task for each message would cost more."""
        while self._ready:
            message, began = self._ready.popleft()
            result = await self._outcome(message, now, began)
            if result is None:
                self._make_room([message])
            else:
                self._landed.append(result)
                self._something_landed.set()
            if self._crowded and self._in_hand() <= CLAIMED - ROOM:
                self.queued.set()

    def _room(self, most: int) -> dict[str, int]:
        """Return how many messages may be claimed, by channel.

        Where the provider cannot be asked, no call begins before the one before it is settled: when this process is
        killed, or the far end falls silent, one message is in doubt and no more.
        """
        return {
            name: (0 if self._unsettled[name] else 1) if name in self._unsearchable else most
            for name in self._paces
        }

    async def _outcome(self, message: Claimed, now: Callable[[], datetime], began: float) -> Result | None:
        """Do as :meth:`_handle` does, with a result whatever happens: also when the process stops."""
        if self._stop.is_set():
            return self._stopped(message, now())
        try:
            return await self._handle(message, now(), began)
        except asyncio.CancelledError:
            return self._stopped(message, now())
        except Exception as error:
            log.error("message %d: %s", message.id, type(error).__name__)
            return Result(message, "unknown", Reason.UNEXPECTED, now() + retry.IN_DOUBT)

    def _stopped(self, message: Claimed, now: datetime) -> Result:
        if message.in_doubt or message.id in self._cut_off:
            return Result(message, "unknown", Reason.STOPPED_IN_DOUBT, now)
        return Result(message, "paused", Reason.STOPPED, now)

    async def _land(self, patience: float) -> None:
        if not self._workers:
            return
        _, late = await asyncio.wait(self._workers, timeout=patience)
        for each in late:
            each.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _settle_landed(self, now: Callable[[], datetime]) -> None:
        """Write results as they land: those that land while one commit runs, by the next. Retry until it works."""
        while self._landed or not self._all_landed:
            await self._something_landed.wait()
            self._something_landed.clear()
            if len(self._workers) == IN_FLIGHT:
                await _within(self._stop, GATHER)
            batch = self._landed[:]
            try:
                await self._settle(batch, now())
            except Exception as error:
                log.error("%d outcomes could not be written: %s", len(batch), type(error).__name__)
                await asyncio.sleep(BROKEN)
                self._something_landed.set()
            else:
                del self._landed[: len(batch)]
                self._make_room([each.message for each in batch])

    def _make_room(self, settled: Sequence[Claimed]) -> None:
        for each in settled:
            if each.channel in self._unsearchable:
                self._unsettled[each.channel] -= 1
                self.queued.set()

    async def _claim(self, now: datetime, room: Mapping[str, int]) -> tuple[list[Claimed], int]:
        window = self._sending.window
        quiet_until = None if window.is_open(now) else window.next_open(now)
        today = now.astimezone(window.zone).date()
        terms = Terms(now, self._sending.lease, self._paces, quiet_until, self._unsearchable, today)
        found = await claims.claim(self._db, room, terms)
        crash_points.point("delivery.claimed")
        return found

    async def _settle(self, results: Sequence[Result], now: datetime) -> None:
        if not results:
            return
        async with self._db.begin() as conn:
            context = Context(self._gateways, now, now.astimezone(self._sending.window.zone).date())
            await settlement.settle(conn, results, now)
            await outages.follow(conn, results, now, context.today)
            for each in results:
                if each.kind in settlement.UNDELIVERED:
                    await fallback.undelivered(conn, each.message.id, each.kind, context)
            crash_points.point("delivery.settling")
        crash_points.point("delivery.settled")
        for each in results:
            self._sending.observe(each.message.channel, each.kind)

    async def _handle(self, message: Claimed, now: datetime, began: float | None = None) -> Result | None:
        """Send one message, or ask about it.

        Args:
            message: a claimed one.
            now: aware.
            began: when it was claimed, by the event loop's clock; None where nothing can have held it up.

        Returns:
            What became of it; None when it is no longer ours.
        """
        try:
            rendered = self._render(message)
        except (KeyError, ValueError, TypeError):  # the pack no longer has what was to be said
            log.error("message %d cannot be rendered", message.id)
            return Result(message, "failed", Reason.TEXT_GONE)
        if message.in_doubt:
            return await self._ask(message, rendered, now)
        wait = message.wait - (_held(began) if began is not None else 0)
        if wait > 0 and await _within(self._stop, wait):
            return self._stopped(message, now)
        if began is not None and self._is_late(message, _held(began)):
            return Result(message, "paused", Reason.LATE, now)
        if message.channel in self._unsearchable:
            try:
                ours = await self._begin(message, now)
            except Exception as error:
                log.error("message %d: no call could be written down: %s", message.id, type(error).__name__)
                return Result(message, "paused", Reason.NOT_WRITTEN, now)
            if not ours:
                return None
        return await self._call(message, rendered, now)

    async def _begin(self, message: Claimed, now: datetime) -> bool:
        async with self._db.begin() as conn:
            ours = await claims.begin(conn, message, now)
        crash_points.point("delivery.begun")
        return ours

    async def _call(self, message: Claimed, rendered: OutboundMessage, now: datetime) -> Result:
        try:
            sent = await self._gateways[message.channel].send(rendered)
        except GatewayError as error:
            return self._refused(message, error, now)
        except Exception as error:
            log.error("message %d: the gateway raised %s", message.id, type(error).__name__)
            return Result(message, "unknown", Reason.UNEXPECTED, now + retry.IN_DOUBT)
        except asyncio.CancelledError:
            self._cut_off.add(message.id)
            raise
        crash_points.point("delivery.called")
        return _sent(message, sent)

    def _is_late(self, message: Claimed, held: float) -> bool:
        """Return whether it is too late to call, ``held`` seconds after the claim.

        The lease may end before the call does, or the message's moment has passed and the moments after it belong
        to
        other messages.
        """
        if held > self._sending.lease.total_seconds() / 2:
            return True
        paced = self._paces[message.channel].in_all is not None and not message.probe
        if paced and held - message.wait > LATE and self._turns[message.id] < TURNS:
            self._turns[message.id] += 1
            return True
        self._turns.pop(message.id, None)
        return False

    async def _ask(self, message: Claimed, rendered: OutboundMessage, now: datetime) -> Result:
        """Ask what became of a message in doubt. Where the provider cannot be asked, it is repeated once."""
        gateway = self._gateways[message.channel]
        try:
            if not isinstance(gateway, Searchable):
                return await self._repeat(message, gateway, now)
            found = await gateway.find(rendered, message.called_at, message.known)
        except Exception as error:
            code = error.code if isinstance(error, GatewayError) else type(error).__name__
            pause = retry.outage_pause(message.called_at or now, now) * (1 + self._jitter.random() / 2)
            return Result(message, "unknown", because(Reason.NOT_TOLD, code), now + pause)
        crash_points.point("delivery.looked_up")
        if found is not None:
            return _sent(message, found)
        if message.lookups >= retry.LOOKUPS:  # every call is lost on the way: wait longer, until its time is up
            return Result(message, "absent", Reason.ABSENT_LATER, now + retry.LATER)
        return Result(message, "absent", Reason.ABSENT, now)

    async def _repeat(self, message: Claimed, gateway: Gateway, now: datetime) -> Result:
        """Repeat a message in doubt once, and only when the provider works: in an outage the repeat would be lost.

        Raises:
            GatewayError: the provider does not work.
        """
        if message.repeats:
            return Result(message, "given_up", Reason.GIVEN_UP)
        if isinstance(gateway, Pingable):
            await gateway.ping()
        return Result(message, "repeat", Reason.REPEATED, now)

    def _render(self, message: Claimed) -> OutboundMessage:
        # What quotes a customer is not remembered.
        words = self._words if '"text"' in message.say else self._same_words
        text, labels = words(message.say, message.survey, message.language, message.channel)
        # A button carries the message's reference: the outbox knows which chat and question that is.
        choices = tuple((f"{message.reference}:{value}", label) for value, label in labels)
        base = self._sending.public_url
        url = f"{base}/webhooks/twilio/status/{message.reference}" if base else None
        return OutboundMessage(message.reference, Channel(message.channel), message.to, text, choices, url)

    def _words(
        self, say: str, survey: str | None, language: str, channel: str
    ) -> tuple[str, Sequence[tuple[int, str]]]:
        """Return the text, and the buttons where the channel has them."""
        said = Say.from_json(say)
        text = self._catalogue.render(said, survey=survey, language=language, channel=channel)
        return text, self._catalogue.choices(said, survey, language) if channel == Channel.TELEGRAM else ()

    def _refused(self, message: Claimed, error: GatewayError, now: datetime) -> Result:
        match error.kind:
            case "permanent":
                return Result(message, "permanent", because(Reason.REFUSED_RECEIVER, error.code))
            case "message":
                return Result(message, "failed", because(Reason.REFUSED_MESSAGE, error.code))
            case "opted_out":
                return Result(message, "opted_out", because(Reason.REFUSED_STOPPED, error.code))
            case "unknown":
                until = now + min(retry.IN_DOUBT, self._sending.lease / 2)
                reason = because(Reason.IN_DOUBT, error.code)
                return Result(message, "unknown", reason, until, code=error.code, trouble=True)
            case "account" | "filtered":
                cause = PauseCause.ACCOUNT if error.kind == "account" else PauseCause.FILTERED
                until = now + (retry.ACCOUNT_PAUSE if error.kind == "account" else retry.FILTER_PAUSE)
                reason = because(Reason.CHANNEL_PAUSED, error.code)
                return Result(message, "account", reason, until, code=error.code, cause=cause)
        hold = timedelta(seconds=error.retry_after) if error.kind == "throttled" and error.retry_after else None
        pause = retry.wait(error, message.attempts, self._jitter.random()) or retry.FIRST
        again = because(Reason.RETRY, error.code)
        hold_until = now + hold if hold else None
        return Result(message, "retry", again, now + pause, code=error.code, hold_until=hold_until, trouble=True)


def _sent(message: Claimed, sent: Sent) -> Result:
    return Result(message, "sent", external_id=sent.external_id, segments=sent.segments, price=sent.price)


def _held(began: float) -> float:
    """Return the seconds since ``began``, by the event loop's clock."""
    return asyncio.get_running_loop().time() - began


async def _within(event: asyncio.Event, seconds: float) -> bool:
    """Wait for ``event``, and return whether it happened within ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
