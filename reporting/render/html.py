"""Draw a document as an HTML page in a single file."""

from base64 import b64encode

from jinja2 import Environment, PackageLoader, StrictUndefined

from reporting.document.blocks import Block, Chart, Document, Grid, Heading, Paragraph, cell_text
from reporting.document.printable import printable
from reporting.render import charts


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
    return "data:image/svg+xml;base64," + b64encode(charts.svg(chart).encode()).decode("ascii")
