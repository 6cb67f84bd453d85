"""Send SMS with Twilio's own client, ask it what became of a message, and what it received for us.

Twilio has no idempotency key, so a message whose sending ended in doubt is looked up before it is sent again.
Source: https://www.twilio.com/docs/messaging/api/message-resource.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from aiohttp import ClientError, ClientTimeout, encode_basic_auth
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from yarl import URL

from bot.channels.http_client import NEVER_CONNECTED, client, seconds_of
from bot.channels.sms.error_codes import classify
from bot.channels.sms.webhook import SID
from bot.errors import SettingsError
from scheduler.delivery.gateway import GatewayError, OutboundMessage, Sent

REQUEST_SECONDS = 15.0
CONNECT_SECONDS = 5.0
TARGETS = 8  # URLs whose translation is remembered
LOWEST_CODE = 10_000  # of Twilio's error codes
REPLIES = 1000  # to one phone that are looked through
LONGEST_LIST = 100_000  # messages
CLOCKS_APART = timedelta(minutes=1)  # by which Twilio's clock and ours may differ

_log = logging.getLogger(__name__)


class _Throttled(Exception):
    """A 429, with what Twilio's own exception leaves out: how many seconds it asks us to wait."""

    def __init__(self, answer: str, retry_after: str | None) -> None:
        super().__init__("429")
        try:
            code = json.loads(answer).get("code")
        except (ValueError, AttributeError):  # a proxy's page
            code = None
        self.code = code if type(code) is int else None
        self.retry_after = seconds_of(retry_after)


_basic_auth = lru_cache(maxsize=8)(encode_basic_auth)


class _HttpClient(AsyncTwilioHttpClient):  # type: ignore[misc]  # twilio ships no types
    """Twilio's HTTP client with what it lacks: a time-out, a connection limit, and another server.

    Twilio's own ``request`` passes ``timeout=None``, which switches every time-out off, builds aiohttp's deprecated
    BasicAuth, and logs the receiver. It must be made inside a running event loop.

    Args:
        base: the server to call instead of Twilio; None for Twilio.
        timeout: seconds until an unanswered request is given up.
    """

    def __init__(self, base: URL | None, timeout: float) -> None:
        super().__init__(pool_connections=False)
        self._base = base
        self._targets: dict[str, URL] = {}
        self._limits = ClientTimeout(total=timeout, sock_connect=min(CONNECT_SECONDS, timeout))
        self._pool = client()

    def _target(self, url: str) -> URL:
        """Return where a request for Twilio's ``url`` goes. It is remembered: all messages go to one URL."""
        if (known := self._targets.get(url)) is not None:
            return known
        target = self._translated(URL(url))
        if not target.query_string and len(self._targets) < TARGETS:
            self._targets[url] = target
        return target

    def _translated(self, target: URL) -> URL:
        if self._base is None:
            return target
        path = self._base.raw_path.rstrip("/") + target.raw_path
        return self._base.with_path(path, encoded=True).with_query(target.query)

    async def request(
        self,
        method: str,
        url: str,
        *,
        params: Any = None,
        data: Any = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # the signature is twilio's
        allow_redirects: bool = False,
    ) -> Response:
        """Make one HTTP request.

        Raises:
            ClientError: no whole answer came.
            TimeoutError: none came in time.
            _Throttled: the answer was 429.
        """
        sent = dict(headers or {})
        if auth is not None:
            sent["Authorization"] = _basic_auth(*auth)
        if data is not None:  # yarl's quoting is compiled, and takes a sixth of urlencode's time
            data = URL.build(query=data).raw_query_string.encode()
        async with self._pool.request(
            method.upper(),
            self._target(url),
            params=params,
            data=data,
            headers=sent,
            timeout=self._limits if timeout is None else ClientTimeout(total=timeout),
            allow_redirects=allow_redirects,
        ) as answer:
            text = await answer.text()
            if answer.status == 429:
                raise _Throttled(text, answer.headers.get("Retry-After"))
            return Response(answer.status, text, answer.headers)

    async def close(self) -> None:
        await self._pool.close()


@dataclass(frozen=True, slots=True)
class Received:
    """An SMS to us in Twilio's list; ``at`` is aware, or None when Twilio does not tell."""

    external_id: str
    sender: str
    text: str
    at: datetime | None


