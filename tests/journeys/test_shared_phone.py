"""Never guess who writes: a phone of two customers, of two born the same year, a number that changes hands."""

import json
from datetime import timedelta

from storage.database.engine import Database
from storage.database.statements import insert
from storage.people import addresses
from storage.tables import (
    address,
    case,
    customer,
    customer_address,
    occasion,
    opt_out,
    outbox,
    session,
)
from tests.support.journeys.talk import CHAT, TOMORROW, Talk, import_phones
from tests.support.story import MORNING, NIGHT, PHONE, START


async def test_nobody_reads_or_erases_anothers_answers(talk: Talk) -> None:
    await talk.second_customer()
    await talk.says("4")
    assert "Vilket år" in str(await talk.says("mina svar"))
    assert await talk.says("1990") == "Vi har inga svar från dig."
    await talk.say_all("radera", "1990")
    assert "raderade" in str(await talk.says("radera"))
    assert await talk.answers() == {"overall": 4}
    assert await talk.one(session.c.is_open) == 1  # the open conversation is the other customer's
    await talk.says("mina svar")
    assert await talk.says("1984") == "Dina svar:\nHjälpen: 4"
    await talk.say_all("radera", "född 1984", "radera")
    assert await talk.answers() == {}
    assert await talk.one(session.c.is_open) == 0


async def test_who_writes_is_asked_after_the_end(talk: Talk) -> None:
    await talk.second_customer()
    await talk.say_all("4", "4", "4", "nej")
    await talk.says("mina svar", TOMORROW)
    assert "Hjälpen: 4" in str(await talk.says("1984", TOMORROW))
    await talk.says("Klagomål", TOMORROW)
    await talk.says("Ingen ringer", TOMORROW)
    assert await talk.rows(case, "kind", "customer_id") == [("complaint", None)]  # staff must ask whose it is


async def test_the_opening_says_for_whom_it_is(db: Database) -> None:
    talk = Talk(db)
    await talk.register()
    await talk.second_customer(enrolled=True)
    await talk.run(MORNING)
    await talk.say_all("4", "4", "4", "nej")
    await talk.run(MORNING + timedelta(hours=2))
    first, second = talk.sms.sent
    assert first.text.startswith("Nacka kommun frågar dig som är född 1984. Svara STOPP")
    assert second.text.startswith("Nacka kommun frågar dig som är född 1990. Svara STOPP")
    await talk.says("2", MORNING + timedelta(hours=3))
    await talk.run(MORNING + timedelta(days=3, hours=4))
    assert talk.sms.sent[-1].text.startswith("Nacka kommun frågar dig som är född 1990.")  # the reminder too


async def test_customers_who_cannot_be_distinguished_are_held(db: Database) -> None:
    talk = Talk(db)
    await talk.register()
    await talk.second_customer(1984, enrolled=True)
    await talk.run(MORNING)
    assert talk.sms.sent == []
    assert await talk.one(occasion.c.reason, START, occasion.c.customer_id == 2) == "indistinct"


async def test_a_phone_becomes_shared_while_questions_wait(db: Database) -> None:
    """The question was queued before hours, with an opening that could be meant for either."""
    talk = Talk(db)
    await talk.register()
    await talk.planner.plan(NIGHT)
    assert await talk.planner.open_due(MORNING) == 1  # queued, and not sent yet
    assert json.loads(str(await talk.one(outbox.c.say)))["phrases"] == ["opening"]
    await talk.second_customer()
    await talk.deliver(MORNING)
    (question,) = talk.sms.sent
    assert question.text.startswith("Nacka kommun frågar dig som är född 1984.")
    assert json.loads(str(await talk.one(outbox.c.say)))["text"] == "1984"


async def test_a_reminder_that_waits_tells_whose_it_is(talk: Talk) -> None:
    await talk.says("2", MORNING + timedelta(hours=1))
    await talk.planner.expire_sessions(MORNING + timedelta(days=3, hours=2))  # reminded, and not sent yet
    await talk.second_customer()
    await talk.deliver(MORNING + timedelta(days=3, hours=2))
    assert talk.sms.sent[-1].text.startswith("Nacka kommun frågar dig som är född 1984.")


async def test_nobody_is_asked_where_two_became_indistinct(db: Database) -> None:
    talk = Talk(db)
    await talk.register()
    await talk.planner.plan(NIGHT)
    await talk.planner.open_due(MORNING)
    await talk.second_customer(1984, enrolled=True)
    await talk.deliver(MORNING)
    assert talk.sms.sent == []
    mine = (START, occasion.c.customer_id == 1)
    assert (await talk.one(outbox.c.state), await talk.one(outbox.c.reason)) == ("cancelled", "indistinct")
    assert await talk.one(occasion.c.outcome, *mine) == "unreachable"
    assert await talk.one(occasion.c.reason, *mine) == "indistinct"
    assert await talk.one(session.c.is_open) == 0


