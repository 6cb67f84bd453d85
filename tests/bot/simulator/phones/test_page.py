"""A person at the page of phones, in a real Chromium, against the real system and its database."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.database.engine import Database
from storage.outcomes import history
from storage.tables import answer, case, inbox, session
from survey.packs.catalogue import load
from tests.support.browser.phone_page import Played, browser_page, phones_world
from tests.support.migrated import new_database


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    """Use SQLite alone: the page is the same on both databases."""
    database = new_database(tmp_path / "page.db")
    yield database
    await database.close()


async def _answers(db: Database) -> dict[str, Any]:
    async with db.read() as conn:
        rows = await conn.execute(select(answer.c.question, answer.c.value, answer.c.text))
        return {row.question: row.text if row.value is None else row.value for row in rows}


async def _outcome(db: Database, ref: str, survey: str) -> str:
    async with db.read() as conn:
        entries = await history.of_customer(conn, ref)
    assert entries is not None
    return next(entry.outcome for entry in entries if entry.survey == survey)


async def test_an_sms_survey_is_played_to_its_end(db: Database, tmp_path: Path, browser_address: str) -> None:
    async with phones_world(db, tmp_path) as story, browser_page(browser_address, story.url) as page:
        customer = Played(page, "K1")
        await customer.choose()
        await customer.part.get_by_role("button", name="Ställ enkäten").click()
        for asked, reply in (
            ("Hur nöjd är du med hjälpen du får?", "2"),
            ("Varför?", "4"),
            ("bemöter dig?", "tre"),
            ("närmare ett jobb", "1"),
            ("säga något mer", "De <b>lovade</b> praktik"),
            ("kontakta dig", "ja"),
        ):
            await customer.said("SMS", asked)
            await customer.write("SMS", reply)
        await customer.said("SMS", "Tack för dina svar!")
        phone = customer.phone("SMS")
        seen = await phone.locator(".bubble").all_inner_texts()
        await phone.locator(".meta").filter(has_text="levererat").nth(6).wait_for()  # receipts come afterwards
        costs = await phone.locator(".meta").all_inner_texts()
        assert await phone.locator(".total").inner_text() == "7 SMS till kunden, 7 delar, 4,55\N{NO-BREAK SPACE}kr"
        stored = await customer.part.locator(".talk").inner_text()
    assert costs == ["GSM-7 · 1 del · 0,65\N{NO-BREAK SPACE}kr · levererat"] * 7  # 4.55 in all
    assert await _answers(db) == {
        "overall": 2,
        "treatment": 3,
        "usefulness": 1,
        "reason": 4,
        "comment": "De <b>lovade</b> praktik",
        "contact": 1,
    }
    assert await _outcome(db, "K1", "start") == "completed"
    assert "E1 · svenska · besvarad" in stored
    assert "De <b>lovade</b> praktik" in stored
    async with db.read() as conn:
        turns = (await conn.execute(select(inbox.c.body, inbox.c.reply).order_by(inbox.c.id))).all()
        assert (await conn.execute(select(case.c.kind))).scalars().all() == ["contact"]
    # After the opening, the phone shows what the database holds, turn by turn.
    assert seen[1:] == [said for turn in turns for said in turn]


async def test_a_telegram_survey_is_tapped_to_its_end(db: Database, tmp_path: Path, browser_address: str) -> None:
    async with phones_world(db, tmp_path) as story, browser_page(browser_address, story.url) as page:
        customer = Played(page, "K1")
        await customer.choose()
        await customer.part.get_by_role("button", name="Anslut Telegram").click()
        await customer.said("Telegram", "Nu kan Nacka kommun ställa frågor")
        await customer.part.get_by_role("button", name="Ställ enkäten").click()
        phone = customer.phone("Telegram")
        for asked, tapped in (
            ("Hur nöjd är du med hjälpen du får?", "Mycket nöjd"),
            ("bemöter dig?", "Nöjd"),
            ("närmare ett jobb", "Nöjd"),
        ):
            await customer.said("Telegram", asked)
            button = phone.locator("li.bot").last.get_by_role("button", name=tapped, exact=True)
            await button.focus()
            await button.press("Enter")  # the keyboard is enough
        await customer.said("Telegram", "säga något mer")
        await customer.write("Telegram", "Tack för hjälpen")
        await customer.said("Telegram", "Tack för dina svar!")
        assert await phone.locator(".total").inner_text() == "6 meddelanden till kunden, 0,00\N{NO-BREAK SPACE}kr"
        assert await customer.phone("SMS").locator(".bubble").count() == 0
    assert await _answers(db) == {
        "overall": 5,
        "treatment": 4,
        "usefulness": 4,
        "comment": "Tack för hjälpen",
    }
    assert await _outcome(db, "K1", "start") == "completed"


async def test_two_customers_side_by_side_in_two_languages(
    sqlite: Database, tmp_path: Path, browser_address: str
) -> None:
    async with phones_world(sqlite, tmp_path) as story, browser_page(browser_address, story.url) as page:
        one, other = Played(page, "K1"), Played(page, "K2")
        await one.choose()
        await other.choose()
        await one.part.get_by_label("Språk").select_option("arabiska")
        await other.part.get_by_label("Språk").select_option("svenska")
        await other.part.get_by_role("combobox", name="Enkät", exact=True).select_option("Månadsavstämning")
        for each in (one, other):
            await each.part.get_by_role("button", name="Ställ enkäten").click()
        overall = load().surveys["start"].question("overall").text
        await one.said("SMS", overall["ar"])
        await other.said("SMS", "Har du haft")
        shown = await page.locator(".bot .bubble").evaluate_all(
            "all => all.map(each => [each.lang, getComputedStyle(each).direction])"
        )
        unicode = await one.phone("SMS").locator(".meta").inner_text()
        await one.write("SMS", "svenska")  # the language's own name, in the middle of the survey
        await one.said("SMS", overall["sv"])
        await one.write("SMS", "STOPP")
        await one.phone("SMS").get_by_text("Sagt stopp", exact=True).wait_for()
        await one.part.get_by_role("button", name="Ställ enkäten").click()
        await one.part.get_by_role("alert").filter(has_text="Kunden har sagt stopp.").wait_for()
        await page.reload()  # the address remembers who was chosen
        await other.said("SMS", "Har du haft")
    assert shown == [["ar", "rtl"], ["sv", "ltr"]]
    assert unicode.startswith("UCS-2 (")
    assert "2 delar · 1,30\N{NO-BREAK SPACE}kr" in unicode
    async with sqlite.read() as conn:
        spoken = await conn.execute(select(session.c.language).order_by(session.c.customer_id))
        assert spoken.scalars().all() == ["sv", "sv"]


async def test_a_narrow_screen_and_a_name_for_everything(
    sqlite: Database, tmp_path: Path, browser_address: str
) -> None:
    async with phones_world(sqlite, tmp_path) as story, browser_page(browser_address, story.url, width=360) as page:
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == "Till telefonerna"
        await page.get_by_label("Sök på nummer eller anordnare").fill("lilla LOTSEN")
        await page.get_by_role("status").filter(has_text="1 kund visas").wait_for()
        customer = Played(page, "K2")
        await customer.choose()
        await customer.part.get_by_role("button", name="Anslut Telegram").click()
        await customer.said("Telegram", "can now ask you questions here")
        assert await page.evaluate("document.documentElement.scrollWidth") == 360
        nameless = await page.evaluate(
            """[...document.querySelectorAll("button, input, select, textarea, [role=log]")].filter(each =>
                 each.checkVisibility() && !each.labels?.length && !each.ariaLabel && !each.textContent.trim())
               .map(each => each.outerHTML)"""
        )
        assert nameless == []
