"""Office files are ZIP archives: with a fixed order and time, the same content is the same bytes."""

import io
import zipfile
from datetime import datetime


def settled(archive: bytes, at: datetime) -> bytes:
    """``archive`` with every entry dated ``at``."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            entry = zipfile.ZipInfo(name, at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(entry, before.read(name))
    return out.getvalue()
