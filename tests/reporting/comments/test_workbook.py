"""The workbook in which staff code comments: what goes out, and what comes in."""

import io
from datetime import UTC, datetime
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]  # ships no types
import pytest

from reporting.comments import workbook
from reporting.errors import ThemeCode, ThemesRefused
from reporting.figures.themes import THEMES
from storage.database.engine import Database
from storage.errors import Problem, ProblemCode
from storage.figures import themes
from storage.figures.themes import Comment, ThemeCount
from storage.register import importer, reader

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
COMMENTS = (
    Comment(7, "start", "sv", "Anna lovade jobb, ring 070-174 06 05", ("promises",)),
    Comment(9, "end", "en", '=HYPERLINK("http://evil.example";"x")', ()),
    Comment(12, "checkin", "ar", "شكرا\nلكم", ()),
    Comment(13, "start", "sv", "Mohammed", ()),
)


def sheet(content: bytes) -> list[list[object]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [list(row) for row in book["Kommentarer"].iter_rows(values_only=True)]


def test_workbook_shows_words_and_hides_persons() -> None:
    rows = sheet(workbook.write(COMMENTS, 2025))
    assert rows[0] == list(workbook.COLUMNS)
    first = rows[1]
    assert first[:3] == [7, "Efter fyra veckor", "sv"]
    assert first[3] == COMMENTS[0].text
    assert first[4:7] == ["namn, telefonnummer", "Löften hölls inte", "Löften hölls inte"]
    assert rows[2][3] == COMMENTS[1].text  # text, no formula
    assert rows[3][3] == COMMENTS[2].text
    assert rows[4][3:5] == ["Mohammed", "namn"]


def coded(folder: Path, *lines: tuple[object, ...], header: tuple[str, ...] = workbook.COLUMNS) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Kommentarer"
    for row in (header, *lines):
        book.active.append(list(row))
    book.create_sheet("Läs mig").append(["Text"])
    book.save(folder / "kodad.xlsx")
    return folder / "kodad.xlsx"


def line(number: object, *chosen: str) -> tuple[object, ...]:
    return (number, "start", "sv", "text", "", "Beröm", *chosen)


def test_chosen_themes_are_read(tmp_path: Path) -> None:
    path = coded(tmp_path, line(7, "Bemötande", "praise", "bemötande"), line(9), line(12, "", "oklart"))
    assert workbook.read(path).themes == {7: ("treatment", "praise"), 12: ("unclear",)}


def test_every_wrong_row_is_named(tmp_path: Path) -> None:
    path = coded(
        tmp_path,
        line(7, "Bemötande"),
        line(7, "Beröm"),
        line("sju", "Beröm"),
        line(8, "Glädje"),
        line(9, "Oklart", "Beröm"),
    )
    with pytest.raises(ThemesRefused) as refused:
        workbook.read(path)
    file, themes_ = "kodad.xlsx (Kommentarer)", tuple(THEMES.values())
    assert refused.value.problems == (
        Problem(file, 3, "Nummer", ThemeCode.COMMENT_TWICE, {"row": 2}),
        Problem(file, 4, "Nummer", ThemeCode.NO_NUMBER),
        Problem(file, 5, "Tema 1", ThemeCode.UNKNOWN_THEME, {"value": "Glädje", "allowed": themes_}),
        Problem(file, 6, "", ThemeCode.UNCLEAR_WITH_OTHERS, {"theme": "Oklart"}),
    )


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no workbook", b"a;b\n1;2\n"])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(ThemesRefused) as refused:
        workbook.read(path)
    assert refused.value.problems == (Problem("x.xlsx", 0, "", ProblemCode.NOT_XLSX),)


async def test_from_comments_to_counts_and_again(db: Database, tmp_path: Path) -> None:
    files = {
        "providers": "ref,name\nP1,Alfa\nP2,Beta\n",
        "customers": "ref,phone,language\n" + "".join(f"K{n},,sv\n" for n in range(7)),
        "enrolments": "ref,customer,provider,started_on\n"
        + "".join(f"E{n},K{n},P{1 + n % 2},{'2024-12-10' if n == 1 else '2025-02-01'}\n" for n in range(7)),
        "answers": "enrolment,survey,period,question,text,answered_on\n"
        + "".join(f"E{n},start,,comment,Otrevlig {n},2025-03-0{n + 1}\n" for n in range(7))
        + "E0,checkin,2025-04,comment,Tack,2025-05-01\nE1,checkin,2024-12,comment,Förra året,2025-01-01\n",
    }
    paths = [tmp_path / f"{name}.csv" for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_text(content, encoding="utf-8")
    async with db.begin() as conn:
        batch = reader.read(paths)
        await importer.apply(conn, batch, NOW.date(), NOW)
        comments = await themes.comments(conn, 2025)
        assert [comment.text for comment in comments] == [*(f"Otrevlig {n}" for n in range(7)), "Tack"]
        numbers = [comment.number for comment in comments]
        assert await themes.commented(conn, [*numbers, 999]) == set(numbers)
        await themes.save(conn, dict.fromkeys(numbers[:6], ("treatment",)), NOW)
        await themes.save(conn, {numbers[7]: ("treatment", "praise")}, NOW)  # the first customer again
        assert await themes.counts(conn, 2025) == {"treatment": ThemeCount(6, 2), "praise": ThemeCount(1, 1)}
        await themes.save(conn, {numbers[0]: ("unclear",), numbers[7]: ("praise",)}, NOW)  # read once more
        assert (await themes.counts(conn, 2025))["treatment"] == ThemeCount(5, 2)
        assert await themes.counts(conn, 2024) == {}
        again = await themes.comments(conn, 2025)
    assert again[0].themes == ("unclear",)
    with pytest.raises(ThemesRefused) as refused:
        workbook.check(workbook.read(coded(tmp_path, line(999, "Beröm"))), numbers)
    (problem,) = refused.value.problems
    assert (problem.row, problem.code, problem.values) == (2, ThemeCode.UNKNOWN_COMMENT, {"number": 999})
