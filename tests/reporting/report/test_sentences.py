"""The report's sentences at the boundaries of their rules, and Swedish numbers and names."""

from collections.abc import Iterable, Iterator
from datetime import date

import pytest

from reporting.document.blocks import Bar, Bars, Document, Funnel, FunnelPoint, Paragraph
from reporting.document.swedish import count, day, decimal, listed, percent, printed_name, whole
from reporting.figures.case_mix import Expectation
from reporting.figures.indicators import Indicator, rows
from reporting.figures.intervals import Comparison
from reporting.figures.previous_year import Earlier
from reporting.figures.themes import ThemeRow
from reporting.providers.dialogue_pack import dialogue
from reporting.report.background import Background
from reporting.report.build import build
from reporting.report.sections import document
from reporting.report.sentences.basis import volume_sentences
from reporting.report.sentences.followups import exempt_sentence
from reporting.report.sentences.goals import earlier_sentence, target_sentence
from reporting.report.sentences.outcomes import changes_sentence, expectation_sentence
from reporting.report.sentences.satisfaction import (
    bars_alt,
    comparison_sentence,
    funnel_alt,
    mean_sentence,
    reasons_sentence,
    satisfied_sentence,
)
from reporting.report.tables.outcomes import Changes
from reporting.report.tables.satisfaction import Reason
from storage.figures.cells import MonthCounts
from storage.figures.year_values import Volumes, Youth
from tests.support.disclosure.cubes import NOW, YEAR, CubeOf, of_answers


def _row(satisfied: int, answers: int) -> Indicator:
    return next(r for r in rows(of_answers({"A": {"start": (satisfied, answers)}}), NOW) if r.point == "start")


def _share(value: float | None, denominator: int | None = None) -> Indicator:
    """A full count: a value without an interval."""
    return Indicator(
        indicator="followup.compliance",
        version=1,
        provider="",
        provider_name="",
        period="2025",
        numerator=None,
        denominator=denominator,
        value=value,
        status="ok" if value is not None else "no_answers",
        created_at="",
    )


def test_a_target_is_judged_by_the_whole_interval() -> None:
    row = _row(74, 100)
    assert (round(row.ci_low or 0, 2), round(row.ci_high or 0, 2)) == (64.63, 81.6)
    assert target_sentence(row, row.ci_low).endswith("är uppnått.")
    assert target_sentence(row, 82) == "Målet 82 procent är inte uppnått."
    assert target_sentence(row, row.ci_high).endswith("men skillnaden är inom osäkerheten.")
    assert target_sentence(row, 70) == "Utfallet ligger över målet 70 procent, men skillnaden är inom osäkerheten."
    assert target_sentence(row, 80) == "Utfallet ligger under målet 80 procent, men skillnaden är inom osäkerheten."
    assert target_sentence(row, None) == ""
    assert satisfied_sentence(row).startswith("74 av 100 svarande (74 procent, intervall 65–82)")


def test_a_full_count_reaches_its_target_or_does_not() -> None:
    assert target_sentence(_share(99.9), 100) == "Målet 100 procent är inte uppnått."
    assert target_sentence(_share(100.0), 100) == "Målet 100 procent är uppnått."
    assert target_sentence(_share(None), 100) == ""


@pytest.mark.parametrize(("mean", "said"), [(75.9, False), (76.0, True), (72.0, True), (72.1, False)])
def test_the_mean_of_shares_is_printed_from_two_points_of_difference(mean: float, said: bool) -> None:
    sentence = mean_sentence(_share(74.0), _share(mean, denominator=20))
    assert (
        sentence.startswith(f"Medelvärdet av anordnarnas andelar är {whole(mean)} procent (20 anordnare)") is said
    )


