"""Words and number formats of the Swedish report. Pure."""

from decimal import ROUND_HALF_UP, Decimal

SUPPRESSED = "–"
NO_DATA = ".."
NO_BREAK = "\u00a0"

MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip
POINTS = {"start": "Vid start", "end": "Vid avslut", "all": "Båda mätpunkterna"}
GENDERS = {"K": "Kvinnor", "M": "Män"}
DIFFICULTIES = {
    "low": "Svårighetsgrad: lätt",
    "medium": "Svårighetsgrad: medel",
    "high": "Svårighetsgrad: svår",
}
REASONS = {  # the values of the question `reason` in survey/packs
    1: "Väntade sig jobb tidigare",
    2: "Bemötandet",
    3: "Kompetensen",
    4: "Löften hölls inte",
    5: "Annat",
}
END_REASONS = {
    "work": "Arbete",
    "studies": "Studier",
    "own_company": "Eget företag",
    "moved": "Flytt",
    "pregnancy": "Graviditet",
    "parental_leave": "Föräldraledighet",
    "pension": "Pension",
    "disability_pension": "Sjukpension",
    "illness": "Sjukdom",
    "death": "Dödsfall",
    "changed_provider": "Byte av anordnare",
    "dropped_out": "Avbrott",
    "unemployed": "Fortsatt arbetslös",
    "other": "Annat",
    "": "Ingen orsak angiven",
}
CASES = {"contact": "Kunder som vill bli kontaktade", "complaint": "Klagomål", "view": "Synpunkter"}


def decimal(value: float, *, short: bool = False) -> str:
    """One decimal, Swedish comma, halves up. ``short`` drops a zero decimal."""
    text = str(Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)).replace(".", ",")
    return text.removesuffix(",0") if short else text


def percent(value: float) -> str:
    """As in tables: ``74,3 %`` with a space that does not break."""
    return f"{decimal(value)}{NO_BREAK}%"


def whole(value: float) -> str:
    """As in sentences: a whole number, halves up."""
    return str(Decimal(str(value)).quantize(Decimal("1"), ROUND_HALF_UP))
