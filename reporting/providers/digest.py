"""Word a provider's monthly digest: its follow-ups before the month locks, and what its customers say. Pure.

What customers say is what the last published report says of the provider. The wording is REPORT.md's. An SMS is one
segment, so it has no dashes and no curly quotes, and what does not fit is left out, the least important first.
Telegram also gets the others' share, the response rate, and the list by ref.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from reporting.disclosure.cells import MIN_ANSWERS
from reporting.document.swedish import month_name, whole
from reporting.figures import intervals
from reporting.figures.exact_test import Count
from reporting.figures.indicators import finder, others_of
from reporting.figures.themes import THEMES, UNCLEAR
from reporting.providers.bands import band_of, share_in_words
from reporting.report.model import QualityReport
from survey.codes import Point
from survey.packs.segments import count

LISTED = 30  # refs named in one message
QUIET_THEMES = {"praise", "other", UNCLEAR}  # say nothing that a provider could act on


@dataclass(frozen=True, slots=True)
class Published:
    """What the last published report tells of a provider's customers.

    Attributes:
        year: of the report.
        satisfied: (satisfied, answered).
        others: the same of all other providers together; None where it is not told.
        response: (answered, eligible).
        themes: titles of what many of them speak of.
        day: of which the share is, ISO 8601, where the report keeps what an earlier edition told; else empty.
    """

    year: int
    satisfied: Count
    others: Count | None
    response: Count
    themes: tuple[str, ...] = ()
    day: str = ""

    @property
    def period(self) -> str:
        """Return of when the share is, in words."""
        return f"Gäller {self.year}, per {self.day}." if self.day else f"Gäller {self.year}."


def published_of(report: QualityReport | None, provider: str) -> Published | None:
    """Return what ``report`` tells of a provider, by its ref; None where it tells nothing."""
    if report is None or not provider or provider not in {row.provider for row in report.indicators}:
        return None
    find = finder(report.indicators, report.year)
    own, unit = (find("satisfaction.overall", ref, Point.ALL) for ref in (provider, ""))
    response = find("response_rate", provider, Point.ALL)
    # A report of the first version told shares of fewer.
    if own.numerator is None or own.denominator is None or own.denominator < MIN_ANSWERS:
        return None
    others = others_of(own, unit)
    return Published(
        year=report.year,
        satisfied=(own.numerator, own.denominator),
        others=others if others and others[1] else None,
        response=(response.numerator or 0, response.denominator or 0),
        themes=tuple(
            THEMES[theme]
            for theme in report.themes_of_providers.get(provider, ())
            if theme in THEMES and theme not in QUIET_THEMES
        ),
        day=own.created_at[:10] if own.created_at != response.created_at else "",
    )


@dataclass(frozen=True, slots=True)
class Digest:
    """What a provider is told about a month.

    Attributes:
        unit: who writes, by its short name.
        month: its first day.
        lock_on: the day from which the provider can record nothing for it.
        due: enrolment-months that ask for a follow-up.
        done: those of them that have one.
        missing: the refs of the provider's own enrolments that have none.
        published: what is published of its customers; None where nothing is.
        overdue: deficiencies whose action plan is past its day.
    """

    unit: str
    month: date
    lock_on: date
    due: int
    done: int
    missing: tuple[str, ...]
    published: Published | None
    overdue: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether there is anything to tell; a provider without enrolments gets no digest."""
        return bool(self.due or self.published or self.overdue)


def sms(digest: Digest) -> str:
    """Return the digest as an SMS of one segment."""
    parts = [f"{digest.unit}: {month_name(digest.month)}.", _followups(digest), _satisfaction(digest)]
    optional = []
    if digest.overdue:
        optional.append(f"Försenad åtgärdsplan: {len(digest.overdue)}.")
    if digest.published is not None and digest.published.themes:
        optional.append(_themes(digest.published))
    for kept in range(len(optional), -1, -1):
        text = " ".join([*parts, *optional[:kept]])
        if count(text).parts == 1:
            return text
    return " ".join(parts[:2])


def telegram(digest: Digest) -> str:
    """Return the digest as a Telegram message."""
    return "\n".join(_lines(digest))


def _lines(digest: Digest) -> Iterator[str]:
    yield f"{digest.unit}: {month_name(digest.month)}"
    yield _followups(digest)
    if digest.missing:
        named = ", ".join(digest.missing[:LISTED])
        more = len(digest.missing) - LISTED
        yield f"Saknas: {named}{f' och {more} till' if more > 0 else ''}."
    satisfaction, told = _satisfaction(digest), digest.published
    if told is not None and told.others is not None:
        satisfaction += f" Övriga: {share_in_words(told.others)} %."
    if told is not None and told.response[1]:
        satisfaction += f" Svarsandel: {_percent(told.response)}."
    yield satisfaction
    if told is not None and told.themes:
        yield _themes(told)
    for deficiency in digest.overdue:
        yield f"Försenad åtgärdsplan: {deficiency}."
    yield f"Stämmer inte listan? Svara FEL så ses den över innan låsning {_day(digest.lock_on)}."


def _followups(digest: Digest) -> str:
    if not digest.due:
        return f"Ingen uppföljning väntas för {month_name(digest.month)}."
    text = f"Uppföljning {digest.done}/{digest.due} {'kund klar' if digest.due == 1 else 'kunder klara'}"
    left = digest.due - digest.done
    return f"{text}, {left} saknas före {_day(digest.lock_on)}." if left else f"{text}."


def _satisfaction(digest: Digest) -> str:
    told = digest.published
    if told is None:
        return "Nöjdhet: visas inte (färre än 10 svar, eller inget nytt att visa)."
    if band := band_of(*told.satisfied):
        return f"Nöjdhet 12 mån: {band.swedish} %. {told.period}"
    low, high = (whole(100 * limit) for limit in intervals.wilson(*told.satisfied))
    satisfied, answered = told.satisfied
    share = _percent(told.satisfied)
    return f"Nöjdhet 12 mån: {share} ({satisfied} av {answered} svar, {low}-{high}). {told.period}"


def _themes(told: Published) -> str:
    return f"Tema: {', '.join(title.lower() for title in told.themes)}."


def _percent(of: Count) -> str:
    return f"{whole(100 * of[0] / of[1])} %"


def _day(day: date) -> str:
    return f"{day.day}/{day.month}"