def test_what_is_said_of_a_provider_beside_the_others() -> None:
    lower = Comparison(0.34, 0.7956, "lower", False)
    assert (
        comparison_sentence("Ek", lower, 100) == "Ek ligger tydligt lägre än övriga (34 mot 80 procent, 100 svar)."
    )
    higher = Comparison(0.95, 0.7, "higher", False)
    assert (
        comparison_sentence("Ek", higher, 90) == "Ek ligger tydligt högre än övriga (95 mot 70 procent, 90 svar)."
    )
    watched = Comparison(0.5, 0.7, "", True)
    assert comparison_sentence("Ek", watched, 20) == "Ek kan avvika; följs upp, ingen slutsats."
    assert comparison_sentence("Ek", Comparison(0.7, 0.7, "", False), 20) == ""
    assert comparison_sentence("Ek", None, 9) == ""


def test_the_year_before() -> None:
    row = _row(74, 100)
    assert earlier_sentence(row, None) == ""
    assert earlier_sentence(row, Earlier(2024, 71.5)) == "2024 var andelen 72 procent."
    broken = Earlier(2024, 71.5, "frågan är ny.")
    assert earlier_sentence(row, broken) == "Utfallet är inte jämförbart med 2024: frågan är ny."
    assert earlier_sentence(row, Earlier(2024, None)) == ""
    assert earlier_sentence(_share(None), Earlier(2024, 71.5)) == ""


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.4, 0.99, "färre"),
        (0.4, 1.0, ""),
        (1.0, 1.4, ""),
        (1.01, 1.4, "fler"),
    ],
)
def test_difficulty_is_told_only_when_the_interval_leaves_one(low: float, high: float, said: str) -> None:
    sentence = expectation_sentence("Ek", Expectation("P1", 30.0, 14, 20.0, 0.7, low, high, clear=True))
    whole_sentence = (
        f"Hos Ek nådde {said} egen försörjning än väntat för kundernas svårighetsgrad (O/E 0,70, 14 mot 20,0)."
    )
    assert sentence == (whole_sentence if said else "")


def test_difficulty_outside_95_percent_only_is_no_conclusion() -> None:
    watched = Expectation("P1", 30.0, 14, 20.0, 0.7, 0.4, 0.99)
    assert expectation_sentence("Ek", watched) == (
        "Ek kan avvika från det väntade (O/E 0,70, 14 mot 20,0); följs upp, ingen slutsats."
    )


def test_difficulty_with_too_few_cases_says_nothing() -> None:
    assert expectation_sentence("Ek", Expectation("P1", None, None, None, None, None, None)) == ""


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        ({}, ""),
        (
            {"illness": 19, "parental_leave": 8, "holiday": 6},
            "33 insatsmånader är undantagna och räknas inte med: 19 för sjukdom, 8 för föräldraledighet och 6 för "
            "ledighet enligt planen.",
        ),
        # Five months of a kind are not named; six others beside them are enough to hide among.
        (
            {"illness": 19, "parental_leave": 5, "holiday": 1},
            "25 insatsmånader är undantagna och räknas inte med: 19 för sjukdom och 6 av andra skäl.",
        ),
        # Alone they would follow from the sum: the smallest that could be named goes with them.
        (
            {"illness": 19, "parental_leave": 8, "holiday": 5},
            "32 insatsmånader är undantagna och räknas inte med: 19 för sjukdom och 13 av andra skäl.",
        ),
        ({"holiday": 1}, "1 insatsmånad är undantagen och räknas inte med: 1 av olika skäl."),
    ],
)
def test_exempt_months_are_told_with_their_reasons(reasons: dict[str, int], said: str) -> None:
    assert exempt_sentence(reasons, 6) == said


def test_two_reasons_with_as_many_customers_are_both_named() -> None:
    themes = [Reason("Bemötandet", 8), Reason("Löften hölls inte", 8), Reason("Annat", 6)]
    assert reasons_sentence(themes) == "Flest kunder angav ”Bemötandet” och ”Löften hölls inte” (8 kunder)."
    assert reasons_sentence([]) == ""


def _volumes(customers: int, women: int, young: int) -> Volumes:
    return Volumes(
        customers=customers, enrolments=customers + 1, women=women, young=young, customers_of={"P1": 6, "P2": 5}
    )


