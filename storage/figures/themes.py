"""The themes of customers' comments, which a member of staff codes: several for one comment."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ColumnElement, Join

from storage.database.statements import chunks, insert
from storage.figures.release_values import Response
from storage.tables import answer, comment_theme, customer, enrolment, measurement, occasion, provider
from survey.codes import SurveyId


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment to code. Nothing tells whose it is but ``number``, the occasion's id."""

    number: int
    survey: str
    language: str
    text: str
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThemeCount:
    """How many customers a theme was read from, and of how many providers; before disclosure control."""

    customers: int
    providers: int


def _in_year(year: int) -> ColumnElement[bool]:
    """Return whether a comment is of the year: by its point's day, or for a check-in by its month or day."""
    return or_(
        measurement.c.year == year,
        and_(occasion.c.survey == SurveyId.CHECKIN, occasion.c.period.startswith(f"{year}-")),
    )


def _with_point(rows: Join) -> Join:
    point = and_(measurement.c.enrolment_id == occasion.c.enrolment_id, measurement.c.point == occasion.c.survey)
    return rows.outerjoin(measurement, point)


async def comments(conn: AsyncConnection, year: int) -> list[Comment]:
    """Return the comments of a year in the order in which they came, with the themes that they have."""
    rows = await conn.execute(
        select(occasion.c.id, occasion.c.survey, customer.c.language, answer.c.text)
        .select_from(
            _with_point(
                answer.join(occasion, occasion.c.id == answer.c.occasion_id).join(
                    customer, customer.c.id == occasion.c.customer_id
                )
            )
        )
        .where(answer.c.question == "comment", answer.c.text.is_not(None), answer.c.text != "", _in_year(year))
        .order_by(answer.c.answered_at, occasion.c.id)
    )
    found = rows.all()
    themes = await _themes(conn, [row.id for row in found])
    return [Comment(row.id, row.survey, row.language, row.text, themes.get(row.id, ())) for row in found]


async def _themes(conn: AsyncConnection, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for chunk in chunks(numbers):
        rows = await conn.execute(
            select(comment_theme.c.occasion_id, comment_theme.c.theme)
            .where(comment_theme.c.occasion_id.in_(chunk))
            .order_by(comment_theme.c.occasion_id, comment_theme.c.theme)
        )
        for number, theme in rows:
            found[number] = (*found.get(number, ()), theme)
    return found


async def commented(conn: AsyncConnection, numbers: Collection[int]) -> set[int]:
    """Return those of ``numbers`` that are comments, which can be coded."""
    found: set[int] = set()
    for chunk in chunks(sorted(numbers)):
        rows = await conn.execute(
            select(answer.c.occasion_id).where(
                answer.c.occasion_id.in_(chunk),
                answer.c.question == "comment",
                answer.c.text.is_not(None),
            )
        )
        found |= {row.occasion_id for row in rows}
    return found


async def save(conn: AsyncConnection, coded: Mapping[int, Collection[str]], now: datetime) -> None:
    """Store the themes of comments, by number, in place of those that they had."""
    numbers = sorted(coded)
    for chunk in chunks(numbers):
        await conn.execute(delete(comment_theme).where(comment_theme.c.occasion_id.in_(chunk)))
    await insert(
        conn,
        comment_theme,
        [
            {"occasion_id": number, "theme": theme, "coded_at": now}
            for number in numbers
            for theme in sorted(set(coded[number]))
        ],
    )


async def coded(conn: AsyncConnection, year: int) -> list[Response]:
    """Return the themes of the comments of ``year``: a response for each theme of a comment."""
    rows = await conn.execute(
        select(
            occasion.c.enrolment_id,
            occasion.c.customer_id,
            provider.c.ref,
            occasion.c.survey,
            occasion.c.period,
            comment_theme.c.theme,
        )
        .select_from(
            _with_point(
                comment_theme.join(occasion, occasion.c.id == comment_theme.c.occasion_id)
                .join(enrolment, enrolment.c.id == occasion.c.enrolment_id)
                .join(provider, provider.c.id == enrolment.c.provider_id)
            )
        )
        .where(_in_year(year))
        .order_by(comment_theme.c.occasion_id, comment_theme.c.theme)
    )
    return [
        Response(f"{row.enrolment_id} {row.survey} {row.period}".strip(), row.customer_id, row.theme, row.ref, year)
        for row in rows
    ]


async def counts(conn: AsyncConnection, year: int) -> dict[str, ThemeCount]:
    """By theme, the customers and providers whose comments of ``year`` have it. A person counts once."""
    rows = await conn.execute(
        select(
            comment_theme.c.theme,
            func.count(occasion.c.customer_id.distinct()),
            func.count(enrolment.c.provider_id.distinct()),
        )
        .select_from(
            _with_point(
                comment_theme.join(occasion, occasion.c.id == comment_theme.c.occasion_id).join(
                    enrolment, enrolment.c.id == occasion.c.enrolment_id
                )
            )
        )
        .where(_in_year(year))
        .group_by(comment_theme.c.theme)
    )
    return {theme: ThemeCount(customers, providers) for theme, customers, providers in rows}
