"""`followup watch`: which providers are under watch or proposed for it, and the decisions."""

from datetime import date, datetime

from bot import settings as settings_
from bot.database import database
from bot.errors import BadInput
from reporting.supervision.proposals import proposals
from storage.database.engine import Database
from storage.supervision import evidence, watch


async def overview(now: datetime) -> str:
    """Return who is under watch, who is proposed and on what grounds, and which action plans are open."""
    settings = settings_.load()
    async with database(settings) as db:
        return await seen(db, now.astimezone(settings.zone).date())


async def seen(db: Database, today: date) -> str:
    """Return what `overview` says."""
    async with db.read() as conn:
        watches = [each for each in await evidence.watches(conn, today, today) if each.lifted_on is None]
        proposed = await proposals(conn, today)
        plans = [each for each in await evidence.plans(conn, today, today) if each.done_on is None]
        refs = {each.provider for group in (watches, proposed, plans) for each in group}
        names = await evidence.names(conn, refs)
    lines = [f"Under skärpt uppföljning: {len(watches)}."]
    lines += [
        f"  {each.provider} {names[each.provider]}, sedan {each.from_on} ({each.decided_by}): {each.reason}"
        for each in watches
    ]
    lines.append(f"Föreslås: {len(proposed)}. Beslutet är ert: `followup watch start NUMMER`.")
    for each in proposed:
        lines.append(f"  {each.provider} {names[each.provider]}")
        lines += [f"    {ground}" for ground in each.grounds]
    lines.append(f"Öppna åtgärdsplaner: {len(plans)}.")
    lines += [
        f"  {each.ref} {names[each.provider]}: {each.deficiency}, klar senast {each.due_on}"
        + (" (FÖRSENAD)" if each.is_overdue(today) else "")
        for each in plans
    ]
    return "\n".join(lines)


async def start(provider: str, reason: str, by: str, now: datetime) -> str:
    """Put a provider under watch, with the figures that it was proposed on; return what was done.

    Raises:
        BadInput: the reason or the name is missing.
        SupervisionError: there is no such provider, or it is under watch already.
    """
    _needed(reason, by)
    settings = settings_.load()
    today = now.astimezone(settings.zone).date()
    async with database(settings) as db, db.begin() as conn:
        grounds = next((each.grounds for each in await proposals(conn, today) if each.provider == provider), ())
        await watch.put_under_watch(
            conn, provider, reason=reason.strip(), figures=" ".join(grounds), by=by.strip(), today=today, now=now
        )
    told = " ".join(grounds) or "Systemet hade inte föreslagit det: beslutet vilar på skälet ensamt."
    return f"{provider} är under skärpt uppföljning från {today}. {told}"


async def lift(provider: str, reason: str, by: str, now: datetime) -> str:
    """End a provider's watch; return what was done.

    Raises:
        BadInput: the reason or the name is missing.
        SupervisionError: there is no such provider, or it is not under watch.
    """
    _needed(reason, by)
    settings = settings_.load()
    today = now.astimezone(settings.zone).date()
    async with database(settings) as db, db.begin() as conn:
        await watch.lift(conn, provider, reason.strip(), by.strip(), today)
    return f"{provider} är inte längre under skärpt uppföljning ({today})."


def _needed(reason: str, by: str) -> None:
    if not reason.strip():
        raise BadInput("Ett beslut behöver ett skäl: skriv det efter --reason.")
    if not by.strip():
        raise BadInput("Ett beslut behöver ett namn: skriv vem som beslutar efter --by.")
