"""Every planned question has its outcome in the report, as in `followup plan --audit`."""

from dataclasses import replace

from reporting.document.blocks import Grid
from reporting.figures.contact_outcomes import dues
from reporting.report.background import Background
from reporting.report.build import build
from reporting.report.sections import document
from reporting.report.sentences.basis import contact_outcomes_sentence
from reporting.report.tables.contact_outcomes import contact_outcomes_grid
from storage.outcomes.accounts import Account, Ledger
from tests.support.disclosure.cubes import NOW, YEAR, of_answers

LEDGER = Ledger(
    {
        ("2025-03", "P1", "start"): Account(4, 1, {"completed": 3, "no_answer": 1, "cancelled": 1}),
        ("2025-12", "P2", "start"): Account(2, 0, {"opted_out": 1, "open": 1}),
        ("2025-04", "P1", "checkin"): Account(3, 0, {"held_back": 1, "waiting": 1, "unplanned": 1}),
        ("2024-12", "P1", "checkin"): Account(9, 0, {"completed": 9}),  # of the year before
    },
    (),
)


def test_each_survey_adds_up() -> None:
    rows = {row[0]: row[1:] for row in contact_outcomes_grid(dues(LEDGER, 2025)).rows}
    assert rows["Förfallna"] == (6, 0, 3, 9)
    assert rows["Rättade i registret efteråt"] == (1, 0, 0, 1)
    assert rows["Besvarade"] == (3, 0, 0, 3)
    assert rows["Hölls tillbaka"] == (0, 0, 1, 1)
    assert rows["Pågår"] == (1, 0, 2, 3)
    assert rows["Summan av utfallen"] == (7, 0, 3, 10)  # what was due and what was corrected
    assert all(each.adds_up for each in dues(LEDGER, 2025))
    assert contact_outcomes_sentence(dues(LEDGER, 2025)) == (
        "Var och en av årets 10 planerade frågor har ett utfall eller pågår; ingen saknas."
    )


def test_what_is_missing_is_told() -> None:
    accounts = {**LEDGER.accounts, ("2025-05", "P1", "end"): Account(2, 0, {"completed": 1, "missing": 1})}
    told = dues(replace(LEDGER, accounts=accounts), 2025)
    assert [each.adds_up for each in told] == [True, False, True]
    assert contact_outcomes_sentence(told) == "Av 12 planerade frågor saknar 1 utfall: se followup plan --audit."


def test_it_stands_in_the_report_with_the_basis() -> None:
    report = build(
        of_answers({"P1": {"start": (8, 10)}}), YEAR, NOW, background=Background(dues=dues(LEDGER, 2025))
    )
    basis = document(report).sections[1]
    captions = [block.caption for block in basis.blocks if isinstance(block, Grid)]
    assert any("Vad som blev av varje planerad fråga" in caption for caption in captions)
