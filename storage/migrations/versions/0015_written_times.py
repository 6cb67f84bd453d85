"""When messages were written, since when a question is asked, and what is known of a channel's troubles."""

import sqlalchemy as sa
from alembic import op

from storage.tables import types

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    # In place, also on SQLite: a batch would drop the tables, which others refer to.
    op.add_column("session", sa.Column("asked_at", types.UtcDateTime(), nullable=True))
    op.add_column("inbox", sa.Column("written_at", types.UtcDateTime(), nullable=True))
    op.add_column("channel", sa.Column("read_until", types.UtcDateTime(), nullable=True))
    op.add_column("channel", sa.Column("failures", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("channel", sa.Column("failing_since", types.UtcDateTime(), nullable=True))
    op.add_column("channel", sa.Column("undelivered", sa.Integer(), nullable=False, server_default=sa.text("0")))
