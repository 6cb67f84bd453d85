"""Read what a browser sends to the provider's page: form fields, and the place in the list."""

from urllib.parse import parse_qsl

from aiohttp import web

from bot.web.uploads import UNREADABLE

MAX_FIELDS = 2_000  # of one form: 30 rows have at most 14 each


def start_of(request: web.Request, total: int) -> int:
    """Return the place in a list of ``total`` that the address names; 0 where it names none."""
    start = request.query.get("from", "0")
    return int(start) if start.isdecimal() and len(start) < 6 and int(start) < total else 0


def saved_of(request: web.Request) -> int | None:
    """Return how many follow-ups the address says were just saved; None where it says nothing."""
    saved = request.query.get("saved", "")
    return int(saved) if saved.isdecimal() and len(saved) < 4 else None


async def fields_of(request: web.Request) -> list[tuple[str, str]]:
    """Return the form's fields, without NUL characters.

    Raises:
        HTTPBadRequest: it is no form.
        HTTPRequestEntityTooLarge: it is longer than the application takes.
    """
    try:
        text = (await request.read()).decode()
        fields = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
        return [(name, value.replace("\0", "")) for name, value in fields]
    except ValueError as error:
        raise web.HTTPBadRequest(text=UNREADABLE) from error
