"""What the unit decides, looks at and publishes; and what was done to personal data, by whom."""

from sqlalchemy import Column, ForeignKey, Integer, Text

from storage.tables.base import partial, table
from storage.tables.types import IsoDate, UtcDateTime

# What a member of staff must look at. It has no customer where the sender is unknown, or is one of several who
# share the address.
case = table(
    "case_",
    Column("id", Integer, primary_key=True),
    Column("customer_id", ForeignKey("customer.id"), index=True),
    Column("provider_id", ForeignKey("provider.id"), index=True),  # where it is about one
    Column("address_id", ForeignKey("address.id")),
    Column("occasion_id", ForeignKey("occasion.id")),
    Column("kind", Text, nullable=False),  # survey.codes.CaseKind
    Column("text", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("due_on", IsoDate),
    Column("urgent", Integer, nullable=False, server_default="0"),
    Column("status", Text, nullable=False),  # open, closed
    # The staff member who has taken it.
    Column("owner", Text, nullable=False, server_default=""),
    Column("outcome", Text, nullable=False, server_default=""),  # survey.codes.CaseOutcome, once closed
    Column("closed_at", UtcDateTime),
    Column("closed_by", Text, nullable=False, server_default=""),
)

# What was done to personal data, and by whom; never the data itself. storage/privacy/audit.py writes it.
audit = table(
    "audit",
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    # ``customer``, or the name of the staff member.
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("customer_id", ForeignKey("customer.id"), index=True),
    Column("detail", Text, nullable=False),
)

# The unit's goals in per cent. Decimal text is exact, and the same in both databases.
target = table(
    "target",
    Column("indicator", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("target", Text, nullable=False),
)

# Figures that others measured (unemployment and the like), never mixed with ours.
context_figure = table(
    "context_figure",
    Column("name", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("value", Text, nullable=False),  # decimal text
    Column("unit", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("read_on", IsoDate, nullable=False),
)

# The themes that staff read in a comment, one row for each (storage/figures/themes.py).
comment_theme = table(
    "comment_theme",
    Column("occasion_id", ForeignKey("occasion.id"), primary_key=True),
    Column("theme", Text, primary_key=True),
    Column("coded_at", UtcDateTime, nullable=False),
)

# The unit's decisions to ask a provider's customers more often; provider.watched_from is the start of the current
# one.
watch = table(
    "watch",
    Column("id", Integer, primary_key=True),
    Column("provider_id", ForeignKey("provider.id"), nullable=False, index=True),
    Column("from_on", IsoDate, nullable=False),
    Column("reason", Text, nullable=False),  # told in the report
    # The figures on which the decision rests, for staff.
    Column("figures", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("lifted_on", IsoDate),
    Column("lifted_reason", Text, nullable=False),
    Column("lifted_by", Text, nullable=False),
)
partial("uq_watch_on", watch.c.provider_id, where="lifted_on IS NULL", unique=True)

# What a provider must do about a deficiency.
action_plan = table(
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

# A provider's digest of a month, which is queued once.
digest = table(
    "digest",
    Column("provider_id", ForeignKey("provider.id"), primary_key=True),
    Column("month", Text, primary_key=True),  # YYYY-MM
    Column("queued_at", UtcDateTime, nullable=False),
)

# A published report, whole: rows are added and never changed.
report_snapshot = table(
    "report_snapshot",
    Column("year", Integer, primary_key=True),
    Column("revision", Integer, primary_key=True),  # 1 is the first publication
    Column("published_at", UtcDateTime, nullable=False),
    Column("cut_off", IsoDate, nullable=False),
    # Why it was revised; empty for the first.
    Column("reason", Text, nullable=False),
    Column("digest", Text, nullable=False),  # SHA-256 of content, hex
    Column("content", Text, nullable=False),
)

# Everything that was told outside the unit (storage/figures/release_values.py): rows are added and never changed.
release = table(
    "release",
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),  # publication, revision, pack, digest, export
    Column("year", Integer, nullable=False),  # of the report
    Column("edition", Integer, nullable=False),  # of the report
    # The provider to whom it was told, by its number in the register; empty for everybody.
    Column("provider", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # SHA-256 of what was told, hex.
    Column("digest", Text, nullable=False),
    Column("smallest_group", Integer),  # the certificate of a publication
)
told_cell = table(
    "told_cell",
    Column("release", ForeignKey("release.number"), primary_key=True),
    Column("measure", Text, primary_key=True),
    Column("indicator", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("point", Text, primary_key=True),
    Column("gender", Text, primary_key=True),
    Column("difficulty", Text, primary_key=True),
    # The numbers of told_answer, as a JSON list.
    Column("answers", Text, nullable=False),
)
# An answer that stood behind a told cell. It keeps no value once its customer has erased it.
told_answer = table(
    "told_answer",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("measure", Text, nullable=False, index=True),
    # The customer's id, or a negative number once the customer is gone.
    Column("person", Integer, nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("value", Text, nullable=False),
)
