"""What a message from a chat is called there, and which question it answered, so that an edit finds its answer."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    # In place, also on SQLite: a batch would copy the largest table but one.
    op.add_column("inbox", sa.Column("message_id", sa.Text(), nullable=True))
    op.add_column("inbox", sa.Column("question", sa.Text(), nullable=True))