class SmsGateway:
    """Sends SMS with Twilio's own client.

    Args:
        account_sid: Twilio account SID.
        auth_token: its token.
        numbers: our numbers, of which the first one sends; empty where a messaging service has them.
        messaging_service_sid: messaging service SID, or None.
        api_url: another server that speaks Twilio's API (an emulator); None for Twilio.
        timeout: seconds until an unanswered request is given up; its message is then ``unknown``.

    Raises:
        SettingsError: there is neither a number nor a messaging service, or ``api_url`` is no http address.
    """

    channel = "sms"

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        numbers: Sequence[str] = (),
        messaging_service_sid: str | None = None,
        api_url: str | None = None,
        timeout: float = REQUEST_SECONDS,
    ) -> None:
        if not (numbers or messaging_service_sid):
            raise SettingsError("TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID is needed to send SMS.")
        base = URL(api_url) if api_url else None
        if base is not None and (base.scheme not in ("http", "https") or not base.host):
            raise SettingsError(f"TWILIO_API_URL is not an http or https address: {api_url}")
        self._base = base
        self._credentials = (account_sid, auth_token)
        self._sender: dict[str, str] = (
            {"messaging_service_sid": messaging_service_sid} if messaging_service_sid else {}
        )
        if numbers:
            self._sender["from_"] = numbers[0]
        self._service = messaging_service_sid
        self.known_numbers = frozenset(numbers)
        self._timeout = timeout
        self._http: _HttpClient | None = None
        self._client: Client | None = None

    def _twilio(self) -> Client:
        if self._client is None:  # not in __init__: aiohttp's session must be made inside the running loop
            _silence_twilio()
            self._http = _HttpClient(self._base, self._timeout)
            # With an environment of its own, Client does not read the process's (edge, region).
            self._client = Client(*self._credentials, http_client=self._http, environment={"TWILIO_EDGE": ""})
        return self._client

    async def send(self, message: OutboundMessage) -> Sent:
        """Hand one SMS to Twilio, with ``message.status_url`` as its StatusCallback.

        Raises:
            GatewayError: of kind ``unknown`` when the request may have reached Twilio: look the message up with
                ``find`` before it is sent again. Otherwise of the kind that ``classify`` gives.
        """
        extra = dict(self._sender)
        if message.status_url:
            extra["status_callback"] = message.status_url
        try:
            message.text.encode()  # refuse a lone surrogate: the client would leave it out and send the rest
            made = await self._twilio().messages.create_async(to=message.to, body=message.text, **extra)
        except Exception as error:
            raise _gateway_error(error) from error
        if not _is_sid(made.sid):
            raise GatewayError("unknown", "unreadable")
        return _sent(made)

    async def find(
        self, message: OutboundMessage, since: datetime | None = None, known: Collection[str] = ()
    ) -> Sent | None:
        """Look among Twilio's messages for one whose sending ended in doubt; return None when it is not there.

        Twilio does not return the StatusCallback, and the text is no proof: an account may keep none, and a newer
        version of this program may word it otherwise. So a match is any message of ours to this receiver since the
        call began that our own ledger does not know. Where there are several, one with this text is taken before
        the others, then the oldest.

        Args:
            message: what was being sent.
            since: aware; a message older than this by more than CLOCKS_APART is no match.
            known: Twilio's ids of other messages.

        Raises:
            GatewayError: Twilio could not be asked.
        """
        # Without a date filter: it goes by the time of sending, which a message in Twilio's queue lacks.
        found = await self._messages(to=message.to, limit=50)
        candidates = [
            one
            for one in reversed(found)
            if str(one.direction) == "outbound-api"
            and one.sid not in known
            and (not self.known_numbers or one.from_ in (None, "", *self.known_numbers))
            and not (since and one.date_created and one.date_created < since - CLOCKS_APART)
        ]
        same = (one for one in candidates if one.body == message.text)
        match = next(same, candidates[0] if candidates else None)
        return None if match is None else _sent(match)

    async def inbound(self, since: datetime) -> AsyncIterator[Received]:
        """Yield what Twilio has received for our numbers since ``since`` (aware), whether or not it reached us.

        An account may have other numbers, for other purposes: what was written to them is not read.

        Raises:
            GatewayError: Twilio could not be asked.
        """
        for number in sorted(await self.own_numbers()):
            for one in await self._messages(to=number, date_sent_after=since, page_size=1000):
                if str(one.direction) == "inbound" and one.from_:
                    yield Received(one.sid, one.from_, (one.body or "").replace("\0", ""), one.date_created)

    async def own_numbers(self) -> frozenset[str]:
        """Return our numbers: those in the settings, and those of the messaging service, which is asked.

        Raises:
            GatewayError: Twilio could not be asked.
        """
        if self._service is not None:
            try:
                found = await self._twilio().messaging.v1.services(self._service).phone_numbers.list_async()
            except Exception as error:
                raise _gateway_error(error) from error
            self.known_numbers |= {one.phone_number for one in found if one.phone_number}
        return self.known_numbers

    async def replied(self, to: str, since: datetime) -> list[datetime]:
        """Return when Twilio sent a webhook's response of ours to a phone, since ``since`` (aware), in order.

        Raises:
            GatewayError: Twilio could not be asked.
        """
        # Without a date filter: it goes by the time of sending, which a message in Twilio's queue lacks.
        found = await self._messages(to=to, limit=REPLIES)
        return sorted(one.date_created for one in found if _is_reply(one) and one.date_created >= since)

    async def all_replied(self, since: datetime) -> list[tuple[str, datetime]]:
        """Return the phone and the time of each webhook's response of ours that was sent since ``since`` (aware).

        Those that Twilio has in its queue are not among them.

        Raises:
            GatewayError: Twilio could not be asked.
        """
        found: list[tuple[str, datetime]] = []
        for number in sorted(self.known_numbers or await self.own_numbers()):
            sent = await self._messages(from_=number, date_sent_after=since, page_size=1000)
            found += [(one.to, one.date_created) for one in sent if _is_reply(one)]
        return found

    async def _messages(self, **filters: Any) -> list[Any]:
        """Return those of Twilio's messages that pass its own filters, the latest first.

        Raises:
            GatewayError: Twilio could not be asked, or its list cannot be read. What is not in such a list may have
                been sent all the same.
        """
        try:
            found = list(await self._twilio().messages.list_async(**{"limit": LONGEST_LIST} | filters))
        except Exception as error:
            raise _gateway_error(error) from error
        if len(found) >= LONGEST_LIST or not all(_is_readable(one) for one in found):
            raise GatewayError("unknown", "unreadable")
        return found

    async def close(self) -> None:
        """Close the connections. The gateway opens new ones if it is used again."""
        if self._http is not None:
            await self._http.close()
        self._http = self._client = None


