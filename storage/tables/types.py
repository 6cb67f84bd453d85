"""Column types for aware UTC times and calendar days: text that sorts in SQLite, native types in PostgreSQL."""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time. In SQLite it is ISO text with microseconds and a final Z, so that text order is time order."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value.isoformat()}")
        value = value.astimezone(UTC)
        if dialect.name != "sqlite":
            return value
        return _text(value)

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return _moment(str(value))


class IsoDate(TypeDecorator[date]):
    """A day. In SQLite it is ISO text, because STRICT tables have no date type."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Date())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> object:
        return value if value is None or dialect.name != "sqlite" else value.isoformat()

    def process_result_value(self, value: object, dialect: Dialect) -> date | None:
        return value if value is None or isinstance(value, date) else _day(str(value))


# How many conversions are kept: a batch has few different times and days, many times each. Times must be in UTC
# before they come here, because in other zones the two readings of an hour in autumn are equal and would share one
# text.
_FEW = 4_096


@lru_cache(maxsize=_FEW)
def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


@lru_cache(maxsize=_FEW)
def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@lru_cache(maxsize=_FEW)
def _day(text: str) -> date:
    return date.fromisoformat(text)
