"""The wording of the digest is REPORT.md's. An SMS is one segment, and leaves out the least important first."""

from dataclasses import replace
from datetime import date

import pytest

from reporting.providers.digest import Digest, Published, published_of, sms, telegram
from survey.packs.segments import count
from tests.support.disclosure.cubes import YEAR, of_answers, report_of

TOLD = Published(2014, (33, 41), (300, 405), (41, 79))
MAY = Digest("Nacka", date(2015, 5, 1), date(2015, 6, 5), 44, 41, ("1042", "1050", "1061"), TOLD)


def told(satisfied: int, answered: int, *themes: str) -> Published:
    return replace(TOLD, satisfied=(satisfied, answered), themes=themes)


def test_sms_as_report_md_has_it() -> None:
    assert sms(replace(MAY, published=told(33, 41, "Bemötande"))) == (
        "Nacka: maj. Uppföljning 41/44 kunder klara, 3 saknas före 5/6. "
        "Nöjdhet 12 mån: 80 % (33 av 41 svar, 66-90). Gäller 2014. Tema: bemötande."
    )


def test_hidden_figure_has_one_sentence() -> None:
    assert sms(replace(MAY, due=7, done=6, missing=("1042",), published=None)) == (
        "Nacka: maj. Uppföljning 6/7 kunder klara, 1 saknas före 5/6. "
        "Nöjdhet: visas inte (färre än 10 svar, eller inget nytt att visa)."
    )


@pytest.mark.parametrize(
    ("digest", "words"),
    [
        (replace(MAY, done=44, missing=()), "Uppföljning 44/44 kunder klara. Nöjdhet"),
        (replace(MAY, due=1, done=1, missing=()), "Uppföljning 1/1 kund klar."),
        (replace(MAY, due=0, done=0, missing=()), "Ingen uppföljning väntas för maj."),
        (replace(MAY, published=told(21, 21)), "Nöjdhet 12 mån: över 90 %. Gäller 2014."),
        (replace(MAY, published=told(20, 21)), "Nöjdhet 12 mån: 95 % (20 av 21 svar, 77-99)."),
        (replace(MAY, published=told(0, 21)), "Nöjdhet 12 mån: under 10 %. Gäller 2014."),
        (replace(MAY, published=replace(TOLD, day="2015-03-01")), "svar, 66-90). Gäller 2014, per 2015-03-01."),
        (replace(MAY, overdue=("Dokumentation",)), "Försenad åtgärdsplan: 1."),
    ],
)
def test_sms_of_other_months(digest: Digest, words: str) -> None:
    assert words in sms(digest)


def test_band_never_tells_its_counts() -> None:
    text = sms(replace(MAY, due=0, done=0, missing=(), published=told(21, 21)))
    assert "21" not in text


def test_sms_is_always_one_segment() -> None:
    full = replace(
        MAY,
        month=date(2015, 9, 1),
        due=1044,
        done=1041,
        published=told(1033, 1241, "Kontakt och tillgänglighet", "Innehåll och aktiviteter", "Bemötande"),
        overdue=("A", "B"),
    )
    text = sms(full)
    assert (count(text).alphabet, count(text).parts) == ("GSM-7", 1)
    assert "Nöjdhet 12 mån: 83 %" in text
    assert "Försenad åtgärdsplan: 2." in text
    assert "Tema" not in text


def test_telegram_tells_others_rate_and_list() -> None:
    digest = replace(MAY, published=told(33, 41, "Bemötande"))
    assert telegram(digest) == (
        "Nacka: maj\n"
        "Uppföljning 41/44 kunder klara, 3 saknas före 5/6.\n"
        "Saknas: 1042, 1050, 1061.\n"
        # 300/405 = 74 %, 41/79 = 52 %
        "Nöjdhet 12 mån: 80 % (33 av 41 svar, 66-90). Gäller 2014. Övriga: 74 %. Svarsandel: 52 %.\n"
        "Tema: bemötande.\n"
        "Stämmer inte listan? Svara FEL så ses den över innan låsning 5/6."
    )


@pytest.mark.parametrize(("others", "words"), [((405, 405), "över 90 %"), ((0, 405), "under 10 %")])
def test_others_are_a_band_when_they_agree(others: tuple[int, int], words: str) -> None:
    assert f"Övriga: {words}." in telegram(replace(MAY, published=replace(TOLD, others=others)))


def test_digest_tells_what_is_published() -> None:
    """P0 has 12 of 20; the others 14 of 25 and 4 of 9. All less both the first would be the nine."""
    answers = {"P0": {"start": (12, 20)}, "P1": {"start": (14, 25)}, "P2": {"start": (4, 9)}}
    report = report_of(of_answers(answers, eligible=40))
    assert published_of(report, "P1") == Published(YEAR, (14, 25), (16, 29), (25, 40))
    for hidden in ("P0", "P2", "P3", ""):
        assert published_of(report, hidden) is None
    assert published_of(None, "P1") is None


def test_long_list_is_cut() -> None:
    missing = tuple(str(1000 + n) for n in range(33))
    assert "1029 och 3 till." in telegram(replace(MAY, missing=missing))
