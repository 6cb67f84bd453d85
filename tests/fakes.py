"""Far ends that do as they are told."""

from dataclasses import dataclass, field

from scheduler.gateway import OutboundMessage, Sent


@dataclass
class FakeGateway:
    """Keeps what it is given; ``errors`` are raised first, one a message."""

    channel: str = "sms"
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
