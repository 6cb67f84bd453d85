"""Register files: what is read, and what is named of each fault."""

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from storage.errors import Problem, ProblemCode, Value
from storage.followups.rows import FollowupRow
from storage.register.reader import read
from storage.register.rows import AnswerRow, CustomerRow, EnrolmentRow, ProviderRow, RegisterBatch

CUSTOMERS = "ref,phone,language,gender,birth_year\n"
ENROLMENTS = "ref,customer,provider,started_on,planned_end_on,ended_on,end_reason,difficulty\n"
ANSWERS = "enrolment,survey,period,question,value,text,answered_on\n"
REASONS = (
    *("work", "studies", "own_company", "moved", "pregnancy", "parental_leave", "pension", "disability_pension"),
    *("illness", "death", "changed_provider", "dropped_out", "unemployed", "other"),
)


def wrong(row: int, column: str, code: ProblemCode, /, **values: Value) -> Problem:
    return Problem("x.csv", row, column, code, values)


PHONE_MISSING = wrong(
    1,
    "phone",
    ProblemCode.COLUMN_MISSING,
    called=("telefon", "tel", "telefonnummer"),
    found=("ref", "language", "gender"),
)
REFUSED: list[tuple[str | bytes, list[Problem]]] = [
    ("", [wrong(0, "", ProblemCode.FILE_EMPTY)]),
    ("\n \n", [wrong(0, "", ProblemCode.FILE_EMPTY)]),
    ("a,b\n1,2\n", [wrong(1, "", ProblemCode.HEADER_UNKNOWN, found=("a", "b"))]),
    ("ref,name\nP1,Å\nP2,".encode() + b"\xc5ke\n", [wrong(3, "", ProblemCode.NOT_UTF8)]),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1;\0", [wrong(0, "", ProblemCode.NOT_XLSX)]),
    ('ref,name\nP1,"Å\n', [wrong(2, "", ProblemCode.NOT_CSV)]),
    ("ref,name,telefonn\nP1,Å,4\n", [wrong(1, "telefonn", ProblemCode.COLUMN_NEAR, nearest="phone")]),
    ("ref,name,,phone\nP1,Å,4,\n", [wrong(1, "", ProblemCode.HEADER_EMPTY)]),
    ("ref,nummer,name\nP1,P1,Å\n", [wrong(1, "ref", ProblemCode.COLUMN_TWICE, found=("ref", "nummer"))]),
    ("ref,language,gender\nK1,sv,K\n", [PHONE_MISSING]),
    ("ref,name\nP1\n", [wrong(2, "", ProblemCode.ROW_LENGTH, fields=1, columns=2)]),
    ("ref,name\nP1,Å,x\n", [wrong(2, "", ProblemCode.ROW_LENGTH, fields=3, columns=2)]),
    ("ref,name\nP1,a\0b\n", [wrong(2, "name", ProblemCode.BAD_CHARACTER)]),
    (b"ref,name\nP1,\xed\xa0\x80\n", [wrong(2, "", ProblemCode.NOT_UTF8)]),
    (
        "ref,name\n,Å\nP2,\n",
        [wrong(2, "ref", ProblemCode.VALUE_MISSING), wrong(3, "name", ProblemCode.VALUE_MISSING)],
    ),
    ("ref,name\nP1,Å\nP1,Ä\n", [wrong(3, "ref", ProblemCode.REPEATED, file="x.csv", row=2)]),
    (
        "ref,name,authorised_from,authorised_to\nP1,Å,2025-02-01,2025-01-01\n",
        [
            wrong(
                2,
                "authorised_to",
                ProblemCode.DAY_BEFORE,
                day=date(2025, 1, 1),
                other="authorised_from",
                first=date(2025, 2, 1),
            )
        ],
    ),
    (
        CUSTOMERS + "Summa: 2,,,,\nTotalt,,,,\nTOTAL-1,,,,\nAntalet,,,,\n",
        [wrong(2, "ref", ProblemCode.SUM_ROW), wrong(3, "ref", ProblemCode.SUM_ROW)],
    ),
    (CUSTOMERS + "K1,12,,,\n", [wrong(2, "phone", ProblemCode.NOT_A_PHONE)]),
    (CUSTOMERS + "K1,ring mig,,,\n", [wrong(2, "phone", ProblemCode.NOT_A_PHONE)]),
    (CUSTOMERS + "K1,19900101-0017,,,\n", [wrong(2, "phone", ProblemCode.PERSONAL_NUMBER)]),
    (CUSTOMERS + "900101-0017,,,,\n", [wrong(2, "ref", ProblemCode.PERSONAL_NUMBER)]),
    (
        CUSTOMERS + "K1,,,X,1899\n",
        [
            wrong(2, "gender", ProblemCode.NOT_ONE_OF, value="X", allowed=("K", "M")),
            wrong(2, "birth_year", ProblemCode.NOT_AN_INTEGER, value="1899", low=1900, high=2100),
        ],
    ),
    (
        ENROLMENTS + "E1,K1,P1,2025-02-30,3/11 2026,,,\n",
        [
            wrong(2, "started_on", ProblemCode.NOT_A_DAY, value="2025-02-30"),
            wrong(2, "planned_end_on", ProblemCode.NOT_A_DAY, value="3/11 2026"),
        ],
    ),
    (
        ENROLMENTS + "E1,K1,P1,2025-02-01,,2025-01-31,work,\n",
        [
            wrong(
                2,
                "ended_on",
                ProblemCode.DAY_BEFORE,
                day=date(2025, 1, 31),
                other="started_on",
                first=date(2025, 2, 1),
            )
        ],
    ),
    (ENROLMENTS + "E1,K1,P1,2025-02-01,,2025-03-01,,\n", [wrong(2, "end_reason", ProblemCode.END_REASON_MISSING)]),
    (ENROLMENTS + "E1,K1,P1,2025-02-01,,,work,\n", [wrong(2, "ended_on", ProblemCode.END_MISSING)]),
    (
        ENROLMENTS + "E1,K1,P1,2025-02-01,,2025-03-01,fika,tung\n",
        [
            wrong(2, "end_reason", ProblemCode.NOT_ONE_OF, value="fika", allowed=REASONS),
            wrong(2, "difficulty", ProblemCode.NOT_ONE_OF, value="tung", allowed=("low", "medium", "high")),
        ],
    ),
    (
        "enrolment,month,held_on\nE1,2025-13,\n",
        [
            wrong(2, "month", ProblemCode.NOT_A_MONTH, value="2025-13"),
            wrong(2, "held_on", ProblemCode.VALUE_MISSING),
        ],
    ),
    (
        "enrolment,month,held_on\nE1,2025-01,2025-01-02\nE1,2025-01,2025-01-03\n",
        [wrong(3, "month", ProblemCode.REPEATED, file="x.csv", row=2)],
    ),
    (
        ANSWERS + "E1,mitt,,overall,4,,2025-01-02\n",
        [wrong(2, "survey", ProblemCode.NOT_ONE_OF, value="mitt", allowed=("start", "end", "checkin"))],
    ),
    (
        ANSWERS + "E1,start,,weather,4,,2025-01-02\n",
        [
            wrong(
                2,
                "question",
                ProblemCode.NOT_ONE_OF,
                value="weather",
                allowed=("overall", "treatment", "usefulness", "reason", "comment", "followup_held", "progress"),
            )
        ],
    ),
    (
        ANSWERS + "E1,start,2025-01,overall,6,,2025-01-02\n",
        [
            wrong(2, "period", ProblemCode.PERIOD_NOT_EMPTY, survey="start"),
            wrong(2, "value", ProblemCode.NOT_AN_INTEGER, value="6", low=1, high=5),
        ],
    ),
    (
        ANSWERS + "E1,checkin,,followup_held,kanske,,2025-01-02\n",
        [
            wrong(2, "period", ProblemCode.VALUE_MISSING),
            wrong(2, "value", ProblemCode.NOT_ONE_OR_ZERO, value="kanske"),
        ],
    ),
    (
        ANSWERS + "E1,end,,comment,3,,2025-01-02\n",
        [wrong(2, "text", ProblemCode.VALUE_MISSING), wrong(2, "value", ProblemCode.COMMENT_WITH_VALUE)],
    ),
    (
        ANSWERS + "E1,end,,progress,3,,2025-01-02\n",
        [wrong(2, "question", ProblemCode.NOT_ASKED, question="progress", survey="end")],
    ),
    (ANSWERS + "E1,end,,reason,,,2025-01-02\n", [wrong(2, "value", ProblemCode.VALUE_MISSING)]),
    ('ref,name\nP1,"två\nrader"\nP2,\n', [wrong(4, "name", ProblemCode.VALUE_MISSING)]),
]


