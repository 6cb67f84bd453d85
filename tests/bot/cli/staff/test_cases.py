"""`followup cases`: what customers wrote reaches a person, who takes it and closes it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import BadInput, exit_code
from bot.inbound.batch import Moment
from bot.inbound.events import Inbound
from bot.inbound.intake import take_in
from storage.database.engine import Database
from survey.conversation.model import TextReceived
from survey.packs.catalogue import load
from tests.support.command import TODAY, Command

NOW = datetime.now(UTC)
KIM, STRANGER, SHARED = "+46701000001", "+46701000009", "+46701000002"


@pytest.fixture
def followup(tmp_path: Path) -> Command:
    """Kim has a phone alone, two others share one."""
    register = tmp_path / "customers.csv"
    register.write_text(
        f"ref,phone,language,gender,birth_year\nK1,{KIM},sv,K,1990\nK2,{SHARED},sv,K,1984\nK3,{SHARED},sv,M,1991\n",
        encoding="utf-8",
    )
    command = Command(tmp_path)
    assert command("import", str(register)).exit_code == 0
    return command


def _write(followup: Command, *said: tuple[str, str], at: datetime = NOW) -> None:
    """(sender, text) of each SMS that comes in."""

    async def take() -> None:
        db = Database.open(followup.env["FOLLOWUP_DATABASE_URL"])
        async with db.begin() as conn:
            batch = [Inbound("sms", f"{at}{n}", who, TextReceived(text)) for n, (who, text) in enumerate(said)]
            await take_in(conn, batch, Moment(load(), at, at.date()))
        await db.close()

    asyncio.run(take())


def _rows(followup: Command, *args: str) -> list[list[str]]:
    result = followup("cases", *args)
    assert result.exit_code == 0, result.output
    lines = [line for line in result.output.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def test_a_complaint_is_listed_taken_and_closed(followup: Command) -> None:
    assert followup("cases").output == "Inga öppna ärenden.\n"
    _write(followup, (KIM, "KLAGOMÅL: ingen ringer [red]"))
    ((number, due, kind, about, came, status, owner, text),) = _rows(followup)
    assert (number, kind, about, status, owner, text) == ("1", "klagomål", "K1", "nytt", "", "ingen ringer [red]")
    assert due >= f"{TODAY + timedelta(days=13)}"  # ten working days
    assert came.endswith("SMS")

    assert followup("cases", "take", "1", "--by", "Anna").output == "Ärende 1 har tagits av Anna.\n"
    assert _rows(followup)[0][5:7] == ["pågår", "Anna"]
    closed = followup("cases", "close", "1", "--outcome", "Åtgärdat", "--by", "Bo")
    assert closed.output == "Ärende 1 är avslutat.\n"
    assert followup("cases").output == "Inga öppna ärenden.\n"
    assert _rows(followup, "--all")[0][5:7] == ["avslutat: åtgärdat", "Anna"]


def test_the_urgent_come_first_then_the_late(followup: Command) -> None:
    _write(followup, (KIM, "KLAGOMÅL: ingen ringer"), at=NOW - timedelta(days=40))
    _write(followup, (STRANGER, "KLAGOMÅL: ni är sena"), (KIM, "jag vill inte leva"))
    rows = _rows(followup)
    assert [row[2] for row in rows] == ["kan vara i fara BRÅDSKAR", "klagomål", "klagomål"]
    assert ["FÖRSENAT" in row[1] for row in rows] == [False, True, False]
    assert rows[2][3] == STRANGER  # whom the register does not know, and who waits for a call
    assert followup("cases").output.endswith("3 öppna, 1 försenade.\n")


def test_on_a_shared_phone_both_are_named(followup: Command) -> None:
    _write(followup, (SHARED, "KLAGOMÅL: ingen ringer"))
    assert _rows(followup)[0][3] == "K2 eller K3"


def test_closing_lets_a_wrong_number_be_used(followup: Command, tmp_path: Path) -> None:
    _write(followup, (KIM, "fel nummer"))
    register = str(tmp_path / "customers.csv")
    followup("import", register)
    _write(followup, (KIM, "mina svar"))
    closed = followup("cases", "close", "1", "--outcome", "ej-nådd", "--by", "Anna")
    assert "vid nästa import" in closed.output
    followup("import", register)
    _write(followup, (KIM, "klagomål: ingen ringer"), at=NOW + timedelta(hours=1))
    assert _rows(followup)[0][3] == "K1"


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("take", "7", "--by", "Anna"), "Ärende 7 finns inte."),
        (("close", "1", "--outcome", "klart", "--by", "Anna"), "Utfallet 'klart' finns inte: välj bland åtgärdat"),
        (("take", "1", "--by", " "), "Skriv vem du är efter --by."),
    ],
)
def test_what_cannot_be_done_is_refused(followup: Command, args: tuple[str, ...], told: str) -> None:
    _write(followup, (KIM, "KLAGOMÅL: ingen ringer"))
    error = followup("cases", *args).exception
    assert isinstance(error, BadInput)
    assert str(error).startswith(told)
    assert exit_code(error) == 2
    assert len(_rows(followup)) == 1


def test_a_closed_case_stays_closed(followup: Command) -> None:
    _write(followup, (KIM, "KLAGOMÅL: ingen ringer"))
    followup("cases", "close", "1", "--outcome", "besvarat", "--by", "Anna")
    error = followup("cases", "take", "1", "--by", "Bo").exception
    assert str(error) == "Ärende 1 är redan avslutat."
