"""A pattern of denied follow-ups opens a case about the provider: a person must look at it."""

from datetime import date, datetime, timedelta

from reporting.followups import Pattern, patterns
from reporting.swedish import decimal
from storage import cases, enrolmentmonths
from storage.calendarmonths import month_of
from storage.database import Database

KIND = "denials"
MONTHS = 12  # that are looked at, this one included
QUIET = timedelta(days=90)  # after a case the same pattern opens no other


async def open_cases(db: Database, today: date, now: datetime) -> int:
    """Open a case for each provider with a pattern; how many."""
    async with db.begin() as conn:
        first = month_of((today.replace(day=1) - timedelta(days=30 * (MONTHS - 1))).replace(day=1))
        found = patterns(await enrolmentmonths.denials(conn, first, month_of(today)))
        texts = {each.provider: sentence(each) for each in found}
        return await cases.add_patterns(conn, KIND, texts, QUIET, now)


def sentence(found: Pattern) -> str:
    """What staff read, after the provider's name."""
    own, others = decimal(100 * found.share, short=True), decimal(100 * found.others, short=True)
    return (
        f"kunder nekar {found.denied} av {found.told} registrerade uppföljningar under {MONTHS} månader "
        f"({own} procent, övriga anordnare {others} procent)."
    )
