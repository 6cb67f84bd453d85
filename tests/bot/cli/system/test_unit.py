"""`followup unit show`, and how `followup run` and `check` take the profile."""

from dataclasses import replace
from pathlib import Path

from survey.unit import profile_file
from tests.support.command import Command
from tests.support.profile import OTHER, own_unit


def test_the_profile_in_force_can_be_read_again(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(OTHER, encoding="utf-8")
    shown = Command(tmp_path)("unit", "show", FOLLOWUP_UNIT=str(tmp_path / "other.toml"))
    assert shown.exit_code == 0
    (tmp_path / "shown.toml").write_text(shown.output, encoding="utf-8")
    assert profile_file.read(tmp_path / "shown.toml") == profile_file.read(tmp_path / "other.toml")


def test_the_example_says_what_it_is(tmp_path: Path) -> None:
    shown = Command(tmp_path)("unit", "show")
    assert shown.output.startswith("# Exempelkommunen")
    (tmp_path / "shown.toml").write_text(shown.output, encoding="utf-8")
    assert replace(profile_file.read(tmp_path / "shown.toml"), is_example=True) == profile_file.example()


def test_the_service_refuses_the_example(tmp_path: Path) -> None:
    followup = Command(tmp_path)
    refused = followup("run")
    assert refused.exit_code != 0
    assert "FOLLOWUP_UNIT saknas" in str(refused.exception)
    nowhere = f"sqlite+aiosqlite:///{tmp_path / 'none.db'}"  # the next thing that is missing
    no_database = followup("run", FOLLOWUP_UNIT=own_unit(tmp_path), FOLLOWUP_DATABASE_URL=nowhere)
    assert "FOLLOWUP_UNIT" not in str(no_database.exception)


def test_check_names_each_fault_of_the_profile(tmp_path: Path) -> None:
    path = tmp_path / "unit.toml"
    path.write_text(OTHER.replace("phone =", "fone =").replace('"Övre"', '""'), encoding="utf-8")
    told = Command(tmp_path)("check", FOLLOWUP_UNIT=str(path))
    assert told.exit_code == 1
    for fault in ("nyckeln unit.fone är okänd", "unit.phone saknas.", "unit.short är tom."):
        assert f"  FEL   {path}: {fault}" in told.output


def test_check_names_what_makes_texts_dear(tmp_path: Path) -> None:
    path = tmp_path / "unit.toml"
    path.write_text(OTHER.replace("Övre kommun", "Övre kommŭn"), encoding="utf-8")
    told = Command(tmp_path)("check", FOLLOWUP_UNIT=str(path))
    assert "start.overall.opening blir 3 delar: tecknet ŭ (U+016D) tvingar fram UCS-2." in told.output
