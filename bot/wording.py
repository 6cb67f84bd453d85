"""Swedish sentences for the codes and values that the rooms below bot/ store and raise. They hold no sentence.

A name that a code has on its own is in survey/codes.py; here are the sentences that need several values. An error
that has no code (BadInput and the like) carries a sentence of its own. The sentences about the database's address
and migrations are in English, as those about the settings are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from reporting.errors import ThemeCode, ThemesRefused
from storage.errors import (
    BackupErrorCode,
    CaseErrorCode,
    DatabaseError,
    DatabaseErrorCode,
    NoteCode,
    Problem,
    ProblemCode,
    PublicationErrorCode,
    RecordingRefused,
    Refusal,
    RefusalCode,
    RegisterError,
    StorageError,
    SupervisionErrorCode,
    UncountedCode,
    Value,
)
from storage.register.headers import (
    ACTIVITIES,
    COLUMNS,
    CONTACTS,
    DIFFICULTIES,
    END_REASONS,
    EXEMPTIONS,
    FORMS,
    MODES,
)
from survey.codes import CaseKind, CaseText, PauseCause, SurveyId, in_sentence, read, swedish

if TYPE_CHECKING:
    from storage.outcomes.accounts import Problem as LedgerProblem
    from storage.register.comparison.changes import Changes
    from storage.register.importer import Imported

NOTED = 100  # guesses that are named in full
NAMED = 10  # rows that are named of those that are taken in and count nowhere

PROBLEMS: Mapping[StrEnum, str] = {
    ProblemCode.FILE_UNREADABLE: "filen kan inte läsas",
    ProblemCode.NOT_UTF8: "filen är inte UTF-8; spara den som CSV UTF-8",
    ProblemCode.NOT_CSV: "raden kan inte tolkas som CSV; se över citattecknen",
    ProblemCode.NOT_XLSX: "filen kan inte läsas som arbetsbok (XLSX eller ODS)",
    ProblemCode.TOO_LARGE: "bladet är för stort; dela upp det",
    ProblemCode.FAR_CELL: "cellen {cell} ligger långt utanför tabellen; ta bort den",
    ProblemCode.ERROR_CELL: "cellen {cell} har felet {value}; rätta den, den räknas inte som tom",
    ProblemCode.FORMULA_CELL: "cellen {cell} har en formel utan värde; öppna filen i Excel och spara den",
    ProblemCode.NOT_TOML: "filen är inte TOML; se över raden",
    ProblemCode.PROFILE_UNKNOWN: "nyckeln är okänd; det som kan stå där är {allowed}",
    ProblemCode.PROFILE_NOT_TABLE: "ska vara ett avsnitt med nycklar, som [customers.columns]",
    ProblemCode.PROFILE_NOT_TEXT: 'ska vara en text inom citattecken, som "Kund-ID"',
    ProblemCode.PROFILE_NOT_NUMBER: "ska vara ett heltal {low}–{high}",
    ProblemCode.PROFILE_NOT_LIST: 'ska vara en lista av texter, som ["Personnummer"]',
    ProblemCode.PROFILE_ENCODING: "”{value}” är ingen teckenkodning, som windows-1252 eller utf-8",
    ProblemCode.PROFILE_DELIMITER: "”{value}” är inget skiljetecken, som ; eller , eller \\t",
    ProblemCode.PROFILE_PERSONAL: "kolumnen ”{value}” kan bara uteslutas (drop); personnummer får inte läsas in",
    ProblemCode.PROFILE_DROPPED: "kolumnen ”{value}” står också i drop; ta bort den på ett av ställena",
    ProblemCode.PROFILE_COLUMN_TWICE: "kolumnen ”{value}” är redan {other}",
    ProblemCode.PROFILE_IS_UTF8: "filen är UTF-8, men profilen säger {encoding}",
    ProblemCode.PROFILE_HEADER_ROW: "här ska rubrikraden stå enligt profilen, men den står på rad {row}",
    ProblemCode.PROFILE_COLUMN: "kolumnen ”{theirs}” som profilen nämner finns inte; där står {found}",
    ProblemCode.PROFILE_SHEET: "bladet ”{sheet}” som profilen nämner finns inte; där finns {found}",
    ProblemCode.PERSONAL_NUMBER: "här står ett personnummer eller samordningsnummer; det får inte läsas in",
    ProblemCode.SHORTENED_REF: (
        "numret ”{value}” är avkortat av kalkylprogrammet; gör kolumnen till text och läs ut filen igen"
    ),
    ProblemCode.SUM_ROW: "raden ser ut som en summa; ta bort den",
    ProblemCode.LIKE_STORED: "{ref} finns inte, men {stored} gör det; rätta det som är fel skrivet",
    ProblemCode.LIKE_OTHER_ROW: "{ref} är {other} i {where}, rad {at}, skrivet på ett annat sätt; välj ett",
    ProblemCode.LOST_ZEROS: (
        "{ref} kan ha förlorat nollor i början: andra nummer har {digits} siffror, som {other}. "
        "Rätta det, eller skriv digits i profilen"
    ),
    ProblemCode.WOULD_EMPTY: "cellen är tom men registret har ett värde; --allow-emptying tar bort det",
    ProblemCode.HEADER_NEAR: (
        "rubrikraden känns inte igen; där står {found}. Närmast är {kind}, som behöver {needed}"
    ),
    ProblemCode.COLUMN_NEAR: "okänd kolumn; menas {nearest}?",
    NoteCode.ENCODING: "läst som {encoding}",
    NoteCode.TITLE_ROWS: "här börjar tabellen; raderna ovanför läses inte",
    NoteCode.COLUMN_DROPPED: "kolumnen läses inte",
    NoteCode.HIDDEN_SHEET: "bladet är dolt och läses ändå",
    NoteCode.HIDDEN_ROWS: "{number} dolda eller bortfiltrerade rader läses också",
    NoteCode.LANGUAGE_UNKNOWN: "språket ”{value}” finns inte; kunden frågas på svenska",
    NoteCode.DAY_FROM_SERIAL: "{value} läses som {day}",
    NoteCode.AND_MORE: "likadant på {number} rader till",
    NoteCode.ONLY_HEADER: "där finns inga rader under rubrikerna",
    NoteCode.DELIMITER: "läst med skiljetecknet {delimiter}",
    NoteCode.SHEET_PASSED: "bladet är inget av registrets och läses inte",
    NoteCode.YEAR_OF_DAY: "bara året läses av datumet",
    NoteCode.REF_WAS_FLOAT: "{value} läses som {ref}",
    NoteCode.PHONE_LANDLINE: "numret är en fast telefon, som inte får SMS",
    NoteCode.PHONE_PREMIUM: "numret är ett betalnummer, som inte är någon kunds telefon",
    NoteCode.PHONE_TOLL_FREE: "numret är ett frinummer, som inte får SMS",
    NoteCode.PHONE_NOT_MOBILE: "numret är ingen mobil och får kanske inte SMS",
    NoteCode.PHONE_SHARED: "kunden {ref} har samma nummer",
    NoteCode.NOT_AUTHORISED: "anordnaren {ref} är inte godkänd {day}",
    NoteCode.DAY_FAR_AHEAD: "{day} ligger långt fram; stämmer det?",
    NoteCode.CHILD_AT_START: "kunden fyller {age} år startåret; stämmer födelseåret?",
    NoteCode.BORN_LONG_AGO: "född {year}; stämmer det?",
    ProblemCode.FILE_EMPTY: "filen är tom",
    ProblemCode.NO_ROWS: "den har inga rader",
    ProblemCode.NOT_ONLY_FOLLOWUPS: "den ska bara ha uppföljningar: kolumnerna insats, månad och datum",
    ProblemCode.HEADER_UNKNOWN: "rubrikraden känns inte igen som något av registrets slag; där står {found}",
    ProblemCode.HEADER_EMPTY: "en rubrik saknas",
    ProblemCode.COLUMN_UNKNOWN: "okänd kolumn",
    ProblemCode.COLUMN_TWICE: "flera kolumner kan vara den: {found}; låt en vara kvar, eller skriv drop i profilen",
    ProblemCode.COLUMN_MISSING: "kolumnen saknas; den kan heta {called}. Där står {found}",
    ProblemCode.ROW_LENGTH: "raden har {fields} fält, rubrikraden {columns}",
    ProblemCode.BAD_CHARACTER: "otillåtet tecken (NUL eller halv teckenkod)",
    ProblemCode.REPEATED: "samma uppgift finns redan i {file}, rad {row}",
    ProblemCode.VALUE_MISSING: "värdet saknas",
    ProblemCode.NOT_ONE_OF: "”{value}” är inte något av {allowed}",
    ProblemCode.NOT_YES_OR_NO: "”{value}” är inte något av ja, nej",
    ProblemCode.NOT_ONE_OR_ZERO: "”{value}” är inte något av 1 (ja), 0 (nej)",
    ProblemCode.NOT_A_DAY: "”{value}” är inget datum; skriv till exempel 2026-11-03",
    ProblemCode.NOT_A_MONTH: "”{value}” är ingen månad; skriv till exempel 2026-10",
    ProblemCode.NOT_AN_INTEGER: "”{value}” är inte ett heltal {low}–{high}",
    ProblemCode.NOT_A_NUMBER: "”{value}” är inget tal; skriv till exempel 72,5",
    ProblemCode.NUMBER_OUTSIDE: "”{value}” är inte ett tal {low}–{high}",
    ProblemCode.NOT_A_PHONE: "telefonnumret är inte giltigt; skriv till exempel 070-123 45 67, utländska med +47",
    ProblemCode.DAY_OUTSIDE: "{day} kan inte stämma; saknas datum ska cellen vara tom",
    ProblemCode.DAY_TOO_FAR: "{day} ligger för långt fram; sista dag är {last}",
    ProblemCode.BORN_IN_FUTURE: "födelseåret {year} har inte varit än",
    ProblemCode.BORN_AFTER_START: "kunden {ref} är född {year}, efter starten",
    ProblemCode.DAY_BEFORE: "{day} är före {other} {first}",
    ProblemCode.DAY_IN_FUTURE: "dagen ligger i framtiden",
    ProblemCode.END_REASON_MISSING: "avslutsorsak saknas för en avslutad insats",
    ProblemCode.END_MISSING: "slutdatum saknas trots avslutsorsak",
    ProblemCode.EXEMPTION_TOO_LONG: "ett undantag får vara högst {days} dagar; lägg in ett nytt när det går ut",
    ProblemCode.PERIOD_NOT_EMPTY: "perioden ska vara tom för {survey}",
    ProblemCode.NOT_ASKED: "{question} ställs inte i {survey}",
    ProblemCode.NOT_OPEN_IN_MONTH: "insatsen var inte öppen någon dag i {month}",
    ProblemCode.ENDED_BEFORE_START_POINT: "insatsen har ingen mätpunkt efter fyra veckor: den avslutades {day}",
    ProblemCode.POINT_IN_FUTURE: "insatsens mätpunkt är först {day}",
    ProblemCode.NOT_ENDED: "insatsen har ingen mätpunkt vid avslut: den är inte avslutad",
    ProblemCode.ENDED_BY_DEATH: "insatsen har ingen mätpunkt vid avslut: kunden har avlidit",
    ProblemCode.COMMENT_WITH_VALUE: "en kommentar har inget värde",
    ProblemCode.UNKNOWN_CUSTOMER: "kunden {ref} finns inte i registret",
    ProblemCode.UNKNOWN_PROVIDER: "anordnaren {ref} finns inte i registret",
    ProblemCode.UNKNOWN_ENROLMENT: "insatsen {ref} finns inte i registret",
    ProblemCode.OTHER_CUSTOMER: "insatsen hör redan till en annan kund",
    ProblemCode.OTHER_PROVIDER: "insatsen hör redan till en annan anordnare; ett byte är en ny insats",
    ProblemCode.DIFFICULTY_LOCKED: "svårighetsgraden är låst sedan starten ({difficulty})",
    ProblemCode.ENDED_BEFORE: "insatsen avslutades redan {day}",
    ProblemCode.NO_EXEMPTION: "insatsen {ref} har inget undantag från {day} att återta",
    ProblemCode.PLAN_OF_OTHER_PROVIDER: "åtgärdsplanen hör redan till en annan anordnare",
    ThemeCode.NO_SHEET: "inget blad har kolumnen {column}",
    ThemeCode.NO_NUMBER: "värdet saknas eller är inget nummer",
    ThemeCode.COMMENT_TWICE: "kommentaren finns redan på rad {row}",
    ThemeCode.UNKNOWN_COMMENT: "kommentaren {number} finns inte",
    ThemeCode.UNKNOWN_THEME: "”{value}” är inget tema; välj bland {allowed}",
    ThemeCode.UNCLEAR_WITH_OTHERS: "{theme} kan inte stå tillsammans med ett annat tema",
}

# By the code that a register file may have, the word that people write: an unknown word is answered with those.
_WORDS = {
    str(code): words[0]
    for choices in (END_REASONS, DIFFICULTIES, CONTACTS, MODES, EXEMPTIONS, FORMS, ACTIVITIES)
    for code, words in choices.items()
}
REFUSALS: Mapping[StrEnum, str] = {
    RefusalCode.NOT_IN_REGISTER: "Insatsen {ref} finns inte i registret.",
    RefusalCode.NOT_YOURS: "Insatsen {ref} finns inte bland era insatser.",
    RefusalCode.TWICE: "Insats {ref} står två gånger för månaden.",
    RefusalCode.NOT_RECORDED: "Ingen uppföljning är registrerad för {ref} i {month}.",
    RefusalCode.IN_FUTURE: "Datumet {day} för {ref} har inte varit än.",
    RefusalCode.BEFORE_START: "Datumet {day} är före starten av {ref} ({start}).",
    RefusalCode.AFTER_END: "Datumet {day} är efter slutet av {ref} ({end}).",
    RefusalCode.BEFORE_MONTH: "Datumet {day} för {ref} är före månaden {month}.",
    RefusalCode.UNKNOWN_FORM: "Formen för {ref} ska vara möte, telefon eller digitalt.",
    RefusalCode.UNKNOWN_ACTIVITY: "En aktivitet för {ref} finns inte i listan.",
    RefusalCode.NEXT_STEP_TOO_LONG: "Nästa steg för {ref} får ha högst {most} tecken.",
    RefusalCode.LOCKED: "Månaden {month} är låst sedan {day}. Be kommunen om en rättelse.",
    RefusalCode.LOCKED_FOR_STAFF: (
        "Månaden {month} är låst sedan {day}: en rättelse behöver namn och skäl (--by och --reason)."
    ),
}

ERRORS: Mapping[StrEnum, str] = {
    CaseErrorCode.NOT_FOUND: "Ärende {case} finns inte.",
    CaseErrorCode.ALREADY_CLOSED: "Ärende {case} är redan avslutat.",
    SupervisionErrorCode.UNKNOWN_PROVIDER: "Anordnaren {ref} finns inte i registret.",
    SupervisionErrorCode.WATCHED_ALREADY: "Anordnaren {ref} är redan under skärpt uppföljning.",
    SupervisionErrorCode.NOT_WATCHED: "Anordnaren {ref} är inte under skärpt uppföljning.",
    BackupErrorCode.POSTGRESQL: "Databasen är PostgreSQL: kopiera den med pg_dump, se Backups i README.",
    BackupErrorCode.IN_MEMORY: "Databasen finns bara i minnet: det finns ingen fil att kopiera.",
    BackupErrorCode.EXISTS: "{path} finns redan: en säkerhetskopia skriver aldrig över något.",
    BackupErrorCode.NOT_WRITABLE: "{path} kan inte skrivas ({why}).",
    BackupErrorCode.FAILED: "Kopian kunde inte göras ({why}).",
    BackupErrorCode.NOT_WHOLE: "Kopian är inte hel och togs bort: kontrollera disken och databasen.",
    PublicationErrorCode.REVISION_TAKEN: (
        "Rapporten för {year} publicerades just av någon annan: se den innan du reviderar."
    ),
    PublicationErrorCode.DAMAGED: (
        "Den publicerade rapporten för {year} (utgåva {revision}) är ändrad i databasen: kontrollsumman stämmer "
        "inte. Återställ den från en säkerhetskopia."
    ),
    DatabaseErrorCode.BAD_URL: "FOLLOWUP_DATABASE_URL is not a database URL: {why}",
    DatabaseErrorCode.UNKNOWN_KIND: "FOLLOWUP_DATABASE_URL must begin with sqlite or postgresql.",
    DatabaseErrorCode.UNREACHABLE: "The database cannot be reached: see FOLLOWUP_DATABASE_URL.",
    DatabaseErrorCode.NO_TABLES: "The database has no tables yet: run `followup init`.",
    DatabaseErrorCode.OTHER_MIGRATION: (
        "The database is at migration {found}, this program needs {needed}: run `followup init`."
    ),
    DatabaseErrorCode.READ_ONLY: (
        "The database cannot be written: its folder or its server takes no change. See FOLLOWUP_DATABASE_URL."
    ),
    DatabaseErrorCode.DISK_FULL: (
        "The database's disk is nearly full: {free} MB are free, and {least} MB are needed. Make room on it."
    ),
    DatabaseErrorCode.IN_USE: (
        "Another `followup run` already uses {path}: stop it first, or use PostgreSQL, where many may run."
    ),
    DatabaseErrorCode.NO_SOURCE: "Nothing was moved: there is no file {path}.",
    DatabaseErrorCode.SOURCE_NOT_READY: "Nothing was moved. The old database: {why}",
    DatabaseErrorCode.TARGET_NOT_READY: "Nothing was moved. The new database: {why}",
    DatabaseErrorCode.TARGET_NOT_EMPTY: "Nothing was moved: the new database has rows already, in {table}.",
}


def sentence(error: Exception) -> str:
    """Return what to tell the person who caused ``error``, or who must act on it."""
    if isinstance(error, RegisterError):
        count = len(error.problems)
        return "\n".join([f"Inget sparades: {count} fel i filerna.", *map(problem, error.problems)])
    if isinstance(error, ThemesRefused):
        return "\n".join([f"Inget sparades: {len(error.problems)} fel i filen.", *map(problem, error.problems)])
    if isinstance(error, RecordingRefused):
        return " ".join(map(refusal, error.refusals))
    if isinstance(error, StorageError):
        values = dict(error.values)
        if isinstance(error, DatabaseError) and isinstance(error.__cause__, DatabaseError):
            values["why"] = sentence(error.__cause__)
        return _filled(ERRORS[error.code], values)
    return str(error)


def refusal(refused: Refusal) -> str:
    """Return the sentence about an entry of a follow-up that was refused."""
    return _filled(REFUSALS[refused.code], refused.values)


def problem(refused: Problem) -> str:
    """Return where in a file something is wrong, and what."""
    place = (refused.file, f"rad {refused.row}" if refused.row else "", refused.column)
    return f"{', '.join(part for part in place if part)}: {reason(refused)}"


def problem_of_provider(refused: Problem) -> str:
    """Return the same of a provider's file of follow-ups, with the column as a Swedish file calls it."""
    aliases = COLUMNS["followups"].get(refused.column, ())
    return problem(replace(refused, column=aliases[0]) if aliases else refused)


