"""Every code that a lower room raises has its words, and the words are these."""

from dataclasses import replace
from datetime import date
from enum import StrEnum

import pytest

from bot import wording
from bot.errors import BadInput
from reporting.errors import ThemeCode, ThemesRefused
from storage import errors
from storage.errors import (
    BackupError,
    BackupErrorCode,
    BackupRefused,
    CaseErrorCode,
    CaseRefused,
    Damaged,
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
    RevisionTaken,
    SupervisionError,
    SupervisionErrorCode,
    UncountedCode,
    Value,
)
from storage.outcomes.accounts import Problem as LedgerProblem
from storage.register.importer import Imported
from survey.codes import CaseKind, LedgerFault

DAY = date(2026, 11, 5)
Example = tuple[StrEnum, dict[str, Value], str]

PROBLEMS: list[Example] = [
    (ProblemCode.FILE_UNREADABLE, {}, "filen kan inte läsas"),
    (ProblemCode.NOT_UTF8, {}, "filen är inte UTF-8; spara den som CSV UTF-8"),
    (ProblemCode.NOT_CSV, {}, "raden kan inte tolkas som CSV; se över citattecknen"),
    (ProblemCode.NOT_XLSX, {}, "filen kan inte läsas som arbetsbok (XLSX eller ODS)"),
    (ProblemCode.TOO_LARGE, {}, "bladet är för stort; dela upp det"),
    (
        ProblemCode.FAR_CELL,
        {"cell": "XFD1"},
        "cellen XFD1 ligger långt utanför tabellen; ta bort den",
    ),
    (
        ProblemCode.ERROR_CELL,
        {"cell": "F7", "value": "#REF!"},
        "cellen F7 har felet #REF!; rätta den, den räknas inte som tom",
    ),
    (
        ProblemCode.FORMULA_CELL,
        {"cell": "F7"},
        "cellen F7 har en formel utan värde; öppna filen i Excel och spara den",
    ),
    (
        ProblemCode.PERSONAL_NUMBER,
        {},
        "här står ett personnummer eller samordningsnummer; det får inte läsas in",
    ),
    (ProblemCode.NOT_TOML, {}, "filen är inte TOML; se över raden"),
    (
        ProblemCode.PROFILE_UNKNOWN,
        {"allowed": ("sheet",)},
        "nyckeln är okänd; det som kan stå där är sheet",
    ),
    (ProblemCode.PROFILE_NOT_TABLE, {}, "ska vara ett avsnitt med nycklar, som [customers.columns]"),
    (ProblemCode.PROFILE_NOT_TEXT, {}, 'ska vara en text inom citattecken, som "Kund-ID"'),
    (ProblemCode.PROFILE_NOT_NUMBER, {"low": 1, "high": 1000}, "ska vara ett heltal 1–1000"),
    (ProblemCode.PROFILE_NOT_LIST, {}, 'ska vara en lista av texter, som ["Personnummer"]'),
    (
        ProblemCode.PROFILE_ENCODING,
        {"value": "win"},
        "”win” är ingen teckenkodning, som windows-1252 eller utf-8",
    ),
    (ProblemCode.PROFILE_DELIMITER, {"value": ";;"}, "”;;” är inget skiljetecken, som ; eller , eller \\t"),
    (
        ProblemCode.PROFILE_PERSONAL,
        {"value": "Personnr"},
        "kolumnen ”Personnr” kan bara uteslutas (drop); personnummer får inte läsas in",
    ),
    (
        ProblemCode.PROFILE_DROPPED,
        {"value": "Ort"},
        "kolumnen ”Ort” står också i drop; ta bort den på ett av ställena",
    ),
    (ProblemCode.PROFILE_COLUMN_TWICE, {"value": "Nr", "other": "ref"}, "kolumnen ”Nr” är redan ref"),
    (
        ProblemCode.PROFILE_IS_UTF8,
        {"encoding": "windows-1252"},
        "filen är UTF-8, men profilen säger windows-1252",
    ),
    (
        ProblemCode.PROFILE_HEADER_ROW,
        {"row": 1},
        "här ska rubrikraden stå enligt profilen, men den står på rad 1",
    ),
    (
        ProblemCode.PROFILE_COLUMN,
        {"theirs": "Kund-ID", "found": ("Kund", "Tel")},
        "kolumnen ”Kund-ID” som profilen nämner finns inte; där står Kund, Tel",
    ),
    (
        ProblemCode.PROFILE_SHEET,
        {"sheet": "Kunder", "found": ("Blad1", "Blad2")},
        "bladet ”Kunder” som profilen nämner finns inte; där finns Blad1, Blad2",
    ),
    (
        ProblemCode.SHORTENED_REF,
        {"value": "1,2E+11"},
        "numret ”1,2E+11” är avkortat av kalkylprogrammet; gör kolumnen till text och läs ut filen igen",
    ),
    (
        ProblemCode.LIKE_STORED,
        {"ref": "17", "stored": "0017"},
        "17 finns inte, men 0017 gör det; rätta det som är fel skrivet",
    ),
    (
        ProblemCode.LIKE_OTHER_ROW,
        {"ref": "17", "other": "0017", "where": "k.csv", "at": 2},
        "17 är 0017 i k.csv, rad 2, skrivet på ett annat sätt; välj ett",
    ),
    (
        ProblemCode.LOST_ZEROS,
        {"ref": "17", "other": "0018", "digits": 4},
        "17 kan ha förlorat nollor i början: andra nummer har 4 siffror, som 0018. "
        "Rätta det, eller skriv digits i profilen",
    ),
    (
        ProblemCode.DAY_OUTSIDE,
        {"day": date(1900, 1, 1)},
        "1900-01-01 kan inte stämma; saknas datum ska cellen vara tom",
    ),
    (
        ProblemCode.DAY_TOO_FAR,
        {"day": DAY, "last": date(2026, 11, 1)},
        "2026-11-05 ligger för långt fram; sista dag är 2026-11-01",
    ),
    (ProblemCode.BORN_IN_FUTURE, {"year": 2030}, "födelseåret 2030 har inte varit än"),
    (ProblemCode.BORN_AFTER_START, {"ref": "K1", "year": 2020}, "kunden K1 är född 2020, efter starten"),
    (NoteCode.AND_MORE, {"number": 5, "like": "phone_landline"}, "likadant på 5 rader till"),
    (NoteCode.ONLY_HEADER, {}, "där finns inga rader under rubrikerna"),
    (NoteCode.DELIMITER, {"delimiter": "tab"}, "läst med skiljetecknet tab"),
    (NoteCode.SHEET_PASSED, {}, "bladet är inget av registrets och läses inte"),
    (NoteCode.YEAR_OF_DAY, {}, "bara året läses av datumet"),
    (ProblemCode.SUM_ROW, {}, "raden ser ut som en summa; ta bort den"),
    (NoteCode.REF_WAS_FLOAT, {"value": "17.0", "ref": "17"}, "17.0 läses som 17"),
    (NoteCode.PHONE_LANDLINE, {}, "numret är en fast telefon, som inte får SMS"),
    (NoteCode.PHONE_PREMIUM, {}, "numret är ett betalnummer, som inte är någon kunds telefon"),
    (NoteCode.PHONE_TOLL_FREE, {}, "numret är ett frinummer, som inte får SMS"),
    (NoteCode.PHONE_NOT_MOBILE, {}, "numret är ingen mobil och får kanske inte SMS"),
    (NoteCode.PHONE_SHARED, {"ref": "K2"}, "kunden K2 har samma nummer"),
    (NoteCode.NOT_AUTHORISED, {"ref": "P1", "day": DAY}, "anordnaren P1 är inte godkänd 2026-11-05"),
    (NoteCode.DAY_FAR_AHEAD, {"day": DAY}, "2026-11-05 ligger långt fram; stämmer det?"),
    (NoteCode.CHILD_AT_START, {"age": 9}, "kunden fyller 9 år startåret; stämmer födelseåret?"),
    (NoteCode.BORN_LONG_AGO, {"year": 1900}, "född 1900; stämmer det?"),
    (
        ProblemCode.WOULD_EMPTY,
        {},
        "cellen är tom men registret har ett värde; --allow-emptying tar bort det",
    ),
    (
        ProblemCode.HEADER_NEAR,
        {"found": ("Tel", "Ort"), "kind": "customers", "needed": ("ref", "phone")},
        "rubrikraden känns inte igen; där står Tel, Ort. Närmast är customers, som behöver ref, phone",
    ),
    (ProblemCode.COLUMN_NEAR, {"nearest": "phone"}, "okänd kolumn; menas phone?"),
    (NoteCode.ENCODING, {"encoding": "UTF-16"}, "läst som UTF-16"),
    (NoteCode.TITLE_ROWS, {}, "här börjar tabellen; raderna ovanför läses inte"),
    (NoteCode.COLUMN_DROPPED, {}, "kolumnen läses inte"),
    (NoteCode.HIDDEN_SHEET, {}, "bladet är dolt och läses ändå"),
    (NoteCode.HIDDEN_ROWS, {"number": 2}, "2 dolda eller bortfiltrerade rader läses också"),
    (NoteCode.LANGUAGE_UNKNOWN, {"value": "pl"}, "språket ”pl” finns inte; kunden frågas på svenska"),
    (NoteCode.DAY_FROM_SERIAL, {"value": "46329", "day": date(2026, 11, 3)}, "46329 läses som 2026-11-03"),
    (ProblemCode.FILE_EMPTY, {}, "filen är tom"),
    (ProblemCode.NO_ROWS, {}, "den har inga rader"),
    (
        ProblemCode.NOT_ONLY_FOLLOWUPS,
        {},
        "den ska bara ha uppföljningar: kolumnerna insats, månad och datum",
    ),
    (
        ProblemCode.HEADER_UNKNOWN,
        {"found": ("a", "b")},
        "rubrikraden känns inte igen som något av registrets slag; där står a, b",
    ),
    (ProblemCode.HEADER_EMPTY, {}, "en rubrik saknas"),
    (ProblemCode.COLUMN_UNKNOWN, {}, "okänd kolumn"),
    (
        ProblemCode.COLUMN_TWICE,
        {"found": ("Telefon", "Mobil")},
        "flera kolumner kan vara den: Telefon, Mobil; låt en vara kvar, eller skriv drop i profilen",
    ),
    (
        ProblemCode.COLUMN_MISSING,
        {"called": ("telefon", "tel"), "found": ("Kundnr", "Ort")},
        "kolumnen saknas; den kan heta telefon, tel. Där står Kundnr, Ort",
    ),
    (ProblemCode.ROW_LENGTH, {"fields": 3, "columns": 2}, "raden har 3 fält, rubrikraden 2"),
    (ProblemCode.BAD_CHARACTER, {}, "otillåtet tecken (NUL eller halv teckenkod)"),
    (ProblemCode.REPEATED, {"file": "x.csv", "row": 2}, "samma uppgift finns redan i x.csv, rad 2"),
    (ProblemCode.VALUE_MISSING, {}, "värdet saknas"),
    (ProblemCode.NOT_ONE_OF, {"value": "X", "allowed": ("K", "M")}, "”X” är inte något av K, M"),
    (
        ProblemCode.NOT_ONE_OF,
        {"value": "tung", "allowed": ("low", "medium", "high")},
        "”tung” är inte något av låg, medel, hög",
    ),
    (ProblemCode.NOT_YES_OR_NO, {"value": "kanske"}, "”kanske” är inte något av ja, nej"),
    (ProblemCode.NOT_ONE_OR_ZERO, {"value": "kanske"}, "”kanske” är inte något av 1 (ja), 0 (nej)"),
    (ProblemCode.NOT_A_DAY, {"value": "20250101"}, "”20250101” är inget datum; skriv till exempel 2026-11-03"),
    (ProblemCode.NOT_A_MONTH, {"value": "2025-13"}, "”2025-13” är ingen månad; skriv till exempel 2026-10"),
    (
        ProblemCode.NOT_AN_INTEGER,
        {"value": "1899", "low": 1900, "high": 2100},
        "”1899” är inte ett heltal 1900–2100",
    ),
    (ProblemCode.NOT_A_NUMBER, {"value": "många"}, "”många” är inget tal; skriv till exempel 72,5"),
    (ProblemCode.NUMBER_OUTSIDE, {"value": "101", "low": 0, "high": 100}, "”101” är inte ett tal 0–100"),
    (ProblemCode.NUMBER_OUTSIDE, {"value": "x", "low": -1e12, "high": 1e12}, "”x” är inte ett tal -1e+12–1e+12"),
    (
        ProblemCode.NOT_A_PHONE,
        {},
        "telefonnumret är inte giltigt; skriv till exempel 070-123 45 67, utländska med +47",
    ),
    (
        ProblemCode.DAY_BEFORE,
        {"day": date(2025, 1, 1), "other": "authorised_from", "first": date(2025, 2, 1)},
        "2025-01-01 är före authorised_from 2025-02-01",
    ),
    (ProblemCode.DAY_IN_FUTURE, {}, "dagen ligger i framtiden"),
    (ProblemCode.END_REASON_MISSING, {}, "avslutsorsak saknas för en avslutad insats"),
    (ProblemCode.END_MISSING, {}, "slutdatum saknas trots avslutsorsak"),
    (
        ProblemCode.EXEMPTION_TOO_LONG,
        {"days": 366},
        "ett undantag får vara högst 366 dagar; lägg in ett nytt när det går ut",
    ),
    (ProblemCode.PERIOD_NOT_EMPTY, {"survey": "start"}, "perioden ska vara tom för start"),
    (ProblemCode.NOT_ASKED, {"question": "progress", "survey": "end"}, "progress ställs inte i end"),
    (ProblemCode.NOT_OPEN_IN_MONTH, {"month": "2025-07"}, "insatsen var inte öppen någon dag i 2025-07"),
    (
        ProblemCode.ENDED_BEFORE_START_POINT,
        {"day": DAY},
        "insatsen har ingen mätpunkt efter fyra veckor: den avslutades 2026-11-05",
    ),
    (
        ProblemCode.POINT_IN_FUTURE,
        {"day": date(2026, 1, 20)},
        "insatsens mätpunkt är först 2026-01-20",
    ),
    (ProblemCode.NOT_ENDED, {}, "insatsen har ingen mätpunkt vid avslut: den är inte avslutad"),
    (ProblemCode.ENDED_BY_DEATH, {}, "insatsen har ingen mätpunkt vid avslut: kunden har avlidit"),
    (ProblemCode.COMMENT_WITH_VALUE, {}, "en kommentar har inget värde"),
    (ProblemCode.UNKNOWN_CUSTOMER, {"ref": "K9"}, "kunden K9 finns inte i registret"),
    (ProblemCode.UNKNOWN_PROVIDER, {"ref": "P9"}, "anordnaren P9 finns inte i registret"),
    (ProblemCode.UNKNOWN_ENROLMENT, {"ref": "9"}, "insatsen 9 finns inte i registret"),
    (ProblemCode.OTHER_CUSTOMER, {}, "insatsen hör redan till en annan kund"),
    (
        ProblemCode.OTHER_PROVIDER,
        {},
        "insatsen hör redan till en annan anordnare; ett byte är en ny insats",
    ),
    (ProblemCode.DIFFICULTY_LOCKED, {"difficulty": "high"}, "svårighetsgraden är låst sedan starten (high)"),
    (ProblemCode.ENDED_BEFORE, {"day": DAY}, "insatsen avslutades redan 2026-11-05"),
    (
        ProblemCode.NO_EXEMPTION,
        {"ref": "1042", "day": DAY},
        "insatsen 1042 har inget undantag från 2026-11-05 att återta",
    ),
    (ProblemCode.PLAN_OF_OTHER_PROVIDER, {}, "åtgärdsplanen hör redan till en annan anordnare"),
    (ThemeCode.NO_SHEET, {"column": "Nummer"}, "inget blad har kolumnen Nummer"),
    (ThemeCode.NO_NUMBER, {}, "värdet saknas eller är inget nummer"),
    (ThemeCode.COMMENT_TWICE, {"row": 2}, "kommentaren finns redan på rad 2"),
    (ThemeCode.UNKNOWN_COMMENT, {"number": 999}, "kommentaren 999 finns inte"),
    (
        ThemeCode.UNKNOWN_THEME,
        {"value": "Glädje", "allowed": ("Beröm", "Oklart")},
        "”Glädje” är inget tema; välj bland Beröm, Oklart",
    ),
    (
        ThemeCode.UNCLEAR_WITH_OTHERS,
        {"theme": "Oklart"},
        "Oklart kan inte stå tillsammans med ett annat tema",
    ),
]

