"""What the method section says of chance, and of the smallest group."""

from reporting.report.sentences.method import false_alarm_sentence, smallest_group_sentence


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