def reason(refused: Problem) -> str:
    """Return what is wrong with a row, without its place and as a part of a sentence."""
    if isinstance(refused.code, RefusalCode):
        whole = _filled(REFUSALS[refused.code], refused.values)
        return whole[:1].lower() + whole[1:].rstrip(".")
    values, allowed = dict(refused.values), refused.values.get("allowed")
    if refused.code == ProblemCode.NOT_ONE_OF and isinstance(allowed, tuple):
        values["allowed"] = tuple(_WORDS.get(code, code) for code in allowed)
    return _filled(PROBLEMS[refused.code], values)


UNCOUNTED: Mapping[StrEnum, str] = {
    UncountedCode.LATER_ENROLMENT: "kunden har svarat om en senare insats hos samma anordnare",
    UncountedCode.SATISFIED: "kunden är nöjd, och skälet gäller den som inte är det",
    UncountedCode.NO_RATING: "totalomdömet saknas, och skälet kan inte räknas utan det",
    UncountedCode.FEW_DAYS: "insatsen var öppen färre än 15 dagar i månaden",
    UncountedCode.EXEMPT: "månaden är undantagen",
    UncountedCode.NO_FIGURE: "rapporten har ingen siffra för frågan",
}


def uncounted(done: "Imported") -> str:
    """Return which answers count in no figure, and why; empty when all do."""
    rows = done.uncounted
    if not rows:
        return ""
    number = "Ett svar räknas" if len(rows) == 1 else f"{len(rows)} svar räknas"
    lines = [f"{each.file}, rad {each.row}: {UNCOUNTED[each.code]}" for each in rows]
    return "\n".join([f"{number} inte i någon siffra i rapporten:", *_first(lines, NAMED)])