def test_groups_of_customers_are_told_from_six_people_on_each_side() -> None:
    assert volume_sentences(_volumes(20, 14, 6), 6, 2015) == (
        "20 kunder hade 21 insatser under 2015.",
        "70 procent var kvinnor och 30 procent var 16–24 år.",
        "1 anordnare hade fler än fem kunder.",
    )
    assert "kvinnor" not in " ".join(volume_sentences(_volumes(20, 15, 6), 6, 2015))
    assert "16–24" not in " ".join(volume_sentences(_volumes(20, 14, 5), 6, 2015))
    assert volume_sentences(None, 6, 2015) == ()
    assert volume_sentences(_volumes(0, 0, 0), 6, 2015) == ()


def test_changes_are_counted_in_the_singular_too() -> None:
    assert changes_sentence(Changes(1, 0)) == "1 kund bytte anordnare och 0 kunder avbröt insatsen."
    assert changes_sentence(Changes(2, None)) == "2 kunder bytte anordnare."


def test_alternative_texts_state_the_finding() -> None:
    bars = [Bar("Ek", 34.0, 25.0, 44.0, "lower"), Bar("Al", 80.0, 71.0, 87.0, "none")]
    assert bars_alt("Vid start", bars, 71.2) == (
        "Andel nöjda vid start för 2 rader, mellan 34 och 80 procent. Hela enheten: 71 procent. "
        "Tydligt lägre än övriga: Ek."
    )
    quiet = [FunnelPoint("Al", 30, 1.0, (-17.0, 17.0), (-27.0, 27.0), "none")]
    assert funnel_alt("Vid avslut", quiet).endswith("Ingen anordnare skiljer sig säkert från övriga.")


def test_how_many_providers_have_enough_answers() -> None:
    cube = of_answers(
        {"A": {"start": (34, 100)}, "B": {"end": (3, 6)}, "C": {"start": (2, 3), "end": (1, 2)}, "D": {}}
    )
    assert build(cube, YEAR, NOW).coverage_sentence == (
        "2 av 4 anordnare har minst 6 svar; 1 har för få och 1 har inga."
    )
    assert build(CubeOf(), YEAR, NOW).coverage_sentence == ""


def test_both_points_together_are_told_with_the_mean_of_providers() -> None:
    # Ten providers at 30 % and one with as many answers as they all at 90 %: (30 + 90) / 200 = 60 %, mean 35.5 %.
    answers = {f"P{n}": {"start": (3, 10)} for n in range(10)} | {"A": {"start": (90, 100)}}
    report = build(of_answers(answers), YEAR, NOW)
    assert report.points[-1].whole_unit == (
        "120 av 200 svarande (60 procent, intervall 53–67) var mycket nöjda eller nöjda. Medelvärdet av "
        "anordnarnas andelar är 35 procent (11 anordnare): där väger varje anordnare lika, oavsett hur många som "
        "svarat."
    )
    assert [section.whole_unit for section in report.points[:2]] == ["", ""]
    assert build(of_answers({"A": {"start": (2, 5)}}), YEAR, NOW).points[-1].whole_unit == ""


@pytest.mark.parametrize(
    ("month", "said"),
    [
        (MonthCounts(), ""),
        (MonthCounts(due=10, on_time=10), "10 av 10 insatsmånader (100 procent) följdes upp i tid."),
        (
            MonthCounts(due=10, on_time=7, late=1),
            "7 av 10 insatsmånader (70 procent) följdes upp i tid. 1 följdes upp sent och 2 saknar uppföljning.",
        ),
        (
            MonthCounts(due=10, on_time=10, answered=4, confirmed=3, denied=1),
            "10 av 10 insatsmånader (100 procent) följdes upp i tid. Kunderna bekräftade uppföljningen för 3 av de "
            "4 månader som de svarade om (75 procent, intervall 30–95). För 1 månad har anordnaren registrerat en "
            "uppföljning som kunden säger inte hölls.",
        ),
    ],
)
def test_follow_ups_from_both_sides(month: MonthCounts, said: str) -> None:
    cube = of_answers({"A": {"start": (20, 40)}})
    cube.months.update({("A", "2025-01"): month, ("", "2025-01"): month})
    assert build(cube, YEAR, NOW).followup_sentence == said


