"""The documents name only what exists: links, paths, commands, targets of make, settings."""

import re
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from bot.cli.main import app
from storage.register.headers import COLUMNS, REQUIRED
from tests.support import documents
from tests.support.documents import DOCUMENTS, ROOT

COMMAND = typer.main.get_command(app)
SETTING = re.compile(r"\b(?:FOLLOWUP|TWILIO|TELEGRAM)_[A-Z_]+\b")
FOR_TESTS = {"FOLLOWUP_CRASH_AT"}
every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=documents.named)


def problem(words: list[str]) -> str | None:
    """Return what is wrong with a command that a document names, or None."""
    command, path = COMMAND, "followup"
    while isinstance(command, TyperGroup) and words and words[0] in command.commands:
        path = f"{path} {words[0]}"
        command, words = command.commands[words[0]], words[1:]
    if isinstance(command, TyperGroup) and words and re.fullmatch(r"[a-z-]+", words[0]):
        return f"{path} has no command {words[0]}"
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    unknown = [word for word in words if word.startswith("--") and word.split("=")[0] not in {*known, "--help"}]
    return f"{path} has no option {unknown[0]}" if unknown else None


@every_document
def test_links_lead_somewhere(document: Path) -> None:
    missing = []
    for link in documents.links(document.read_text(encoding="utf-8")):
        target, _, anchor = link.partition("#")
        if link.startswith(("https://", "mailto:")):
            continue
        there = (document.parent / target) if target else document
        if not there.exists() or (anchor and anchor not in documents.headings(there.read_text(encoding="utf-8"))):
            missing.append(link)
    assert missing == []


@every_document
def test_named_paths_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert [path for path in documents.paths(text) if not documents.is_there(path, document)] == []


@every_document
def test_names_are_in_the_files_named(document: Path) -> None:
    found = documents.places(document.read_text(encoding="utf-8"))
    assert [(name, path) for name, path in found if name not in (ROOT / path).read_text(encoding="utf-8")] == []


@every_document
def test_named_commands_exist(document: Path) -> None:
    found = [problem(words) for words in documents.commands(document.read_text(encoding="utf-8"))]
    assert [each for each in found if each] == []


@every_document
def test_named_make_targets_exist(document: Path) -> None:
    targets = set(re.findall(r"^([\w./-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = document.read_text(encoding="utf-8")
    lines = (*documents.spans(text), *(line for block in documents.blocks(text) for line in block.splitlines()))
    made = [line.split()[1] for line in lines if re.match(r"make [\w.]", line)]
    assert [name for name in made if name not in targets and "=" not in name] == []


def test_readme_names_every_setting() -> None:
    read = set(SETTING.findall((ROOT / "bot/settings.py").read_text(encoding="utf-8")))
    told = set(SETTING.findall((ROOT / "README.md").read_text(encoding="utf-8")))
    assert told == read - FOR_TESTS


def test_readme_names_every_command() -> None:
    told = {words[0] for words in documents.commands((ROOT / "README.md").read_text(encoding="utf-8"))}
    assert isinstance(COMMAND, TyperGroup)
    assert set(COMMAND.commands) - told == set()


def test_readme_names_every_register_column() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("### Register files")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\w+) \| ([\w*, ]+) \|$", section, re.MULTILINE)
    told = {kind: [column.strip("* ") for column in columns.split(",")] for kind, columns in rows}
    needed = {kind: {each.strip() for each in columns.split(",") if "*" not in each} for kind, columns in rows}
    assert told == {kind: list(columns) for kind, columns in COLUMNS.items()}
    assert needed == {kind: set(columns) for kind, columns in REQUIRED.items()}


# --- the checks themselves ---


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["plan", "--audit"], None),
        (["plan", "--audits"], "followup plan has no option --audits"),
        (["cases", "take", "12", "--by", "Anna"], None),
        (["cases", "give", "12"], "followup cases has no command give"),
        (["why", "K1042"], None),
        (["whence", "K1042"], "followup has no command whence"),
    ],
)
def test_wrong_command_is_told(words: list[str], expected: str | None) -> None:
    assert problem(words) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("storage/tables/", True),
        ("storage/chairs/", False),
        ("survey/packs/languages/<code>.toml", True),
        ("survey/packs/tongues/<code>.toml", False),
        ("tests/docs/test_documents.py::test_missing_path_is_told", True),
        ("out/demo", True),
    ],
)
def test_missing_path_is_told(path: str, expected: bool) -> None:
    assert documents.is_there(path, ROOT / "README.md") is expected


def test_paths_are_found_in_text() -> None:
    text = "See `bot/nowhere.py`, `K/M` and `/healthz`.\n\n```sh\npytest tests/nowhere -x\n```\n"
    assert list(documents.paths(text)) == ["bot/nowhere.py", "tests/nowhere"]
