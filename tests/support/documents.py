"""Reads our Markdown documents: their links, the paths and the commands that they name."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob(".github/**/*.md"))
    if path.name != "commands.md"  # generated: tests/docs/test_commands.py compares it with the program
)
SUFFIXES = (".cfg", ".css", ".j2", ".md", ".py", ".toml", ".tsv", ".txt", ".yaml", ".yml")
MADE = ("out/", ".venv/")  # folders that `make` writes: they are not in the repository
READERS = ("unit.toml",)  # files that a reader makes, and that we name

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_PLACEHOLDER = re.compile(r"<\w+>|NNNN")


def named(path: Path) -> str:
    """Return the path from the top folder, as a test's id."""
    return path.relative_to(ROOT).as_posix()


def links(text: str) -> list[str]:
    """Return the targets of the links and pictures outside of code."""
    return _LINK.findall(_SPAN.sub("", _FENCE.sub("", text)))


def blocks(text: str) -> list[str]:
    """Return the fenced blocks."""
    return [body for _, body in _FENCE.findall(text)]


def spans(text: str) -> list[str]:
    """Return what stands in backticks outside of the fenced blocks."""
    return _SPAN.findall(_FENCE.sub("", text))


def headings(text: str) -> set[str]:
    """Return the anchors of the headings, as Markdown renderers make them."""
    found = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in found}


def paths(text: str) -> Iterator[str]:
    """Yield what looks like a path of the repository: in backticks, and in the commands of fenced blocks."""
    rooms = {path.name for path in ROOT.iterdir() if path.is_dir()}
    for span in spans(text):
        is_file = span.endswith(SUFFIXES)
        is_folder = "/" in span and span.split("/")[0] in rooms
        is_endpoint = span.startswith("/")
        if " " not in span and not is_endpoint and "://" not in span and (is_file or is_folder):
            yield span
    for block in blocks(text):
        for word in block.split():
            if "/" in word and word.split("/")[0] in rooms - {"out"}:
                yield word


def places(text: str) -> list[tuple[str, str]]:
    """Return each (name, path) of "`name` in `path`"."""
    return re.findall(r"`(\w+)` in\s`([^`*<>]+\.\w+)`", text)


def is_there(path: str, document: Path) -> bool:
    """Return whether ``path`` exists, from the top folder or beside ``document``. ``<code>`` matches any name."""
    if path.startswith(MADE) or path in READERS:
        return True
    pattern = _PLACEHOLDER.sub("*", path).split("::")[0].rstrip("/")
    return any(any(base.glob(pattern)) for base in (ROOT, document.parent) if pattern)


def commands(text: str) -> Iterator[list[str]]:
    """Yield each `followup` command that is named, as its words, without comments."""
    for line in (*spans(text), *(line for block in blocks(text) for line in block.splitlines())):
        words = line.split("#")[0].replace('"', "").split()
        if words[:1] == ["followup"] and len(words) > 1:
            yield words[1:]
