"""Whom staff ask by phone or letter: the questions that are due and are not asked by message."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from storage.database.engine import Connection
from storage.people import addresses, opt_outs
from storage.tables import customer, enrolment, occasion, provider
from survey.codes import ContactWish


@dataclass(frozen=True, slots=True)
class ToAsk:
    """A question that staff are to ask.

    Attributes:
        contact: ContactWish.PHONE or LETTER.
        phone: in E.164; empty where the register has none.
        due_at, expires_at: when it fell due, and when it loses its meaning.
    """

    customer: str
    contact: str
    phone: str
    language: str
    birth_year: int | None
    provider_name: str
    enrolment: str
    survey: str
    period: str
    due_at: datetime
    expires_at: datetime


async def to_ask(conn: Connection, now: datetime) -> list[ToAsk]:
    """Return the questions that wait to be asked by staff at ``now``, the most urgent first.

    A customer who has said stop is not on the list: STOP is about the questions, whoever asks them.
    """
    o, c = occasion.c, customer.c
    statement = (
        select(
            c.id,
            c.ref,
            c.contact,
            c.language,
            c.birth_year,
            provider.c.name,
            enrolment.c.ref.label("enrolment"),
            o.survey,
            o.period,
            o.due_at,
            o.expires_at,
        )
        .join(customer, c.id == o.customer_id)
        .join(enrolment, enrolment.c.id == o.enrolment_id)
        .join(provider, provider.c.id == enrolment.c.provider_id)
        .where(
            c.contact.in_((ContactWish.PHONE, ContactWish.LETTER)),
            o.opened_at.is_(None),
            o.outcome == "",
            o.due_at <= now,
            o.expires_at > now,
        )
        .order_by(o.expires_at, c.ref, o.survey)
    )
    rows = (await conn.execute(statement)).all()
    customers = {row.id for row in rows}
    stopped = await opt_outs.opted_out(conn, customers)
    phones = await _phones(conn, customers)
    return [
        ToAsk(
            customer=row.ref,
            contact=row.contact,
            phone=phones.get(row.id, ""),
            language=row.language,
            birth_year=row.birth_year,
            provider_name=row.name,
            enrolment=row.enrolment,
            survey=row.survey,
            period=row.period,
            due_at=row.due_at,
            expires_at=row.expires_at,
        )
        for row in rows
        if row.id not in stopped
    ]


async def _phones(conn: Connection, customers: Collection[int]) -> dict[int, str]:
    found = await addresses.addresses_of(conn, customers) if customers else {}
    return {id_: each.value for id_, own in found.items() for each in reversed(own) if each.channel == "sms"}
