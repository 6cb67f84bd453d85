"""Make the dialogue pack: the four pages that a provider and the unit read before they meet. Pure.

It is made of the year's report alone, so that it tells nothing that the report does not. The provider knows who its
customers are, so the share of everybody or nobody is told as a band alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reporting.disclosure.cells import Status
from reporting.document.assessments import Assessment
from reporting.document.blocks import (
    Bar,
    Bars,
    Block,
    Cell,
    Document,
    Grid,
    Heading,
    Paragraph,
    Percent,
    Section,
    numbered,
    paragraphs,
)
from reporting.document.swedish import MONTHS, NO_BREAK, NO_DATA, SUPPRESSED, count, of, whole
from reporting.errors import NoDialogue
from reporting.figures import intervals
from reporting.figures.indicators import QUESTIONS, Indicator, finder, others_of
from reporting.figures.themes import UNCLEAR
from reporting.providers.bands import band_of, share_in_words
from reporting.report.actions import deficiencies
from reporting.report.front_page import imprint, mark
from reporting.report.model import QualityReport
from reporting.report.provider_section import ProviderRow
from reporting.report.sentences.followups import on_time_sentence
from reporting.report.tables.actions import actions_grid
from reporting.report.tables.cells import interval_cell, share_cell, target_cell, titled
from reporting.report.tables.followups import FOLLOWUPS
from reporting.report.tables.outcomes import MIN_CASES, expectations_grid
from reporting.report.tables.satisfaction import themes_grid
from survey.codes import Point

MIN_CUSTOMERS = 6  # the 2015 report had dialogues with providers of "fler än fem kunder"
TITLES = {"overall": "Totalomdöme", "treatment": "Bemötande", "usefulness": "Nytta"}
QUESTIONS_TO_TALK_ABOUT = (
    "Vad i resultatet känner ni igen, och vad förvånar?",
    "Hur har kundernas synpunkter använts under året?",
    "Vilka uppföljningar saknas, och vad behövs för att de ska bli gjorda i tid?",
    "Vad vill ni att kommunen gör annorlunda?",
)
OUTCOME = ("outcome.after_exclusions", "", "Efter undantag")
JUDGED = {
    Assessment.NONE: "Ingen skillnad är påvisad.",
    Assessment.WATCH: "Det kan avvika och följs upp; ingen slutsats dras.",
    Assessment.LOWER: "Det är tydligt lägre.",
    Assessment.HIGHER: "Det är tydligt högre.",
}
AGREEMENTS = 5  # empty rows to fill in at the meeting


def dialogue(report: QualityReport, provider: str, open_cases: int = 0) -> Document:
    """Make the pack of ``provider``, a ref.

    Args:
        open_cases: how many cases of the provider's customers are open.

    Raises:
        NoDialogue: there is no such provider, or it had too few customers.
    """
    row = next((each for each in report.provider_rows if each.ref == provider and provider), None)
    if row is None:
        raise NoDialogue(
            f"Ingen anordnare har numret {provider}: numren står i followup export indicators --year {report.year}."
        )
    customers = report.background.volumes.customers_of.get(provider, 0) if report.background.volumes else 0
    if customers < MIN_CUSTOMERS:
        raise NoDialogue(
            f"{row.name} hade {of(customers, 'kund', 'kunder')} {report.year}. Ett underlag görs för anordnare med "
            "fler än fem kunder."
        )
    pack = _Pack(report, provider)
    return Document(
        title=f"Underlag för kvalitetsdialog {report.year}",
        subtitle=". ".join(filter(None, (row.name, report.background.cover.sender))),
        imprint=imprint(report),
        created_at=report.created_at,
        opening=(
            Paragraph(
                f"{row.name} hade {of(customers, 'kund', 'kunder')} {report.year}. Underlaget är lika för alla "
                "anordnare med fler än fem kunder. Övriga är alla anordnare utom ni själva; ingen rangordnas."
            ),
        ),
        facts=(),
        sections=numbered(
            (
                Section(1, "Vad kunderna tycker", pack.satisfaction()),
                Section(2, "Skäl och månadsuppföljning", (*pack.reasons(), *pack.followups())),
                Section(3, "Utfall vid avslut", pack.outcomes()),
                Section(4, "Ärenden, åtgärder och överenskommelser", pack.agreements(open_cases)),
            )
        ),
        contents=False,
        paged=True,
        mark=mark(report),
    )


def told(row: Indicator) -> tuple[Cell, Cell]:
    """Return a provider's share and interval as the provider may know them."""
    band = band_of(row.numerator, row.denominator)
    return (f"{band.swedish}{NO_BREAK}%", "") if band else (share_cell(row), interval_cell(row))


