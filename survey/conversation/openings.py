"""At which address a customer is asked, and what the opening tells there. Pure.

An opening tells a birth year, or the month in which the support began, where a bare question could be taken for
another person's or for one about other support; never a name. Where nothing tells the customer from another who
uses the same address, the customer is not asked there.

:func:`place` is the one decision. The planner calls it for a first question and for a reminder
(scheduler/planning/planner.py), and channel fallback when a conversation moves to another address
(scheduler/delivery/fallback.py).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from survey.codes import AddressState, Channel, Reason

PLAIN = ("opening", "")


@dataclass(frozen=True, slots=True)
class KnownAddress:
    """An address of a customer.

    Attributes:
        channel: a Channel.
        state: an AddressState.
    """

    id: int
    channel: str
    state: str


@dataclass(frozen=True, slots=True)
class Use:
    """A customer who uses an address, with one of the enrolments that may be asked about now.

    Attributes:
        born: the birth year, 0 where it is not known.
        started_on: of the enrolment; None for a customer without one that may be asked about.
    """

    customer_id: int
    born: int
    started_on: date | None


def opening(customer_id: int, started_on: date, uses: Collection[Use]) -> tuple[str, str] | None:
    """Return the opening's phrase, and what stands in it, to ask about the enrolment that began on ``started_on``.

    Args:
        uses: all uses of the address that is asked, the customer's own among them.

    Returns:
        None where nothing tells the customer from another who uses the address: then nobody is to be asked there.
    """
    born = {use.customer_id: use.born for use in uses}
    own = born.get(customer_id, 0)
    is_shared = len(born) > 1
    if is_shared and own and list(born.values()).count(own) == 1:
        return "opening_born", str(own)
    others = [use.started_on for use in uses if (use.customer_id, use.started_on) != (customer_id, started_on)]
    months = {f"{other:%Y-%m}" for other in others if other is not None}
    if not months and not is_shared:
        return PLAIN
    month = f"{started_on:%Y-%m}"
    if month not in months:
        return "opening_since", month
    return None if is_shared else PLAIN


@dataclass(frozen=True, slots=True)
class Place:
    """Where a customer is asked.

    Attributes:
        opening: the phrase that a question there begins with, and
        told: what stands in that phrase.
    """

    address_id: int
    channel: Channel
    opening: str = PLAIN[0]
    told: str = PLAIN[1]

    @property
    def is_plain(self) -> bool:
        """Whether the opening tells nothing: the customer alone can be meant there."""
        return (self.opening, self.told) == PLAIN


def place(
    customer_id: int,
    started_on: date,
    addresses: Sequence[KnownAddress],
    uses: Mapping[int, Collection[Use]],
    channels: Collection[str],
    but: Collection[int] = (),
) -> Place | Reason:
    """Return where a customer is asked about an enrolment.

    Args:
        customer_id: the customer.
        started_on: the day on which the enrolment began.
        addresses: the customer's own, the preferred one first.
        uses: by address id, all uses of the address, the customer's own among them.
        channels: the channels that can send.
        but: addresses that cannot be used now: one that has just failed, or has another open conversation.

    Returns:
        The first address at which the customer is told from everybody else who uses it. Reason.INDISTINCT where
        there is none of that kind, and Reason.NO_ADDRESS where no address can be reached at all.
    """
    refusal = Reason.NO_ADDRESS
    for each in addresses:
        if each.state != AddressState.ACTIVE or each.channel not in channels or each.id in but:
            continue
        told = opening(customer_id, started_on, uses.get(each.id, ()))
        if told is not None:
            return Place(each.id, Channel(each.channel), *told)
        refusal = Reason.INDISTINCT
    return refusal