HELD = {"ref": "1042", "day": date(2026, 11, 26)}
REFUSALS: list[Example] = [
    (RefusalCode.NOT_IN_REGISTER, {"ref": "9999"}, "Insatsen 9999 finns inte i registret."),
    (RefusalCode.NOT_YOURS, {"ref": "2001"}, "Insatsen 2001 finns inte bland era insatser."),
    (RefusalCode.TWICE, {"ref": "1042"}, "Insats 1042 står två gånger för månaden."),
    (
        RefusalCode.NOT_RECORDED,
        {"ref": "1042", "month": "2026-10"},
        "Ingen uppföljning är registrerad för 1042 i 2026-10.",
    ),
    (RefusalCode.IN_FUTURE, {**HELD}, "Datumet 2026-11-26 för 1042 har inte varit än."),
    (
        RefusalCode.BEFORE_START,
        {**HELD, "start": date(2026, 12, 1)},
        "Datumet 2026-11-26 är före starten av 1042 (2026-12-01).",
    ),
    (
        RefusalCode.AFTER_END,
        {**HELD, "end": date(2026, 11, 20)},
        "Datumet 2026-11-26 är efter slutet av 1042 (2026-11-20).",
    ),
    (
        RefusalCode.BEFORE_MONTH,
        {**HELD, "month": "2026-12"},
        "Datumet 2026-11-26 för 1042 är före månaden 2026-12.",
    ),
    (RefusalCode.UNKNOWN_FORM, {"ref": "1042"}, "Formen för 1042 ska vara möte, telefon eller digitalt."),
    (RefusalCode.UNKNOWN_ACTIVITY, {"ref": "1042"}, "En aktivitet för 1042 finns inte i listan."),
    (
        RefusalCode.NEXT_STEP_TOO_LONG,
        {"ref": "1042", "most": 300},
        "Nästa steg för 1042 får ha högst 300 tecken.",
    ),
    (
        RefusalCode.LOCKED,
        {"month": "2026-10", "day": DAY},
        "Månaden 2026-10 är låst sedan 2026-11-05. Be kommunen om en rättelse.",
    ),
    (
        RefusalCode.LOCKED_FOR_STAFF,
        {"month": "2026-10", "day": DAY},
        "Månaden 2026-10 är låst sedan 2026-11-05: en rättelse behöver namn och skäl (--by och --reason).",
    ),
]

