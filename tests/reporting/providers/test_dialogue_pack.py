"""The dialogue pack: four pages of a provider's own, and nothing in them that tells a customer's answer."""

from collections.abc import Mapping
from dataclasses import replace

import pypdfium2
import pytest

from reporting.document.blocks import Bars, Document, Grid, Paragraph, Percent, cell_text
from reporting.errors import NoDialogue
from reporting.figures.case_mix import Expectation
from reporting.figures.themes import THEMES, ThemeRow
from reporting.providers.dialogue_pack import dialogue
from reporting.render import docx, html, pdf
from reporting.report.background import Background
from reporting.report.model import QualityReport
from reporting.report.tables.actions import Action
from storage.figures.cells import MonthCounts
from storage.figures.year_values import Volumes
from tests.support.disclosure.cubes import YEAR, of_answers, report_of

ANSWERS = {
    "A": {"start": (34, 100), "end": (40, 60)},
    "B": {"start": (98, 100), "end": (45, 60)},
    "C": {"start": (240, 300), "end": (45, 60)},
    "D": {"start": (2, 3)},
    "E": {"start": (5, 8)},
    "F": {"start": (20, 20)},
}
NAMES = {"A": "Ek <AB>"}


def _report(endings: dict[tuple[str, str], int] | None = None, names: Mapping[str, str] = NAMES) -> QualityReport:
    cube = of_answers(ANSWERS, dict(names))
    cube.endings.update(endings or {})
    for month in range(1, 13):
        cube.months["A", f"{YEAR}-{month:02}"] = MonthCounts(due=10, on_time=8, late=1, answered=10)
        cube.months["D", f"{YEAR}-{month:02}"] = MonthCounts(due=2, on_time=1, late=1)
        cube.months["", f"{YEAR}-{month:02}"] = MonthCounts(due=12, on_time=9, late=2, answered=10)
    customers = {"A": 120, "B": 90, "C": 200, "D": 5, "E": 6, "F": 20}
    beside = Background(
        volumes=Volumes(500, 520, 250, 100, customers),
        actions=(Action("B", "Sena uppföljningar", "Ny rutin", None, "Pågår"),),
        expectations=(Expectation("A", 31.0, 14, 20.2, 0.69, 0.41, 0.97),),
    )
    return report_of(cube, beside)


def _grid(pack: Document, caption: str) -> Grid:
    blocks = [block for section in pack.sections for block in section.blocks]
    return next(block for block in blocks if isinstance(block, Grid) and caption in block.caption)


def test_pack_has_four_pages_in_every_format() -> None:
    pack = dialogue(_report(), "A")
    with pypdfium2.PdfDocument(pdf.render(pack)) as read:
        assert len(read) == 4
    page = html.render(pack).decode()
    assert "Ek &lt;AB&gt;" in page
    assert page.count("<h2 id=") == 4
    assert docx.render(pack) == docx.render(dialogue(_report(), "A"))


def test_every_theme_fits_on_four_pages() -> None:
    themes = tuple(ThemeRow(key, title, 9, 3, "ok") for key, title in THEMES.items())
    report = _report()
    pack = dialogue(replace(report, background=replace(report.background, themes=themes)), "A")
    assert len(_grid(pack, "Teman").rows) == len(THEMES) - 1  # what is unclear is nothing to talk about
    with pypdfium2.PdfDocument(pdf.render(pack)) as read:
        assert len(read) == 4


@pytest.mark.parametrize(
    ("provider", "words"),
    [("D", "hade 5 kunder 2025"), ("Z", "Ingen anordnare har numret Z"), ("", "Ingen anordnare har numret")],
)
def test_pack_needs_more_than_five_customers(provider: str, words: str) -> None:
    with pytest.raises(NoDialogue, match=words):
        dialogue(_report(), provider)
    assert dialogue(_report(), "E").subtitle == "E"  # six customers


def test_own_share_stands_beside_the_others() -> None:
    pack = dialogue(_report(), "A")
    start = _grid(pack, "Andel nöjda hos er").rows[0]
    # 34 of 100; the others 98 + 240 + 2 + 5 + 20 = 365 of 431 = 84.7 %
    assert (start[3], start[6]) == (Percent(34.0), "Tydligt lägre")
    assert cell_text(start[5]) == "84,7\u00a0%"
    sentences = [block.text for block in pack.sections[0].blocks if isinstance(block, Paragraph)]
    assert sentences[0] == (
        "Efter fyra veckor: 34 procent av era svarande var nöjda, mot 85 procent hos övriga. Det är tydligt lägre."
    )


