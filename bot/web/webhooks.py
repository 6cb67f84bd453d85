"""The endpoints that machines call: verify, parse, hand over, answer.

Nothing is stored before its signature is right.
"""

import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.channels.sms.webhook import Receipt, opt_out_type, parse_inbound, parse_receipt, twiml, verify
from bot.inbound.events import Inbound
from bot.inbound.group_commit import Intake, fingerprint
from bot.metrics import Metrics
from bot.settings import Telegram, Twilio
from bot.web import readiness
from storage.database.engine import Database
from storage.errors import StorageFailure
from survey.conversation.model import TextReceived, Unreadable

log = logging.getLogger(__name__)

BODY_LIMIT = 64 * 1024  # bytes; a real webhook has two or three thousand
SMS_PATH = "/webhooks/twilio/sms"
STATUS_PATH = "/webhooks/twilio/status/"
TELEGRAM_PATH = "/webhooks/telegram"
TWIML = "application/xml"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What the handlers need.

    Attributes:
        db: asked whether the service is ready.
        intake: takes in what customers write.
        base_url: the address that Twilio signs; never taken from a request's own Host header.
        twilio: None while SMS is off.
        telegram: None while Telegram is off.
        on_receipt: stores a delivery receipt, and says whether its message is known.
        on_update: takes in an update.
        metrics: times requests and serves /metrics; None for neither.
        own_numbers: returns the numbers of our messaging service, as far as they are known.
    """

    db: Database
    intake: Intake
    base_url: str
    twilio: Twilio | None
    telegram: Telegram | None
    on_receipt: Callable[[Receipt], Awaitable[bool]]
    on_update: Callable[[object], Awaitable[None]]
    metrics: Metrics | None = None
    own_numbers: Callable[[], Collection[str]] = tuple


def build(endpoints: Endpoints) -> web.Application:
    """Return the aiohttp application. A channel that is off has no endpoint."""
    middlewares: list[Middleware] = [_storage_failure]
    if endpoints.metrics is not None:
        middlewares.insert(0, endpoints.metrics.middleware())
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=middlewares)
    if endpoints.metrics is not None:
        app.router.add_get("/metrics", endpoints.metrics.page)
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/readyz", readiness.handler(endpoints.db))
    if endpoints.twilio is not None:
        app.router.add_post(SMS_PATH, _sms(endpoints, endpoints.twilio))
        app.router.add_post(STATUS_PATH + "{reference}", _status(endpoints, endpoints.twilio))
    if endpoints.telegram is not None and endpoints.telegram.webhook_secret:
        app.router.add_post(TELEGRAM_PATH, _telegram(endpoints, endpoints.telegram.webhook_secret))
    return app


def _sms(endpoints: Endpoints, twilio: Twilio) -> Handler:
    url = endpoints.base_url + SMS_PATH

    async def handle(request: web.Request) -> web.Response:
        form = await _signed_form(request, twilio, url)
        if "To" in form and not is_ours(twilio, form, endpoints.own_numbers()):
            raise web.HTTPForbidden(text="This number is not ours.")
        try:
            external_id, sender, text = parse_inbound(form)
        except ValueError as error:  # it is signed, so somebody wrote: staff must see that
            await endpoints.intake.quarantine("sms", form.get("MessageSid") or fingerprint(form), error)
            raise web.HTTPBadRequest(text=str(error)) from error
        picture = not text.strip() and form.get("NumMedia", "0") != "0"
        event = Unreadable() if picture else TextReceived(text, carrier=opt_out_type(form))
        taken = await endpoints.intake.submit(Inbound("sms", external_id, sender, event))
        response = web.Response(text=twiml(taken.reply), content_type=TWIML)
        if taken.reply and await _is_written(response, request):
            endpoints.intake.responded(external_id)
        return response

    return handle


async def _is_written(response: web.Response, request: web.Request) -> bool:
    """Write a response now, and return whether the connection took it. What was not taken goes by the outbox."""
    try:
        await response.prepare(request)
        await response.write_eof()
    except ConnectionError:
        log.warning("the response to an SMS could not be written: its reply will go by the outbox")
        return False
    return True


def is_ours(twilio: Twilio, form: Mapping[str, str], known: Collection[str]) -> bool:
    """Return whether an SMS was sent to a number of ours: it is in the settings, or belongs to our service.

    Args:
        twilio: the settings.
        form: what Twilio posted.
        known: the numbers of our messaging service, as far as they are known.
    """
    if form.get("To") in (*twilio.numbers, *known):
        return True
    service = twilio.messaging_service_sid
    return service is not None and form.get("MessagingServiceSid") == service


def _status(endpoints: Endpoints, twilio: Twilio) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        reference = request.match_info["reference"]
        form = await _signed_form(request, twilio, f"{endpoints.base_url}{STATUS_PATH}{reference}")
        try:
            receipt = parse_receipt(reference, form)
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        if not await endpoints.on_receipt(receipt):
            raise web.HTTPNotFound(text="No message has this reference.")
        return web.Response(status=204)

    return handle


async def _signed_form(request: web.Request, twilio: Twilio, url: str) -> dict[str, str]:
    """Return the form of a request that Twilio signed for this URL and our account.

    Raises:
        HTTPClientError: it is no form, or not signed so.
    """
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType(text="A form is expected.")
    raw = await request.read()
    try:
        fields = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=200)
    except ValueError as error:  # not UTF-8, or too many fields
        raise web.HTTPBadRequest(text="The form cannot be read.") from error
    form = dict(fields)
    if len(form) != len(fields):
        raise web.HTTPBadRequest(text="A form field is there twice.")
    signed_url = f"{url}?{request.query_string}" if request.query_string else url
    if not verify(twilio.auth_token, signed_url, form, request.headers.get("X-Twilio-Signature")):
        raise web.HTTPForbidden(text="The signature is missing or wrong.")
    if form.get("AccountSid") != twilio.account_sid:
        raise web.HTTPForbidden(text="This account is not ours.")
    return form


def _telegram(endpoints: Endpoints, secret: str) -> Handler:
    expected = secret.encode()

    async def handle(request: web.Request) -> web.Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, expected):
            raise web.HTTPForbidden(text="The secret token is missing or wrong.")
        try:
            await endpoints.on_update(json.loads(await request.read()))
        except (ValueError, RecursionError) as error:
            raise web.HTTPBadRequest(text="The update cannot be read.") from error
        return web.Response()

    return handle


async def _healthz(_request: web.Request) -> web.Response:
    return web.Response(text="ok\n")


@web.middleware
async def _storage_failure(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 503 when the database is out of reach: Twilio and Telegram then send again."""
    try:
        return await handler(request)
    except StorageFailure as error:
        raise web.HTTPServiceUnavailable(text=str(error)) from error
