"""The young people's outcome, counted in two ways that always stand side by side. Pure.

One way counts all young customers, the other those whose enrolment has ended. Both are of the whole unit alone, and
both are hidden where the young people, or everybody else, are too few.
"""

from reporting.disclosure.suppression import MIN_ANSWERS, Outcome, is_unsafe
from reporting.figures import intervals
from reporting.figures.definitions import VERSIONS, YOUTH_DEFINITIONS, Status
from reporting.figures.endings import count_endings
from reporting.figures.indicators import Indicator
from storage.figures.year_values import Youth

TITLES = {definition.id: definition.title for definition in YOUTH_DEFINITIONS}


def rows(
    youth: Youth, unit: Outcome, year: int, target: float | None, created_at: str, minimum: int = MIN_ANSWERS
) -> tuple[Indicator, ...]:
    """Return both measures after disclosure control; none without young customers.

    Args:
        unit: all endings of the year; the young people's can be subtracted from them.
        target: the goal of the first measure, per cent.
    """
    if not youth.customers:
        return ()
    own = count_endings(youth.endings)
    beside = (unit.good - own.good, unit.every - own.every)  # everybody else
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
                status=(Status.OK if shown else Status.SUPPRESSED if of else Status.NO_ANSWERS).value,
                created_at=created_at,
            )
        )
    return tuple(found)


def steady(youth: Youth | None, before: Youth | None, minimum: int = MIN_ANSWERS) -> Youth | None:
    """Return the young people of a revised report: the earlier ones where fewer than ``minimum`` endings differ."""
    if youth is None or before is None:
        return youth
    now, then = count_endings(youth.endings), count_endings(before.endings)
    changes = (
        abs(now.good - then.good),
        abs(now.every - then.every),
        abs((now.every - now.good) - (then.every - then.good)),
    )
    return before if any(0 < change < minimum for change in changes) else youth
