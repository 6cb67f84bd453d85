"""`followup export contacts`: whom staff call or write to, and the answers file that they fill in."""

import csv
from datetime import timedelta
from pathlib import Path

from tests.support.command import TODAY, Command


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))


def test_the_list_and_its_answers_file(tmp_path: Path) -> None:
    followup = Command(tmp_path)
    started = TODAY - timedelta(days=29)
    files = {
        "providers": "ref,name\nP1,=Vägen\n",
        "customers": "ref,phone,contact\nK1,+46701000001,phone\nK2,+46701000002,protected\nK3,+46701000003,\n",
        "enrolments": "ref,customer,provider,started_on\n"
        + "".join(f"E{n},K{n},P1,{started}\n" for n in (1, 2, 3)),
    }
    for name, content in files.items():
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
    assert followup("import", *(str(tmp_path / f"{name}.csv") for name in files)).exit_code == 0
    assert followup("plan").exit_code == 0
    listed, answers = tmp_path / "out" / "list.csv", tmp_path / "out" / "answers.csv"
    assert followup("export", "contacts", "--out", str(listed), "--answers", str(answers)).exit_code == 0
    start = [row for row in rows(listed) if row["enkät"] == "Efter fyra veckor"]
    assert [(row["kund"], row["insats"], row["anordnare"]) for row in start] == [("K1", "E1", "'=Vägen")]
    assert {path.stat().st_mode & 0o777 for path in (listed, answers)} == {0o600}
    empty = [row for row in rows(answers) if row["survey"] == "start"]
    assert [row["question"] for row in empty] == ["overall", "treatment", "usefulness", "reason", "comment"]
    # An answers file that nobody has filled in yet changes nothing; one answer in it ends the call.
    assert followup("import", str(answers)).exit_code == 0
    filled = answers.read_text(encoding="utf-8-sig")
    filled = filled.replace("E1;start;;overall;;;;phone", f"E1;start;;overall;4;;{TODAY};phone")
    answers.write_text(filled, encoding="utf-8")
    assert followup("import", str(answers)).exit_code == 0
    assert followup("export", "contacts", "--out", str(listed)).exit_code == 0
    assert [row for row in rows(listed) if row["enkät"] == "Efter fyra veckor"] == []
