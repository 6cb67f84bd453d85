"""The sentences that are made of codes and values."""

from bot.wording import case_refused, case_text, ledger_problem, occasion_name
from storage.errors import CaseRefused
from storage.outcomes.accounts import Problem
from survey.codes import CaseKind, CaseRefusal, LedgerFault


def test_an_occasion_has_a_name() -> None:
    assert occasion_name("E-1", "checkin", "2026-11") == "E-1 månadsavstämning 2026-11"
    assert occasion_name("E-1", "start", "") == "E-1 efter fyra veckor"


def test_what_is_wrong_in_the_ledger() -> None:
    missing = Problem("E-1", "end", "", LedgerFault.MISSING, "2026-03-30")
    unknown = Problem("E-1", "start", "", LedgerFault.UNKNOWN_OUTCOME, "lost")
    assert ledger_problem(missing) == "E-1 vid avslut: saknas, förföll 2026-03-30."
    assert ledger_problem(unknown) == "E-1 efter fyra veckor: har ett okänt utfall (lost)."


def test_a_case_about_a_channel_tells_what_to_do() -> None:
    assert case_text(CaseKind.CHANNEL, "20003") == (
        "Leverantören nekar vårt konto (20003). Se över kontot; "
        "utskicken fortsätter av sig själva när det fungerar igen."
    )
    assert case_text(CaseKind.COMPLAINT, "20003") == "20003"


def test_why_a_case_cannot_be_closed() -> None:
    assert case_refused(CaseRefused(CaseRefusal.NOT_FOUND, 7)) == "Ärende 7 finns inte."
    assert case_refused(CaseRefused(CaseRefusal.ALREADY_CLOSED, 7)) == "Ärende 7 är redan avslutat."
