"""The decorator of the plain values that a conversation makes at every step."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def frozen(cls: type[T]) -> type[T]:
    """Make ``cls`` a dataclass that mypy holds frozen, and that is as quick to make as one that is not.

    At run time nothing stops an assignment: ``dataclass(frozen=True)`` sets each field through
    ``object.__setattr__``, which took half the time of every step. tests/survey/conversation/test_laws.py proves
    that no step changes what it is given.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
