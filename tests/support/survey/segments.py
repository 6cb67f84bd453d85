"""The table of segments (tests/survey/packs/segments.tsv), made by Twilio's own calculator."""

from collections.abc import Iterator
from pathlib import Path

TABLE = Path(__file__).parents[2] / "survey" / "packs" / "segments.tsv"


def calculated() -> Iterator[tuple[str, int, str]]:
    """Yield (text, parts, alphabet) of each row; segments_table.mjs, beside the table, made it."""
    for line in TABLE.read_text(encoding="ascii").splitlines():
        parts, alphabet, runs = line.split("\t")
        pairs = (run.split("*") for run in runs.split())
        text = "".join(chr(int(code, 16)) * int(times[0] if times else 1) for code, *times in pairs)
        yield text, int(parts), {"G": "GSM-7", "U": "UCS-2"}[alphabet]
