"""What comes in and goes out: the boxes, responses, the channels' pace, and a database back from a copy."""

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
    # When it was written, as the channel tells; empty in rows of older programs.
    Column("written_at", UtcDateTime),
    # What the event led to: answered, opted_out, opted_in, help, unknown_sender and others.
    Column("outcome", Text, nullable=False),
    Column("reply", Text),
    # Its own id on the channel, by which a later edit of it names it; only Telegram tells one.
    Column("message_id", Text),
    # The question that it answered or whose answer it changed.
    Column("question", Text),
    UniqueConstraint("channel", "external_id"),
)

# Replies that were given in a webhook's own response, until it is known that they left. A row lasts some minutes,
# and each answer writes one: an index more would cost more than it saves.
response = table(
    "response",
    Column("external_id", Text, primary_key=True),  # of the SMS that is answered
    Column("address_id", ForeignKey("address.id"), nullable=False),
    Column("occasion_id", ForeignKey("occasion.id")),
    Column("say", Text, nullable=False),  # as in the outbox
    Column("given_at", UtcDateTime, nullable=False),  # when it was last handed to a response
    Column("written_at", UtcDateTime),  # when that response was written without an error
)

# An event that could not be handled: what kind it was and why, for `followup check`; nothing personal.
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
    # A survey.conversation.model.Say as JSON, which is rendered when it is sent.
    Column("say", Text, nullable=False),
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
    # The lowest leaves first; a reply has 0.
    Column("priority", Integer, nullable=False, server_default=text("5")),
    # The latest call to the gateway began at this time or later; empty while no call has begun.
    Column("called_at", UtcDateTime),
    # The language in which it was rendered for that call.
    Column("language", Text),
    Column("lookups", Integer, nullable=False, server_default=text("0")),  # "not there", said the provider
    # How often it was sent again to a far end that cannot be asked.
    Column("repeats", Integer, nullable=False, server_default=text("0")),
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

# A channel's pace and pause. Every process that sends there locks its row, so that they hold for all processes.
channel = table(
    "channel",
    Column("name", Text, primary_key=True),  # sms, telegram
    Column("next_at", UtcDateTime),  # the next moment that is free, by the channel's pace
    # Until when the provider has asked us to wait, and when it did.
    Column("held_until", UtcDateTime),
    Column("held_at", UtcDateTime),
    # Until when nothing is sent because the channel is in trouble; after that one message is sent as a trial.
    Column("paused_until", UtcDateTime),
    Column("paused_since", UtcDateTime),
    # Why, as survey.codes.because has it: a survey.codes.PauseCause with the provider's code.
    Column("pause_code", Text),
    # Up to when all that the provider has received for us is known to be taken in.
    Column("read_until", UtcDateTime),
    # Calls in a row of which none reached the provider, and since when.
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("failing_since", UtcDateTime),
    # Messages in a row of which the carriers said that they were not delivered.
    Column("undelivered", Integer, nullable=False, server_default=text("0")),
)

# When the next message may go to one receiver. It has no foreign key, which would stand in the way of an erasure.
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
    # When the system that was copied sent its last message, where somebody knows.
    Column("stopped_at", UtcDateTime),
    Column("settled_at", UtcDateTime),
)