def notes(guessed: Sequence[Problem]) -> str:
    """Return what was guessed when files were read, a line for each; empty where nothing was."""
    lines = [problem(each) for each in guessed]
    return "\n".join(["Så lästes filerna:", *_first(lines, NOTED)]) if lines else ""


def changed(found: "Changes") -> str:
    """Return how much an import changes of what is stored."""
    emptied = len(found.emptied)
    said = f"{found.new} nya rader, {found.changed} ändrade, {found.unchanged} oförändrade"
    return said + (f", {emptied} {'tömd cell' if emptied == 1 else 'tömda celler'}." if emptied else ".")


def _first(lines: Sequence[str], most: int) -> list[str]:
    """Return the first ``most`` lines, and how many more there are."""
    more = len(lines) - most
    return [*lines[:most], f"och {more} till"] if more > 0 else list(lines)


def imported(done: "Imported") -> str:
    """Return how many rows of each kind an import held; the kinds that are always named come first."""
    rare = (
        (done.exemptions, "undantag"),
        (done.actionplans, "åtgärdsplaner"),
        (done.targets, "mål"),
        (done.context, "omvärldsuppgifter"),
    )
    return (
        f"{done.providers} anordnare, {done.customers} kunder, {done.enrolments} insatser, "
        f"{done.followups} uppföljningar, {done.answers} svar"
        + "".join(f", {number} {name}" for number, name in rare if number)
    )


