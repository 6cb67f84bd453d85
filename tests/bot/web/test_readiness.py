"""GET /readyz says no before nothing more can be stored."""

import os
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web import readiness
from storage.database.disk import problem_of_folder
from storage.database.engine import Database
from storage.errors import DatabaseErrorCode


async def ask(db: Database, least_free: int) -> tuple[int, str]:
    app = web.Application()
    app.router.add_get("/readyz", readiness.handler(db, least_free))
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/readyz")
        return answer.status, await answer.text()


async def test_a_database_with_room_is_ready(db: Database, tmp_path: Path) -> None:
    assert await ask(db, 1) == (200, "ok\n")
    assert [name for name in os.listdir(tmp_path) if "probe" in name] == []


async def test_a_full_disk_is_not_ready(db: Database) -> None:
    status, text = await ask(db, 2**62)
    if db.is_sqlite:
        assert (status, "disk" in text) == (503, True)
    else:  # the server watches its own disk
        assert status == 200


@pytest.mark.parametrize("folder", ["/proc", "/nowhere"])
def test_a_folder_that_takes_no_file_is_told(folder: str) -> None:
    found = problem_of_folder(Path(folder), 0)
    assert found is not None
    assert found.code == DatabaseErrorCode.READ_ONLY
