"""Every error that a person can act on is in its room's tree, and gives the exit code of its branch."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import BadInput, SettingsError, exit_code
from reporting.errors import NoDialogue, PublicationUnreadable, PublishError, ThemesRefused
from scheduler.delivery.gateway import GatewayError
from scheduler.errors import RulesError
from storage.errors import (
    BackupError,
    BackupRefused,
    CaseRefused,
    Damaged,
    DatabaseError,
    RecordingRefused,
    RegisterError,
    RevisionTaken,
    StorageFailure,
    SupervisionError,
)
from survey.errors import PackError

ROOT = Path(__file__).parents[2]
ROOMS = ("survey", "storage", "reporting", "scheduler", "bot")
# These never leave their room: storage/errors.py says so of the first, and bot/errors.py of the second.
CAUGHT_INSIDE = {"Unreadable", "TooLarge"}


@pytest.mark.parametrize(
    "kind",
    [
        BackupRefused,
        BadInput,
        CaseRefused,
        NoDialogue,
        PackError,
        PublishError,
        RecordingRefused,
        RegisterError,
        RevisionTaken,
        RulesError,
        SettingsError,
        SupervisionError,
        ThemesRefused,
    ],
)
def test_bad_input_is_two(kind: type[Exception]) -> None:
    assert exit_code(kind.__new__(kind)) == 2


@pytest.mark.parametrize(
    "kind",
    [
        BackupError,
        Damaged,
        DatabaseError,
        GatewayError,
        PermissionError,
        PublicationUnreadable,
        StorageFailure,
    ],
)
def test_a_failure_is_one(kind: type[Exception]) -> None:
    assert exit_code(kind.__new__(kind)) == 1


def test_a_fault_of_ours_has_none() -> None:
    assert exit_code(ValueError("x")) is None


def _classes(room: str) -> Iterator[tuple[str, set[str]]]:
    """Yield each class of a room, with the names of its bases."""
    for path in sorted((ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield node.name, {ast.unparse(base) for base in node.bases}


def test_no_public_error_stands_outside_the_tree() -> None:
    found = {name for room in ROOMS for name, bases in _classes(room) if bases & {"Exception", "ValueError"}}
    assert {name for name in found if not name.startswith("_")} == {"FollowupError"} | CAUGHT_INSIDE


@pytest.mark.parametrize("room", ROOMS)
def test_each_error_is_drawn_in_its_room(room: str) -> None:
    classes = {name: bases for each in ROOMS for name, bases in _classes(each)}
    tree = {"FollowupError"}
    while grown := {name for name, bases in classes.items() if bases & tree} - tree:
        tree |= grown
    drawn = ast.get_docstring(ast.parse((ROOT / room / "errors.py").read_text(encoding="utf-8"))) or ""
    errors = {name for name, bases in _classes(room) if bases & tree}
    assert {name for name in errors if f"─ {name} " not in f"{drawn} "} == set()