@pytest.mark.parametrize(("content", "expected"), REFUSED)
def test_each_fault_is_named(tmp_path: Path, content: str | bytes, expected: list[Problem]) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert list(read([path]).problems) == expected


def test_missing_file_and_false_workbook(tmp_path: Path) -> None:
    (tmp_path / "b.xlsx").write_bytes(b"not a workbook")
    assert list(read([tmp_path / "a.csv", tmp_path / "b.xlsx"]).problems) == [
        Problem("a.csv", 0, "", ProblemCode.FILE_UNREADABLE),
        Problem("b.xlsx", 0, "", ProblemCode.NOT_XLSX),
    ]


def test_a_key_is_one_across_files(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("ref,name\nP1,Å\n", "utf-8")
    (problem,) = read([tmp_path / "a.csv", tmp_path / "b.csv"]).problems
    assert problem == Problem("b.csv", 2, "ref", ProblemCode.REPEATED, {"file": "a.csv", "row": 2})
    (problem,) = read([tmp_path / "a.csv", tmp_path / "a.csv"]).problems
    assert (problem.file, problem.row, problem.code) == ("a.csv", 2, ProblemCode.REPEATED)


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
    assert (problem.file, problem.row, problem.column) == ("register.xlsx (Kunder)", 3, "birth_year")
    assert (problem.code, problem.values["value"]) == (ProblemCode.NOT_AN_INTEGER, "1899")
