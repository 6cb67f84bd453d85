"""The reader of unit.toml: what it takes, and how it refuses each key that cannot be used."""

from pathlib import Path

import pytest

from survey.codes import Role
from survey.errors import UnitError
from survey.unit import profile_file

WHOLE = """
[unit]
name = "Örnsköldsviks kommun"
short = "Övik"
phone = "0660-880 00"
unit = "Arbetsmarknadsenheten"
committee = "Kommunstyrelsen"
diary_number = "KS 2026/117"
privacy = "https://www.example.se/personuppgifter"
complaint_days = 8
contact_days = 3
min_answers = 12
unread_languages = "allow"
care_line = "1177"
crisis_line = "020-22 00 60"
[unit.names]
en = "the municipality of Örnsköldsvik"
[alerts]
on_call = ["mailto:jour@example.se", "tel:+46701234567"]
[sign_in]
claim = "groups"
[sign_in.roles]
"arbete-admin" = "administrator"
"arbete-alla" = "reader"
"""
LEAST = """
[unit]
name = "Örnsköldsviks kommun"
short = "Övik"
phone = "0660-880 00"
unit = "Arbetsmarknadsenheten"
committee = "Kommunstyrelsen"
privacy = "https://www.example.se/personuppgifter"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "unit.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_is_read(tmp_path: Path) -> None:
    unit = profile_file.load(written(tmp_path, WHOLE))
    assert (unit.name, unit.short, unit.phone) == ("Örnsköldsviks kommun", "Övik", "0660-880 00")
    assert (unit.unit, unit.committee) == ("Arbetsmarknadsenheten", "Kommunstyrelsen")
    assert (unit.diary_number, unit.privacy) == ("KS 2026/117", "https://www.example.se/personuppgifter")
    assert (unit.complaint_days, unit.contact_days, unit.min_answers) == (8, 3, 12)
    assert (unit.unread_languages, unit.care_line, unit.crisis_line) == ("allow", "1177", "020-22 00 60")
    assert unit.name_in("en") == "the municipality of Örnsköldsvik"
    assert unit.name_in("fi") == "Örnsköldsviks kommun"
    assert unit.on_call == ("mailto:jour@example.se", "tel:+46701234567")
    assert unit.sign_in.claim == "groups"
    assert unit.sign_in.roles == {"arbete-admin": Role.ADMINISTRATOR, "arbete-alla": Role.READER}
    assert not unit.is_example


def test_keys_left_out_have_their_defaults(tmp_path: Path) -> None:
    unit = profile_file.load(written(tmp_path, "\ufeff" + LEAST))  # Notepad writes a byte order mark
    assert (unit.diary_number, unit.complaint_days, unit.contact_days, unit.min_answers) == ("", 10, 5, 10)
    assert (unit.unread_languages, unit.on_call, unit.sign_in.claim) == ("refuse", (), "roles")


def test_without_a_file_it_is_the_example(tmp_path: Path) -> None:
    assert profile_file.load(None).is_example
    assert profile_file.load(profile_file.EXAMPLE).is_example
    copy = written(tmp_path, profile_file.EXAMPLE.read_text(encoding="utf-8"))
    assert profile_file.load(copy).name == "Nacka kommun"


@pytest.mark.parametrize(
    ("phone", "tel"),
    [
        ("08-718 80 00", "+4687188000"),
        ("+46 8 718 80 00", "+4687188000"),
        ("1177", "1177"),
    ],
)
def test_a_phone_number_can_be_dialled(tmp_path: Path, phone: str, tel: str) -> None:
    assert profile_file.load(written(tmp_path, LEAST.replace("0660-880 00", phone))).tel == tel


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('name = "Ö', 'nmae = "Ö', "nyckeln unit.nmae är okänd; menas name?"),
        ('name = "Ö', 'nmae = "Ö', "unit.name saknas."),
        ("[alerts]", "[alarms]", "avsnittet [alarms] är okänt; menas alerts?"),
        ("[unit]", "[kommun]", "avsnittet [kommun] är okänt; de som finns är unit, alerts, sign_in."),
        ('short = "Övik"', 'short = ""', "unit.short är tom."),
        ('short = "Övik"', "short = 4", "unit.short ska vara en text inom citattecken, inte 4."),
        ('short = "Övik"', 'short = "Örnsköldsviks kommun, arbete"', "är längre än 20 tecken."),
        ('"Arbetsmarknadsenheten"', '"Arbete\\noch bidrag"', "unit.unit får inte ha radbrytningar"),
        ('"Arbetsmarknadsenheten"', '"{name}"', "unit.unit får inte ha radbrytningar, styrtecken eller klammer"),
        ('"0660-880 00"', '"växeln"', "unit.phone: 'växeln' är inget telefonnummer, som 08-123 45 67."),
        (
            "https://www.example.se/personuppgifter",
            "personuppgifter",
            "unit.privacy: 'personuppgifter' är ingen",
        ),
        ("complaint_days = 8", 'complaint_days = "8"', "unit.complaint_days ska vara ett heltal från 1 till 60"),
        (
            "contact_days = 3",
            "contact_days = true",
            "unit.contact_days ska vara ett heltal från 1 till 30, inte",
        ),
        ("min_answers = 12", "min_answers = 6", "unit.min_answers ska vara ett heltal från 10 till 100, inte 6."),
        ('= "allow"', '= "yes"', 'unit.unread_languages ska vara "refuse" eller "allow", inte \'yes\'.'),
        ('en = "the', 'Engelska = "the', "unit.names: 'Engelska' är ingen språkkod."),
        ("mailto:jour@example.se", "jour@example.se", "alerts.on_call: 'jour@example.se' är ingen adress"),
        ("tel:+46701234567", "tel:0701234567", "alerts.on_call: 'tel:0701234567' är ingen adress"),
        ('claim = "groups"', "claim = 1", "sign_in.claim ska vara en text inom citattecken, inte 1."),
        ('"administrator"', '"admin"', "sign_in.roles: 'admin' är ingen roll; välj administrator, quality_lead, "),
        ("[unit]", "[unit", "filen är inte TOML ("),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in WHOLE
    path = written(tmp_path, WHOLE.replace(old, new, 1))
    with pytest.raises(UnitError) as refused:
        profile_file.load(path)
    assert fault in str(refused.value)
    assert all(line.startswith(f"{path}: ") for line in str(refused.value).splitlines())


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE.replace("12", "6").replace("Övik", "").replace("claim", "clame"))
    with pytest.raises(UnitError) as refused:
        profile_file.load(path)
    assert len(str(refused.value).splitlines()) == 3


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnitError, match=r"FOLLOWUP_UNIT: filen .*nowhere\.toml kan inte läsas"):
        profile_file.load(tmp_path / "nowhere.toml")
    path = tmp_path / "unit.toml"
    path.write_bytes(LEAST.encode("cp1252"))
    with pytest.raises(UnitError, match=r"unit\.toml: filen är inte UTF-8"):
        profile_file.load(path)
