"""Random registers of people who answered: who, where, when, and what."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reporting.disclosure.ledger import Behind, behind
from reporting.figures.responses import CONFIRMED, OUTCOME, SATISFACTION, cells_of
from storage.figures.release_values import Ledger, Response

YEAR = 2025
MEASURES = (*SATISFACTION, CONFIRMED, OUTCOME)
END_REASONS = ("work", "work", "studies", "own_company", "moved", "illness", "death", "dropped_out", "unemployed")


@dataclass
class Register:
    """The responses of a year, by measure. ``providers``: in printed order."""

    providers: tuple[str, ...]
    responses: dict[str, list[Response]] = field(default_factory=dict)

    def behind(self, measure: str, ledger: Ledger | None = None, next_id: int = 1) -> Behind:
        """Return who stands behind the figures of ``measure``."""
        counted = [(each, cells_of(measure, each)) for each in self.responses.get(measure, ())]
        return behind(counted, ledger or Ledger(), next_id)


def of_sizes(sizes: Sequence[int], seed: int = 0, measure: str = "satisfaction.overall") -> Register:
    """Return a register with so many answers of each provider, a person each, spread at random."""
    dice = random.Random(seed)
    made = Register(tuple(f"P{number:02}" for number in range(len(sizes))))
    made.responses[measure] = [
        _answer(dice, f"{ref}-{number}", place * 1_000 + number, ref, dice.choice(("start", "end")))
        for place, (ref, size) in enumerate(zip(made.providers, sizes, strict=True))
        for number in range(size)
    ]
    return made


def random_register(seed: int, providers: tuple[int, int] = (3, 26)) -> Register:
    """Return a register of 3 to 26 providers, small and large, in which people answer once or twice.

    Some providers have one gender only; some people have no gender or difficulty; the moods differ.
    """
    dice = random.Random(seed)
    made = Register(tuple(f"P{number:02}" for number in range(dice.randint(*providers))))
    twice, mood = dice.choice((0, 0.3, 0.6)), dice.choice((0.3, 0.5, 0.7))
    person = 0
    for ref in made.providers:
        women = dice.choice((0.0, 0.5, 0.5, 0.5, 1.0))
        for _ in range(dice.choice((0, 2, 4, 6, 8, 10, 12, 15, 20, 30))):
            person += 1
            _add_person(made, dice, person, ref, women, twice, mood)
    return made


def _add_person(
    made: Register, dice: random.Random, person: int, ref: str, women: float, twice: float, mood: float
) -> None:
    points = ("start", "end") if dice.random() < twice else (dice.choice(("start", "end")),)
    gender = "" if dice.random() < 0.04 else "K" if dice.random() < women else "M"
    difficulty = dice.choice(("low", "medium", "medium", "high", ""))
    for point in points:
        first = _answer(dice, f"E{person} {point}", person, ref, point, mood)
        first = replace(first, gender=gender, difficulty=difficulty)
        for measure in SATISFACTION:
            if measure == SATISFACTION[0] or dice.random() < 0.9:
                value = first.value if dice.random() < 0.5 else _rating(dice, mood)
                made.responses.setdefault(measure, []).append(replace(first, value=value))
    for month in dice.sample(range(1, 13), dice.randint(0, 5)):
        made.responses.setdefault(CONFIRMED, []).append(
            Response(
                f"E{person} {month:02}", person, str(int(dice.random() < mood)), ref, YEAR, f"{YEAR}-{month:02}"
            )
        )
    if "end" in points or dice.random() < 0.3:
        reason = dice.choice(END_REASONS)
        made.responses.setdefault(OUTCOME, []).append(
            Response(f"E{person}", person, reason, ref, YEAR, difficulty=difficulty, is_youth=dice.random() < 0.1)
        )


def _answer(
    dice: random.Random, source: str, person: int, provider: str, point: str, mood: float = 0.5
) -> Response:
    return Response(
        source=source,
        person=person,
        value=_rating(dice, mood),
        provider=provider,
        year=YEAR,
        period=f"{YEAR}-Q{dice.randint(1, 4)}",
        point=point,
        gender=dice.choice(("K", "M")),
        difficulty=dice.choice(("low", "medium", "high")),
    )


def _rating(dice: random.Random, mood: float) -> str:
    return str(dice.choice((4, 5)) if dice.random() < mood else dice.choice((1, 2, 3)))
