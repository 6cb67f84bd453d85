"""The attacker with every provider's dialogue pack beside the report: what follows from all of them together?

Unknowns are endings by provider and reason. The report counts the reasons of the whole unit and how the endings of
shown providers are sorted; a pack counts its own provider's. What customers answered is read as in the report.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from reporting.figures.endings import EXCLUDED, SELF_SUFFICIENT
from reporting.report.tables.outcomes import END_REASONS
from tests.support.disclosure.attacker import FEW, ONE, Equation, Name, values_of
from tests.support.disclosure.released import CAPTIONS, TABLES, Release, Said, figures, paper, plain, text_of

TITLES = {title: reason for reason, title in END_REASONS.items() if reason != "changed_provider"}
REASONS = frozenset(TITLES.values())
REST = REASONS - SELF_SUFFICIENT - EXCLUDED
GROUPS = {
    "Arbete, studier eller eget företag": SELF_SUFFICIENT,
    "Undantagna orsaker": EXCLUDED,
    "Avbrott, fortsatt arbetslös och annat": REST,
}
QUESTIONS = {"Totalomdöme": "overall", "Bemötande": "treatment", "Nytta": "usefulness"}
SHARE = r"([0-9]+(?:[.,][0-9]+)?)( ?%)?"


@dataclass
class Pack:
    """What a pack tells: shares of satisfied by (question, point), and endings by the row's words."""

    provider: str
    satisfied: dict[tuple[str, str], Said] = field(default_factory=dict)
    endings: dict[str, int] = field(default_factory=dict)


def read_pack(provider: str, files: Mapping[str, bytes]) -> Pack:
    """A pack from its files by format; they must not differ."""
    pack = Pack(provider)
    for kind in files.keys() & TABLES.keys():
        other = Pack(provider)
        for _, columns, lines in TABLES[kind](files[kind]):
            names = [plain(name) for name in columns]
            for line in lines:
                _take(other, dict(zip(names, map(plain, line), strict=False)))
        assert other.satisfied, f"the tables of the {kind} could not be read"
        assert pack in (Pack(provider), other)
        pack = other
    if "pdf" in files:
        assert figures(paper(files["pdf"])) <= figures(text_of(files["html"]))
    return pack


def _take(pack: Pack, cell: Mapping[str, str]) -> None:
    point = CAPTIONS.get(cell.get("Mätpunkt", "").lower())
    if point and cell.get("Fråga") in QUESTIONS:
        told = [re.fullmatch(SHARE, cell[name]) for name in ("Nöjda %", "Övriga %")]
        own, others = (Fraction(each[1].replace(",", ".")) if each else None for each in told)
        pack.satisfied[QUESTIONS[cell["Fråga"]], point] = Said(own, others)
    if {"Orsak", "Antal"} == cell.keys():
        pack.endings[cell["Orsak"]] = int(cell["Antal"])


def unit_endings(page: bytes) -> dict[str, int]:
    """The whole unit's endings by reason, from the report's page; empty where they are not told."""
    found: dict[str, int] = {}
    for caption, columns, lines in TABLES["html"](page):
        if "Avslut per orsak" in caption:
            assert [plain(name) for name in columns[:2]] == ["Orsak", "Antal"]
            found = {TITLES[plain(line[0])]: int(line[1]) for line in lines if line[1].isdigit()}
    return found


def endings_learned(report: Release, unit: Mapping[str, int], packs: Sequence[Pack]) -> set[Name]:
    """The providers' counts of one reason, or hidden sums, that the packs add to what the report says by itself."""
    before = _known(report, unit, ())
    after = _known(report, unit, packs)
    named = {
        ("endings", pack.provider, TITLES[row])
        for pack in packs
        for row, number in pack.endings.items()
        if row in TITLES and number < FEW
    }
    return named | {name for name, value in after.items() if value and name not in before}


def _known(report: Release, unit: Mapping[str, int], packs: Sequence[Pack]) -> dict[Name, Fraction]:
    shown = {(row.indicator, row.provider): row for row in report.rows if row.indicator.startswith("outcome.")}
    providers = sorted({provider for _, provider in shown if provider})
    equations: list[Equation] = []

    def add(provider: str, reasons: frozenset[str], number: int) -> None:
        equations.append(({("endings", provider, reason): ONE for reason in reasons}, Fraction(number)))

    for reason in REASONS if unit else ():
        equations.append(
            ({("endings", provider, reason): ONE for provider in providers}, Fraction(unit.get(reason, 0)))
        )
    for provider in providers:
        for indicator, counted in (("all_endings", REASONS), ("after_exclusions", REASONS - EXCLUDED)):
            row = shown[f"outcome.{indicator}", provider]
            if row.status == "no_answers":
                add(provider, counted, 0)
            if row.status == "ok":
                add(provider, counted, row.denominator or 0)
                add(provider, SELF_SUFFICIENT, row.numerator or 0)
        for name, reasons in (("good", SELF_SUFFICIENT), ("every", REASONS), ("kept", REASONS - EXCLUDED)):
            whole: dict[Name, Fraction] = {("endings", provider, reason): ONE for reason in reasons}
            equations.append(({**whole, (name, provider): -ONE}, Fraction(0)))
    for pack in packs:
        single = {TITLES[row] for row in pack.endings if row in TITLES}
        for row, number in pack.endings.items():
            add(pack.provider, _meant(row, single), number)
    return values_of(equations, {}, {})


def _meant(row: str, single: set[str]) -> frozenset[str]:
    """The reasons of a row: one, a group, or whatever has no row."""
    if row in TITLES:
        return frozenset({TITLES[row]})
    return GROUPS.get(row, REASONS - single)
