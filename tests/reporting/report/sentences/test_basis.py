"""The wording of who was helped, asked and heard, at the boundaries of its rules."""

from dataclasses import replace

from reporting.figures.contact_outcomes import dues
from reporting.report.sentences.basis import contact_outcomes_sentence, volume_sentences
from storage.figures.year_values import Volumes
from storage.outcomes.accounts import Account
from tests.support.disclosure.cubes import counted, of_answers, report_of
from tests.support.reports import LEDGER


def _volumes(customers: int, women: int, young: int) -> Volumes:
    return Volumes(
        customers=customers, enrolments=customers + 1, women=women, young=young, customers_of={"P1": 6, "P2": 5}
    )


def test_groups_are_told_from_six_people() -> None:
    assert volume_sentences(_volumes(20, 14, 6), 6, 2015) == (
        "20 kunder hade 21 insatser under 2015.",
        "Av kunderna var 70 procent kvinnor och 30 procent 16–24 år.",
        "1 anordnare hade fler än fem kunder.",
    )
    assert "kvinnor" not in " ".join(volume_sentences(_volumes(20, 15, 6), 6, 2015))
    assert "16–24" not in " ".join(volume_sentences(_volumes(20, 14, 5), 6, 2015))
    assert volume_sentences(None, 6, 2015) == ()
    assert volume_sentences(_volumes(0, 0, 0), 6, 2015) == ()


def test_providers_with_enough_answers() -> None:
    cube = of_answers(
        {"A": {"start": (34, 100)}, "B": {"end": (3, 10)}, "C": {"start": (2, 3), "end": (1, 2)}, "D": {}}
    )
    assert report_of(cube).coverage_sentence == ("2 av 4 anordnare har minst 10 svar; 1 har för få och 1 har inga.")
    assert report_of(counted()).coverage_sentence == ""


def test_every_planned_question_has_its_outcome() -> None:
    assert contact_outcomes_sentence(dues(LEDGER, 2025)) == (
        "Vart och ett av årets 10 planerade utskick har ett utfall eller pågår, och inget saknas."
    )
    accounts = {**LEDGER.accounts, ("2025-05", "P1", "end"): Account(2, 0, {"completed": 1, "missing": 1})}
    assert contact_outcomes_sentence(dues(replace(LEDGER, accounts=accounts), 2025)) == (
        "Av 12 planerade utskick saknar 1 utfall: se followup plan --audit."
    )
    assert contact_outcomes_sentence(dues(LEDGER, 2030)) == ""
