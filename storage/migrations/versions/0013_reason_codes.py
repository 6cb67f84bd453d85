"""Why an occasion or a message waits or is over: a code with its values, where a Swedish sentence was stored.

0013_sentences.tsv has the sentences of the versions before, one a line: the code, a tab, the sentence. In it ``{}``
is a value that is kept, ``{_}`` one that is not, and ``{reason}`` a sentence of the list. A sentence that is not in
the list becomes ``other`` with the whole sentence as its value.

The form of what is stored is that of survey/codes.py on the day of this migration: code and values with colons
between, ``:`` in a value written ``%3A`` and ``%`` written ``%25``. It is written out here, because a migration
must do the same for ever.
"""

import re
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

SENTENCES = Path(__file__).with_name("0013_sentences.tsv")
CASE, CLOSED_BY = "case", "closed_by"  # of the table case_; all others are reasons
_PLACES = {"{}": "(.+?)", "{_}": ".+?", "{reason}": "(.+)"}


def upgrade() -> None:
    connection = op.get_bind()
    sentences = [line.split("\t") for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    patterns = [(code, _pattern(text)) for code, text in sentences if code not in (CASE, CLOSED_BY)]
    for table in ("occasion", "outbox"):
        known = connection.execute(sa.text(f"SELECT DISTINCT reason FROM {table} WHERE reason <> ''")).scalars()
        codes = [{"sentence": sentence, "code": coded(sentence, patterns)} for sentence in known]
        if codes:
            _replace(connection, table, codes)
    texts = dict(sentences)
    _cases(connection, _pattern(texts[CASE]), texts[CLOSED_BY])


def _replace(connection: sa.Connection, table: str, codes: list[dict[str, str]]) -> None:
    """Put the codes in the place of the sentences: all rows in one pass, since a year has hundreds of thousands."""
    connection.execute(sa.text("CREATE TEMPORARY TABLE coded (sentence TEXT PRIMARY KEY, code TEXT NOT NULL)"))
    connection.execute(sa.text("INSERT INTO coded (sentence, code) VALUES (:sentence, :code)"), codes)
    connection.execute(
        sa.text(
            f"UPDATE {table} SET reason = (SELECT code FROM coded WHERE sentence = {table}.reason) "
            "WHERE reason <> ''"
        )
    )
    connection.execute(sa.text("DROP TABLE coded"))


def _cases(connection: sa.Connection, about: re.Pattern[str], closed_by: str) -> None:
    """Keep the provider's code alone of what a case about a paused channel tells, and who closed it as a code."""
    rows = connection.execute(sa.text("SELECT id, text FROM case_ WHERE kind = 'channel'")).all()
    for id_, text in rows:
        found = about.fullmatch(text)
        if found:
            values = {"id": id_, "code": found[1]}
            connection.execute(sa.text("UPDATE case_ SET text = :code WHERE id = :id"), values)
    by = {"by": closed_by}
    connection.execute(sa.text("UPDATE case_ SET closed_by = 'service' WHERE closed_by = :by"), by)


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w*\})", sentence)
    return re.compile("".join(_PLACES.get(part, re.escape(part)) for part in parts), re.DOTALL)


def coded(sentence: str, patterns: list[tuple[str, re.Pattern[str]]]) -> str:
    """Return the code and the values that stand for ``sentence``."""
    for code, pattern in patterns:
        found = pattern.fullmatch(sentence)
        if found:
            values = found.groups()
            if code in ("closed_held_back", "closed_expired"):
                values = tuple(coded(each, patterns) for each in values)
            return _stored(code, *values)
    return _stored("other", sentence)


def _stored(code: str, *values: str) -> str:
    return ":".join((code, *(each.replace("%", "%25").replace(":", "%3A") for each in values)))
