"""Find the messages that cost more SMS parts than their language may, once the unit's name is filled in. Pure.

The packs are written for a name of ordinary length in their own alphabet. A longer name, or a character outside
GSM-7 in it, makes every message dearer, so the service does not start with one.
"""

from collections.abc import Container
from dataclasses import dataclass

from survey.errors import UnitError
from survey.packs import segments
from survey.packs.catalogue import Catalogue
from survey.packs.pack_files import ASKED_FOR
from survey.packs.segments import Alphabet, Segments


@dataclass(frozen=True, slots=True)
class OverBudget:
    """A message over its budget.

    Attributes:
        text: the message's name, such as ``end.overall.opening``.
        cost: what it costs.
        alphabet: what its language is written for.
    """

    text: str
    cost: Segments
    alphabet: Alphabet

    @property
    def foreign(self) -> str:
        """The character that alone makes the message dear; empty where it is only too long."""
        return self.cost.offender or "" if self.cost.alphabet != self.alphabet else ""


def over_budget(catalogue: Catalogue, language: str) -> list[OverBudget]:
    """Return the messages of a language that are over their budget by themselves, not by a part named too."""
    alphabet = catalogue.alphabet(language)
    costs = {name: segments.count(text) for name, text in catalogue.messages(language)}
    over = {
        name: cost
        for name, cost in costs.items()
        if not segments.within_budget(cost, alphabet, is_asked_for=name in ASKED_FOR)
    }
    return [OverBudget(name, over[name], alphabet) for name in over if _itself(name, over)]


def refuse_over_budget(catalogue: Catalogue) -> None:
    """Refuse a unit whose name makes messages dearer than their language may be.

    Raises:
        UnitError: a line for each language, with its first message and the character, if one is to blame.
    """
    faults = []
    for language in catalogue.languages:
        over = over_budget(catalogue, language)
        if over:
            first, more = over[0], f" (och {len(over) - 1} texter till)" if len(over) > 1 else ""
            faults.append(f"{language}: {first.text}{more} {reason(first)}")
    if faults:
        advice = "Ange en kortare form av namnet för språket i unit.toml, under [unit.names]."
        raise UnitError("\n".join([*faults, advice]))


def reason(over: OverBudget) -> str:
    """Return what is wrong with a message: a character, or only its length."""
    parts = f"blir {over.cost.parts} {'del' if over.cost.parts == 1 else 'delar'}"
    if over.foreign:
        return f"{parts}: tecknet {over.foreign} (U+{ord(over.foreign):04X}) tvingar fram UCS-2."
    return f"{parts}: för lång."


def _itself(name: str, over: Container[str]) -> bool:
    question, _, phrase = name.rpartition(".")
    return question not in over and (not question or phrase not in over)
