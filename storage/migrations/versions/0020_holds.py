"""A provider's request to wait is kept apart from the pace, with the time at which it was made."""

import sqlalchemy as sa
from alembic import op

from storage.tables import types

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("channel", sa.Column("held_until", types.UtcDateTime(), nullable=True))
    op.add_column("channel", sa.Column("held_at", types.UtcDateTime(), nullable=True))
