"""A provider's monthly digest: previewed, sent once before the month locks, and answered with FEL."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.cli.providers import digests as command
from bot.errors import BadInput
from scheduler.provider_digests import Subject, Terms, compose, queue
from storage.contacts import links
from storage.database.engine import Database
from storage.people import addresses
from storage.tables import case, outbox, provider, release
from survey.contacts.dialogue import LOOKED_INTO
from survey.packs import segments
from tests.support.journeys.world import ZONE, World, world
from tests.support.providers import OTHER_PHONE, PHONE, REGISTER

FOLLOWUPS = "enrolment,month,held_on\n1042,2026-11,2026-11-20\n"
DECEMBER_FIRST = "2026-12-01T09:05"


@pytest.fixture
async def story(db: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world(db, tmp_path, "2026-09-01T10:00") as started:
        await started.read(**REGISTER)
        started.clock.advance(datetime(2026, 11, 30, 9, tzinfo=UTC))
        await started.read(followups=FOLLOWUPS)
        yield started


async def day(story: World, at: str) -> None:
    """Let the clock come to ``at``: queue the digests that are due, and send them."""
    story.clock.advance(datetime.fromisoformat(at).replace(tzinfo=ZONE).astimezone(UTC))
    await story.app.queue_digests()
    await story.deliver()


def sent(story: World, phone: str) -> list[str]:
    return [text for text in story.texts(phone) if "Nöjdhet" in text]


async def test_it_is_sent_once_before_the_month_locks(story: World) -> None:
    await day(story, "2026-11-30T18:00")
    assert sent(story, PHONE) == []
    await day(story, "2026-12-01T08:59")  # before the send window opens
    assert sent(story, PHONE) == []
    for at in (DECEMBER_FIRST, "2026-12-01T09:20", "2026-12-02T09:05", "2026-12-04T09:05"):
        await day(story, at)
    assert ["1/2" in text for text in sent(story, PHONE)] == [True]  # 1042 is recorded, 1043 is missing
    assert ["0/1" in text for text in sent(story, OTHER_PHONE)] == [True]
    await day(story, "2027-01-04T09:05")
    assert len(sent(story, PHONE)) == 2
    assert "december" in sent(story, PHONE)[1]


async def test_a_locked_month_is_not_written_about(story: World) -> None:
    await day(story, "2026-12-05T09:05")
    assert sent(story, PHONE) == []


async def test_what_is_not_committed_was_never_queued(story: World) -> None:
    story.clock.advance(datetime(2026, 12, 1, 9, tzinfo=UTC))

    async def die_before_the_commit() -> None:
        async with story.db.begin() as conn:
            subject = Subject(1, "P1", "2026-11")
            composed = await compose(conn, subject, Terms({"sms"}, ZONE, "Nacka"), None, story.clock())
            assert await queue(conn, subject, composed, ZONE, story.clock()) == 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await die_before_the_commit()
    await day(story, "2026-12-01T10:05")
    assert len(sent(story, PHONE)) == 1


async def test_it_lapses_when_the_month_locks(story: World) -> None:
    story.clock.advance(datetime(2026, 12, 1, 9, tzinfo=UTC))
    await story.app.queue_digests()
    story.clock.advance(datetime(2026, 12, 7, 9, tzinfo=UTC))  # nothing could be sent for six days
    await story.deliver()
    assert sent(story, PHONE) == []
    async with story.db.read() as conn:
        states = await conn.execute(select(outbox.c.state).where(outbox.c.key.startswith("digest:")))
        assert set(states.scalars()) == {"expired"}


async def test_stop_ends_digests_until_another_contact_exists(story: World) -> None:
    await story.says(PHONE, "STOPP")
    await day(story, DECEMBER_FIRST)
    assert sent(story, PHONE) == []
    async with story.db.begin() as conn:
        phone = (await addresses.find_or_add(conn, "sms", ["+46701740660"], story.clock()))["+46701740660"]
        await links.add_contact(conn, 1, phone.id, story.clock())
    await day(story, "2026-12-02T09:05")
    assert len(sent(story, "+46701740660")) == 1
    assert sent(story, PHONE) == []


async def test_telegram_lists_what_is_missing(story: World) -> None:
    async with story.db.begin() as conn:
        chat = (await addresses.find_or_add(conn, "telegram", ["70001"], story.clock()))["70001"]
        await links.add_contact(conn, 1, chat.id, story.clock())
    await day(story, DECEMBER_FIRST)
    (text,) = [each.text for each in story.emulator.chats if each.chat_id == 70_001]
    assert ("1043" in text, "1042" in text) == (True, False)
    assert len(sent(story, PHONE)) == 1


async def test_fel_opens_a_case_about_the_list(story: World) -> None:
    await day(story, DECEMBER_FIRST)
    assert await story.says(PHONE, "Fel! 1043 är avslutad sedan oktober") == LOOKED_INTO
    assert segments.count(LOOKED_INTO).parts == 1
    async with story.db.read() as conn:
        rows = await conn.execute(
            select(provider.c.ref, case.c.kind, case.c.text, case.c.channel, case.c.due_on).join(
                provider, provider.c.id == case.c.provider_id
            )
        )
        assert [tuple(row) for row in rows] == [
            ("P1", "list", "Fel! 1043 är avslutad sedan oktober", "sms", date(2026, 12, 2))
        ]


@pytest.mark.parametrize("text", ["fel nummer", "FEL PERSON"])
async def test_a_wrong_number_is_not_about_the_list(story: World, text: str) -> None:
    await story.says(PHONE, text)
    async with story.db.read() as conn:
        kinds = set((await conn.execute(select(case.c.kind))).scalars())
    assert "list" not in kinds


async def test_the_preview_is_what_is_sent(story: World) -> None:
    async def asked(month: str | None, send: bool) -> str:
        now = datetime(2026, 12, 1, 12, tzinfo=UTC)
        return await command.preview(story.db, story.app.settings, "P1", month, send, now)

    shown = await asked(None, False)
    assert "SMS till 1, GSM-7, 1 del, 0,65 kr" in shown
    assert await recorded(story.db) == 0
    await asked("2026-11", True)
    await day(story, "2026-12-01T15:00")
    assert sent(story, PHONE) == [shown.rpartition("\n")[2]]
    with pytest.raises(BadInput, match="har redan fått"):
        await asked("2026-11", True)


@pytest.mark.parametrize(
    ("ref", "month", "words"),
    [
        ("P9", None, "P9"),
        ("P1", "november", "'november'"),
        ("P1", "2027-01", "2027-01"),
        ("P1", "2026-10", "2026-11-05"),  # the day it was locked
        ("P3", None, "inget att skicka"),
    ],
)
async def test_what_cannot_be_sent(story: World, ref: str, month: str | None, words: str) -> None:
    now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    with pytest.raises(BadInput, match=words):
        await command.preview(story.db, story.app.settings, ref, month, True, now)
    await day(story, DECEMBER_FIRST)
    assert len(sent(story, PHONE)) == 1  # the refused digest was not queued


async def recorded(db: Database) -> int:
    async with db.read() as conn:
        return len((await conn.execute(select(release.c.number))).all())