ERRORS: list[tuple[errors.StorageError, str]] = [
    (CaseRefused(CaseErrorCode.NOT_FOUND, case=7), "Ärende 7 finns inte."),
    (CaseRefused(CaseErrorCode.ALREADY_CLOSED, case=1), "Ärende 1 är redan avslutat."),
    (
        SupervisionError(SupervisionErrorCode.UNKNOWN_PROVIDER, ref="P9"),
        "Anordnaren P9 finns inte i registret.",
    ),
    (
        SupervisionError(SupervisionErrorCode.WATCHED_ALREADY, ref="P1"),
        "Anordnaren P1 är redan under skärpt uppföljning.",
    ),
    (
        SupervisionError(SupervisionErrorCode.NOT_WATCHED, ref="P1"),
        "Anordnaren P1 är inte under skärpt uppföljning.",
    ),
    (
        BackupRefused(BackupErrorCode.POSTGRESQL),
        "Databasen är PostgreSQL: kopiera den med pg_dump, se Backups i README.",
    ),
    (
        BackupRefused(BackupErrorCode.IN_MEMORY),
        "Databasen finns bara i minnet: det finns ingen fil att kopiera.",
    ),
    (
        BackupRefused(BackupErrorCode.EXISTS, path="/srv/copy.db"),
        "/srv/copy.db finns redan: en säkerhetskopia skriver aldrig över något.",
    ),
    (
        BackupRefused(BackupErrorCode.NOT_WRITABLE, path="/srv/copy.db", why="Permission denied"),
        "/srv/copy.db kan inte skrivas (Permission denied).",
    ),
    (BackupError(BackupErrorCode.FAILED, why="disk full"), "Kopian kunde inte göras (disk full)."),
    (
        BackupError(BackupErrorCode.NOT_WHOLE),
        "Kopian är inte hel och togs bort: kontrollera disken och databasen.",
    ),
    (
        RevisionTaken(PublicationErrorCode.REVISION_TAKEN, year=2025),
        "Rapporten för 2025 publicerades just av någon annan: se den innan du reviderar.",
    ),
    (
        Damaged(PublicationErrorCode.DAMAGED, year=2025, revision=1),
        "Den publicerade rapporten för 2025 (utgåva 1) är ändrad i databasen: kontrollsumman stämmer inte. "
        "Återställ den från en säkerhetskopia.",
    ),
    (
        DatabaseError(DatabaseErrorCode.BAD_URL, why="Could not parse"),
        "FOLLOWUP_DATABASE_URL is not a database URL: Could not parse",
    ),
    (
        DatabaseError(DatabaseErrorCode.UNKNOWN_KIND),
        "FOLLOWUP_DATABASE_URL must begin with sqlite or postgresql.",
    ),
    (
        DatabaseError(DatabaseErrorCode.UNREACHABLE),
        "The database cannot be reached: see FOLLOWUP_DATABASE_URL.",
    ),
    (DatabaseError(DatabaseErrorCode.NO_TABLES), "The database has no tables yet: run `followup init`."),
    (
        DatabaseError(DatabaseErrorCode.OTHER_MIGRATION, found="0011", needed="0012"),
        "The database is at migration 0011, this program needs 0012: run `followup init`.",
    ),
    (
        DatabaseError(DatabaseErrorCode.READ_ONLY),
        "The database cannot be written: its folder or its server takes no change. See FOLLOWUP_DATABASE_URL.",
    ),
    (
        DatabaseError(DatabaseErrorCode.DISK_FULL, free=3, least=128),
        "The database's disk is nearly full: 3 MB are free, and 128 MB are needed. Make room on it.",
    ),
    (
        DatabaseError(DatabaseErrorCode.IN_USE, path="followup.db"),
        "Another `followup run` already uses followup.db: stop it first, or use PostgreSQL, where many may run.",
    ),
    (
        DatabaseError(DatabaseErrorCode.NO_SOURCE, path="old.db"),
        "Nothing was moved: there is no file old.db.",
    ),
    (
        DatabaseError(DatabaseErrorCode.TARGET_NOT_EMPTY, table="provider"),
        "Nothing was moved: the new database has rows already, in provider.",
    ),
]
NESTED = (DatabaseErrorCode.SOURCE_NOT_READY, DatabaseErrorCode.TARGET_NOT_READY)


