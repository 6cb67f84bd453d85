"""What the phone simulator reads and writes, where a person plays the customers; no other command uses it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import insert
from storage.people import addresses as people
from storage.people.addresses import Address
from storage.tables import answer, case, customer, enrolment, occasion, outbox, provider, session
from survey.codes import SurveyId

# Until an occasion that was asked for by hand expires.
WAIT = timedelta(days=14)
# Begins the period of a survey that is asked again; the indicators count none of these.
AGAIN = "prov-"
# Conversations of a customer that are shown.
RECENT = 3


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A customer's period with a provider."""

    ref: str
    provider: str
    started_on: date
    ended_on: date | None


@dataclass(slots=True)
class Customer:
    """A customer whom a person can play; the latest enrolment comes first."""

    id: int
    ref: str
    language: str
    enrolments: list[Enrolment] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answer:
    """A stored answer. It has neither value nor text where it was skipped or where nothing was said."""

    question: str
    value: int | None
    text: str | None
    skipped: bool


@dataclass(slots=True)
class Conversation:
    """An opened occasion with its answers, and the kinds of its cases; ``outcome`` is empty while it is open."""

    enrolment: str
    survey: str
    period: str
    language: str
    outcome: str
    answers: list[Answer] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)  # their kinds


async def customers(conn: AsyncConnection, search: str, limit: int) -> list[Customer]:
    """Return up to ``limit`` customers whose number, enrolment or provider contains ``search``, by number."""
    pattern = "%" + search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").lower() + "%"
    found = (
        select(customer.c.id)
        .outerjoin(enrolment, enrolment.c.customer_id == customer.c.id)
        .outerjoin(provider, provider.c.id == enrolment.c.provider_id)
        .where(
            or_(
                *(
                    func.lower(column).like(pattern, escape="\\")
                    for column in (customer.c.ref, enrolment.c.ref, provider.c.name)
                )
            )
        )
        .distinct()
        .order_by(customer.c.id)
        .limit(limit)
    )
    return await _customers(conn, [id_ for (id_,) in await conn.execute(found)])


async def customer_of(conn: AsyncConnection, ref: str) -> Customer | None:
    """Return the customer with this number; None where there is none."""
    found = await conn.execute(select(customer.c.id).where(customer.c.ref == ref))
    ids = [id_ for (id_,) in found]
    return (await _customers(conn, ids))[0] if ids else None


async def _customers(conn: AsyncConnection, ids: Sequence[int]) -> list[Customer]:
    rows = await conn.execute(
        select(customer.c.id, customer.c.ref, customer.c.language)
        .where(customer.c.id.in_(ids))
        .order_by(customer.c.id)
    )
    found = {row.id: Customer(row.id, row.ref, row.language) for row in rows}
    rows = await conn.execute(
        select(
            enrolment.c.customer_id,
            enrolment.c.ref,
            provider.c.name,
            enrolment.c.started_on,
            enrolment.c.ended_on,
        )
        .join(provider, provider.c.id == enrolment.c.provider_id)
        .where(enrolment.c.customer_id.in_(ids))
        .order_by(enrolment.c.started_on.desc(), enrolment.c.id.desc())
    )
    for row in rows:
        enrolled = Enrolment(ref=row.ref, provider=row.name, started_on=row.started_on, ended_on=row.ended_on)
        found[row.customer_id].enrolments.append(enrolled)
    for customer_id, addresses in (await people.addresses_of(conn, ids)).items():
        found[customer_id].addresses = addresses
    return list(found.values())


async def set_language(conn: AsyncConnection, ref: str, language: str) -> None:
    """Set the language in which this customer is asked from now on, as a register row would."""
    await conn.execute(update(customer).where(customer.c.ref == ref).values(language=language))


