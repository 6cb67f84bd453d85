"""An opt-out is the person's: it follows to a new number, and does not stay with one that has changed hands."""

from datetime import date, timedelta

import pytest

from bot.inbound.events import LinkRequested
from scheduler.delivery.gateway import GatewayError
from storage.contacts import links
from storage.database.engine import Database
from storage.database.statements import insert
from storage.people import addresses, opt_outs
from storage.tables import address, case, customer, occasion, opt_out, provider, session
from survey.conversation.model import TextReceived
from tests.support.journeys.talk import CHAT, TOMORROW, Talk, asked_in_a_chat, import_phones
from tests.support.story import MORNING, PHONE, START

NEW = "+46701234599"
START_ON = date(2025, 6, 2)
LATER = MORNING + timedelta(days=8)  # the check-in of June is due


async def states(talk: Talk) -> dict[str, str]:
    """The state of each address by its value."""
    return dict(await talk.rows(address, "value", "state"))  # type: ignore[arg-type]  # two columns each


async def add_customer(talk: Talk, phone: str) -> None:
    """Register another customer, who gets a phone by an import."""
    async with talk.db.begin() as conn:
        await insert(conn, customer, [{"id": 2, "ref": "k2", "language": "sv", "gender": "", "birth_year": 1990}])
        await import_phones(conn, {2: phone})


async def test_an_opt_out_follows_to_a_new_number(talk: Talk) -> None:
    await talk.says("stopp")
    async with talk.db.begin() as conn:
        await import_phones(conn, {1: NEW})
    assert await states(talk) == {PHONE: "active", NEW: "opted_out"}
    await talk.run(LATER)
    assert len(talk.sms.sent) == 1  # the first question, before the stop
    assert await talk.one(occasion.c.outcome, occasion.c.survey == "checkin") == "opted_out"


async def test_who_stopped_without_a_number_has_stopped(talk: Talk) -> None:
    await talk.says("stopp")
    async with talk.db.begin() as conn:
        await import_phones(conn, {1: ""})
    await talk.run(LATER)
    assert await talk.one(occasion.c.outcome, occasion.c.survey == "checkin") == "opted_out"


async def test_start_at_the_new_number_opts_in(talk: Talk) -> None:
    await talk.says("stopp")
    async with talk.db.begin() as conn:
        await import_phones(conn, {1: NEW})
    assert (await talk.takes(TextReceived("start"), TOMORROW, NEW)).outcome == "opted_in"
    assert (await states(talk))[NEW] == "active"
    assert (await talk.rows(opt_out, "customer_id", "revoked_at")) == [(1, TOMORROW)]


async def test_an_old_number_silences_no_next_owner(talk: Talk) -> None:
    await talk.says("stopp")
    async with talk.db.begin() as conn:
        await import_phones(conn, {1: NEW})
    await add_customer(talk, PHONE)
    await talk.enrol(2, ["f"], START_ON)
    await talk.run(TOMORROW)
    assert [(sent.to, sent.text[:12]) for sent in talk.sms.sent[1:]] == [(PHONE, "Nacka kommun")]
    # START at the number opts in the one who has it now, and nobody else.
    await talk.says("stopp", TOMORROW)
    await talk.says("start", TOMORROW)
    assert await talk.rows(opt_out, "customer_id", "revoked_at") == [(1, None), (2, TOMORROW)]


async def test_two_customers_swap_numbers_in_one_import(talk: Talk) -> None:
    await add_customer(talk, NEW)
    await talk.says("stopp")
    async with talk.db.begin() as conn:
        await import_phones(conn, {1: NEW, 2: PHONE})
    assert await states(talk) == {PHONE: "active", NEW: "opted_out"}


async def test_a_block_of_an_earlier_owner_counts_not(talk: Talk) -> None:
    """Twilio blocks a number until its START, whoever has it since."""
    await talk.says("stopp")
    async with talk.db.begin() as conn:
        await import_phones(conn, {1: NEW})
    await add_customer(talk, PHONE)
    await talk.enrol(2, ["f"], START_ON)
    talk.sms.errors = [GatewayError("opted_out", "21610")]
    await talk.run(TOMORROW)
    assert await talk.rows(opt_out, "customer_id", "source") == [(1, "message")]
    assert (await states(talk))[PHONE] == "unreachable"
    assert await talk.one(occasion.c.outcome, occasion.c.customer_id == 2, START) == "unreachable"


async def test_a_block_of_the_owner_opts_out(db: Database) -> None:
    talk = Talk(db)
    await talk.register()
    talk.sms.errors = [GatewayError("opted_out", "21610")]
    await talk.run(MORNING)
    assert await talk.rows(opt_out, "customer_id", "source") == [(1, "carrier")]
    assert (await states(talk))[PHONE] == "opted_out"


async def test_a_pressed_invitation_opts_in_and_says_so(talk: Talk) -> None:
    await talk.says("stopp")
    async with talk.db.begin() as conn:
        await addresses.issue_token(conn, 1, "abc", LATER)
    taken = await talk.takes(LinkRequested("abc"), TOMORROW, CHAT)
    assert (taken.outcome, "igen" in str(taken.reply)) == ("linked", True)
    assert await states(talk) == {PHONE: "active", CHAT: "active"}
    await talk.run(MORNING + timedelta(days=24))  # the check-in of July
    assert talk.telegram.sent[-1].to == CHAT


