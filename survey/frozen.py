"""The decorator of plain values of which every inbound event makes several."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def frozen(cls: type[T]) -> type[T]:
    """Make ``cls`` a dataclass that mypy holds frozen, and that is made as quickly as one that is not.

    At run time nothing stops an assignment. ``dataclass(frozen=True)`` sets each field through
    ``object.__setattr__``, which took half the time of every step of the engine. That no step changes what it is
    given is proved by tests/survey/conversation/test_laws.py.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
