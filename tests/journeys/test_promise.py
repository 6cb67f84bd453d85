"""HJÄLP promises a customer: "De som hjälper dig ser inte svaret" (those who help you do not see it).

Held against every page of a provider, and every file that a provider may read.
"""

import random
from pathlib import Path

import pytest

from bot.reports import DOCUMENTS, FORMATS, draw, render
from reporting.figures.responses import CONFIRMED, OUTCOME
from reporting.providers.dialogue_pack import dialogue
from storage.database.engine import Database
from tests.support.disclosure.office import Office, digests_of
from tests.support.disclosure.registers import Register, random_register
from tests.support.journeys.world import world
from tests.support.provider_page import Browser, browser, link_to
from tests.support.providers import REGISTER

ANSWERS = "enrolment,survey,period,question,value,text,answered_on\n"


async def pages(contact: Browser) -> list[str]:
    """Every page of a provider that can be read: each month's form, with its first and its next rows."""
    places = [f"?month=2026-{month}{more}" for month in ("09", "10", "11") for more in ("", "&start=1")]
    found = [await contact.get(place) for place in places]
    refused = await contact.post(month="2026-11", ref_1="1042", held_1="on", date_1="2026-13-01")
    assert [status for status, _ in found] == [200] * 6
    return [text for _, text in (*found, refused)]


async def test_no_page_of_a_provider_changes(db: Database, tmp_path: Path) -> None:
    """Customers answer, and then say the opposite: the pages are the same to the byte."""
    async with world(db, tmp_path, "2026-09-01T10:00") as story:
        await story.read(**REGISTER)
        await story.wake("2026-11-25T10:00")
        address = await link_to(story, "P1")
        async with browser(address) as contact:
            await contact.post("/open")
            await contact.post(month="2026-10", ref_1="1042", held_1="on", date_1="2026-10-06", form_1="phone")
            await contact.post(month="2026-11", ref_1="1043", held_1="on", date_1="2026-11-04", form_1="phone")
            before = await pages(contact)
            for held, rating, words in ((1, 5, "Mycket bra"), (0, 1, "De hör aldrig av sig")):
                await story.read(
                    answers=ANSWERS
                    + f"1042,checkin,2026-10,followup_held,{held},,2026-10-28\n"
                    + f"1043,checkin,2026-10,followup_held,{held},,2026-10-28\n"
                    + f"1042,start,,overall,{rating},,2026-10-05\n"
                    + f"1042,start,,comment,,{words},2026-10-05\n"
                )
                assert await pages(contact) == before


def exchanged(register: Register, dice: random.Random) -> tuple[Register, int]:
    """The register in which alike people have given each other's answers, and how many answers are different.

    Alike are those of a provider, a point, a gender, a class and a quarter or month. Endings are the register's.
    """
    values: dict[tuple[str, str, str], str] = {}
    for measure, responses in register.responses.items():
        alike: dict[tuple[object, ...], list[tuple[str, str]]] = {}
        for each in responses:
            key = (each.provider, each.point, each.gender, each.difficulty, each.period, each.is_recorded)
            alike.setdefault(key, []).append((each.source, each.value))
        for theirs in alike.values() if measure != OUTCOME else ():
            mixed = dice.sample([value for _, value in theirs], len(theirs))
            values |= {(measure, *answer): value for answer, value in zip(theirs, mixed, strict=True)}
    return register.saying(values), sum(value != key[2] for key, value in values.items())


@pytest.mark.parametrize("seed", [3, 7])
def test_no_file_tells_who_said_what(seed: int) -> None:
    """Alike people exchange their answers: report, packs and digests are the same to the byte in every format."""
    first = random_register(seed)
    second, different = exchanged(first, random.Random(seed))
    assert different > 50
    files = []
    for register in (first, second):
        office = Office()
        office.publish(register)
        report = office.report
        assert report is not None
        made = {format_: render(report, format_) for format_ in FORMATS}
        for ref in register.providers[:2]:
            pack = dialogue(report, ref)
            made |= {f"{ref} {format_}": draw(pack, format_) for format_ in DOCUMENTS}
            made[f"{ref} digest"] = digests_of(report, ref).encode()
        files.append(made)
    assert [name for name in files[0] if files[0][name] != files[1][name]] == []


def test_months_are_not_told_of_a_provider() -> None:
    """A provider knows whom a month's check-in went to: only the year's answers are told of it, from ten people."""
    office = Office()
    office.publish(random_register(7))
    assert office.report is not None
    told = {row.period for row in office.report.indicators if row.indicator == CONFIRMED and row.provider}
    assert told == {"2025"}
