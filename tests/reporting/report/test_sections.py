"""What stands in which section of the report."""

from reporting.document.blocks import Grid, Paragraph
from reporting.report.sections import document
from tests.support.disclosure.cubes import counted, report_of
from tests.support.reports import BESIDE, CUBE


def texts(number: int) -> list[str]:
    section = document(report_of(CUBE, BESIDE)).sections[number - 1]
    return [block.text for block in section.blocks if isinstance(block, Paragraph)]


def test_providers_apart_from_the_others_are_named() -> None:
    # 34 of 100 against (80 + 240 + 2 + 5) of (100 + 300 + 3 + 8) = 327 of 411 = 79.6 %.
    assert any("ligger tydligt lägre än övriga (34 mot 80 procent, 100 svar)." in text for text in texts(3))


def test_summary_tells_share_and_year_before() -> None:
    # 361 of 511 answers at the start; Wilson: 66.6 to 74.4. Last year 70 of 100.
    start = texts(1)[0]
    assert start.startswith("Efter fyra veckor: 361 av 511 svarande (71 procent, intervall 67–74)")
    assert start.endswith("2024 var andelen 70 procent.")


def test_method_names_broken_series() -> None:
    broken = "Egen försörjning, alla avslut är inte jämförbar med 2024: definitionen är ny."
    assert broken in texts(10)


def test_tables_are_numbered_through() -> None:
    made = document(report_of(CUBE, BESIDE))
    captions = [block.caption for section in made.sections for block in section.blocks if isinstance(block, Grid)]
    assert [caption.split(".")[0] for caption in captions] == [f"Tabell {n}" for n in range(1, len(captions) + 1)]


def test_empty_year_says_so() -> None:
    made = document(report_of(counted()))
    assert made.opening[0].text.startswith("Det finns inga mätpunkter för 2025")
