"""The closed lists: every code has its words, and a stored reason is read as it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey import codes
from survey.codes import (
    CONVERSATION_REASONS,
    CaseKind,
    Channel,
    Code,
    LedgerFault,
    Outcome,
    Reason,
    because,
    in_sentence,
    reason_of,
    swedish,
    worded,
)

LISTS = [
    each for each in vars(codes).values() if isinstance(each, type) and issubclass(each, Code) and each != Code
]


@pytest.mark.parametrize("codes_", LISTS)
def test_every_code_has_words(codes_: type[Code]) -> None:
    assert len(codes_) > 1
    assert all(each.swedish and each.plural and each.value.isascii() for each in codes_)


def test_a_code_equals_what_the_database_holds() -> None:
    assert Outcome.HELD_BACK == "held_back"
    assert {"held_back": 7}[Outcome.HELD_BACK] == 7
    assert f"{Outcome.HELD_BACK}" == "held_back"
    assert Outcome("held_back") is Outcome.HELD_BACK


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert swedish(CaseKind, "complaint") == "Klagomål"
    assert swedish(CaseKind, "flood") == "flood"


@pytest.mark.parametrize(
    ("name", "inside"),
    [("Klagomål", "klagomål"), ("SMS", "SMS"), ("Efter fyra veckor", "efter fyra veckor"), ("", "")],
)
def test_a_name_inside_a_sentence(name: str, inside: str) -> None:
    assert in_sentence(name) == inside
    assert Channel.SMS.in_sentence == "SMS"


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        ("", ""),
        ("spacing", "Kunden kontaktades för färre dagar sedan än reglerna kräver."),
        ("outside_hours", "Utanför sändningstiden."),
        ("failed:3:30003", "Gick inte att skicka efter 3 försök (30003)."),
        ("closed_held_back:busy", "Hölls tillbaka tills tiden gick ut. Ett annat samtal är öppet med kunden."),
        (
            "closed_expired:outside_hours",
            "Tiden gick ut innan frågan kunde skickas. Senaste hindret: Utanför sändningstiden.",
        ),
        (
            "closed_expired:other%3ASolen sken.",
            "Tiden gick ut innan frågan kunde skickas. Senaste hindret: Solen sken.",
        ),
        ("carrier_code:undelivered:30007", "Operatören svarade undelivered (30007)."),
        (
            "restored:2026-03-30 09%3A30",
            "Databasen är återställd från en kopia från 2026-03-30 09:30: "
            "kan ha skickats efter den och skickas inte igen.",
        ),
        ("other:Kunden har flyttat%3A Umeå.", "Kunden har flyttat: Umeå."),
        ("Kunden ringde: allt är bra.", "Kunden ringde: allt är bra."),  # not in our form
        ("failed:3", "failed:3"),  # a value is missing
    ],
)
def test_a_stored_reason_in_words(stored: str, sentence: str) -> None:
    assert worded(stored) == sentence


@given(st.sampled_from(list(Reason)), st.data())
def test_a_reason_is_read_as_written(reason: Reason, data: st.DataObject) -> None:
    count = reason.swedish.count("{}")
    values = tuple(data.draw(st.lists(st.text(), min_size=count, max_size=count)))
    assert reason_of(because(reason, *values)) == (reason, values)


@given(st.text())
def test_any_text_has_words(text: str) -> None:
    assert worded(text) or not text or reason_of(text) == (Reason.OTHER, ("",))


def test_every_outcome_of_a_conversation_has_its_reason() -> None:
    assert set(CONVERSATION_REASONS) == {"completed", "partial", "no_answer", "opted_out", "unreachable"}


def test_a_fault_has_at_most_one_value() -> None:
    assert {each for each in LedgerFault if "{}" in each.swedish} == {"missing", "unknown_outcome"}
