"""The workbook of a language's texts: a row for each, with its cost, where it is said and who has read it."""

import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]  # ships no types

from bot.wording import sentence
from storage.errors import Problem, RegisterError
from storage.register.cells import tables
from storage.register.files.tables import Unreadable
from survey.codes import SurveyId
from survey.packs import placeholders, segments
from survey.packs.own_texts import NONE, OwnTexts, SignOff
from survey.packs.pack_files import PREFIXES, SHARED, TOLD, LanguageFile, composed
from survey.plain_text import has_unseen
from survey.unit.profile import UnitProfile

KEY, SWEDISH, TEXT = "Nyckel", "Svenska", "Text"
PARTS, ENCODING, CONTEXT = "Delar", "Kodning", "Sammanhang"
BY, ON = "Granskad av", "Datum"
COLUMNS = {KEY: 30, SWEDISH: 55, TEXT: 55, PARTS: 8, ENCODING: 10, CONTEXT: 45, BY: 22, ON: 12}
GUIDE = (
    "Läs varje text i kolumnen Text, högt. Den ska vara varm, kort och lätt att förstå.",
    "Ändra texten där den är fel. Behåll det som står inom klamrar, till exempel {name} och {phone}.",
    "Skriv ditt namn och dagens datum (2026-11-28) på varje rad som du har läst och som nu är rätt.",
    "Ett sms ska rymmas i en del, på andra alfabet än det latinska i två. För långa texter nämns vid inläsningen.",
    "Ta inte bort rader, och ändra inte kolumnen Nyckel.",
    "Läs in filen igen med: followup texts import FIL",
)
_PLACEHOLDER = re.compile(r"\{\w*\}")
_TEXT = re.compile(r"Text \(([\w-]+)\)")


def text_column(language: str) -> str:
    """Return the heading of the column of texts, which tells their language."""
    return f"{TEXT} ({language})"


@dataclass(frozen=True, slots=True)
class Row:
    """One text as its row shows it."""

    key: str
    swedish: str
    text: str
    cost: segments.Segments
    context: str
    sign_off: SignOff | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a workbook says.

    Attributes:
        language: its code; empty where the file tells none.
        own: what the unit has changed and signed off.
        wrong: what is wrong, a line for each fault.
    """

    language: str
    own: OwnTexts = field(default_factory=OwnTexts)
    wrong: tuple[str, ...] = ()


def rows(file: LanguageFile, swedish: LanguageFile, own: OwnTexts, unit: UnitProfile) -> list[Row]:
    """Return a row for each text of a language, in the order of its file."""
    filled = placeholders.fill(file, unit)
    found = []
    for key, text in file.texts.items():
        signed = own.signed.get(key)
        found.append(
            Row(
                key,
                swedish.texts.get(key, ""),
                text,
                segments.count(filled.texts[key]),
                context_of(key, swedish),
                signed if signed and signed.text == text else None,
            )
        )
    return found


def context_of(key: str, swedish: LanguageFile) -> str:
    """Return in Swedish where a text is said."""
    kind, _, rest = key.partition(".")
    of, _, last = rest.rpartition(".")
    if kind == "opening":
        return f"Det första meddelandet, före frågan. Enkät: {_survey(last)}"
    if kind == "question":
        return f"Fråga. Enkät: {_survey(of)}"
    if kind == "option":
        question = next((text for name, text in swedish.texts.items() if name.endswith(f".{of}")), of)
        return f"Svar {last} på frågan: {question}"
    if kind == "short":
        return "Rubrik i listan över kundens egna svar"
    if last in TOLD:
        return "Det första meddelandet, där två delar telefon eller en kund har två stöd"
    return "Står före en fråga i samma meddelande" if last in PREFIXES else "Eget meddelande"


def _survey(id_: str) -> str:
    return "alla" if id_ == SHARED else SurveyId(id_).swedish


def write(rows: Sequence[Row], file: LanguageFile) -> bytes:
    """Return the workbook of a language."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": f"Texter: {file.name}"})
        shown = {"valign": "top", "text_wrap": True}
        cell, head = book.add_format(shown), book.add_format({"bold": True, "bottom": 1})
        to_fill = book.add_format({**shown, "bg_color": "#FFF7D6", "border": 1, "border_color": "#D9D9D9"})
        day = book.add_format({**shown, "bg_color": "#FFF7D6", "num_format": "yyyy-mm-dd", "border": 1})
        sheet = book.add_worksheet(file.code)
        for place, (name, width) in enumerate(COLUMNS.items()):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, text_column(file.code) if name == TEXT else name, head)
        for line, row in enumerate(rows, 1):
            sheet.write_string(line, 0, row.key, cell)
            sheet.write_string(line, 1, row.swedish, cell)
            sheet.write_string(line, 2, row.text, to_fill)
            sheet.write_number(line, 3, row.cost.parts, cell)
            sheet.write_string(line, 4, row.cost.alphabet, cell)
            sheet.write_string(line, 5, row.context, cell)
            sheet.write_string(line, 6, row.sign_off.by if row.sign_off else "", to_fill)
            if row.sign_off:
                sheet.write_datetime(line, 7, row.sign_off.on, day)
            else:
                sheet.write_blank(line, 7, None, day)
        sheet.freeze_panes(1, 1)
        guide = book.add_worksheet("Läs mig")
        guide.set_column(0, 0, 110)
        for line, text in enumerate(GUIDE):
            guide.write_string(line, 0, text)
    return out.getvalue()


