"""Register files: what is read, and the sentence for each thing refused."""

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from storage.register.reader import read
from storage.register.rows import AnswerRow, CustomerRow, EnrolmentRow, FollowupRow, ProviderRow, RegisterBatch

CUSTOMERS = "ref,phone,language,gender,birth_year\n"
ENROLMENTS = "ref,customer,provider,started_on,planned_end_on,ended_on,end_reason,difficulty\n"
ANSWERS = "enrolment,survey,period,question,value,text,answered_on\n"
REASONS = (
    "work, studies, own_company, moved, pregnancy, parental_leave, pension, disability_pension, illness, "
    "death, changed_provider, dropped_out, unemployed, other"
)

REFUSED: list[tuple[str | bytes, list[str]]] = [
    ("", ["x.csv: filen är tom"]),
    ("\n \n", ["x.csv: filen är tom"]),
    ("a,b\n1,2\n", ["x.csv, rad 1: rubrikraden känns inte igen som något av registrets slag"]),
    ("ref,name\nP1,Å\n".encode("latin-1"), ["x.csv, rad 2: filen är inte UTF-8; spara den som CSV UTF-8"]),
    ('ref,name\nP1,"Å\n', ["x.csv, rad 2: raden kan inte tolkas som CSV; se över citattecknen"]),
    ("ref,name,shoe\nP1,Å,4\n", ["x.csv, rad 1, shoe: okänd kolumn"]),
    ("ref,name,,phone\nP1,Å,4,\n", ["x.csv, rad 1: en rubrik saknas"]),
    ("ref,nummer,name\nP1,P1,Å\n", ["x.csv, rad 1, ref: kolumnen finns två gånger"]),
    ("ref,language,gender\nK1,sv,K\n", ["x.csv, rad 1, phone: kolumnen saknas"]),
    ("ref,name\nP1\n", ["x.csv, rad 2: raden har 1 fält, rubrikraden 2"]),
    ("ref,name\nP1,Å,x\n", ["x.csv, rad 2: raden har 3 fält, rubrikraden 2"]),
    ("ref,name\nP1,a\0b\n", ["x.csv, rad 2, name: otillåtet tecken (NUL eller halv teckenkod)"]),
    (b"ref,name\nP1,\xed\xa0\x80\n", ["x.csv, rad 2: filen är inte UTF-8; spara den som CSV UTF-8"]),
    ("ref,name\n,Å\nP2,\n", ["x.csv, rad 2, ref: värdet saknas", "x.csv, rad 3, name: värdet saknas"]),
    ("ref,name\nP1,Å\nP1,Ä\n", ["x.csv, rad 3, ref: samma uppgift finns redan i x.csv, rad 2"]),
    (
        "ref,name,authorised_from,authorised_to\nP1,Å,2025-02-01,2025-01-01\n",
        ["x.csv, rad 2, authorised_to: 2025-01-01 är före authorised_from 2025-02-01"],
    ),
    (CUSTOMERS + "K1,12,,,\n", ["x.csv, rad 2, phone: telefonnumret är inte giltigt"]),
    (CUSTOMERS + "K1,ring mig,,,\n", ["x.csv, rad 2, phone: telefonnumret är inte giltigt"]),
    (
        CUSTOMERS + "K1,,de,,\n",
        ["x.csv, rad 2, language: ”de” är inte något av sv, sv-easy, en, ar, so, fa, ti, uk, fi"],
    ),
    (
        CUSTOMERS + "K1,,,X,1899\n",
        [
            "x.csv, rad 2, gender: ”X” är inte något av K, M",
            "x.csv, rad 2, birth_year: ”1899” är inte ett heltal 1900–2100",
        ],
    ),
    (
        ENROLMENTS + "E1,K1,P1,2025-02-30,20250101,,,\n",
        [
            "x.csv, rad 2, started_on: ”2025-02-30” är inte ett datum (ÅÅÅÅ-MM-DD)",
            "x.csv, rad 2, planned_end_on: ”20250101” är inte ett datum (ÅÅÅÅ-MM-DD)",
        ],
    ),
    (
        ENROLMENTS + "E1,K1,P1,2025-02-01,,2025-01-31,work,\n",
        ["x.csv, rad 2, ended_on: 2025-01-31 är före started_on 2025-02-01"],
    ),
    (
        ENROLMENTS + "E1,K1,P1,2025-02-01,,2025-03-01,,\n",
        ["x.csv, rad 2, end_reason: avslutsorsak saknas för en avslutad insats"],
    ),
    (
        ENROLMENTS + "E1,K1,P1,2025-02-01,,,work,\n",
        ["x.csv, rad 2, ended_on: slutdatum saknas trots avslutsorsak"],
    ),
    (
        ENROLMENTS + "E1,K1,P1,2025-02-01,,2025-03-01,fika,svår\n",
        [
            f"x.csv, rad 2, end_reason: ”fika” är inte något av {REASONS}",
            "x.csv, rad 2, difficulty: ”svår” är inte något av low, medium, high",
        ],
    ),
    (
        "enrolment,month,held_on\nE1,2025-13,\n",
        [
            "x.csv, rad 2, month: ”2025-13” är inte en månad (ÅÅÅÅ-MM)",
            "x.csv, rad 2, held_on: värdet saknas",
        ],
    ),
    (
        "enrolment,month,held_on\nE1,2025-01,2025-01-02\nE1,2025-01,2025-01-03\n",
        ["x.csv, rad 3, month: samma uppgift finns redan i x.csv, rad 2"],
    ),
    (
        ANSWERS + "E1,mitt,,overall,4,,2025-01-02\n",
        ["x.csv, rad 2, survey: ”mitt” är inte något av start, end, checkin"],
    ),
    (
        ANSWERS + "E1,start,,weather,4,,2025-01-02\n",
        [
            "x.csv, rad 2, question: ”weather” är inte något av overall, treatment, usefulness, reason, comment, "
            "followup_held, progress"
        ],
    ),
    (
        ANSWERS + "E1,start,2025-01,overall,6,,2025-01-02\n",
        [
            "x.csv, rad 2, period: perioden ska vara tom för start",
            "x.csv, rad 2, value: ”6” är inte ett heltal 1–5",
        ],
    ),
    (
        ANSWERS + "E1,checkin,,followup_held,kanske,,2025-01-02\n",
        [
            "x.csv, rad 2, period: värdet saknas",
            "x.csv, rad 2, value: ”kanske” är inte något av 1 (ja), 0 (nej)",
        ],
    ),
    (
        ANSWERS + "E1,end,,comment,3,,2025-01-02\n",
        ["x.csv, rad 2, text: värdet saknas", "x.csv, rad 2, value: en kommentar har inget värde"],
    ),
    (ANSWERS + "E1,end,,progress,3,,2025-01-02\n", ["x.csv, rad 2, question: progress ställs inte i end"]),
    (ANSWERS + "E1,end,,reason,,,2025-01-02\n", ["x.csv, rad 2, value: värdet saknas"]),
    (
        'ref,name\nP1,"två\nrader"\nP2,\n',
        ["x.csv, rad 4, name: värdet saknas"],
    ),
]


