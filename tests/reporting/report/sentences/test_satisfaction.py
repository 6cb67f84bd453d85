"""The wording of satisfaction, at the boundaries of its rules."""

import pytest

from reporting.document.blocks import Bar, FunnelPoint
from reporting.document.swedish import whole
from reporting.figures.exact_test import Comparison, Verdict
from reporting.report.sentences.satisfaction import (
    bars_alt,
    comparison_sentence,
    funnel_alt,
    mean_sentence,
    reasons_sentence,
    satisfied_sentence,
)
from reporting.report.tables.satisfaction import Reason
from tests.support.disclosure.cubes import add, of_answers, report_of, rows_of
from tests.support.reports import full_count


@pytest.mark.parametrize(("mean", "said"), [(75.9, False), (76.0, True), (72.0, True), (72.1, False)])
def test_mean_is_told_from_two_points(mean: float, said: bool) -> None:
    sentence = mean_sentence(full_count(74.0), full_count(mean, denominator=20))
    assert (
        sentence.startswith(f"Medelvärdet av anordnarnas andelar är {whole(mean)} procent (20 anordnare)") is said
    )


def test_provider_beside_the_others() -> None:
    lower = Comparison((34, 100), (318, 400), 0.0001, Verdict.LOWER)
    assert comparison_sentence("Ek", lower) == "Ek ligger tydligt lägre än övriga (34 mot 80 procent, 100 svar)."
    higher = Comparison((86, 90), (280, 400), 0.0001, Verdict.HIGHER)
    assert comparison_sentence("Ek", higher) == "Ek ligger tydligt högre än övriga (96 mot 70 procent, 90 svar)."
    watched = Comparison((10, 20), (280, 400), 0.03, Verdict.MAY_DIFFER_LOWER)
    assert comparison_sentence("Ek", watched) == (
        "Ek kan avvika nedåt (50 mot 70 procent, 20 svar). Det följs upp; ingen slutsats dras."
    )
    assert comparison_sentence("Ek", Comparison((14, 20), (280, 400), 1.0, Verdict.NONE)) == ""
    assert comparison_sentence("Ek", None) == ""


def test_equal_reasons_are_both_named() -> None:
    themes = [Reason("Bemötandet", 8), Reason("Löften hölls inte", 8), Reason("Annat", 6)]
    assert reasons_sentence(themes) == "Flest kunder angav ”Bemötandet” och ”Löften hölls inte” (8 kunder)."
    assert reasons_sentence([]) == ""


def test_alternative_texts_state_the_finding() -> None:
    bars = [Bar("Ek", 34.0, 25.0, 44.0, "lower"), Bar("Al", 80.0, 71.0, 87.0, "none")]
    assert bars_alt("Efter fyra veckor", bars, 71.2) == (
        "Andelen nöjda efter fyra veckor är mellan 34 och 80 procent för 2 rader. Hela enhetens andel är 71 "
        "procent. "
        "Tydligt lägre än övriga ligger Ek."
    )
    quiet = [FunnelPoint("Al", 30, 1.0, (-17.0, 17.0), (-27.0, 27.0), "none")]
    assert funnel_alt("Vid avslut", quiet).endswith("Ingen anordnare skiljer sig säkert från övriga.")


def test_both_points_are_told_with_the_mean() -> None:
    # Ten providers at 30 % and one with as many answers as they all at 90 %: (30 + 90) / 200 = 60 %, mean 35.5 %.
    answers = {f"P{n}": {"start": (3, 10)} for n in range(10)} | {"A": {"start": (90, 100)}}
    report = report_of(of_answers(answers))
    assert report.points[-1].whole_unit == (
        "120 av 200 svarande (60 procent, intervall 53–67) var mycket nöjda eller nöjda. Medelvärdet av "
        "anordnarnas andelar är 35 procent (11 anordnare): där väger varje anordnare lika, oavsett hur många som "
        "svarat."
    )
    assert [section.whole_unit for section in report.points[:2]] == ["", ""]
    assert report_of(of_answers({"A": {"start": (2, 5)}})).points[-1].whole_unit == ""


def test_pooled_share_with_its_interval() -> None:
    # Wilson's interval of 74 in 100 is 64.63 to 81.60.
    row = next(r for r in rows_of(of_answers({"A": {"start": (74, 100)}})) if r.point == "start")
    assert satisfied_sentence(row) == (
        "74 av 100 svarande (74 procent, intervall 65–82) var mycket nöjda eller nöjda."
    )
    assert satisfied_sentence(full_count(None)) == ""


def test_women_beside_men_by_the_same_test() -> None:
    """Fisher's p is 0.0005 for 25 of 50 against 42 of 50, 0.04 for 31 and 41, and 0.35 for 36 and 41."""

    def said(women: int, men: int, answers: int = 50) -> tuple[str, ...]:
        cube = of_answers({"A": {"start": (men, answers)}})
        add(cube, "A", "start", "K", "medium", 1, women, answers, answers)
        return report_of(cube).gender_sentences

    assert said(25, 42) == (
        "Efter fyra veckor var 50 procent av kvinnorna (50 svar) och 84 procent av männen (50 svar) nöjda. "
        "Skillnaden är tydlig.",
    )
    assert said(31, 41)[0].endswith(
        "Skillnaden kan vara större än slumpen rimligen ger. Den följs upp; ingen slutsats dras."
    )
    assert said(36, 41)[0].endswith("Ingen skillnad är påvisad.")
    assert said(5, 8, answers=9) == ()  # nine people: what they said is not told
