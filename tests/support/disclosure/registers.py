"""Random registers of people who answered: who, where, when, and what, and how that changes from day to day."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from reporting.disclosure.ledger import Behind, behind
from reporting.figures.responses import CONFIRMED, OUTCOME, SATISFACTION, cells_of
from storage.figures.cells import Key, MonthCounts, SatisfactionCounts
from storage.figures.release_values import Ledger, Response
from tests.support.disclosure.cubes import Cube, counted

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

    def people(self, provider: str) -> int:
        """Return how many people of a provider have said anything, or ended."""
        every = [each for responses in self.responses.values() for each in responses]
        return len({each.person for each in every if each.provider == provider})

    def saying(self, values: Mapping[tuple[str, str, str], str]) -> "Register":
        """Return a register of the same people who say something else.

        Args:
            values: the new value by measure, source and value.
        """
        return Register(
            self.providers,
            {
                measure: [
                    replace(each, value=values.get((measure, each.source, each.value), each.value))
                    for each in responses
                ]
                for measure, responses in self.responses.items()
            },
        )


@dataclass(frozen=True, slots=True)
class Edition:
    """The register on a day on which figures were made of it; ``day`` as in YYYY-MM-DD."""

    day: str
    register: Register


def cube_of(register: Register) -> Cube:
    """Return the counted cells of a register in which everybody who was asked has answered."""
    cube = counted(providers=tuple((ref, f"Anordnare {ref}") for ref in register.providers))
    for measure in SATISFACTION:
        question = measure.removeprefix("satisfaction.")
        for each in register.responses.get(measure, ()):
            for cell in cells_of(measure, each):
                key = Key(cell.provider, cell.period, cell.point, cell.gender, cell.difficulty)
                before = cube.satisfaction.get(key, SatisfactionCounts())
                counts = before._asdict()
                counts["eligible"] += measure == SATISFACTION[0]
                counts[f"{question}_answered"] += 1
                counts[f"{question}_satisfied"] += int(each.value) > 3
                cube.satisfaction[key] = SatisfactionCounts(**counts)
    for each in register.responses.get(CONFIRMED, ()):
        for ref in ("", each.provider):
            before = cube.months.get((ref, each.period), MonthCounts())
            held = int(each.value)
            cube.months[ref, each.period] = MonthCounts(
                due=before.due + 1,
                on_time=before.on_time + each.is_recorded,
                answered=before.answered + 1,
                confirmed=before.confirmed + held,
                denied=before.denied + (each.is_recorded and not held),
            )
    for each in register.responses.get(OUTCOME, ()):
        cube.endings[each.provider, each.value] = cube.endings.get((each.provider, each.value), 0) + 1
    return cube


def later(register: Register, dice: random.Random) -> tuple[Register, set[int]]:
    """Return a register some days later, and who has erased what they said.

    A few people answer late, erase what they said, or say something else. What was said of a month stays or goes.
    """
    made = Register(register.providers, {measure: list(each) for measure, each in register.responses.items()})
    everybody = sorted({each.person for responses in made.responses.values() for each in responses})
    gone = set(dice.sample(everybody, min(len(everybody), dice.randint(0, 2))))
    changed = set(dice.sample(everybody, min(len(everybody), dice.randint(0, 2)))) - gone
    for measure, responses in made.responses.items():
        kept = [each for each in responses if each.person not in gone or measure == OUTCOME]
        may_change = changed if measure != CONFIRMED else set()
        made.responses[measure] = [
            replace(each, value=_value(dice, measure)) if each.person in may_change else each for each in kept
        ]
    first = max(everybody, default=0) + 1
    for person in range(first, first + dice.randint(0, 3)):
        _add_person(made, dice, person, dice.choice(made.providers), 0.5, 0.5, 0.5)
    return made, gone


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
                source=f"E{person} {month:02}",
                person=person,
                value=str(int(dice.random() < mood)),
                provider=ref,
                year=YEAR,
                period=f"{YEAR}-{month:02}",
                is_recorded=dice.random() < 0.8,
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


def _value(dice: random.Random, measure: str) -> str:
    if measure == OUTCOME:
        return dice.choice(END_REASONS)
    return _rating(dice, 0.5)


def _rating(dice: random.Random, mood: float) -> str:
    return str(dice.choice((4, 5)) if dice.random() < mood else dice.choice((1, 2, 3)))
