"""Find the providers that staff should consider to put under watch. Pure.

Grounds: a share satisfied clearly below the others', a pattern of denied follow-ups, or six or more customers who
say that what was promised did not happen. None of them says why it is so; a person decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from reporting.document.swedish import whole
from reporting.figures import exact_test
from reporting.figures.exact_test import Count, Verdict
from reporting.followups import confirmations

MIN_PROMISES = 6  # customers


@dataclass(frozen=True, slots=True)
class Proposal:
    """A provider that is proposed for watch.

    Attributes:
        grounds: Swedish sentences for staff, each with its figures.
    """

    provider: str
    grounds: tuple[str, ...]


def propose(
    satisfaction: Mapping[str, Count],
    denials: Mapping[str, Count],
    promises: Mapping[str, int],
) -> list[Proposal]:
    """Return the providers to consider, by ref.

    Args:
        satisfaction: (satisfied, answered) by provider.
        denials: (denied, told) by provider: recorded follow-ups about which the customer was asked.
        promises: by provider, the customers whose reason was that what was promised did not happen.
    """
    grounds: dict[str, list[str]] = {}
    total = (sum(count[0] for count in satisfaction.values()), sum(count[1] for count in satisfaction.values()))
    for provider, own in satisfaction.items():
        compared = exact_test.against_others(own, total)
        if compared is not None and compared.verdict == Verdict.LOWER:
            grounds.setdefault(provider, []).append(
                f"Andelen nöjda är tydligt lägre än hos övriga: {whole(100 * compared.share)} mot "
                f"{whole(100 * compared.other_share)} procent ({own[1]} svar)."
            )
    for pattern in confirmations.patterns(denials):
        grounds.setdefault(pattern.provider, []).append(
            f"Kunder säger nej om {pattern.denied} av {pattern.told} registrerade uppföljningar: "
            f"{whole(100 * pattern.share)} mot {whole(100 * pattern.others)} procent hos övriga."
        )
    for provider, customers in promises.items():
        if customers >= MIN_PROMISES:
            grounds.setdefault(provider, []).append(f"{customers} kunder säger att det som utlovades inte hölls.")
    return [Proposal(provider, tuple(sentences)) for provider, sentences in sorted(grounds.items())]
