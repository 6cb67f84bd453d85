"""Sections 6 to 8: word how enrolments ended, what case mix lets expect, and who changed or dropped out. Pure."""

from collections.abc import Mapping, Sequence

from reporting.document.swedish import count, decimal, of, printed_name, two_decimals, whole
from reporting.figures.case_mix import Expectation
from reporting.figures.indicators import Find, Indicator
from reporting.report.sentences.goals import target_sentence
from reporting.report.tables.outcomes import Changes


def outcome_sentence(find: Find) -> str:
    """Tell both outcomes, always together, with how many endings were excluded; empty when they are not shown."""
    every, kept = find("outcome.all_endings"), find("outcome.after_exclusions")
    if every.value is None or kept.value is None or every.denominator is None or kept.denominator is None:
        return ""
    excluded = ""
    if every.created_at == kept.created_at:
        excluded = f" av {count(every.denominator - kept.denominator)} avslut"
    return (
        f"Av {count(every.denominator)} avslut ledde {count(every.numerator or 0)} till egen försörjning "
        f"({whole(every.value)} procent). Efter undantag{excluded} är det "
        f"{count(kept.numerator or 0)} av {count(kept.denominator)} ({whole(kept.value)} procent)."
    )


def youth_sentence(told: Sequence[Indicator]) -> str:
    """Tell the young people's outcome in both ways, and whether the goal is reached; empty where it is hidden."""
    if not told or any(row.value is None for row in told):
        return ""
    every, closed = told
    first = (
        f"{count(every.numerator or 0)} av {count(every.denominator or 0)} unga gick vidare till arbete, studier "
        f"eller eget företag ({whole(every.value or 0)} procent)."
    )
    ended = count(closed.denominator or 0)
    last = f"Av de {ended} vars insats är avslutad är andelen {whole(closed.value or 0)} procent."
    return " ".join(part for part in (first, target_sentence(every, every.target), last) if part)


def expectation_sentences(expectations: Sequence[Expectation], names: Mapping[str, str]) -> tuple[str, ...]:
    """Tell each provider whose outcome is not as expected; ``names`` are the providers' by ref."""
    sentences = (
        expectation_sentence(printed_name(names.get(each.provider, "")) or each.provider, each)
        for each in expectations
    )
    return tuple(sentence for sentence in sentences if sentence)


def expectation_sentence(name: str, each: Expectation) -> str:
    """Tell a provider's outcome beside the expected one; empty where the 95 % interval holds 1.

    A conclusion needs the 99.8 % interval, as everywhere in the report.
    """
    if each.ratio is None or each.low is None or each.high is None or each.low <= 1 <= each.high:
        return ""
    figures = f"(O/E {two_decimals(each.ratio)}, {count(each.observed or 0)} mot {decimal(each.expected or 0)})"
    if not each.clear:
        return f"{name} kan avvika från det väntade {figures}. Det följs upp; ingen slutsats dras."
    side = "färre" if each.high < 1 else "fler"
    return f"Hos {name} nådde {side} egen försörjning än väntat för kundernas svårighetsgrad {figures}."


def changes_sentence(changes: Changes) -> str:
    """Tell how many changed provider, and how many dropped out where that may be told."""
    text = f"{of(changes.changed_provider, 'kund', 'kunder')} bytte anordnare"
    if changes.dropped_out is not None:
        text += f" och {of(changes.dropped_out, 'kund', 'kunder')} avbröt insatsen"
    return text + "."
