"""What a customer's messages leave in the database: answers, their history, cases, and who may see what."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select, update

from bot.inbound.batch import Moment
from bot.inbound.events import Inbound
from bot.inbound.intake import take_in
from scheduler.delivery.gateway import GatewayError
from storage.cases import opening
from storage.delivery.settlement import CarrierWord
from storage.outcomes import history
from storage.tables import (
    address,
    answer,
    answer_history,
    audit,
    case,
    customer,
    inbox,
    occasion,
    opt_out,
    session,
)
from storage.tables import outbox as outbox_table
from survey.conversation.model import TextReceived
from tests.support.carrier import carrier_says
from tests.support.journeys.talk import CHAT, TOMORROW, Talk
from tests.support.story import CATALOGUE, MORNING, PHONE, START


async def test_a_correction_keeps_history_and_moves_measurements(talk: Talk) -> None:
    await talk.say_all("2", "1", "3", "4", "De lovade praktik", "ändra", "ändra", "ändra", "ändra")
    assert await talk.measured() == (2, 3, 4)
    await talk.say_all("ändra", "5")  # the first question: now satisfied, so that nobody asks why
    assert await talk.measured() == (5, 3, 4)
    assert await talk.answers() == {"overall": 5, "treatment": 3, "usefulness": 4, "comment": "De lovade praktik"}
    assert await talk.rows(answer_history, "question", "value", "reason") == [
        ("overall", 2, "corrected"),
        ("reason", 1, "withdrawn"),
    ]
    assert await talk.one(occasion.c.outcome, START) == "completed"


async def test_a_late_correction_leaves_the_outcome(talk: Talk) -> None:
    await talk.say_all("4", "4", "4", "Bra")
    later = MORNING + timedelta(days=6)
    assert "igen" in str(await talk.says("ÄNDRA", later))
    assert await talk.one(occasion.c.outcome, START) == "completed"
    assert await talk.one(session.c.is_open) == 1
    await talk.says("Mycket bra", later)
    assert (await talk.answers())["comment"] == "Mycket bra"
    assert await talk.rows(answer_history, "text") == [("Bra",)]
    assert await talk.one(session.c.is_open) == 0


async def test_messages_that_come_together_are_taken_in_order(talk: Talk) -> None:
    said = ["2", "1", "4", "4", "De ringer", "aldrig", "ändra", "Allt är bra", "2"]
    batch = [Inbound("sms", f"b{n}", PHONE, TextReceived(text)) for n, text in enumerate(said)]
    async with talk.db.begin() as conn:
        await take_in(conn, batch, Moment(CATALOGUE, MORNING, MORNING.date()))
    assert await talk.rows(answer_history, "text") == [("De ringer\naldrig",)]
    assert (await talk.answers())["comment"] == "Allt är bra"
    assert await talk.one(occasion.c.outcome, START) == "completed"


async def test_a_list_of_answers_is_erased_with_them(talk: Talk) -> None:
    await talk.say_all("4", "2")
    assert await talk.says("MINA SVAR") == "Dina svar:\nHjälpen: 4\nBemötandet: 2"
    await talk.say_all("3", "Hälsa Kim")
    listed = await talk.takes(TextReceived("mina svar"), MORNING, id_="twice")
    assert listed.reply == "Dina svar:\nHjälpen: 4\nBemötandet: 2\nNärmare jobb: 3\nKommentar: Hälsa Kim"
    assert (await talk.takes(TextReceived("mina svar"), MORNING, id_="twice")).reply == listed.reply
    await talk.say_all("RADERA", "RADERA")
    assert (await talk.takes(TextReceived("mina svar"), MORNING, id_="twice")).reply is None
    assert await talk.says("mina svar") == "Vi har inga svar från dig."


async def test_erasing_leaves_no_copy_of_answers(talk: Talk) -> None:
    await talk.say_all("1", "1", "2", "2", "Hemligt", "ja", "ändra", "ändra", "Mer hemligt")
    assert await talk.rows(answer_history, "text") == [("Hemligt",)]
    await talk.says("mina svar")
    await talk.says("radera", TOMORROW)
    assert "raderade" in str(await talk.says("Radera!", TOMORROW))
    for table in (answer, answer_history):
        assert await talk.rows(table, "question") == []
    assert await talk.measured() == (None, None, None)
    async with talk.db.read() as conn:
        for table in (inbox, case, session, outbox_table):
            for row in await conn.execute(select(table)):
                assert "emligt" not in str(row)
    assert ",[]," in str(await talk.one(session.c.state))  # no values either
    assert await talk.one(occasion.c.outcome, START) == "completed"
    assert await talk.one(case.c.kind) == "contact"
    assert await talk.rows(audit, "actor", "action", "customer_id", "detail") == [
        ("customer", "answers_erased", 1, '{"answers": 6}')
    ]
    assert "inget svar" in str(await talk.says("ändra", TOMORROW))


async def test_a_complaint_is_kept_when_answers_are_erased(talk: Talk) -> None:
    await talk.say_all("4", "Klagomål: ingen ringer", "radera", "radera")
    assert await talk.rows(case, "kind", "text", "channel", "customer_id") == [
        ("complaint", "ingen ringer", "sms", 1)
    ]
    assert await talk.one(case.c.due_on) == date(2025, 7, 14)  # ten working days after Monday 30 June


async def test_a_complaint_after_the_end_is_no_comment(talk: Talk) -> None:
    await talk.say_all("4", "4", "4", "Bra", "klagomål", "Ingen ringer")
    assert (await talk.answers())["comment"] == "Bra"
    assert await talk.rows(case, "kind", "text") == [("complaint", "Ingen ringer")]


async def test_stop_is_confirmed_once_and_rights_remain(talk: Talk) -> None:
    await talk.says("4")
    assert "inga fler frågor" in str(await talk.says("Stopp"))
    assert await talk.says("STOPP") is None
    assert len(await talk.rows(opt_out, "id")) == 1
    assert await talk.says("5") is None
    assert "inget svar att ändra" in str(await talk.says("ändra"))
    assert str(await talk.says("mina svar")).endswith(": 4")
    assert "112" in str(await talk.says("jag vill inte leva"))
    assert await talk.one(address.c.state) == "opted_out"


async def test_stop_and_the_next_message_in_one_batch(talk: Talk) -> None:
    batch = [Inbound("sms", f"s{n}", PHONE, TextReceived(text)) for n, text in enumerate(["STOPP", "4", "stopp"])]
    async with talk.db.begin() as conn:
        taken = await take_in(conn, batch, Moment(CATALOGUE, MORNING, MORNING.date()))
    assert [each.outcome for each in taken] == ["opted_out", "opted_out_sender", "opted_out"]
    assert await talk.answers() == {}


@pytest.mark.parametrize("word", ["START", "Unstop", "yes"])
async def test_the_carriers_words_open_the_address_again(talk: Talk, word: str) -> None:
    talk.sms.errors = [GatewayError("opted_out", "21610")]
    async with talk.db.begin() as conn:
        await conn.execute(update(outbox_table).values(state="queued", settled_at=None))
    await talk.deliver(MORNING)
    assert await talk.one(address.c.state) == "opted_out"
    assert "Nu kan du få frågor" in str(await talk.says(word))
    assert await talk.one(address.c.state) == "active"


async def test_yes_is_no_opt_in_without_a_stop(talk: Talk) -> None:
    await talk.say_all("4", "4", "4", "nej")
    assert "ingen fråga" in str(await talk.says("YES", TOMORROW))


async def test_one_reminder_then_partial_then_late(talk: Talk) -> None:
    await talk.says("4")
    await talk.run(MORNING + timedelta(days=2, hours=23))
    assert len(talk.sms.sent) == 1
    for hour in range(4):
        await talk.run(MORNING + timedelta(days=3, hours=hour))
    (reminder,) = talk.sms.sent[1:]
    assert reminder.text.startswith("Hej igen")
    assert "bemöter" in reminder.text
    await talk.planner.expire_sessions(MORNING + timedelta(days=7))
    assert await talk.one(occasion.c.outcome, START) == "partial"
    late = MORNING + timedelta(days=20)
    assert str(await talk.says("5", late)).startswith("Tack, det är inte för sent.")
    assert (await talk.answers())["treatment"] == 5
    assert await talk.one(session.c.late) == 1
    assert await talk.one(occasion.c.outcome, START) == "partial"
    await talk.say_all("4", "nej", now=late)
    assert await talk.one(occasion.c.outcome, START) == "completed"
    assert await talk.measured() == (4, 5, 4)


async def test_an_answer_gives_seven_new_days(talk: Talk) -> None:
    await talk.says("4", MORNING + timedelta(days=6))
    await talk.run(MORNING + timedelta(days=8))
    assert await talk.one(occasion.c.outcome, START) == ""
    await talk.run(MORNING + timedelta(days=13, hours=1))
    assert await talk.one(occasion.c.outcome, START) == "partial"


async def test_an_answer_at_night_cancels_the_reminder(talk: Talk) -> None:
    await talk.says("4", MORNING + timedelta(hours=11))
    night = MORNING + timedelta(days=3, hours=11)
    await talk.run(night)
    await talk.says("5", night + timedelta(hours=1))
    await talk.run(night + timedelta(hours=14))
    assert len(talk.sms.sent) == 1


async def test_the_silent_are_reminded_with_the_explanation(talk: Talk) -> None:
    await talk.run(MORNING + timedelta(days=2, hours=23))
    assert len(talk.sms.sent) == 1
    for hour in range(4):
        await talk.run(MORNING + timedelta(days=3, hours=hour))
    first, reminder = talk.sms.sent
    assert reminder.text == first.text
    assert "STOPP" in reminder.text
    await talk.planner.expire_sessions(MORNING + timedelta(days=7))
    assert await talk.one(occasion.c.outcome, START) == "no_answer"


async def test_nobody_is_reminded_of_what_never_left(talk: Talk) -> None:
    async with talk.db.begin() as conn:
        await conn.execute(update(outbox_table).values(state="queued", settled_at=None))
    await talk.planner.expire_sessions(MORNING + timedelta(days=4))
    assert len(await talk.rows(outbox_table, "id")) == 1


@pytest.mark.parametrize("kind", ["message", "permanent"])
async def test_an_answer_to_an_undelivered_question_counts(talk: Talk, kind: str) -> None:
    """The question may have arrived in spite of the error, and the outcome stands until the conversation ends."""
    async with talk.db.begin() as conn:
        reference = (await conn.execute(select(outbox_table.c.reference))).scalar_one()
        await carrier_says(conn, CarrierWord(reference, "undelivered", "30007"), MORNING, kind)
    assert await talk.one(occasion.c.outcome, START) == "unreachable"
    assert str(await talk.says("5", TOMORROW)).startswith("Tack, det är inte för sent.")
    assert await talk.one(occasion.c.outcome, START) == "unreachable"
    await talk.say_all("4", "4", "nej", now=TOMORROW)
    assert await talk.one(occasion.c.outcome, START) == "completed"
    assert await talk.one(session.c.is_open) == 0


async def test_a_late_answer_leaves_other_conversations_alone(talk: Talk) -> None:
    """The next survey went to the chat that the customer has joined since: one conversation at a time."""
    await talk.planner.expire_sessions(MORNING + timedelta(days=7))
    await talk.link("telegram", CHAT)
    await talk.enrol(1, ["e2"], date(2025, 6, 9))
    later = MORNING + timedelta(days=8)
    await talk.run(later)
    assert len(talk.telegram.sent) == 1
    assert "ingen fråga" in str(await talk.says("5", later))
    assert await talk.answers() == {}


async def test_a_wish_for_contact_is_a_case(talk: Talk) -> None:
    assert "5 arbetsdagar" in str(await talk.say_all("2", "4", "2", "2", "De lovade praktik", "ja"))
    assert await talk.rows(case, "kind", "text", "due_on", "urgent") == [
        ("contact", "De lovade praktik", date(2025, 7, 7), 0)
    ]


async def test_words_of_danger_open_an_urgent_case(talk: Talk) -> None:
    assert "112" in str(await talk.says("jag vill inte leva längre"))
    assert await talk.rows(case, "kind", "text", "due_on", "urgent") == [
        ("danger", "jag vill inte leva längre", date(2025, 6, 30), 1)
    ]
    assert "bemöter" in str(await talk.says("4"))


async def test_strangers_in_danger_or_complaining_are_heard(talk: Talk) -> None:
    stranger = "+46709999999"
    assert "112" in str(await talk.says("han hotar att döda mig", sender=stranger))
    await talk.says("klagomål", sender=stranger)
    await talk.says("Ingen svarar", sender=stranger)
    assert await talk.rows(case, "kind", "customer_id") == [("danger", None), ("complaint", None)]


async def test_skipped_unclear_and_late_answers_are_marked(talk: Talk) -> None:
    await talk.says("4")
    for text in ("ganska bra", "nej, nu räcker det", "vet inte", "vet ej"):
        await talk.says(text)
    await talk.planner.expire_sessions(MORNING + timedelta(days=8))
    await talk.says("4", MORNING + timedelta(days=9))
    async with talk.db.read() as conn:
        entries = await history.of_customer(conn, "k")
        (opened,) = await opening.of_customer(conn, 1)
    assert entries is not None
    (start,) = (entry for entry in entries if entry.survey == "start")
    assert (start.skipped, start.changed, start.late) == (("treatment",), False, True)
    assert (opened.kind, opened.due_on) == ("unclear_stop", date(2025, 7, 1))


async def test_language_follows_the_customer(talk: Talk) -> None:
    assert "Now in English" in str(await talk.says("English"))
    assert await talk.one(customer.c.language) == "en"
    assert "treat you" in str(await talk.says("4"))


async def test_the_same_event_twice_is_one(talk: Talk) -> None:
    """An event that comes again changes nothing, and gets the same reply."""
    said = [
        "2",
        "ändra",
        "4",
        "KLAGOMÅL",
        "de ringer aldrig",
        "mina svar",
        "english",
        "RADERA",
        "RADERA",
        "fel nummer",
    ]
    tables = (answer, answer_history, case, outbox_table, inbox, audit, opt_out)
    for number, text in enumerate(said):
        first = await talk.takes(TextReceived(text), MORNING, id_=f"x{number}")
        async with talk.db.read() as conn:
            before = [(await conn.execute(select(func.count()).select_from(each))).scalar() for each in tables]
        again = await talk.takes(TextReceived(text), MORNING, id_=f"x{number}")
        async with talk.db.read() as conn:
            after = [(await conn.execute(select(func.count()).select_from(each))).scalar() for each in tables]
        assert (again.outcome, again.reply, after) == (first.outcome, first.reply, before), text


async def test_a_plain_rating_costs_eight_statements(talk: Talk) -> None:
    """Three look-ups (inbox, address, conversation) and five writes, each once for a whole batch."""
    seen: list[str] = []
    event.listen(
        talk.db.engine.sync_engine,
        "before_cursor_execute",
        lambda _conn, _cursor, statement, *_: seen.append(statement.split()[0]),
    )
    await talk.says("4")
    assert [word for word in seen if word != "BEGIN"] == [
        *["SELECT"] * 3,
        "INSERT",
        "INSERT",
        "UPDATE",
        "INSERT",
        "UPDATE",
    ]
