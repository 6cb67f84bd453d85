"""The first page: the title's lines and the figures beside them. Pure."""

from reporting.document.blocks import Fact
from reporting.document.swedish import NO_BREAK, NO_DATA, SUPPRESSED, count, day, of, percent, whole
from reporting.figures.indicators import Find
from reporting.report.model import QualityReport
from reporting.report.tables.cells import interval_text
from storage.figures.year_values import Volumes


def imprint(report: "QualityReport") -> str:
    """What the figures are: a draft, the publication, or a revision of it and why."""
    revision = report.background.revision
    kind = "Utkast" if revision == 0 else "Publicerad" if revision == 1 else f"Utgåva {revision}"
    return f"{kind}, uppgifter till och med {day(report.as_of)}"


def facts(find: Find, volumes: Volumes | None, providers: int) -> tuple[Fact, ...]:
    """The figures of the first page."""
    found = []
    if volumes is not None:
        detail = f"{of(volumes.enrolments, 'insats', 'insatser')} hos {of(providers, 'anordnare', 'anordnare')}"
        found.append(Fact("Kunder under året", count(volumes.customers), detail))
    for label, id_, point, noun in (
        ("Nöjda efter fyra veckor", "satisfaction.overall", "start", "svar"),
        ("Nöjda vid avslut", "satisfaction.overall", "end", "svar"),
        ("Svarsandel", "response_rate", "all", "mätpunkter"),
        ("Månadsuppföljning i tid", "followup.compliance", "", "insatsmånader"),
        ("Egen försörjning efter undantag", "outcome.after_exclusions", "", "avslut"),
    ):
        row = find(id_, "", point)
        if row.value is None:
            detail = "inga uppgifter" if row.status == "no_answers" else "för få för att visas"
            found.append(Fact(label, NO_DATA if row.status == "no_answers" else SUPPRESSED, detail))
            continue
        detail = f"{count(row.numerator or 0)} av {count(row.denominator or 0)} {noun}"
        if interval := interval_text(row):
            detail += f", intervall {interval}"
        if row.target is not None:
            detail += f"; mål {percent(row.target, short=True)}"
        found.append(Fact(label, f"{whole(row.value)}{NO_BREAK}%", detail))
    return tuple(found)
