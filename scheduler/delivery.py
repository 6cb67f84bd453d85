"""From queued messages to sent ones: claim, commit, call, settle. No network call inside a transaction."""

import asyncio
import json
import logging
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import cast

from scheduler import retry
from scheduler.gateway import Channel, Gateway, GatewayError, OutboundMessage
from scheduler.hours import SendWindow
from storage import outbox
from storage.database import Database
from storage.outbox import Claimed, Result
from survey.catalogue import Catalogue
from survey.model import Say

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than any gateway's time-out
BATCH = 100  # claimed, and in flight, at once


class Delivery:
    """Sends what is queued. ``gateways`` by channel; ``jitter`` spreads retries."""

    def __init__(
        self,
        db: Database,
        catalogue: Catalogue,
        gateways: Mapping[str, Gateway],
        public_url: str | None,
        window: SendWindow,
        *,
        jitter: random.Random,
    ) -> None:
        self._db = db
        self._catalogue = catalogue
        self._gateways = gateways
        self._public_url = public_url
        self._window = window
        self._jitter = jitter
        self._paused: dict[str, datetime] = {}  # channel -> until when our own account is left alone

    async def deliver_once(self, now: datetime) -> int:
        """One batch; how many messages were looked at. Zero: nothing more can leave now."""
        channels = [each for each in self._gateways if self._paused.get(each, now) <= now]
        quiet_until = None if self._window.is_open(now) else self._window.next_open(now)
        claimed, looked = await outbox.claim(self._db, now, LEASE, BATCH, channels, quiet_until)
        if claimed:
            results = await asyncio.gather(*(self._send(each, now) for each in claimed))
            async with self._db.begin() as conn:
                await outbox.settle(conn, results, now)
        return looked

    async def _send(self, message: Claimed, now: datetime) -> Result:
        try:
            rendered = self._render(message)
        except (KeyError, ValueError, TypeError):  # a pack that no longer has what was to be said
            log.error("message %d cannot be rendered", message.id)
            return Result(message, "failed", "Texten finns inte längre.")
        try:
            sent = await self._gateways[message.channel].send(rendered)
        except GatewayError as error:
            return self._refused(message, error, now)
        except Exception as error:
            log.error("message %d: the gateway raised %s", message.id, type(error).__name__)
            return Result(message, "unknown", "Oväntat fel: kan ha kommit fram och skickas inte igen.")
        return Result(message, "sent", external_id=sent.external_id, segments=sent.segments, price=sent.price)

    def _render(self, message: Claimed) -> OutboundMessage:
        stored = json.loads(message.say)
        say = Say(tuple(stored["phrases"]), stored["question"])
        text = self._catalogue.render(
            say, survey=message.survey, language=message.language, channel=message.channel
        )
        choices: tuple[tuple[str, str], ...] = ()
        if message.channel == "telegram":
            choices = tuple(
                (f"{message.occasion_id}:{say.question}:{value}", label)
                for value, label in self._catalogue.choices(say, message.survey, message.language)
            )
        url = f"{self._public_url}/webhooks/twilio/status/{message.reference}" if self._public_url else None
        channel = cast(Channel, message.channel)
        return OutboundMessage(message.reference, channel, message.to, text, choices, url)

    def _refused(self, message: Claimed, error: GatewayError, now: datetime) -> Result:
        match error.kind:
            case "permanent":
                return Result(message, "permanent", f"Mottagaren går inte att nå ({error.code}).")
            case "opted_out":
                return Result(message, "opted_out", f"Mottagaren har sagt stopp ({error.code}).")
            case "unknown":
                return Result(message, "unknown", f"Kan ha kommit fram och skickas inte igen ({error.code}).")
            case "account":
                until = now + retry.ACCOUNT_PAUSE
                self._paused[message.channel] = until
                log.error("channel %s paused: account error %s", message.channel, error.code)
                return Result(message, "paused", f"Kanalen är pausad ({error.code}).", until)
        pause = retry.wait(error, message.attempts, self._jitter.random())
        if pause is None:
            return Result(
                message, "failed", f"Gick inte att skicka efter {message.attempts} försök ({error.code})."
            )
        return Result(message, "retry", f"Nytt försök ({error.code}).", now + pause)
