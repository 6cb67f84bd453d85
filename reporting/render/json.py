"""Write the indicators as JSON, with their definitions (DESIGN.md, section 5)."""

import json
from dataclasses import asdict, fields

from reporting.figures.indicators import Indicator
from reporting.report.front_page import mark
from reporting.report.model import QualityReport

SCHEMA_VERSION = 2
COLUMNS = tuple(field.name for field in fields(Indicator))


def render(report: QualityReport) -> bytes:
    """Return the file: UTF-8, numbers in full precision, empty values as null."""
    content = {
        "schema_version": SCHEMA_VERSION,
        "period": str(report.year),
        "release": {
            "kind": "draft" if report.is_draft else "published",
            "number": report.background.revision or None,
            "at": report.created_at.isoformat(timespec="seconds"),
            "hash": report.digest,
            **({"note": mark(report)} if report.is_draft else {}),
        },
        "definitions": [asdict(definition) for definition in report.definitions],
        "indicators": [{name: getattr(row, name) for name in COLUMNS} for row in report.indicators],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
