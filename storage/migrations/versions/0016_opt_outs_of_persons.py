"""An opt-out is the person's: it names the customer, and the address is only where it was said.

An opt-out in force at an address is carried over to each customer who uses the address and could be written to
nowhere else: until now such a customer was asked nothing, and stays so. One who has another address that is open
was asked there and goes on to be. The address itself stays closed for as long as it is used by somebody who said
stop at it (storage/people/opt_outs.py).
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

# Whether the customer of `link` can be written to somewhere.
OPEN = (
    "EXISTS (SELECT 1 FROM customer_address o JOIN address a ON a.id = o.address_id "
    "WHERE o.customer_id = link.customer_id AND a.state <> 'opted_out')"
)
# Whether a contact person uses the address of `opt_out`.
CONTACT = (
    "EXISTS (SELECT 1 FROM provider p WHERE p.address_id = opt_out.address_id) OR "
    "EXISTS (SELECT 1 FROM provider_contact c WHERE c.address_id = opt_out.address_id)"
)


def upgrade() -> None:
    with op.batch_alter_table("opt_out", table_kwargs={"sqlite_strict": True}) as batch:
        batch.add_column(sa.Column("customer_id", sa.Integer(), nullable=True))
        batch.alter_column("address_id", existing_type=sa.Integer(), nullable=True)
        batch.create_foreign_key(op.f("fk_opt_out_customer_id_customer"), "customer", ["customer_id"], ["id"])
    op.create_index(op.f("ix_opt_out_customer_id"), "opt_out", ["customer_id"], unique=False)
    # The rows that stand for strangers and contact persons stay as they are. Those of an address that customers use
    # become theirs, one for each.
    op.execute(
        "INSERT INTO opt_out (customer_id, address_id, at, source, revoked_at) "
        "SELECT link.customer_id, opt_out.address_id, opt_out.at, opt_out.source, NULL "
        "FROM opt_out JOIN customer_address link ON link.address_id = opt_out.address_id "
        f"WHERE opt_out.revoked_at IS NULL AND opt_out.customer_id IS NULL AND NOT {OPEN} "
        "ORDER BY opt_out.id, link.customer_id"
    )
    op.execute(
        "DELETE FROM opt_out WHERE customer_id IS NULL AND revoked_at IS NULL AND address_id IN ("
        "SELECT address_id FROM opt_out WHERE customer_id IS NOT NULL) "
        f"AND NOT ({CONTACT})"
    )
