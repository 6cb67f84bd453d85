"""`followup run` as an operator starts it: a process of its own, real settings, and an emulator for Twilio."""

import asyncio
import json
import os
import signal
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from bot.channels.sms.webhook import sign
from bot.simulator.emulator.server import Emulator
from tests.support.command import FOLLOWUP, run_command
from tests.support.profile import own_unit

PHONE = "+46701000001"


def _register(folder: Path, phone: str = PHONE) -> list[str]:
    started = datetime.now(UTC).date() - timedelta(days=30)
    files = {
        "providers": "ref,name\nP1,Nya Steget\n",
        "customers": f"ref,phone,language,gender,birth_year\nK1,{phone},sv,K,1990\n",
        "enrolments": "ref,customer,provider,started_on,planned_end_on,ended_on,end_reason,difficulty\n"
        f"E1,K1,P1,{started},,,,\n",
    }
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return [f"{name}.csv" for name in files]


async def test_the_start_survey_is_sent_and_answered(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with Emulator(public_url=f"http://127.0.0.1:{port}") as emulator:
        arrived = asyncio.Event()
        emulator.on_sms = lambda *_: arrived.set()
        env = {
            "PATH": os.environ["PATH"],
            "FOLLOWUP_UNIT": own_unit(tmp_path),
            "FOLLOWUP_PUBLIC_URL": emulator.public_url,
            "FOLLOWUP_SEND_WINDOW": "always",
            "TWILIO_ACCOUNT_SID": emulator.account_sid,
            "TWILIO_AUTH_TOKEN": emulator.auth_token,
            "TWILIO_FROM": emulator.number,
            "TWILIO_API_URL": emulator.url,
        }
        code, _, told = await run_command("run", folder=tmp_path, env=env)
        assert (code, "followup init" in told) == (2, True)
        assert (await run_command("init", folder=tmp_path, env=env))[0] == 0
        assert (await run_command("import", *_register(tmp_path), folder=tmp_path, env=env))[0] == 0
        process = await asyncio.create_subprocess_exec(
            FOLLOWUP, "run", "--port", str(port), cwd=tmp_path, env=env, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            async with asyncio.timeout(30):
                await arrived.wait()
            (opening,) = emulator.sms.values()
            assert opening.to == PHONE
            assert opening.body.startswith("Nacka kommun")
            reply = await emulator.sms_from(PHONE, "4")
            assert reply is not None
            assert "bemöter" in reply
            await _refuses_what_is_wrong(emulator)
        finally:
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 10) == 0
        year = str((datetime.now(UTC).date() - timedelta(days=2)).year)  # the year of the measurement point
        export = ("export", "indicators", "--year", year, "--format", "json", "--draft")
        code, out, _ = await run_command(*export, folder=tmp_path, env=env)
        assert code == 0
        (answered,) = [
            row["numerator"]
            for row in json.loads(out)["indicators"]
            if (row["indicator"], row["provider"], row["period"], row["point"])
            == ("response_rate", "P1", year, "start")
        ]
        assert answered == 1


async def _refuses_what_is_wrong(emulator: Emulator) -> None:
    """Expect 403 without a signature and with a wrong one, and 400 for signed nonsense."""
    url = f"{emulator.public_url}/webhooks/twilio/sms"
    form = {
        "MessageSid": "SM1",
        "From": PHONE,
        "To": emulator.number,
        "Body": "5",
        "AccountSid": emulator.account_sid,
    }
    nonsense = {"AccountSid": emulator.account_sid}
    cases = [
        (form, {}, 403),
        (form, {"X-Twilio-Signature": "å"}, 403),
        (nonsense, {"X-Twilio-Signature": sign(emulator.auth_token, url, nonsense)}, 400),
    ]
    async with aiohttp.ClientSession() as http:
        for data, headers, status in cases:
            async with http.post(url, data=data, headers=headers) as response:
                assert response.status == status
        async with http.get(f"{emulator.public_url}/readyz") as response:
            assert (response.status, await response.text()) == (200, "ok\n")


async def test_a_refused_import_names_the_place(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"]}
    await run_command("init", folder=tmp_path, env=env)
    files = _register(tmp_path, phone="12")
    code, _, told = await run_command("import", *files, folder=tmp_path, env=env)
    assert code == 2
    assert "customers.csv, rad 2, phone: " in told
    code, _, told = await run_command("why", "K1", folder=tmp_path, env=env)
    assert (code, "K1" in told) == (2, True)
