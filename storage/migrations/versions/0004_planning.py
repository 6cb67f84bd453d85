"""A provider under watch, contacts by importance, and what a restored copy must settle before it sends."""

import sqlalchemy as sa
from alembic import op

from storage.tables import types

revision = "0004"
down_revision = "0003"

WAITING = sa.text("opened_at IS NULL AND outcome = ''")


def upgrade() -> None:
    op.add_column("provider", sa.Column("watched_from", types.IsoDate(), nullable=True))
    op.drop_index("ix_occasion_waiting", "occasion")
    op.create_index(
        "ix_occasion_waiting",
        "occasion",
        ["survey", "look_at"],
        unique=False,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_table(
        "restoration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("copied_at", types.UtcDateTime(), nullable=False),
        sa.Column("stopped_at", types.UtcDateTime(), nullable=True),
        sa.Column("settled_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restoration")),
        sqlite_strict=True,
    )
