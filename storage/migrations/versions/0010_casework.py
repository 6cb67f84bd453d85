"""Cases have an owner, and an end with what came of them."""

import sqlalchemy as sa
from alembic import op

from storage.tables import types

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    with op.batch_alter_table("case_", table_kwargs={"sqlite_strict": True}) as batch:
        batch.add_column(sa.Column("owner", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("outcome", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("closed_at", types.UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("closed_by", sa.Text(), nullable=False, server_default=""))
