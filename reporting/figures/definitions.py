"""The definitions of the indicators: a contract, each an id with a version. Pure.

Whoever changes a definition gives it a new version; the report then marks a series break.
Source: REPORT.md, "Definitions", and DESIGN.md, section 5.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """One indicator. The title, the numerator and the denominator are Swedish, as the report prints them."""

    id: str
    version: int
    title: str
    numerator: str
    denominator: str


_ANSWERS = "svar på frågan vid mätpunkten, en person en gång per anordnare och mätpunkt (den senaste insatsen)"
DEFINITIONS = (
    Definition("satisfaction.overall", 1, "Nöjdhet, totalomdöme", "svar 4 eller 5 (nöjd, mycket nöjd)", _ANSWERS),
    Definition("satisfaction.treatment", 1, "Nöjdhet, bemötande", "svar 4 eller 5 (nöjd, mycket nöjd)", _ANSWERS),
    Definition("satisfaction.usefulness", 1, "Nöjdhet, nytta", "svar 4 eller 5 (nöjd, mycket nöjd)", _ANSWERS),
    Definition(
        "satisfaction.overall.mean_of_providers",
        2,
        "Medelvärde av anordnarnas andelar nöjda",
        "summan av de andelar som visas",
        "anordnare vars andel visas; medelvärdet visas när de är minst sex",
    ),
    Definition(
        "response_rate",
        1,
        "Svarsandel",
        "insatser med svar på totalomdömet, en person en gång per anordnare och mätpunkt",
        "insatser med mätpunkten i perioden: start + 28 dagar medan insatsen pågår, eller avslut av annan "
        "orsak än dödsfall",
    ),
    Definition(
        "followup.compliance",
        1,
        "Månadsuppföljning i tid, enligt anordnaren",
        "insatsmånader med en uppföljning som hölls under månaden",
        "insatsmånader: avslutade kalendermånader då insatsen var öppen minst 15 dagar, de undantagna borträknade",
    ),
    Definition(
        "followup.confirmed",
        2,
        "Månadsuppföljning, bekräftad av kunden",
        "insatsmånader då kunden svarade ja på att uppföljningen hölls",
        "insatsmånader då kunden svarade på frågan",
    ),
    Definition(
        "outcome.all_endings",
        1,
        "Egen försörjning, alla avslut",
        "avslut till arbete, studier eller eget företag",
        "alla avslut i perioden; byte av anordnare är inget avslut",
    ),
    Definition(
        "outcome.after_exclusions",
        1,
        "Egen försörjning, efter undantag",
        "avslut till arbete, studier eller eget företag",
        "avslut utom flytt, graviditet, föräldraledighet, pension, sjukpension, sjukdom och dödsfall",
    ),
)
# Both ways of counting the unit's young people. They are in the report, and not among the rows of the export.
YOUTH_DEFINITIONS = (
    Definition(
        "outcome.youth",
        1,
        "Egen försörjning, unga 16–18 år",
        "unga vars senaste insats avslutades i perioden till arbete, studier eller eget företag",
        "kunder som är 16–18 år vid periodens slut och hade en insats i perioden, en person en gång",
    ),
    Definition(
        "outcome.youth.closed",
        1,
        "Egen försörjning, unga 16–18 år med avslutad insats",
        "som ovan",
        "de av dem vars senaste insats är avslutad i perioden; byte av anordnare är inget avslut",
    ),
)
VERSIONS = {definition.id: definition.version for definition in (*DEFINITIONS, *YOUTH_DEFINITIONS)}