@pytest.mark.parametrize(
    ("endings", "said"),
    [
        ({"work": 3, "other": 2}, ""),  # five endings
        ({"work": 3, "moved": 3}, ""),  # three are left after exclusions
        (
            {"work": 20, "studies": 4, "moved": 6, "other": 10, "changed_provider": 9},
            "Av 40 avslut ledde 24 till egen försörjning (60 procent). Efter undantag av 6 avslut: 24 av 34 (71 "
            "procent).",
        ),
        (
            {"work": 20, "other": 20},
            "Av 40 avslut ledde 20 till egen försörjning (50 procent). Efter undantag av 0 avslut: 20 av 40 (50 "
            "procent).",
        ),
    ],
)
def test_both_outcomes_are_always_told_together(endings: dict[str, int], said: str) -> None:
    cube = of_answers({"A": {}})
    cube.endings.update({("A", reason): number for reason, number in endings.items()})
    assert build(cube, YEAR, NOW).outcome_sentence == said


def test_no_sentence_ranks_or_claims_a_cause() -> None:
    answers = {f"P{n}": {"start": (n, 12), "end": (40, 60)} for n in range(13)}
    cube = of_answers(answers)
    cube.endings.update({(ref, reason): 10 for ref in answers for reason in ("work", "moved", "other")})
    beside = Background(
        volumes=Volumes(130, 140, 70, 30, dict.fromkeys(answers, 10)),
        youth=Youth(40, {"work": 20, "other": 10}),
        expectations=(Expectation("P3", 30.0, 14, 20.0, 0.7, 0.4, 0.99, clear=True),),
        change_reasons=(ThemeRow("1", "Fick inte rätt hjälp", 9, 3, "ok"),),
    )
    report = build(cube, YEAR, NOW, background=beside)
    documents = [document(report), *(dialogue(report, ref) for ref in answers)]
    texts = [*_texts(documents), *report.summary_sentences]
    assert any("tydligt lägre" in text for text in texts)
    said = " ".join(texts).lower()
    for word in ("bäst", "sämst", "beror på", "eftersom", "tack vare", "på grund av"):
        assert word not in said


def _texts(documents: Iterable[Document]) -> Iterator[str]:
    for made in documents:
        for section in made.sections:
            for block in section.blocks:
                if isinstance(block, Paragraph):
                    yield block.text
                if isinstance(block, Bars | Funnel):
                    yield block.alt


def test_numbers_are_swedish_and_round_halves_up() -> None:
    assert (decimal(66.25), decimal(70.0, short=True), whole(74.5)) == ("66,3", "70", "75")
    assert (percent(74.0), percent(70.0, short=True)) == ("74,0\u00a0%", "70\u00a0%")
    assert (count(999), count(1_000), count(1_234_567)) == ("999", "1\u202f000", "1\u202f234\u202f567")
    assert day(date(2016, 1, 31)) == "31\u00a0januari 2016"
    assert (listed([]), listed(["A"]), listed(["A", "B", "C"])) == ("", "A", "A, B och C")


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Ek & Co", "Ek & Co"),
        ('<b>Fet</b>\n"Stig"', '<b>Fet</b> "Stig"'),
        ("a\x00b\tc\u2028d", "a b c d"),
        ("\u202egnp.exe", "gnp.exe"),  # an override that would turn the rest of the line around
        ("שלום", "\u2068שלום\u2069"),
        ("مرحبا AB", "\u2068مرحبا AB\u2069"),
        ("\ud800x", "x"),
    ],
)
def test_a_name_is_printed_on_one_line_and_turns_no_other_text_around(name: str, printed: str) -> None:
    assert printed_name(name) == printed
