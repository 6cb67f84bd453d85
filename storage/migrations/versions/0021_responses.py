"""Replies that were given in a webhook's response are kept until it is known that they left."""

import sqlalchemy as sa
from alembic import op

from storage.tables import types

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "response",
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("occasion_id", sa.Integer(), nullable=True),
        sa.Column("say", sa.Text(), nullable=False),
        sa.Column("given_at", types.UtcDateTime(), nullable=False),
        sa.Column("written_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_response_address_id_address")),
        sa.ForeignKeyConstraint(["occasion_id"], ["occasion.id"], name=op.f("fk_response_occasion_id_occasion")),
        sa.PrimaryKeyConstraint("external_id", name=op.f("pk_response")),
        sqlite_strict=True,
    )
