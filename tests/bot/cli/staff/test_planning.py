"""`followup plan`: what is due, what is held and why; a dry run changes nothing."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result

from bot.errors import BadInput, exit_code
from tests.support.command import TODAY, Command


@pytest.fixture
def followup(tmp_path: Path) -> Command:
    """One customer whose enrolment began 28 days ago."""
    files = {
        "providers": "ref,name\nP1,Nya Steget\n",
        "customers": "ref,phone,language,gender,birth_year\nK1,+46701000001,sv,K,1990\n",
        "enrolments": "ref,customer,provider,started_on,planned_end_on,ended_on,end_reason,difficulty\n"
        f"E1,K1,P1,{TODAY - timedelta(days=28)},,,,\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    command = Command(tmp_path)
    assert command("import", *(str(tmp_path / f"{name}.csv") for name in files)).exit_code == 0
    return command


def _row(result: Result) -> list[str]:
    """The cells of the start survey's row."""
    assert result.exit_code == 0, result.output
    (line,) = [line for line in result.output.splitlines() if "E1" in line and "start" in line]
    return [cell.strip() for cell in line.strip("│┃ ").split("│")]


def test_what_is_due_is_sent_within_the_hours(followup: Command) -> None:
    result = followup("plan", "--at", f"{TODAY}T10:00", FOLLOWUP_SEND_WINDOW="always")
    assert result.output.startswith("SMS och Telegram är avstängda: så här blir det när de är på.")
    customer, enrolment, survey, period, due, decision, reason = _row(result)
    assert (customer, enrolment, survey, period) == ("K1", "E1", "start", "")
    assert due == f"{TODAY} 00:00"
    assert (decision, reason) == ("skickas", "Inget hinder.")


def test_at_night_a_survey_is_held(followup: Command) -> None:
    result = followup("plan", "--at", f"{TODAY}T03:00", FOLLOWUP_SEND_WINDOW="09:00-19:00")
    assert _row(result)[-2:] == ["hålls", "Utanför sändningstiden."]


def test_a_dry_run_plans_nothing(followup: Command) -> None:
    assert _row(followup("plan", "--dry-run", "--at", f"{TODAY}T10:00", FOLLOWUP_SEND_WINDOW="always"))
    assert followup("why", "K1").output == "Inget är planerat för kund K1 än.\n"
    followup("plan", "--at", f"{TODAY}T10:00")
    assert "väntar" in followup("why", "K1").output


def test_a_day_with_nothing_due_says_so(followup: Command) -> None:
    result = followup("plan", "--dry-run", "--at", f"{TODAY - timedelta(days=20)}T10:00")
    assert result.output.splitlines()[-1] == "Inget väntar på att skickas."


def test_a_time_that_is_none_is_bad_input(followup: Command) -> None:
    result = followup("plan", "--at", "i morgon")
    assert isinstance(result.exception, BadInput)
    assert exit_code(result.exception) == 2
    assert str(result.exception) == "'i morgon' är ingen tid: skriv till exempel 2026-11-25T09:00."
