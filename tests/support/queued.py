"""Messages that wait in the outbox: what the tests of sending begin with."""

from datetime import timedelta

from storage.delivery import outbox
from storage.tables import address
from tests.support.story import MORNING, Story


async def opened(story: Story, telegram: bool = False) -> None:
    """Register one customer whose first question waits in the outbox."""
    await story.register()
    if telegram:
        await story.link("telegram", "42")
    await story.planner.plan(MORNING)
    await story.planner.open_due(MORNING)


async def opened_more(story: Story, count: int, channel: str = "sms") -> None:
    """Queue more messages to the same customer, as replies, which need no conversation of their own."""
    address_id = await story.one(address.c.id, address.c.channel == channel)
    async with story.db.begin() as conn:
        await outbox.enqueue(
            conn,
            [
                {
                    "key": f"extra{n}",
                    "reference": f"extra{n}",
                    "occasion_id": None,
                    "address_id": address_id,
                    "channel": channel,
                    "say": '{"phrases": ["no_open_question"], "question": null}',
                    "expires_at": MORNING + timedelta(days=1),
                }
                for n in range(count)
            ],
            MORNING,
        )
