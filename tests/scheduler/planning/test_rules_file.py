"""The rules as a file: the one that comes along says what the code says; a wrong copy is refused in a sentence."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.contact_rules import contact_rules
from bot.errors import SettingsError, exit_code
from bot.settings import load as load_settings
from scheduler.errors import RulesError
from scheduler.planning.hours import SendWindow
from scheduler.planning.rules import Rules
from scheduler.planning.rules_file import load

ZONE = ZoneInfo("Europe/Stockholm")


def test_the_bundled_file_agrees_with_the_code() -> None:
    rules, window = load(None, ZONE)
    assert rules == Rules()
    assert window == SendWindow.parse("09:00-19:00", ZONE)


def test_a_copy_changes_what_it_names(tmp_path: Path) -> None:
    own = tmp_path / "rules.toml"
    own.write_text(
        'priority = ["end", "start", "checkin"]\n'
        "[end]\nwindow = 90\n[checkin]\nwatch_every = 7\n"
        '[send_window]\nsaturday = "10:00-12:00"\n',
        encoding="utf-8",
    )
    rules, window = load(own, ZONE)
    assert rules == Rules(end_window=90, watch_every=7, priority=("end", "start", "checkin"))
    assert str(window).endswith("lördag 10:00-12:00, inte helgdagar")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[start]\nafterr = 28\n", "the key 'start.afterr' is unknown; see rules.toml for those there are."),
        ("spacing = 7\n", "the key 'spacing' is unknown; see rules.toml for those there are."),
        ("[starts]\nafter = 28\n", "the key 'starts.after' is unknown; see rules.toml for those there are."),
        ("[start]\nafter = 400\n", "'start.after' must be a whole number from 0 to 365, not 400."),
        ("[start]\nafter = true\n", "'start.after' must be a whole number from 0 to 365, not True."),
        ('[start]\nafter = "28"\n', "'start.after' must be a whole number from 0 to 365, not '28'."),
        ("[checkin]\nday = 31\n", "'checkin.day' must be a whole number from 1 to 28, not 31."),
        ("start = 28\n", "the key 'start' is unknown; see rules.toml for those there are."),
        (
            'priority = ["start", "end"]\n',
            "'priority' must hold each of start, end and checkin once, not ['start', 'end'].",
        ),
        (
            "[conversation]\nremind_after = 7\n",
            "'conversation.remind_after' must be less than 'conversation.close_after'.",
        ),
        (
            '[send_window]\nmonday = "9-19"\n',
            "'send_window.monday': write it as \"09:00-19:00\" or \"closed\", not '9-19'.",
        ),
        (
            "[send_window]\nmonday = 9\n",
            "'send_window.monday': write it as \"09:00-19:00\" or \"closed\", not '9'.",
        ),
        (
            "[send_window]\n"
            + "".join(f'{day} = "closed"\n' for day in ("monday", "tuesday", "wednesday"))
            + "".join(f'{day} = "closed"\n' for day in ("thursday", "friday")),
            "'send_window' is closed on every day: nothing could ever be sent.",
        ),
    ],
)
def test_a_wrong_copy_is_refused_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(RulesError) as refused:
        load(own, ZONE)
    assert str(refused.value) == f"{own}: {sentence}"
    assert exit_code(refused.value) == 2


def test_a_file_that_is_missing_or_no_toml(tmp_path: Path) -> None:
    with pytest.raises(
        RulesError, match=r"^FOLLOWUP_RULES: the file .* cannot be read \(No such file or directory\)\.$"
    ):
        load(tmp_path / "none.toml", ZONE)
    (tmp_path / "own.toml").write_bytes(b"start = [\xff")
    with pytest.raises(RulesError, match=r"this is no TOML file: .*\.$"):
        load(tmp_path / "own.toml", ZONE)


def test_the_settings_name_the_copy(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[contact]\nspacing = 14\n[send_window]\nmonday = "10:00-11:00"\n', encoding="utf-8")
    nowhere = tmp_path / ".env"
    rules, window = contact_rules(load_settings({"FOLLOWUP_RULES": str(own)}, nowhere))
    assert rules.spacing == 14
    assert str(window).startswith("måndag 10:00-11:00, tisdag 09:00-19:00")
    _, window = contact_rules(
        load_settings({"FOLLOWUP_RULES": str(own), "FOLLOWUP_SEND_WINDOW": "always"}, nowhere)
    )
    assert window == SendWindow(ZONE)
    with pytest.raises(SettingsError, match=r"^FOLLOWUP_SEND_WINDOW: write it as"):
        contact_rules(load_settings({"FOLLOWUP_SEND_WINDOW": "9-19"}, nowhere))
