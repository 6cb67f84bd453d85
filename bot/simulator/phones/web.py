"""Phones on a page: a person plays any customer, in any language, against the real system.

The page is the customer's end and nothing more. What is written goes through the emulator, which signs the webhook
as Twilio and Telegram do; what is shown is what the emulator delivered, and beside it what the database holds.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from bot.app import App
from bot.errors import BadInput
from bot.simulator.emulator.server import Emulator, EmulatorError
from bot.simulator.phones.views import Views
from bot.web.security import page_headers
from storage import simulator
from storage.database.engine import Connection
from storage.people import addresses
from storage.people.addresses import Address
from storage.simulator import Customer
from survey.codes import SurveyId, swedish, worded

PAGE = Path(__file__).parent / "page"
FILES = {  # by address: (name, content type)
    "": ("index.html", "text/html"),
    "phones.css": ("phones.css", "text/css"),
    "phones.js": ("phones.js", "text/javascript"),
}
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")  # the page is for whoever sits at this machine
LISTED = 40  # customers shown to choose from
LONGEST = 1600  # characters, what Twilio takes
FIRST_CHAT = 7_000_000_000  # chats that the page makes are numbered from here, by customer
LINK_LIFETIME = timedelta(minutes=5)
HEARTBEAT = 15  # seconds between signs of life on a quiet stream of events
GATHER = 0.03  # seconds in which several changes become one event
HEADERS = page_headers("default-src 'self'; img-src data:")  # the page loads its own three files and nothing else
Object = dict[str, object]

ATTACHMENTS: dict[str, tuple[Object, str]] = {
    "photo": ({"photo": [{"file_id": "p", "file_unique_id": "p", "width": 90, "height": 90}]}, "🖼️ Bild"),
    "voice": ({"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}}, "🎤 Röstmeddelande"),
    "sticker": (
        {
            "sticker": {
                "file_id": "s",
                "file_unique_id": "s",
                "type": "regular",
                "width": 512,
                "height": 512,
                "is_animated": False,
                "is_video": False,
            }
        },
        "😀 Klistermärke",
    ),
}

_log = logging.getLogger(__name__)


class Phones:
    """The phones of one running system's customers, for a person to play.

    Args:
        app: the system; its webhooks must be reached by the emulator.
        emulator: the vendors that it is connected to.
        links: further pages to show in the header, (name, address).
    """

    def __init__(self, app: App, emulator: Emulator, links: tuple[tuple[str, str], ...] = ()) -> None:
        self._app = app
        self._emulator = emulator
        self._links = links
        self._views = Views(emulator, app.catalogue)
        self._closing = asyncio.Event()

    def plug_in(self) -> None:
        """Report each SMS from now on as delivered when it reaches its phone."""
        self._emulator.on_sms = self._delivered
        self._emulator.on_telegram = None

    def site(self) -> web.Application:
        """Return the application, to be mounted at ``/phones/``."""
        site = web.Application(middlewares=[self._guard])
        for address, (name, kind) in FILES.items():
            site.router.add_get(f"/{address}", _file(name, kind))
        site.router.add_get("/api/setup", self._setup)
        site.router.add_get("/api/events", self._events)
        site.router.add_get("/api/customers", self._list)
        site.router.add_get("/api/customers/{ref}", self._show)
        for name, act in {
            "start": self._start,
            "end": self._end,
            "language": self._language,
            "telegram": self._connect,
            "write": self._write,
            "tap": self._tap,
            "attach": self._attach,
        }.items():
            site.router.add_post(f"/api/customers/{{ref}}/{name}", self._action(act))
        site.on_shutdown.append(self._close)
        return site

    async def _setup(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "languages": self._app.catalogue.languages,
                "surveys": {id_: swedish(SurveyId, id_) for id_ in self._app.catalogue.surveys},
                "sender": self._emulator.number,
                "bot": self._emulator.bot_name,
                "longest": LONGEST,
                "links": self._links,
            }
        )

    async def _list(self, request: web.Request) -> web.Response:
        async with self._app.db.read() as conn:
            found = await simulator.customers(conn, request.query.get("search", "").strip(), LISTED)
        return web.json_response([self._views.brief(customer) for customer in found])

    async def _show(self, request: web.Request) -> web.Response:
        return web.json_response(await self._view(request.match_info["ref"]))

    async def _view(self, ref: str) -> Object:
        async with self._app.db.read() as conn:
            customer = await self._customer(conn, ref)
            return self._views.whole(customer, await simulator.conversations(conn, customer.id))

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Send an event (text/event-stream) whenever anything has reached a phone, or left one."""
        stream = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        await stream.prepare(request)
        revision = -1
        closing = asyncio.create_task(self._closing.wait())
        try:
            while not self._closing.is_set():
                changed = asyncio.create_task(self._emulator.changed(revision))
                done, _ = await asyncio.wait(
                    (changed, closing), timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED
                )
                if changed in done:
                    await asyncio.sleep(GATHER)
                    revision = self._emulator.revision
                    await stream.write(f"id: {revision}\ndata: {revision}\n\n".encode())
                    continue
                changed.cancel()
                if not done:
                    await stream.write(b": still here\n\n")
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            closing.cancel()
        return stream

    async def _start(self, ref: str, asked: Object) -> None:
        """Ask a survey now, by the planner and the outbox."""
        app, now = self._app, self._app.now()
        survey, enrolment = _word(asked, "survey"), _word(asked, "enrolment")
        channel = _word(asked, "channel") if asked.get("channel") else None  # None: as the planner chooses
        if survey not in app.catalogue.surveys:
            raise BadInput(f"Enkäten {survey!r} finns inte.")
        month = now.astimezone(app.settings.zone).strftime("%Y-%m")
        async with app.db.begin() as conn:
            customer = await self._customer(conn, ref)
            if enrolment not in {each.ref for each in customer.enrolments}:
                raise BadInput(f"Kunden {ref} har ingen insats {enrolment!r}.")
            occasion = await simulator.ask_for(conn, enrolment, survey, month, now)
            assert occasion is not None
            refusal = await app.planner.ask_now(conn, occasion, now, channel)
            if refusal is not None:
                raise BadInput(worded(refusal))
        app.queued.set()

    async def _end(self, ref: str, _asked: Object) -> None:
        """End the open conversation, as if its time were up."""
        now = self._app.now()
        async with self._app.db.begin() as conn:
            await simulator.let_expire(conn, (await self._customer(conn, ref)).id, now)
        await self._app.planner.expire_sessions(now)

    async def _language(self, ref: str, asked: Object) -> None:
        language = _word(asked, "language")
        if language not in self._app.catalogue.languages:
            raise BadInput(f"Språket {language!r} finns inte.")
        async with self._app.db.begin() as conn:
            await simulator.set_language(conn, ref, language)

    async def _connect(self, ref: str, _asked: Object) -> None:
        """Let the customer open a one-time link as the unit gives it: a chat of its own, tied by its token."""
        token, now = secrets.token_urlsafe(24), self._app.now()
        async with self._app.db.begin() as conn:
            customer = await self._customer(conn, ref)
            await addresses.issue_token(conn, customer.id, token, now + LINK_LIFETIME)
        await self._emulator.telegram_from(FIRST_CHAT + customer.id, f"/start {token}")

    async def _write(self, ref: str, asked: Object) -> None:
        address, text = await self._address(ref, asked), _word(asked, "text")
        if len(text) > LONGEST:
            raise BadInput(f"Meddelandet är längre än {LONGEST} tecken.")
        if address.channel == "sms":
            await self._emulator.sms_from(address.value, text)
        else:
            await self._emulator.telegram_from(int(address.value), text)

    async def _tap(self, ref: str, asked: Object) -> None:
        address, message = await self._address(ref, asked), asked.get("message")
        if address.channel != "telegram" or not isinstance(message, int):
            raise BadInput("Knappar finns bara i Telegram.")
        await self._emulator.tap(int(address.value), _word(asked, "data"), message_id=message)

    async def _attach(self, ref: str, asked: Object) -> None:
        address, kind = await self._address(ref, asked), _word(asked, "kind")
        if address.channel != "telegram" or kind not in ATTACHMENTS:
            raise BadInput("Bilder, röst och klistermärken finns bara i Telegram.")
        await self._emulator.message_from(int(address.value), *ATTACHMENTS[kind])

    async def _delivered(self, _to: str, _body: str, sid: str) -> None:
        try:
            await self._emulator.status(None, sid, "delivered")
        except EmulatorError as error:
            _log.warning("A delivery receipt was not taken: %s", error)

    async def _customer(self, conn: Connection, ref: str) -> Customer:
        customer = await simulator.customer_of(conn, ref)
        if customer is None:
            raise BadInput(f"Kunden {ref} finns inte i registret.")
        return customer

    async def _address(self, ref: str, asked: Object) -> Address:
        """Return the customer's phone or chat that the page names."""
        async with self._app.db.read() as conn:
            customer = await self._customer(conn, ref)
        named = (_word(asked, "channel"), _word(asked, "address"))
        for address in customer.addresses:
            if (address.channel, address.value) == named:
                return address
        raise BadInput(f"Kunden {ref} har ingen sådan telefon.")

    def _action(self, act: Callable[[str, Object], Awaitable[None]]) -> Callable[..., Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            # Only JSON: a form on a stranger's page cannot send it unless the browser has asked us first (CORS).
            if request.content_type != "application/json":
                raise web.HTTPUnsupportedMediaType(text="JSON is expected.")
            try:
                asked = json.loads(await request.read())
            except ValueError:
                asked = None
            if not isinstance(asked, dict):
                raise web.HTTPBadRequest(text="A JSON object is expected.")
            ref = request.match_info["ref"]
            try:
                await act(ref, asked)
            except EmulatorError as error:
                raise BadInput(f"Tjänsten tog inte emot meddelandet (HTTP {error.status}).") from error
            return web.json_response(await self._view(ref))

        return handle

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Refuse a foreign host name that leads here (DNS rebinding); answer a mistake with a sentence."""
        if (request.url.host or "") not in THIS_MACHINE:
            raise web.HTTPForbidden(text="The simulator answers under its own address only.")
        try:
            answer = await handler(request)
        except BadInput as error:
            answer = web.json_response({"error": str(error)}, status=409)
        if not answer.prepared:
            answer.headers.update(HEADERS)
        return answer

    async def _close(self, _site: web.Application) -> None:
        self._closing.set()


def _file(name: str, kind: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    content = (PAGE / name).read_bytes()

    async def handle(_request: web.Request) -> web.Response:
        return web.Response(body=content, content_type=kind, charset="utf-8")

    return handle


def _word(asked: Object, name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"{name} saknas.")
    return value
