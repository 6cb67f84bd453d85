"""When the planner looks at an enrolment next: in a table of its own."""

import sqlalchemy as sa
from alembic import op

from storage.tables import types

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "next_look",
        sa.Column("enrolment_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("plan_on", types.IsoDate(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_next_look_enrolment_id_enrolment")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_next_look")),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO next_look (enrolment_id, plan_on) "
        "SELECT id, plan_on FROM enrolment WHERE plan_on IS NOT NULL ORDER BY id"
    )
    op.create_index(op.f("ix_next_look_plan_on"), "next_look", ["plan_on"], unique=False)
    op.drop_index(op.f("ix_enrolment_plan_on"), table_name="enrolment")
    # In place, also on SQLite: a batch would drop the table, which others refer to.
    op.drop_column("enrolment", "plan_on")
