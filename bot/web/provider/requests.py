"""Read what a browser sends to the provider's page: form fields, a file, the place in the list."""

from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from storage.register import reader
from storage.register.rows import RegisterBatch

MAX_FIELDS = 2_000  # of one form: 30 rows have at most 14 each
FILE_LIMIT = 1024**2  # bytes

_UNREADABLE = "Formuläret kan inte läsas."


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
        raise web.HTTPBadRequest(text=_UNREADABLE) from error


async def file_of(request: web.Request) -> tuple[str, bytes]:
    """Return the name and content of the chosen file, empty where none is; of a large file only its beginning.

    A content of more than FILE_LIMIT bytes is not whole.

    Raises:
        HTTPBadRequest: it is no form with a file.
    """
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or part.name != "file":
                continue
            content = bytearray()
            while len(content) <= FILE_LIMIT and (chunk := await part.read_chunk()):
                content += chunk
            return part.filename or "", bytes(content)
    except (ValueError, AssertionError) as error:  # aiohttp raises both when it is no multipart form
        raise web.HTTPBadRequest(text=_UNREADABLE) from error
    return "", b""


def read_file(name: str, content: bytes) -> RegisterBatch:
    """Read a register file that came by HTTP. Its name tells the kind of file, and is used for nothing else."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / ("filen.xlsx" if name.lower().endswith(".xlsx") else "filen.csv")
        path.write_bytes(content)
        return reader.read([path])
