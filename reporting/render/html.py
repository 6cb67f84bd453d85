"""Draw a document as an HTML page in a single file."""

import re
from base64 import b64encode

from jinja2 import Environment, PackageLoader, StrictUndefined

from reporting.document.blocks import Block, Chart, Document, Grid, Heading, Paragraph, cell_text
from reporting.document.printable import printable
from reporting.render import charts

ROOM = 40  # pixels
_SIZE = re.compile(r'width="(?P<width>[0-9.]+)" height="(?P<height>[0-9.]+)" viewBox="[^"]*"')


def render(document: Document) -> bytes:
    """Return the page in UTF-8. Jinja escapes everything that comes from the register."""
    document = printable(document)
    environment = Environment(
        loader=PackageLoader("reporting.render", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(cell=cell_text, kind=_kind, picture=_picture)
    return environment.get_template("document.html.j2").render(document=document).encode("utf-8")


def _kind(block: Block) -> str:
    if isinstance(block, Paragraph):
        return block.kind
    return "heading" if isinstance(block, Heading) else "grid" if isinstance(block, Grid) else "chart"


def _picture(chart: Chart) -> str:
    drawing = _SIZE.sub(_with_room, charts.svg(chart), count=1)
    return "data:image/svg+xml;base64," + b64encode(drawing.encode()).decode("ascii")


def _with_room(found: re.Match[str]) -> str:
    """Return the drawing's size with room at the left.

    A picture on a page cannot bring a typeface, and the reader's own may be broader than the one that was measured.
    """
    width, height = float(found["width"]), float(found["height"])
    return f'width="{width + ROOM:g}" height="{height:g}" viewBox="{-ROOM} 0 {width + ROOM:g} {height:g}"'
