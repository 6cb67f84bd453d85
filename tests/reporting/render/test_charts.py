"""Every chart is valid, and says its finding in words."""

import io
import zipfile

import altair
import pytest

from reporting.document.assessments import Assessment
from reporting.document.blocks import Bar, Bars, Document, Funnel
from reporting.render import docx as docx_
from reporting.render import html
from reporting.render.charts import png, specification
from tests.support.reports import escaped


def test_charts_say_their_finding(full: Document) -> None:
    charts = [block for section in full.sections for block in section.blocks if isinstance(block, Bars | Funnel)]
    assert {type(chart) for chart in charts} == {Bars, Funnel}
    for chart in charts:
        assert altair.Chart.from_dict(specification(chart))  # checked against Vega-Lite's schema
    page = html.render(full).decode()
    word = zipfile.ZipFile(io.BytesIO(docx_.render(full))).read("word/document.xml").decode()
    for chart in charts:
        assert "Tydligt lägre än övriga ligger <b>Fet</b>" in chart.alt or "Ingen anordnare" in chart.alt
        assert f'alt="{escaped(chart.alt)}"' in page
        assert f'descr="{escaped(chart.alt).replace("&#34;", "&quot;")}"' in word


def drawn(name: str) -> bytes:
    return png(Bars("", "", (Bar(name, 50.0, 40.0, 60.0, Assessment.NONE),), None))


@pytest.mark.parametrize(("name", "other"), [("ትግርኛ", "ትግርኚ"), ("\U00010330", "\U00010331")])
def test_other_scripts_are_drawn_in_pictures(name: str, other: str) -> None:
    """Letters without a typeface are all the same box: two names of one length would give the same picture."""
    assert drawn(name) != drawn(other)
