"""Make the report of a year from its counted cells. Pure.

It is made of rows that have passed disclosure control (reporting/figures/indicators.py), and of counts of the
unit's own work. Where each part stands is decided in reporting/report/sections.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from reporting.disclosure.cells import Cell
from reporting.document.blocks import Grid
from reporting.document.swedish import told_apart
from reporting.figures import themes, youth
from reporting.figures.case_mix import Expectation, expectations
from reporting.figures.definitions import DEFINITIONS
from reporting.figures.indicators import Find, Indicator, builder_of, finder
from reporting.figures.indicators import rows as indicator_rows
from reporting.figures.responses import CONFIRMED, DENIED
from reporting.figures.themes import Counted as ThemeCount
from reporting.figures.themes import Dissatisfaction, ThemeRow, dissatisfaction
from reporting.figures.told import Told
from reporting.report.actions import deficiencies
from reporting.report.background import Background, marked
from reporting.report.front_page import facts
from reporting.report.model import QualityReport
from reporting.report.provider_section import point_section
from reporting.report.sentences.basis import coverage_sentence, volume_sentences
from reporting.report.sentences.followups import exempt_sentence, followup_sentence
from reporting.report.sentences.outcomes import (
    changes_sentence,
    expectation_sentences,
    outcome_sentence,
    youth_sentence,
)
from reporting.report.sentences.satisfaction import gender_sentences, reasons_sentence
from reporting.report.sentences.summary import summary_sentences
from reporting.report.tables import actions, basis, followups, outcomes, satisfaction, summary
from reporting.report.tables.cells import titled
from storage.figures.cells import Aggregate
from storage.figures.release_values import Response
from survey.codes import ChangeReason, Point

CHANGE_REASON_TITLES = {reason.value: reason.swedish for reason in ChangeReason}


@dataclass(frozen=True, slots=True)
class Counted:
    """What a report is made of. Nothing is hidden.

    Attributes:
        cells: the year's counted cells.
        responses: who stands behind them, by measure.
        themes: how many customers and providers a theme of comments was read from.
        change_reasons: the same of the reasons why customers changed provider.
        background: what the report shows beside the year's own figures.
    """

    cells: Aggregate
    responses: Mapping[str, Sequence[Response]] = field(default_factory=dict)
    themes: Mapping[str, ThemeCount] = field(default_factory=dict)
    change_reasons: Mapping[str, ThemeCount] = field(default_factory=dict)
    background: Background = field(default_factory=Background)


def build(counted: Counted, told: Told, now: datetime, before: QualityReport | None = None) -> QualityReport:
    """Make the report of a year.

    Args:
        counted: what it is made of.
        told: what of it may be told.
        now: when it is made, in the unit's zone.
        before: the edition before, whose figures it keeps where they may not be told anew.
    """
    counted = replace(counted, cells=replace(counted.cells, providers=told_apart(counted.cells.providers)))
    builder = builder_of(counted.cells, now, told, (*before.indicators, *before.youth_rows) if before else ())
    rows = marked(indicator_rows(counted.cells, builder), counted.background)
    young = youth.rows(counted.background.youth, counted.cells.year, builder, counted.background.targets)
    background = _disclosed(counted, told, before)
    find = finder(rows, counted.cells.year)
    said = dissatisfaction(counted.responses.get("satisfaction.overall", ()))
    year = _Year(counted.cells, told, rows, find, background, young, said, before)
    return replace(
        _report(year, now),
        youth_rows=young,
        changes_told=_changes(year),
        denied=_denied(year),
        smallest_group=told.smallest_group,
        is_certified=told.is_proven,
        themes_of_providers=themes.themes_of_providers(
            counted.responses.get("satisfaction.overall", ()),
            counted.responses.get("themes", ()),
            told,
            before.themes_of_providers if before else {},
        ),
    )


@dataclass(frozen=True, slots=True)
class _Year:
    """What the parts of a report are made of: the cells, the rows that may be told, and the background."""

    cells: Aggregate
    told: Told
    rows: tuple[Indicator, ...]
    find: Find
    background: Background
    young: tuple[Indicator, ...]
    dissatisfaction: Dissatisfaction
    before: QualityReport | None

    @property
    def names(self) -> dict[str, str]:
        return dict(self.cells.providers)

    def kept_from(self, indicator: str, point: str = "") -> QualityReport | None:
        """Return the edition before, where the unit's figure keeps what it told."""
        cell = Cell(indicator, "", str(self.cells.year), point)
        return self.before if self.told.is_kept(cell) else None


def _disclosed(counted: Counted, told: Told, before: QualityReport | None) -> Background:
    """Return the background with what may be told of it."""
    cells, year = counted.cells, str(counted.cells.year)
    earlier = _dated(before) if before else Background()

    def shown(
        measure: str, counts: Mapping[str, ThemeCount], titles: Mapping[str, str], kept: tuple[ThemeRow, ...]
    ) -> tuple[ThemeRow, ...]:
        may_be_told = told.is_told(Cell(measure, "", year))
        return kept if kept and not may_be_told else themes.shown(counts, may_be_told=may_be_told, titles=titles)

    expected: tuple[Expectation, ...] = ()
    if cells.as_of.year > cells.year:  # O/E is of twelve months
        of_before = {each.provider: each for each in earlier.expectations}
        expected = expectations(counted.responses.get("outcome", ()), told, cells.year, of_before)
    return replace(
        counted.background,
        themes=shown("themes", counted.themes, themes.THEMES, earlier.themes),
        change_reasons=shown(
            "change_reasons", counted.change_reasons, CHANGE_REASON_TITLES, earlier.change_reasons
        ),
        expectations=expected,
    )


