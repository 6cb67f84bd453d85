"""The table of what became of every planned question."""

from reporting.document.blocks import Grid
from reporting.figures.contact_outcomes import dues
from reporting.report.background import Background
from reporting.report.sections import document
from reporting.report.tables.contact_outcomes import contact_outcomes_grid
from tests.support.disclosure.cubes import of_answers, report_of
from tests.support.reports import LEDGER


def test_outcomes_add_up_to_what_was_due() -> None:
    rows = {row[0]: row[1:] for row in contact_outcomes_grid(dues(LEDGER, 2025)).rows}
    assert rows["Förfallna"] == (6, 0, 3, 9)
    assert rows["Rättade i registret efteråt"] == (1, 0, 0, 1)
    assert rows["Besvarade"] == (3, 0, 0, 3)
    assert rows["Hölls tillbaka"] == (0, 0, 1, 1)
    assert rows["Pågår"] == (1, 0, 2, 3)
    assert rows["Summan av utfallen"] == (7, 0, 3, 10)  # what was due and what was corrected


def test_table_stands_with_the_basis() -> None:
    report = report_of(of_answers({"P1": {"start": (8, 10)}}), Background(dues=dues(LEDGER, 2025)))
    basis = document(report).sections[1]
    captions = [block.caption for block in basis.blocks if isinstance(block, Grid)]
    assert any("Vad det blev av varje planerat utskick" in caption for caption in captions)
