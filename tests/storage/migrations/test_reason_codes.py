"""Migration 0013: the sentences that were stored become codes, on both databases, and none is lost."""

from pathlib import Path

import pytest
from sqlalchemy import select, text

from storage.database.engine import Database
from storage.migrations import upgrade
from storage.tables import case, occasion, outbox
from survey.codes import Reason, reason_of
from tests.conftest import fresh_postgres

AT = "2025-06-30T10:00:00.000000Z"
# A sentence as an earlier version stored it, and what it is to become.
SENTENCES = {
    "": "",
    "Kunden har ingen adress som går att nå.": "no_address",
    "Adressen delas av kunder som varken födelseår eller startmånad skiljer åt: ge dem var sin.": "indistinct",
    "Ett annat samtal är öppet med kunden.": "busy",
    "Kunden kontaktades för mindre än 7 dagar sedan.": "spacing",
    "Kunden kontaktades för mindre än 10 dagar sedan.": "spacing",
    "En viktigare fråga till kunden går före.": "outranked",
    "Frågan efter fyra veckor faller i samma vecka och går före.": "start_this_week",
    "Utanför sändningstiden.": "outside_hours",
    "Frågan är ställd.": "asked",
    "Kunden har avlidit.": "died",
    "Insatsen hann avslutas.": "ended_before",
    "Insatsen är avslutad.": "ended",
    "Registret har rättats: insatsen är inte avslutad.": "not_ended",
    "Registret har rättats: insatsen började senare.": "started_later",
    "Registret har rättats: insatsen var öppen för få dagar i månaden.": "too_few_days",
    "Anordnaren följs inte längre upp tätare än varje månad.": "watch_lifted",
    "Månaden är undantagen: ingen uppföljning begärs, och kunden frågas inte om någon.": "exempt",
    "Tiden hade redan gått ut när frågan kunde planeras.": "planned_too_late",
    "Hölls tillbaka tills tiden gick ut. Ett annat samtal är öppet med kunden.": "closed_held_back:busy",
    "Hölls tillbaka tills tiden gick ut. Kunden kontaktades för mindre än 7 dagar sedan.": (
        "closed_held_back:spacing"
    ),
    "Tiden gick ut innan frågan kunde skickas. Senaste hindret: Utanför sändningstiden.": (
        "closed_expired:outside_hours"
    ),
    "Tiden gick ut innan frågan kunde skickas. Senaste hindret: Solen sken.": "closed_expired:other%3ASolen sken.",
    "Kunden har svarat på alla frågor.": "all_answered",
    "Kunden svarade på några frågor.": "some_answered",
    "Kunden svarade inte.": "not_answered",
    "Kunden har sagt stopp.": "opted_out",
    "Mottagaren säger att numret är fel.": "wrong_number",
    "Numret är inte längre kundens.": "number_given_up",
    "Meddelandet gick inte att leverera.": "undelivered",
    "Tiden gick ut innan frågan kunde skickas.": "lapsed",
    "Kunden har raderat sina svar.": "erased",
    "Svaret lästes in från en fil.": "imported",
    "Databasen är återställd från en kopia från 2025-06-29 23:15: "
    "kan ha skickats efter den och skickas inte igen.": "restored:2025-06-29 23%3A15",
    "Adressen går inte att nå.": "unreachable",
    "Samtalet är redan avslutat.": "already_closed",
    "Kunden har hört av sig sedan dess.": "heard_since",
    "Texten finns inte längre.": "text_gone",
    "Tjänsten stoppades före sändningen.": "stopped",
    "Tjänsten stoppades.": "stopped",
    "Hann inte skickas i tid.": "late",
    "Databasen gick inte att skriva.": "not_written",
    "Nytt försök (20429).": "retry:20429",
    "Kanalen är pausad (20003).": "channel_paused:20003",
    "Avbröts under sändningen: kan ha kommit fram.": "interrupted",
    "Avbröts under sändningen: kan ha kommit fram och skickas inte igen.": "given_up",
    "Tjänsten stoppades: kan ha kommit fram.": "stopped_in_doubt",
    "Avbröts när tjänsten stoppades.": "stopped_in_doubt",
    "Oväntat fel: kan ha kommit fram.": "unexpected",
    "Kan ha kommit fram (timeout).": "in_doubt:timeout",
    "Kan ha kommit fram, och det gick inte att fråga (http:503).": "not_told:http%3A503",
    "Leverantören har den inte: skickas nu.": "absent",
    "Leverantören har den inte: skickas senare.": "absent_later",
    "Kan ha kommit fram: skickas en gång till.": "repeated",
    "Kan ha kommit fram: skickas inte en gång till.": "given_up",
    "Gick inte att skicka efter 6 försök (100 % fel).": "failed:6:100 %25 fel",
    "Mottagaren går inte att nå (21211).": "refused_receiver:21211",
    "Meddelandet går inte att skicka (21610).": "refused_message:21610",
    "Mottagaren har sagt stopp (21610).": "refused_stopped:21610",
    "Operatören svarade undelivered (30003).": "carrier_code:undelivered:30003",
    "Operatören svarade failed.": "carrier_failed:failed",
    "Ringde kunden: hon\nhade bytt nummer.": "other:Ringde kunden%3A hon\nhade bytt nummer.",
}
PAUSED = (
    "Leverantören nekar vårt konto (20003). Se över kontot; "
    "utskicken fortsätter av sig själva när det fungerar igen."
)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_stored_sentences_become_codes(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if kind == "sqlite":
        await _check(f"sqlite:///{tmp_path / 'old.db'}")
        return
    async with fresh_postgres(request.getfixturevalue("postgres_url")) as url:
        await _check(url)


async def _check(url: str) -> None:
    old = Database.open(url)
    async with old.begin() as conn:
        await conn.run_sync(upgrade.upgrade, "0012")
        for statement in (
            "INSERT INTO provider (id, ref, name) VALUES (1, 'P1', 'Alfa')",
            "INSERT INTO customer (id, ref, language, gender) VALUES (1, 'K1', 'sv', '')",
            "INSERT INTO enrolment (id, ref, customer_id, provider_id, started_on, end_reason, difficulty, "
            "registered_on) VALUES (1, 'E1', 1, 1, '2025-01-07', '', '', '2025-01-07')",
            "INSERT INTO address (id, channel, value, state, state_at) "
            f"VALUES (1, 'sms', '+46701', 'active', '{AT}')",
        ):
            await conn.execute(text(statement))
        for number, sentence in enumerate(SENTENCES):
            values = {"id": number + 1, "period": f"p{number}", "key": f"k{number}", "reason": sentence}
            await conn.execute(
                text(
                    "INSERT INTO occasion (id, enrolment_id, customer_id, survey, period, due_at, expires_at, "
                    "look_at, outcome, reason) "
                    f"VALUES (:id, 1, 1, 'checkin', :period, '{AT}', '{AT}', '{AT}', '', :reason)"
                ),
                values,
            )
            await conn.execute(
                text(
                    "INSERT INTO outbox (id, key, reference, address_id, channel, say, state, reason, created_at, "
                    "not_before, expires_at, attempts, status) "
                    f"VALUES (:id, :key, :key, 1, 'sms', '', 'sent', :reason, '{AT}', '{AT}', '{AT}', 1, '')"
                ),
                values,
            )
        for id_, kind, told, by in ((1, "channel", PAUSED, "tjänsten"), (2, "complaint", PAUSED, "Anna")):
            await conn.execute(
                text(
                    "INSERT INTO case_ (id, kind, text, channel, opened_at, urgent, status, closed_by) "
                    f"VALUES ({id_}, '{kind}', :told, 'sms', '{AT}', 1, 'closed', '{by}')"
                ),
                {"told": told},
            )
    await upgrade.create_or_upgrade(old)
    async with old.read() as conn:
        occasions = (await conn.execute(select(occasion.c.reason).order_by(occasion.c.id))).scalars().all()
        messages = (await conn.execute(select(outbox.c.reason).order_by(outbox.c.id))).scalars().all()
        cases = (await conn.execute(select(case.c.text, case.c.closed_by).order_by(case.c.id))).all()
    await old.close()
    assert dict(zip(SENTENCES, occasions, strict=True)) == SENTENCES
    assert messages == occasions
    assert cases == [("20003", "service"), (PAUSED, "Anna")]  # what a customer wrote stays


def test_every_reason_has_been_a_sentence() -> None:
    """ALREADY_ASKED is never stored, and the others are younger than the migration."""
    codes = {reason_of(code)[0] for code in SENTENCES.values() if code}
    younger = {Reason.ARRIVED, Reason.BY_STAFF, Reason.NO_CONTACT, Reason.PROTECTED, Reason.TOO_YOUNG}
    assert set(Reason) - codes == {Reason.ALREADY_ASKED, *younger}
