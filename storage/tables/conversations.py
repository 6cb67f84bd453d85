"""What is asked and answered, and the counts that are kept of it."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Text, UniqueConstraint

from storage.tables.base import partial, table
from storage.tables.types import IsoDate, UtcDateTime

# The day on which the planner must look at an enrolment next; what fell due before it is planned already. An
# enrolment of which nothing more can fall due has no row. The day is not a column of enrolment, because thousands
# of them change on one day all over the table, and a narrow table has fewer pages to write.
next_look = table(
    "next_look",
    Column("enrolment_id", ForeignKey("enrolment.id"), primary_key=True, autoincrement=False),
    Column("plan_on", IsoDate, nullable=False, index=True),
)

occasion = table(
    "occasion",
    Column("id", Integer, primary_key=True),
    Column("enrolment_id", ForeignKey("enrolment.id"), nullable=False),
    Column("customer_id", ForeignKey("customer.id"), nullable=False, index=True),
    Column("survey", Text, nullable=False),
    # Empty for start and end, YYYY-MM for checkin; the day of an end that was taken back
    # (storage/planning/ends.py).
    Column("period", Text, nullable=False),
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
partial(
    "ix_occasion_waiting",
    occasion.c.survey,  # the important first
    occasion.c.look_at,
    where="opened_at IS NULL AND outcome = ''",
)

session = table(
    "session",
    Column("occasion_id", ForeignKey("occasion.id"), primary_key=True),
    Column("customer_id", ForeignKey("customer.id"), nullable=False, index=True),
    Column("address_id", ForeignKey("address.id"), nullable=False, index=True),
    Column("state", Text, nullable=False),  # survey.conversation.model.Session as JSON
    Column("language", Text, nullable=False),
    Column("is_open", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("heard_at", UtcDateTime),  # when the customer last wrote
    # Since when the open question is asked; empty for as long as it is the first one, which opened_at tells.
    Column("asked_at", UtcDateTime),
    Column("reminded", Integer, nullable=False, server_default="0"),
    # 1 where a late answer opened it again.
    Column("late", Integer, nullable=False, server_default="0"),
)
# An address has one open conversation: a bare "no" must answer one question.
partial(
    "uq_session_open_address",
    session.c.address_id,
    unique=True,
    where="is_open = 1",
)
partial(
    "ix_session_expiring",
    session.c.expires_at,
    where="is_open = 1",
)

answer = table(
    "answer",
    Column("occasion_id", ForeignKey("occasion.id"), primary_key=True),
    Column("question", Text, primary_key=True),
    Column("value", Integer),
    Column("text", Text),
    Column("skipped", Integer, nullable=False),
    # The version of the survey pack; 0 for imported answers.
    Column("version", Integer, nullable=False),
    Column("answered_at", UtcDateTime, nullable=False),
    # A survey.codes.AnswerMode where staff took it; empty for what the customer wrote, or where nobody has said.
    Column("mode", Text, nullable=False, server_default=""),
)

# What an answer was before it was corrected or withdrawn.
answer_history = table(
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

# One row for each measurement point (an enrolment's start or end), with the ratings and the provider, which the
# indicators read. storage/figures/measurements.py writes it whenever a register row or a rating changes. The two
# covering indexes are in the order of the two groupings of storage/figures/aggregates.py, so that neither sorts.
measurement = table(
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
    # 1 where the customer has this point with this provider more than once, in any year, because a person counts
    # once.
    Column("repeated", Integer, nullable=False),
    Column("overall", Integer),
    Column("treatment", Integer),
    Column("usefulness", Integer),
    Column("reason", Integer),  # why not satisfied
    # What became of the survey; kept by triggers on occasion and outbox (storage/tables/triggers.py).
    Column("outcome", Text, nullable=False),
    Column("sent", Integer, nullable=False),
    Column("delivered", Integer, nullable=False),
)
# `repeated` is a column of the index and no condition, because for a partial index SQLite would read each row.
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

# How many enrolment-months of a provider had their follow-up; written by storage/followups/month_counts.py. The
# number that is due in a month is the enrolments that had begun by then without those that had ceased, so that an
# open enrolment needs no row for each month.
month_count = table(
    "month_count",
    Column("month", Text, primary_key=True),  # YYYY-MM
    Column("provider_id", ForeignKey("provider.id"), primary_key=True, index=True),
    # Enrolments whose first month this is.
    Column("began", Integer, nullable=False),
    # Enrolments whose last month was the one before.
    Column("ceased", Integer, nullable=False),
    Column("on_time", Integer, nullable=False),
    Column("late", Integer, nullable=False),
    # The customer said whether the follow-up was held.
    Column("answered", Integer, nullable=False),
    Column("confirmed", Integer, nullable=False),
    # Recorded by the provider, denied by the customer.
    Column("denied", Integer, nullable=False),
)

# How many enrolments of a provider ended in a year, by reason; written by storage/followups/month_counts.py.
ending_count = table(
    "ending_count",
    Column("year", Integer, primary_key=True),
    Column("provider_id", ForeignKey("provider.id"), primary_key=True, index=True),
    Column("end_reason", Text, primary_key=True),
    Column("number", Integer, nullable=False),
)
