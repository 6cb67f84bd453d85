"""The conversations with which several files of journeys begin."""

import pytest

from storage.database.engine import Database
from tests.support.journeys.talk import Talk, asked, asked_in_a_chat


@pytest.fixture
async def talk(db: Database) -> Talk:
    """Ask the start survey."""
    return await asked(db)


@pytest.fixture
async def chat(db: Database) -> Talk:
    """Ask the start survey in a chat of a customer who has a phone too."""
    return await asked_in_a_chat(db)
