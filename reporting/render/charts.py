"""Draw charts as SVG, and as PNG for Word. Altair specifies them and vl-convert draws them, without a browser.

An assessment has a shape of its own beside its colour, so that colour-blind people can read it, and everybody in
grey. The colours are Okabe and Ito's, which differ in lightness too.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

from reporting.document.assessments import Assessment
from reporting.document.blocks import Bars, Chart, Funnel, FunnelPoint
from reporting.document.swedish import shortened
from reporting.render import fonts
from reporting.render.funnel_plane import FUNNEL_HEIGHT, FUNNEL_WIDTH, LEVELS, NAME_AT_MOST, Plane, limits

INK, SOFT, LINE, BAR, EDGE = "#1b2330", "#4a5563", "#d5dae1", "#d3dfec", "#7f93aa"
# Colour and shape by assessment; the shapes have Vega's names.
MARKS = {
    Assessment.FEW: ("#6b7280", "diamond"),
    Assessment.MERGED: ("#6b7280", "square"),
    Assessment.ALONE: ("#6b7280", "circle"),
    Assessment.NONE: ("#0072b2", "circle"),
    Assessment.WATCH: ("#b8860b", "cross"),
    Assessment.LOWER: ("#b34700", "triangle-down"),
    Assessment.HIGHER: ("#00694f", "triangle-up"),
    Assessment.OWN: ("#0072b2", "circle"),
    Assessment.OTHERS: ("#6b7280", "square"),
}
DASHES = ((4, 3), (1, 0))  # of the limits, by LEVELS
WIDTH = 400  # pixels, as are all lengths of the drawing
ROW = 19  # the height of a bar with its gap
MARGIN = {"left": 5, "right": 14, "top": 5, "bottom": 5}
CONFIG = {  # added to the finished specification, because Altair copies the whole for each part of a configuration
    "font": f"{fonts.FAMILY}, Segoe UI, Helvetica, Arial, sans-serif",
    "background": "white",
    "padding": MARGIN,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": 400,
        "gridColor": LINE,
        "domainColor": SOFT,
        "tickColor": SOFT,
        "labelLimit": 230,
        "labelPadding": 6,
    },
    "legend": {
        "orient": "top",
        "direction": "horizontal",
        "labelColor": INK,
        "labelFontSize": 10.5,
        "labelLimit": 0,
        "symbolSize": 70,
        "columns": 4,
        "title": None,
    },
}
DIFFERENCE = "Skillnad mot övriga, procentenheter"
PIXELS = 2.5  # PNG pixels for each pixel of the drawing


@lru_cache(maxsize=64)
def svg(chart: Chart) -> str:
    """Return the chart as SVG; the same chart gives the same drawing."""
    marks = chart.bars if isinstance(chart, Bars) else chart.points
    for folder in fonts.typefaces("".join(each.name for each in marks)).folders:
        _register(folder)
    # Validation would take half of the time; a test validates the specification instead.
    with alt.utils.schemapi.debug_mode(False):
        return vl_convert.vegalite_to_svg(specification(chart))


def specification(chart: Chart) -> dict[str, Any]:
    """Return the chart as a Vega-Lite specification."""
    drawn = _bars(chart) if isinstance(chart, Bars) else _funnel(chart)
    return {**drawn.to_dict(validate=False), "config": CONFIG}


def png(chart: Chart) -> bytes:
    """Return the same drawing as PNG. A letter that none of the typefaces has is drawn as its code."""
    drawn = svg(chart)
    return vl_convert.svg_to_png(fonts.with_codes(drawn, fonts.typefaces(drawn).missing), scale=PIXELS, ppi=72)


@cache
def _register(folder: Path) -> None:
    """Let vl-convert draw with the typefaces of a folder."""
    vl_convert.register_font_directory(str(folder))


def _marked(kinds: Sequence[Assessment]) -> dict[str, Any]:
    """Return the encoding of colour and shape, with one legend for the assessments that occur."""
    present = [kind for kind in MARKS if kind in kinds]
    names = [kind.swedish for kind in present]

    def scale(part: int) -> alt.Scale:
        return alt.Scale(domain=names, range=[MARKS[kind][part] for kind in present])

    return {
        "color": alt.Color("assessment:N", scale=scale(0)),
        "shape": alt.Shape("assessment:N", scale=scale(1)),
    }


def _bars(chart: Bars) -> Any:
    """Draw a bar to each share, its interval across the end, and its assessment's mark, in the table's order."""
    rows = [
        {
            "place": place,  # two providers may have the same name
            "share": bar.share,
            "low": bar.low,
            "high": bar.high,
            "assessment": bar.kind.swedish,
            "few": bar.kind == Assessment.FEW,
        }
        for place, bar in enumerate(chart.bars)
    ]
    # JSON quotes the names, so that none of them is read as a part of the expression.
    names = json.dumps([shortened(bar.name, NAME_AT_MOST) for bar in chart.bars])
    base = _of(rows)
    y = alt.Y(
        "place:O",
        title=None,
        scale=alt.Scale(paddingInner=0.35),
        axis=alt.Axis(labelExpr=f"{names}[datum.value]", ticks=False, domain=False),
    )
    x = alt.X(
        "share:Q",
        title=chart.measure + ("; streckad linje: hela enheten" if chart.total is not None else ""),
        scale=alt.Scale(domain=[0, 100]),
        axis=alt.Axis(values=[0, 20, 40, 60, 80, 100], labelExpr="datum.value + ' %'"),
    )
    outline = alt.condition("datum.few", alt.value([3, 2]), alt.value([1, 0]))
    end: dict[str, Any] = {"color": INK, "thickness": 1.3, "size": 7, "orient": "vertical"}
    layers: list[alt.Chart] = [
        base.mark_bar(color=BAR, stroke=EDGE, strokeWidth=0.8).encode(x=x, y=y, strokeDash=outline),
        base.mark_rule(color=INK, strokeWidth=1.3).encode(x="low:Q", x2="high:Q", y=y),
        base.mark_tick(**end).encode(x="low:Q", y=y),
        base.mark_tick(**end).encode(x="high:Q", y=y),
        base.mark_point(filled=True, size=95, opacity=1, stroke="white", strokeWidth=0.8).encode(
            x=x, y=y, **_marked([bar.kind for bar in chart.bars])
        ),
    ]
    if chart.total is not None:
        whole = _of([{"total": chart.total}])
        layers.insert(1, whole.mark_rule(color=INK, strokeDash=[6, 4], strokeWidth=1.1).encode(x="total:Q"))
    return alt.layer(*layers).properties(width=WIDTH, height=ROW * len(rows))


def _funnel(chart: Funnel) -> Any:
    """Draw the differences to the others, with the limits of chance around nought."""
    rows = [
        {"answers": point.answers, "difference": point.difference, "assessment": point.kind.swedish}
        for point in chart.points
    ]
    plane = Plane.of(chart)
    x = alt.X("answers:Q", title="Antal svar", scale=alt.Scale(domain=list(plane.across), nice=False))
    y = alt.Y(
        "difference:Q",
        title=DIFFERENCE,
        scale=alt.Scale(domain=list(plane.along), nice=False),
        axis=alt.Axis(labelExpr="(datum.value > 0 ? '+' : datum.value < 0 ? '−' : '') + abs(datum.value)"),
    )
    nought = _of([{"nought": 0}]).mark_rule(color=INK, strokeWidth=1).encode(y="nought:Q")
    points = (
        _of(rows)
        .mark_point(filled=True, size=95, opacity=1, stroke="white", strokeWidth=0.8)
        .encode(x=x, y=y, **_marked([point.kind for point in chart.points]))
    )
    layers = (_limit_lines(chart.points, x), nought, points, *_names(plane, x, y))
    return alt.layer(*layers).properties(width=FUNNEL_WIDTH, height=FUNNEL_HEIGHT)


def _limit_lines(points: Sequence[FunnelPoint], x: alt.X) -> Any:
    dashes = alt.Scale(domain=list(LEVELS), range=list(map(list, DASHES)))
    return (
        _of(limits(points))
        .mark_line(color=SOFT, strokeWidth=1.2, interpolate="monotone")
        .encode(
            x=x,
            y=alt.Y("limit:Q", title=DIFFERENCE),
            detail="side:N",
            strokeDash=alt.StrokeDash("level:N", scale=dashes),
        )
    )


def _names(plane: Plane, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Write the names beside their marks, first in white and wider, so that a halo parts them from the grid."""
    halo: dict[str, Any] = {"color": "white", "stroke": "white", "strokeWidth": 4}
    labels = plane.labels()
    leaders = [
        _of([{"answers": each.point.answers, "difference": each.point.difference, "x2": right, "y2": top}])
        .mark_rule(color=SOFT, strokeWidth=0.8)
        .encode(x=x, y=y, x2="x2:Q", y2="y2:Q")
        for each in labels
        if each.is_far
        for right, top in (plane.foot(each),)
    ]
    return leaders + [
        _of([{"answers": each.point.answers, "difference": each.point.difference, "name": each.name}])
        .mark_text(align="left" if each.is_right else "right", dx=each.dx, dy=each.dy, fontSize=11, **look)
        .encode(x=x, y=y, text="name:N")
        for look in (halo, {"color": INK})
        for each in labels
    ]


def _of(rows: Sequence[Mapping[str, object]]) -> alt.Chart:
    return alt.Chart(alt.Data(values=rows))  # type: ignore[no-untyped-call]  # as Altair ships it
