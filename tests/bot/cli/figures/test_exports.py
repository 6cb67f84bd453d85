"""What `followup export` and `followup themes export` write for the unit's staff alone."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.command import TODAY, Command


@pytest.mark.parametrize("kind", ["payments", "followups"])
def test_only_the_owner_reads_an_export(tmp_path: Path, kind: str) -> None:
    followup = Command(tmp_path)
    file = tmp_path / "out" / "month.csv"
    assert followup("export", kind, "--month", f"{TODAY:%Y-%m}", "--out", str(file)).exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600


def test_only_the_owner_reads_the_comments(tmp_path: Path) -> None:
    followup = Command(tmp_path)
    yesterday = TODAY - timedelta(days=1)
    files = {
        "providers": "ref,name\nP1,Alfa\n",
        "customers": "ref,phone\nK1,\n",
        "enrolments": f"ref,customer,provider,started_on\nE1,K1,P1,{yesterday - timedelta(days=28)}\n",
        "answers": f"enrolment,survey,period,question,value,text,answered_on\nE1,start,,comment,,Bra,{yesterday}\n",
    }
    for name, content in files.items():
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
    assert followup("import", *(str(tmp_path / f"{name}.csv") for name in files)).exit_code == 0
    file = tmp_path / "out" / "comments.xlsx"
    assert followup("themes", "export", "--year", str(yesterday.year), "--out", str(file)).exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600
