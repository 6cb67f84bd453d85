"""What a message may still do that was written some time before it came.

A message comes late when its webhook failed and the sweep finds it in Twilio's list, when Telegram kept it while
we were away, or when the database came back from a copy. Its sender has read, and may have written, other things
since:

    an answer       written before the open question was asked is no answer to it, and changes nothing
    STOP, START     count by the time they were written: a later one of the same sender overrules an earlier one
    a request       is met whenever it was written, and so are words of danger
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from bot.inbound.scene import Scene
from storage.conversation import inbox
from storage.conversation.sessions import Conversation
from storage.people import opt_outs
from survey.conversation import engine
from survey.conversation.model import (
    Append,
    Correct,
    Effect,
    Erase,
    OptIn,
    OptOut,
    Record,
    Say,
    Session,
    Unlink,
    Withdraw,
)

TOO_OLD, OVERRULED = "too_old", "overruled"  # what the inbox calls such events
ROUNDED = timedelta(seconds=2)  # Twilio tells whole seconds; nobody reads a question and answers within two

_ANSWERS = (Record, Correct, Append, Withdraw)
_ENDS = (OptOut, Unlink, Erase)  # requests that end a conversation


def is_too_old(written_at: datetime, before: Conversation, after: Session, effects: Collection[Effect]) -> bool:
    """Return whether a message would be a reply to a question that was asked only after it was written.

    Args:
        written_at: when the message was written.
        before: the conversation that it would belong to.
        after: what the engine would make of the conversation.
        effects: what would follow.
    """
    if written_at >= before.asked_at - ROUNDED:
        return False
    if any(isinstance(each, _ANSWERS) for each in effects):
        return not any(isinstance(each, OptOut) for each in effects)
    was = before.session
    is_moved = (after.open_question, after.failures) != (was.open_question, was.failures)
    is_ended = any(isinstance(each, _ENDS) for each in effects)
    return (is_moved and not is_ended) or all(_only_asks_again(each) for each in effects)


def _only_asks_again(effect: Effect) -> bool:
    """Return whether an effect is the open question once more, as after a picture."""
    return isinstance(effect, Say) and effect.phrases in ((), ("text_only",))


async def is_overruled(scene: Scene, effects: Collection[Effect]) -> bool:
    """Return whether the sender has written START after this old STOP, or has stopped us after this old START."""
    opposite: Effect = OptOut() if OptIn() in effects else OptIn()
    if not scene.is_old or not {OptIn(), OptOut()} & set(effects):
        return False
    conn, sender, words = scene.batch.conn, scene.sender.id, scene.batch.at.catalogue.words
    later = await inbox.written_since(conn, sender, scene.written_at)
    if any(opposite in engine.outside(body, words) for body in later):
        return True
    # Staff and the carrier stop without a message.
    return opposite == OptOut() and await opt_outs.has_stopped_since(conn, sender, scene.written_at)
