"""Structured logs: one JSON object a line on standard error, with internal ids only.

An exception's message may hold a phone number, a text or a token: a database error carries its parameters, an HTTP
error its URL. So of an exception only its class and the place where it was raised are written.
"""

import logging
import sys
import time
from collections.abc import Callable
from typing import TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

from survey.plain_text import escaped

WINDOW_SECONDS = 10.0
MOST_ALIKE = 20  # lines of one origin and wording in a window: the 63 MB that one attack wrote were all alike
MOST = 500  # lines in a window, whatever they say
QUIET = ("twilio", "aiogram", "aiohttp", "asyncio", "sqlalchemy", "alembic")


class Rate(logging.Filter):
    """Lets few lines pass that are alike, and tells with the next one how many were left out.

    Whoever can cause a line can cause a million; nobody may fill the disk from outside.

    Args:
        clock: a monotonic time in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._began = clock()
        self._passed: dict[tuple[object, ...], int] = {}
        self._all = 0
        self._left_out: dict[tuple[object, ...], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is written; a critical one always is."""
        now = self._clock()
        if now - self._began >= WINDOW_SECONDS:
            self._began, self._passed, self._all = now, {}, 0
        words = record.msg.get("event") if isinstance(record.msg, dict) else record.msg
        alike: tuple[object, ...] = (record.name, record.levelno, str(words)[:100])
        if record.levelno < logging.CRITICAL and (self._passed.get(alike, 0) >= MOST_ALIKE or self._all >= MOST):
            alike = alike if alike in self._left_out or len(self._left_out) < MOST else ("others",)
            self._left_out[alike] = self._left_out.get(alike, 0) + 1
            return False
        self._passed[alike] = self._passed.get(alike, 0) + 1
        self._all += 1
        record.left_out = self._left_out.pop(alike, 0)
        return True


def configure(stream: TextIO = sys.stderr, clock: Callable[[], float] = time.monotonic) -> None:
    """Send every log of this process through one formatter. Libraries are logged from warnings up."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _only_the_class,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                _left_out,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
                lambda _logger, _method, line: escaped(str(line)),
            ],
        )
    )
    handler.addFilter(Rate(clock))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # Off at every level: Twilio writes phone numbers and URLs, aiogram what it could not parse, APScheduler
    # each job that a stop ends.
    for name in ("twilio", "aiogram", "apscheduler"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    # asyncio and aiohttp write the repr of what failed into the message itself.
    for name in ("asyncio", "aiohttp.server", "aiohttp.web"):
        logging.getLogger(name).addFilter(_hide_message)
    sys.excepthook = _uncaught


def _hide_message(record: logging.LogRecord) -> bool:
    """Replace the message of a log record, and let it pass."""
    record.msg, record.args = "an error in the event loop", ()
    return True


def _left_out(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Tell how many lines like this one were left out before it."""
    count = getattr(event.get("_record"), "left_out", 0)
    return {**event, "left_out": count} if count else event


def _only_the_class(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Write an exception as its class and the place where it was raised, without its message."""
    info = event.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else info if isinstance(info, BaseException) else None
    if info is True:
        error = sys.exc_info()[1]
    if error is not None:
        event["error"] = type(error).__name__
        event["where"] = _where(error)
    event.pop("exc_text", None)
    event.pop("stack_info", None)
    return event


def _where(error: BaseException) -> str:
    """Return the file and line where an exception was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""


def _uncaught(kind: type[BaseException], error: BaseException, _trace: object) -> None:
    structlog.get_logger("followup").critical("the process ends", exc_info=(kind, error, None))
