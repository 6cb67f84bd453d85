"""The release ledger: everything that was told outside the unit, with the answers that stood behind it.

What providers were told by their digests is dropped: digests are made of what is published.
"""

import sqlalchemy as sa
from alembic import op

from storage.tables import types

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "release",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("smallest_group", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_release")),
        sqlite_strict=True,
    )
    op.create_table(
        "told_cell",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("point", sa.Text(), nullable=False),
        sa.Column("gender", sa.Text(), nullable=False),
        sa.Column("difficulty", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["release"], ["release.number"], name=op.f("fk_told_cell_release_release")),
        sa.PrimaryKeyConstraint(
            "release",
            "measure",
            "indicator",
            "provider",
            "period",
            "point",
            "gender",
            "difficulty",
            name=op.f("pk_told_cell"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "told_answer",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_answer")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_told_answer_measure"), "told_answer", ["measure"], unique=False)
    op.create_index(op.f("ix_told_answer_person"), "told_answer", ["person"], unique=False)
    op.drop_table("digest_figure")
