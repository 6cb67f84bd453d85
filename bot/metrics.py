"""What Prometheus reads at /metrics: numbers alone, and no label that names a person or a message."""

import time
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from storage.database.engine import Database
from storage.delivery import pacing, queue_depth

# Bounds of the histograms' buckets, in seconds. Twilio waits 15 s for a webhook's answer.
LATENCY = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)
LATENESS = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 3600.0)


class Metrics:
    """The numbers of one process, and those of the queue, which all processes share.

    Args:
        db: asked for the queue and the pauses at each reading.
        now: the clock.
        channels: those that are on.
    """

    def __init__(self, db: Database, now: Callable[[], datetime], channels: Collection[str]) -> None:
        self._db = db
        self._channels = channels
        self._now = now
        registry = self._registry = CollectorRegistry()
        self._depth = Gauge(
            "followup_outbox_messages", "Messages that wait to leave", ["channel", "state"], registry=registry
        )
        self._oldest = Gauge(
            "followup_outbox_oldest_seconds",
            "For how long the oldest of them could have left",
            ["channel"],
            registry=registry,
        )
        self._paused = Gauge(
            "followup_channel_paused",
            "1 while a channel is in trouble and its messages wait",
            ["channel"],
            registry=registry,
        )
        self._sends = Counter("followup_sends", "Sends by outcome", ["channel", "outcome"], registry=registry)
        self._webhooks = Histogram(
            "followup_webhook_seconds", "Webhooks by status", ["path", "status"], buckets=LATENCY, registry=registry
        )
        self._late = Histogram(
            "followup_tick_late_seconds",
            "How late the scheduler's ticks began",
            ["tick"],
            buckets=LATENESS,
            registry=registry,
        )
        self._ticks_failed = Counter("followup_ticks_failed", "Ticks that failed", ["tick"], registry=registry)

    def sent(self, channel: str, outcome: str) -> None:
        """Count a send by its outcome."""
        self._sends.labels(channel, outcome).inc()

    def tick(
        self, name: str, seconds: float, work: Callable[[], Awaitable[None]], clock: Callable[[], float]
    ) -> Callable[[], Awaitable[None]]:
        """Return ``work`` so that each run of it is measured.

        Args:
            name: the tick's label.
            seconds: how often it should begin.
            work: what it does.
            clock: a monotonic time in seconds.
        """
        expected: float | None = None

        async def counted() -> None:
            nonlocal expected
            began = clock()
            if expected is not None:
                self._late.labels(name).observe(max(0.0, began - expected))
            expected = began + seconds
            with self._ticks_failed.labels(name).count_exceptions():
                await work()

        return counted

    @contextmanager
    def _timed(self, path: str) -> Iterator[dict[str, int]]:
        began = time.perf_counter()
        answer = {"status": 500}
        try:
            yield answer
        finally:
            self._webhooks.labels(path, str(answer["status"])).observe(time.perf_counter() - began)

    def middleware(self) -> Callable[..., Awaitable[web.StreamResponse]]:
        """Return a middleware that times the webhooks by route: a label must not hold a message's reference."""

        @web.middleware
        async def timed(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            resource = request.match_info.route.resource
            path = resource.canonical if resource is not None else ""
            if not path.startswith("/webhooks/"):
                return await handler(request)
            with self._timed(path) as answer:
                try:
                    response = await handler(request)
                except web.HTTPException as refused:
                    answer["status"] = refused.status
                    raise
                answer["status"] = response.status
                return response

        return timed

    async def page(self, _request: web.Request) -> web.Response:
        """Answer GET /metrics."""
        return web.Response(body=await self.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def text(self) -> bytes:
        """Return the exposition, with the queue as it stands.

        Raises:
            SQLAlchemyError: the database cannot be read.
        """
        async with self._db.read() as conn:
            found = await queue_depth.depths(conn)
            paused = {each.channel for each in await pacing.pauses(conn)}
        self._depth.clear()
        self._oldest.clear()
        for each in found:
            self._depth.labels(each.channel, each.state).set(each.count)
            if each.state == "queued":
                waited = (self._now() - each.oldest).total_seconds()
                self._oldest.labels(each.channel).set(max(0.0, waited))
        for name in self._channels:
            self._paused.labels(name).set(name in paused)
        return generate_latest(self._registry)
