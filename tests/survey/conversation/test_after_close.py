"""A conversation that was closed because its message did not arrive."""

from datetime import UTC, datetime

import pytest

from survey.conversation.after_close import closed_by_delivery
from survey.conversation.model import Session

NOW = datetime(2026, 3, 30, tzinfo=UTC)
OPEN = Session("start", 1, "sv", "overall", (), 0, "open")


@pytest.mark.parametrize(("outcome", "reopens_from"), [("unreachable", NOW), ("opted_out", None)])
def test_it_reopens_unless_opted_out(outcome: str, reopens_from: datetime | None) -> None:
    closed = closed_by_delivery(OPEN, outcome, NOW)
    assert (closed.state, closed.open_question, closed.closed_at) == ("closed", None, reopens_from)


def test_what_the_engine_closed_stays_as_it_is() -> None:
    closed = Session("start", 1, "sv", None, (), 0, "closed")
    assert closed_by_delivery(closed, "unreachable", NOW) is closed
