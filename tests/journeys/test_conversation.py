"""What a customer's messages leave in the database: answers, their history, cases, and who may see what."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Table, event, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduler.gateway import GatewayError
from storage import cases, history, people, reach, settlement
from storage.database import Database, insert
from storage.inbound import BotBlocked, Inbound, LinkRequested, Taken, Tapped
from storage.intake import take_in
from storage.tables import (
    address,
    answer,
    answer_history,
    audit,
    case,
    customer,
    customer_address,
    enrolment,
    inbox,
    measurement,
    occasion,
    opt_out,
    session,
)
from storage.tables import outbox as outbox_table
from survey.model import TextReceived, Unreadable
from tests.scheduler.test_flow import CATALOGUE, MORNING, PHONE, START, Story

CHAT = "4711"


async def import_phones(conn: AsyncConnection, phones: dict[int, str]) -> None:
    """As the register's import does it."""
    for customer_id, address_id in await people.replace_phones(conn, phones, MORNING):
        await reach.given_up(conn, customer_id, address_id, MORNING)


TOMORROW = MORNING + timedelta(days=1)


class Talk(Story):
    """A story in which the customer has a voice."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self.ids = count(1)

    async def takes(self, event: object, now: datetime, sender: str = PHONE, id_: str = "") -> Taken:
        channel = "sms" if sender.startswith("+") else "telegram"
        inbound = Inbound(channel, id_ or f"m{next(self.ids)}", sender, event)  # type: ignore[arg-type]  # an event
        async with self.db.begin() as conn:
            (taken,) = await take_in(conn, [inbound], CATALOGUE, now)
        return taken

    async def says(self, text: str, now: datetime = MORNING, sender: str = PHONE) -> str | None:
        return (await self.takes(TextReceived(text), now, sender)).reply

    async def say_all(self, *texts: str, now: datetime = MORNING) -> str | None:
        for text in texts:
            reply = await self.says(text, now)
        return reply

    async def rows(self, table: Table, *columns: str) -> list[tuple[Any, ...]]:
        async with self.db.read() as conn:
            found = await conn.execute(select(*(table.c[name] for name in columns)).order_by(*table.primary_key))
            return [tuple(row) for row in found]

    async def answers(self) -> dict[str, Any]:
        found = await self.rows(answer, "question", "value", "text")
        return {question: value if text is None else text for question, value, text in found}

    async def measured(self) -> tuple[Any, ...]:
        found = await self.rows(measurement, "overall", "treatment", "usefulness")
        return found[0]

    async def second_customer(self, birth_year: int = 1990, enrolled: bool = False) -> None:
        """Uses the same phone; ``enrolled``: with a start survey due at the same time."""
        async with self.db.begin() as conn:
            await conn.execute(update(customer).values(birth_year=1984))
            row = {"id": 2, "ref": "k2", "language": "sv", "gender": "", "birth_year": birth_year}
            await insert(conn, customer, [row])
            found = await people.find_or_add(conn, "sms", [PHONE], MORNING)
            await people.link(conn, 2, found[PHONE].id, MORNING)
            day = date(2025, 6, 2)
            common = {"started_on": day, "registered_on": day, "plan_on": day, "end_reason": "", "difficulty": ""}
            if enrolled:
                await insert(conn, enrolment, [{"id": 2, "ref": "f", "customer_id": 2, "provider_id": 1, **common}])

    async def answers_of(self, customer_id: int) -> dict[str, Any]:
        of = occasion.c.customer_id == customer_id
        statement = select(answer.c.question, answer.c.value).join(occasion, occasion.c.id == answer.c.occasion_id)
        async with self.db.read() as conn:
            return {row.question: row.value for row in await conn.execute(statement.where(of))}


@pytest.fixture
async def talk(db: Database) -> Talk:
    """The start survey has just been asked."""
    story = Talk(db)
    await story.register()
    async with db.begin() as conn:
        await insert(
            conn,
            measurement,
            [
                {
                    "enrolment_id": 1,
                    "point": "start",
                    "point_on": date(2025, 6, 30),
                    "year": 2025,
                    "quarter": 2,
                    "provider_id": 1,
                    "customer_id": 1,
                    "gender": "",
                    "difficulty": "",
                    "started_on": date(2025, 6, 2),
                    "repeated": 0,
                }
            ],
        )
    await story.run(MORNING)
    return story


async def test_a_correction_keeps_the_history_and_moves_the_measurement(talk: Talk) -> None:
    await talk.say_all("2", "3", "4", "1", "De lovade praktik", "ändra", "ändra", "ändra", "ändra")
    assert await talk.measured() == (2, 3, 4)
    await talk.say_all("ändra", "5")  # the first question: now satisfied, so that nobody asks why
    assert await talk.measured() == (5, 3, 4)
    assert await talk.answers() == {"overall": 5, "treatment": 3, "usefulness": 4, "comment": "De lovade praktik"}
    assert await talk.rows(answer_history, "question", "value", "reason") == [
        ("overall", 2, "corrected"),
        ("reason", 1, "withdrawn"),
    ]
    assert await talk.one(occasion.c.outcome, START) == "completed"


async def test_a_correction_a_week_after_the_end_leaves_the_outcome(talk: Talk) -> None:
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
    said = ["2", "4", "4", "1", "De ringer", "aldrig", "ändra", "Allt är bra", "2"]
    batch = [Inbound("sms", f"b{n}", PHONE, TextReceived(text)) for n, text in enumerate(said)]
    async with talk.db.begin() as conn:
        await take_in(conn, batch, CATALOGUE, MORNING)
    assert await talk.rows(answer_history, "text") == [("De ringer\naldrig",)]
    assert (await talk.answers())["comment"] == "Allt är bra"
    assert await talk.one(occasion.c.outcome, START) == "completed"


async def test_my_answers_are_listed_and_kept_only_as_long_as_the_answers(talk: Talk) -> None:
    await talk.say_all("4", "2")
    assert await talk.says("MINA SVAR") == "Dina svar:\nStödet: 4\nBemötandet: 2"
    await talk.say_all("3", "Hälsa Kim")
    listed = await talk.takes(TextReceived("mina svar"), MORNING, id_="twice")
    assert listed.reply == "Dina svar:\nStödet: 4\nBemötandet: 2\nNyttan: 3\nKommentar: Hälsa Kim"
    assert (await talk.takes(TextReceived("mina svar"), MORNING, id_="twice")).reply == listed.reply
    await talk.say_all("RADERA", "RADERA")
    assert (await talk.takes(TextReceived("mina svar"), MORNING, id_="twice")).reply is None
    assert await talk.says("mina svar") == "Vi har inga svar från dig."


async def test_erasing_leaves_no_copy_and_keeps_the_facts_of_the_work(talk: Talk) -> None:
    await talk.say_all("1", "2", "2", "1", "Hemligt", "ja", "ändra", "ändra", "Mer hemligt")
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
        ("customer", "answers_erased", 1, "6 svar")
    ]
    assert "inget svar" in str(await talk.says("ändra", TOMORROW))


async def test_a_complaint_is_kept_when_answers_are_erased(talk: Talk) -> None:
    await talk.say_all("4", "Klagomål: ingen ringer", "radera", "radera")
    assert await talk.rows(case, "kind", "text", "channel", "customer_id") == [
        ("complaint", "ingen ringer", "sms", 1)
    ]
    assert await talk.one(case.c.due_on) == date(2025, 7, 14)  # ten working days after Monday 30 June


async def test_on_a_shared_phone_nobody_sees_or_erases_what_another_said(talk: Talk) -> None:
    await talk.second_customer()
    await talk.says("4")
    assert "Vilket år" in str(await talk.says("mina svar"))
    assert await talk.says("1990") == "Vi har inga svar från dig."
    await talk.say_all("radera", "1990")
    assert "raderade" in str(await talk.says("radera"))
    assert await talk.answers() == {"overall": 4}
    assert await talk.one(session.c.is_open) == 1  # it is the other one's conversation
    await talk.says("mina svar")
    assert await talk.says("1984") == "Dina svar:\nStödet: 4"
    await talk.say_all("radera", "född 1984", "radera")
    assert await talk.answers() == {}
    assert await talk.one(session.c.is_open) == 0


async def test_on_a_shared_phone_it_is_asked_who_after_the_end_too(talk: Talk) -> None:
    await talk.second_customer()
    await talk.say_all("4", "4", "4", "nej")
    await talk.says("mina svar", TOMORROW)
    assert "Stödet: 4" in str(await talk.says("1984", TOMORROW))
    await talk.says("Klagomål", TOMORROW)
    await talk.says("Ingen ringer", TOMORROW)
    assert await talk.rows(case, "kind", "customer_id") == [("complaint", None)]  # whose is for a person to ask


async def test_on_a_shared_phone_the_opening_says_for_whom_it_is(db: Database) -> None:
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


async def test_customers_whom_nothing_tells_apart_are_not_asked_and_staff_see_why(db: Database) -> None:
    talk = Talk(db)
    await talk.register()
    await talk.second_customer(1984, enrolled=True)
    await talk.run(MORNING)
    assert talk.sms.sent == []
    assert "varken födelseår eller startmånad" in str(
        await talk.one(occasion.c.reason, START, occasion.c.customer_id == 2)
    )


async def test_on_a_shared_phone_a_correction_and_a_late_answer_go_to_the_one_who_says_so(talk: Talk) -> None:
    await talk.second_customer(enrolled=True)
    await talk.say_all("4", "4", "4", "nej")
    await talk.run(MORNING + timedelta(hours=2))
    await talk.says("2", MORNING + timedelta(hours=3))
    await talk.planner.expire_sessions(MORNING + timedelta(days=8))
    assert await talk.answers_of(2) == {"overall": 2}

    later = MORNING + timedelta(days=6)
    assert "Vilket år" in str(await talk.says("ändra", later))
    assert "något mer" in str(await talk.says("1984", later))  # the first one's comment, though the other was last
    await talk.says("Allt är bra", later)
    assert (await talk.answers())["comment"] == "Allt är bra"

    later = MORNING + timedelta(days=9)
    assert "Vilket år" in str(await talk.says("5", later))
    assert "ingen fråga" in str(await talk.says("1984", later))  # all answered: nothing waits for this one
    await talk.says("5", later)
    assert str(await talk.says("1990", later)).startswith("Tack, det är inte för sent. Hur nöjd är du med hur")
    await talk.says("3", later)
    assert await talk.answers_of(2) == {"overall": 2, "treatment": 3}
    assert (await talk.answers_of(1))["treatment"] == 4


async def test_on_a_shared_phone_nobody_is_guessed_to_complain(talk: Talk) -> None:
    await talk.second_customer()
    await talk.say_all("2", "klagomål: ingen ringer", "2", "2", "4", "De lovade praktik", "ja")
    assert await talk.rows(case, "kind", "customer_id", "address_id") == [
        ("complaint", None, 1),
        ("contact", 1, 1),  # the answer to a question that this customer was asked
    ]


async def test_start_on_a_shared_phone_opens_no_chat_that_another_has_closed(talk: Talk) -> None:
    await talk.second_customer()
    async with talk.db.begin() as conn:
        found = await people.find_or_add(conn, "telegram", [CHAT], MORNING)
        await people.link(conn, 2, found[CHAT].id, MORNING)
    await talk.says("stopp", sender=CHAT)
    assert "Välkommen" in str(await talk.says("start"))
    assert await talk.rows(address, "channel", "state") == [("sms", "active"), ("telegram", "opted_out")]


async def test_two_born_the_same_year_are_shown_nothing(talk: Talk) -> None:
    await talk.second_customer(1984)
    await talk.says("4")
    await talk.says("mina svar")
    assert "Stödet" not in str(await talk.says("1984"))


async def test_a_complaint_right_after_the_end_is_no_more_of_the_comment(talk: Talk) -> None:
    await talk.say_all("4", "4", "4", "Bra", "klagomål", "Ingen ringer")
    assert (await talk.answers())["comment"] == "Bra"
    assert await talk.rows(case, "kind", "text") == [("complaint", "Ingen ringer")]


async def test_a_wrong_number_is_unlinked_at_once_whatever_the_register_says(talk: Talk) -> None:
    await talk.says("4")
    assert "säger till" in str(await talk.says("ni har fel nummer"))
    assert await talk.rows(customer_address, "customer_id") == []
    assert await talk.one(occasion.c.outcome, START) == "unreachable"
    assert await talk.rows(case, "kind", "customer_id") == [("wrong_number", 1)]
    async with talk.db.begin() as conn:  # the next import still has the number
        await people.replace_phones(conn, {1: PHONE}, MORNING)
    assert "känner inte igen" in str(await talk.says("5"))
    assert await talk.says("mina svar") == "Vi har inga svar från dig."
    await talk.run(MORNING + timedelta(days=8))  # a check-in is due
    assert len(talk.sms.sent) == 1


async def test_a_number_that_changed_hands_tells_its_new_owner_nothing(talk: Talk) -> None:
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


async def test_with_a_new_number_the_conversation_goes_on_there(talk: Talk) -> None:
    await talk.says("2")
    new = "+46701234599"
    async with talk.db.begin() as conn:
        await import_phones(conn, {1: new})
    await talk.deliver(MORNING)
    assert (talk.sms.sent[-1].to, "bemött" in talk.sms.sent[-1].text) == (new, True)
    assert "känner inte igen" in str(await talk.says("3"))
    await talk.says("4", sender=new)
    assert await talk.answers() == {"overall": 2, "treatment": 4}


async def test_a_wrong_number_is_used_again_for_another_customer_alone(talk: Talk) -> None:
    await talk.says("fel nummer")
    async with talk.db.begin() as conn:
        await insert(conn, customer, [{"id": 2, "ref": "k2", "language": "sv", "gender": ""}])
        await import_phones(conn, {1: PHONE, 2: PHONE})
    assert await talk.one(address.c.state) == "active"
    assert await talk.rows(customer_address, "customer_id") == [(2,)]


async def test_stop_is_confirmed_once_and_rights_remain(talk: Talk) -> None:
    await talk.says("4")
    assert "inga fler frågor" in str(await talk.says("Stopp"))
    assert await talk.says("STOPP") is None
    assert len(await talk.rows(opt_out, "id")) == 1
    assert await talk.says("5") is None
    assert await talk.says("ändra") == "Det finns inget svar att ändra."
    assert await talk.says("mina svar") == "Dina svar:\nStödet: 4"
    assert "112" in str(await talk.says("jag vill inte leva"))
    assert await talk.one(address.c.state) == "opted_out"


async def test_stop_and_the_next_message_in_one_batch(talk: Talk) -> None:
    batch = [Inbound("sms", f"s{n}", PHONE, TextReceived(text)) for n, text in enumerate(["STOPP", "4", "stopp"])]
    async with talk.db.begin() as conn:
        taken = await take_in(conn, batch, CATALOGUE, MORNING)
    assert [each.outcome for each in taken] == ["opted_out", "opted_out_sender", "opted_out"]
    assert await talk.answers() == {}


@pytest.mark.parametrize("word", ["START", "Unstop", "yes"])
async def test_the_carriers_words_open_the_address_again(talk: Talk, word: str) -> None:
    talk.sms.errors = [GatewayError("opted_out", "21610")]
    async with talk.db.begin() as conn:
        await conn.execute(update(outbox_table).values(state="queued", settled_at=None))
    await talk.deliver(MORNING)
    assert await talk.one(address.c.state) == "opted_out"
    assert "Välkommen" in str(await talk.says(word))
    assert await talk.one(address.c.state) == "active"


async def test_yes_is_no_opt_in_to_one_who_has_not_stopped(talk: Talk) -> None:
    await talk.say_all("4", "4", "4", "nej")
    assert "ingen fråga" in str(await talk.says("YES", TOMORROW))


async def test_one_reminder_in_the_hours_for_it_then_partial_then_late(talk: Talk) -> None:
    await talk.says("4")
    await talk.run(MORNING + timedelta(days=2, hours=23))
    assert len(talk.sms.sent) == 1
    for hour in range(4):
        await talk.run(MORNING + timedelta(days=3, hours=hour))
    (reminder,) = talk.sms.sent[1:]
    assert reminder.text.startswith("Hej igen")
    assert "bemött" in reminder.text
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


async def test_a_reminder_that_waited_for_the_morning_is_not_sent_to_one_who_answered_at_night(talk: Talk) -> None:
    await talk.says("4", MORNING + timedelta(hours=11))
    night = MORNING + timedelta(days=3, hours=11)
    await talk.run(night)
    await talk.says("5", night + timedelta(hours=1))
    await talk.run(night + timedelta(hours=14))
    assert len(talk.sms.sent) == 1


async def test_silence_from_the_start_is_not_reminded_of(talk: Talk) -> None:
    await talk.run(MORNING + timedelta(days=4))
    assert len(talk.sms.sent) == 1


@pytest.mark.parametrize("kind", ["message", "permanent"])
async def test_one_whose_question_did_not_arrive_and_who_answers_all_the_same_is_heard(
    talk: Talk, kind: str
) -> None:
    """Perhaps it did arrive. The outcome that was stated stands until the late conversation ends."""
    async with talk.db.begin() as conn:
        reference = (await conn.execute(select(outbox_table.c.reference))).scalar_one()
        await settlement.status(conn, reference, "undelivered", "30007", MORNING, kind)
    assert await talk.one(occasion.c.outcome, START) == "unreachable"
    assert str(await talk.says("5", TOMORROW)).startswith("Tack, det är inte för sent.")
    assert await talk.one(occasion.c.outcome, START) == "unreachable"
    await talk.say_all("4", "4", "nej", now=TOMORROW)
    assert await talk.one(occasion.c.outcome, START) == "completed"
    assert await talk.one(session.c.is_open) == 0


async def test_a_late_answer_does_not_disturb_a_conversation_elsewhere(talk: Talk) -> None:
    """The next contact went to the chat that the customer has joined since: one conversation at a time."""
    await talk.planner.expire_sessions(MORNING + timedelta(days=7))
    await talk.link("telegram", CHAT)
    async with talk.db.begin() as conn:
        await insert(
            conn,
            enrolment,
            [
                {
                    "customer_id": 1,
                    "provider_id": 1,
                    "started_on": date(2025, 6, 9),
                    "end_reason": "",
                    "difficulty": "",
                    "ref": "e2",
                    "registered_on": date(2025, 6, 9),
                    "plan_on": date(2025, 6, 9),
                }
            ],
        )
    later = MORNING + timedelta(days=8)
    await talk.run(later)
    assert len(talk.telegram.sent) == 1
    assert "ingen fråga" in str(await talk.says("5", later))
    assert await talk.answers() == {}


async def test_a_yes_to_contact_is_a_case_with_what_was_written(talk: Talk) -> None:
    assert "5 arbetsdagar" in str(await talk.say_all("2", "2", "2", "4", "De lovade praktik", "ja"))
    assert await talk.rows(case, "kind", "text", "due_on", "urgent") == [
        ("contact", "De lovade praktik", date(2025, 7, 7), 0)
    ]


async def test_words_of_danger_open_an_urgent_case_due_the_same_day(talk: Talk) -> None:
    assert "112" in str(await talk.says("jag vill inte leva längre"))
    assert await talk.rows(case, "kind", "text", "due_on", "urgent") == [
        ("danger", "jag vill inte leva längre", date(2025, 6, 30), 1)
    ]
    assert "bemött" in str(await talk.says("4"))


async def test_a_stranger_in_danger_or_with_a_complaint_is_heard(talk: Talk) -> None:
    stranger = "+46709999999"
    assert "112" in str(await talk.says("han hotar att döda mig", sender=stranger))
    await talk.says("klagomål", sender=stranger)
    await talk.says("Ingen svarar", sender=stranger)
    assert await talk.rows(case, "kind", "customer_id") == [("danger", None), ("complaint", None)]


async def test_a_person_can_see_what_was_skipped_unclear_or_late(talk: Talk) -> None:
    await talk.says("4")
    for text in ("ganska bra", "sluta fråga mig om det här hela tiden nu", "vet inte"):
        await talk.says(text)
    await talk.planner.expire_sessions(MORNING + timedelta(days=8))
    await talk.says("4", MORNING + timedelta(days=9))
    async with talk.db.read() as conn:
        entries = await history.of_customer(conn, "k")
        (opened,) = await cases.of_customer(conn, 1)
    assert entries is not None
    (start,) = (entry for entry in entries if entry.survey == "start")
    assert start.notes == "Överhoppad: treatment. Svar kom sent."
    assert (opened.kind, opened.due_on) == ("unclear_stop", date(2025, 7, 1))


async def test_language_follows_the_customer(talk: Talk) -> None:
    assert "Now in English" in str(await talk.says("English"))
    assert await talk.one(customer.c.language) == "en"
    assert "treated" in str(await talk.says("4"))


# --- Telegram ---


@pytest.fixture
async def chat(db: Database) -> Talk:
    """The start survey has just been asked in a chat; the customer has a phone too."""
    story = Talk(db)
    await story.register()
    await story.link("telegram", CHAT)
    await story.run(MORNING)
    return story


def _button(talk: Talk, place: int) -> Tapped:
    reference, _, value = talk.telegram.sent[-1].choices[place][0].rpartition(":")
    return Tapped(reference, int(value), "77")


async def test_a_tap_answers_and_the_question_shows_it(chat: Talk) -> None:
    taken = await chat.takes(_button(chat, 1), MORNING, CHAT)
    assert taken.edit is not None
    assert (taken.edit.message_id, taken.edit.text.splitlines()[-1]) == ("77", "✓ Nöjd")
    assert await chat.answers() == {"overall": 4}


async def test_a_typed_answer_shows_in_the_question_too(chat: Talk) -> None:
    taken = await chat.takes(TextReceived("mycket nöjd"), MORNING, CHAT)
    assert taken.edit is not None
    assert (taken.edit.message_id, taken.edit.text.splitlines()[-1]) == ("id1", "✓ Mycket nöjd")


async def test_old_foreign_and_invented_buttons_change_nothing(chat: Talk) -> None:
    first = _button(chat, 0)
    assert (await chat.takes(first, MORNING, "999")).outcome == "unknown_sender"  # another chat
    await chat.takes(first, MORNING, CHAT)
    await chat.deliver(MORNING)
    assert (await chat.takes(first, MORNING, CHAT)).reply is None  # tapped twice
    other = Tapped(first.reference, 1, "77")
    assert str((await chat.takes(other, MORNING, CHAT)).reply).startswith("Den knappen är gammal.")
    assert str((await chat.takes(Tapped("1:overall", 5), MORNING, CHAT)).reply).startswith("Den knappen är gammal.")
    assert (await chat.takes(Tapped(_button(chat, 0).reference, 99), MORNING, CHAT)).outcome == "re_asked"
    assert await chat.answers() == {"overall": 5}


async def test_a_button_after_the_end_is_answered_kindly(chat: Talk) -> None:
    first = _button(chat, 0)
    for text in ("4", "4", "4", "nej"):
        await chat.says(text, sender=CHAT)
    assert (await chat.takes(first, TOMORROW, CHAT)).reply == "Den knappen är gammal."


async def test_pictures_and_edits_call_for_words(chat: Talk) -> None:
    for _ in range(4):
        assert str((await chat.takes(Unreadable(), MORNING, CHAT)).reply).startswith("Skriv ditt svar")
    assert await chat.answers() == {}


async def test_where_the_bot_is_blocked_the_conversation_goes_on_by_sms(chat: Talk) -> None:
    await chat.says("4", sender=CHAT)
    await chat.takes(BotBlocked(True), MORNING, CHAT)
    await chat.deliver(MORNING)
    (message,) = chat.sms.sent
    assert "bemött" in message.text
    assert "nyttan" in str(await chat.says("5"))
    assert await chat.answers() == {"overall": 4, "treatment": 5}
    await chat.takes(BotBlocked(False), TOMORROW, CHAT)
    assert await chat.one(address.c.state, address.c.channel == "telegram") == "active"


async def test_blocked_without_another_address_the_question_stays_open(chat: Talk) -> None:
    async with chat.db.begin() as conn:
        await conn.execute(customer_address.delete().where(customer_address.c.address_id == 1))
    await chat.takes(BotBlocked(True), MORNING, CHAT)
    assert await chat.one(address.c.state, address.c.channel == "telegram") == "unreachable"
    assert await chat.one(session.c.is_open) == 1
    await chat.says("4", sender=CHAT)  # who writes can be reached
    assert await chat.one(address.c.state, address.c.channel == "telegram") == "active"
    assert await chat.answers() == {"overall": 4}


async def test_a_new_link_opens_a_chat_that_said_wrong_number(chat: Talk) -> None:
    await chat.says("fel nummer", sender=CHAT)
    assert await chat.one(address.c.state, address.c.channel == "telegram") == "unlinked"
    async with chat.db.begin() as conn:
        await people.issue_token(conn, 1, "t" * 20, TOMORROW)
    await chat.takes(LinkRequested("t" * 20), MORNING, CHAT)
    assert await chat.one(address.c.state, address.c.channel == "telegram") == "active"


async def test_the_same_event_twice_is_one(talk: Talk) -> None:
    """Whatever it is, it leaves what it left the first time, and the same reply."""
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


async def test_a_plain_rating_costs_seven_statements(talk: Talk) -> None:
    """Known? who? which conversation? then inbox, session, answer, measurement: each once for a whole batch."""
    seen: list[str] = []
    event.listen(
        talk.db.engine.sync_engine,
        "before_cursor_execute",
        lambda _conn, _cursor, statement, *_: seen.append(statement.split()[0]),
    )
    await talk.says("4")
    assert [word for word in seen if word != "BEGIN"] == [*["SELECT"] * 3, "INSERT", "UPDATE", "INSERT", "UPDATE"]
