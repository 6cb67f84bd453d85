"""Erasure of a customer's answers, wherever a copy of them is: GDPR article 17, asked for in a chat or by staff."""

from datetime import datetime

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.figures import measurements, releases
from storage.privacy import audit
from storage.tables import (
    answer,
    answer_history,
    case,
    comment_theme,
    customer_address,
    inbox,
    occasion,
    outbox,
    response,
    session,
)
from survey.codes import CaseKind, CaseText, Outcome, Reason, because
from survey.conversation.model import Say, Session

# The outcome in the inbox of a message that was answered with the customer's own answers.
ANSWERS_LISTED = "listed"
# Cases whose text is taken from an answer.
QUOTING = (CaseKind.CONTACT, CaseKind.DANGER, CaseKind.UNCLEAR_STOP)


async def erase(conn: AsyncConnection, customer_id: int, actor: str, now: datetime) -> None:
    """Delete what a customer has answered: values, texts and their history, and every copy of them.

    That the customer was asked, and how it ended, stays, because it is a fact about the unit's work. A complaint
    stays too, because the unit must handle it.

    Args:
        conn: the caller's transaction.
        customer_id: whose answers.
        actor: ``customer``, or the name of the staff member who erases them.
        now: the time of the erasure.
    """
    occasions = select(occasion.c.id).where(occasion.c.customer_id == customer_id)
    count = (
        await conn.execute(select(func.count()).select_from(answer).where(answer.c.occasion_id.in_(occasions)))
    ).scalar_one()
    for table in (answer, answer_history, comment_theme):
        await conn.execute(table.delete().where(table.c.occasion_id.in_(occasions)))
    await measurements.forget(conn, customer_id)
    await releases.forget(conn, customer_id)
    quoting = update(case).where(case.c.customer_id == customer_id, case.c.kind.in_(QUOTING))
    await conn.execute(quoting.values(text=because(CaseText.ERASED)))
    await _forget_messages(conn, customer_id, occasions)
    await _forget_sessions(conn, customer_id, now)
    erased = {"answers": count}
    await audit.write(conn, [audit.Entry(now, actor, audit.Action.ANSWERS_ERASED, customer_id, erased)])


async def _forget_messages(conn: AsyncConnection, customer_id: int, occasions: Select[tuple[int]]) -> None:
    """Empty what the customer wrote to us, and the lists of answers that we sent.

    At an address that other customers share, only what belongs to one of the customer's own conversations is
    emptied.
    """
    shared = select(customer_address.c.address_id).group_by(customer_address.c.address_id).having(func.count() > 1)
    own = select(customer_address.c.address_id).where(
        customer_address.c.customer_id == customer_id, customer_address.c.address_id.not_in(shared)
    )
    theirs = or_(inbox.c.occasion_id.in_(occasions), inbox.c.address_id.in_(own))
    await conn.execute(update(inbox).where(theirs).values(body=""))
    await conn.execute(update(inbox).where(theirs, inbox.c.outcome == ANSWERS_LISTED).values(reply=None))
    here = or_(response.c.occasion_id.in_(occasions), response.c.address_id.in_(own))
    await conn.execute(response.delete().where(here, response.c.say.like('%"text": %')))
    await conn.execute(
        update(outbox)
        .where(
            or_(outbox.c.occasion_id.in_(occasions), outbox.c.address_id.in_(own)),
            outbox.c.say.like('%"text": %'),
        )
        .values(say=Say(("my_answers",)).to_json())
    )


async def _forget_sessions(conn: AsyncConnection, customer_id: int, now: datetime) -> None:
    """Empty the customer's sessions, which hold answers, and close them, so that a late answer opens none."""
    rows = (
        await conn.execute(
            select(session.c.occasion_id, session.c.state).where(session.c.customer_id == customer_id)
        )
    ).all()
    for row in rows:
        kept = Session.from_json(row.state)
        emptied = Session(kept.survey, kept.version, kept.language, None, (), 0, "closed")
        await conn.execute(
            update(session)
            .where(session.c.occasion_id == row.occasion_id)
            .values(state=emptied.to_json(), is_open=0)
        )
    await conn.execute(
        update(occasion)
        .where(occasion.c.customer_id == customer_id, occasion.c.opened_at.is_not(None), occasion.c.outcome == "")
        .values(outcome=Outcome.PARTIAL, reason=Reason.ERASED, closed_at=now)
    )
