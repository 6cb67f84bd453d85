"""What comes in and goes out: the two boxes, the channels' pace, and a database that came back from a copy."""

from sqlalchemy import Column, ForeignKey, Integer, Text, UniqueConstraint, text

from storage.tables.base import partial, table
from storage.tables.types import UtcDateTime

inbox = table(
    "inbox",
    Column("id", Integer, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("address_id", ForeignKey("address.id"), nullable=False, index=True),
    Column("occasion_id", ForeignKey("occasion.id")),
    Column("body", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("outcome", Text, nullable=False),  # answered, opted_out, opted_in, help, unknown_sender, ...
    Column("reply", Text),
    UniqueConstraint("channel", "external_id"),
)

# An event that could not be stored as it was: its kind and why, for `followup check`. Nothing personal.
quarantine = table(
    "quarantine",
    Column("channel", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("error", Text, nullable=False),
)

outbox = table(
    "outbox",
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # occasion, step, try
    Column("reference", Text, nullable=False, unique=True),  # random; in Twilio's StatusCallback URL
    Column("occasion_id", ForeignKey("occasion.id"), index=True),
    Column("address_id", ForeignKey("address.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("say", Text, nullable=False),  # survey.conversation.model.Say as JSON: rendered when it is sent
    # queued, sending, sent, delivered, failed, unknown, cancelled, expired
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("external_id", Text),
    Column("status", Text, nullable=False),  # the carrier's latest word
    Column("segments", Integer),
    Column("price", Text),
    Column("settled_at", UtcDateTime),
    Column("priority", Integer, nullable=False, server_default=text("5")),  # the lowest leaves first; a reply has 0
    # No call for it, the latest one, began before this; of one that is being sent without it none has begun.
    Column("called_at", UtcDateTime),
    Column("language", Text),  # in which it was rendered for that call
    Column("lookups", Integer, nullable=False, server_default=text("0")),  # "not there", said the provider
    Column("repeats", Integer, nullable=False, server_default=text("0")),  # sent again without being able to ask
)
partial(
    "ix_outbox_queued",
    outbox.c.channel,
    outbox.c.priority,
    outbox.c.not_before,
    outbox.c.id,
    where="state = 'queued'",
)
partial(
    "ix_outbox_in_doubt",
    outbox.c.not_before,
    where="state IN ('sending', 'unknown') AND settled_at IS NULL",
)

# One row a channel, which every process that sends there locks: its pace and its pause hold for all of them.
channel = table(
    "channel",
    Column("name", Text, primary_key=True),  # sms, telegram
    Column("next_at", UtcDateTime),  # no message leaves before this
    # While our own account is at fault nothing is sent; then one message tries whether it is mended.
    Column("paused_until", UtcDateTime),
    Column("paused_since", UtcDateTime),
    Column("pause_code", Text),
)

# When the next message may go to one receiver. No foreign key: it must not stand in the way of an erasure.
chat_pace = table(
    "chat_pace",
    Column("address_id", Integer, primary_key=True, autoincrement=False),
    Column("next_at", UtcDateTime, nullable=False),
)

# Restorations from a copy: see storage/delivery/restoration.py. storage/database/backup.py writes the first row
# into the copy itself.
restoration = table(
    "restoration",
    Column("id", Integer, primary_key=True),
    Column("copied_at", UtcDateTime, nullable=False),
    Column("stopped_at", UtcDateTime),  # when the system that was copied sent its last, where somebody knows
    Column("settled_at", UtcDateTime),
)
