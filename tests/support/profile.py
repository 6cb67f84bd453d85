"""Profiles of units: a copy of the example, and another municipality."""

from pathlib import Path

from survey.unit import profile_file

OTHER = """
[unit]
name = "Övre kommun"
short = "Övre"
phone = "0660-123 45"
unit = "Jobbcentrum"
committee = "Kommunstyrelsen"
diary_number = "KS 2016/117"
privacy = "https://www.example.se/pu"
complaint_days = 8
contact_days = 3
unread_languages = "allow"

[alerts]
on_call = ["mailto:jour@example.se"]

[sign_in]
claim = "groups"

[sign_in.roles]
"arbete-admin" = "administrator"
"""


def own_unit(folder: Path) -> str:
    """Return the path of a copy of the example that may send every text; to the program it is a unit's own."""
    text = profile_file.EXAMPLE.read_text(encoding="utf-8")
    path = folder / "unit.toml"
    path.write_text(text.replace('unread_languages = "refuse"', 'unread_languages = "allow"'), encoding="utf-8")
    return str(path)