async def test_late_words_go_to_who_says_so(talk: Talk) -> None:
    await talk.second_customer(enrolled=True)
    await talk.say_all("4", "4", "4", "nej")
    await talk.run(MORNING + timedelta(hours=2))
    await talk.says("2", MORNING + timedelta(hours=3))
    await talk.planner.expire_sessions(MORNING + timedelta(days=8))
    assert await talk.answers_of(2) == {"overall": 2}

    later = MORNING + timedelta(days=6)
    assert "Vilket år" in str(await talk.says("ändra", later))
    # The comment is the first customer's, though the other one wrote last.
    assert "något mer" in str(await talk.says("1984", later))
    await talk.says("Allt är bra", later)
    assert (await talk.answers())["comment"] == "Allt är bra"

    later = MORNING + timedelta(days=9)
    assert "Vilket år" in str(await talk.says("5", later))
    assert "ingen fråga" in str(await talk.says("1984", later))  # this customer has answered everything
    await talk.says("5", later)
    assert str(await talk.says("1990", later)).startswith("Tack, det är inte för sent. Varför?")
    await talk.says("3", later)
    assert await talk.answers_of(2) == {"overall": 2, "reason": 3}
    assert (await talk.answers_of(1))["treatment"] == 4


async def test_nobody_is_guessed_to_complain(talk: Talk) -> None:
    await talk.second_customer()
    await talk.say_all("2", "klagomål: ingen ringer", "4", "2", "2", "De lovade praktik", "ja")
    assert await talk.rows(case, "kind", "customer_id", "address_id") == [
        ("complaint", None, 1),
        ("contact", 1, 1),  # this customer was asked the question
    ]


async def test_start_opens_no_chat_another_closed(talk: Talk) -> None:
    await talk.second_customer()
    async with talk.db.begin() as conn:
        found = await addresses.find_or_add(conn, "telegram", [CHAT], MORNING)
        await addresses.link(conn, 2, found[CHAT].id, MORNING)
    await talk.says("stopp", sender=CHAT)
    assert await talk.rows(opt_out, "customer_id", "revoked_at") == [(2, None)]
    assert "nöjd" in str(await talk.says("start"))  # the first customer's question, which is still open
    assert await talk.rows(opt_out, "customer_id", "revoked_at") == [(2, None)]
    assert await talk.rows(address, "channel", "state") == [("sms", "active"), ("telegram", "opted_out")]


async def test_two_born_the_same_year_are_shown_nothing(talk: Talk) -> None:
    await talk.second_customer(1984)
    await talk.says("4")
    await talk.says("mina svar")
    assert "Stödet" not in str(await talk.says("1984"))


async def test_a_wrong_number_is_unlinked_at_once(talk: Talk) -> None:
    await talk.says("4")
    assert "säger till" in str(await talk.says("ni har fel nummer"))
    assert await talk.rows(customer_address, "customer_id") == []
    assert await talk.one(occasion.c.outcome, START) == "unreachable"
    assert await talk.rows(case, "kind", "customer_id") == [("wrong_number", 1)]
    async with talk.db.begin() as conn:  # the next import still has the number
        await addresses.replace_phones(conn, {1: PHONE}, MORNING)
    assert "känner inte igen" in str(await talk.says("5"))
    assert await talk.says("mina svar") == "Vi har inga svar från dig."
    await talk.run(MORNING + timedelta(days=8))  # a check-in is due
    assert len(talk.sms.sent) == 1


async def test_a_reassigned_number_tells_its_owner_nothing(talk: Talk) -> None:
    """The register gives the phone to another customer in the middle of a conversation."""
    await talk.says("2")
    await talk.second_customer()
    async with talk.db.begin() as conn:
        await import_phones(conn, {1: "", 2: PHONE})
    assert await talk.one(occasion.c.outcome, START) == "partial"
    assert await talk.says("mina svar") == "Vi har inga svar från dig."
    assert "ingen fråga" in str(await talk.says("5"))
    assert "inget svar" in str(await talk.says("ändra"))
    assert await talk.answers() == {"overall": 2}


async def test_a_conversation_moves_to_a_new_number(talk: Talk) -> None:
    await talk.says("4")
    new = "+46701234599"
    async with talk.db.begin() as conn:
        await import_phones(conn, {1: new})
    await talk.deliver(MORNING)
    assert (talk.sms.sent[-1].to, "bemöter" in talk.sms.sent[-1].text) == (new, True)
    assert "känner inte igen" in str(await talk.says("3"))
    await talk.says("4", sender=new)
    assert await talk.answers() == {"overall": 4, "treatment": 4}


async def test_a_wrong_number_serves_another_customer_only(talk: Talk) -> None:
    await talk.says("fel nummer")
    async with talk.db.begin() as conn:
        await insert(conn, customer, [{"id": 2, "ref": "k2", "language": "sv", "gender": ""}])
        await import_phones(conn, {1: PHONE, 2: PHONE})
    assert await talk.one(address.c.state) == "active"
    assert await talk.rows(customer_address, "customer_id") == [(2,)]
