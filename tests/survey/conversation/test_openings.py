"""Where a customer is asked, and for whom the opening says that the question is."""

from dataclasses import replace
from datetime import date

import pytest

from survey.codes import Channel, Reason
from survey.conversation.openings import PLAIN, KnownAddress, Place, Use, opening, place

MARCH, APRIL = date(2026, 3, 2), date(2026, 4, 13)
OWN = Use(1, 1984, MARCH)


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ((), PLAIN),
        ((Use(2, 1990, MARCH),), ("opening_born", "1984")),
        ((Use(2, 0, None),), ("opening_born", "1984")),  # the other's year is not known, but this one's is its own
        ((Use(2, 1984, APRIL),), ("opening_since", "2026-03")),  # born the same year
        ((Use(2, 1984, None),), ("opening_since", "2026-03")),  # and not enrolled
        ((Use(2, 1984, date(2026, 3, 30)),), None),  # nothing tells them apart
        ((Use(1, 1984, APRIL),), ("opening_since", "2026-03")),  # the customer's own other support
        ((Use(1, 1984, date(2026, 3, 30)),), PLAIN),  # of the same month: the month would not tell
        ((Use(1, 1984, APRIL), Use(2, 1990, MARCH)), ("opening_born", "1984")),
    ],
)
def test_what_an_opening_tells(others: tuple[Use, ...], told: tuple[str, str] | None) -> None:
    assert opening(1, MARCH, (OWN, *others)) == told
    assert opening(1, MARCH, (*others, OWN)) == told


def test_unknown_years_do_not_tell_two_apart() -> None:
    assert opening(1, MARCH, (Use(1, 0, MARCH), Use(2, 0, MARCH))) is None


CHAT, PHONE = KnownAddress(1, "telegram", "active"), KnownAddress(2, "sms", "active")
ALONE = (OWN,)
TWINS = (OWN, Use(2, 1984, MARCH))  # nothing tells them apart
COUPLE = (OWN, Use(2, 1990, MARCH))
BOTH = frozenset({"sms", "telegram"})


@pytest.mark.parametrize(
    ("addresses", "uses", "channels", "but", "expected"),
    [
        ((CHAT, PHONE), {1: ALONE, 2: COUPLE}, BOTH, (), Place(1, Channel.TELEGRAM)),
        ((CHAT, PHONE), {1: ALONE, 2: COUPLE}, BOTH, (1,), Place(2, Channel.SMS, "opening_born", "1984")),
        ((CHAT, PHONE), {1: ALONE, 2: ALONE}, BOTH, (1,), Place(2, Channel.SMS)),
        ((CHAT, PHONE), {1: ALONE, 2: TWINS}, BOTH, (1,), Reason.INDISTINCT),
        ((CHAT, PHONE), {1: TWINS, 2: ALONE}, BOTH, (), Place(2, Channel.SMS)),  # the next address tells them apart
        ((CHAT, PHONE), {1: ALONE, 2: ALONE}, BOTH, (1, 2), Reason.NO_ADDRESS),
        ((CHAT, PHONE), {1: ALONE, 2: ALONE}, {"sms"}, (), Place(2, Channel.SMS)),
        ((CHAT,), {1: ALONE}, {"sms"}, (), Reason.NO_ADDRESS),
        ((replace(CHAT, state="unreachable"), PHONE), {1: ALONE, 2: ALONE}, BOTH, (), Place(2, Channel.SMS)),
        ((replace(PHONE, state="opted_out"),), {2: ALONE}, BOTH, (), Reason.NO_ADDRESS),
        ((replace(PHONE, state="unlinked"),), {2: TWINS}, BOTH, (), Reason.NO_ADDRESS),  # it is not asked about
        ((), {}, BOTH, (), Reason.NO_ADDRESS),
    ],
)
def test_where_a_customer_is_asked(
    addresses: tuple[KnownAddress, ...],
    uses: dict[int, tuple[Use, ...]],
    channels: set[str],
    but: tuple[int, ...],
    expected: Place | Reason,
) -> None:
    assert place(1, MARCH, addresses, uses, channels, but) == expected
