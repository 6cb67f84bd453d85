"""An operator looks at the plan, the ledger and the backups, by the command itself."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.support.command import run_command as command

FILES = {
    "providers": "ref,name\nP1,Nya Steget\n",
    "customers": "ref,phone,language,gender,birth_year\nK1,+46701000001,sv,K,1990\n",
    "enrolments": "ref,customer,provider,started_on,planned_end_on,ended_on,end_reason,difficulty\n"
    "E1,K1,P1,2026-03-02,,,,\n",
}


async def test_the_ledger_and_a_copy_that_comes_back(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"]}
    for name, content in FILES.items():
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
    await command("init", folder=tmp_path, env=env)
    await command("import", *(f"{name}.csv" for name in FILES), folder=tmp_path, env=env)

    code, out, _ = await command("plan", "--audit", folder=tmp_path, env=env)
    assert code == 0
    assert "Stämmer:" in out
    _, out, _ = await command("why", "K1", folder=tmp_path, env=env)
    start, *_ = out.splitlines()
    assert start.startswith("E1 ")
    assert "förföll 20" in start

    code, out, _ = await command("backup", "copy.db", folder=tmp_path, env=env)
    assert (code, "klar och kontrollerad" in out) == (0, True)
    code, _, told = await command("backup", "copy.db", folder=tmp_path, env=env)
    assert (code, told) == (2, "copy.db finns redan: en säkerhetskopia skriver aldrig över något.\n")
    code, _, told = await command("restored", folder=tmp_path, env=env)
    assert code == 2
    assert told.startswith("Databasen är ingen återställd kopia")

    with closing(sqlite3.connect(tmp_path / "followup.db")) as connection:
        connection.execute("DELETE FROM occasion")
        connection.commit()
    code, out, _ = await command("plan", "--audit", folder=tmp_path, env=env)
    assert code == 1
    assert "saknas, förföll" in out
    assert "STÄMMER INTE" in out

    for leftover in ("followup.db", "followup.db-wal", "followup.db-shm"):
        (tmp_path / leftover).unlink(missing_ok=True)
    shutil.copy(tmp_path / "copy.db", tmp_path / "followup.db")
    code, out, _ = await command("restored", folder=tmp_path, env=env)
    assert (code, out.startswith("Klart: 0 meddelanden")) == (0, True)
    code, out, _ = await command("plan", "--audit", folder=tmp_path, env=env)
    assert code == 0
