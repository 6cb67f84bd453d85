"""The wording of the digest is REPORT.md's. An SMS is one segment, and leaves out the least important first."""

from dataclasses import replace
from datetime import date

import pytest

from reporting.disclosure.digest_releases import Figure
from reporting.providers.digest import Digest, sms, telegram
from survey.packs.segments import count

MAY = Digest(date(2015, 5, 1), date(2015, 6, 5), 44, 41, ("1042", "1050", "1061"), Figure((2015, 1), 33, 41))


def test_sms_as_report_md_has_it() -> None:
    assert sms(replace(MAY, themes=("Bemötande",))) == (
        "Nacka: maj. Uppföljning 41/44 kunder klar, 3 saknas före 5/6. "
        "Nöjdhet 12 mån: 80 % (33 av 41 svar, 66-90). Tema: bemötande."
    )


def test_sms_with_too_few_answers() -> None:
    assert sms(replace(MAY, due=7, done=6, missing=("1042",), figure=None)) == (
        "Nacka: maj. Uppföljning 6/7 kunder klar, 1 saknas före 5/6. "
        "Nöjdhet: för få svar för att visas (minst 6 krävs)."
    )


@pytest.mark.parametrize(
    ("digest", "words"),
    [
        (replace(MAY, done=44, missing=()), "Uppföljning 44/44 kunder klar. Nöjdhet"),
        (replace(MAY, due=1, done=1, missing=()), "Uppföljning 1/1 kund klar."),
        (replace(MAY, due=0, done=0, missing=()), "Ingen uppföljning väntas för maj."),
        (replace(MAY, figure=Figure((2015, 1), 20, 21)), "Nöjdhet 12 mån: över 90 %."),  # 20 / 21 = 95 %
        (replace(MAY, figure=Figure((2015, 1), 1, 21)), "Nöjdhet 12 mån: under 10 %."),  # 1 / 21 = 5 %
        (replace(MAY, overdue=("Dokumentation",)), "Försenad åtgärdsplan: 1."),
        (replace(MAY, figure=None, withheld=True), "Nöjdhet: visas inte än, för att skydda enskilda svar."),
    ],
)
def test_sms_of_other_months(digest: Digest, words: str) -> None:
    assert words in sms(digest)


def test_band_never_tells_its_counts() -> None:
    text = sms(replace(MAY, due=0, done=0, missing=(), figure=Figure((2015, 1), 21, 21)))
    assert "21" not in text


def test_sms_is_always_one_segment() -> None:
    full = replace(
        MAY,
        month=date(2015, 9, 1),
        due=1044,
        done=1041,
        figure=Figure((2015, 1), 1033, 1241),
        themes=("Kontakt och tillgänglighet", "Innehåll och aktiviteter", "Bemötande"),
        overdue=("A", "B"),
    )
    text = sms(full)
    assert (count(text).alphabet, count(text).parts) == ("GSM-7", 1)
    assert "Nöjdhet 12 mån: 83 %" in text
    assert "Försenad åtgärdsplan: 2." in text
    assert "Tema" not in text


def test_telegram_tells_others_rate_and_list() -> None:
    digest = replace(MAY, others=(300, 405), response=(41, 79), themes=("Bemötande",))
    assert telegram(digest) == (
        "Nacka: maj\n"
        "Uppföljning 41/44 kunder klar, 3 saknas före 5/6.\n"
        "Saknas: 1042, 1050, 1061.\n"
        "Nöjdhet 12 mån: 80 % (33 av 41 svar, 66-90). Övriga: 74 %. Svarsandel: 52 %.\n"  # 300/405, 41/79
        "Tema: bemötande.\n"
        "Stämmer inte listan? Svara FEL så ses den över innan låsning 5/6."
    )


def test_others_are_told_from_200_answers() -> None:
    """A share of 199 in whole per cent tells the count, and two months' counts could be subtracted."""
    assert "Övriga" not in telegram(replace(MAY, others=(150, 199)))
    assert "Övriga: 75 %" in telegram(replace(MAY, others=(150, 200)))


def test_long_list_is_cut() -> None:
    missing = tuple(str(1000 + n) for n in range(33))
    assert "1029 och 3 till." in telegram(replace(MAY, missing=missing))
