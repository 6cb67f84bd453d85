"""What became of the year's planned questions, by survey."""

from dataclasses import replace

from reporting.figures.contact_outcomes import dues
from storage.outcomes.accounts import Account
from tests.support.reports import LEDGER


def test_each_survey_adds_up() -> None:
    found = dues(LEDGER, 2025)
    # Due and corrected: 4 + 2 and 1 at the start, none at the end, 3 check-ins. 2024 is left out.
    assert [(each.survey, each.due, each.corrected) for each in found] == [
        ("start", 6, 1),
        ("end", 0, 0),
        ("checkin", 3, 0),
    ]
    assert all(each.adds_up for each in found)


def test_missing_question_does_not_add_up() -> None:
    accounts = {**LEDGER.accounts, ("2025-05", "P1", "end"): Account(2, 0, {"completed": 1, "missing": 1})}
    assert [each.adds_up for each in dues(replace(LEDGER, accounts=accounts), 2025)] == [True, False, True]
