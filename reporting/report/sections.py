"""Lay the report out: which sentences, tables and charts stand in which section. Pure.

PDF, DOCX and HTML draw the same document.
"""

from collections.abc import Iterable

from reporting.document.blocks import Block, Document, Heading, Paragraph, Section, numbered, paragraphs
from reporting.document.swedish import NO_DATA, SUPPRESSED, day, in_words
from reporting.figures.definitions import YOUTH_DEFINITIONS
from reporting.figures.themes import MIN_CUSTOMERS
from reporting.report.front_page import imprint, mark, opening
from reporting.report.model import QualityReport
from reporting.report.provider_section import BARS_AT_MOST
from reporting.report.sentences.basis import contact_outcomes_sentence
from reporting.report.sentences.method import (
    break_sentences,
    false_alarm_sentence,
    kept_sentence,
    mode_sentence,
    smallest_group_sentence,
    too_young_sentence,
)
from reporting.report.tables.basis import context_grid
from reporting.report.tables.contact_outcomes import contact_outcomes_grid
from reporting.report.tables.method import definitions_grid, modes_grid, wordings_grid
from reporting.report.tables.satisfaction import themes_grid

# With more providers, only the table of both points together is printed; the workbook has the others.
LONG_REGISTER = 500
SUBTITLE = "Arbetsmarknadsinsatser hos auktoriserade anordnare"


def document(report: QualityReport) -> Document:
    """Return the report as the document that PDF, DOCX and HTML draw."""
    return Document(
        title=f"Kvalitetsrapport {report.year}",
        subtitle=". ".join(filter(None, (report.background.cover.sender, SUBTITLE))),
        imprint=imprint(report),
        created_at=report.created_at,
        opening=opening(report),
        facts=report.facts,
        sections=numbered(_sections(report)),
        mark=mark(report),
    )


def _sections(report: QualityReport) -> Iterable[Section]:
    yield Section(1, "Sammanfattning", (*paragraphs(report.summary_sentences, "key"), report.summary))
    yield Section(2, "Underlag och bortfall", _basis(report))
    yield Section(3, "Nöjdhet per anordnare", _satisfaction(report))
    yield Section(4, "Bemötande, nytta och varför man inte är nöjd", _questions(report))
    yield Section(
        5,
        "Månadsuppföljning",
        (
            *paragraphs((report.followup_sentence, report.exempt_sentence)),
            report.followups,
            Paragraph(
                "Förväntade är kalendermånader då insatsen var öppen minst 15 dagar. Det är en räkning av hela "
                "underlaget och har därför inget intervall. Undantagna är månader då ingen uppföljning begärs, "
                "till exempel vid sjukdom; de är inte bland de förväntade. Avvikelser är månader då anordnaren "
                "har registrerat en uppföljning men kunden svarar att den inte hölls.",
                "note",
            ),
        ),
    )
    yield Section(
        6,
        "Utfall vid avslut",
        (
            *paragraphs((report.outcome_sentence,)),
            report.endings,
            report.outcomes,
            *_youth(report),
        ),
    )
    yield Section(7, "Svårighetsgrad", _difficulty(report))
    yield Section(
        8,
        "Byten, avbrott och klagomål",
        (
            *paragraphs((report.changes_sentence,)),
            report.changes,
            *((report.change_reasons, _shown_from()) if report.change_reasons is not None else ()),
        ),
    )
    yield Section(9, "Åtgärder", (report.actions,))
    yield Section(10, "Metod", _method(report))


def _basis(report: QualityReport) -> tuple[Block, ...]:
    blocks: list[Block] = [*paragraphs((" ".join(report.volume_sentences),)), report.volumes]
    blocks += paragraphs((report.coverage_sentence,))
    blocks += [
        report.contacts,
        Paragraph(
            "Berättigade är alla insatser med mätpunkten under året, även de som inte kunde nås: svarsandelen är "
            "svar delat med berättigade.",
            "note",
        ),
    ]
    if report.background.dues:
        blocks += [
            *paragraphs((contact_outcomes_sentence(report.background.dues),)),
            contact_outcomes_grid(report.background.dues),
        ]
    context = context_grid(report.background.context)
    if context.rows:
        blocks += [
            Heading("Omvärlden"),
            Paragraph("Uppgifterna kommer från andra källor och räknas aldrig ihop med rapportens egna."),
            context,
        ]
    return tuple(blocks)