@pytest.mark.parametrize(("code", "values", "words"), PROBLEMS)
def test_what_is_wrong_with_a_row(code: StrEnum, values: dict[str, Value], words: str) -> None:
    assert wording.problem(Problem("x.csv", 2, "ref", code, values)) == f"x.csv, rad 2, ref: {words}"
    assert wording.problem(Problem("x.csv", 0, "", code, values)) == f"x.csv: {words}"


@pytest.mark.parametrize(("code", "values", "words"), REFUSALS)
def test_what_is_wrong_with_an_entry(code: RefusalCode, values: dict[str, Value], words: str) -> None:
    assert wording.sentence(RecordingRefused([Refusal(0, "month", code, values)])) == words


@pytest.mark.parametrize(("error", "words"), ERRORS)
def test_what_one_code_says(error: errors.StorageError, words: str) -> None:
    assert wording.sentence(error) == words


def test_an_entry_of_a_file_reads_on() -> None:
    values = {"month": "2026-10", "day": DAY}
    problem = Problem("filen.csv", 3, "month", RefusalCode.LOCKED, values)
    assert wording.reason(problem) == "månaden 2026-10 är låst sedan 2026-11-05. Be kommunen om en rättelse"
    assert wording.problem_of_provider(problem).startswith("filen.csv, rad 3, månad: månaden 2026-10")


