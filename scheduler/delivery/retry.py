"""How long to wait before a message is tried again, and when a channel rather than a message is in trouble. Pure.

A message has no number of attempts: what keeps it from leaving is the channel's trouble, and it waits for as long
as it has meaning (`expires_at`). scheduler/delivery/outages.py pauses the channel meanwhile.
"""

from datetime import datetime, timedelta

from scheduler.delivery.gateway import GatewayError

FIRST = timedelta(seconds=30)  # before the second attempt
LONGEST = timedelta(minutes=5)  # between two attempts, so that the end of an outage is noticed within that time
DOUBLINGS = 4  # of FIRST, after which LONGEST is reached
LOOKUPS = 100  # that find nothing, half a minute apart, before a message waits longer between two of them
LATER = timedelta(minutes=30)  # between two such look-ups
ACCOUNT_PAUSE = timedelta(minutes=5)  # for the whole channel, while our own account is at fault
FILTER_PAUSE = timedelta(minutes=30)  # for the whole channel, until one message shows whether carriers let it pass
IN_DOUBT = timedelta(seconds=30)  # until the provider is asked: what it still had in hand is in its list by then
OUTAGE = 5  # calls in a row that failed, from which the channel is in trouble and not a message
FILTERED = 10  # messages in a row that no carrier delivered, from which it is our sender's fault


def wait(error: GatewayError, attempts: int, jitter: float) -> timedelta | None:
    """Return the pause before the next attempt; None when there is to be none.

    Args:
        error: why the last attempt failed. Where it says how long to wait, that is obeyed.
        attempts: how many there have been.
        jitter: from 0 to 1; it spreads messages that failed together over half the pause.
    """
    if error.kind not in ("throttled", "transient"):
        return None
    if error.kind == "throttled" and error.retry_after is not None:
        return timedelta(seconds=error.retry_after)
    return backoff(attempts, jitter)


def backoff(attempts: int, jitter: float) -> timedelta:
    """Return the pause after ``attempts`` failures, doubled each time; ``jitter`` as in :func:`wait`."""
    return min(FIRST * (1 << min(attempts - 1, DOUBLINGS)), LONGEST) * (1 + jitter / 2)


def outage_pause(since: datetime, now: datetime) -> timedelta:
    """Return how long a channel waits until one message tries again, in an outage that began at ``since``."""
    return max(FIRST, min((now - since) / 2, LONGEST))
