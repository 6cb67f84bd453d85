"""Draw the provider's page: templates, the style sheet and the headers."""

from functools import cache
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.web.provider import words
from bot.web.provider.link_messages import PATH
from bot.web.security import page_headers
from storage.followups.recording import NEXT_STEP_LENGTH
from survey.codes import Activity, FollowUpForm
from survey.unit.profile import UnitProfile

# The page loads its own style and nothing else, and no search engine may list a personal link.
HEADERS = {**page_headers("default-src 'none'; style-src 'self'; form-action 'self'"), "X-Robots-Tag": "noindex"}


def page(template: str, unit: UnitProfile, status: int = 200, **values: object) -> web.Response:
    """Return the page that a template draws of ``values``, with ``unit`` at its foot."""
    text = _templates().get_template(template).render(unit=unit, **values)
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)


def redirect(token: str, query: str = "") -> web.Response:
    """Return an answer that sends the browser to the page behind ``token``: a reload then repeats no form."""
    return web.Response(status=303, headers={"Location": f"{PATH}{token}{query}", **HEADERS})


async def style(_request: web.Request) -> web.Response:
    """Answer GET for the style sheet."""
    return web.Response(text=_css(), content_type="text/css", headers={"Cache-Control": "max-age=3600"})


@cache
def _css() -> str:
    return (Path(__file__).parent / "templates" / "page.css").read_text(encoding="utf-8")


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("bot.web.provider", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        path=PATH, forms=tuple(FollowUpForm), activities=tuple(Activity), words=words, length=NEXT_STEP_LENGTH
    )
    return environment