def test_all_refused_rows_are_named() -> None:
    problems = [
        Problem("k.csv", 2, "phone", ProblemCode.NOT_A_PHONE),
        Problem("k.csv", 4, "", ProblemCode.ROW_LENGTH, {"fields": 1, "columns": 2}),
    ]
    assert wording.sentence(RegisterError(problems)) == (
        "Inget sparades: 2 fel i filerna.\n"
        "k.csv, rad 2, phone: telefonnumret är inte giltigt; skriv till exempel 070-123 45 67, utländska med +47\n"
        "k.csv, rad 4: raden har 1 fält, rubrikraden 2"
    )
    assert wording.sentence(ThemesRefused([Problem("t.xlsx", 0, "", ProblemCode.NOT_XLSX)])) == (
        "Inget sparades: 1 fel i filen.\nt.xlsx: filen kan inte läsas som arbetsbok (XLSX eller ODS)"
    )


def test_an_erased_text_is_told() -> None:
    assert wording.case_text(CaseKind.CONTACT, "answers_erased") == "Kunden har raderat sina svar."
    assert wording.case_text(CaseKind.CONTACT, "Ring mig") == "Ring mig"


@pytest.mark.parametrize(("code", "name"), [(NESTED[0], "old"), (NESTED[1], "new")])
def test_why_a_database_is_not_ready(code: DatabaseErrorCode, name: str) -> None:
    error = DatabaseError(code)
    error.__cause__ = DatabaseError(DatabaseErrorCode.NO_TABLES)
    assert wording.sentence(error) == (
        f"Nothing was moved. The {name} database: The database has no tables yet: run `followup init`."
    )


