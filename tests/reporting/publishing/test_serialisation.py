"""A published report is read by every later program, whatever was renamed or added since."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from reporting.figures.indicators import Indicator
from reporting.publishing.publication import Publication
from reporting.publishing.serialisation import Unreadable, from_text, to_text
from survey.codes import Difficulty

# Written by version 0.1.0 (commit d1ded25): the second edition of a made-up year, with every part of a report.
KEPT = Path(__file__).parents[2] / "support" / "publications" / "2015.json"


@dataclass(frozen=True)
class Counts:
    due: int
    on_time: int = 0


@dataclass(frozen=True)
class Sheet:
    title: str
    counts: Counts
    held_on: date | None = None
    difficulty: Difficulty | None = None
    shares: tuple[tuple[str, float], ...] = ()
    parts: frozenset[str] = frozenset()


SHEET = Sheet("Maj", Counts(9, 7), date(2025, 5, 2), Difficulty.HIGH, (("A", 50.0),), frozenset({"b", "a"}))


def test_values_survive_the_round_trip() -> None:
    text = to_text(SHEET)
    assert text == (
        '{"title":"Maj","counts":{"due":9,"on_time":7},"held_on":"2025-05-02","difficulty":"high",'
        '"shares":[["A",50.0]],"parts":["a","b"]}'
    )
    assert from_text(Sheet, text) == SHEET


def test_new_fields_take_their_defaults() -> None:
    assert from_text(Sheet, '{"title":"Maj","counts":{"due":9}}') == Sheet("Maj", Counts(9))


def test_fields_that_are_gone_are_skipped() -> None:
    assert from_text(Counts, '{"due":9,"exempt":2}') == Counts(9)


def test_a_bare_list_is_read_by_names() -> None:
    assert from_text(Sheet, '{"title":"Maj","counts":[9,7]}') == Sheet("Maj", Counts(9, 7))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"counts":[9]}', r"Sheet\.title is missing"),
        ('{"title":"Maj","counts":["nio"]}', r"Sheet\.counts\.due: 'nio'"),
        ('{"title":"Maj","counts":[9,7,1]}', r"Sheet\.counts: \[9, 7, 1\]"),
        ('{"title":"Maj","counts":[9],"difficulty":"worse"}', r"Sheet\.difficulty: 'worse'"),
        ('{"title":"Maj","counts":[9],"shares":[["A"]]}', r"Sheet\.shares: 1 values for 2"),
    ],
)
def test_other_text_is_refused_by_place(text: str, place: str) -> None:
    with pytest.raises(Unreadable, match=place):
        from_text(Sheet, text)


def test_publications_of_the_first_version_are_read() -> None:
    kept = from_text(Publication, KEPT.read_text(encoding="utf-8"))
    report = kept.report
    assert (report.year, report.background.revision) == (2015, 2)
    assert report.background.revised_because == "Två svar var dubbla."
    assert len(report.indicators) == 180
    assert report.indicators[0] == Indicator(
        indicator="satisfaction.overall",
        version=1,
        provider="",
        provider_name="",
        period="2015",
        point="start",
        numerator=30,
        denominator=64,
        eligible=99,
        value=46.875,  # 30 of 64
        ci_low=35.17598742517604,
        ci_high=58.927912948528984,
        target=80.0,
        status="ok",
        created_at="2016-01-31T12:00:00+00:00",
    )
    assert [row.kind for row in report.provider_rows] == ["suppressed", "none", "lower", "too_few", "merged"]
    assert [section.funnel is not None for section in report.points] == [False, True, False]
    assert [row[:2] for row in report.endings.rows] == [
        ("Arbete", 27),  # 9 at each of three providers
        ("Studier", 12),
        ("Flytt", 6),
        ("Avbrott", 21),
        ("Ingen orsak angiven", 3),
    ]
    assert [(each.provider, each.observed) for each in report.background.expectations] == [
        ("A1", 10),
        ("A2", 10),
        ("A3", 10),
    ]
    assert [(each.survey, each.due) for each in report.background.dues] == [("start", 80)]
    assert report.background.youth is not None
    assert report.background.youth.endings == {"work": 8, "dropped_out": 6}
    assert (report.denied, report.smallest_group) == ({}, None)  # what it did not have


def test_publications_of_the_first_version_stay_equal() -> None:
    text = KEPT.read_text(encoding="utf-8")
    again = to_text(from_text(Publication, text))
    assert from_text(Publication, again) == from_text(Publication, text)