@pytest.mark.parametrize(("content", "expected"), REFUSED)
def test_refused(tmp_path: Path, content: str | bytes, expected: list[str]) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert [str(problem) for problem in read([path]).problems] == expected


def test_missing_file_and_false_workbook(tmp_path: Path) -> None:
    (tmp_path / "b.xlsx").write_bytes(b"not a workbook")
    problems = read([tmp_path / "a.csv", tmp_path / "b.xlsx"]).problems
    assert [str(p) for p in problems] == ["a.csv: filen kan inte läsas", "b.xlsx: filen kan inte läsas som XLSX"]


def test_a_key_is_one_across_files(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("ref,name\nP1,Å\n", "utf-8")
    (problem,) = read([tmp_path / "a.csv", tmp_path / "b.csv"]).problems
    assert str(problem) == "b.csv, rad 2, ref: samma uppgift finns redan i a.csv, rad 2"


def test_semicolon_bom_and_swedish_headers(tmp_path: Path) -> None:
    files = {
        "p.csv": "Nummer;Namn;Telefon;;\r\nP1;Anordnare, Öst;08-123 456 78;;\r\n",
        "k.csv": "REF;TELEFON;SPRÅK;KÖN;FÖDELSEÅR\r\nK1;070-100 00 01;;k;1990\r\nK2;;so;;\r\n",
        "e.csv": "ref;kund;anordnare;startdatum;planerat slut;slutdatum;avslutsorsak;svårighetsgrad\r\n"
        "E1;K1;P1;2025-01-02;;2025-05-02;Eget företag;Hög\r\n",
        "f.csv": "insats;månad;datum\r\nE1;2025-02;2025-02-10\r\n",
        "a.csv": "insats;enkät;period;fråga;värde;text;svarsdatum\r\n"
        "E1;start;;overall;5;;2025-01-20\r\n"
        "E1;checkin;2025-02;followup_held;Ja;;2025-02-20\r\n"
        "E1;slut;;comment;;Tack; \r\n".replace("; \r\n", ";2025-05-02\r\n"),
    }
    for name, text in files.items():
        (tmp_path / name).write_bytes(text.encode("utf-8-sig"))
    assert read([tmp_path / name for name in files]) == RegisterBatch(
        providers=(ProviderRow("p.csv", 2, "P1", "Anordnare, Öst", "+46812345678", None, None),),
        customers=(
            CustomerRow("k.csv", 2, "K1", "+46701000001", "sv", "K", 1990),
            CustomerRow("k.csv", 3, "K2", None, "so", "", None),
        ),
        enrolments=(
            EnrolmentRow(
                "e.csv", 2, "E1", "K1", "P1", date(2025, 1, 2), None, date(2025, 5, 2), "own_company", "high"
            ),
        ),
        followups=(FollowupRow("f.csv", 2, "E1", "2025-02", date(2025, 2, 10)),),
        answers=(
            AnswerRow("a.csv", 2, "E1", "start", "", "overall", 5, "", date(2025, 1, 20)),
            AnswerRow("a.csv", 3, "E1", "checkin", "2025-02", "followup_held", 1, "", date(2025, 2, 20)),
            AnswerRow("a.csv", 4, "E1", "end", "", "comment", None, "Tack", date(2025, 5, 2)),
        ),
    )


def test_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Kunder"
    sheet.append(["nummer", "telefon", "födelseår"])
    sheet.append([17.0, 46701000001, 1990])
    sheet.append([18, None, 1899])
    other = book.create_sheet("Uppföljningar")
    other.append(["insats", "månad", "datum"])
    other.append(["E1", date(2025, 2, 1), datetime(2025, 2, 10)])  # noqa: DTZ001 - a workbook has no zones
    book.create_sheet("Tomt")
    path = tmp_path / "register.xlsx"
    book.save(path)
    batch = read([path])
    assert batch.customers == (CustomerRow("register.xlsx (Kunder)", 2, "17", "+46701000001", "sv", "", 1990),)
    assert batch.followups == (FollowupRow("register.xlsx (Uppföljningar)", 2, "E1", "2025-02", date(2025, 2, 10)),)
    (problem,) = batch.problems
    assert str(problem) == "register.xlsx (Kunder), rad 3, birth_year: ”1899” är inte ett heltal 1900–2100"
