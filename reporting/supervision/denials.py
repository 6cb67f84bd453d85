"""Open a case about each provider with a pattern of denied follow-ups, so that a person looks at it."""

from datetime import date, datetime, timedelta

from reporting.document.swedish import decimal
from reporting.followups.confirmations import Pattern, patterns
from storage.cases import opening
from storage.database.engine import Database
from storage.followups import enrolment_months
from storage.followups.calendar import month_of
from survey.codes import CaseKind

MONTHS = 12  # looked at, the running one among them
QUIET = timedelta(days=90)  # after a case, in which the same provider's pattern opens no other


async def open_cases(db: Database, today: date, now: datetime) -> int:
    """Open a case for each provider with a pattern, and return how many.

    Args:
        today: the unit's own day.
    """
    async with db.begin() as conn:
        first = month_of((today.replace(day=1) - timedelta(days=30 * (MONTHS - 1))).replace(day=1))
        found = patterns(await enrolment_months.denials(conn, first, month_of(today)))
        texts = {each.provider: sentence(each) for each in found}
        return await opening.add_patterns(conn, CaseKind.DENIALS, texts, QUIET, now, today)


def sentence(found: Pattern) -> str:
    """Return the text of the case, which follows the provider's name."""
    own, others = decimal(100 * found.share, short=True), decimal(100 * found.others, short=True)
    return (
        f"kunder nekar {found.denied} av {found.told} registrerade uppföljningar under {MONTHS} månader "
        f"({own} procent, övriga anordnare {others} procent)."
    )
