"""What is remembered: the tables, and the unique keys that carry the correctness.

Times are UTC, dates are the unit's own calendar. Two facts are copied where a question must be answered
from one index: ``enrolment.plan_on`` (when the planner looks next) and the measurement's provider.
"""

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.types import IsoDate, UtcDateTime

WHERE = "where"
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _table(name: str, *items: Column[object] | UniqueConstraint | CheckConstraint | Index) -> Table:
    return Table(name, metadata, *items, sqlite_strict=True)


def _partial(name: str, *columns: Column[Any], where: str, unique: bool = False) -> None:
    """An index over the rows of which ``where`` is true."""
    Index(name, *columns, unique=unique, sqlite_where=text(where), info={WHERE: where})


def complete() -> MetaData:
    """The tables, with what is meant for PostgreSQL alone: it is for migrations, and to state it above would load
    that dialect in every process, which a short command would wait for."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if WHERE in index.info:
                index.dialect_options["postgresql"]["where"] = text(index.info[WHERE])
    return metadata


provider = _table(
    "provider",
    Column("id", Integer, primary_key=True),
    Column("ref", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("address_id", ForeignKey("address.id")),
    Column("authorised_from", IsoDate),
    Column("authorised_to", IsoDate),
    # The day from which its customers are asked more often; empty when it is not under watch.
    Column("watched_from", IsoDate),
)

customer = _table(
    "customer",
    Column("id", Integer, primary_key=True),
    Column("ref", Text, nullable=False, unique=True),
    Column("language", Text, nullable=False),
    Column("gender", Text, nullable=False),  # K, M or empty
    Column("birth_year", Integer),
)

enrolment = _table(
    "enrolment",
    Column("id", Integer, primary_key=True),
    Column("ref", Text, nullable=False, unique=True),
    Column("customer_id", ForeignKey("customer.id"), nullable=False, index=True),
    Column("provider_id", ForeignKey("provider.id"), nullable=False, index=True),
    Column("started_on", IsoDate, nullable=False),
    Column("planned_end_on", IsoDate),
    Column("ended_on", IsoDate),
    Column("end_reason", Text, nullable=False),  # empty while open
    Column("difficulty", Text, nullable=False),  # low, medium, high or empty
    Column("registered_on", IsoDate, nullable=False),
    # The day on which the planner must look at this enrolment next: what fell due before it is planned already.
    # Empty when nothing more can fall due.
    Column("plan_on", IsoDate, index=True),
)

# A phone number or a Telegram chat. Value is read and written in storage/people.py alone.
address = _table(
    "address",
    Column("id", Integer, primary_key=True),
    Column("channel", Text, nullable=False),  # sms, telegram
    Column("value", Text, nullable=False),
    Column("state", Text, nullable=False),  # active, opted_out, unreachable, unlinked
    Column("state_at", UtcDateTime, nullable=False),
    # When a sender that we cannot tie to a customer got the neutral line: it is said once.
    Column("greeted_at", UtcDateTime),
    # Outside a conversation: what the next message is about (survey.model.Awaiting as JSON), or empty.
    Column("awaiting", Text, nullable=False, server_default=""),
    UniqueConstraint("channel", "value"),
)

# A phone may be shared by customers, and a customer may have a phone and a chat.
customer_address = _table(
    "customer_address",
    Column("customer_id", ForeignKey("customer.id"), primary_key=True),
    Column("address_id", ForeignKey("address.id"), primary_key=True, index=True),
    Column("linked_at", UtcDateTime, nullable=False),
)

link_token = _table(
    "link_token",
    Column("token_hash", Text, primary_key=True),  # SHA-256, hex
    Column("customer_id", ForeignKey("customer.id"), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

opt_out = _table(
    "opt_out",
    Column("id", Integer, primary_key=True),
    Column("address_id", ForeignKey("address.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("source", Text, nullable=False),  # message, carrier (21610), staff
    Column("revoked_at", UtcDateTime),
)

occasion = _table(
    "occasion",
    Column("id", Integer, primary_key=True),
    Column("enrolment_id", ForeignKey("enrolment.id"), nullable=False),
    Column("customer_id", ForeignKey("customer.id"), nullable=False, index=True),
    Column("survey", Text, nullable=False),
    Column("period", Text, nullable=False),  # empty for start and end, YYYY-MM for checkin
    Column("due_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    # While it waits: the next time to look, and why it was held.
    Column("look_at", UtcDateTime, nullable=False),
    Column("opened_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    # completed, partial, no_answer, opted_out, unreachable, expired, held_back, cancelled; empty until closed
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("enrolment_id", "survey", "period"),
)
_partial(
    "ix_occasion_waiting",
    occasion.c.survey,  # the important first
    occasion.c.look_at,
    where="opened_at IS NULL AND outcome = ''",
)

session = _table(
    "session",
    Column("occasion_id", ForeignKey("occasion.id"), primary_key=True),
    Column("customer_id", ForeignKey("customer.id"), nullable=False, index=True),
    Column("address_id", ForeignKey("address.id"), nullable=False, index=True),
    Column("state", Text, nullable=False),  # survey.model.Session as JSON
    Column("language", Text, nullable=False),
    Column("is_open", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("heard_at", UtcDateTime),  # when the customer last wrote
    Column("reminded", Integer, nullable=False, server_default="0"),
    Column("late", Integer, nullable=False, server_default="0"),  # opened again by a late answer
)
# One open conversation per address: two bare "nej" could not be told apart.
_partial(
    "uq_session_open_address",
    session.c.address_id,
    unique=True,
    where="is_open = 1",
)
_partial(
    "ix_session_expiring",
    session.c.expires_at,
    where="is_open = 1",
)

answer = _table(
    "answer",
    Column("occasion_id", ForeignKey("occasion.id"), primary_key=True),
    Column("question", Text, primary_key=True),
    Column("value", Integer),
    Column("text", Text),
    Column("skipped", Integer, nullable=False),
    Column("version", Integer, nullable=False),  # of the survey pack; 0 for imported answers
    Column("answered_at", UtcDateTime, nullable=False),
)

# What an answer was before it was corrected or withdrawn.
answer_history = _table(
    "answer_history",
    Column("id", Integer, primary_key=True),
    Column("occasion_id", ForeignKey("occasion.id"), nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("value", Integer),
    Column("text", Text),
    Column("skipped", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("answered_at", UtcDateTime, nullable=False),
    Column("replaced_at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),  # corrected, withdrawn
)

# One row per measurement point (an enrolment's start or end), with its ratings beside the provider: what the
# indicators read. Kept by storage/measurements.py whenever a register row or a rating changes. The two covering
# indexes are in the order of the two groupings of storage/aggregates.py, so that neither needs a sort.
measurement = _table(
    "measurement",
    Column("enrolment_id", ForeignKey("enrolment.id"), primary_key=True),
    Column("point", Text, primary_key=True),  # start, end
    Column("point_on", IsoDate, nullable=False),
    Column("year", Integer, nullable=False),  # of point_on
    Column("quarter", Integer, nullable=False),  # of point_on, 1-4
    Column("provider_id", ForeignKey("provider.id"), nullable=False),
    Column("customer_id", ForeignKey("customer.id"), nullable=False, index=True),
    Column("gender", Text, nullable=False),
    Column("difficulty", Text, nullable=False),
    Column("started_on", IsoDate, nullable=False),
    # 1 when the customer has this point with this provider more than once, in any year: one person counts once.
    Column("repeated", Integer, nullable=False),
    Column("overall", Integer),
    Column("treatment", Integer),
    Column("usefulness", Integer),
    Column("reason", Integer),  # why not satisfied
    # What became of the survey; kept by triggers on occasion and outbox (storage/triggers.py).
    Column("outcome", Text, nullable=False),
    Column("sent", Integer, nullable=False),
    Column("delivered", Integer, nullable=False),
)
# `repeated` is a column here, not a condition: SQLite would read the row to check what a partial index implies.
Index(
    "ix_measurement_by_provider",
    measurement.c.year,
    measurement.c.repeated,
    measurement.c.point,
    measurement.c.provider_id,
    measurement.c.overall,
    measurement.c.treatment,
    measurement.c.usefulness,
)
Index(
    "ix_measurement_by_group",
    measurement.c.year,
    measurement.c.repeated,
    measurement.c.quarter,
    measurement.c.point,
    measurement.c.gender,
    measurement.c.difficulty,
    measurement.c.outcome,
    measurement.c.sent,
    measurement.c.delivered,
    measurement.c.overall,
    measurement.c.treatment,
    measurement.c.usefulness,
)
_partial(
    "ix_measurement_reasons",
    measurement.c.year,
    measurement.c.reason,
    measurement.c.customer_id,
    measurement.c.provider_id,
    where="reason IS NOT NULL",
)

# A month's follow-up as it is known now; how it came to be so is in follow_up_event.
follow_up = _table(
    "follow_up",
    Column("enrolment_id", ForeignKey("enrolment.id"), primary_key=True),
    Column("month", Text, primary_key=True),  # YYYY-MM
    Column("held_on", IsoDate, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("form", Text),  # meeting, phone, digital; this and the rest are empty where nobody has said
    Column("from_plan", Integer),
    Column("plan_changed", Integer),
    Column("activities", Text),  # of storage.followups.ACTIVITIES, with commas between
    Column("next_step", Text),
)

# A time in which no follow-ups are asked for.
exemption = _table(
    "exemption",
    Column("enrolment_id", ForeignKey("enrolment.id"), primary_key=True),
    Column("from_on", IsoDate, primary_key=True),
    Column("to_on", IsoDate, nullable=False),
    Column("reason", Text, nullable=False),  # illness, parental_leave, holiday
    Column("decided_by", Text, nullable=False),
    Column("registered_at", UtcDateTime, nullable=False),
)

# The months that exemptions take out of every count; kept by storage/exemptions.py.
exempt_month = _table(
    "exempt_month",
    Column("enrolment_id", ForeignKey("enrolment.id"), primary_key=True),
    Column("month", Text, primary_key=True, index=True),  # YYYY-MM
    Column("reason", Text, nullable=False),
)

# A customer who went on to another provider: the enrolment that ended so, and the one that took over.
provider_change = _table(
    "provider_change",
    Column("old_enrolment_id", ForeignKey("enrolment.id"), primary_key=True),
    Column("new_enrolment_id", ForeignKey("enrolment.id"), unique=True),  # empty until the register has it
    Column("noticed_at", UtcDateTime, nullable=False),
)

# The audit trail of follow_up: rows are added and never changed.
follow_up_event = _table(
    "follow_up_event",
    Column("id", Integer, primary_key=True),
    Column("enrolment_id", ForeignKey("enrolment.id"), nullable=False, index=True),
    Column("month", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("action", Text, nullable=False),  # recorded, changed, withdrawn
    Column("source", Text, nullable=False),  # page, telegram, sms, file, staff
    Column("address_id", ForeignKey("address.id")),  # the provider's contact; empty for staff
    Column("who", Text, nullable=False),  # of the staff; empty for a contact
    Column("reason", Text, nullable=False),  # needed once the month is locked
    Column("facts", Text, nullable=False),  # what follow_up says from then on, as JSON
)

# A provider's contact person, by a phone or a chat of its own; provider.address_id is one too.
provider_contact = _table(
    "provider_contact",
    Column("provider_id", ForeignKey("provider.id"), primary_key=True),
    Column("address_id", ForeignKey("address.id"), primary_key=True, index=True),
    Column("added_at", UtcDateTime, nullable=False),
)

# A personal link for a provider's contact person. It opens in one browser: the first, or the one where the code
# that was sent to the contact's own phone has been entered since.
contact_link = _table(
    "contact_link",
    Column("id", Integer, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),  # SHA-256, hex
    Column("kind", Text, nullable=False),  # page, telegram
    Column("provider_id", ForeignKey("provider.id"), nullable=False, index=True),
    Column("address_id", ForeignKey("address.id"), nullable=False, index=True),  # the phone it was sent to
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("device_hash", Text),  # SHA-256 of the browser's own secret
    Column("opened_at", UtcDateTime),
    Column("moves", Integer, nullable=False, server_default=text("0")),  # to another browser, by code
    Column("code_hash", Text),
    Column("code_expires_at", UtcDateTime),
    Column("code_tries", Integer, nullable=False, server_default=text("0")),
    Column("codes_sent", Integer, nullable=False, server_default=text("0")),
    # 1 once the message that carried the link has left, and holds it no longer.
    Column("erased", Integer, nullable=False, server_default=text("0")),
)

# How many enrolment-months of a provider had their follow-up; kept by storage/months.py. The number that is due
# in a month is what has begun until then less what has ceased: an open enrolment needs no row for each month.
month_count = _table(
    "month_count",
    Column("month", Text, primary_key=True),  # YYYY-MM
    Column("provider_id", ForeignKey("provider.id"), primary_key=True, index=True),
    Column("began", Integer, nullable=False),  # enrolments whose first month this is
    Column("ceased", Integer, nullable=False),  # enrolments whose last month was the one before
    Column("on_time", Integer, nullable=False),
    Column("late", Integer, nullable=False),
    Column("answered", Integer, nullable=False),  # the customer said whether the follow-up was held
    Column("confirmed", Integer, nullable=False),
    Column("denied", Integer, nullable=False),  # recorded by the provider, denied by the customer
)

# Endings of a provider in a year by reason; kept by storage/months.py.
ending_count = _table(
    "ending_count",
    Column("year", Integer, primary_key=True),
    Column("provider_id", ForeignKey("provider.id"), primary_key=True, index=True),
    Column("end_reason", Text, primary_key=True),
    Column("number", Integer, nullable=False),
)

inbox = _table(
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
quarantine = _table(
    "quarantine",
    Column("channel", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("error", Text, nullable=False),
)

outbox = _table(
    "outbox",
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # occasion, step, try
    Column("reference", Text, nullable=False, unique=True),  # random; in Twilio's StatusCallback URL
    Column("occasion_id", ForeignKey("occasion.id"), index=True),
    Column("address_id", ForeignKey("address.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("say", Text, nullable=False),  # survey.model.Say as JSON: rendered when it is sent
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
    Column("called_at", UtcDateTime),  # no call for it, the latest one, began before this
    Column("language", Text),  # in which it was rendered for that call
    Column("lookups", Integer, nullable=False, server_default=text("0")),  # "not there", said the provider
    Column("repeats", Integer, nullable=False, server_default=text("0")),  # sent again without being able to ask
)
_partial(
    "ix_outbox_queued",
    outbox.c.channel,
    outbox.c.priority,
    outbox.c.not_before,
    outbox.c.id,
    where="state = 'queued'",
)
_partial(
    "ix_outbox_in_doubt",
    outbox.c.not_before,
    where="state IN ('sending', 'unknown') AND settled_at IS NULL",
)

# One row a channel, which every process that sends there locks: its pace and its pause hold for all of them.
channel = _table(
    "channel",
    Column("name", Text, primary_key=True),  # sms, telegram
    Column("next_at", UtcDateTime),  # no message leaves before this
    # While our own account is at fault nothing is sent; then one message tries whether it is mended.
    Column("paused_until", UtcDateTime),
    Column("paused_since", UtcDateTime),
    Column("pause_code", Text),
)

# When the next message may go to one receiver. No foreign key: it must not stand in the way of an erasure.
chat_pace = _table(
    "chat_pace",
    Column("address_id", Integer, primary_key=True, autoincrement=False),
    Column("next_at", UtcDateTime, nullable=False),
)

# What a person must look at. Without a customer where the sender is unknown, or one of several at an address.
case = _table(
    "case_",
    Column("id", Integer, primary_key=True),
    Column("customer_id", ForeignKey("customer.id"), index=True),
    Column("provider_id", ForeignKey("provider.id"), index=True),  # where it is about one
    Column("address_id", ForeignKey("address.id")),
    Column("occasion_id", ForeignKey("occasion.id")),
    Column("kind", Text, nullable=False),  # a key of storage.casekinds.KINDS
    Column("text", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("due_on", IsoDate),
    Column("urgent", Integer, nullable=False, server_default="0"),
    Column("status", Text, nullable=False),  # open, closed
    Column("owner", Text, nullable=False, server_default=""),  # who of the staff has taken it
    Column("outcome", Text, nullable=False, server_default=""),  # a key of storage.casekinds.OUTCOMES, once closed
    Column("closed_at", UtcDateTime),
    Column("closed_by", Text, nullable=False, server_default=""),
)

# What was done to personal data, by whom; never the data.
audit = _table(
    "audit",
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Text, nullable=False),  # customer, or who of the staff
    Column("action", Text, nullable=False),
    Column("customer_id", ForeignKey("customer.id"), index=True),
    Column("detail", Text, nullable=False),
)

# The unit's goals in per cent. Decimal text is exact, and the same in both databases.
target = _table(
    "target",
    Column("indicator", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("target", Text, nullable=False),
)

# Figures that others measured (unemployment and the like), never mixed with ours.
context_figure = _table(
    "context_figure",
    Column("name", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("value", Text, nullable=False),  # decimal text
    Column("unit", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("read_on", IsoDate, nullable=False),
)

# What a person read in a comment: one row per theme of storage/themes.py.
comment_theme = _table(
    "comment_theme",
    Column("occasion_id", ForeignKey("occasion.id"), primary_key=True),
    Column("theme", Text, primary_key=True),
    Column("coded_at", UtcDateTime, nullable=False),
)

# The unit's decision to ask a provider's customers more often. provider.watched_from is made of the one that is on.
watch = _table(
    "watch",
    Column("id", Integer, primary_key=True),
    Column("provider_id", ForeignKey("provider.id"), nullable=False, index=True),
    Column("from_on", IsoDate, nullable=False),
    Column("reason", Text, nullable=False),  # told in the report
    Column("figures", Text, nullable=False),  # what the decision rests on; for staff
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("lifted_on", IsoDate),
    Column("lifted_reason", Text, nullable=False),
    Column("lifted_by", Text, nullable=False),
)
_partial("uq_watch_on", watch.c.provider_id, where="lifted_on IS NULL", unique=True)

# What a provider must do about a deficiency.
action_plan = _table(
    "action_plan",
    Column("id", Integer, primary_key=True),
    Column("ref", Text, nullable=False, unique=True),
    Column("provider_id", ForeignKey("provider.id"), nullable=False, index=True),
    Column("deficiency", Text, nullable=False),
    Column("measures", Text, nullable=False),
    Column("due_on", IsoDate, nullable=False),
    Column("responsible", Text, nullable=False),
    Column("indicator", Text, nullable=False),  # which measures the effect
    Column("decided_on", IsoDate, nullable=False),
    Column("done_on", IsoDate),
    Column("effect", Text, nullable=False),
)

# A provider's digest of a month: queued once.
digest = _table(
    "digest",
    Column("provider_id", ForeignKey("provider.id"), primary_key=True),
    Column("month", Text, primary_key=True),  # YYYY-MM
    Column("queued_at", UtcDateTime, nullable=False),
)

# A satisfaction figure that a provider was given: what may be told next depends on it (reporting/releases.py).
digest_figure = _table(
    "digest_figure",
    Column("provider_id", ForeignKey("provider.id"), primary_key=True),
    Column("year", Integer, primary_key=True),  # the last of its four quarters
    Column("quarter", Integer, primary_key=True),
    Column("satisfied", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
)

# A published report, whole: rows are added and never changed.
report_snapshot = _table(
    "report_snapshot",
    Column("year", Integer, primary_key=True),
    Column("revision", Integer, primary_key=True),  # 1 is the first publication
    Column("published_at", UtcDateTime, nullable=False),
    Column("cut_off", IsoDate, nullable=False),
    Column("reason", Text, nullable=False),  # why it was revised; empty for the first
    Column("digest", Text, nullable=False),  # SHA-256 of content, hex
    Column("content", Text, nullable=False),
)

# A database that came back from a copy says so until it has been dealt with: what the copy knows as waiting may
# have been sent since. storage/backup.py writes the first row into the copy itself.
restoration = _table(
    "restoration",
    Column("id", Integer, primary_key=True),
    Column("copied_at", UtcDateTime, nullable=False),
    Column("stopped_at", UtcDateTime),  # when the system that was copied sent its last, where somebody knows
    Column("settled_at", UtcDateTime),
)
