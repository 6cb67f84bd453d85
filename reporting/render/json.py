"""Write the indicators as JSON, with their definitions (DESIGN.md, section 5)."""

import json
from dataclasses import asdict, fields

from reporting.figures.indicators import Indicator
from reporting.report.model import QualityReport

SCHEMA_VERSION = 1
COLUMNS = tuple(field.name for field in fields(Indicator))


def render(report: QualityReport) -> bytes:
    """Return the file: UTF-8, numbers in full precision, empty values as null."""
    content = {
        "schema_version": SCHEMA_VERSION,
        "period": str(report.year),
        "definitions": [asdict(definition) for definition in report.definitions],
        "indicators": [{name: getattr(row, name) for name in COLUMNS} for row in report.indicators],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
