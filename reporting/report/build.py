"""Make the report of a year from its counted cells. Pure.

It is made of rows that have passed disclosure control (reporting/figures/indicators.py), and of counts of the
unit's own work. Where each part stands is decided in reporting/report/sections.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from reporting.disclosure import suppression
from reporting.figures import youth
from reporting.figures.case_mix import Expectation, disclosed
from reporting.figures.definitions import DEFINITIONS
from reporting.figures.endings import count_endings, reasons_of
from reporting.figures.indicators import Find, Indicator, finder
from reporting.figures.indicators import rows as indicator_rows
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
from reporting.report.sentences.satisfaction import reasons_sentence
from reporting.report.sentences.summary import summary_sentences
from reporting.report.tables import actions, basis, followups, outcomes, satisfaction, summary
from storage.figures.cells import Aggregate
from survey.codes import Point

NO_BACKGROUND = Background()


def build(
    aggregate: Aggregate,
    year: int,
    now: datetime,
    minimum: int = suppression.MIN_ANSWERS,
    background: Background = NO_BACKGROUND,
) -> QualityReport:
    """Make the report of ``year``.

    Args:
        aggregate: the year's counted cells, nothing hidden.
        minimum: how many answers a figure needs to be shown, 6 or more.
        background: what the report shows beside the year's own figures, nothing hidden.
    """
    rows = marked(indicator_rows(aggregate, now, minimum), background)
    background = replace(background, expectations=_told_expectations(aggregate, rows, background))
    return _report(_Year(aggregate, rows, finder(rows, year), background, minimum), now)


@dataclass(frozen=True, slots=True)
class _Year:
    """What the parts of a report are made of: the cells, the rows that may be told, and the background."""

    cells: Aggregate
    rows: tuple[Indicator, ...]
    find: Find
    background: Background
    minimum: int

    @property
    def names(self) -> dict[str, str]:
        return dict(self.cells.providers)


def _report(year: _Year, now: datetime) -> QualityReport:
    cells, find, beside, minimum = year.cells, year.find, year.background, year.minimum
    points = tuple(point_section(cells, find, point, minimum) for point in Point)
    reasons, given = satisfaction.reasons_grid(cells, find, minimum)
    young = _young(year)
    asked_why = bool(beside.change_reasons)
    return QualityReport(
        year=cells.year,
        created_at=now.astimezone(UTC),
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
        reasons_sentence=reasons_sentence(given),
        groups=satisfaction.groups_grid(find),
        followups=followups.followups_grid(cells, find),
        followup_sentence=followup_sentence(find, followups.year_counts(cells)[""]),
        endings=outcomes.endings_grid(cells, find),
        outcomes=outcomes.outcomes_grid(cells, find),
        provider_endings=outcomes.provider_endings_grids(cells, find),
        outcome_sentence=outcome_sentence(find),
        expectations=outcomes.expectations_grid(_in_table_order(year), year.names),
        expectation_sentences=expectation_sentences(beside.expectations, year.names),
        changes=outcomes.changes_grid(cells, find),
        changes_sentence=changes_sentence(outcomes.changes_of(cells, find)),
        actions=actions.actions_grid(deficiencies(points, beside.actions), year.names),
        background=beside,
        exempt_sentence=exempt_sentence(followups.exempt_sums(cells)[""], minimum),
        youth=outcomes.youth_grid(young, youth.TITLES) if young else None,
        youth_sentence=youth_sentence(young),
        change_reasons=outcomes.change_reasons_grid(beside.change_reasons) if asked_why else None,
    )


def _told_expectations(
    cells: Aggregate, rows: Iterable[Indicator], background: Background
) -> tuple[Expectation, ...]:
    told = frozenset(r.provider for r in rows if r.indicator == "outcome.after_exclusions" and r.value is not None)
    return disclosed(background.expectations, told, year_is_over=cells.as_of.year > cells.year)


def _in_table_order(year: _Year) -> list[Expectation]:
    """Return the expectations in the order of the register's providers; of others last."""
    order = {ref: place for place, ref in enumerate(year.names)}
    return sorted(year.background.expectations, key=lambda each: order.get(each.provider, len(order)))


def _young(year: _Year) -> tuple[Indicator, ...]:
    if year.background.youth is None:
        return ()
    unit = count_endings(reasons_of(year.cells)[""])
    target = year.background.targets.get("outcome.youth")
    created_at = year.rows[0].created_at
    return youth.rows(year.background.youth, unit, year.cells.year, target, created_at, year.minimum)


def _digest(rows: Iterable[Indicator]) -> str:
    """Return the SHA-256 of the figures. The hashed text must stay as it is."""
    figures = sha256()
    for r in rows:
        key = (r.indicator, r.version, r.provider, r.period, r.point, r.gender, r.difficulty)
        figures.update(repr((*key, r.numerator, r.denominator, r.eligible, r.status)).encode())
    return figures.hexdigest()
