"""Named points at which a test kills the process as a power cut would. Inactive unless armed.

``FOLLOWUP_CRASH_AT=NAME`` or ``NAME:N`` (the Nth time), read in bot/settings.py and armed by `followup run`.
"""

import os
import signal

POINTS = (
    "delivery.claimed",  # the lease is committed, the provider has not been called
    "delivery.begun",  # a call on a channel that cannot be asked is written down, not made
    "delivery.called",  # the provider has answered, nothing is written down
    "delivery.settling",  # the outcome is written, not committed
    "delivery.settled",  # the outcome is committed
    "delivery.looked_up",  # the provider has been asked about a message in doubt, nothing is written down
    "planner.opened",  # conversations are open, their first messages queued
    "intake.received",  # verified, not stored
    "intake.saved",  # written, not committed
    "intake.committed",  # committed, not answered
    "status.received",  # a carrier's word, not stored
    "status.committed",  # stored, not answered
    "polling.stored",  # a Telegram update is stored, not confirmed
)

_armed: tuple[str, int] | None = None


def arm(text: str) -> None:
    """Let the process die at a point.

    Args:
        text: the point's name, and after a colon how many times it is passed until then: "delivery.called:3".

    Raises:
        ValueError: there is no such point.
    """
    global _armed
    name, _, count = text.partition(":")
    if name not in POINTS or not (count or "1").isdecimal():
        raise ValueError(f"{text!r} is no crash point: choose {', '.join(POINTS)}, with :N for the Nth time.")
    _armed = (name, int(count or "1"))


def point(name: str) -> None:
    """Die here, where this point is armed."""
    global _armed
    if _armed is None or _armed[0] != name:
        return
    _armed = (name, _armed[1] - 1)
    if _armed[1] <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