def test_a_sentence_of_its_own_stays() -> None:
    assert wording.sentence(BadInput("Filen x finns inte.")) == "Filen x finns inte."


def test_what_was_imported() -> None:
    few = Imported(1, 2, 3, 4, 0, 5, 0, 0, 0)
    assert wording.imported(few) == "1 anordnare, 2 kunder, 3 insatser, 4 uppföljningar, 5 svar"
    every = Imported(1, 2, 3, 4, 6, 5, 7, 8, 9)
    assert wording.imported(every) == (
        "1 anordnare, 2 kunder, 3 insatser, 4 uppföljningar, 5 svar, 6 undantag, 7 åtgärdsplaner, 8 mål, "
        "9 omvärldsuppgifter"
    )


def test_an_occasion_has_a_name() -> None:
    assert wording.occasion_name("E-1", "checkin", "2026-11") == "E-1 månadsavstämning 2026-11"
    assert wording.occasion_name("E-1", "start", "") == "E-1 efter fyra veckor"


def test_what_is_wrong_in_the_ledger() -> None:
    missing = LedgerProblem("E-1", "end", "", LedgerFault.MISSING, "2026-03-30")
    unknown = LedgerProblem("E-1", "start", "", LedgerFault.UNKNOWN_OUTCOME, "lost")
    assert wording.ledger_problem(missing) == "E-1 vid avslut: saknas, förföll 2026-03-30."
    assert wording.ledger_problem(unknown) == "E-1 efter fyra veckor: har ett okänt utfall (lost)."


