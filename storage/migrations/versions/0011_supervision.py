"""Watch, action plans, and the digests that providers were sent."""

import sqlalchemy as sa
from alembic import op

from storage.tables import types

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("from_on", types.IsoDate(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", types.UtcDateTime(), nullable=False),
        sa.Column("lifted_on", types.IsoDate(), nullable=True),
        sa.Column("lifted_reason", sa.Text(), nullable=False),
        sa.Column("lifted_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_watch_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_watch_provider_id"), "watch", ["provider_id"], unique=False)
    op.create_index(
        "uq_watch_on",
        "watch",
        ["provider_id"],
        unique=True,
        sqlite_where=sa.text("lifted_on IS NULL"),
        postgresql_where=sa.text("lifted_on IS NULL"),
    )
    op.create_table(
        "action_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("deficiency", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("due_on", types.IsoDate(), nullable=False),
        sa.Column("responsible", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("decided_on", types.IsoDate(), nullable=False),
        sa.Column("done_on", types.IsoDate(), nullable=True),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_action_plan_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_plan")),
        sa.UniqueConstraint("ref", name=op.f("uq_action_plan_ref")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_action_plan_provider_id"), "action_plan", ["provider_id"], unique=False)
    op.create_table(
        "digest",
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("queued_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_digest_provider_id_provider")),
        sa.PrimaryKeyConstraint("provider_id", "month", name=op.f("pk_digest")),
        sqlite_strict=True,
    )
    op.create_table(
        "digest_figure",
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("satisfied", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("given_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["provider.id"], name=op.f("fk_digest_figure_provider_id_provider")
        ),
        sa.PrimaryKeyConstraint("provider_id", "year", "quarter", name=op.f("pk_digest_figure")),
        sqlite_strict=True,
    )
