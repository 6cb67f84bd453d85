"""From queued messages to sent ones: claim, commit, call, settle. No network call inside a transaction."""

import asyncio
import logging
import random
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from scheduler import crash_points, fallback, retry
from scheduler.fallback import Context
from scheduler.gateway import Gateway, GatewayError, OutboundMessage, Searchable, Sent
from scheduler.hours import SendWindow
from storage.database.engine import Database
from storage.delivery import claims, settlement
from storage.delivery.claims import Claimed, Terms
from storage.delivery.pacing import Pace
from storage.delivery.settlement import Result
from survey.codes import Channel, Reason, because
from survey.conversation.model import Say
from survey.packs.catalogue import Catalogue

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # several times a gateway's time-out: when it ends, the call has ended
BATCH = 100  # claimed at once by deliver_once
IN_FLIGHT = 100  # calls at once, at most: with a far end that takes 100 ms, a thousand messages a second
CLAIMED = 500  # ours at once, at most: those that wait for a free call are claimed already, many in a transaction
ROOM = 300  # so many must have landed before more are claimed
GATHER = 0.2  # seconds in which outcomes are gathered for one commit, while many calls are in flight
SAME = 256  # texts that are remembered
IDLE = 1.0  # seconds until an idle process looks again, when nothing wakes it
PACED = 0.25  # seconds until the next moments to send at are asked for, while more waits than may leave
BROKEN = 1.0  # seconds until the database is tried again
LATE = 0.1  # seconds after its moment when a message takes a new one: what was held up must not leave in a burst
TURNS = 3  # new moments that a message takes here: on a machine that is always late it leaves late


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
    """Sends what is queued. ``gateways`` by channel; ``jitter`` spreads retries."""

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
        """One batch; how many messages were looked at. Zero: nothing more can leave now.

        For a simulated year, which nobody kills: also where nobody can be asked the batch is settled together.
        """
        claimed, looked = await self._claim(now, dict.fromkeys(self._paces, BATCH))
        if claimed:
            results = await asyncio.gather(*(self._handle(each, now) for each in claimed))
            await self._settle([each for each in results if each is not None], now)
        return looked

    def stop(self) -> None:
        """Claim nothing more: :meth:`run` ends when what is in flight has landed."""
        self._stop.set()
        self.queued.set()

    async def run(self, now: Callable[[], datetime], patience: float) -> None:
        """Send what is queued, as it is queued, until :meth:`stop`.

        ``patience``: seconds that calls in flight may take to land then; those that do not are in doubt. No
        lease is left behind, as long as the database can be written.
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
        """Messages that are claimed and have not landed."""
        return len(self._ready) + len(self._workers)

    async def _take(self, now: Callable[[], datetime]) -> int:
        """Claim what there is room for, and see that somebody calls; how many messages were looked at."""
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
        """One call after the other, as long as there are messages. A task for each message would cost more."""
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
        """How many messages may be claimed, by channel.

        Where nobody can be asked no call begins before the one before it is settled: when this process is killed,
        or the far end falls silent, one message is in doubt and no more.
        """
        return {
            name: (0 if self._unsettled[name] else 1) if name in self._unsearchable else most
            for name in self._paces
        }

    async def _outcome(self, message: Claimed, now: Callable[[], datetime], began: float) -> Result | None:
        """As :meth:`_handle`, whatever happens: also when the process stops."""
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
        """Results that land while one commit runs are written by the next. Tried until it works."""
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
        terms = Terms(now, self._sending.lease, self._paces, quiet_until, self._unsearchable)
        found = await claims.claim(self._db, room, terms)
        crash_points.point("delivery.claimed")
        return found

    async def _settle(self, results: Sequence[Result], now: datetime) -> None:
        if not results:
            return
        async with self._db.begin() as conn:
            context = Context(self._gateways, now, now.astimezone(self._sending.window.zone).date())
            await settlement.settle(conn, results, now, context.today)
            for each in results:
                if each.kind in settlement.UNDELIVERED:
                    await fallback.undelivered(conn, each.message.id, each.kind, context)
            crash_points.point("delivery.settling")
        crash_points.point("delivery.settled")
        for each in results:
            self._sending.observe(each.message.channel, each.kind)

    async def _handle(self, message: Claimed, now: datetime, began: float | None = None) -> Result | None:
        """Send one message, or ask about it; None when it is no longer ours.

        ``began``: when it was claimed, by the event loop's clock.
        """
        try:
            rendered = self._render(message)
        except (KeyError, ValueError, TypeError):  # a pack that no longer has what was to be said
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
        """Whether a process that was held up (``held`` seconds since the claim) must not call any more.

        The lease may end before the call does; or its moment has passed, and the moments after it are others'.
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
        """What became of a message in doubt. Where nobody can tell it is repeated, once."""
        gateway = self._gateways[message.channel]
        if not isinstance(gateway, Searchable):
            if message.repeats or message.attempts >= retry.ATTEMPTS:
                return Result(message, "given_up", Reason.GIVEN_UP)
            return Result(message, "repeat", Reason.REPEATED, now)
        try:
            found = await gateway.find(rendered, message.called_at, message.known)
        except Exception as error:
            code = error.code if isinstance(error, GatewayError) else type(error).__name__
            until = now + retry.backoff(message.attempts, self._jitter.random())
            return Result(message, "unknown", because(Reason.NOT_TOLD, code), until)
        crash_points.point("delivery.looked_up")
        if found is not None:
            return _sent(message, found)
        if message.lookups >= retry.LOOKUPS:  # a line on which all is lost; it ends when its time is out
            return Result(message, "absent", Reason.ABSENT_LATER, now + retry.LONGEST)
        return Result(message, "absent", Reason.ABSENT, now)

    def _render(self, message: Claimed) -> OutboundMessage:
        words = self._words if '"text"' in message.say else self._same_words  # a customer's own words are not kept
        text, labels = words(message.say, message.survey, message.language, message.channel)
        # The outbox knows which chat and question a reference was.
        choices = tuple((f"{message.reference}:{value}", label) for value, label in labels)
        base = self._sending.public_url
        url = f"{base}/webhooks/twilio/status/{message.reference}" if base else None
        return OutboundMessage(message.reference, Channel(message.channel), message.to, text, choices, url)

    def _words(
        self, say: str, survey: str | None, language: str, channel: str
    ) -> tuple[str, Sequence[tuple[int, str]]]:
        """The text, and the buttons where the channel has them."""
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
                return Result(message, "unknown", because(Reason.IN_DOUBT, error.code), until)
            case "account":
                log.error("channel %s is paused: our account is at fault (%s)", message.channel, error.code)
                until = now + retry.ACCOUNT_PAUSE
                reason = because(Reason.CHANNEL_PAUSED, error.code)
                return Result(message, "account", reason, until, code=error.code)
        hold = timedelta(seconds=error.retry_after) if error.kind == "throttled" and error.retry_after else None
        pause = retry.wait(error, message.attempts, self._jitter.random())
        if pause is None:
            reason = because(Reason.FAILED, message.attempts, error.code)
            return Result(message, "failed", reason)
        again = because(Reason.RETRY, error.code)
        return Result(message, "retry", again, now + pause, hold_until=now + hold if hold else None)


def _sent(message: Claimed, sent: Sent) -> Result:
    return Result(message, "sent", external_id=sent.external_id, segments=sent.segments, price=sent.price)


def _held(began: float) -> float:
    """Seconds since ``began``, by the event loop's clock."""
    return asyncio.get_running_loop().time() - began


async def _within(event: asyncio.Event, seconds: float) -> bool:
    """Whether ``event`` happens within ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
