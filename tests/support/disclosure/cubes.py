"""Counted cells without a database, made by hand or at random."""

import copy
import random
from datetime import UTC, date, datetime

from storage.figures.cells import Aggregate

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
YEAR = 2025


def counted(
    year: int = YEAR, as_of: date = date(2026, 1, 15), providers: tuple[tuple[str, str], ...] = ()
) -> Aggregate:
    """Return the cells of a year in which nothing is counted yet."""
    return Aggregate(
        year=year,
        as_of=as_of,
        providers=providers,
        satisfaction={},
        months={},
        endings={},
        contacts={},
        reasons={},
        cases={},
    )


def of_answers(
    answers: dict[str, dict[str, tuple[int, int]]],
    names: dict[str, str] | None = None,
    eligible: int = 0,
    year: int = YEAR,
) -> Aggregate:
    """Return cells of men of medium difficulty in the first quarter, who all gave each question the same answer.

    Args:
        answers: (satisfied, answered) by provider and point, ``start`` or ``end``.
        names: the providers' names by ref; a ref is its own name unless given.
        eligible: at each point; as many as answered unless given.
    """
    cube = counted(year=year, providers=tuple((ref, (names or {}).get(ref, ref)) for ref in answers))
    for ref, points in answers.items():
        for point, (satisfied, answered) in points.items():
            add(cube, ref, point, "M", "medium", 1, satisfied, answered, eligible or answered)
    return cube


def add(
    cube: Aggregate,
    ref: str,
    point: str,
    gender: str,
    difficulty: str,
    quarter: int,
    satisfied: int,
    answered: int,
    eligible: int,
) -> None:
    """Count a group of people in every cell that it belongs to."""
    year = str(cube.year)
    for where in (
        (ref, year, "T", ""),
        ("", year, "T", ""),
        ("", year, gender, ""),
        ("", year, "T", difficulty),
        ("", f"{year}-Q{quarter}", "T", ""),
    ):
        for each in (point, "all"):
            cell = cube.satisfaction.setdefault((where[0], where[1], each, where[2], where[3]), [0] * 7)
            cell[0] += eligible
            for place in (1, 3, 5):
                cell[place] += answered
                cell[place + 1] += satisfied


def random_cube(seed: int) -> Aggregate:
    """Return a small register: few answers in most cells, sometimes nearly everybody satisfied."""
    rng = random.Random(seed)
    refs = [f"P{number}" for number in range(rng.randint(1, 9))]
    cube = counted(providers=tuple((ref, f"Anordnare {ref}") for ref in refs))
    mood = rng.choice((0.1, 0.5, 0.75, 0.95, 1.0))
    for ref in refs:
        for point in ("start", "end"):
            for _ in range(rng.choice((0, 0, 1, 3, 5, 8, 15, 30))):
                add(
                    cube,
                    ref,
                    point,
                    rng.choice(("K", "M", "M", "?")),
                    rng.choice(("low", "medium", "medium", "high", "?")),
                    rng.randint(1, 4),
                    int(rng.random() < mood),
                    1,
                    1,
                )
        for reason in ("work", "studies", "moved", "illness", "dropped_out", "other", "changed_provider"):
            if number := rng.choice((0, 0, 1, 2, 5, 9)):
                cube.endings[ref, reason] = number
    return cube


def grown(cube: Aggregate, seed: int) -> Aggregate:
    """Return the register some time later: with few or many late answers, and perhaps more endings."""
    rng = random.Random(seed)
    later = copy.deepcopy(cube)
    for _ in range(rng.choice((0, 1, 2))):
        ref, _ = rng.choice(cube.providers)
        point, mood = rng.choice(("start", "end")), rng.random()
        for _ in range(rng.choice((1, 2, 6, 12, 40))):
            where = (rng.choice(("K", "M")), rng.choice(("low", "medium", "high")), rng.randint(1, 4))
            add(later, ref, point, *where, int(rng.random() < mood), 1, 1)
        if rng.random() < 0.5:
            reason = rng.choice(("work", "moved", "other"))
            later.endings[ref, reason] = later.endings.get((ref, reason), 0) + rng.choice((1, 7))
    return later
