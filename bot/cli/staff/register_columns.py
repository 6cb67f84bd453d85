"""What every column of a register file is for: the one source of the templates and of docs/register.md. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from storage.register import headers

C = TypeVar("C", bound=str)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a kind of register file.

    Attributes:
        meaning: what stands in it, for a case worker.
        example: a right value.
        choices: the values that may be chosen between; empty for any.
    """

    meaning: str
    example: str
    choices: tuple[str, ...] = ()


def _words(codes: Mapping[C, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the Swedish word of each code, or the code itself where it has none that a list can hold."""
    return tuple(next((word for word in words if "," not in word), str(code)) for code, words in codes.items())


_DAY = "Datum, ÅÅÅÅ-MM-DD."
_YES_NO = ("ja", "nej")
_INDICATORS = tuple(headers.INDICATORS)
_ENROLMENT = Column("Insatsens nummer.", "E-1042")
KINDS = {
    "providers": "Anordnare",
    "customers": "Kunder",
    "enrolments": "Insatser",
    "followups": "Uppföljningar",
    "exemptions": "Undantag från uppföljning",
    "answers": "Svar som tagits på annat sätt",
    "actionplans": "Åtgärdsplaner",
    "targets": "Mål",
    "context": "Omvärldsuppgifter",
}
COLUMNS: Mapping[str, Mapping[str, Column]] = {
    "providers": {
        "ref": Column("Anordnarens nummer hos er.", "P07"),
        "name": Column("Namnet, som rapporten skriver det.", "Nya Steget AB"),
        "phone": Column("Kontaktpersonens mobil. Tom cell tar bort numret.", "070-123 45 67"),
        "authorised_from": Column(f"Första dagen som godkänd. {_DAY}", "2025-01-01"),
        "authorised_to": Column(f"Sista dagen som godkänd. {_DAY} Tom: tills vidare.", "2027-12-31"),
    },
    "customers": {
        "ref": Column("Kundens nummer hos er. Aldrig personnummer.", "K1042"),
        "phone": Column("Kundens mobil. Tom cell tar bort numret.", "070-123 45 67"),
        "language": Column(
            "Språket som kunden frågas på. Tom eller okänt språk: svenska.",
            "somaliska",
            _words(headers.LANGUAGES),
        ),
        "gender": Column("K, M eller tom.", "K", ("K", "M")),
        "birth_year": Column("Fyra siffror.", "1990"),
        "contact": Column(
            "Hur kunden vill bli nådd. Tom: som vanligt. Ingen: skrivs aldrig till. Telefon och brev: på "
            "ringlistan. Skyddad: skyddad identitet.",
            "telefon",
            _words(headers.CONTACTS),
        ),
    },
    "enrolments": {
        "ref": Column("Insatsens nummer hos er.", "E-1042"),
        "customer": Column("Kundens nummer.", "K1042"),
        "provider": Column("Anordnarens nummer.", "P07"),
        "started_on": Column(f"Startdatum. {_DAY}", "2026-02-02"),
        "planned_end_on": Column(f"Planerat slut. {_DAY}", "2026-12-31"),
        "ended_on": Column(f"Slutdatum; tom medan insatsen pågår. {_DAY}", "2026-11-03"),
        "end_reason": Column(
            "Varför den avslutades; fylls i tillsammans med slutdatum.", "arbete", _words(headers.END_REASONS)
        ),
        "difficulty": Column(
            "Svårighetsgrad; låses när insatsen har startat.", "medel", _words(headers.DIFFICULTIES)
        ),
    },
    "followups": {
        "enrolment": _ENROLMENT,
        "month": Column("Månaden som följs upp, ÅÅÅÅ-MM.", "2026-10"),
        "held_on": Column(f"Dagen då samtalet hölls. {_DAY}", "2026-10-14"),
        "form": Column("Hur det hölls.", "möte", _words(headers.FORMS)),
        "from_plan": Column("Om det utgick från planen.", "ja", _YES_NO),
        "plan_changed": Column("Om planen ändrades.", "nej", _YES_NO),
        "activities": Column(
            f"Aktiviteter med komma emellan: {', '.join(_words(headers.ACTIVITIES))}.", "coachning, praktik"
        ),
        "next_step": Column("Nästa steg, i egna ord.", "studiebesök vecka 45"),
    },
    "exemptions": {
        "enrolment": _ENROLMENT,
        "from": Column(f"Första dagen. {_DAY}", "2026-07-01"),
        "to": Column(f"Sista dagen, högst 366 dagar efter den första. {_DAY}", "2026-07-31"),
        "reason": Column("Varför ingen uppföljning begärs.", "semester", _words(headers.EXEMPTIONS)),
        "who": Column("Vem på enheten som beslutat.", "Anna Berg"),
        "withdrawn": Column("Ja återtar ett undantag.", "nej", _YES_NO),
    },
    "answers": {
        "enrolment": _ENROLMENT,
        "survey": Column("Vilken enkät.", "start", tuple(headers.SURVEYS)),
        "period": Column("Månaden för checkin, ÅÅÅÅ-MM; annars tom.", "2026-10"),
        "question": Column("Vilken fråga.", "overall", headers.QUESTIONS),
        "value": Column("Svaret: 5 är bäst, 1 sämst; ja eller nej för followup_held; tom för comment.", "4"),
        "text": Column("Kommentaren, för comment.", "Bra stöd"),
        "answered_on": Column(f"När kunden svarade. {_DAY}", "2026-10-20"),
        "mode": Column("Hur svaret togs emot.", "telefon", _words(headers.MODES)),
    },
    "actionplans": {
        "ref": Column("Planens nummer.", "A12"),
        "provider": Column("Anordnarens nummer.", "P07"),
        "deficiency": Column("Bristen.", "Uppföljningar saknas"),
        "measures": Column("Vad anordnaren gör åt den.", "Ny rutin för månadssamtal"),
        "due_on": Column(f"När det ska vara klart. {_DAY}", "2026-12-01"),
        "responsible": Column("Ansvarig hos anordnaren.", "Eva Lind"),
        "indicator": Column("Måttet som ska bli bättre.", "followup.compliance", _INDICATORS),
        "decided_on": Column(f"När planen beslutades. {_DAY}", "2026-10-01"),
        "done_on": Column(f"När den blev klar; tom tills dess. {_DAY}", "2026-11-20"),
        "effect": Column("Vad den ledde till.", "Uppföljning i tid steg till 92 procent"),
    },
    "targets": {
        "indicator": Column("Måttet.", "satisfaction.overall", _INDICATORS),
        "year": Column("Året.", "2026"),
        "target": Column("Målet i procent.", "70"),
    },
    "context": {
        "name": Column("Uppgiften, som rapporten skriver den.", "Arbetslösa 16-24 år"),
        "year": Column("Året.", "2026"),
        "value": Column("Värdet.", "6,1"),
        "unit": Column("Enheten.", "procent"),
        "source": Column("Källan.", "Arbetsförmedlingen"),
        "date": Column(f"När den hämtades. {_DAY}", "2026-11-30"),
    },
}


# How files of another system are read; keys as storage/register/layout/profile_file.py knows them.
PROFILE = """
## Files of another system: profile.toml

`followup import PATH... --profile profile.toml` reads files as a case system exports them. Every key may be left
out, and is guessed then; what was guessed is printed. There is a part for each kind of file.

```toml
[customers]
sheet = "Kunder"            # the only sheet of a workbook that is of this kind
header_row = 3              # the line of the header
encoding = "windows-1252"   # of a CSV file
delimiter = ";"
digits = 6                  # of your own numbers: shorter ones get zeros in front. 0: as they are written
drop = ["Personnummer"]     # columns that are never read further than their name
[customers.columns]         # ours = theirs
ref = "Kund-ID"
[customers.values.language] # theirs = ours
"Somaliska (södra)" = "so"
```

- A column of personnummer can only be dropped.
- Values may be translated in every column: `[enrolments.values.provider]` turns a provider's name into its
  number.
- A system that writes 9999-12-31 for "none": `[providers.values.authorised_to]` with
  `"9999-12-31" = ""`.
- A wrong key, or a column that the file does not have, is an error that names the key.

## Numbers of your own

Spreadsheets take the zeros in front of a number, and add `.0` to it. `.0` is taken off and told. Zeros are asked
about: a number that differs from a stored one, or from one in another row, only in its zeros is refused with both.
So is a number that is shorter than the others, where those begin with 0. `digits` in the profile answers it.
"""
TITLES = ("Kolumn", "På svenska", "Måste finnas", "Vad som står i den", "Exempel", "Val")


def explanation(kind: str) -> Iterator[Sequence[str]]:
    """Yield a row for each column of a kind of file, with a cell under each of TITLES."""
    for name, column in COLUMNS[kind].items():
        aliases = headers.COLUMNS[kind][name]
        needed = "ja" if name in headers.REQUIRED[kind] else "nej"
        swedish = aliases[0] if aliases else ""
        yield name, swedish, needed, column.meaning, column.example, ", ".join(column.choices)


def page() -> str:
    """Return docs/register.md."""
    lines = [
        "# Register files",
        "",
        "Made from the program. `followup templates DIR` writes empty files with the same explanations.",
    ]
    for kind, title in KINDS.items():
        lines += ["", f"## {kind}: {title}", "", f"| {' | '.join(TITLES)} |", f"|{' --- |' * len(TITLES)}"]
        lines += [f"| {' | '.join(row)} |" for row in explanation(kind)]
    return "\n".join([*lines, PROFILE])


if __name__ == "__main__":
    print(page(), end="")
