"""The one QualityReport value behind every output.

Everything here is made of rows that have passed disclosure control (reporting/figures/indicators.py), and of counts
of the process itself. What stands where is decided in reporting/report/sections.py.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from reporting.disclosure import suppression
from reporting.figures import youth
from reporting.figures.case_mix import disclosed
from reporting.figures.definitions import DEFINITIONS
from reporting.figures.endings import count_endings, reasons_of
from reporting.figures.indicators import Find, Indicator, finder
from reporting.figures.indicators import rows as indicator_rows
from reporting.figures.previous_year import Earlier
from reporting.report import sentences
from reporting.report.actions import deficiencies
from reporting.report.background import Background, marked
from reporting.report.front_page import facts
from reporting.report.model import QualityReport
from reporting.report.provider_section import point_section
from reporting.report.tables import actions as action_tables
from reporting.report.tables import basis, satisfaction, summary
from reporting.report.tables import followups as followup_tables
from reporting.report.tables import outcomes as outcome_tables
from storage.figures.cells import Aggregate

NO_BACKGROUND = Background()
OUTCOME = "outcome.after_exclusions"
YOUTH = "outcome.youth"


def build(
    aggregate: Aggregate,
    year: int,
    now: datetime,
    minimum: int = suppression.MIN_ANSWERS,
    background: Background = NO_BACKGROUND,
) -> QualityReport:
    """The report of ``year`` from its counted cells. ``minimum`` (6 or more) answers are needed to be shown."""
    rows = marked(indicator_rows(aggregate, now, minimum), background)
    find = finder(rows, year)

    def earlier(indicator: str, point: str) -> Earlier | None:
        return sentences.earlier_of(background, indicator, point)

    told = frozenset(row.provider for row in rows if row.indicator == OUTCOME and row.value is not None)
    over = aggregate.as_of.year > year
    background = replace(background, expectations=disclosed(background.expectations, told, over))
    names = dict(aggregate.providers)
    order = {ref: place for place, ref in enumerate(names)}
    points = tuple(point_section(aggregate, find, point, minimum) for point in ("start", "end", "all"))
    reasons, shown_reasons = satisfaction.reasons_grid(aggregate, find, minimum)
    young = _young(aggregate, background, rows[0].created_at if rows else "", minimum)
    year_counts = followup_tables.year_counts(aggregate)[""]
    return QualityReport(
        year=year,
        created_at=now.astimezone(UTC),
        as_of=aggregate.as_of,
        minimum=minimum,
        indicators=rows,
        definitions=DEFINITIONS,
        digest=_digest(rows),
        facts=facts(find, background.volumes, len(aggregate.providers)),
        summary=summary.summary_grid(find, earlier),
        summary_sentences=sentences.summary_sentences(find, earlier),
        volumes=basis.volumes_grid(background.volumes, len(aggregate.providers), minimum),
        volume_sentences=sentences.volume_sentences(background.volumes, minimum, year),
        contacts=basis.contacts_grid(aggregate, find),
        coverage_sentence=sentences.coverage(aggregate, find, minimum),
        points=points,
        questions=satisfaction.questions_grid(find),
        reasons=reasons,
        reasons_sentence=sentences.themes_sentence(shown_reasons),
        groups=satisfaction.groups_grid(find),
        followups=followup_tables.followups_grid(aggregate, find),
        followup_sentence=sentences.followup_sentence(
            find,
            late=year_counts.late,
            missing=year_counts.missing,
            denied=year_counts.denied,
        ),
        endings=outcome_tables.endings_grid(aggregate, find),
        outcomes=outcome_tables.outcomes_grid(aggregate, find),
        provider_endings=outcome_tables.provider_endings_grids(aggregate, find),
        outcome_sentence=sentences.outcome_sentence(find),
        expectations=outcome_tables.expectations_grid(
            sorted(background.expectations, key=lambda each: order.get(each.provider, len(order))), names
        ),
        expectation_sentences=tuple(
            sentence
            for each in background.expectations
            if (sentence := sentences.expectation_sentence(sentences.name_of(aggregate, each.provider), each))
        ),
        changes=outcome_tables.changes_grid(aggregate, find),
        changes_sentence=_changes(aggregate, find),
        actions=action_tables.actions_grid(deficiencies(points, background.actions), names),
        background=background,
        exempt_sentence=sentences.exempt_sentence(followup_tables.exempt_sums(aggregate)[""], minimum),
        youth=outcome_tables.youth_grid(young, youth.TITLES) if young else None,
        youth_sentence=sentences.youth_sentence(young),
        change_reasons=outcome_tables.change_reasons_grid(background.change_reasons)
        if background.change_reasons
        else None,
    )


def _young(aggregate: Aggregate, background: Background, created_at: str, minimum: int) -> tuple[Indicator, ...]:
    if background.youth is None:
        return ()
    unit = count_endings(reasons_of(aggregate)[""])
    target = background.targets.get(YOUTH)
    return youth.rows(background.youth, unit, aggregate.year, target, created_at, minimum)


def _changes(aggregate: Aggregate, find: Find) -> str:
    reasons = reasons_of(aggregate)[""]
    told = find("outcome.all_endings").status in ("ok", "no_answers")
    return sentences.changes_sentence(
        reasons.get("changed_provider", 0), reasons.get("dropped_out", 0) if told else None
    )


def _digest(rows: Iterable[Indicator]) -> str:
    figures = sha256()
    for r in rows:
        key = (r.indicator, r.version, r.provider, r.period, r.point, r.gender, r.difficulty)
        figures.update(repr((*key, r.numerator, r.denominator, r.eligible, r.status)).encode())
    return figures.hexdigest()
