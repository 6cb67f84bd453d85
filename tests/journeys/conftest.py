"""The conversations that several files of stories begin with."""

import pytest

from storage.database.engine import Database
from tests.support.journeys.talk import Talk, asked, asked_in_a_chat


@pytest.fixture
async def talk(db: Database) -> Talk:
    """The start survey has just been asked."""
    return await asked(db)


@pytest.fixture
async def chat(db: Database) -> Talk:
    """The start survey has just been asked in a chat; the customer has a phone too."""
    return await asked_in_a_chat(db)
