"""The simulated customers: each reads what arrives, finds the question in it, and answers by a script."""

import asyncio
import heapq
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from bot.simulator.emulator.server import Emulator
from bot.simulator.register import Customer, Enrolment, Example, Script
from storage.database.engine import Database
from storage.outcomes import history
from storage.people import addresses
from survey.packs.catalogue import Catalogue
from survey.packs.pack_files import MONTHS

UNCLEAR = "ganska bra"  # the first reply of those who ignore the format that was asked for
TYPING = timedelta(minutes=1)  # between a question and its answer, once a customer has begun
LINK_DAYS = 400  # the whole simulated time
UNREACHABLE = 30005  # Twilio: the number is unknown or no longer in use


@dataclass(frozen=True, slots=True)
class _Reply:
    customer: Customer
    text: str


class Population:
    """Every customer, with a phone or a chat.

    Args:
        example: the register, and what each customer will answer.
        emulator: brings their messages, and posts their replies.
        catalogue: the texts by which they know what they are asked.
        now: the simulated clock.
        zone: the unit's.

    Attributes:
        received: messages that have reached a customer.
        answered: replies.
    """

    def __init__(
        self,
        example: Example,
        emulator: Emulator,
        catalogue: Catalogue,
        now: Callable[[], datetime],
        zone: ZoneInfo,
    ) -> None:
        self._emulator = emulator
        self._now = now
        self._zone = zone
        self._scripts = example.scripts
        self._customers = {customer.phone: customer for customer in example.customers}
        self._chats = {1_000 + n: each for n, each in enumerate(example.customers) if each.telegram}
        self._enrolments: dict[str, list[Enrolment]] = {}
        for enrolment in example.enrolments:
            self._enrolments.setdefault(enrolment.customer, []).append(enrolment)
        # A customer tells the survey by a text's opening, and the question by the question's own words.
        self._openings = {
            text: survey.id for survey in catalogue.surveys.values() for text in survey.opening.values()
        }
        self._questions = {
            catalogue.wording(question, language, month): question.id
            for survey in catalogue.surveys.values()
            for question in survey.questions
            for language in catalogue.languages
            for month in MONTHS
        }
        self._talks: dict[str, Script] = {}  # by customer, while a conversation goes on
        self._unclear: set[str] = set()
        self._agenda: list[tuple[datetime, int, _Reply]] = []  # (when, order of arrival, what)
        self._order = count()
        self._underway: list[tuple[str, bool]] = []  # (sid, whether the phone is in use), not yet reported
        self.received = 0
        self.answered = 0
        emulator.on_sms = self._sms
        emulator.on_telegram = self._telegram

    async def join(self, db: Database) -> None:
        """Let those who use Telegram tie their chat by a one-time link."""
        for chat, customer in self._chats.items():
            token = secrets.token_urlsafe(24)
            async with db.begin() as conn:
                customer_id = await history.customer_id(conn, customer.ref)
                assert customer_id is not None
                await addresses.issue_token(conn, customer_id, token, self._now() + timedelta(days=LINK_DAYS))
            await self._emulator.telegram_from(chat, f"/start {token}")

    def next_moment(self, before: datetime) -> datetime | None:
        """Return when the next reply comes; None when none comes before ``before``."""
        return self._agenda[0][0] if self._agenda and self._agenda[0][0] < before else None

    async def answer(self, moment: datetime) -> None:
        """Send every reply that is due at ``moment``."""
        due = []
        while self._agenda and self._agenda[0][0] <= moment:
            due.append(heapq.heappop(self._agenda)[2])
        await asyncio.gather(*(self._reply(each.customer, each.text) for each in due))
        await self._emulator.settled()

    async def report(self) -> None:
        """Let the carrier report what became of the messages since the last report."""
        underway, self._underway = self._underway, []
        await asyncio.gather(*(self._report(sid, arrived) for sid, arrived in underway))

    async def _report(self, sid: str, arrived: bool) -> None:
        if arrived:
            await self._emulator.status(None, sid, "delivered")
        else:
            await self._emulator.status(None, sid, "undelivered", UNREACHABLE)

    def _sms(self, to: str, body: str, sid: str) -> None:
        customer = self._customers.get(to)  # None for a provider's contact, who does not answer
        reachable = customer is None or customer.reachable
        if self._emulator.sms[sid].status_callback:
            self._underway.append((sid, reachable))
        if customer is not None and reachable:
            self._read(customer, body)

    def _telegram(self, chat_id: int, text: str, _keyboard: object) -> None:
        if chat_id in self._chats:
            self._read(self._chats[chat_id], text)

    def _read(self, customer: Customer, text: str) -> None:
        """Read a message: begin a conversation, go on with it, or do nothing."""
        self.received += 1
        delay = TYPING
        survey = next((id_ for opening, id_ in self._openings.items() if text.startswith(opening)), None)
        if survey is not None:
            script = self._script(customer, survey)
            if script is not None and self._talks.get(customer.ref) is script:
                return  # a reminder; the answer is on its way
            self._talks.pop(customer.ref, None)
            if script is None:
                return
            self._talks[customer.ref] = script
            if script.unclear:
                self._unclear.add(customer.ref)
            delay = timedelta(hours=script.delay)
        reply = self._choose(customer, text)
        if reply is not None:
            heapq.heappush(self._agenda, (self._now() + delay, next(self._order), _Reply(customer, reply)))

    def _choose(self, customer: Customer, text: str) -> str | None:
        """Return the customer's reply to a message, or None."""
        script = self._talks.get(customer.ref)
        question = next((id_ for asked, id_ in self._questions.items() if asked in text), None)
        if script is None or question is None:
            return None
        if script.stop:
            return "STOPP"
        if customer.ref in self._unclear:
            self._unclear.discard(customer.ref)
            return UNCLEAR
        return script.answers.get(question)

    def _script(self, customer: Customer, survey: str) -> Script | None:
        """Return the script for the enrolment that a message of today can be about."""
        today = self._now().astimezone(self._zone).date()
        for enrolment in reversed(self._enrolments[customer.ref]):
            if survey == "end":
                fits = enrolment.ended_on is not None and enrolment.ended_on <= today
            else:
                fits = enrolment.started_on <= today
            if fits:
                period = self._period(today) if survey == "checkin" else ""
                return self._scripts.get((enrolment.ref, survey, period))
        return None

    def _period(self, today: date) -> str:
        """Return the month that a check-in is about: in the first half of a month, the month before."""
        return f"{today if today.day > 15 else today.replace(day=1) - timedelta(days=1):%Y-%m}"

    async def _reply(self, customer: Customer, text: str) -> None:
        self.answered += 1
        chat = next((id_ for id_, each in self._chats.items() if each is customer), None)
        if chat is not None:
            await self._emulator.telegram_from(chat, text)
        else:
            await self._emulator.sms_from(customer.phone, text)
