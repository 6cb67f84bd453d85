"""Corrections with their history, reminders and late answers, cases with a due date, and who erased what."""

import sqlalchemy as sa
from alembic import op

from storage.tables import types

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "answer_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occasion_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answered_at", types.UtcDateTime(), nullable=False),
        sa.Column("replaced_at", types.UtcDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["occasion_id"], ["occasion.id"], name=op.f("fk_answer_history_occasion_id_occasion")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_history")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_answer_history_occasion_id"), "answer_history", ["occasion_id"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_audit_customer_id_customer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_audit_customer_id"), "audit", ["customer_id"], unique=False)
    op.add_column("address", sa.Column("awaiting", sa.Text(), nullable=False, server_default=""))
    op.add_column("session", sa.Column("heard_at", types.UtcDateTime(), nullable=True))
    op.add_column("session", sa.Column("reminded", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("session", sa.Column("late", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("case_", table_kwargs={"sqlite_strict": True}) as batch:
        batch.alter_column("customer_id", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("address_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("due_on", types.IsoDate(), nullable=True))
        batch.add_column(sa.Column("urgent", sa.Integer(), nullable=False, server_default="0"))
        batch.create_foreign_key(op.f("fk_case__address_id_address"), "address", ["address_id"], ["id"])
