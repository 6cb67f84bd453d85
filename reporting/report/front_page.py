"""The first page: what the report is, what it says, and its main figures. Pure."""

from reporting.disclosure.cells import Status
from reporting.document.blocks import Fact, Paragraph, paragraphs
from reporting.document.swedish import NO_BREAK, NO_DATA, SUPPRESSED, count, day, of, percent, printed_name, whole
from reporting.figures.indicators import Find, Indicator
from reporting.report.background import Cover
from reporting.report.model import QualityReport
from storage.figures.year_values import Volumes
from survey.codes import in_sentence

WORKING_MATERIAL = "Arbetsmaterial, lämnas inte ut"
# What a fact is called, its indicator and point, and what its denominator counts.
_FACTS = (
    ("Nöjda efter fyra veckor", "satisfaction.overall", "start", "svar"),
    ("Nöjda vid avslut", "satisfaction.overall", "end", "svar"),
    ("Svarsandel", "response_rate", "all", "mätpunkter"),
    ("Månadsuppföljning i tid", "followup.compliance", "", "insatsmånader"),
    ("Egen försörjning efter undantag", "outcome.after_exclusions", "", "avslut"),
)


def mark(report: QualityReport) -> str:
    """Return what stands on every page, sheet and in the data of a draft; empty for a published report."""
    return WORKING_MATERIAL if report.is_draft else ""


def imprint(report: QualityReport) -> str:
    """Return whether the report is a draft, the publication or a revision, and of which day its figures are."""
    revision = report.background.revision
    kind = "Utkast" if revision == 0 else "Publicerad" if revision == 1 else f"Utgåva {revision}"
    return f"{kind}, uppgifter till och med {day(report.as_of)}"


def opening(report: QualityReport) -> tuple[Paragraph, ...]:
    """Return the paragraphs before the first section."""
    if report.is_empty:
        text = f"Det finns inga mätpunkter för {report.year} i registret. Tabellerna är därför tomma."
        return (Paragraph(text, "key"),)
    return (
        Paragraph(
            "Rapporten visar vad kunderna tycker om stödet, om den utlovade månadsuppföljningen görs och vad "
            "insatserna leder till. Varje andel står med sitt underlag och sin osäkerhet. Anordnare rangordnas "
            f"inte, och ingen andel visas vid färre än {report.minimum} svar."
        ),
        *paragraphs((_made_for(report.background.cover),)),
        *paragraphs((_revised(report),), "key"),
    )


def _made_for(cover: Cover) -> str:
    """Return whom the report is made for and where to ask; empty in a report that kept none."""
    if not cover.committee:
        return ""
    number = f" Diarienummer {cover.diary_number}." if cover.diary_number else ""
    return f"Rapporten är gjord för {in_sentence(cover.committee)}.{number} Frågor besvaras på {cover.phone}."


def _revised(report: QualityReport) -> str:
    if report.background.revision < 2:
        return ""
    because = printed_name(report.background.revised_because).rstrip(".")
    return f"Den här utgåvan ersätter den förra av detta skäl: {because}."


def facts(find: Find, volumes: Volumes | None, providers: int) -> tuple[Fact, ...]:
    """Return the main figures; ``providers`` is how many the register has."""
    found = []
    if volumes is not None:
        detail = f"{of(volumes.enrolments, 'insats', 'insatser')} hos {of(providers, 'anordnare', 'anordnare')}"
        found.append(Fact("Kunder under året", count(volumes.customers), detail))
    found += [_fact(label, find(id_, "", point), noun) for label, id_, point, noun in _FACTS]
    return tuple(found)


def _fact(label: str, row: Indicator, noun: str) -> Fact:
    if row.status == Status.NO_ANSWERS:
        return Fact(label, NO_DATA, "inga uppgifter")
    if row.value is None:
        return Fact(label, SUPPRESSED, "för få för att visas")
    detail = f"{count(row.numerator or 0)} av {count(row.denominator or 0)} {noun}"
    if row.ci_low is not None and row.ci_high is not None:
        detail += f", intervall {whole(row.ci_low)}–{whole(row.ci_high)}"
    if row.target is not None:
        detail += f"; mål {percent(row.target, short=True)}"
    return Fact(label, f"{whole(row.value)}{NO_BREAK}%", detail)