def _is_reply(one: Any) -> bool:
    return str(one.direction) == "outbound-reply" and one.date_created is not None


def _silence_twilio() -> None:
    """Keep the log of Twilio's client off, whatever the level: it writes phone numbers."""
    twilio = logging.getLogger("twilio")
    twilio.setLevel(logging.CRITICAL + 1)
    twilio.propagate = False


def _is_sid(sid: object) -> bool:
    return isinstance(sid, str) and SID.fullmatch(sid) is not None


def _is_readable(one: Any) -> bool:
    """Return whether an entry of Twilio's list is as it should be; what is no date is a text in its client."""
    texts = all(isinstance(each, str | None) for each in (one.from_, one.to, one.body))
    return _is_sid(one.sid) and texts and isinstance(one.date_created, datetime | None)


def _sent(made: Any) -> Sent:
    segments, price = str(made.num_segments), str(made.price)
    return Sent(
        external_id=made.sid,
        segments=int(segments) if re.fullmatch("[0-9]{1,3}", segments) else None,
        price=price if re.fullmatch(r"-?[0-9]{1,6}(\.[0-9]{1,6})?", price) else None,
    )


def _gateway_error(error: Exception) -> GatewayError:
    """Return an error of Twilio's client, or of the line to Twilio, as one of ours."""
    if isinstance(error, _Throttled):
        return GatewayError(classify(error.code, 429), str(error.code or 429), error.retry_after)
    if isinstance(error, TwilioRestException | TwilioServiceException):
        # Where the answer holds no code of Twilio's, its client takes the HTTP status for one.
        code = error.code if isinstance(error.code, int) and error.code >= LOWEST_CODE else None
        return GatewayError(classify(code, error.status), str(code or error.status))
    if isinstance(error, NEVER_CONNECTED):
        return GatewayError("transient", "connect")
    if isinstance(error, TimeoutError):
        return GatewayError("unknown", "timeout")
    if isinstance(error, ClientError | OSError):
        return GatewayError("unknown", "connection-lost")
    if isinstance(error, UnicodeEncodeError):
        return GatewayError("permanent", "encoding")
    _log.warning("Twilio's answer cannot be read: %s", type(error).__name__)
    return GatewayError("unknown", "unreadable")
