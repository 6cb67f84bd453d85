"""Delivery: priorities, calls in doubt, and each channel's pace and pause, shared by all processes."""

import sqlalchemy as sa
from alembic import op

from storage.tables import types

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "channel",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_at", types.UtcDateTime(), nullable=True),
        sa.Column("paused_until", types.UtcDateTime(), nullable=True),
        sa.Column("paused_since", types.UtcDateTime(), nullable=True),
        sa.Column("pause_code", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_channel")),
        sqlite_strict=True,
    )
    op.create_table(
        "chat_pace",
        sa.Column("address_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("address_id", name=op.f("pk_chat_pace")),
        sqlite_strict=True,
    )
    for column in (
        sa.Column("priority", sa.Integer(), server_default=sa.text("5"), nullable=False),
        sa.Column("called_at", types.UtcDateTime(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("lookups", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("repeats", sa.Integer(), server_default=sa.text("0"), nullable=False),
    ):
        op.add_column("outbox", column)
    op.drop_index("ix_outbox_waiting", table_name="outbox")
    op.create_index(
        "ix_outbox_queued",
        "outbox",
        ["channel", "priority", "not_before", "id"],
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_outbox_in_doubt",
        "outbox",
        ["not_before"],
        sqlite_where=sa.text("state IN ('sending', 'unknown') AND settled_at IS NULL"),
        postgresql_where=sa.text("state IN ('sending', 'unknown') AND settled_at IS NULL"),
    )
    # Until now a message in doubt was given up at once: those stay given up.
    op.execute("UPDATE outbox SET settled_at = not_before WHERE state = 'unknown' AND settled_at IS NULL")