def read(
    path: Path,
    packs: Mapping[str, LanguageFile],
    now: Mapping[str, LanguageFile],
    own: Mapping[str, OwnTexts],
    today: date,
) -> Sheet:
    """Read a workbook back.

    Args:
        path: the workbook.
        packs: the languages as the program brings them.
        now: the same with the unit's own texts in them, as they were exported.
        own: the unit's own texts before.
        today: no sign-off may be later.
    """
    try:
        found = [each.lines for each in tables(path) if each.lines and KEY in each.lines[0][1]]
    except Unreadable as error:
        refused = RegisterError([Problem(path.name, error.row, "", error.code)])
        return Sheet("", wrong=(sentence(refused).splitlines()[-1],))
    if len(found) != 1:
        return Sheet("", wrong=(f"{path.name}: ett blad med kolumnen {KEY} ska finnas, och bara ett.",))
    header, lines = found[0][0][1], found[0][1:]
    texts = [match[1] for match in map(_TEXT.fullmatch, header) if match]
    if len(texts) != 1 or texts[0] not in packs:
        known = ", ".join(packs)
        return Sheet("", wrong=(f"{path.name}: kolumnen {text_column('språkets kod')} saknas: {known}.",))
    missing = [f"{path.name}: kolumnen {name} saknas." for name in (BY, ON) if name not in header]
    if missing:
        return Sheet("", wrong=tuple(missing))
    language = texts[0]
    cells = [(row, dict(zip(header, values, strict=False))) for row, values in lines if any(values)]
    reader = _Reader(path.name, packs[language], now[language], own.get(language, NONE), today)
    return reader.read(cells)


class _Reader:
    """Reads the rows of one language, and notes what is wrong with them."""

    def __init__(self, name: str, pack: LanguageFile, now: LanguageFile, own: OwnTexts, today: date) -> None:
        self._name = name
        self._pack = pack
        self._now = now
        self._own = own
        self._today = today
        self._wrong: list[str] = []

    def read(self, rows: Iterable[tuple[int, Mapping[str, str]]]) -> Sheet:
        texts: dict[str, str] = {}
        signed: dict[str, SignOff] = {}
        for row, cells in rows:
            key, text = cells[KEY], composed(cells.get(text_column(self._pack.code), ""))
            if key not in self._pack.texts:
                self._refuse(row, f"nyckeln {key!r} finns inte.")
            elif key in texts:
                self._refuse(row, f"{key} står på två rader.")
            else:
                texts[key] = text
                self._check_text(row, key, text)
                sign_off = self._sign_off(row, key, text, cells)
                if sign_off:
                    signed[key] = sign_off
        self._wrong += [f"{self._name}: raden för {key} saknas." for key in self._pack.texts if key not in texts]
        changed = {key: text for key, text in texts.items() if text != self._pack.texts[key]}
        return Sheet(self._pack.code, OwnTexts(changed, signed), tuple(self._wrong))

    def _check_text(self, row: int, key: str, text: str) -> None:
        if not text:
            self._refuse(row, f"texten för {key} är tom.")
        elif has_unseen(text):
            self._refuse(row, f"{key} har ett tecken som inte syns, till exempel en radbrytning.")
        elif Counter(_PLACEHOLDER.findall(text)) != Counter(_PLACEHOLDER.findall(self._pack.texts[key])):
            wanted = ", ".join(_PLACEHOLDER.findall(self._pack.texts[key])) or "inga"
            self._refuse(row, f"{key} ska ha samma klamrar som förut: {wanted}.")

    def _sign_off(self, row: int, key: str, text: str, cells: Mapping[str, str]) -> SignOff | None:
        """Return the sign-off of a row. One from before does not hold for a text that has been changed since."""
        by, on = " ".join(cells[BY].split()), cells[ON]
        if not by and not on:
            return None
        if not by or not on:
            self._refuse(row, f"{key}: fyll i både {BY} och {ON}, eller ingen av dem.")
            return None
        try:
            day = date.fromisoformat(on)
        except ValueError:
            self._refuse(row, f"{key}: datumet {on!r} ska skrivas som 2026-11-28.")
            return None
        if day > self._today:
            self._refuse(row, f"{key}: datumet {on} har inte varit än.")
            return None
        before = self._own.signed.get(key)
        if before and text != self._now.texts[key] and (before.by, before.on) == (by, day):
            return None
        return SignOff(text, by, day)

    def _refuse(self, row: int, why: str) -> None:
        self._wrong.append(f"{self._name}, rad {row}: {why}")
