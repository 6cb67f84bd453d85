"""The one QualityReport value behind every output, and the Swedish sentences as rules.

Everything here is made of rows that have passed disclosure control (reporting/indicators.py), and of counts of
the process itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Protocol

from reporting import compare, disclosure
from reporting.indicators import DEFINITIONS, EXCLUDED, SELF_SUFFICIENT, Cube, Definition, Indicator, reasons_of
from reporting.indicators import rows as indicator_rows
from reporting.swedish import (
    CASES,
    DIFFICULTIES,
    END_REASONS,
    GENDERS,
    NO_DATA,
    POINTS,
    REASONS,
    SUPPRESSED,
    decimal,
    percent,
    whole,
)

OTHERS = "Övriga anordnare"
FEW_ANSWERS = 10


class Contacts(Protocol):
    """What became of the surveys of one measurement point."""

    @property
    def planned(self) -> int: ...
    @property
    def sent(self) -> int: ...
    @property
    def delivered(self) -> int: ...
    @property
    def outcomes(self) -> Mapping[str, int]: ...


class Aggregate(Cube, Protocol):
    """A cube with the counts of the process, as storage.aggregates makes it."""

    @property
    def as_of(self) -> date: ...
    @property
    def contacts(self) -> Mapping[str, Contacts]: ...
    @property
    def reasons(self) -> Mapping[int, tuple[int, int]]: ...
    @property
    def cases(self) -> Mapping[str, int]: ...


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as printed: its caption, its column headings, its rows of text."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """One provider at one point. Shares 0-100; None where nothing may be shown."""

    ref: str
    name: str
    eligible: int
    answered: int
    response_text: str
    share: float | None
    low: float | None
    high: float | None
    share_text: str
    interval_text: str
    others_text: str
    assessment: str


@dataclass(frozen=True, slots=True)
class PointSection:
    """Section 3 for one measurement point."""

    point: str
    title: str
    rows: tuple[ProviderRow, ...]
    total_share: float | None
    sentences: tuple[str, ...]


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
    provider_rows: tuple[ProviderRow, ...]  # both points together
    summary: Grid
    summary_sentences: tuple[str, ...]
    contacts: Grid
    contacts_sentences: tuple[str, ...]
    points: tuple[PointSection, ...]
    questions: Grid
    reasons: Grid
    groups: Grid
    followups: Grid
    endings: Grid
    outcomes: Grid
    outcome_sentences: tuple[str, ...]
    changes: Grid

    @property
    def is_empty(self) -> bool:
        """True when the year has nobody to tell about."""
        return not any(row.eligible for row in self.indicators)


def build(aggregate: Aggregate, year: int, now: datetime, minimum: int = disclosure.MIN_ANSWERS) -> QualityReport:
    """The report of ``year`` from its counted cells. ``minimum`` (6 or more) answers are needed to be shown."""
    rows = tuple(indicator_rows(aggregate, now, minimum))
    by_key = {(r.indicator, r.provider, r.period, r.point, r.gender, r.difficulty): r for r in rows}

    def find(
        id_: str, provider: str = "", point: str = "", gender: str = "T", difficulty: str = "", period: str = ""
    ) -> Indicator:
        return by_key[id_, provider, period or str(year), point, gender, difficulty]

    sections = tuple(_point_section(aggregate, find, point, minimum) for point in ("start", "end", "all"))
    return QualityReport(
        year=year,
        created_at=now.astimezone(UTC),
        as_of=aggregate.as_of,
        minimum=minimum,
        indicators=rows,
        definitions=DEFINITIONS,
        digest=_digest(rows),
        provider_rows=sections[2].rows,
        summary=_summary(find),
        summary_sentences=_summary_sentences(find),
        contacts=_contacts(aggregate, find),
        contacts_sentences=(coverage(aggregate, find, minimum),),
        points=sections,
        questions=_questions(find),
        reasons=_reasons(aggregate, find, minimum),
        groups=_groups(find),
        followups=_followups(aggregate, find),
        endings=_endings(aggregate, find),
        outcomes=_outcomes(aggregate, find),
        outcome_sentences=_outcome_sentences(find),
        changes=_changes(aggregate, find),
    )


class Find(Protocol):
    """Looks a row up by its key; the period is the year unless given."""

    def __call__(
        self,
        id_: str,
        provider: str = "",
        point: str = "",
        gender: str = "T",
        difficulty: str = "",
        period: str = "",
    ) -> Indicator: ...


def share_text(row: Indicator) -> str:
    """The value as printed in a table, or the symbol that stands for none."""
    if row.value is None:
        return NO_DATA if row.status == "no_answers" else SUPPRESSED
    return percent(row.value)


def interval_text(row: Indicator) -> str:
    """The 95 % interval as printed in a table; empty where the indicator has none."""
    if row.ci_low is None or row.ci_high is None:
        return ""
    return f"{decimal(row.ci_low)}–{decimal(row.ci_high)}"


def satisfied_sentence(row: Indicator) -> str:
    """The pooled share in words; empty when it is not shown."""
    if row.value is None or row.ci_low is None or row.ci_high is None:
        return ""
    return (
        f"{row.numerator} av {row.denominator} svarande ({whole(row.value)} procent, intervall "
        f"{whole(row.ci_low)}–{whole(row.ci_high)}) var mycket nöjda eller nöjda."
    )


def target_sentence(row: Indicator, target: float | None) -> str:
    """Whether a target in per cent is reached: only when the whole interval is on one side."""
    if target is None or row.value is None or row.ci_low is None or row.ci_high is None:
        return ""
    goal = f"Målet {decimal(target, short=True)} procent"
    if row.ci_low >= target:
        return f"{goal} är uppnått."
    if row.ci_high < target:
        return f"{goal} är inte uppnått."
    side = "över" if row.value >= target else "under"
    return (
        f"Utfallet ligger {side} målet {decimal(target, short=True)} procent, men skillnaden är inom osäkerheten."
    )


def mean_sentence(pooled: Indicator, mean: Indicator) -> str:
    """The mean of provider shares, when it differs from the pooled share by two points or more."""
    if pooled.value is None or mean.value is None or abs(pooled.value - mean.value) < 2:
        return ""
    return f"Medelvärdet av anordnarnas andelar är {whole(mean.value)} procent ({mean.denominator} anordnare)."


def comparison_sentence(name: str, compared: compare.Comparison | None, answers: int) -> str:
    """What may be said of a provider against the others; empty inside the limits."""
    if compared is None:
        return ""
    if compared.verdict:
        side = "lägre" if compared.verdict == "lower" else "högre"
        figures = f"{whole(100 * compared.share)} mot {whole(100 * compared.others)} procent, {answers} svar"
        return f"{name} ligger tydligt {side} än övriga ({figures})."
    return f"{name} kan avvika; följs upp, ingen slutsats." if compared.watch else ""


def coverage(aggregate: Cube, find: Find, minimum: int) -> str:
    """How many providers have enough answers."""
    answers = [find("response_rate", ref, "all").numerator or 0 for ref, _ in aggregate.providers]
    enough = sum(number >= minimum for number in answers)
    none = sum(number == 0 for number in answers)
    return (
        f"{enough} av {len(answers)} anordnare har minst {minimum} svar; "
        f"{len(answers) - enough - none} har för få och {none} har inga."
    )


def _compared(row: Indicator, total: Indicator) -> compare.Comparison | None:
    if None in (row.numerator, row.denominator, total.numerator, total.denominator):
        return None
    return compare.against_others(
        (row.numerator or 0, row.denominator or 0), (total.numerator or 0, total.denominator or 0)
    )


def _point_section(aggregate: Cube, find: Find, point: str, minimum: int) -> PointSection:
    total = find("satisfaction.overall", "", point)
    rows, sentences = [], []
    merged: list[tuple[Indicator, Indicator]] = []
    for ref, name in aggregate.providers:
        row, response = find("satisfaction.overall", ref, point), find("response_rate", ref, point)
        if row.status in ("too_few", "suppressed"):
            merged.append((row, response))
        compared = _compared(row, total)
        if sentence := comparison_sentence(name, compared, row.denominator or 0):
            sentences.append(sentence)
        rows.append(_provider_row(ref, name, row, response, total, compared))
    if merged and total.value is not None:
        rows.append(_merged_row(find, aggregate, point, total, merged, minimum))
    return PointSection(point, POINTS[point], tuple(rows), total.value, tuple(sentences))


def _provider_row(
    ref: str,
    name: str,
    row: Indicator,
    response: Indicator,
    total: Indicator,
    compared: compare.Comparison | None,
) -> ProviderRow:
    others = NO_DATA if row.status == "no_answers" else SUPPRESSED
    if row.numerator is not None and row.denominator is not None and total.numerator is not None:
        rest = (total.denominator or 0) - row.denominator
        others = percent(100 * (total.numerator - row.numerator) / rest) if rest else NO_DATA
    if row.status == "no_answers":
        assessment = "Inga svar"
    elif row.status == "too_few":
        assessment = "För få svar"
    elif row.status == "suppressed":
        assessment = "Visas inte (skydd)"
    elif (row.denominator or 0) < FEW_ANSWERS:
        assessment = "Få svar, ingen bedömning"
    elif compared is None:
        assessment = "Ingen jämförelse"
    elif compared.verdict:
        assessment = "Tydligt lägre" if compared.verdict == "lower" else "Tydligt högre"
    else:
        assessment = "Kan avvika; följs upp" if compared.watch else "Ingen skillnad påvisad"
    return ProviderRow(
        ref=ref,
        name=name,
        eligible=row.eligible or 0,
        answered=response.numerator or 0,
        response_text=share_text(response),
        share=row.value,
        low=row.ci_low,
        high=row.ci_high,
        share_text=share_text(row),
        interval_text=interval_text(row),
        others_text=others,
        assessment=assessment,
    )


def _merged_row(
    find: Find,
    aggregate: Cube,
    point: str,
    total: Indicator,
    merged: Sequence[tuple[Indicator, Indicator]],
    minimum: int,
) -> ProviderRow:
    """The hidden providers together: exactly what total minus shown rows leaves."""
    shown = [find("satisfaction.overall", ref, point) for ref, _ in aggregate.providers]
    numerator = (total.numerator or 0) - sum(row.numerator or 0 for row in shown)
    denominator = (total.denominator or 0) - sum(row.denominator or 0 for row in shown)
    eligible = sum(row.eligible or 0 for row, _ in merged)
    safe = not disclosure.is_unsafe((numerator, denominator), minimum) and denominator > 0
    low, high = (100 * limit for limit in compare.wilson(numerator, denominator)) if safe else (None, None)
    share = 100 * numerator / denominator if safe else None
    return ProviderRow(
        ref="",
        name=f"{OTHERS} ({len(merged)})",
        eligible=eligible,
        answered=sum(response.numerator or 0 for _, response in merged),
        response_text=percent(100 * denominator / eligible) if eligible else NO_DATA,
        share=share,
        low=low,
        high=high,
        share_text=percent(share) if share is not None else SUPPRESSED,
        interval_text=f"{decimal(low)}–{decimal(high)}" if low is not None and high is not None else "",
        others_text="",
        assessment="Sammanslagna",
    )


_SUMMARY = (
    ("satisfaction.overall", "start"),
    ("satisfaction.overall", "end"),
    ("satisfaction.treatment", "start"),
    ("satisfaction.treatment", "end"),
    ("satisfaction.usefulness", "start"),
    ("satisfaction.usefulness", "end"),
    ("response_rate", "start"),
    ("response_rate", "end"),
    ("followup.compliance", ""),
    ("followup.confirmed", ""),
    ("outcome.all_endings", ""),
    ("outcome.after_exclusions", ""),
)


def _summary(find: Find) -> Grid:
    titles = {definition.id: definition.title for definition in DEFINITIONS}
    rows = []
    for id_, point in _SUMMARY:
        row = find(id_, "", point)
        rows.append(
            (
                titles[id_] + (f" ({POINTS[point].lower()})" if point else ""),
                percent(row.target) if row.target is not None else NO_DATA,
                share_text(row),
                f"{row.numerator}/{row.denominator}" if row.value is not None else share_text(row),
                interval_text(row),
                NO_DATA,
                NO_DATA,
            )
        )
    columns = ("Indikator", "Mål", "Utfall", "Täljare/nämnare", "95 %-intervall", "Föregående år", "Jämförbart")
    return Grid("Årets indikatorer för hela enheten", columns, tuple(rows))


def _summary_sentences(find: Find) -> tuple[str, ...]:
    found = []
    for point in ("start", "end"):
        row = find("satisfaction.overall", "", point)
        if sentence := satisfied_sentence(row):
            found.append(f"{POINTS[point]}: {sentence}")
            found.append(target_sentence(row, row.target))
            found.append(mean_sentence(row, find("satisfaction.overall.mean_of_providers", "", point)))
    return tuple(sentence for sentence in found if sentence)


def _contacts(aggregate: Aggregate, find: Find) -> Grid:
    rows = []
    for point in ("start", "end"):
        response, contact = find("response_rate", "", point), aggregate.contacts.get(point)
        outcomes = contact.outcomes if contact else {}
        rows.append(
            (
                POINTS[point],
                str(response.eligible or 0),
                str(outcomes.get("unreachable", 0)),
                str(contact.sent if contact else 0),
                str(contact.delivered if contact else 0),
                str(response.numerator or 0),
                str(outcomes.get("partial", 0)),
                str(outcomes.get("opted_out", 0)),
                share_text(response),
            )
        )
    columns = (
        "Mätpunkt",
        "Berättigade",
        "Ej kontaktbara",
        "Skickade",
        "Levererade",
        "Svar",
        "Delvis svar",
        "Avböjt",
        "Svarsandel",
    )
    return Grid("Från berättigade till svar", columns, tuple(rows))


def _questions(find: Find) -> Grid:
    rows = []
    for question, title in (("overall", "Totalomdöme"), ("treatment", "Bemötande"), ("usefulness", "Nytta")):
        for point in ("start", "end"):
            row = find(f"satisfaction.{question}", "", point)
            answers = str(row.denominator) if row.denominator is not None else share_text(row)
            rows.append((title, POINTS[point], answers, share_text(row), interval_text(row)))
    return Grid("Andel nöjda per fråga", ("Fråga", "Mätpunkt", "Svar", "Nöjda %", "95 %-intervall"), tuple(rows))


def _reasons(aggregate: Aggregate, find: Find, minimum: int) -> Grid:
    """A reason is shown from six customers at two or more providers; what is left out must not follow."""
    total = find("satisfaction.overall", "", "all")
    unsatisfied = None
    if total.numerator is not None and total.denominator is not None:
        unsatisfied = total.denominator - total.numerator
    shown = {
        value: customers
        for value, (customers, providers) in sorted(aggregate.reasons.items())
        if customers >= minimum and providers >= 2
    }
    hidden = sum(customers for customers, _ in aggregate.reasons.values()) - sum(shown.values())
    while shown and (0 < hidden < minimum):
        smallest = min(shown, key=lambda value: (shown[value], value))
        hidden += shown.pop(smallest)
    rows = []
    for value, title in REASONS.items():
        customers, providers = aggregate.reasons.get(value, (0, 0))
        if value in shown:
            share = percent(100 * customers / unsatisfied) if unsatisfied else SUPPRESSED
            rows.append((title, str(customers), share, str(providers)))
        else:
            symbol = SUPPRESSED if customers else NO_DATA
            rows.append((title, symbol, symbol, symbol))
    columns = ("Tema", "Antal kunder", "Andel av missnöjda", "Antal anordnare")
    return Grid("Varför man inte är nöjd", columns, tuple(rows))


def _groups(find: Find) -> Grid:
    rows = []
    for point in ("start", "end"):
        for gender, title in GENDERS.items():
            rows.append(_group_row(title, point, find("satisfaction.overall", "", point, gender)))
        for difficulty, title in DIFFICULTIES.items():
            rows.append(_group_row(title, point, find("satisfaction.overall", "", point, difficulty=difficulty)))
    columns = ("Grupp", "Mätpunkt", "Berättigade", "Svar", "Nöjda %", "95 %-intervall")
    return Grid("Totalomdöme per kön och svårighetsgrad", columns, tuple(rows))


def _group_row(title: str, point: str, row: Indicator) -> tuple[str, ...]:
    answers = str(row.denominator) if row.denominator is not None else share_text(row)
    return (title, POINTS[point], str(row.eligible or 0), answers, share_text(row), interval_text(row))


def _followups(aggregate: Aggregate, find: Find) -> Grid:
    sums: dict[str, list[int]] = {}
    for (ref, _month), cell in aggregate.months.items():
        own = sums.setdefault(ref, [0] * 6)
        for place, number in enumerate(cell):
            own[place] += number
    rows = []
    for ref, name in (*aggregate.providers, ("", "Hela enheten")):
        due, on_time, late, _answered, _yes, denied = sums.get(ref, [0] * 6)
        rows.append(
            (
                name,
                str(due),
                str(on_time),
                str(late),
                str(due - on_time - late),
                "0",  # exempt months: none can be registered yet
                share_text(find("followup.compliance", ref)),
                share_text(find("followup.confirmed", ref)),
                str(denied),
            )
        )
    columns = (
        "Anordnare",
        "Förväntade",
        "I tid",
        "Sent",
        "Saknas",
        "Undantagna",
        "Andel i tid",
        "Bekräftat av kund",
        "Avvikelser",
    )
    return Grid("Månadsuppföljning, insatsmånader som är slut", columns, tuple(rows))


def _endings(aggregate: Aggregate, find: Find) -> Grid:
    told = find("outcome.all_endings").value is not None  # else reasons would tell what the total may not
    unit = reasons_of(aggregate)[""]
    rows = tuple(
        (
            title,
            str(unit[reason]) if told else SUPPRESSED,
            "Ja" if reason in SELF_SUFFICIENT else "Nej",
            "Ja" if reason in EXCLUDED else "Nej",
        )
        for reason, title in END_REASONS.items()
        if unit.get(reason) and reason != "changed_provider"
    )
    return Grid("Avslut per orsak", ("Orsak", "Antal", "Räknas som mål", "Undantas"), rows)


def _outcomes(aggregate: Cube, find: Find) -> Grid:
    rows = []
    for ref, name in (*aggregate.providers, ("", "Hela enheten")):
        every, kept = find("outcome.all_endings", ref), find("outcome.after_exclusions", ref)
        rows.append((name, _of(every), share_text(every), _of(kept), share_text(kept)))
    columns = ("Anordnare", "Alla avslut", "Egen försörjning %", "Efter undantag", "Egen försörjning %")
    return Grid("Egen försörjning vid avslut", columns, tuple(rows))


def _of(row: Indicator) -> str:
    return f"{row.numerator}/{row.denominator}" if row.value is not None else share_text(row)


def _outcome_sentences(find: Find) -> tuple[str, ...]:
    every, kept = find("outcome.all_endings"), find("outcome.after_exclusions")
    if every.value is None or kept.value is None or every.denominator is None or kept.denominator is None:
        return ()
    return (
        f"Av {every.denominator} avslut ledde {every.numerator} till egen försörjning "
        f"({whole(every.value)} procent). Efter undantag av {every.denominator - kept.denominator} avslut: "
        f"{kept.numerator} av {kept.denominator} ({whole(kept.value)} procent).",
    )


def _changes(aggregate: Aggregate, find: Find) -> Grid:
    told = find("outcome.all_endings").status in ("ok", "no_answers")
    unit = reasons_of(aggregate)[""]
    rows = [
        ("Byte av anordnare", str(unit.get("changed_provider", 0))),
        ("Avbrott", str(unit.get("dropped_out", 0)) if told else SUPPRESSED),
    ]
    rows += [(CASES.get(kind, kind), str(number)) for kind, number in sorted(aggregate.cases.items())]
    return Grid("Byten, avbrott och synpunkter under året", ("Händelse", "Antal"), tuple(rows))


def _digest(rows: Iterable[Indicator]) -> str:
    figures = sha256()
    for r in rows:
        key = (r.indicator, r.version, r.provider, r.period, r.point, r.gender, r.difficulty)
        figures.update(repr((*key, r.numerator, r.denominator, r.eligible, r.status)).encode())
    return figures.hexdigest()
