"""Times and days as they are stored: also the hour that comes twice in autumn."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.dialects import sqlite

from storage.tables.types import UtcDateTime

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def test_a_repeated_autumn_hour_keeps_both_texts() -> None:
    summer, winter = (datetime(2025, 10, 26, 2, 30, tzinfo=STOCKHOLM, fold=fold) for fold in (0, 1))
    assert summer == winter  # Python compares the readings; a cache by equality would mix them up
    kind, dialect = UtcDateTime(), sqlite.dialect()
    texts = [kind.process_bind_param(each, dialect) for each in (summer, winter)]
    assert texts == ["2025-10-26T00:30:00.000000Z", "2025-10-26T01:30:00.000000Z"]
    assert [kind.process_result_value(text, dialect) for text in texts] == [
        datetime(2025, 10, 26, 0, 30, tzinfo=UTC),
        datetime(2025, 10, 26, 1, 30, tzinfo=UTC),
    ]
