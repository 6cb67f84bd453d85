"""A made-up register, shaped to the totals that the 2015 report published (REPORT.md, last section).

People, phones and companies are invented, and the seed decides every choice. What the simulated customers will
answer is decided here too, for each enrolment and measurement point, so that the figures do not depend on the order
in which messages are sent. A conversation without a script is never answered.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

CUSTOMERS, WOMEN, YOUNG = 503, 221, 91  # 44 % women, 18 % aged 16-24
SECOND_ENROLMENTS = 57  # 560 enrolments in all
SELF_SUFFICIENT = 0.76  # of the endings that are not excluded
EXCLUDED_SHARE = 0.15
EXCLUDED = ("moved", "pregnancy", "parental_leave", "pension", "disability_pension", "illness", "death")
LAST_END_ASKED = date(2015, 12, 8)  # a later ending has no script: its answers would come after the year

# (name, customers, answers, satisfied), the largest first. The last six have no answers.
SHAPE = (
    ("Språngbrädan Jobb AB", 81, 62, 22),
    ("Nya Steget", 28, 24, 21),
    ("Karriärverkstan", 27, 22, 19),
    ("Arbetslotsen", 26, 21, 18),
    ("Kompassen Coachning", 25, 18, 15),
    ("Framåt Jobb", 25, 18, 16),
    ("Vägen Vidare", 24, 17, 14),
    ("Resurs & Utbildning", 24, 17, 15),
    ("Yrkeshuset", 23, 16, 14),
    ("Jobbnavet", 23, 15, 13),
    ("Stegvis", 22, 15, 12),
    ("Startpunkten", 22, 17, 11),
    ("Kraftkällan", 21, 5, 3),
    ("Möjligheternas Hus", 21, 15, 10),
    ("Lärlingsbyrån", 20, 14, 9),
    ("Coachgruppen Öst", 20, 16, 10),
    ("Verkstan i Väst", 19, 14, 5),
    ("Handslaget", 16, 5, 5),
    ("Trampolinen", 16, 4, 4),
    ("Ateljé Arbete", 5, 3, 3),
    ("Bron", 4, 0, 0),
    ("Lilla Lotsen", 3, 0, 0),
    ("Norrsken Utveckling", 3, 0, 0),
    ("Solsidans Jobbstudio", 2, 0, 0),
    ("Tvåan", 2, 0, 0),
    ("Ensamvargen", 1, 0, 0),
)

# (indicator, year, per cent): the unit's own goals of 2015, and one for satisfaction, for which it had none.
TARGETS = (
    ("satisfaction.overall", 2015, 80),
    ("followup.compliance", 2015, 100),
    ("outcome.after_exclusions", 2015, 70),
    ("outcome.youth", 2015, 50),
)
# (name, year, value, unit, source, date), as the 2015 report tells them on its first pages.
CONTEXT = (
    ("Arbetslöshet i Sverige", 2015, 7.0, "procent", "Kommunens kvalitetsrapport 2015", date(2015, 12, 31)),
    ("Arbetslösa 16–24 år i kommunen", 2015, 6.1, "procent", "Arbetsförmedlingen", date(2015, 11, 30)),
    ("Arbetslösa 16–24 år i riket", 2015, 13.1, "procent", "Arbetsförmedlingen", date(2015, 11, 30)),
)
EXEMPTED = 24  # enrolments with weeks of illness, parental leave or holiday in their plan

# Comments: of those who are satisfied, and by the reason of those who are not.
PRAISE = ("Min coach lyssnar.", "Jag har fått en praktikplats.", "Bra bemötande hela vägen.", "Det går framåt.")
COMMENTS = {
    1: ("Det gick för långsamt.", "Jag trodde att jag skulle ha ett jobb nu."),
    2: ("Ingen lyssnade på mig.", "Jag blev inte bemött med respekt."),
    3: ("Coachen kunde inte min bransch.", "De visste inte vilka utbildningar som finns."),
    4: ("Jag fick inte det som utlovades.", "De lovade praktik men det blev inget."),
    5: ("Lokalen ligger långt bort.", "Jag bytte coach tre gånger."),
}


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of the example, with its contact person's phone."""

    ref: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer.

    Attributes:
        telegram: answers there instead of by SMS.
        reachable: whether the phone is in use.
    """

    ref: str
    phone: str
    language: str
    gender: str
    birth_year: int
    telegram: bool
    reachable: bool = True


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One period with one provider."""

    ref: str
    customer: str
    provider: str
    started_on: date
    planned_end_on: date
    ended_on: date | None
    end_reason: str
    difficulty: str


