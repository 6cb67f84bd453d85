"""How long to wait before a message is tried again, and when to give up. Pure."""

from datetime import timedelta

from scheduler.gateway import GatewayError

ATTEMPTS = 6
FIRST = timedelta(seconds=30)
LONGEST = timedelta(minutes=30)
LOOKUPS = 100  # that say "not there", half a minute apart, before a message waits longer between two tries
ACCOUNT_PAUSE = timedelta(minutes=5)  # for the whole channel, while our own account is at fault
IN_DOUBT = timedelta(seconds=30)  # until the provider is asked: what it still had in hand is in its list by then


def wait(error: GatewayError, attempts: int, jitter: float) -> timedelta | None:
    """The pause before the next try after ``attempts`` tries; None when there is none.

    ``jitter`` (0 to 1) spreads those that failed together over half the pause.
    """
    if error.kind not in ("throttled", "transient") or attempts >= ATTEMPTS:
        return None
    asked = timedelta(seconds=error.retry_after or 0)
    return max(asked, backoff(attempts, jitter))


def backoff(attempts: int, jitter: float) -> timedelta:
    """The pause after ``attempts`` failed tries, doubled each time; ``jitter`` as in :func:`wait`."""
    return min(FIRST * (1 << (attempts - 1)), LONGEST) * (1 + jitter / 2)