def test_a_channels_case_tells_what_to_do() -> None:
    assert wording.case_text(CaseKind.CHANNEL, "20003") == (
        "Leverantören nekar vårt konto (20003). Se över kontot; "
        "utskicken fortsätter av sig själva när det fungerar igen."
    )
    assert wording.case_text(CaseKind.CHANNEL, "account:20003") == wording.case_text(CaseKind.CHANNEL, "20003")
    assert wording.case_text(CaseKind.CHANNEL, "outage:connect") == (
        "Leverantören tar inte emot våra meddelanden (connect). Ett meddelande i taget provas; "
        "de andra väntar och skickas av sig själva när det fungerar igen."
    )
    assert wording.case_text(CaseKind.CHANNEL, "filtered:30007") == (
        "Våra meddelanden når inte fram: operatörerna stoppar dem (30007). Tala med leverantören; "
        "ett meddelande i taget provas, och utskicken fortsätter av sig själva när ett har kommit fram."
    )
    assert wording.case_text(CaseKind.COMPLAINT, "20003") == "20003"


def test_a_case_about_lost_messages_names_the_time() -> None:
    assert wording.case_text(CaseKind.GAP, "2026-04-02 17:00") == (
        "Twilio har inte kvar allt som kommit in sedan 2026-04-02 17:00: kunders svar kan saknas. "
        "Se över hur länge Twilio sparar meddelanden."
    )