@dataclass(frozen=True, slots=True)
class Followup:
    """A month's follow-up, as the provider recorded it."""

    enrolment: str
    month: str
    held_on: date


@dataclass(frozen=True, slots=True)
class Exemption:
    """A time for which no follow-up is asked."""

    enrolment: str
    from_on: date
    to_on: date
    reason: str
    who: str = "Handläggare 1"


@dataclass(frozen=True, slots=True)
class Script:
    """What a customer will answer.

    Attributes:
        delay: hours until the first answer.
        answers: by question id.
        unclear: whether the first reply cannot be understood.
        stop: whether the customer says STOP instead.
    """

    delay: int
    answers: Mapping[str, str]
    unclear: bool = False
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """The register, and the scripts by (enrolment, survey, period)."""

    providers: tuple[Provider, ...]
    customers: tuple[Customer, ...]
    enrolments: tuple[Enrolment, ...]
    followups: tuple[Followup, ...]
    scripts: Mapping[tuple[str, str, str], Script]
    exemptions: tuple[Exemption, ...] = ()
    targets: tuple[tuple[object, ...], ...] = TARGETS
    context: tuple[tuple[object, ...], ...] = CONTEXT

    def known_on(self, day: date) -> "Example":
        """Return the register as the unit knows it on ``day``: what has begun, ended and been recorded by then."""
        begun = tuple(
            each if each.ended_on is None or each.ended_on <= day else replace(each, ended_on=None, end_reason="")
            for each in self.enrolments
            if each.started_on <= day
        )
        held = tuple(each for each in self.followups if each.held_on <= day)
        decided = tuple(each for each in self.exemptions if each.from_on <= day)
        return replace(self, enrolments=begun, followups=held, exemptions=decided)


def build(seed: int = 2015) -> Example:
    """Return the whole example, the same for the same seed."""
    dice = random.Random(seed)
    providers = tuple(Provider(f"P{n:02d}", name, f"+4670200{1000 + n}") for n, (name, *_) in enumerate(SHAPE, 1))
    customers = _customers(dice)
    men = {customer.ref for customer in customers if customer.gender == "M"}
    enrolments = _with_reasons(_enrolments(dice, customers, providers), men, dice)
    followups = _followups(dice, enrolments)
    scripts = _scripts(dice, enrolments, providers)
    owners = {each.ref: each.customer for each in enrolments}
    reached = {owners[ref] for ref, _, _ in scripts}
    customers = tuple(replace(each, reachable=each.ref in reached or each.telegram) for each in customers)
    return Example(providers, customers, enrolments, followups, scripts, _exemptions(seed, enrolments))


def _customers(dice: random.Random) -> tuple[Customer, ...]:
    women = set(dice.sample(range(CUSTOMERS), WOMEN))
    young = set(dice.sample(range(CUSTOMERS), YOUNG))
    return tuple(
        Customer(
            ref=f"K{1001 + n}",
            phone=f"+4670100{1000 + n}",
            language="en" if dice.random() < 0.2 else "sv",
            gender="K" if n in women else "M",
            birth_year=dice.randint(1991, 1999) if n in young else dice.randint(1952, 1989),
            telegram=dice.random() < 0.15,
        )
        for n in range(CUSTOMERS)
    )


