"""How long to wait before a message is tried again, and when to give up. Pure."""

from datetime import timedelta

from scheduler.delivery.gateway import GatewayError

ATTEMPTS = 6  # calls for one message, at the most: the pauses between them add up to about half an hour
FIRST = timedelta(seconds=30)  # before the second attempt
LONGEST = timedelta(minutes=30)  # between two attempts
LOOKUPS = 100  # that find nothing, half a minute apart, before a message waits longer between two of them
ACCOUNT_PAUSE = timedelta(minutes=5)  # for the whole channel, while our own account is at fault
IN_DOUBT = timedelta(seconds=30)  # until the provider is asked: what it still had in hand is in its list by then


def wait(error: GatewayError, attempts: int, jitter: float) -> timedelta | None:
    """Return the pause before the next attempt; None when there is to be none.

    Args:
        error: why the last attempt failed.
        attempts: how many there have been.
        jitter: from 0 to 1; it spreads messages that failed together over half the pause.
    """
    if error.kind not in ("throttled", "transient") or attempts >= ATTEMPTS:
        return None
    asked = timedelta(seconds=error.retry_after or 0)
    return max(asked, backoff(attempts, jitter))


def backoff(attempts: int, jitter: float) -> timedelta:
    """Return the pause after ``attempts`` failures, doubled each time; ``jitter`` as in :func:`wait`."""
    return min(FIRST * (1 << (attempts - 1)), LONGEST) * (1 + jitter / 2)
