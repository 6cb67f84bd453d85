"""`followup export payments` and `followup export followups`: a month's figures per provider, for staff alone."""

from datetime import datetime

from bot import settings as settings_
from bot.cli.arguments import check_month
from bot.database import database
from bot.errors import BadInput
from storage.followups import enrolment_months, recording


async def payments(month: str, format_: str, now: datetime) -> bytes:
    """Return the basis for payment of a month, as csv or xlsx.

    Raises:
        BadInput: the month or the format cannot be used.
    """
    from reporting.followups.payments import basis
    from reporting.render.payments import to_csv, to_xlsx

    render = {"csv": to_csv, "xlsx": to_xlsx}.get(format_)
    if render is None:
        raise BadInput(f"Formatet {format_!r} finns inte: välj csv eller xlsx.")
    today = now.astimezone(settings_.load().zone).date()
    check_month(month)
    if month > f"{today:%Y-%m}":
        raise BadInput(f"Månaden {month} har inte börjat än.")
    async with database(settings_.load()) as db, db.read() as conn:
        months = await enrolment_months.of_month(conn, month)
    return render(basis(month, recording.locks_on(month), recording.is_locked(month, today), months))


async def both_sides(month: str) -> bytes:
    """Return per provider how many of the month's follow-ups are in each state, as CSV.

    A state compares what the provider has recorded with what the customer has answered.

    Raises:
        BadInput: it is no month.
    """
    from reporting.followups.confirmations import STATES, tally
    from reporting.render.csv import table

    check_month(month)
    async with database(settings_.load()) as db, db.read() as conn:
        months = await enrolment_months.of_month(conn, month, with_answers=True)
    names = {each.provider: each.provider_name for each in months}
    states = (*STATES, "exempt")
    return table(
        ("provider", "provider_name", "month", *states),
        (
            (provider, names[provider], month, *(counts[state] for state in states))
            for (provider, _), counts in sorted(tally(months).items())
        ),
    )
