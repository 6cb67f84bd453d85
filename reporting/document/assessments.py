"""What the report says of a provider's share beside the others': a closed list, and its Swedish words. Pure."""

from survey.codes import Code


class Assessment(Code):
    """An assessment of a share. In charts each has its own shape and colour (reporting/render/charts.py)."""

    NO_ANSWERS = "no_answers", "Inga svar"
    TOO_FEW = "too_few", "För få svar"
    SUPPRESSED = "suppressed", "Visas inte (skydd)"
    MERGED = "merged", "Sammanslagna"
    FEW = "few", "Få svar, ingen bedömning"
    ALONE = "alone", "Ingen jämförelse"
    NONE = "none", "Ingen skillnad påvisad"
    WATCH = "watch", "Kan avvika, följs upp"
    LOWER = "lower", "Tydligt lägre"
    HIGHER = "higher", "Tydligt högre"
    # Of the dialogue pack: the provider's own bar, and the one of all others together.
    OWN = "own", "Ni"
    OTHERS = "others", "Övriga"
