"""The report that every format is tried on."""

import pytest

from reporting.document.blocks import Document
from reporting.report.sections import document
from tests.support.disclosure.cubes import report_of
from tests.support.reports import BESIDE, CUBE


@pytest.fixture(scope="package")
def full() -> Document:
    """A report with every part, of providers with awkward names."""
    return document(report_of(CUBE, BESIDE))
