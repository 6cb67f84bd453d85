"""What the method section says of chance."""

from reporting.report.sentences.method import false_alarm_sentence


def test_how_often_chance_accuses() -> None:
    assert false_alarm_sentence(26) == (
        "Risken att någon av 26 jämförda anordnare av en slump kallas tydligt lägre eller högre vid en mätpunkt, "
        "fast alla är lika, är högst 5,2 procent."
    )
    assert false_alarm_sentence(0) == ""
