"""An emulated Twilio: the Messages resource, and the webhooks that Twilio posts.

Source: https://www.twilio.com/docs/messaging/api/message-resource.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from aiohttp import encode_basic_auth, web

from bot.channels.sms.webhook import sign
from bot.simulator.emulator.vendor import Vendor, dropped
from survey.packs.segments import count

SID_PREFIX = "SM" + "0" * 16  # begins every id made here; an id of Twilio's has random digits there
OnSms = Callable[[str, str, str], Awaitable[object] | object]


@dataclass(slots=True)
class Sms:
    """One SMS in Twilio's list.

    Attributes:
        sid: Twilio's id.
        direction: ``outbound-api``, ``outbound-reply`` (from TwiML) or ``inbound``.
        sender: in E.164.
        to: in E.164.
        body: the text.
        status: Twilio's word for what became of it.
        status_callback: where delivery is reported, or None.
        error_code: why it was not delivered, or None.
    """

    sid: str
    direction: str
    sender: str
    to: str
    body: str
    status: str
    status_callback: str | None = None
    error_code: int | None = None


class EmulatedTwilio(Vendor):
    """One Twilio account with one number."""

    def _open_twilio(self, account_sid: str, auth_token: str, number: str) -> None:
        self.account_sid, self.auth_token, self.number = account_sid, auth_token, number
        self.sms: dict[str, Sms] = {}
        self.opted_out: set[str] = set()
        self.services: dict[str, list[str]] = {}  # the numbers of each messaging service, by its sid
        self.redacts = False  # whether the list has no texts, as with Twilio's message redaction
        self.on_sms: OnSms | None = None
        self._by_number: dict[str, list[Sms]] = {}
        self.phones: dict[str, list[Sms]] = {}
        self.authorization = encode_basic_auth(account_sid, auth_token)

    def _twilio_routes(self, app: web.Application) -> None:
        messages = f"/2010-04-01/Accounts/{self.account_sid}/Messages.json"
        app.router.add_post(messages, self._twilio_create)
        app.router.add_get(messages, self._twilio_list)
        app.router.add_get("/v1/Services/{service}/PhoneNumbers", self._twilio_numbers)

    async def _twilio_create(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != self.authorization:
            return _twilio_error(401, 20003, "Authenticate")
        form = await request.post()
        failure = self._failure("twilio")
        if failure is not None and failure.status >= 0:
            if failure.status == 0:
                return dropped(request)
            if failure.code is None:
                return web.Response(status=failure.status, text=f"<html>{failure.text}</html>")
            return _twilio_error(failure.status, failure.code, failure.text)
        to, body = str(form.get("To", "")), str(form.get("Body", ""))
        if not (to.startswith("+") and to[1:].isdecimal() and 8 <= len(to) <= 16):
            return _twilio_error(400, 21211, f"Invalid 'To' Phone Number: {to}")
        if not (form.get("From") or form.get("MessagingServiceSid")):
            return _twilio_error(400, 21603, "A 'From' phone number is required.")
        if not body:
            return _twilio_error(400, 21602, "Message body is required.")
        if len(body) > 1600:
            return _twilio_error(400, 21617, "The message body exceeds the 1600 character limit.")
        if to in self.opted_out:
            return _twilio_error(400, 21610, "Attempt to send to unsubscribed recipient")
        callback = form.get("StatusCallback")
        sender = str(form.get("From") or self.number)
        sms = self._keep(
            "outbound-api", sender, to, body, "queued", callback if isinstance(callback, str) else None
        )
        return dropped(request) if failure is not None else web.json_response(self._resource(sms), status=201)

    async def _twilio_list(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != self.authorization:
            return _twilio_error(401, 20003, "Authenticate")
        query = request.query
        rows = self._by_number.get(query["To"], []) if "To" in query else list(self.sms.values())
        if "From" in query:
            rows = [sms for sms in rows if sms.sender == query["From"]]
        size, page = int(query.get("PageSize", "50")), int(query.get("Page", "0"))
        newest = rows[::-1]
        shown = newest[page * size : (page + 1) * size]
        more = len(newest) > (page + 1) * size
        following = request.rel_url.update_query({"Page": str(page + 1), "PageSize": str(size)})
        return web.json_response(
            {
                "messages": [self._listed(sms) for sms in shown],
                "page": page,
                "page_size": size,
                "next_page_uri": str(following) if more else None,
            }
        )

    async def _twilio_numbers(self, request: web.Request) -> web.Response:
        """List the numbers of a messaging service: https://www.twilio.com/docs/messaging/api/phonenumber-resource."""
        if request.headers.get("Authorization") != self.authorization:
            return _twilio_error(401, 20003, "Authenticate")
        service = request.match_info["service"]
        if service not in self.services:
            return _twilio_error(404, 20404, "The requested resource was not found")
        rows = [
            {"sid": f"PN{number[1:]:0>32}", "service_sid": service, "phone_number": number}
            for number in self.services[service]
        ]
        meta = {"key": "phone_numbers", "page": 0, "page_size": 50, "next_page_url": None}
        return web.json_response({"phone_numbers": rows, "meta": meta})

    def _keep(
        self, direction: str, sender: str, to: str, body: str, status: str, callback: str | None = None
    ) -> Sms:
        sms = Sms(f"{SID_PREFIX}{self._next():016x}", direction, sender, to, body, status, callback)
        self._store(sms)
        if direction != "inbound" and self.on_sms is not None:
            self._call(self.on_sms(to, body, sms.sid))
        return sms

    def _store(self, sms: Sms) -> None:
        self.sms[sms.sid] = sms
        self._by_number.setdefault(sms.to, []).append(sms)
        phone = sms.sender if sms.direction == "inbound" else sms.to
        self.phones.setdefault(phone, []).append(sms)
        self._changed()

    def _listed(self, sms: Sms) -> dict[str, object]:
        return self._resource(sms) | ({"body": ""} if self.redacts else {})

    def _resource(self, sms: Sms) -> dict[str, object]:
        return {
            "sid": sms.sid,
            "account_sid": self.account_sid,
            "from": sms.sender,
            "to": sms.to,
            "body": sms.body,
            "status": sms.status,
            "direction": sms.direction,
            "num_segments": str(count(sms.body).parts),
            "num_media": "0",
            "price": None,
            "price_unit": "USD",
            "error_code": sms.error_code,
            "error_message": None,
            "date_created": None,
            "date_sent": None,
            "date_updated": None,
            "messaging_service_sid": None,
            "api_version": "2010-04-01",
            "uri": f"/2010-04-01/Accounts/{self.account_sid}/Messages/{sms.sid}.json",
        }

    def keep_inbound(self, phone: str, text: str, to: str | None = None) -> Sms:
        """Put a customer's SMS in Twilio's list, without posting its webhook; ``to``: another number than ours."""
        return self._keep("inbound", phone, to or self.number, text, "received")

    async def sms_from(self, phone: str, text: str, *, sid: str | None = None) -> str | None:
        """Let a customer send an SMS: post it, signed, to ``/webhooks/twilio/sms``.

        Args:
            phone: the customer's number.
            text: what is written.
            sid: the id of an earlier SMS, to deliver that one again as Twilio does after a lost answer.

        Returns:
            The text of the TwiML reply, or None when there was none.

        Raises:
            EmulatorError: the answer was not 2xx.
        """
        if sid is None:
            sid = self.keep_inbound(phone, text).sid
        form = {
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": self.account_sid,
            "From": phone,
            "To": self.number,
            "Body": text,
            "NumMedia": "0",
            "NumSegments": str(count(text).parts),
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
        }
        body = await self._signed(f"{self.public_url}/webhooks/twilio/sms", form)
        message = ElementTree.fromstring(body).find("Message") if body.strip() else None
        reply = "".join(message.itertext()) if message is not None else ""
        if not reply:
            return None
        self._keep("outbound-reply", self.number, phone, reply, "sent")
        return reply

    async def status(self, reference_url: str | None, sid: str, status: str, error_code: int | None = None) -> None:
        """Report an SMS's status, signed, to its StatusCallback.

        Args:
            reference_url: where to; None for the address that came with the message, if any did.
            sid: the SMS.
            status: ``sent``, ``delivered``, ``undelivered`` or ``failed``.
            error_code: Twilio's code; only with the last two.

        Raises:
            EmulatorError: the answer was not 2xx.
        """
        sms = self.sms[sid]
        sms.status, sms.error_code = status, error_code
        self._changed()
        url = reference_url or sms.status_callback
        if url is None:
            return
        form = {
            "MessageSid": sid,
            "SmsSid": sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "AccountSid": self.account_sid,
            "From": sms.sender,
            "To": sms.to,
            "ApiVersion": "2010-04-01",
        }
        if error_code is not None:
            form["ErrorCode"] = str(error_code)
        await self._signed(url, form)

    async def _signed(self, url: str, form: Mapping[str, str]) -> str:
        return await self._post(url, {"X-Twilio-Signature": sign(self.auth_token, url, form)}, form=form)


def _twilio_error(status: int, code: int, text: str) -> web.Response:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return web.json_response({"code": code, "message": text, "more_info": more, "status": status}, status=status)
