"""Log lines are few and harmless, whoever causes them."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot import logs


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield root
    root.handlers[:] = before
    root.setLevel(level)


def test_lines_that_are_alike_are_few(root: logging.Logger) -> None:
    stream, now = io.StringIO(), [0.0]
    logs.configure(stream, lambda: now[0])
    log = logging.getLogger("bot.web")
    for number in range(1_000):
        log.warning("a request from %s is refused", number)
    log.error("something else")
    assert len(stream.getvalue().splitlines()) == 20 + 1
    now[0] += 10
    log.warning("a request from %s is refused", "x")
    assert json.loads(stream.getvalue().splitlines()[-1])["left_out"] == 980
    log.warning("a request from %s is refused", "x")
    assert "left_out" not in json.loads(stream.getvalue().splitlines()[-1])


def test_lines_that_differ_have_a_limit_too(root: logging.Logger) -> None:
    stream = io.StringIO()
    logs.configure(stream, lambda: 0.0)
    for number in range(5_000):
        logging.getLogger("bot.web").warning(f"refused {number}")
    logging.getLogger("bot").critical("the process ends")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 500 + 1
    assert json.loads(lines[-1])["event"] == "the process ends"


def test_a_line_commands_no_terminal(root: logging.Logger) -> None:
    stream = io.StringIO()
    logs.configure(stream)
    logging.getLogger("bot").warning("file %s", "a\x1b[31m\u202eb\x9b")
    line = stream.getvalue().removesuffix("\n")
    assert line.isprintable()
    assert json.loads(line)["event"] == "file a\x1b[31m\u202eb\x9b"
