"""Section 9: the deficiencies that the report tells, from watches, action plans and the year's figures. Pure."""

from collections.abc import Iterable
from datetime import date

from reporting.document.assessments import Assessment
from reporting.document.swedish import decimal, listed
from reporting.figures.definitions import DEFINITIONS
from reporting.report.provider_section import PointSection
from reporting.report.tables.actions import Action
from storage.supervision.values import ActionPlan, Watch
from survey.codes import Point


def actions(watches: Iterable[Watch], plans: Iterable[ActionPlan], today: date) -> tuple[Action, ...]:
    """Return the year's deficiencies as they stand ``today``, by provider: its watches before its action plans."""
    found = [
        Action(
            each.provider,
            each.reason,
            "Skärpt uppföljning: kunderna tillfrågas oftare",
            None,
            f"Sedan {each.from_on}" if _goes_on(each.lifted_on, today) else f"Hävd {each.lifted_on}",
        )
        for each in watches
    ]
    found += [
        Action(each.provider, each.deficiency, _plan(each), each.due_on, _status(each, today)) for each in plans
    ]
    return tuple(sorted(found, key=lambda each: each.provider))


def _plan(plan: ActionPlan) -> str:
    measured = next((d.title for d in DEFINITIONS if d.id == plan.indicator), plan.indicator)
    effect = measured[:1].lower() + measured[1:]
    return f"{plan.measures.rstrip('.')}. Ansvarig är {plan.responsible}. Effekten mäts med {effect}."


def _status(plan: ActionPlan, today: date) -> str:
    if _goes_on(plan.done_on, today):
        return "Försenad" if plan.is_overdue(today) else "Pågår"
    return f"Klar {plan.done_on}" + (f": {plan.effect}" if plan.effect else "")


def _goes_on(ended_on: date | None, today: date) -> bool:
    return ended_on is None or ended_on > today


def deficiencies(points: Iterable[PointSection], actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return ``actions``, and a deficiency for each provider that is clearly lower and has no action.

    The deficiency names every point at which the provider is clearly lower.
    """
    planned = {action.provider for action in actions}
    lower: dict[str, list[str]] = {}
    for section in points:
        for row in section.rows:
            if row.kind == Assessment.LOWER and row.ref not in planned and row.share is not None and row.difference:
                others = row.share - row.difference.difference
                shares = f"{decimal(row.share)} mot {decimal(others)}\u00a0%"
                where = "sammantaget" if section.point == Point.ALL else Point(section.point).in_sentence
                lower.setdefault(row.ref, []).append(f"{where} ({shares})")
    found = (
        Action(
            ref,
            f"Nöjdheten är tydligt lägre än övrigas {listed(where)}",
            "Ingen plan är registrerad",
            None,
            "Följs upp",
        )
        for ref, where in lower.items()
    )
    return (*actions, *found)