def _dated(before: QualityReport) -> Background:
    """Return the background of an edition, each row with the day of the edition that first told it."""
    day, beside = f"{before.created_at:%Y-%m-%d}", before.background

    def dated(rows: tuple[ThemeRow, ...]) -> tuple[ThemeRow, ...]:
        return tuple(replace(each, day=each.day or day) if each.customers is not None else each for each in rows)

    return replace(
        beside,
        themes=dated(beside.themes),
        change_reasons=dated(beside.change_reasons),
        expectations=tuple(
            replace(each, day=each.day or day) if each.share_high is not None else each
            for each in beside.expectations
        ),
    )


def _report(year: _Year, now: datetime) -> QualityReport:
    cells, find, beside, minimum = year.cells, year.find, year.background, year.told.minimum
    points = tuple(point_section(cells, find, point, minimum) for point in Point)
    reasons, reasons_said = _reasons(year)
    changes, denied = _changes(year), _denied(year)
    asked_why = bool(beside.change_reasons)
    return QualityReport(
        year=cells.year,
        created_at=now,
        as_of=cells.as_of,
        minimum=minimum,
        indicators=year.rows,
        definitions=DEFINITIONS,
        digest=_digest(year.rows),
        facts=facts(find, beside.volumes, len(cells.providers)),
        summary=summary.summary_grid(find, beside.earlier),
        summary_sentences=summary_sentences(find, beside.earlier),
        volumes=basis.volumes_grid(beside.volumes, len(cells.providers), minimum),
        volume_sentences=volume_sentences(beside.volumes, minimum, cells.year),
        contacts=basis.contacts_grid(cells, find),
        coverage_sentence=coverage_sentence(cells, find, minimum),
        points=points,
        questions=satisfaction.questions_grid(find),
        reasons=reasons,
        reasons_sentence=reasons_said,
        groups=satisfaction.groups_grid(find),
        gender_sentences=gender_sentences(find),
        followups=followups.followups_grid(cells, find, denied),
        followup_sentence=followup_sentence(find, followups.year_counts(cells)[""], denied.get("")),
        endings=_endings(year),
        outcomes=outcomes.outcomes_grid(cells, find),
        outcome_sentence=outcome_sentence(find),
        expectations=outcomes.expectations_grid(_in_table_order(year), year.names),
        expectation_sentences=expectation_sentences(beside.expectations, year.names),
        changes=outcomes.changes_grid(cells, changes, find),
        changes_sentence=changes_sentence(changes),
        actions=actions.actions_grid(deficiencies(points, beside.actions), year.names),
        background=beside,
        exempt_sentence=exempt_sentence(followups.exempt_sums(cells)[""], minimum),
        youth=outcomes.youth_grid(year.young, youth.TITLES, find) if year.young else None,
        youth_sentence=youth_sentence(year.young),
        change_reasons=outcomes.change_reasons_grid(beside.change_reasons) if asked_why else None,
    )


def _reasons(year: _Year) -> tuple[Grid, str]:
    """Return why customers are not satisfied, as a table and in words."""
    if before := year.kept_from("satisfaction.overall", Point.ALL):
        title = titled(satisfaction.REASONS_TITLE, year.find("satisfaction.overall", "", Point.ALL), year.find)
        return replace(before.reasons, caption=title), before.reasons_sentence
    grid, given = satisfaction.reasons_grid(year.dissatisfaction, year.find, year.told.minimum)
    return grid, reasons_sentence(given)


def _endings(year: _Year) -> Grid:
    """Return the table of endings, or that of the edition before, with its day, where it may not be told anew."""
    if before := year.kept_from("outcome.all_endings"):
        title = titled(outcomes.ENDINGS_TITLE, year.find("outcome.all_endings"), year.find)
        return replace(before.endings, caption=title)
    return outcomes.endings_grid(year.cells, year.find)


def _changes(year: _Year) -> outcomes.Changes:
    changes, before = outcomes.changes_of(year.cells, year.find), year.kept_from("outcome.all_endings")
    if before is None:
        return changes
    return replace(changes, dropped_out=before.changes_told.dropped_out if before.changes_told else None)


def _denied(year: _Year) -> dict[str, int]:
    """Return the recorded follow-ups that customers deny, by provider, where that may be told.

    They stand in one row with what customers confirmed, so they are of the same day.
    """
    period, before = str(year.cells.year), year.before.denied if year.before else {}
    found: dict[str, int] = {}
    for ref, counts in followups.year_counts(year.cells).items():
        if year.told.is_kept(Cell(CONFIRMED, ref, period)):
            found |= {ref: before[ref]} if ref in before else {}
        elif year.told.is_told(Cell(DENIED, ref, period)):
            found[ref] = counts.denied
    return found


def _in_table_order(year: _Year) -> list[Expectation]:
    """Return the expectations in the order of the register's providers; of others last."""
    order = {ref: place for place, ref in enumerate(year.names)}
    return sorted(year.background.expectations, key=lambda each: order.get(each.provider, len(order)))


def _digest(rows: Iterable[Indicator]) -> str:
    """Return the SHA-256 of the figures. The hashed text must stay as it is."""
    figures = sha256()
    for r in rows:
        key = (r.indicator, r.version, r.provider, r.period, r.point, r.gender, r.difficulty)
        figures.update(repr((*key, r.numerator, r.denominator, r.eligible, r.status)).encode())
    return figures.hexdigest()
