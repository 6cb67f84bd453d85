"""Section 1: word the year's main figures, each with its goal and the figure of the year before. Pure."""

from reporting.figures.indicators import MEAN_OF_PROVIDERS, Find
from reporting.figures.previous_year import Earliers
from reporting.report.sentences.followups import on_time_sentence
from reporting.report.sentences.goals import earlier_sentence, target_sentence
from reporting.report.sentences.outcomes import outcome_sentence
from reporting.report.sentences.satisfaction import mean_sentence, satisfied_sentence
from survey.codes import Point


def summary_sentences(find: Find, earlier: Earliers) -> tuple[str, ...]:
    """Tell satisfaction at both points, never blended, then follow-ups and the outcome; those that are shown."""
    found = []
    for point in (Point.START, Point.END):
        row = find("satisfaction.overall", "", point)
        found.append(
            _told(
                point.swedish,
                satisfied_sentence(row),
                target_sentence(row, row.target),
                mean_sentence(row, find(MEAN_OF_PROVIDERS, "", point)),
                earlier_sentence(row, earlier("satisfaction.overall", point)),
            )
        )
    for lead, id_, sentence in (
        ("Månadsuppföljning", "followup.compliance", on_time_sentence(find("followup.compliance"))),
        ("Egen försörjning", "outcome.after_exclusions", outcome_sentence(find)),
    ):
        row = find(id_)
        goal, before = target_sentence(row, row.target), earlier_sentence(row, earlier(id_, ""))
        found.append(_told(lead, sentence, goal, before))
    return tuple(text for text in found if text)


def _told(lead: str, sentence: str, *more: str) -> str:
    """Return the sentences after their lead; none of them when the figure of the first is not shown."""
    return f"{lead}: " + " ".join(filter(None, (sentence, *more))) if sentence else ""
