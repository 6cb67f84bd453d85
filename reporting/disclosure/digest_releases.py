"""What a provider may be told about satisfaction, month after month, so that no single answer follows. Pure.

A published figure is a sum over atoms: the answers of one quarter and measurement point. All answers of an atom
are in the same sums, so the sums leave an atom's answers open when the atom holds both satisfied and dissatisfied
ones (swap two of them: every sum is the same), or when some other history with the same sums has one answer of
the atom the other way. `given_away` searches for such a history by moving one answer and repairing the sums it
breaks. The search is bounded: where it finds none, the atom counts as given away. So it can withhold too much,
never too little.

The figure covers the last four quarters that are final: no answer about them can come any more. It changes at
most quarterly, with six or more new answers (REPORT.md, Disclosure control). The yearly report is never hidden for
a digest's sake; so a digest must not tell what the report of the running year, when it comes, would complete. In
the first year that a provider has answers, its first figure is therefore that of the whole year.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reporting.disclosure.suppression import MIN_ANSWERS, Count, is_unsafe

QUARTERS = 4
BAND = 0.9  # shares above it, or under 1 minus it, are told as "över 90 %" and "under 10 %"
POINTS = ("start", "end")
REST = ((1, 1), (0, 1))  # what gives itself away most: an answer like all others of its atom
DEPTH = 8  # moves of one alternative history

Quarter = tuple[int, int]  # year, 1-4
Atom = tuple[Quarter, str]  # quarter and measurement point


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it was given to a provider: the share of satisfied over the four quarters until ``last``."""

    last: Quarter
    satisfied: int
    answered: int

    @property
    def band(self) -> str:
        """``over`` or ``under`` where only the band is told, else empty."""
        share = self.satisfied / self.answered
        return "over" if share > BAND else "under" if share < 1 - BAND else ""


@dataclass(frozen=True, slots=True)
class Sum:
    """What somebody learns from a published figure: that the satisfied among ``atoms`` are low ... high."""

    atoms: frozenset[Atom]
    low: int
    high: int


def decide(answers: Mapping[Atom, Count], earlier: Sequence[Figure], last: Quarter) -> Figure | None:
    """The figure to show: a new one where that is safe, else the one before while it still says something.

    ``answers``: (satisfied, answered) by atom. ``earlier``: every figure this provider has been given, in order.
    ``last``: the latest quarter that is final.
    """
    kept = earlier[-1] if earlier and earlier[-1].last >= _before(last, QUARTERS) else None
    new = [atom for atom in answers if (not earlier or atom[0] > earlier[-1].last) and atom[0] <= last]
    candidate = _figure(answers, last)
    if sum(answers[atom][1] for atom in new) < MIN_ANSWERS or not may_be_shown(candidate):
        return kept
    reported, told = _reported(answers, last), [_told(each) for each in (*earlier, candidate)]
    for rest in (None, *REST) if last[1] < QUARTERS else (None,):
        seen = _until(last, answers, rest)
        reports = [*reported, *(_year(seen, last[0]) if rest else ())]
        if given_away(seen, [*reports, *told]) - given_away(seen, reports):
            return kept
    return candidate


def are_enough(answers: Mapping[Atom, Count], last: Quarter) -> bool:
    """Whether the four quarters until ``last`` have the answers that a figure needs."""
    return _figure(answers, last).answered >= MIN_ANSWERS


def may_be_shown(figure: Figure) -> bool:
    """Whether the figure alone says nothing about single answers: six or more, and no band of one value."""
    if figure.answered < MIN_ANSWERS:
        return False
    told = _told(figure)
    return not figure.band or told.high > told.low


def given_away(answers: Mapping[Atom, Count], published: Sequence[Sum]) -> frozenset[Atom]:
    """The atoms whose answers somebody could work out who knows every ``published`` sum, and who was asked."""
    covered = {atom for each in published for atom in each.atoms if answers.get(atom, (0, 0))[1] > 0}
    return frozenset(atom for atom in covered if not _is_open(atom, answers, published))


