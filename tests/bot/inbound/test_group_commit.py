"""Group commit: what waits is saved together, and one bad event does not fail the others."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.inbound.events import Inbound, Taken
from bot.inbound.group_commit import Intake
from storage.conversation import inbox
from storage.database.engine import Database
from storage.errors import StorageFailure
from survey.conversation.model import TextReceived
from survey.packs.catalogue import Catalogue, load

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
POISON = "\ud800"  # a lone surrogate: no database can store it


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture
async def intake(db: Database, catalogue: Catalogue) -> AsyncIterator[Intake]:
    intake = Intake(db, catalogue, lambda: NOW)
    yield intake
    await intake.close()


def _sms(number: int, text: str = "4") -> Inbound:
    return Inbound("sms", f"SM{number}", f"+467010010{number:02d}", TextReceived(text))


async def test_forty_at_once_are_two_commits(commits: Callable[[], int], intake: Intake) -> None:
    taken = await asyncio.gather(*(intake.submit(_sms(n)) for n in range(40)))
    assert {each.outcome for each in taken} == {"unknown_sender"}
    assert commits() <= 2


async def test_senders_who_write_again_share_a_commit(commits: Callable[[], int], intake: Intake) -> None:
    async def customer(number: int) -> None:
        for turn in range(5):
            await intake.submit(_sms(number * 10 + turn))
            await asyncio.sleep(0.001 * (number % 2))  # some write later than others

    await asyncio.gather(*(customer(n) for n in range(10, 26)))
    assert commits() <= 7  # one for each turn, and the first alone; ten without waiting for the later ones


async def test_a_repeat_gets_the_same_reply(intake: Intake) -> None:
    first = await intake.submit(_sms(1))
    again = await asyncio.gather(*(intake.submit(_sms(1)) for _ in range(100)))
    assert first.reply is not None
    assert set(again) == {first}


async def test_a_bad_event_does_not_fail_the_others(db: Database, intake: Intake) -> None:
    events = [_sms(1), _sms(2, POISON), _sms(3)]
    taken = await asyncio.gather(*(intake.submit(each) for each in events))
    assert [each.outcome for each in taken] == ["unknown_sender", "quarantined", "unknown_sender"]
    async with db.read() as conn:
        listed = await inbox.quarantined(conn)
    assert [(channel, external_id) for channel, external_id, _ in listed] == [("sms", "SM2")]


async def test_an_unwritable_database_raises_storage_failure(catalogue: Catalogue, tmp_path: Path) -> None:
    empty = Database.open(f"sqlite:///{tmp_path / 'empty.db'}")
    intake = Intake(empty, catalogue, lambda: NOW)
    with pytest.raises(StorageFailure):
        await intake.submit(_sms(1))
    await intake.close()
    await empty.close()


async def test_a_cancelled_caller_does_not_stop_others(intake: Intake) -> None:
    leaving = asyncio.create_task(intake.submit(_sms(1)))
    staying = asyncio.create_task(intake.submit(_sms(2)))
    await asyncio.sleep(0)
    leaving.cancel()
    taken: Taken = await staying
    assert taken.outcome == "unknown_sender"
