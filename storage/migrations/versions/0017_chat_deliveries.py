"""A chat message has arrived when the chat's server has accepted it, and reasons are counted with the ratings."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

ARRIVED = "{row}.state = 'delivered' OR ({row}.channel = 'telegram' AND {row}.state = 'sent')"
BODY = """
UPDATE measurement SET delivered = 1 WHERE (enrolment_id, point) IN (
    SELECT o.enrolment_id, o.survey FROM occasion o WHERE o.id = NEW.occasion_id AND o.period = '')"""
TRIGGERS = {"message_made": "INSERT", "message_delivered": "UPDATE OF state"}


def upgrade() -> None:
    op.drop_index("ix_measurement_reasons", table_name="measurement")
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, event in TRIGGERS.items():
        condition = ARRIVED.format(row="NEW")
        head = f"CREATE TRIGGER {name} AFTER {event} ON outbox FOR EACH ROW WHEN ({condition})"
        if is_sqlite:
            op.execute(f"DROP TRIGGER {name}")
            op.execute(f"{head} BEGIN {BODY}; END")
        else:
            op.execute(f"DROP TRIGGER {name} ON outbox")
            op.execute(f"{head} EXECUTE FUNCTION {name}()")
    op.execute(
        sa.text(
            "UPDATE measurement SET delivered = 1 WHERE delivered = 0 AND (enrolment_id, point) IN (SELECT "
            "o.enrolment_id, o.survey FROM occasion o JOIN outbox m ON m.occasion_id = o.id WHERE o.period = '' "
            f"AND ({ARRIVED.format(row='m')}))"
        )
    )
