"""The words of register files: columns, codes and their Swedish names, all as data.

Lookups fold the case of letters, so every name here is written in small letters.
"""

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = {
    "sv": ("svenska",),
    "sv-easy": ("lättläst svenska", "lätt svenska"),
    "en": ("engelska",),
    "ar": ("arabiska",),
    "so": ("somaliska",),
    "fa": ("persiska", "farsi", "dari"),
    "ti": ("tigrinja", "tigrinska"),
    "uk": ("ukrainska",),
    "fi": ("finska",),
}
GENDERS = {"K": ("kvinna",), "M": ("man",)}
END_REASONS = {
    "work": ("arbete", "jobb"),
    "studies": ("studier",),
    "own_company": ("eget företag",),
    "moved": ("flytt", "flyttat"),
    "pregnancy": ("graviditet",),
    "parental_leave": ("föräldraledighet", "föräldraledig"),
    "pension": ("ålderspension",),
    "disability_pension": ("sjukpension", "sjukersättning"),
    "illness": ("sjukdom", "sjuk"),
    "death": ("dödsfall", "avliden"),
    "changed_provider": ("byte av anordnare", "bytt anordnare", "byte"),
    "dropped_out": ("avbrott", "avbrutit", "hoppat av"),
    "unemployed": ("arbetslös", "arbetslöshet"),
    "other": ("annat", "övrigt"),
}
DIFFICULTIES = {"low": ("låg",), "medium": ("medel",), "high": ("hög",)}
SURVEYS = {"start": (), "end": ("slut", "avslut"), "checkin": ("månadsavstämning", "avstämning")}
QUESTIONS = {
    "overall": ("totalomdöme",),
    "treatment": ("bemötande",),
    "usefulness": ("nytta",),
    "reason": ("skäl", "orsak"),
    "comment": ("kommentar",),
    "followup_held": ("månadsuppföljning", "uppföljning"),
    "progress": ("framsteg",),
}
ASKED = {
    "start": ("overall", "treatment", "usefulness", "reason", "comment"),
    "end": ("overall", "treatment", "usefulness", "reason", "comment"),
    "checkin": ("followup_held", "progress", "comment"),
}
VALUES = {"followup_held": {"1": ("ja",), "0": ("nej",)}}
FIVE: dict[str, tuple[str, ...]] = {str(value): () for value in range(1, 6)}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its columns with their other names, and those that may be left out."""

    swedish: str
    columns: Mapping[str, tuple[str, ...]]
    optional: frozenset[str]
    key: tuple[str, ...]


_REF = ("nummer", "nr", "id")
KINDS = {
    "providers": Kind(
        "anordnare",
        {
            "ref": ("anordnare", "anordnarnummer", *_REF),
            "name": ("namn", "anordnarnamn"),
            "phone": ("telefon", "telefonnummer", "mobil"),
            "authorised_from": ("auktoriserad från", "auktoriserad_från"),
            "authorised_to": ("auktoriserad till", "auktoriserad_till"),
        },
        frozenset({"phone", "authorised_from", "authorised_to"}),
        ("ref",),
    ),
    "customers": Kind(
        "kunder",
        {
            "ref": ("kund", "kundnummer", *_REF),
            "phone": ("telefon", "telefonnummer", "mobil"),
            "language": ("språk",),
            "gender": ("kön",),
            "birth_year": ("födelseår",),
        },
        frozenset({"language", "gender", "birth_year"}),
        ("ref",),
    ),
    "enrolments": Kind(
        "insatser",
        {
            "ref": ("insats", "insatsnummer", *_REF),
            "customer": ("kund", "kundnummer"),
            "provider": ("anordnare", "anordnarnummer"),
            "started_on": ("startdatum", "start"),
            "planned_end_on": ("planerat slut", "planerat slutdatum", "planerat_slut"),
            "ended_on": ("slutdatum", "avslutsdatum"),
            "end_reason": ("avslutsorsak",),
            "difficulty": ("svårighetsgrad",),
        },
        frozenset({"planned_end_on", "difficulty"}),  # without the end, a file would open again what has ended
        ("ref",),
    ),
    "followups": Kind(
        "uppföljningar",
        {"enrolment": ("insats", "insatsnummer"), "month": ("månad",), "held_on": ("datum", "uppföljningsdatum")},
        frozenset(),
        ("enrolment", "month"),
    ),
    "answers": Kind(
        "svar",
        {
            "enrolment": ("insats", "insatsnummer"),
            "survey": ("enkät",),
            "period": ("månad",),
            "question": ("fråga",),
            "value": ("värde", "svar"),
            "text": ("fritext", "kommentar"),
            "answered_on": ("svarsdatum", "datum"),
        },
        frozenset({"period", "text"}),
        ("enrolment", "survey", "period", "question"),
    ),
}