class _Pack:
    """The sections of a provider's pack."""

    def __init__(self, report: QualityReport, provider: str) -> None:
        self.report, self.provider = report, provider
        self.rows: Mapping[tuple[str, str, str, str], Indicator] = {
            (row.indicator, row.provider, row.point, row.period): row
            for row in report.indicators
            if row.gender == "T" and not row.difficulty and row.provider in ("", provider)
        }

    def find(self, indicator: str, point: str = "", period: str = "", *, whole_unit: bool = False) -> Indicator:
        """Return the provider's row, or the whole unit's; the period is the year unless another is given."""
        period = period or str(self.report.year)
        return self.rows[indicator, "" if whole_unit else self.provider, point, period]

    def _titled(self, title: str, row: Indicator) -> str:
        """Return the title of what shows a figure, with its day where it keeps what an earlier edition told."""
        return titled(title, row, finder(self.report.indicators, self.report.year))

    def row(self, point: str) -> ProviderRow:
        """Return the provider's row of the report's section on providers."""
        section = next(each for each in self.report.points if each.point == point)
        return next(row for row in section.rows if row.ref == self.provider)

    def others(self, indicator: str, point: str = "") -> tuple[int, int] | None:
        """Return (numerator, denominator) of all others together; None where they cannot be told."""
        return others_of(self.find(indicator, point), self.find(indicator, point, whole_unit=True))

    def _others_cell(self, indicator: str, point: str = "") -> Cell:
        others = self.others(indicator, point)
        if others is not None and others[1]:
            band = band_of(*others)
            return f"{band.swedish}{NO_BREAK}%" if band else Percent(100 * others[0] / others[1])
        return NO_DATA if self.find(indicator, point, whole_unit=True).status == Status.NO_ANSWERS else SUPPRESSED

    def satisfaction(self) -> tuple[Block, ...]:
        """Return the section on what customers say, the provider beside all others."""
        rows: list[tuple[Cell, ...]] = []
        for question in QUESTIONS:
            for point in Point:
                row = self.find(f"satisfaction.{question}", point)
                share, interval = told(row)
                rows.append(
                    (
                        self._titled(TITLES[question], row),
                        point.swedish,
                        self.find("response_rate", point).numerator or 0 if question == "overall" else "",
                        share,
                        interval,
                        self._others_cell(f"satisfaction.{question}", point),
                        self.row(point).assessment if question == "overall" else "",
                    )
                )
        columns = (
            *("Fråga", "Mätpunkt", "Svar", "Nöjda\u00a0%", "95\u00a0%-intervall", "Övriga\u00a0%"),
            "Bedömning",
        )
        return (
            *paragraphs(self._satisfied(), "key"),
            Grid("Andel nöjda hos er och hos övriga", columns, tuple(rows), words=frozenset({0, 1, 6})),
            *self._chart("Andel nöjda", [("satisfaction.overall", point, point.swedish) for point in Point]),
        )

    def reasons(self) -> tuple[Block, ...]:
        """Return why customers are not satisfied: of all providers, because a provider's own are not told."""
        told = [row for row in self.report.background.themes if row.status == Status.OK and row.theme != UNCLEAR]
        themes = themes_grid(told)
        return (
            Heading("Varför kunder inte är nöjda"),
            Paragraph("Skälen är alla anordnares kunders: en enskild anordnares visas inte, för kundernas skydd."),
            self.report.reasons,
            *((themes,) if themes.rows else ()),
            Heading("Månadsuppföljning"),
        )

    def _satisfied(self) -> tuple[str, ...]:
        found = []
        for point in (Point.START, Point.END):
            row, others = self.find("satisfaction.overall", point), self.others("satisfaction.overall", point)
            band, title = band_of(row.numerator, row.denominator), point.swedish
            if row.status != Status.OK:
                found.append(f"{title} visas inget: svaren är för få, eller dolda för att skydda andra.")
            elif others is None or not others[1]:
                continue
            elif band:
                found.append(f"{title}: {band.swedish} procent av era svarande var nöjda. {self._judged(point)}")
            else:
                found.append(
                    f"{title}: {whole(row.value or 0)} procent av era svarande var nöjda, mot "
                    f"{share_in_words(others)} procent hos övriga. {self._judged(point)}"
                )
        return tuple(found)

    def _judged(self, point: str) -> str:
        """Return what the test says of the provider's share, as a sentence."""
        return JUDGED.get(self.row(point).kind, f"{self.row(point).assessment}.")

    def _chart(self, caption: str, pairs: Iterable[tuple[str, str, str]]) -> tuple[Bars, ...]:
        """Chart the provider beside the others for each (indicator, point, title) that may be told."""
        bars: list[Bar] = []
        findings = []
        for indicator, point, title in pairs:
            row, others = self.find(indicator, point), self.others(indicator, point)
            share, _ = told(row)
            if not isinstance(share, Percent) or row.ci_low is None or row.ci_high is None:
                continue
            if others is None or not others[1] or band_of(*others):
                continue
            low, high = intervals.wilson(*others)
            rest = 100 * others[0] / others[1]
            bars.append(Bar(f"{title}, ni", share.value, row.ci_low, row.ci_high, Assessment.OWN))
            bars.append(Bar(f"{title}, övriga", rest, 100 * low, 100 * high, Assessment.OTHERS))
            findings.append(f"{title.lower()} {whole(share.value)} procent hos er mot {whole(rest)} hos övriga")
        if not bars:
            return ()
        return (
            Bars(f"{caption} med 95 %-intervall", f"{caption}: {', '.join(findings)}.", tuple(bars), None, caption),
        )

    def followups(self) -> tuple[Block, ...]:
        """Return the section on the monthly follow-ups: the year, and each month as the provider recorded it."""
        report = self.report
        place = next(n for n, row in enumerate(report.provider_rows) if row.ref == self.provider)
        year = report.followups.rows[place][1:]
        said = self.find("followup.confirmed")
        confirmed, interval = told(said)
        rows: list[tuple[Cell, ...]] = []
        for number, name in enumerate(MONTHS, 1):
            key = ("followup.compliance", self.provider, "", f"{report.year}-{number:02}")
            if key in self.rows:
                row = self.rows[key]
                due, on_time = row.denominator or 0, row.numerator or 0
                rows.append((name.capitalize(), due, on_time, due - on_time, share_cell(row)))
        others = self.others("followup.compliance")
        sentence = on_time_sentence(self.find("followup.compliance"))
        if sentence and others and others[1]:
            sentence += f" Hos övriga var andelen {whole(100 * others[0] / others[1])} procent."
        return (
            *paragraphs((sentence,), "key"),
            Grid(
                self._titled("Uppföljningarna under året", said),
                (*FOLLOWUPS[:-2], "Bekräftat av kunderna", "95\u00a0%-intervall"),
                ((*year[:-2], confirmed, interval),),
                words=frozenset(),
            ),
            Grid(
                "Månad för månad, enligt era registreringar",
                ("Månad", "Förväntade", "I tid", "Sent eller saknas", "Andel i tid"),
                tuple(rows),
                nothing="Ingen insatsmånad är slut än.",
            ),
            Paragraph(
                "Vad kunderna svarat om uppföljningen visas bara för hela året, och bara från "
                f"{report.minimum} svar: en enskild månad skulle peka ut enskilda kunder.",
                "note",
            ),
        )

    def outcomes(self) -> tuple[Block, ...]:
        """Return the section on how enrolments ended."""
        indicator, _, title = OUTCOME
        row = self.find(indicator)
        share, interval = told(row)
        cells: tuple[Cell, ...] = (
            self._titled(title, row),
            row.denominator if row.denominator is not None else share_cell(row),
            share,
            interval,
            self._others_cell(indicator),
            target_cell(row),
        )
        columns = ("Underlag", "Avslut", "Egen försörjning\u00a0%", "95\u00a0%-intervall", "Övriga\u00a0%", "Mål")
        expected = [each for each in self.report.background.expectations if each.provider == self.provider]
        names = {self.provider: self.row("all").name}
        blocks: list[Block] = [
            Grid("Egen försörjning", columns, (cells,)),
            *self._chart("Egen försörjning", [OUTCOME]),
            Paragraph(
                "Egen försörjning är arbete, studier eller eget företag. Undantagna är flytt, graviditet, "
                "föräldraledighet, pension, sjukpension, sjukdom och dödsfall. Byte av anordnare är inget avslut. "
                "Orsakerna visas bara för hela enheten, i rapporten: en anordnares egna skulle peka ut enskilda "
                "kunder.",
                "note",
            ),
        ]
        if expected:
            blocks.append(expectations_grid(expected, names))
        return tuple(blocks)

    def agreements(self, open_cases: int) -> tuple[Block, ...]:
        """Return the section on cases, deficiencies, what to talk about, and a form for what is agreed."""
        cases = count(open_cases) if open_cases >= MIN_CASES else f"färre än {MIN_CASES}"
        found = deficiencies(self.report.points, self.report.background.actions)
        actions = actions_grid([each for each in found if each.provider == self.provider], {})
        own = tuple(row[1:] for row in actions.rows)  # without the provider's name
        return (
            Paragraph(f"Era kunder har {cases} öppna ärenden. Antal under {MIN_CASES} skrivs inte ut."),
            replace(actions, columns=actions.columns[1:], rows=own, words=frozenset({0, 1, 3})),
            Heading("Att tala om"),
            *paragraphs([f"{number}. {text}" for number, text in enumerate(QUESTIONS_TO_TALK_ABOUT, 1)]),
            Grid(
                "Vad vi kom överens om",
                ("Överenskommelse", "Ansvarig", "Klart den"),
                tuple((f"{number}.", "", "") for number in range(1, AGREEMENTS + 1)),
                words=frozenset({0, 1, 2}),
                blank=True,
            ),
        )
