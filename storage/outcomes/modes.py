"""How a year's answers came in: by the customer's own hand in a channel, or taken by staff by phone or letter."""

from collections import Counter

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.figures.year_values import ModeCount
from storage.tables import address, answer, measurement, occasion, session
from survey.codes import AnswerMode, Reason, SurveyId

# The first question of each survey stands for it.
FIRST = {SurveyId.START: "overall", SurveyId.END: "overall", SurveyId.CHECKIN: "followup_held"}


async def of_year(conn: AsyncConnection, year: int) -> tuple[ModeCount, ...]:
    """Count the answered surveys of ``year`` by survey and mode.

    A start or an end belongs to the year of its measurement point, a check-in to that of its month.
    """
    counted: Counter[tuple[str, str]] = Counter()
    how = case((answer.c.mode != "", answer.c.mode), else_=func.coalesce(address.c.channel, AnswerMode.FILE.value))
    point = and_(measurement.c.enrolment_id == occasion.c.enrolment_id, measurement.c.point == occasion.c.survey)
    for survey, question in FIRST.items():
        given = and_(answer.c.occasion_id == occasion.c.id, answer.c.question == question)
        found = (
            select(how, func.count())
            .select_from(occasion)
            .join(answer, and_(given, answer.c.value.is_not(None)))
            .outerjoin(session, session.c.occasion_id == occasion.c.id)
            .outerjoin(address, address.c.id == session.c.address_id)
            .where(occasion.c.survey == survey)
            .group_by(how)
        )
        if survey == SurveyId.CHECKIN:
            found = found.where(occasion.c.period.like(f"{year}-%"))
        else:
            found = found.join(measurement, point).where(measurement.c.year == year)
        counted.update({(survey.value, mode): number for mode, number in await conn.execute(found)})
    return tuple(ModeCount(survey, mode, number) for (survey, mode), number in sorted(counted.items()))


async def too_young(conn: AsyncConnection, year: int) -> int:
    """Count the customers with a question of ``year`` that was not asked because of their age."""
    o, m = occasion.c, measurement.c
    point = and_(m.enrolment_id == o.enrolment_id, m.point == o.survey)
    refused = select(o.customer_id).where(o.reason == Reason.TOO_YOUNG)
    checkins = refused.where(o.period.like(f"{year}-%"))
    points = refused.join(measurement, point).where(m.year == year)
    return len({id_ for found in (checkins, points) for id_ in (await conn.execute(found)).scalars()})
