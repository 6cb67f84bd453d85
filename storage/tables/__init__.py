"""What is remembered: the tables, and the unique keys that carry the correctness.

Times are UTC, dates are the unit's own calendar. Two facts are copied where a question must be answered
from one index: ``enrolment.plan_on`` (when the planner looks next) and the measurement's provider.
"""

from storage.tables.conversation import (
    answer,
    answer_history,
    ending_count,
    measurement,
    month_count,
    occasion,
    session,
)
from storage.tables.delivery import channel, chat_pace, inbox, outbox, quarantine, restoration
from storage.tables.making import WHERE, complete, metadata
from storage.tables.register import (
    address,
    contact_link,
    customer,
    customer_address,
    enrolment,
    exempt_month,
    exemption,
    follow_up,
    follow_up_event,
    link_token,
    opt_out,
    provider,
    provider_change,
    provider_contact,
)
from storage.tables.unit import (
    action_plan,
    audit,
    case,
    comment_theme,
    context_figure,
    digest,
    digest_figure,
    report_snapshot,
    target,
    watch,
)

__all__ = [
    "WHERE",
    "action_plan",
    "address",
    "answer",
    "answer_history",
    "audit",
    "case",
    "channel",
    "chat_pace",
    "comment_theme",
    "complete",
    "contact_link",
    "context_figure",
    "customer",
    "customer_address",
    "digest",
    "digest_figure",
    "ending_count",
    "enrolment",
    "exempt_month",
    "exemption",
    "follow_up",
    "follow_up_event",
    "inbox",
    "link_token",
    "measurement",
    "metadata",
    "month_count",
    "occasion",
    "opt_out",
    "outbox",
    "provider",
    "provider_change",
    "provider_contact",
    "quarantine",
    "report_snapshot",
    "restoration",
    "session",
    "target",
    "watch",
]