def test_a_case_about_a_handover_names_both_enrolments() -> None:
    assert wording.case_text(CaseKind.HANDOVER, "handed_over:E1:Alfa:2026-10-02:E2:Beta:2026-10-12") == (
        "Insats E1 hos Alfa avslutades 2026-10-02 för byte av anordnare. "
        "Insats E2 hos Beta tar vid 2026-10-12: lämna över."
    )
    assert wording.case_text(CaseKind.HANDOVER, "no_successor:E1:Alfa:2026-10-02") == (
        "Insats E1 hos Alfa avslutades 2026-10-02 för byte av anordnare. "
        "Den nya insatsen finns inte i registret än."
    )


def test_a_mistaken_ends_case_names_the_day() -> None:
    assert wording.case_text(CaseKind.MISTAKEN_END, "end_taken_back:E1:2026-10-02") == (
        "Kunden fick frågor om att insats E1 avslutats 2026-10-02, men registret har tagit tillbaka avslutet. "
        "Svaren räknas inte. Hör gärna av er till kunden."
    )
    assert wording.case_text(CaseKind.MISTAKEN_END, "end_came_true:E1:2026-12-02") == (
        "Insats E1 är nu avslutad 2026-12-02. Kunden har tidigare fått frågor om ett avslut som togs tillbaka, "
        "och får dem nu igen."
    )


@pytest.mark.parametrize("kind", [CaseKind.HANDOVER, CaseKind.COMPLAINT])
def test_a_case_tells_what_was_written(kind: CaseKind) -> None:
    """Of an older version, or by a customer who writes what looks like a code."""
    assert wording.case_text(kind, "Insats E1 slutade: ring.") == "Insats E1 slutade: ring."
    assert wording.case_text(CaseKind.COMPLAINT, "no_successor:E1:Alfa:2026") == "no_successor:E1:Alfa:2026"


UNCOUNTED = {
    UncountedCode.LATER_ENROLMENT: "kunden har svarat om en senare insats hos samma anordnare",
    UncountedCode.SATISFIED: "kunden är nöjd, och skälet gäller den som inte är det",
    UncountedCode.NO_RATING: "totalomdömet saknas, och skälet kan inte räknas utan det",
    UncountedCode.FEW_DAYS: "insatsen var öppen färre än 15 dagar i månaden",
    UncountedCode.EXEMPT: "månaden är undantagen",
    UncountedCode.NO_FIGURE: "rapporten har ingen siffra för frågan",
}


@pytest.mark.parametrize("code", UNCOUNTED)
def test_answers_that_count_nowhere_are_said(code: UncountedCode) -> None:
    row = Problem("svar.csv", 3, "overall", code)
    done = Imported(0, 0, 0, 0, 0, 1, 0, 0, 0, (row,))
    assert wording.uncounted(done) == (
        f"Ett svar räknas inte i någon siffra i rapporten:\nsvar.csv, rad 3: {UNCOUNTED[code]}"
    )
    many = replace(done, uncounted=(row,) * 12)
    assert wording.uncounted(many).splitlines()[0] == "12 svar räknas inte i någon siffra i rapporten:"
    assert wording.uncounted(many).splitlines()[-1] == "och 2 till"
    assert wording.uncounted(replace(done, uncounted=())) == ""


def test_every_code_has_an_example() -> None:
    """A code that is added in a lower room must get its words here, and an example above."""
    shown = {(type(code), code) for code, _, _ in (*PROBLEMS, *REFUSALS)}
    shown |= {(type(error.code), error.code) for error, _ in ERRORS}
    shown |= {(type(code), code) for code in (*NESTED, *UNCOUNTED)}
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, StrEnum)]
    assert {(kind, code) for kind in (*kinds, ThemeCode) for code in kind} == shown
