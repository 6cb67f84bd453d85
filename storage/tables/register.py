"""The unit's register: who its people and providers are, how they are reached, and the months' follow-ups."""

from sqlalchemy import Column, ForeignKey, Integer, Text, UniqueConstraint, text

from storage.tables.base import table
from storage.tables.types import IsoDate, UtcDateTime

provider = table(
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

customer = table(
    "customer",
    Column("id", Integer, primary_key=True),
    Column("ref", Text, nullable=False, unique=True),
    Column("language", Text, nullable=False),
    Column("gender", Text, nullable=False),  # K, M or empty
    Column("birth_year", Integer),
    Column("contact", Text, nullable=False, server_default=""),  # a survey.codes.ContactWish, or empty
)

enrolment = table(
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
)

# A phone number or a Telegram chat. Only storage/people reads and writes the value.
address = table(
    "address",
    Column("id", Integer, primary_key=True),
    Column("channel", Text, nullable=False),  # sms, telegram
    Column("value", Text, nullable=False),
    Column("state", Text, nullable=False),  # active, opted_out, unreachable, unlinked
    Column("state_at", UtcDateTime, nullable=False),
    # When a sender who is no customer of ours got the neutral answer, which is given once.
    Column("greeted_at", UtcDateTime),
    # Outside a conversation: what the next message is about (survey.conversation.model.Awaiting as JSON), or empty.
    Column("awaiting", Text, nullable=False, server_default=""),
    UniqueConstraint("channel", "value"),
)

# A phone may be shared by customers, and a customer may have a phone and a chat.
customer_address = table(
    "customer_address",
    Column("customer_id", ForeignKey("customer.id"), primary_key=True),
    Column("address_id", ForeignKey("address.id"), primary_key=True, index=True),
    Column("linked_at", UtcDateTime, nullable=False),
)

link_token = table(
    "link_token",
    Column("token_hash", Text, primary_key=True),  # SHA-256, hex
    Column("customer_id", ForeignKey("customer.id"), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

# A person's STOP (storage/people/opt_outs.py).
opt_out = table(
    "opt_out",
    Column("id", Integer, primary_key=True),
    # Empty where somebody said it who was no customer: a contact person, or a stranger.
    Column("customer_id", ForeignKey("customer.id"), index=True),
    # Where it was said; empty where staff noted it for a customer without an address.
    Column("address_id", ForeignKey("address.id"), index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("source", Text, nullable=False),  # message, carrier (21610), staff
    Column("revoked_at", UtcDateTime),
)

# A month's follow-up as it is known now; follow_up_event tells how it became so.
follow_up = table(
    "follow_up",
    Column("enrolment_id", ForeignKey("enrolment.id"), primary_key=True),
    Column("month", Text, primary_key=True),  # YYYY-MM
    Column("held_on", IsoDate, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    # A survey.codes.FollowUpForm; this and the columns below are empty where nobody has said.
    Column("form", Text),
    Column("from_plan", Integer),
    Column("plan_changed", Integer),
    Column("activities", Text),  # survey.codes.Activity, with commas between
    Column("next_step", Text),
)

# A time in which no follow-ups are asked for.
exemption = table(
    "exemption",
    Column("enrolment_id", ForeignKey("enrolment.id"), primary_key=True),
    Column("from_on", IsoDate, primary_key=True),
    Column("to_on", IsoDate, nullable=False),
    Column("reason", Text, nullable=False),  # illness, parental_leave, holiday
    Column("decided_by", Text, nullable=False),
    Column("registered_at", UtcDateTime, nullable=False),
)

# The months that exemptions take out of every count; written by storage/followups/exemptions.py.
exempt_month = table(
    "exempt_month",
    Column("enrolment_id", ForeignKey("enrolment.id"), primary_key=True),
    Column("month", Text, primary_key=True, index=True),  # YYYY-MM
    Column("reason", Text, nullable=False),
)

# A customer's change of provider: the enrolment that ended with it, and the one that took over.
provider_change = table(
    "provider_change",
    Column("old_enrolment_id", ForeignKey("enrolment.id"), primary_key=True),
    # Empty until the register has it.
    Column("new_enrolment_id", ForeignKey("enrolment.id"), unique=True),
    Column("noticed_at", UtcDateTime, nullable=False),
)

# The audit trail of follow_up: rows are added and never changed.
follow_up_event = table(
    "follow_up_event",
    Column("id", Integer, primary_key=True),
    Column("enrolment_id", ForeignKey("enrolment.id"), nullable=False, index=True),
    Column("month", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("action", Text, nullable=False),  # recorded, changed, withdrawn
    Column("source", Text, nullable=False),  # page, telegram, sms, file, staff
    # The provider's contact person; empty for staff.
    Column("address_id", ForeignKey("address.id")),
    # The staff member; empty for a contact person.
    Column("who", Text, nullable=False),
    # Why a locked month was corrected.
    Column("reason", Text, nullable=False),
    # What follow_up says from then on, as JSON.
    Column("facts", Text, nullable=False),
)

# The addresses of a provider's contact persons; provider.address_id is one of them too.
provider_contact = table(
    "provider_contact",
    Column("provider_id", ForeignKey("provider.id"), primary_key=True),
    Column("address_id", ForeignKey("address.id"), primary_key=True, index=True),
    Column("added_at", UtcDateTime, nullable=False),
)

# A personal link for a provider's contact person. It works in one browser: the one that opened it first, or the one
# in which the code that was sent to the contact person's phone was entered last.
contact_link = table(
    "contact_link",
    Column("id", Integer, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),  # SHA-256, hex
    Column("kind", Text, nullable=False),  # page, telegram
    Column("provider_id", ForeignKey("provider.id"), nullable=False, index=True),
    # The phone that the link was sent to.
    Column("address_id", ForeignKey("address.id"), nullable=False, index=True),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    # SHA-256 of the browser's own secret.
    Column("device_hash", Text),
    Column("opened_at", UtcDateTime),
    Column("moves", Integer, nullable=False, server_default=text("0")),  # to another browser, by code
    Column("code_hash", Text),
    Column("code_expires_at", UtcDateTime),
    Column("code_tries", Integer, nullable=False, server_default=text("0")),
    Column("codes_sent", Integer, nullable=False, server_default=text("0")),
    # 1 once the message with the link has been sent and no longer holds the link.
    Column("erased", Integer, nullable=False, server_default=text("0")),
)