def _satisfaction(report: QualityReport) -> tuple[Block, ...]:
    blocks: list[Block] = [
        Paragraph(
            "Anordnarna står i namnordning. Var och en jämförs med övriga, alltså alla utom den själv. En "
            "bedömning ges när båda har minst tio svar, och bara när skillnaden är större än slumpen rimligen kan "
            "ge."
        )
    ]
    for section in report.points:
        blocks.append(Heading(section.title))
        blocks += paragraphs((section.whole_unit,))
        blocks += paragraphs(section.sentences, "key") or (
            Paragraph("Ingen anordnare skiljer sig säkert från övriga."),
        )
        if section.point == "all" or len(section.rows) <= LONG_REGISTER:
            blocks.append(section.grid)
        else:
            blocks.append(
                Paragraph("Tabellen står i arbetsboken: den är för lång för att läsas på papper.", "note")
            )
        if section.bars is not None:
            blocks.append(section.bars)
        elif sum(row.share is not None for row in section.rows) > BARS_AT_MOST:
            blocks.append(
                Paragraph(f"Stapeldiagrammet är utelämnat: fler än {BARS_AT_MOST} anordnare har värden.", "note")
            )
        if section.funnel is not None:
            blocks.append(section.funnel)
    return tuple(blocks)


def _questions(report: QualityReport) -> tuple[Block, ...]:
    blocks: list[Block] = [
        report.questions,
        *paragraphs(report.gender_sentences),
        report.groups,
        Heading("Varför man inte är nöjd"),
        *paragraphs((report.reasons_sentence,)),
        report.reasons,
        _shown_from(),
    ]
    themes = themes_grid(report.background.themes)
    if themes.rows:
        blocks.append(themes)
    return tuple(blocks)


def _shown_from() -> Paragraph:
    return Paragraph(
        f"Ett skäl eller tema visas när minst {in_words(MIN_CUSTOMERS)} kunder hos minst två anordnare har angett "
        "det.",
        "note",
    )


def _youth(report: QualityReport) -> tuple[Block, ...]:
    if report.youth is None:
        return ()
    return (Heading("Unga 16–18 år"), *paragraphs((report.youth_sentence,)), report.youth)


def _difficulty(report: QualityReport) -> tuple[Block, ...]:
    if not report.expectations.rows:
        return (
            Paragraph(
                "Underlaget räcker inte för en jämförelse med hänsyn till svårighetsgrad: den kräver minst 18 "
                "avslut och tolv månader."
            ),
        )
    return (
        Paragraph(
            "Förväntat är hur många som skulle nå egen försörjning om utfallet i varje svårighetsgrad vore som hos "
            "alla. O/E är observerat delat med förväntat; värdet 1 är som väntat. "
            "Jämförelsen visas från 18 avslut och tolv månader."
        ),
        *paragraphs(report.expectation_sentences, "key"),
        report.expectations,
    )


def _compared(report: QualityReport) -> int:
    """Return how many providers are compared with the others at the point where most are."""
    return max((sum(row.difference is not None for row in section.rows) for section in report.points), default=0)


def _method(report: QualityReport) -> tuple[Block, ...]:
    blocks: list[Block] = [
        definitions_grid((*report.definitions, *(YOUTH_DEFINITIONS if report.youth is not None else ())))
    ]
    if report.background.questions:
        blocks.append(wordings_grid(report.background.questions))
    if report.background.modes:
        blocks.append(modes_grid(report.background.modes))
    blocks += paragraphs((mode_sentence(report.background.modes), too_young_sentence(report.background.too_young)))
    blocks += [
        Heading("Osäkerhet och jämförelse"),
        Paragraph(
            "Intervallen är Wilsons 95-procentsintervall. Räkningar av hela underlaget (svarsandel och uppföljning "
            "i tid) har inget intervall. Varje anordnare jämförs med alla de andra tillsammans när båda har minst "
            "tio svar, med Fishers exakta test, tvåsidigt. Är p mindre än 0,002 kallas skillnaden tydlig. Är p "
            "mindre än 0,05 kan anordnaren avvika, och då följs den upp utan att någon slutsats dras. Diagrammens "
            "gränser är testets egna: den närmaste andel som det skulle kalla så med lika många svar."
        ),
        *paragraphs((false_alarm_sentence(_compared(report)),)),
        Heading("Skydd för enskilda"),
        Paragraph(
            "Vilka siffror som visas avgörs av hur många som har svarat, aldrig av vad de har svarat. En siffra "
            f"visas när minst {report.minimum} personer står bakom den och ingen kombination av det som visas, nu "
            "eller tidigare, gäller färre. De dolda anordnarna står tillsammans som Övriga anordnare."
        ),
        *paragraphs(
            (
                smallest_group_sentence(
                    report.smallest_group, is_certified=report.is_certified, is_draft=report.is_draft
                ),
                kept_sentence(report.indicators, report.created_at),
            )
        ),
        Paragraph(
            f"Tecknet {SUPPRESSED} betyder att värdet inte visas, {NO_DATA} att uppgift saknas. "
            "0 är en verklig nolla."
        ),
        Heading("Ändringar sedan förra året"),
        *paragraphs(break_sentences(report.background.previous, report.background.breaks)),
        Heading("Underlag"),
        Paragraph(f"Uppgifterna gäller till och med {day(report.as_of)}."),
        Paragraph(f"Siffrornas kontrollsumma (SHA-256) är {report.digest}.", "note"),
    ]
    return tuple(blocks)