async def test_an_invitation_without_a_stop_says_less(talk: Talk) -> None:
    async with talk.db.begin() as conn:
        await addresses.issue_token(conn, 1, "abc", LATER)
    assert "igen" not in str((await talk.takes(LinkRequested("abc"), TOMORROW, CHAT)).reply)


async def test_stop_reaches_the_conversation_in_a_chat(db: Database) -> None:
    talk = await asked_in_a_chat(db)
    await talk.says("stopp")  # by SMS
    assert await talk.one(session.c.is_open) == 0
    assert await talk.one(occasion.c.outcome, START) == "opted_out"
    assert await states(talk) == {PHONE: "opted_out", CHAT: "opted_out"}
    assert await talk.says("5", sender=CHAT) is None


async def test_stop_on_a_shared_phone_counts_for_both(talk: Talk) -> None:
    await talk.second_customer()
    await talk.says("stopp")
    assert await talk.rows(opt_out, "customer_id") == [(1,), (2,)]
    async with talk.db.begin() as conn:
        await import_phones(conn, {1: PHONE, 2: NEW})
    assert await states(talk) == {PHONE: "opted_out", NEW: "opted_out"}
    await talk.says("start", TOMORROW)
    assert await states(talk) == {PHONE: "active", NEW: "opted_out"}


async def test_start_on_a_shared_phone_undoes_its_stop(talk: Talk) -> None:
    await talk.second_customer()
    await talk.says("stopp")
    await talk.says("start", TOMORROW)
    assert await talk.rows(opt_out, "customer_id", "revoked_at") == [(1, TOMORROW), (2, TOMORROW)]
    assert await states(talk) == {PHONE: "active"}


async def test_a_stopped_phone_is_closed_to_newcomers(talk: Talk) -> None:
    """Somebody who reads that phone wants no messages there: the newcomer has not opted out, and is not reached."""
    await talk.says("stopp")
    await talk.second_customer(enrolled=True)
    await talk.run(TOMORROW)
    assert len(talk.sms.sent) == 1
    assert await talk.rows(opt_out, "customer_id") == [(1,)]
    assert await talk.one(occasion.c.reason, occasion.c.customer_id == 2, START) == "no_address"


async def test_ones_own_chat_stops_nobody_elses_phone(talk: Talk) -> None:
    await talk.second_customer(enrolled=True)
    async with talk.db.begin() as conn:
        found = await addresses.find_or_add(conn, "telegram", [CHAT], MORNING)
        await addresses.link(conn, 2, found[CHAT].id, MORNING)
    await talk.says("stopp", sender=CHAT)
    assert await states(talk) == {PHONE: "active", CHAT: "opted_out"}
    assert await talk.one(session.c.is_open, session.c.customer_id == 1) == 1
    await talk.run(TOMORROW)
    assert (len(talk.sms.sent), talk.telegram.sent) == (1, [])
    assert await talk.one(occasion.c.outcome, occasion.c.customer_id == 2, START) == "opted_out"


async def test_a_wrong_numbers_stop_is_not_the_customers(talk: Talk) -> None:
    await talk.says("stopp")
    await talk.says("fel nummer")
    assert await talk.rows(opt_out, "customer_id") == [(None,)]
    assert await states(talk) == {PHONE: "opted_out"}
    async with talk.db.begin() as conn:
        await import_phones(conn, {1: NEW})
    assert (await states(talk))[NEW] == "active"


async def test_a_number_called_right_keeps_its_stop(talk: Talk) -> None:
    await talk.says("stopp")
    await talk.says("fel nummer")
    async with talk.db.begin() as conn:
        await conn.execute(case.update().values(status="closed"))
        await import_phones(conn, {1: PHONE})
    assert await talk.rows(opt_out, "customer_id") == [(1,)]
    assert await states(talk) == {PHONE: "opted_out"}


@pytest.mark.parametrize("is_contact", [True, False])
async def test_a_contact_person_keeps_an_opt_out(talk: Talk, is_contact: bool) -> None:
    """The number of a contact person who said stop is given to a customer."""
    async with talk.db.begin() as conn:
        contact = (await addresses.find_or_add(conn, "sms", [NEW], MORNING))[NEW]
        await conn.execute(provider.update().where(provider.c.id == 1).values(address_id=contact.id))
        await opt_outs.stop(conn, contact.id, "message", MORNING)
    assert (await states(talk))[NEW] == "opted_out"
    async with talk.db.begin() as conn:
        if not is_contact:
            await conn.execute(provider.update().values(address_id=None))
        await import_phones(conn, {1: NEW})
    assert (await states(talk))[NEW] == ("opted_out" if is_contact else "active")


async def test_a_contacts_pressed_invitation_opts_in(talk: Talk) -> None:
    async with talk.db.begin() as conn:
        chat = (await addresses.find_or_add(conn, "telegram", [CHAT], MORNING))[CHAT]
        await links.add_contact(conn, 1, chat.id, MORNING)
        await opt_outs.stop(conn, chat.id, "message", MORNING)
        await links.issue(conn, 1, chat.id, "t0k", MORNING, LATER, kind="telegram")
    assert (await talk.takes(LinkRequested("t0k"), TOMORROW, CHAT)).outcome
    assert (await states(talk))[CHAT] == "active"