def last_final(today: date, final_after: timedelta) -> Quarter:
    """The latest quarter that ended so long ago that no answer about it can come any more."""
    day = today - final_after
    return _before((day.year, (day.month + 2) // 3), 1)


def window(last: Quarter) -> list[Quarter]:
    """The four quarters until ``last``, that one included."""
    return [_before(last, back) for back in reversed(range(QUARTERS))]


def _is_open(atom: Atom, answers: Mapping[Atom, Count], published: Sequence[Sum]) -> bool:
    satisfied, answered = answers[atom]
    if 0 < satisfied < answered:
        return True
    step = 1 if satisfied == 0 else -1
    values = {each: count[0] for each, count in answers.items()}
    values[atom] += step
    return _repair(values, {atom: step}, answers, published, DEPTH)


def _repair(
    values: dict[Atom, int],
    moved: dict[Atom, int],
    answers: Mapping[Atom, Count],
    published: Sequence[Sum],
    depth: int,
) -> bool:
    """Whether at most ``depth`` more moves give every sum its published value. No atom is moved both ways."""
    for each in published:
        total = sum(values[atom] for atom in each.atoms if atom in values)
        step = (total < each.low) - (total > each.high)
        if step:
            break
    else:
        return True
    if depth == 0:
        return False
    for atom in sorted(each.atoms):
        if atom not in values or moved.get(atom, step) != step or not 0 <= values[atom] + step <= answers[atom][1]:
            continue
        fresh = atom not in moved
        values[atom] += step
        moved[atom] = step
        found = _repair(values, moved, answers, published, depth - 1)
        values[atom] -= step
        if fresh:
            del moved[atom]
        if found:
            return True
    return False


def _figure(answers: Mapping[Atom, Count], last: Quarter) -> Figure:
    counted = [answers[atom] for atom in _atoms(window(last)) if atom in answers]
    return Figure(last, sum(count[0] for count in counted), sum(count[1] for count in counted))


def _told(figure: Figure) -> Sum:
    """What the shown form of a figure says: the number itself, or only a band."""
    within = [
        satisfied
        for satisfied in range(figure.answered + 1)
        if Figure(figure.last, satisfied, figure.answered).band == figure.band
    ]
    exact = figure.satisfied
    low, high = (within[0], within[-1]) if figure.band else (exact, exact)
    return Sum(_atoms(window(figure.last)), low, high)


def _reported(answers: Mapping[Atom, Count], last: Quarter) -> list[Sum]:
    """The sums that the yearly reports publish about the provider for the years that are over."""
    over = {quarter[0] for quarter, _ in answers if (quarter[0], QUARTERS) <= last}
    return [
        each
        for year in sorted(over)
        for each in _year(answers, year)
        if not is_unsafe((each.low, sum(answers[atom][1] for atom in each.atoms if atom in answers)))
    ]


def _until(last: Quarter, answers: Mapping[Atom, Count], rest: Count | None) -> dict[Atom, Count]:
    """The answers until ``last``, and those that the year may still get as one more atom of each point.

    The year's report will tell the whole year: less what a digest has told of it, that is the rest.
    """
    seen = {atom: count for atom, count in answers.items() if atom[0] <= last}
    return seen if rest is None else seen | {((last[0], QUARTERS + 1), point): rest for point in POINTS}


def _year(answers: Mapping[Atom, Count], year: int) -> list[Sum]:
    """What a report of the year tells: each point, and both."""
    sums = []
    for points in ((POINTS[0],), (POINTS[1],), POINTS):
        atoms = frozenset(((year, number), point) for number in range(1, QUARTERS + 2) for point in points)
        satisfied = sum(answers[atom][0] for atom in atoms if atom in answers)
        sums.append(Sum(atoms, satisfied, satisfied))
    return sums


def _atoms(quarters: Iterable[Quarter]) -> frozenset[Atom]:
    return frozenset((quarter, point) for quarter in quarters for point in POINTS)


def _before(quarter: Quarter, back: int) -> Quarter:
    number = quarter[0] * QUARTERS + quarter[1] - 1 - back
    return number // QUARTERS, number % QUARTERS + 1
