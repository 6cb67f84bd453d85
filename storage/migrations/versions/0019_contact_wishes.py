"""How a customer wants to be asked, and how staff took an answer."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    # In place, also on SQLite: a batch would drop the tables, which others refer to.
    op.add_column("customer", sa.Column("contact", sa.Text(), nullable=False, server_default=""))
    op.add_column("answer", sa.Column("mode", sa.Text(), nullable=False, server_default=""))
