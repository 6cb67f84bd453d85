"""What the report tells of watches and action plans, and of providers without one."""

from dataclasses import replace
from datetime import date

import pytest

from reporting.report.actions import actions, deficiencies
from reporting.report.tables.actions import Action
from storage.supervision.values import ActionPlan, Watch
from tests.support.disclosure.cubes import of_answers, report_of
from tests.support.reports import CUBE

WATCH = Watch("P1", date(2026, 3, 2), "Löften hölls inte", "6 kunder", "Anna", None, "")
PLAN = ActionPlan(
    *("Å1", "P1", "Uppföljningar saknas", "Egen rutin.", date(2026, 6, 30), "Bo", "followup.compliance"),
    *(date(2026, 3, 2), None, ""),
)
TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("plan", "today", "status"),
    [
        (PLAN, date(2026, 6, 30), "Pågår"),
        (PLAN, date(2026, 7, 1), "Försenad"),
    ],
)
def test_status_of_a_plan(plan: ActionPlan, today: date, status: str) -> None:
    assert actions([], [plan], today) == (
        Action(
            "P1",
            "Uppföljningar saknas",
            "Egen rutin. Ansvarig är Bo. Effekten mäts med månadsuppföljning i tid, enligt anordnaren.",
            date(2026, 6, 30),
            status,
        ),
    )


def test_plans_and_watches_that_are_over() -> None:
    done = replace(PLAN, done_on=date(2026, 7, 3), effect="Från 70 till 98 procent")
    lifted = replace(WATCH, lifted_on=date(2026, 8, 1), lifted_reason="Åtgärdat")
    told = [each.status for each in actions([WATCH, lifted], [done], TODAY)]
    assert told == ["Sedan 2026-03-02", "Hävd 2026-08-01", "Klar 2026-07-03: Från 70 till 98 procent"]


def test_lower_provider_without_plan_is_followed_up() -> None:
    points = report_of(CUBE).points
    # At the start A has 34 of 100, the others 80 + 240 + 2 + 5 of 100 + 300 + 3 + 8 = 327 of 411 = 79.6 %.
    # At the end A has 40 of 60 and the others 90 of 120: together 74 of 160 = 46.3 %, 417 of 531 = 78.5 %.
    assert deficiencies(points, ()) == (
        Action(
            "A",
            "Nöjdheten är tydligt lägre än övrigas efter fyra veckor (34,0 mot 79,6\u00a0%) och sammantaget "
            "(46,3 mot 78,5\u00a0%)",
            "Ingen plan är registrerad",
            None,
            "Följs upp",
        ),
    )
    planned = (Action("A", "Sena svar", "Ny rutin", None, "Pågår"),)
    assert deficiencies(points, planned) == planned


def test_deficiency_names_every_point() -> None:
    # A: 20 of 60 at both points, 40 of 120 together; B: 54 of 60, 108 of 120.
    answers = {"A": {"start": (20, 60), "end": (20, 60)}, "B": {"start": (54, 60), "end": (54, 60)}}
    (found,) = deficiencies(report_of(of_answers(answers)).points, ())
    shares = "(33,3 mot 90,0\u00a0%)"
    assert found.deficiency == (
        f"Nöjdheten är tydligt lägre än övrigas efter fyra veckor {shares}, vid avslut {shares} och "
        f"sammantaget {shares}"
    )
