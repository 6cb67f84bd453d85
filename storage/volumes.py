"""How many customers and enrolments a year had, and who the customers were."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import customer, enrolment, provider

YOUNG = (16, 24)  # age at the end of the year


@dataclass(frozen=True, slots=True)
class Volumes:
    """Who was enrolled on any day of the year. ``young``: 16-24 years old at its end."""

    customers: int
    enrolments: int
    women: int
    young: int
    customers_of: dict[str, int] = field(default_factory=dict)  # by provider


async def volumes(conn: AsyncConnection, year: int) -> Volumes:
    """Count the customers of ``year``, each once, and the enrolments."""
    e, c = enrolment.c, customer.c
    in_year = and_(e.started_on <= date(year, 12, 31), (e.ended_on.is_(None)) | (e.ended_on >= date(year, 1, 1)))
    own = select(e.customer_id, func.count().label("enrolments")).where(in_year).group_by(e.customer_id).subquery()
    young = c.birth_year.between(year - YOUNG[1], year - YOUNG[0])
    whole = select(
        func.count(),
        func.coalesce(func.sum(own.c.enrolments), 0),
        func.coalesce(func.sum(case((c.gender == "K", 1), else_=0)), 0),
        func.coalesce(func.sum(case((young, 1), else_=0)), 0),
    ).select_from(own.join(customer, c.id == own.c.customer_id))
    customers, enrolments, women, youths = (await conn.execute(whole)).one()
    by_provider = (
        select(provider.c.ref, func.count(e.customer_id.distinct()))
        .select_from(enrolment.join(provider, provider.c.id == e.provider_id))
        .where(in_year)
        .group_by(provider.c.ref)
        .order_by(provider.c.ref)
    )
    customers_of = {ref: number for ref, number in await conn.execute(by_provider)}  # noqa: C416  # rows, not pairs
    return Volumes(customers, int(enrolments), int(women), int(youths), customers_of)
