"""The one door through which the program prints: what others wrote cannot command the terminal.

A customer's text, a provider's name, the name of a file and an error that quotes one of them may hold escape
sequences, which move the cursor, write into the clipboard or make up a prompt, and characters that turn or hide
the text around them. Tables and styles go through bot/cli/console.py, log lines through bot/logs.py; a test of
the house (tests/house/test_terminal.py) finds what is printed in another way.
"""

import json
import sys
import traceback


def echo(text: object = "", *, err: bool = False, end: str = "\n") -> None:
    """Print a text, at once.

    Args:
        text: what is printed.
        err: on standard error.
        end: what stands after it.
    """
    from survey.plain_text import safe  # here, because `followup --help` must load no room

    print(safe(str(text)), end=end, file=sys.stderr if err else sys.stdout, flush=True)


def write_json(value: object) -> None:
    """Print a value as a line of JSON, whole: what is not safe is escaped."""
    from survey.plain_text import escaped

    print(escaped(json.dumps(value, ensure_ascii=False)), flush=True)


def write_file(content: bytes) -> None:
    """Write a file to standard output as it is; to a terminal only its text, made safe."""
    if sys.stdout.isatty():
        echo(content.decode("utf-8-sig", "replace"), end="")
    else:
        sys.stdout.buffer.write(content)


def uncaught(error: BaseException) -> None:
    """Print a fault of ours with its traceback, whose messages may quote anything."""
    echo("".join(traceback.format_exception(error)), err=True, end="")
