"""Take in one uploaded file from a multipart form, whole in memory, and bounded before it is read.

aiohttp's own ``request.post()`` writes files to the machine's temporary folder and takes any number of parts; ten
thousand tiny ones held the event loop for eight seconds. Here a form has the one part that is asked for.
"""

from aiohttp import BodyPartReader, MultipartReader, StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError

AROUND = 16 * 1024  # bytes of a form beside its file: a boundary and the part's headers, at most 8 KB of each

UNREADABLE = "Formuläret kan inte läsas."


class TooLarge(Exception):
    """The file is larger than the page takes."""


async def file_of(request: web.Request, most: int, field: str = "file") -> tuple[str, bytes]:
    """Return the name and content of the chosen file; both are empty where none is chosen.

    Args:
        request: what a browser sent.
        most: bytes of the file.
        field: the name of the form's only field.

    Raises:
        TooLarge: the file has more than ``most`` bytes.
        HTTPBadRequest: it is no multipart form, or has another part than the file.
    """
    if request.content_type != "multipart/form-data":
        raise web.HTTPBadRequest(text=UNREADABLE)
    body = await _body(request, most + AROUND)
    if not body.startswith(b"--"):  # a browser writes nothing before the first boundary
        raise web.HTTPBadRequest(text=UNREADABLE)
    whole = StreamReader(request.protocol, 2 * len(body))
    whole.feed_data(body)
    whole.feed_eof()
    try:
        form = MultipartReader(request.headers, whole)
        part = await form.next()
        if not isinstance(part, BodyPartReader) or part.name != field:
            raise web.HTTPBadRequest(text=UNREADABLE)
        name, content = part.filename or "", bytes(await part.read())
        if await form.next() is not None:
            raise web.HTTPBadRequest(text=UNREADABLE)
    except (ValueError, LookupError, AssertionError, RuntimeError, HttpProcessingError) as error:
        raise web.HTTPBadRequest(text=UNREADABLE) from error  # what aiohttp raises for what is no form
    if len(content) > most:
        raise TooLarge
    return name, content


async def _body(request: web.Request, most: int) -> bytes:
    """Return the body.

    Raises:
        TooLarge: it has more than ``most`` bytes. They are not read where the request says so itself.
    """
    if (request.content_length or 0) > most:
        raise TooLarge
    body = bytearray()
    while chunk := await request.content.readany():
        body += chunk
        if len(body) > most:
            raise TooLarge
    return bytes(body)
