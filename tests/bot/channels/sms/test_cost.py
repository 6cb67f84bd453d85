"""What one SMS costs, by its alphabet and length."""

import pytest

from bot.channels.sms.cost import parts_and_price, sms_cost


@pytest.mark.parametrize(
    ("text", "alphabet", "parts", "sek", "offender"),
    [
        ("Hur nöjd är du?", "GSM-7", 1, 0.65, None),
        ("a" * 161, "GSM-7", 2, 1.30, None),
        ("Hur nöjd är du – nu?", "UCS-2", 1, 0.65, "–"),
    ],
)
def test_the_cost_of_an_sms(text: str, alphabet: str, parts: int, sek: float, offender: str | None) -> None:
    cost = sms_cost(text)
    assert (cost.alphabet, cost.parts, cost.offender) == (alphabet, parts, offender)
    assert cost.sek == pytest.approx(sek)


def test_a_price_is_worded_in_swedish() -> None:
    assert parts_and_price(1) == "1 del, 0,65 kr"
    assert parts_and_price(2) == "2 delar, 1,30 kr"  # 2 * 0.65