def test_share_of_everybody_is_a_band() -> None:
    assert _grid(dialogue(_report(), "B"), "Andel nöjda hos er").rows[0][3] == Percent(98.0)
    pack = dialogue(_report(), "F")  # 20 of 20
    start = _grid(pack, "Andel nöjda hos er").rows[0]
    assert (start[3], start[4]) == ("över 90\u00a0%", "")
    assert "100" not in "".join(cell_text(cell) for cell in start)
    (first, *_) = [block.text for block in pack.sections[0].blocks if isinstance(block, Paragraph)]
    assert first.startswith("Efter fyra veckor: över 90 procent av era svarande var nöjda.")
    charts = [block for block in pack.sections[0].blocks if isinstance(block, Bars)]
    assert all(bar.share <= 90 or bar.kind == "others" for chart in charts for bar in chart.bars)


def test_others_who_agree_are_a_band() -> None:
    cube = of_answers({"A": {"start": (12, 20)}, "B": {"start": (20, 20)}, "C": {"start": (20, 20)}})
    beside = Background(volumes=Volumes(60, 0, 0, 0, {"A": 20}))
    pack = dialogue(report_of(cube, beside), "A")
    start = _grid(pack, "Andel nöjda hos er").rows[0]
    assert (start[3], start[5]) == (Percent(60.0), "över 90\u00a0%")
    (first, *_) = [block.text for block in pack.sections[0].blocks if isinstance(block, Paragraph)]
    assert "60 procent av era svarande var nöjda, mot över 90 procent hos övriga." in first
    assert not [block for block in pack.sections[0].blocks if isinstance(block, Bars)]


def test_confirmed_follow_ups_are_a_years_sum() -> None:
    pack = dialogue(_report(), "A")
    months = _grid(pack, "Månad för månad")
    assert months.columns == ("Månad", "Förväntade", "I tid", "Sent eller saknas", "Andel i tid")
    assert months.rows[0] == ("Januari", 10, 8, 2, Percent(80.0))
    assert len(months.rows) == 12
    # Ten people said no in every month: 0 %, told as a band.
    assert _grid(pack, "Uppföljningarna under").rows == (
        (120, 96, 12, 12, 0, Percent(80.0), "under 10\u00a0%", ""),
    )


def test_provider_has_one_outcome() -> None:
    """20 of 29 after 5 exclusions; neither all endings nor the reasons are told of one provider."""
    endings = {("A", "work"): 20, ("A", "moved"): 5, ("A", "other"): 9, ("A", "changed_provider"): 7}
    endings |= {("C", "work"): 20, ("C", "other"): 30}
    pack = dialogue(_report(endings), "A")
    (row,) = _grid(pack, "Egen försörjning").rows
    assert row[:3] == ("Efter undantag", 29, Percent(100 * 20 / 29))
    captions = [block.caption for section in pack.sections for block in section.blocks if isinstance(block, Grid)]
    assert not any("orsak" in caption for caption in captions)


@pytest.mark.parametrize(("cases", "said"), [(0, "färre än 6"), (5, "färre än 6"), (6, "6"), (17, "17")])
def test_few_open_cases_are_not_counted_out(cases: int, said: str) -> None:
    pack = dialogue(_report(), "B", cases)
    first = pack.sections[3].blocks[0]
    assert isinstance(first, Paragraph)
    assert first.text.startswith(f"Era kunder har {said} öppna ärenden.")


def test_deficiencies_are_the_providers_own() -> None:
    assert _grid(dialogue(_report(), "B"), "Brister").rows == (("Sena uppföljningar", "Ny rutin", "..", "Pågår"),)
    (own,) = _grid(dialogue(_report(), "A"), "Brister").rows
    assert own[0] == (
        "Nöjdheten är tydligt lägre än övrigas efter fyra veckor (34,0 mot 84,7\u00a0%) och sammantaget "
        "(46,3 mot 82,6\u00a0%)"
    )
    assert _grid(dialogue(_report(), "C"), "Brister").rows == ()


def test_namesakes_have_their_own_deficiencies() -> None:
    report = _report(names={"A": "Ek", "B": "Ek", "C": "Ek"})
    (own,) = _grid(dialogue(report, "B"), "Brister").rows
    assert own[0] == "Sena uppföljningar"
    assert _grid(dialogue(report, "C"), "Brister").rows == ()
