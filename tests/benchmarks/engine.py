"""(b) One reply through the conversation: survey.conversation.engine against two conversation frameworks, no
network.

All three take a customer through the same three ratings again and again: each reply is read and kept, and the
next question's text is made and handed over. Ours is the step and the rendering. The frameworks get ready-made
updates (reading them from JSON is not counted) and answer through a bot whose requests end inside the process.
"""

import asyncio
import time
import warnings
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from survey.conversation.engine import open_session, step
from survey.conversation.model import Record, Say, Started, TextReceived
from survey.packs.catalogue import load
from tests.benchmarks.measure import Row, alternate

STEPS = 60_000
UPDATES = 1_500
RATINGS = ("overall", "treatment", "usefulness")


def rows(_directory: Path) -> list[Row]:
    with asyncio.Runner() as runner:
        dialog = runner.run(_aiogram_dialog())
        telegram = runner.run(_python_telegram_bot())
        ours, dialog_rate, telegram_rate = alternate(
            [_ours, lambda: runner.run(_rate(dialog)), lambda: runner.run(_rate(telegram))]
        )
    return [
        Row("(b) engine step, aiogram-dialog's handling of an update", ours, dialog_rate, "/s", 15, "more"),
        Row(
            "(b) engine step, python-telegram-bot's handling of an update",
            ours,
            telegram_rate,
            "/s",
            15,
            "more",
        ),
    ]


def _ours() -> float:
    catalogue = load()
    survey = catalogue.surveys["start"]
    now = datetime(2026, 3, 12, 9, tzinfo=UTC)
    opened, _ = step(survey, open_session(survey, "sv"), Started(), now)
    kept = 0
    started = time.perf_counter()
    for _ in range(STEPS // len(RATINGS)):
        session = opened
        for _ in RATINGS:
            session, effects = step(survey, session, TextReceived("5"), now)
            record, say = effects
            kept += isinstance(record, Record)
            text = catalogue.render(say, survey="start", language="sv", channel="sms")
    taken = time.perf_counter() - started
    if kept != STEPS or session.values != tuple((question, 5) for question in RATINGS) or not text:
        raise RuntimeError("the engine did not record every rating")
    return STEPS / taken


def _texts() -> list[str]:
    catalogue = load()
    return [
        catalogue.render(Say((), question), survey="start", language="sv", channel="telegram")
        for question in RATINGS
    ]


class _Side:
    """The ratings kept so far, how to make the update of a reply "5", and how to handle it."""

    def __init__(
        self, kept: list[int], make: Callable[[], Any], handle: Callable[[Any], Awaitable[object]]
    ) -> None:
        self.kept, self.make, self.handle = kept, make, handle


async def _rate(side: _Side) -> float:
    side.kept.clear()
    updates = [side.make() for _ in range(UPDATES)]
    started = time.perf_counter()
    for update in updates:
        await side.handle(update)
    taken = time.perf_counter() - started
    if side.kept != [5] * UPDATES:
        raise RuntimeError("the reference did not record every rating")
    return UPDATES / taken


async def _aiogram_dialog() -> _Side:
    from aiogram import Dispatcher
    from aiogram.filters import CommandStart
    from aiogram.fsm.state import State, StatesGroup
    from aiogram.types import Message, Update
    from aiogram_dialog import Dialog, DialogManager, StartMode, Window, setup_dialogs
    from aiogram_dialog.test_tools import BotClient, MockMessageManager
    from aiogram_dialog.widgets.input import TextInput
    from aiogram_dialog.widgets.text import Const

    class Asking(StatesGroup):
        overall = State()
        treatment = State()
        usefulness = State()

    kept: list[int] = []
    states = [getattr(Asking, question) for question in RATINGS]

    async def rated(_message: Message, widget: object, manager: DialogManager, value: int) -> None:
        kept.append(value)
        here = states.index(manager.current_context().state)
        await manager.switch_to(states[(here + 1) % len(states)])

    def rating(text: str) -> int:
        value = int(text)
        if not 1 <= value <= 5:
            raise ValueError(text)
        return value

    async def begin(_message: Message, dialog_manager: DialogManager) -> None:
        await dialog_manager.start(Asking.overall, mode=StartMode.RESET_STACK)

    dispatcher = Dispatcher()
    dispatcher.message.register(begin, CommandStart())
    dispatcher.include_router(
        Dialog(
            *(
                Window(
                    Const(text),
                    TextInput("rating", type_factory=rating, on_success=rated),
                    state=state,
                )
                for state, text in zip(states, _texts(), strict=True)
            )
        )
    )
    setup_dialogs(dispatcher, message_manager=MockMessageManager())
    client = BotClient(dispatcher)
    await client.send("/start")

    def update() -> Update:
        message = Message(message_id=1, date=datetime.now(UTC), chat=client.chat, from_user=client.user, text="5")
        return Update(update_id=1, message=message)

    return _Side(kept, update, lambda each: dispatcher.feed_update(client.bot, each))


async def _python_telegram_bot() -> _Side:
    import telegram.warnings
    from telegram import Chat, Message, MessageEntity, Update, User
    from telegram.ext import (
        Application,
        CommandHandler,
        ContextTypes,
        ConversationHandler,
        MessageHandler,
        filters,
    )
    from telegram.request import BaseRequest

    warnings.filterwarnings("ignore", category=telegram.warnings.PTBUserWarning)
    kept: list[int] = []

    async def begin(_update: Update, _context: ContextTypes.DEFAULT_TYPE) -> int:
        return 0

    def rated(state: int) -> Callable[[Update, ContextTypes.DEFAULT_TYPE], Awaitable[int]]:
        async def handle(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> int:
            value = int(update.message.text)
            if not 1 <= value <= 5:
                return state
            kept.append(value)
            following = (state + 1) % len(RATINGS)
            await update.message.reply_text(texts[following])
            return following

        return handle

    class Offline(BaseRequest):
        """Answers as Telegram does, without a network."""

        read_timeout = None

        async def initialize(self) -> None: ...

        async def shutdown(self) -> None: ...

        async def do_request(self, url: str, *_args: object, **_kwargs: object) -> tuple[int, bytes]:
            return 200, me if url.endswith("getMe") else sent

    texts = _texts()
    me = b'{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"Bot","username":"bench_bot"}}'
    sent = b'{"ok":true,"result":{"message_id":2,"date":1,"chat":{"id":1,"type":"private"},"text":"?"}}'
    offline = Offline()
    application = (
        Application.builder().token("1:bench").request(offline).get_updates_request(offline).updater(None).build()
    )
    await application.initialize()
    application.add_handler(
        ConversationHandler(
            entry_points=[CommandHandler("start", begin)],
            states={
                state: [MessageHandler(filters.TEXT & ~filters.COMMAND, rated(state))]
                for state in range(len(RATINGS))
            },
            fallbacks=[],
        )
    )
    user, chat = User(1, "Kund", False), Chat(1, Chat.PRIVATE)
    command = [MessageEntity("bot_command", 0, 6)]
    opening = Message(1, datetime.now(UTC), chat, from_user=user, text="/start", entities=command)
    opening.set_bot(application.bot)
    await application.process_update(Update(1, message=opening))

    def update() -> Update:
        message = Message(1, datetime.now(UTC), chat, from_user=user, text="5")
        message.set_bot(application.bot)
        return Update(1, message=message)

    return _Side(kept, update, application.process_update)