def occasion_name(enrolment: str, survey: str, period: str) -> str:
    """Return what an occasion is called in a list: ``E-1042 månadsavstämning 2026-11``."""
    return " ".join(word for word in (enrolment, in_sentence(swedish(SurveyId, survey)), period) if word)


def ledger_problem(problem: "LedgerProblem") -> str:
    """Return what is wrong with an occasion, as a sentence."""
    name = occasion_name(problem.enrolment, problem.survey, problem.period)
    return f"{name}: {problem.fault.swedish.format(problem.value)}."


def channel_paused(code: str) -> str:
    """Return why a channel is paused, and what is to be done.

    Args:
        code: as storage/delivery/pacing.py stores it; of an older program, the provider's code alone.
    """
    cause, values = read(PauseCause, code) or (PauseCause.ACCOUNT, (code,))
    return cause.swedish.format(*values)


def case_text(kind: str, text: str) -> str:
    """Return what a case tells: the words that are stored, or those that a stored code stands for."""
    if kind == CaseKind.CHANNEL:
        return channel_paused(text)
    if kind == CaseKind.GAP:
        return (
            f"Twilio har inte kvar allt som kommit in sedan {text}: kunders svar kan saknas. "
            "Se över hur länge Twilio sparar meddelanden."
        )
    if kind not in (CaseKind.HANDOVER, CaseKind.MISTAKEN_END):
        return CaseText.ERASED.swedish if text == CaseText.ERASED else text
    found = read(CaseText, text)
    return found[0].swedish.format(*found[1]) if found else text


def _filled(template: str, values: Mapping[str, Value]) -> str:
    return template.format(**{name: _printed(value) for name, value in values.items()})


def _printed(value: Value) -> str | int:
    """Return a value as a sentence has it: a list with commas, a number without needless decimals."""
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, int) else str(value)
