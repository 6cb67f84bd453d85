"""What an opening tells, where a bare question could be taken for another person's or for one about other support.

It tells a birth year, or the month in which the support began; never a name.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

PLAIN = ("opening", "")


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
