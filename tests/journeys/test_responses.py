"""Connections that are gone before the answer to an SMS could be written."""

import asyncio
import socket
import struct
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from bot.channels.sms.responses import IN_DOUBT
from bot.channels.sms.webhook import sign
from storage.database.engine import Database
from storage.tables import response
from tests.support.journeys.kills import until
from tests.support.journeys.world import NUMBER, World, world

PHONE = "+46701234567"
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with RST, and without waiting


async def post_and_close(here: World, text: str, *, reset: bool) -> str:
    """Post an SMS as Twilio does, and close the connection before anything is read."""
    sms = here.emulator.keep_inbound(PHONE, text)
    url = f"{here.url}/webhooks/twilio/sms"
    form = {
        "MessageSid": sms.sid,
        "AccountSid": here.emulator.account_sid,
        "From": PHONE,
        "To": NUMBER,
        "Body": text,
    }
    body = urlencode(form).encode()
    head = (
        f"POST /webhooks/twilio/sms HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"X-Twilio-Signature: {sign(here.emulator.auth_token, url, form)}\r\n\r\n"
    )
    host, port = here.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    if reset:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.write(head.encode() + body)
    await writer.drain()
    writer.close()
    return sms.sid


async def given(here: World) -> bool:
    async with here.db.read() as conn:
        return (await conn.execute(select(response.c.say))).first() is not None


@pytest.mark.parametrize("reset", [False, True])
async def test_nobody_reads_the_next_question(db: Database, tmp_path: Path, reset: bool) -> None:
    """It goes by the outbox, once; a webhook that comes after that is answered with nothing."""
    async with world(db, tmp_path, "2026-03-02 10:00", send_window="always") as here:
        await here.read(
            providers="ref,name\nP1,Nya Steget\n",
            customers=f"ref,phone,language,gender,birth_year\nK1,{PHONE},sv,K,1990\n",
            enrolments="ref,customer,provider,started_on,planned_end_on,ended_on,end_reason,difficulty\n"
            "E1,K1,P1,2026-02-02,,,,\n",
        )
        await here.wake("2026-03-02 10:00")
        sid = await post_and_close(here, "4", reset=reset)
        await until("the answer is stored", 10, lambda: given(here))
        await asyncio.sleep(0.6)  # in which a response that was written would be noted
        here.clock.advance(here.clock() + IN_DOUBT + timedelta(seconds=1))
        assert here.app.responses is not None
        for _ in range(2):
            await here.app.responses.run()
            await here.deliver()
        assert len(here.texts(PHONE)) == 2
        assert await here.emulator.sms_from(PHONE, "4", sid=sid) is None
        assert await here.says(PHONE, "5") is not None
