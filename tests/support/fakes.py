"""Gateways that do as they are told."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from scheduler.delivery.gateway import GatewayError, OutboundMessage, Sent


@dataclass
class FakeGateway:
    """A gateway that keeps what it is given, and cannot be asked afterwards, as Telegram.

    It raises ``errors`` first, one for each message.

    ``on_call`` happens at each call, before it is answered.
    """

    channel: str = "telegram"
    sent: list[OutboundMessage] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    calls: int = 0
    on_call: Callable[[], Awaitable[None]] | None = None

    async def send(self, message: OutboundMessage) -> Sent:
        self.calls += 1
        if self.on_call is not None:
            await self.on_call()
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(message)
        return Sent(f"id{len(self.sent)}", 1, "0.05")

    async def close(self) -> None:
        return None


@dataclass
class FakeSms(FakeGateway):
    """A gateway that can be asked what it was given, as Twilio.

    Attributes:
        lost: messages that arrived although their call failed.
        lookups: how often it was asked.
        silent: raised when it is asked.
    """

    channel: str = "sms"
    lost: list[OutboundMessage] = field(default_factory=list)
    lookups: int = 0
    silent: Exception | None = None

    async def find(self, message: OutboundMessage, since: datetime | None, known: Collection[str]) -> Sent | None:
        self.lookups += 1
        if self.silent is not None:
            raise self.silent
        return Sent("found") if any(each.reference == message.reference for each in self.lost) else None


# What can become of a call to a TruthfulGateway.
OUTCOMES = ("taken", "taken, and the answer lost", "lost", "transient", "throttled", "refused", "account")


@dataclass
class TruthfulGateway:
    """A vendor that never errs, behind a network that does: for the state machines of delivery.

    Attributes:
        plan: what becomes of the next calls; ``taken`` when it is empty.
        arrived: how often each message arrived, by reference.
        doubted: what is in doubt, and not yet asked about.
    """

    channel: str = "sms"
    plan: list[str] = field(default_factory=list)
    arrived: Counter[str] = field(default_factory=Counter)
    doubted: set[str] = field(default_factory=set)

    def take(self, reference: str, to: str) -> None:
        """Note a call for this message."""
        assert reference not in self.doubted, "sent again without having asked"

    async def send(self, message: OutboundMessage) -> Sent:
        self.take(message.reference, message.to)
        outcome = self.plan.pop(0) if self.plan else "taken"
        if outcome.startswith("taken"):
            self.arrived[message.reference] += 1
        if outcome == "taken":
            return Sent(f"id-{message.reference}")
        if outcome in ("transient", "throttled", "account"):
            raise GatewayError(outcome, outcome, 20.0 if outcome == "throttled" else None)  # type: ignore[arg-type]
        if outcome == "refused":
            raise GatewayError("message", "refused")
        self.doubted.add(message.reference)
        raise GatewayError("unknown", "timeout")

    async def find(self, message: OutboundMessage, since: datetime | None, known: Collection[str]) -> Sent | None:
        self.doubted.discard(message.reference)
        return Sent(f"id-{message.reference}") if self.arrived[message.reference] else None

    async def close(self) -> None:
        return None