def _enrolments(
    dice: random.Random, customers: tuple[Customer, ...], providers: tuple[Provider, ...]
) -> list[Enrolment]:
    """Make one enrolment for each customer, and for some customers of large providers a second one elsewhere."""
    homes = [provider for provider, shape in zip(providers, SHAPE, strict=True) for _ in range(shape[1])]
    larger = [provider for provider, shape in zip(providers, SHAPE, strict=True) if shape[1] > 15]
    again = set(dice.sample([n for n, home in enumerate(homes) if home in larger], SECOND_ENROLMENTS))
    made: list[Enrolment] = []

    def enrol(customer: Customer, provider: Provider, start: date, days: int) -> date:
        end = start + timedelta(days=days)
        made.append(
            Enrolment(
                f"E{2001 + len(made)}",
                customer.ref,
                provider.ref,
                start,
                end,
                end if end <= date(2015, 12, 31) else None,
                "",
                dice.choices(("low", "medium", "high"), (3, 4, 3))[0],
            )
        )
        return end

    for n, (customer, home) in enumerate(zip(customers, homes, strict=True)):
        if n in again:
            end = enrol(customer, home, date(2014, 12, 15) + timedelta(days=dice.randrange(75)), 80)
            other = dice.choice([provider for provider in larger if provider != home])
            enrol(customer, other, end + timedelta(days=40), dice.randint(80, 200))
        else:
            start = date(2014, 12, 15) + timedelta(days=dice.randrange(325))
            enrol(customer, home, start, dice.randint(70, 200))
    return made


def _with_reasons(enrolments: list[Enrolment], men: set[str], dice: random.Random) -> tuple[Enrolment, ...]:
    """Give the endings their reasons: EXCLUDED_SHARE of them excluded, SELF_SUFFICIENT of the rest."""
    ended = [each.ref for each in enrolments if each.ended_on]
    dice.shuffle(ended)
    latest = {each.customer: each.ref for each in enrolments}
    changed = [each.ref for each in enrolments if each.ref != latest[each.customer]][:20]
    # A customer who comes back for a second enrolment has neither died nor moved, so is not among the excluded.
    endings = sorted((ref for ref in ended if ref not in changed), key=lambda ref: ref not in latest.values())
    owners = {each.ref: each.customer for each in enrolments}
    excluded = round(len(endings) * EXCLUDED_SHARE)
    good = round((len(endings) - excluded) * SELF_SUFFICIENT)
    reasons = dict.fromkeys(changed, "changed_provider")
    for n, ref in enumerate(endings):
        if n < excluded:
            reason = dice.choices(EXCLUDED, (12, 3, 8, 6, 5, 9, 1))[0]
            reasons[ref] = "moved" if reason == "pregnancy" and owners[ref] in men else reason
        elif n < excluded + good:
            reasons[ref] = dice.choices(("work", "studies", "own_company"), (6, 3, 1))[0]
        else:
            reasons[ref] = dice.choice(("dropped_out", "unemployed", "other"))
    return tuple(
        Enrolment(
            each.ref,
            each.customer,
            each.provider,
            each.started_on,
            each.planned_end_on,
            each.ended_on,
            reasons.get(each.ref, ""),
            each.difficulty,
        )
        for each in enrolments
    )


def _months(enrolment: Enrolment) -> list[date]:
    """Return the first day of each month of 2015 in which the enrolment was open on 15 days or more."""
    months = []
    for number in range(1, 13):
        first = date(2015, number, 1)
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        opened = max(first, enrolment.started_on)
        closed = min(last, enrolment.ended_on or last)
        if (closed - opened).days + 1 >= 15:
            months.append(first)
    return months


def _followups(dice: random.Random, enrolments: tuple[Enrolment, ...]) -> tuple[Followup, ...]:
    made = []
    diligence = {f"P{n:02d}": dice.uniform(0.84, 0.99) for n in range(1, len(SHAPE) + 1)}
    for each in enrolments:
        for first in _months(each):
            if dice.random() < diligence[each.provider]:
                late = dice.random() < 0.03
                # A late one is recorded, too, before the month locks on the fifth of the next.
                held = _second_of_next(first) if late else first + timedelta(days=dice.randint(0, 27))
                held = min(max(held, each.started_on), each.ended_on or date.max)
                made.append(Followup(each.ref, f"{first:%Y-%m}", held))
    return tuple(made)


