"""Word a provider's monthly digest: its follow-ups before the month locks, and what its customers say. Pure.

The wording is REPORT.md's. An SMS is one segment, so it has no dashes and no curly quotes, and what does not fit is
left out, the least important first. Telegram also gets the others' share, the response rate, and the list by ref.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from reporting.disclosure.digest_releases import Figure
from reporting.disclosure.suppression import MIN_ANSWERS
from reporting.document.swedish import month_name, whole
from reporting.figures import intervals
from reporting.providers.bands import Band
from survey.codes import swedish
from survey.packs.segments import count

UNIT = "Nacka"
LISTED = 30  # refs named in one message
OTHERS_FROM = 200  # answers; of fewer, a share in whole per cent would tell the number who are satisfied


@dataclass(frozen=True, slots=True)
class Digest:
    """What a provider is told about a month.

    Attributes:
        month: its first day.
        lock_on: the day from which the provider can record nothing for it.
        due: enrolment-months that ask for a follow-up.
        done: those of them that have one.
        missing: the refs of the provider's own enrolments that have none.
        figure: the satisfaction that the provider may know (reporting/disclosure/digest_releases.py).
        others: (satisfied, answered) of all other providers in the same quarters.
        response: (answered, eligible) in the same quarters.
        themes: titles of the themes that may be told.
        overdue: deficiencies whose action plan is past its day.
        withheld: whether there are enough answers, and no figure may be told of them.
    """

    month: date
    lock_on: date
    due: int
    done: int
    missing: tuple[str, ...]
    figure: Figure | None
    others: tuple[int, int] | None = None
    response: tuple[int, int] | None = None
    themes: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    withheld: bool = False

    @property
    def says_something(self) -> bool:
        """Whether there is anything to tell; a provider without enrolments gets no digest."""
        return bool(self.due or self.figure or self.overdue)


def sms(digest: Digest) -> str:
    """Return the digest as an SMS of one segment."""
    parts = [f"{UNIT}: {month_name(digest.month)}.", _followups(digest), _satisfaction(digest)]
    optional = []
    if digest.overdue:
        optional.append(f"Försenad åtgärdsplan: {len(digest.overdue)}.")
    if digest.themes:
        optional.append(_themes(digest))
    for kept in range(len(optional), -1, -1):
        text = " ".join([*parts, *optional[:kept]])
        if count(text).parts == 1:
            return text
    return " ".join(parts[:2])


def telegram(digest: Digest) -> str:
    """Return the digest as a Telegram message."""
    return "\n".join(_lines(digest))


def _lines(digest: Digest) -> Iterator[str]:
    yield f"{UNIT}: {month_name(digest.month)}"
    yield _followups(digest)
    if digest.missing:
        named = ", ".join(digest.missing[:LISTED])
        more = len(digest.missing) - LISTED
        yield f"Saknas: {named}{f' och {more} till' if more > 0 else ''}."
    satisfaction = _satisfaction(digest)
    if digest.figure is not None and digest.others is not None and digest.others[1] >= OTHERS_FROM:
        satisfaction += f" Övriga: {_percent(*digest.others)}."
    if digest.figure is not None and digest.response is not None and digest.response[1]:
        satisfaction += f" Svarsandel: {_percent(*digest.response)}."
    yield satisfaction
    if digest.themes:
        yield _themes(digest)
    for deficiency in digest.overdue:
        yield f"Försenad åtgärdsplan: {deficiency}."
    yield f"Stämmer inte listan? Svara FEL så ses den över innan låsning {_day(digest.lock_on)}."


def _followups(digest: Digest) -> str:
    if not digest.due:
        return f"Ingen uppföljning väntas för {month_name(digest.month)}."
    text = f"Uppföljning {digest.done}/{digest.due} {'kund' if digest.due == 1 else 'kunder'} klar"
    left = digest.due - digest.done
    return f"{text}, {left} saknas före {_day(digest.lock_on)}." if left else f"{text}."


def _satisfaction(digest: Digest) -> str:
    figure = digest.figure
    if figure is None and digest.withheld:
        return "Nöjdhet: visas inte än, för att skydda enskilda svar."
    if figure is None:
        return f"Nöjdhet: för få svar för att visas (minst {MIN_ANSWERS} krävs)."
    if figure.band:
        return f"Nöjdhet 12 mån: {swedish(Band, figure.band)} %."
    low, high = (whole(100 * limit) for limit in intervals.wilson(figure.satisfied, figure.answered))
    share = _percent(figure.satisfied, figure.answered)
    return f"Nöjdhet 12 mån: {share} ({figure.satisfied} av {figure.answered} svar, {low}-{high})."


def _themes(digest: Digest) -> str:
    return f"Tema: {', '.join(title.lower() for title in digest.themes)}."


def _percent(numerator: int, denominator: int) -> str:
    return f"{whole(100 * numerator / denominator)} %"


def _day(day: date) -> str:
    return f"{day.day}/{day.month}"
