"""Attackers who read every file fail on random registers, and win when a rule of disclosure control is off.

REPORT.md, Disclosure control, last paragraph: an enumerator that knows the rules and runs them again, exact integer
programming over all that was told, and a customer who helps. A draft is made of a register; some days later, after
a few answers, it is published and sent to providers in packs and digests; some days later, it is revised.
"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest

from tests.support.disclosure.attackers import Solver, reveals_by_addition, values_of
from tests.support.disclosure.knowledge import KEPT, MINIMUM, YES, Matrix, System, systems
from tests.support.disclosure.office import ALL_RULES, Office, Outside, Rules
from tests.support.disclosure.registers import Register, later, random_register
from tests.support.disclosure.released import Given, Number, Share

SENT = 2  # providers whose pack and digest are read


@dataclass(frozen=True, slots=True)
class Story:
    """A register on three days, who has erased what they said after the second, and who is sent a pack."""

    days: tuple[Register, Register, Register]
    erased: frozenset[int]
    providers: tuple[str, ...]

    def tell(self, office: Office) -> list[Outside]:
        """Let the office make a draft, publish some days later, and revise that some days later."""
        first, second, third = self.days
        found = [office.draft(first), office.publish(second), office.send(second, self.providers)]
        office.forget(self.erased)
        return [*found, office.publish(third), office.send(third, self.providers)]

    def saying(self, values: Mapping[tuple[str, str, str], str]) -> "Story":
        """Return the story of the same people who say something else."""
        first, second, third = (each.saying(values) for each in self.days)
        return Story((first, second, third), self.erased, self.providers)


def story(seed: int) -> Story:
    dice = random.Random(seed)
    first = random_register(seed)
    second, _ = later(first, dice)
    third, erased = later(second, dice)
    sent = dice.sample(first.providers, min(SENT, len(first.providers)))
    return Story((first, second, third), frozenset(erased), tuple(sent))


def winners(seed: int, rules: Rules = ALL_RULES, reruns: int = 0, helped: int = 1) -> set[str]:
    """Return which attackers find something out of all that is told of a random register.

    Args:
        seed: of the register.
        rules: which are in force.
        reruns: on how many other registers the enumerator runs the rules.
        helped: with how many of the things that were counted a customer helps.
    """
    dice, made, found = random.Random(seed), story(seed), set()
    office = Office(rules)
    outside = made.tell(office)
    others: list[tuple[System, Matrix, list[Matrix]]] = []
    for system in systems(office.editions, [each for files in outside for each in files.read()]):
        if reveals_by_addition(system, dice):
            found.add("addition")
        if system.kind not in (YES, KEPT):  # a group of end reasons, told of the whole unit alone
            continue
        groups = system.groups()
        group, possible = Solver(system, dice).found_out(groups)
        if group is not None:  # no register that fits has another number, so that the enumerator is done, too
            found |= {"solver", "enumerator"}
        others.append((system, groups, possible))
    for system, groups, _ in dice.sample(others, min(helped, len(others))):
        if _is_found_with_help(system, groups, dice):
            found.add("customer")
    for place in range(reruns):
        values = {}
        for system, _, possible in others:
            if system.measure != "outcome" and possible:
                values |= values_of(system, possible[place % len(possible)], dice)
        if made.saying(values).tell(Office(rules)) != outside:
            found.add("enumerator")
    return found


def _is_found_with_help(system: System, groups: Matrix, dice: random.Random) -> bool:
    """Return whether a customer at random is of help: nine others are what ten people less one are."""
    person = dice.choice([each.person for theirs in system.answers for each in theirs])
    known = system.without(person)
    few = [group for group in groups if 0 < known.people(np.flatnonzero(group)) < MINIMUM - 1]
    found, _ = Solver(known, dice).found_out(np.array(few, dtype=np.int64).reshape(-1, groups.shape[1]))
    return reveals_by_addition(known, dice, MINIMUM - 1) or found is not None


@pytest.mark.parametrize("seed", range(60))
def test_attackers_find_out_nothing(seed: int) -> None:
    assert winners(seed, reruns=int(seed % 5 == 0)) == set()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(60, 1_000))
def test_attackers_find_out_nothing_in_long(seed: int) -> None:
    assert winners(seed, reruns=4, helped=6) == set()


@pytest.mark.parametrize("rule", ["combinations", "ledger", "drafts"])
def test_attackers_win_without_a_rule(rule: str) -> None:
    assert winners(0, Rules(**{rule: False})) == {"addition", "solver", "customer", "enumerator"}


@pytest.mark.long
@pytest.mark.parametrize("rule", ["combinations", "ledger", "drafts"])
def test_attackers_win_mostly_without_a_rule(rule: str) -> None:
    won = Counter(who for seed in range(60) for who in winners(seed, Rules(**{rule: False})))
    assert min(won[who] for who in ("addition", "solver", "customer", "enumerator")) > 30


def test_every_file_is_read() -> None:
    """A table that gets other words must not be passed over: its numbers would be attacked no more."""
    office, register = Office(), random_register(5)
    report, sent = office.publish(register), office.send(register, register.providers)
    files = [replace(sent, packs={}), replace(sent, digests={}), report]
    digests, packs, figures = (each.read() for each in files)
    assert {(type(each), each.group.is_of_others) for each in digests} == {(Number, False), (Share, True)}
    assert {(type(each), each.group.is_of_others) for each in packs} == {
        (Number, False),  # endings
        (Share, False),
        (Share, True),
    }
    assert {(type(each), each.group.is_of_others) for each in figures} == {
        (Number, False),
        (Share, False),
        (Share, True),
        (Given, False),  # expected outcomes
    }
    read = {each.group.indicator for each in (*packs, *figures)}
    assert read == {
        *("satisfaction.overall", "satisfaction.treatment", "satisfaction.usefulness"),
        *("followup.confirmed", "followup.denied", "outcome.all_endings", "outcome.after_exclusions"),
    }
    kinds = {each.kind for each in figures if isinstance(each, Number)}
    assert kinds >= {"yes", "kept", "Arbete", "Flytt", "Hälsa och pension", "Övriga", "Alla undantag tillsammans"}
