"""How a table and its indexes are declared, the same for both databases."""

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

WHERE = "where"
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def table(name: str, *items: Column[object] | UniqueConstraint | CheckConstraint | Index) -> Table:
    """Declare a table. On SQLite it is STRICT: a column holds values of its type and no others."""
    return Table(name, metadata, *items, sqlite_strict=True)


def partial(name: str, *columns: Column[Any], where: str, unique: bool = False) -> None:
    """Declare an index on the rows for which ``where`` is true."""
    Index(name, *columns, unique=unique, sqlite_where=text(where), info={WHERE: where})


def complete() -> MetaData:
    """Return the tables with the conditions of their partial indexes for PostgreSQL, which migrations need.

    To declare the conditions with the indexes would load that dialect in every process, and a short command would
    wait 60 ms for it.
    """
    for table in metadata.tables.values():
        for index in table.indexes:
            if WHERE in index.info:
                index.dialect_options["postgresql"]["where"] = text(index.info[WHERE])
    return metadata
