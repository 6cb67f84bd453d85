"""What the method section says of chance, and of the smallest group."""

from reporting.report.sentences.method import (
    false_alarm_sentence,
    mode_sentence,
    smallest_group_sentence,
    too_young_sentence,
)
from reporting.report.tables.method import modes_grid
from storage.figures.year_values import ModeCount


def test_how_often_chance_accuses() -> None:
    assert false_alarm_sentence(26) == (
        "Risken att någon av 26 jämförda anordnare av en slump kallas tydligt lägre eller högre vid en mätpunkt, "
        "fast alla är lika, är högst 5,2 procent."
    )
    assert false_alarm_sentence(0) == ""


def test_the_smallest_group_is_printed() -> None:
    assert smallest_group_sentence(10, is_certified=True, is_draft=False) == (
        "Minsta grupp vars svar kan räknas fram: 10."
    )
    assert smallest_group_sentence(10, is_certified=False, is_draft=True) == (
        "Minsta grupp vars svar kan räknas fram: 10 (inte säkerställt; det görs när rapporten publiceras)."
    )
    assert smallest_group_sentence(10, is_certified=False, is_draft=False) == (
        "Minsta grupp vars svar kan räknas fram: 10 (ingen mindre har hittats, men tiden räckte inte för att "
        "utesluta det)."
    )
    assert smallest_group_sentence(None, is_certified=True, is_draft=False) == ""


def test_answers_taken_by_staff_are_told_apart() -> None:
    counts = (ModeCount("start", "sms", 40), ModeCount("start", "phone", 3), ModeCount("end", "letter", 1))
    assert mode_sentence(counts).startswith("4 svar har tagits emot av kommunens personal per telefon eller brev.")
    assert mode_sentence(counts[:1]) == ""
    assert modes_grid(counts).rows == (
        ("SMS", 40, 0, 0, 40),
        ("Telefonsamtal", 3, 0, 0, 3),
        ("Brev", 0, 1, 0, 1),
    )


def test_few_unasked_young_people_are_not_numbered() -> None:
    assert too_young_sentence(0) == ""
    assert too_young_sentence(3).startswith("Färre än 10 kunder har inte frågats")
    assert too_young_sentence(12).startswith("12 kunder har inte frågats")
