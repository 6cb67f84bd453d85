"""What several commands do with their arguments: a time, a month, register files. Each mistake is one sentence."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.errors import BadInput
from bot.settings import load as load_settings

READ = (".csv", ".tsv", ".xlsx", ".xlsm", ".ods")
UNREAD = (".xls", ".xlsb", ".numbers")  # register files of other kinds, which must not be missed
_MONTH = re.compile(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])")


def moment(text: str | None, default: datetime) -> datetime:
    """Return an ISO time given on the command line, in the unit's zone when it names none; ``default`` for None.

    Raises:
        BadInput: it is no time.
    """
    if text is None:
        return default
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} är ingen tid: skriv till exempel 2026-11-25T09:00.") from error
    return at if at.tzinfo else at.replace(tzinfo=load_settings().zone)


def check_month(month: str) -> None:
    """Refuse what is not written as YYYY-MM.

    Raises:
        BadInput: it is no month.
    """
    if not _MONTH.fullmatch(month):
        raise BadInput(f"{month!r} är ingen månad: skriv till exempel 2026-10.")


def files_of(paths: Sequence[Path]) -> list[Path]:
    """Return the files among ``paths``, and of each folder its CSV files and workbooks by name.

    Raises:
        BadInput: a path does not exist, is of a kind that cannot be read, or there is no file at all.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += _files_in(path)
        elif path.is_file():
            _refuse_unread([path])
            files.append(path)
        else:
            raise BadInput(f"Filen {path} finns inte.")
    if not files:
        raise BadInput("Där finns ingen CSV-, XLSX- eller ODS-fil.")
    return files


def _files_in(folder: Path) -> list[Path]:
    """Return the register files of a folder; what Excel and macOS leave beside them is passed over."""
    own = [each for each in sorted(folder.iterdir()) if not each.name.startswith(("~$", "."))]
    _refuse_unread(own)
    return [each for each in own if each.suffix.lower() in READ]


def _refuse_unread(files: Sequence[Path]) -> None:
    unread = [each.name for each in files if each.suffix.lower() in UNREAD]
    if unread:
        raise BadInput(f"{', '.join(unread)} kan inte läsas: spara som XLSX eller CSV, eller ta bort ur mappen.")
