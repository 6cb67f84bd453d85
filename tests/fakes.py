"""Far ends that do as they are told."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from scheduler.gateway import OutboundMessage, Sent


@dataclass
class FakeGateway:
    """Keeps what it is given; ``errors`` are raised first, one a message. Nobody can ask it what it was given."""

    channel: str = "telegram"
    sent: list[OutboundMessage] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    calls: int = 0

    async def send(self, message: OutboundMessage) -> Sent:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(message)
        return Sent(f"id{len(self.sent)}", 1, "0.05")

    async def close(self) -> None:
        return None


@dataclass
class FakeSms(FakeGateway):
    """As Twilio: can be asked. ``lost`` are messages that arrived although the call failed; ``silent``: it
    cannot be asked now."""

    channel: str = "sms"
    lost: list[OutboundMessage] = field(default_factory=list)
    lookups: int = 0
    silent: Exception | None = None

    async def find(self, message: OutboundMessage, since: datetime | None, known: Collection[str]) -> Sent | None:
        self.lookups += 1
        if self.silent is not None:
            raise self.silent
        return Sent("found") if any(each.reference == message.reference for each in self.lost) else None
