"""Swedish sentences for the codes and values that the rooms below bot/ store and raise. They hold no sentence.

A name that a code has on its own is in survey/codes.py; here are the sentences that need several values.
"""

from typing import TYPE_CHECKING

from survey.codes import CaseKind, SurveyId, in_sentence, swedish

if TYPE_CHECKING:
    from storage.errors import CaseRefused
    from storage.outcomes.accounts import Problem


def occasion_name(enrolment: str, survey: str, period: str) -> str:
    """Return what an occasion is called in a list: ``E-1042 månadsavstämning 2026-11``."""
    return " ".join(word for word in (enrolment, in_sentence(swedish(SurveyId, survey)), period) if word)


def ledger_problem(problem: "Problem") -> str:
    """Return what is wrong with an occasion, as a sentence."""
    name = occasion_name(problem.enrolment, problem.survey, problem.period)
    return f"{name}: {problem.fault.swedish.format(problem.value)}."


def channel_paused(code: str) -> str:
    """Return what is to be done about a channel that the provider's ``code`` has paused."""
    return (
        f"Leverantören nekar vårt konto ({code}). Se över kontot; "
        "utskicken fortsätter av sig själva när det fungerar igen."
    )


def case_text(kind: str, text: str) -> str:
    """Return what a case tells: the words that are stored, or those that stand for a stored code."""
    return channel_paused(text) if kind == CaseKind.CHANNEL else text


def case_refused(error: "CaseRefused") -> str:
    """Return why a case cannot be taken or closed."""
    return error.code.swedish.format(error.id)
