"""A report is published once, kept whole, and compared with a year later."""

from datetime import date

import pytest
from sqlalchemy import update

from reporting.document.blocks import Paragraph
from reporting.errors import PublishError
from reporting.publishing.publish import publish, published
from reporting.render import csv, docx, html, json, pdf, xlsx
from reporting.report.sections import document
from storage.database.engine import Database
from storage.errors import Damaged
from storage.figures import releases, snapshots
from storage.tables import report_snapshot
from tests.support.disclosure.cubes import NOW, YEAR, Cube, counted, of_answers
from tests.support.published import material


async def test_published_report_gives_the_same_bytes(db: Database) -> None:
    async with db.begin() as conn:
        kept = await publish(conn, material(), NOW, None)
    async with db.read() as conn:
        again = await published(conn, YEAR)
    assert again == kept
    assert kept.background.revision == 1
    for renderer in (csv, json, xlsx):
        assert renderer.render(again) == renderer.render(kept)
    for drawn in (pdf, docx, html):
        assert drawn.render(document(again)) == drawn.render(document(kept))


async def test_a_publication_is_certified(db: Database) -> None:
    """The smallest group is proven, printed in the method section, and kept in the ledger."""
    async with db.begin() as conn:
        report = await publish(conn, material(), NOW, None)
        kept = await releases.of_year(conn, YEAR)
    assert (report.smallest_group, report.is_certified) == (12, True)  # the twelve who answer a provider at the end
    assert [each.smallest_group for each in kept] == [12]
    method = document(report).sections[-1]
    said = [block.text for block in method.blocks if isinstance(block, Paragraph)]
    assert "Minsta grupp vars svar kan räknas fram: 12." in said


async def test_second_publication_needs_a_reason(db: Database) -> None:
    async with db.begin() as conn:
        await publish(conn, material(), NOW, None)
    later = of_answers({f"P{n}": {"start": (9 + n, 20)} for n in range(8)})
    async with db.begin() as conn:
        with pytest.raises(PublishError, match=r"redan publicerad \(2026-01-15\).*--revise"):
            await publish(conn, material(later), NOW, None)
        with pytest.raises(PublishError, match="behöver ett skäl"):
            await publish(conn, material(later), NOW, "  ")
        revised = await publish(conn, material(later), NOW, " Två svar var dubbla. ")
    async with db.read() as conn:
        first, second = await snapshots.of_year(conn, YEAR)
        assert await published(conn, YEAR) == revised
    assert (first.revision, first.reason) == (1, "")
    assert (second.revision, second.reason) == (2, "Två svar var dubbla.")
    assert revised.background.revised_because == "Två svar var dubbla."


@pytest.mark.parametrize(
    ("cube", "reason", "refusal"),
    [
        (counted(), None, "Det finns inga uppgifter för 2025 att publicera"),
        (counted(as_of=date(2025, 12, 31)), None, "Året 2025 är inte slut"),
        (counted(), "fel", "Rapporten för 2025 är inte publicerad"),
    ],
)
async def test_what_is_not_published(db: Database, cube: Cube, reason: str | None, refusal: str) -> None:
    async with db.begin() as conn:
        with pytest.raises(PublishError, match=refusal):
            await publish(conn, material(cube), NOW, reason)


async def test_changed_snapshot_is_refused(db: Database) -> None:
    async with db.begin() as conn:
        await publish(conn, material(), NOW, None)
        await conn.execute(update(report_snapshot).values(content="{}"))
        with pytest.raises(Damaged) as damaged:
            await published(conn, YEAR)
    assert damaged.value.values == {"year": YEAR, "revision": 1}
