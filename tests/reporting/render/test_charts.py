"""Every chart is valid, and says its finding in words."""

import io
import zipfile

import altair

from reporting.document.blocks import Bars, Document, Funnel
from reporting.render import docx as docx_
from reporting.render import html
from reporting.render.charts import specification
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