async def ask_for(conn: AsyncConnection, enrolment_ref: str, survey: str, month: str, now: datetime) -> int | None:
    """Return the id of an occasion that waits to be opened, and add one where there is none.

    A survey that was asked already is asked again, with a period that no indicator counts.

    Args:
        conn: the caller's transaction.
        enrolment_ref: the enrolment's number.
        survey: which survey.
        month: the period of a check-in, YYYY-MM.
        now: when it is due.

    Returns:
        None where there is no such enrolment.
    """
    row = (
        await conn.execute(select(enrolment.c.id, enrolment.c.customer_id).where(enrolment.c.ref == enrolment_ref))
    ).first()
    if row is None:
        return None
    o = occasion.c
    found = await conn.execute(
        select(o.id, o.period, o.opened_at, o.outcome).where(o.enrolment_id == row.id, o.survey == survey)
    )
    known = {each.period: each for each in found}
    period = month if survey == SurveyId.CHECKIN else ""
    asked = known.get(period)
    if asked is not None and asked.opened_at is None and not asked.outcome:
        return int(asked.id)
    if asked is not None:
        period = f"{AGAIN}{1 + sum(each.startswith(AGAIN) for each in known)}"
    await insert(conn, occasion, [_waiting(row.id, row.customer_id, survey, period, now)])
    made = select(o.id).where(o.enrolment_id == row.id, o.survey == survey, o.period == period)
    return int((await conn.execute(made)).scalar_one())


def _waiting(enrolment_id: int, customer_id: int, survey: str, period: str, now: datetime) -> dict[str, object]:
    """Return the row of an occasion that is due now."""
    return {
        "enrolment_id": enrolment_id,
        "customer_id": customer_id,
        "survey": survey,
        "period": period,
        "due_at": now,
        "expires_at": now + WAIT,
        "look_at": now,
        "outcome": "",
        "reason": "",
    }


async def let_expire(conn: AsyncConnection, customer_id: int, now: datetime) -> None:
    """Have the customer's open conversation expire at ``now``."""
    await conn.execute(
        update(session).where(session.c.customer_id == customer_id, session.c.is_open == 1).values(expires_at=now)
    )


async def conversations(conn: AsyncConnection, customer_id: int) -> list[Conversation]:
    """Return the customer's latest conversations with their answers, the newest first."""
    rows = (
        await conn.execute(
            select(
                occasion.c.id,
                enrolment.c.ref,
                occasion.c.survey,
                occasion.c.period,
                session.c.language,
                occasion.c.outcome,
            )
            .join(session, session.c.occasion_id == occasion.c.id)
            .join(enrolment, enrolment.c.id == occasion.c.enrolment_id)
            .where(occasion.c.customer_id == customer_id)
            .order_by(session.c.opened_at.desc(), occasion.c.id.desc())
            .limit(RECENT)
        )
    ).all()
    found = {
        row.id: Conversation(
            enrolment=row.ref,
            survey=row.survey,
            period=row.period,
            language=row.language,
            outcome=row.outcome,
        )
        for row in rows
    }
    answers = await conn.execute(
        select(answer.c.occasion_id, answer.c.question, answer.c.value, answer.c.text, answer.c.skipped)
        .where(answer.c.occasion_id.in_(found))
        .order_by(answer.c.answered_at, answer.c.occasion_id)
    )
    for row in answers:
        answered = Answer(question=row.question, value=row.value, text=row.text, skipped=bool(row.skipped))
        found[row.occasion_id].answers.append(answered)
    cases = await conn.execute(
        select(case.c.occasion_id, case.c.kind).where(case.c.occasion_id.in_(found)).order_by(case.c.id)
    )
    for occasion_id, kind in cases:
        found[occasion_id].cases.append(kind)
    return list(found.values())


async def really_sent(conn: AsyncConnection, emulated: str) -> bool:
    """Whether any SMS was sent to the real service and not to the emulator, whose ids begin with ``emulated``."""
    real = select(outbox.c.id).where(
        outbox.c.channel == "sms",
        outbox.c.external_id.is_not(None),
        outbox.c.external_id.not_like(emulated + "%"),
    )
    return (await conn.execute(real.limit(1))).first() is not None
