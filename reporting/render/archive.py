"""Give Office files, which are ZIP archives, a fixed time: the same content then has the same bytes."""

import io
import zipfile
from datetime import datetime


def with_fixed_time(archive: bytes, at: datetime) -> bytes:
    """Return ``archive`` with every entry dated ``at``."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            entry = zipfile.ZipInfo(name, at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(entry, before.read(name))
    return out.getvalue()
