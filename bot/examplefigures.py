"""The figures that the made-up register must give, counted from its plan in the plainest way there is.

Shares no code with reporting/ or the simulation: it is what they are checked against.
"""

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from bot.exampledata import YEAR, Enrolment, Example

GOOD = {"work", "studies", "own_company"}
EXCLUDED = {"moved", "pregnancy", "parental_leave", "pension", "disability_pension", "illness", "death"}


@dataclass(frozen=True, slots=True)
class Expected:
    """What the report of the year should say. Shares and rates in per cent."""

    providers: int
    customers: int
    enrolments: int
    women: float
    young: float  # 16-24 years old in the year
    more_than_five: int  # providers with more than five customers
    answers: dict[str, tuple[int, int]]  # provider ref -> (satisfied, answered), of those with an answer
    mean_of_providers: float
    all_satisfied: tuple[str, ...]  # provider refs
    under_40: tuple[str, ...]
    over_70: tuple[str, ...]
    largest: str
    eligible: dict[str, int]  # by point
    answered: dict[str, int]
    response_rate: float
    endings: dict[str, int]  # by end reason, changes of provider too
    outcome_after_exclusions: tuple[int, int]
    outcome_all_endings: tuple[int, int]
    followups: tuple[int, int, int]  # on time, late, enrolment-months

    def share(self, provider: str) -> float:
        """The share satisfied of a provider that has answers."""
        satisfied, answered = self.answers[provider]
        return 100 * satisfied / answered


def expected(example: Example) -> Expected:
    """The figures of ``example``."""
    by_customer: dict[str, set[str]] = {}
    for enrolment in example.enrolments:
        by_customer.setdefault(enrolment.provider, set()).add(enrolment.customer)
    eligible: Counter[str] = Counter()
    counted: dict[tuple[str, str, str], int] = {}  # a person once per provider and point: the latest enrolment
    for enrolment in sorted(example.enrolments, key=lambda each: each.started_on):
        for point in _points(enrolment):
            eligible[point] += 1
            reply = example.answers_plan.get((enrolment.ref, point, ""))
            if reply is not None and reply.overall is not None:
                counted[enrolment.provider, point, enrolment.customer] = reply.overall
    answers: dict[str, tuple[int, int]] = {}
    for (provider, _, _), value in counted.items():
        satisfied, answered = answers.get(provider, (0, 0))
        answers[provider] = (satisfied + (value >= 4), answered + 1)
    shares = {provider: 100 * satisfied / answered for provider, (satisfied, answered) in answers.items()}
    endings = Counter(
        each.end_reason for each in example.enrolments if each.ended_on is not None and each.ended_on.year == YEAR
    )
    real = {reason: number for reason, number in endings.items() if reason != "changed_provider"}
    good = sum(number for reason, number in real.items() if reason in GOOD)
    kept = sum(number for reason, number in real.items() if reason not in EXCLUDED)
    people = example.customers
    volumes = Counter(enrolment.provider for enrolment in example.enrolments)
    return Expected(
        providers=len(example.providers),
        customers=len(people),
        enrolments=len(example.enrolments),
        women=100 * sum(each.gender == "K" for each in people) / len(people),
        young=100 * sum(16 <= YEAR - each.birth_year <= 24 for each in people) / len(people),
        more_than_five=sum(len(customers) > 5 for customers in by_customer.values()),
        answers=answers,
        mean_of_providers=sum(shares.values()) / len(shares),
        all_satisfied=tuple(sorted(provider for provider, share in shares.items() if share == 100)),
        under_40=tuple(sorted(provider for provider, share in shares.items() if share < 40)),
        over_70=tuple(sorted(provider for provider, share in shares.items() if share > 70)),
        largest=volumes.most_common(1)[0][0],
        eligible=dict(eligible),
        answered=dict(Counter(point for _, point, _ in counted)),
        response_rate=100 * len(counted) / sum(eligible.values()),
        endings=dict(endings),
        outcome_after_exclusions=(good, kept),
        outcome_all_endings=(good, sum(real.values())),
        followups=_followups(example),
    )


def _points(enrolment: Enrolment) -> list[str]:
    points = []
    start = enrolment.started_on + timedelta(days=28)
    if start.year == YEAR and (enrolment.ended_on is None or enrolment.ended_on > start):
        points.append("start")
    if enrolment.ended_on is not None and enrolment.ended_on.year == YEAR and enrolment.end_reason != "death":
        points.append("end")
    return points


def _followups(example: Example) -> tuple[int, int, int]:
    held = {(each.enrolment, each.month): each.held_on for each in example.followups}
    on_time = late = due = 0
    for enrolment in example.enrolments:
        for month in range(1, 13):
            days = [date(YEAR, month, day) for day in range(1, monthrange(YEAR, month)[1] + 1)]
            ended = enrolment.ended_on or date.max
            if sum(enrolment.started_on <= day <= ended for day in days) < 15:
                continue
            due += 1
            held_on = held.get((enrolment.ref, f"{YEAR}-{month:02}"))
            if held_on is not None:
                on_time += days[0] <= held_on <= days[-1]
                late += held_on > days[-1]
    return on_time, late, due
