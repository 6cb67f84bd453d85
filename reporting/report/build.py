"""The one QualityReport value behind every output.

Everything here is made of rows that have passed disclosure control (reporting/figures/indicators.py), and of counts
of the process itself. What stands where is decided in reporting/report/sections.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256

from reporting.disclosure import suppression
from reporting.document.blocks import Fact, Grid
from reporting.document.swedish import decimal
from reporting.figures import youth
from reporting.figures.case_mix import disclosed
from reporting.figures.indicators import DEFINITIONS, Definition, Indicator, count_endings, reasons_of
from reporting.figures.indicators import rows as indicator_rows
from reporting.report import sentences
from reporting.report.background import Action, Background, marked
from reporting.report.provider_section import PointSection, ProviderRow, point_section
from reporting.report.sections import facts
from reporting.report.tables import followups as monthgrids
from reporting.report.tables import outcomes as outcomegrids
from reporting.report.tables import summary as grids
from reporting.report.tables.summary import Aggregate

NO_BACKGROUND = Background()
OUTCOME = "outcome.after_exclusions"
YOUTH = "outcome.youth"


@dataclass(frozen=True, slots=True)
class QualityReport:
    """The quality report of one year: what every output shows, and nothing else."""

    year: int
    created_at: datetime
    as_of: date
    minimum: int
    indicators: tuple[Indicator, ...]
    definitions: tuple[Definition, ...]
    digest: str  # SHA-256 over the figures
    facts: tuple[Fact, ...]
    summary: Grid
    summary_sentences: tuple[str, ...]
    volumes: Grid
    volume_sentences: tuple[str, ...]
    contacts: Grid
    coverage_sentence: str
    points: tuple[PointSection, ...]  # start, end, all
    questions: Grid
    reasons: Grid
    reasons_sentence: str
    groups: Grid
    followups: Grid
    followup_sentence: str
    endings: Grid
    outcomes: Grid
    provider_endings: dict[str, Grid]  # by number in the register, where they may be shown
    outcome_sentence: str
    expectations: Grid
    expectation_sentences: tuple[str, ...]
    changes: Grid
    changes_sentence: str
    actions: Grid
    background: Background
    exempt_sentence: str = ""
    youth: Grid | None = None  # None: there is nobody to tell of
    youth_sentence: str = ""
    change_reasons: Grid | None = None

    @property
    def is_empty(self) -> bool:
        """True when the year has nobody to tell about."""
        return not any(row.eligible for row in self.indicators)

    @property
    def provider_rows(self) -> tuple[ProviderRow, ...]:
        """All providers, both points together."""
        return self.points[-1].rows


def build(
    aggregate: Aggregate,
    year: int,
    now: datetime,
    minimum: int = suppression.MIN_ANSWERS,
    background: Background = NO_BACKGROUND,
) -> QualityReport:
    """The report of ``year`` from its counted cells. ``minimum`` (6 or more) answers are needed to be shown."""
    rows = marked(indicator_rows(aggregate, now, minimum), background)
    by_key = {(r.indicator, r.provider, r.period, r.point, r.gender, r.difficulty): r for r in rows}

    def find(
        id_: str, provider: str = "", point: str = "", gender: str = "T", difficulty: str = "", period: str = ""
    ) -> Indicator:
        return by_key[id_, provider, period or str(year), point, gender, difficulty]

    def earlier(indicator: str, point: str) -> sentences.Earlier | None:
        return sentences.earlier_of(background, indicator, point)

    told = frozenset(row.provider for row in rows if row.indicator == OUTCOME and row.value is not None)
    over = aggregate.as_of.year > year
    background = replace(background, expectations=disclosed(background.expectations, told, over))
    names = dict(aggregate.providers)
    order = {ref: place for place, ref in enumerate(names)}
    points = tuple(point_section(aggregate, find, point, minimum) for point in ("start", "end", "all"))
    reasons, shown_reasons = grids.reasons_grid(aggregate, find, minimum)
    young = _young(aggregate, background, rows[0].created_at if rows else "", minimum)
    months = monthgrids.month_sums(aggregate).get("", [0] * 6)
    return QualityReport(
        year=year,
        created_at=now.astimezone(UTC),
        as_of=aggregate.as_of,
        minimum=minimum,
        indicators=rows,
        definitions=DEFINITIONS,
        digest=_digest(rows),
        facts=facts(find, background.volumes, len(aggregate.providers)),
        summary=grids.summary_grid(find, earlier),
        summary_sentences=sentences.summary_sentences(find, earlier),
        volumes=grids.volumes_grid(background.volumes, len(aggregate.providers), minimum),
        volume_sentences=sentences.volume_sentences(background.volumes, minimum, year),
        contacts=grids.contacts_grid(aggregate, find),
        coverage_sentence=sentences.coverage(aggregate, find, minimum),
        points=points,
        questions=grids.questions_grid(find),
        reasons=reasons,
        reasons_sentence=sentences.themes_sentence(shown_reasons),
        groups=grids.groups_grid(find),
        followups=monthgrids.followups_grid(aggregate, find),
        followup_sentence=sentences.followup_sentence(
            find, late=months[2], missing=months[0] - months[1] - months[2], denied=months[5]
        ),
        endings=outcomegrids.endings_grid(aggregate, find),
        outcomes=outcomegrids.outcomes_grid(aggregate, find),
        provider_endings=outcomegrids.provider_endings_grids(aggregate, find),
        outcome_sentence=sentences.outcome_sentence(find),
        expectations=outcomegrids.expectations_grid(
            sorted(background.expectations, key=lambda each: order.get(each.provider, len(order))), names
        ),
        expectation_sentences=tuple(
            sentence
            for each in background.expectations
            if (sentence := sentences.expectation_sentence(sentences.name_of(aggregate, each.provider), each))
        ),
        changes=outcomegrids.changes_grid(aggregate, find),
        changes_sentence=_changes(aggregate, find),
        actions=grids.actions_grid(_deficiencies(points, background.actions), names),
        background=background,
        exempt_sentence=sentences.exempt_sentence(monthgrids.exempt_sums(aggregate)[""], minimum),
        youth=outcomegrids.youth_grid(young, youth.TITLES) if young else None,
        youth_sentence=youth.sentence(young),
        change_reasons=outcomegrids.change_reasons_grid(background.change_reasons)
        if background.change_reasons
        else None,
    )


def _young(aggregate: Aggregate, background: Background, created_at: str, minimum: int) -> tuple[Indicator, ...]:
    if background.youth is None:
        return ()
    unit = count_endings(reasons_of(aggregate)[""])
    target = background.targets.get(YOUTH)
    return youth.rows(background.youth, unit, aggregate.year, target, created_at, minimum)


def _changes(aggregate: Aggregate, find: sentences.Find) -> str:
    reasons = reasons_of(aggregate)[""]
    told = find("outcome.all_endings").status in ("ok", "no_answers")
    return sentences.changes_sentence(
        reasons.get("changed_provider", 0), reasons.get("dropped_out", 0) if told else None
    )


def _deficiencies(points: Iterable[PointSection], actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """The registered plans, and the providers that lie clearly lower without one."""
    planned = {action.provider for action in actions}
    found = list(actions)
    for section in points:
        for row in section.rows:
            if row.kind == "lower" and row.ref not in planned and row.share is not None and row.difference:
                planned.add(row.ref)
                others = row.share - row.difference.difference
                deficiency = (
                    f"Nöjdheten tydligt lägre än övriga {section.title.lower()} "
                    f"({decimal(row.share, short=True)} mot {decimal(others, short=True)} %)"
                )
                found.append(Action(row.ref, deficiency, "Ingen plan registrerad", None, "Följs upp"))
    return tuple(found)


def _digest(rows: Iterable[Indicator]) -> str:
    figures = sha256()
    for r in rows:
        key = (r.indicator, r.version, r.provider, r.period, r.point, r.gender, r.difficulty)
        figures.update(repr((*key, r.numerator, r.denominator, r.eligible, r.status)).encode())
    return figures.hexdigest()
