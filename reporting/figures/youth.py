"""The young people's outcome: of all of them, and of those whose enrolment has ended, always side by side. Pure.

Figures of the whole unit alone. What few of them did is not told, nor is it where few are left beside them.
"""

from reporting.disclosure.suppression import MIN_ANSWERS, Outcome, is_unsafe
from reporting.figures import intervals
from reporting.figures.definitions import VERSIONS, YOUTH_DEFINITIONS
from reporting.figures.endings import count_endings
from reporting.figures.indicators import Indicator
from storage.figures.year_values import Youth

TITLES = {definition.id: definition.title for definition in YOUTH_DEFINITIONS}


def rows(
    youth: Youth, unit: Outcome, year: int, target: float | None, created_at: str, minimum: int = MIN_ANSWERS
) -> tuple[Indicator, ...]:
    """Both measures, after disclosure control; ``unit`` are all endings of the year, from which these could be
    taken. Empty without young customers."""
    if not youth.customers:
        return ()
    own = count_endings(youth.endings)
    beside = (unit.good - own.good, unit.every - own.every)
    hidden = is_unsafe((own.good, own.every), minimum) or is_unsafe((own.good, youth.customers), minimum)
    hidden = hidden or not 0 <= beside[0] <= beside[1] or is_unsafe(beside, minimum)
    ids = [definition.id for definition in YOUTH_DEFINITIONS]
    found = []
    for id_, of, goal in ((ids[0], youth.customers, target), (ids[1], own.every, None)):
        shown = not hidden and of > 0
        low, high = intervals.wilson(own.good, of) if shown else (None, None)
        found.append(
            Indicator(
                indicator=id_,
                version=VERSIONS[id_],
                provider="",
                provider_name="",
                period=str(year),
                numerator=own.good if shown else None,
                denominator=of if shown else None,
                value=100 * own.good / of if shown else None,
                ci_low=100 * low if low is not None else None,
                ci_high=100 * high if high is not None else None,
                target=goal,
                status="ok" if shown else "suppressed" if of else "no_answers",
                created_at=created_at,
            )
        )
    return tuple(found)


def steady(youth: Youth | None, before: Youth | None, minimum: int = MIN_ANSWERS) -> Youth | None:
    """The young people of a revised report: the earlier ones stand where only a few endings differ."""
    if youth is None or before is None:
        return youth
    now, then = count_endings(youth.endings), count_endings(before.endings)
    changes = (
        abs(now.good - then.good),
        abs(now.every - then.every),
        abs((now.every - now.good) - (then.every - then.good)),
    )
    return before if any(0 < change < minimum for change in changes) else youth
