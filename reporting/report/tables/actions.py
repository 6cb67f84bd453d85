"""Section 9: the deficiencies of providers, and what they must do about them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reporting.document.blocks import Grid
from reporting.document.swedish import NO_DATA, day, printed_name
from survey.plain_text import isolated


@dataclass(frozen=True, slots=True)
class Action:
    """A deficiency of a provider, and what it must do about it.

    Attributes:
        provider: the provider's ref.
        due_on: None where nothing is to be done by a certain day.
        status: in Swedish, as the table prints it, as are the deficiency and the plan.
    """

    provider: str
    deficiency: str
    plan: str
    due_on: date | None
    status: str


def actions_grid(actions: Sequence[Action], names: Mapping[str, str]) -> Grid:
    """Make the table of ``actions``; ``names`` are the providers' by ref."""
    rows = tuple(
        (
            printed_name(names.get(each.provider, each.provider)),
            isolated(each.deficiency),
            isolated(each.plan),
            day(each.due_on) if each.due_on else NO_DATA,
            isolated(each.status),
        )
        for each in actions
    )
    columns = ("Anordnare", "Brist", "Åtgärdsplan", "Förfaller", "Status")
    return Grid(
        "Brister och åtgärdsplaner",
        columns,
        rows,
        words=frozenset({0, 1, 2, 4}),
        nothing="Ingen brist är konstaterad och ingen åtgärdsplan är registrerad.",
    )
