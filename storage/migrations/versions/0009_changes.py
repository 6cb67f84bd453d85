"""Changes of provider, and cases about a provider."""

import sqlalchemy as sa
from alembic import op

from storage.tables import types

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "provider_change",
        sa.Column("old_enrolment_id", sa.Integer(), nullable=False),
        sa.Column("new_enrolment_id", sa.Integer(), nullable=True),
        sa.Column("noticed_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["new_enrolment_id"], ["enrolment.id"], name=op.f("fk_provider_change_new_enrolment_id_enrolment")
        ),
        sa.ForeignKeyConstraint(
            ["old_enrolment_id"], ["enrolment.id"], name=op.f("fk_provider_change_old_enrolment_id_enrolment")
        ),
        sa.PrimaryKeyConstraint("old_enrolment_id", name=op.f("pk_provider_change")),
        sa.UniqueConstraint("new_enrolment_id", name=op.f("uq_provider_change_new_enrolment_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("case_", table_kwargs={"sqlite_strict": True}) as batch:
        batch.add_column(sa.Column("provider_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_case__provider_id_provider"), "provider", ["provider_id"], ["id"])
    op.create_index(op.f("ix_case__provider_id"), "case_", ["provider_id"], unique=False)
