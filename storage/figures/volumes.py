"""How many customers and enrolments a year had, and who the customers were."""

from collections import Counter
from datetime import date

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.figures.year_values import Volumes, Youth
from storage.tables import customer, enrolment, provider

# Years of age at the end of the year, as the 2015 report groups them.
YOUNG = (16, 24)
# The same of those for whom the municipality is responsible until they are twenty (kommunala aktivitetsansvaret).
YOUTH = (16, 18)


async def volumes(conn: AsyncConnection, year: int) -> Volumes:
    """Count the customers who had an enrolment in ``year``, each once, and the enrolments."""
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
    return Volumes(
        customers=customers,
        enrolments=int(enrolments),
        women=int(women),
        young=int(youths),
        customers_of=customers_of,
    )


async def youth(conn: AsyncConnection, year: int) -> Youth:
    """Count the customers aged 16 to 18 with an enrolment in ``year``, and how the latest one of each ended."""
    e, c = enrolment.c, customer.c
    first, last = date(year, 1, 1), date(year, 12, 31)
    rows = await conn.execute(
        select(e.customer_id, e.ended_on, e.end_reason)
        .join(customer, c.id == e.customer_id)
        .where(c.birth_year.between(year - YOUTH[1], year - YOUTH[0]))
        .where(e.started_on <= last, e.ended_on.is_(None) | (e.ended_on >= first))
        .order_by(e.started_on, e.id)
    )
    latest = {customer_id: (ended_on, reason) for customer_id, ended_on, reason in rows}
    endings = Counter(reason for ended_on, reason in latest.values() if ended_on is not None and ended_on <= last)
    return Youth(len(latest), dict(sorted(endings.items())))
