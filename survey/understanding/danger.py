"""Words of acute danger, anywhere in a message: to the writer's own life, or of violence done or threatened.

The phrases are in survey/packs/danger, one reviewed file per language, in two lists: ``sure``, on which 112 is
named and a person is called at once, and ``maybe``, of what somebody in need may say and many others too. Kinds:
suicide and self-harm, violence and threats against the writer or a child, threats against others, cries for help.
"""

from typing import Literal

from survey.understanding.message import Message

Danger = Literal["sure", "maybe"]


def read(message: Message) -> Danger | None:
    """Return how clearly a message speaks of danger; None where it does not."""
    if "danger.sure" in message.found:
        return "sure"
    return "maybe" if "danger.maybe" in message.found else None
