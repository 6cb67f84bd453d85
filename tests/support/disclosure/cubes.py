"""Counted cells without a database, made by hand or at random."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from reporting.figures.exact_test import Count
from reporting.figures.indicators import Indicator, builder_of
from reporting.figures.indicators import rows as indicator_rows
from reporting.figures.responses import CHANGE_REASONS, CONFIRMED, OUTCOME, SATISFACTION, THEMES
from reporting.figures.told import NOTHING, Earlier, Told, disclose
from reporting.report.background import Background
from reporting.report.build import Counted, build
from reporting.report.model import QualityReport
from storage.figures.cells import Aggregate, Key, SatisfactionCounts
from storage.figures.release_values import Response
from storage.figures.themes import ThemeCount
from survey.codes import EndReason

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
YEAR = 2025


@dataclass(frozen=True)
class Cube(Aggregate):
    """Counted cells with who stands behind the answers; `responses_of` adds who stands behind the rest."""

    answers: list[Response] = field(default_factory=list)


def counted(year: int = YEAR, as_of: date = date(2026, 1, 15), providers: tuple[tuple[str, str], ...] = ()) -> Cube:
    """Return the cells of a year in which nothing is counted yet."""
    return Cube(
        year=year,
        as_of=as_of,
        providers=providers,
        satisfaction={},
        months={},
        endings={},
        contacts={},
        cases={},
    )


def of_answers(
    answers: dict[str, dict[str, tuple[int, int]]],
    names: dict[str, str] | None = None,
    eligible: int = 0,
    year: int = YEAR,
) -> Cube:
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
    cube: Cube,
    ref: str,
    point: str,
    gender: str,
    difficulty: str,
    quarter: int,
    satisfied: int,
    answered: int,
    eligible: int,
) -> None:
    """Count a group of people, each of them once, in every cell that it belongs to."""
    year = str(cube.year)
    first = len(cube.answers)
    cube.answers.extend(
        Response(
            source=f"{first + number} {point}",
            person=first + number,
            value="5" if number < satisfied else "1",
            provider=ref,
            year=cube.year,
            period=f"{year}-Q{quarter}",
            point=point,
            gender=gender.strip("?"),
            difficulty=difficulty.strip("?"),
        )
        for number in range(answered)
    )
    for where in (
        (ref, year, "T", ""),
        ("", year, "T", ""),
        ("", year, gender, ""),
        ("", year, "T", difficulty),
        ("", f"{year}-Q{quarter}", "T", ""),
    ):
        for each in (point, "all"):
            key = Key(where[0], where[1], each, where[2], where[3])
            cell = cube.satisfaction.get(key, SatisfactionCounts())
            cube.satisfaction[key] = SatisfactionCounts(
                eligible=cell.eligible + eligible,
                overall_answered=cell.overall_answered + answered,
                overall_satisfied=cell.overall_satisfied + satisfied,
                treatment_answered=cell.treatment_answered + answered,
                treatment_satisfied=cell.treatment_satisfied + satisfied,
                usefulness_answered=cell.usefulness_answered + answered,
                usefulness_satisfied=cell.usefulness_satisfied + satisfied,
            )


def random_cube(seed: int) -> Cube:
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


def responses_of(cube: Cube) -> dict[str, list[Response]]:
    """Return who stands behind the cells: the same people answer every question, and about every month."""
    found: dict[str, list[Response]] = {measure: list(cube.answers) for measure in SATISFACTION}
    found[THEMES] = found[CHANGE_REASONS] = list(cube.answers)
    found[CONFIRMED] = [
        Response(
            f"{ref} {person} {month}",
            hash((ref, person)),
            str(int(person < counts.confirmed)),
            ref,
            cube.year,
            month,
            is_recorded=True,
        )
        for (ref, month), counts in cube.months.items()
        if ref
        for person in range(counts.answered)
    ]
    found[OUTCOME] = [
        Response(f"{ref} {reason} {person}", hash((ref, reason, person)), reason, ref, cube.year)
        for (ref, reason), number in cube.endings.items()
        if reason != EndReason.CHANGED_PROVIDER
        for person in range(number)
    ]
    return found


def told_of(cube: Cube, minimum: int = 10, earlier: Earlier = NOTHING) -> Told:
    """Return what of the cells may be told."""
    return disclose(responses_of(cube), earlier, minimum, time_limit=0)


def rows_of(cube: Cube, minimum: int = 10, now: datetime = NOW) -> list[Indicator]:
    """Return the rows of the export."""
    return indicator_rows(cube, builder_of(cube, now, told_of(cube, minimum)))


def material_of(
    cube: Cube,
    background: Background | None = None,
    *,
    themes: dict[str, Count] | None = None,
    change_reasons: dict[str, Count] | None = None,
    responses: dict[str, list[Response]] | None = None,
) -> Counted:
    """Return what the report of the cells is made of.

    Args:
        background: what stands beside the figures.
        themes: (customers, providers) by theme.
        change_reasons: the same by reason.
        responses: who stands behind the figures, where it is not `responses_of`.
    """
    return Counted(
        cube,
        responses_of(cube) | (responses or {}),
        {theme: ThemeCount(*count) for theme, count in (themes or {}).items()},
        {reason: ThemeCount(*count) for reason, count in (change_reasons or {}).items()},
        background or Background(),
    )


def report_of(
    cube: Cube,
    background: Background | None = None,
    *,
    minimum: int = 10,
    themes: dict[str, Count] | None = None,
    change_reasons: dict[str, Count] | None = None,
    responses: dict[str, list[Response]] | None = None,
) -> QualityReport:
    """Return the report of the cells, made as `material_of` says; ``minimum`` people stand behind a figure."""
    made = material_of(cube, background, themes=themes, change_reasons=change_reasons, responses=responses)
    return build(made, disclose(made.responses, minimum=minimum, time_limit=0), NOW)
