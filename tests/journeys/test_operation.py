"""What an operator relies on: one process on SQLite, a stop that loses nothing, metrics, and logs without names."""

from __future__ import annotations

import asyncio
import json
import random
import signal
from pathlib import Path

from aiohttp import ClientSession

from tests.support.command import FOLLOWUP
from tests.support.journeys.kills import ANSWERS, FIRST_CHAT, Crowd, free_port, ready, system, until

TICKS = 'followup_tick_late_seconds_count{tick="open"}'


async def test_a_stop_lands_calls_in_flight(tmp_path: Path) -> None:
    """Its metrics are right until then, and nothing personal is in its output."""
    port = free_port()
    url = f"sqlite+aiosqlite:///{tmp_path / 'run.db'}"
    async with system(tmp_path, url, port, FOLLOWUP_SMS_PER_SECOND="5") as story:
        crowd = Crowd(story.emulator, random.Random(1))
        story.emulator.delay = 0.7  # three or four are always in flight
        await story.enrol(60)
        process = await story.start(port)
        await until("the process answers", 120, lambda: ready(port))
        second = await asyncio.create_subprocess_exec(
            FOLLOWUP, "run", cwd=tmp_path, env=story.env, stderr=asyncio.subprocess.PIPE
        )
        _, told = await second.communicate()
        assert second.returncode == 1
        assert told.decode() == (
            f"Another `followup run` already uses {tmp_path}/run.db: stop it first, or use PostgreSQL, "
            "where many may run.\n"
        )

        async def somebody_has_answered_all() -> bool:
            return len(ANSWERS) in (await story.answers()).values()

        async def a_tick_has_followed_another() -> bool:  # a first tick cannot be late
            return TICKS in await _metrics(port)

        await until("somebody has answered every question", 60, somebody_has_answered_all)
        await until("a second tick has come", 60, a_tick_has_followed_another)
        _numbers(await _metrics(port))
        for text in INBOUND:
            await story.emulator.sms_from("+46709998877", text)
        story.emulator.fail_next(500)
        crowd.stopping = True
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
        states = await story.outbox()
        assert states["sending"] == 0
        assert states["queued"] > 0  # it was stopped in the middle
        assert states["unknown"] <= 1  # the one that was answered with 500
        assert states["sent"] + states["delivered"] + states["unknown"] == story.emulator.posts["twilio"]
        assert crowd.doubled == 0
        _nothing_personal(tmp_path, crowd, [story.env["TWILIO_AUTH_TOKEN"]])


async def _metrics(port: int) -> dict[str, str]:
    async with ClientSession() as http, http.get(f"http://127.0.0.1:{port}/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def _numbers(values: dict[str, str]) -> None:
    assert float(values['followup_sends_total{channel="sms",outcome="sent"}']) >= 1
    answered = 'followup_webhook_seconds_count{path="/webhooks/twilio/sms",status="200"}'
    assert float(values[answered]) >= len(ANSWERS)
    assert float(values['followup_outbox_messages{channel="sms",state="queued"}']) > 1
    assert 0 < float(values['followup_outbox_oldest_seconds{channel="sms"}']) < 60
    assert float(values[TICKS]) >= 1


INBOUND = ("Min handläggare heter Bo-Inge", "klagomål: Bo-Inge ringer aldrig", "\0 Bo-Inge", "stopp")


def _nothing_personal(folder: Path, crowd: Crowd, secrets: list[str]) -> None:
    output = (folder / "run.log").read_text("utf-8")
    for text in (text for texts in crowd.texts.values() for text in texts):
        assert text not in output
    for who in crowd.texts:
        assert who.lstrip("+") not in output
    for secret in (*secrets, "Bo-Inge", "46709998877", "not an update as Telegram describes it"):
        assert secret not in output
    for line in output.splitlines():
        if line.startswith("{"):
            assert {"event", "level", "timestamp"} <= json.loads(line).keys()
    assert "Traceback" not in output


async def test_telegram_is_polled_without_a_public_address(tmp_path: Path) -> None:
    port = free_port()
    url = f"sqlite+aiosqlite:///{tmp_path / 'run.db'}"
    async with system(tmp_path, url, None, channel="telegram") as story:
        crowd = Crowd(story.emulator, random.Random(1))
        await story.enrol(1, telegram=True)
        await story.emulator.deliver({"message": {"text": "not an update as Telegram describes it"}})
        process = await story.start(port)

        async def thanked() -> bool:
            return len(crowd.texts[str(FIRST_CHAT)]) == len(ANSWERS) + 1

        await until("every question is answered", 120, thanked)
        assert (await story.answers())[str(FIRST_CHAT)] == len(ANSWERS)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
        assert crowd.doubled == 0
        _nothing_personal(tmp_path, crowd, [story.emulator.bot_token, story.env["TELEGRAM_WEBHOOK_SECRET"]])
        check = await asyncio.create_subprocess_exec(
            FOLLOWUP, "check", cwd=tmp_path, env=story.env, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await check.communicate()
        assert check.returncode == 1
        assert "I karantän: telegram" in told.decode()
