"""How many of a provider's customers wait for an answer from the unit."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import case, enrolment, occasion, provider


async def open_cases(conn: AsyncConnection, ref: str) -> int:
    """Cases not yet closed that came from a conversation about the provider ``ref``."""
    statement = (
        select(func.count())
        .select_from(case)
        .join(occasion, occasion.c.id == case.c.occasion_id)
        .join(enrolment, enrolment.c.id == occasion.c.enrolment_id)
        .join(provider, provider.c.id == enrolment.c.provider_id)
        .where(case.c.status == "open", provider.c.ref == ref)
    )
    return (await conn.execute(statement)).scalar_one()
