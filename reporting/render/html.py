"""The report as one HTML page that needs nothing beside it."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from reporting.report import QualityReport
from reporting.swedish import decimal, whole


def render(report: QualityReport) -> bytes:
    """The page, UTF-8. Everything from the register is escaped."""
    environment = Environment(
        loader=PackageLoader("reporting.render", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(decimal=decimal, whole=whole)
    return environment.get_template("quality.html.j2").render(report=report).encode("utf-8")