def _exemptions(seed: int, enrolments: tuple[Enrolment, ...]) -> tuple[Exemption, ...]:
    """Make exemptions of some weeks within some of the longer enrolments, most from the first of a month.

    They have dice of their own, so that the other choices do not depend on them.
    """
    dice = random.Random(f"exemptions {seed}")
    long = [each for each in enrolments if len(_months(each)) >= 4]
    made = []
    for each in sorted(dice.sample(long, EXEMPTED), key=lambda each: each.ref):
        first = dice.choice(_months(each)[1:-1])
        reason = dice.choices(("illness", "parental_leave", "holiday"), (14, 5, 5))[0]
        days = {"illness": dice.choice((20, 25, 50)), "parental_leave": 60, "holiday": 27}[reason]
        made.append(Exemption(each.ref, first, first + timedelta(days=days), reason))
    return tuple(made)


def _second_of_next(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=2)


def _scripts(
    dice: random.Random, enrolments: tuple[Enrolment, ...], providers: tuple[Provider, ...]
) -> dict[tuple[str, str, str], Script]:
    scripts: dict[tuple[str, str, str], Script] = {}
    for provider, (_, _, answers, satisfied) in zip(providers, SHAPE, strict=True):
        points = [
            (each.ref, point)
            for each in enrolments
            if each.provider == provider.ref
            for point in _askable_points(each)
        ]
        dice.shuffle(points)
        for n, (ref, point) in enumerate(points[:answers]):
            scripts[ref, point, ""] = _satisfaction(dice, n < satisfied, provider is providers[0])
    talkative = {ref for ref, _, _ in scripts}
    silent = [each for each in enrolments if each.ref not in talkative]
    owners = {each.ref: each.customer for each in enrolments}
    answering = {owners[ref] for ref in talkative}
    quitters = [each for each in silent if each.customer not in answering and _askable_points(each)][:5]
    for each in quitters:
        scripts[each.ref, _askable_points(each)[0], ""] = Script(2, {}, stop=True)
    gone = {each.customer for each in quitters}
    for each in enrolments:
        for first in _months(each) if each.customer not in gone else ():
            if dice.random() < 0.5:
                held = dice.random() < 0.9
                answers_ = {
                    "followup_held": dice.choice(("1", "ja")) if held else dice.choice(("2", "nej")),
                    "progress": str(dice.randint(2, 5)),
                    "comment": "0",
                }
                scripts[each.ref, "checkin", f"{first:%Y-%m}"] = Script(dice.randint(0, 40), answers_)
    return scripts


def _askable_points(each: Enrolment) -> list[str]:
    """Return the points of 2015 whose conversation surely ends within the simulated time."""
    start_on = each.started_on + timedelta(days=28)
    points = []
    if date(2015, 1, 8) <= start_on <= date(2015, 12, 10):
        points.append("start")
    if each.ended_on and each.ended_on <= LAST_END_ASKED and each.end_reason != "death":
        points.append("end")
    return points


def _satisfaction(dice: random.Random, satisfied: bool, largest: bool) -> Script:
    overall = dice.choice((4, 5)) if satisfied else dice.choice((1, 2, 2, 3))
    near = [value for value in (overall - 1, overall, overall + 1) if 1 <= value <= 5]
    reason = 4 if largest and dice.random() < 0.7 else dice.randint(1, 5)
    comment = "0"
    if dice.random() < 0.4:
        comment = dice.choice(PRAISE if satisfied else COMMENTS[reason])
    return Script(
        delay=dice.randint(0, 30),
        answers={
            "overall": dice.choice((str(overall), f"{overall}!", f"{overall}/5")),
            "treatment": str(dice.choice(near)),
            "usefulness": str(dice.choice(near)),
            "reason": str(reason),
            # It follows from the reason: what was missed is why somebody changes provider.
            "change_reason": {1: "1", 2: "2", 3: "1", 4: "1", 5: "4"}[reason],
            "comment": comment,
            "contact": dice.choice(("1", "2")),
        },
        unclear=dice.random() < 0.22,  # ignore the format that was asked for, as in FACTS.md
    )
