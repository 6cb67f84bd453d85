"""No sentence of the report ranks providers or claims a cause."""

from collections.abc import Iterable, Iterator

from reporting.document.blocks import Bars, Document, Funnel, Paragraph
from reporting.figures.case_mix import Expectation
from reporting.figures.themes import ThemeRow
from reporting.providers.dialogue_pack import dialogue
from reporting.report.background import Background
from reporting.report.sections import document
from storage.figures.year_values import Volumes, Youth
from tests.support.disclosure.cubes import of_answers, report_of


def test_no_sentence_ranks_or_claims_a_cause() -> None:
    answers = {f"P{n}": {"start": (n, 12), "end": (40, 60)} for n in range(13)}
    cube = of_answers(answers)
    cube.endings.update({(ref, reason): 10 for ref in answers for reason in ("work", "moved", "other")})
    beside = Background(
        volumes=Volumes(130, 140, 70, 30, dict.fromkeys(answers, 10)),
        youth=Youth(40, {"work": 20, "other": 10}),
        expectations=(Expectation("P3", 30.0, 14, 20.0, 0.7, 0.4, 0.99, clear=True),),
        change_reasons=(ThemeRow("1", "Fick inte rätt hjälp", 9, 3, "ok"),),
    )
    report = report_of(cube, beside)
    documents = [document(report), *(dialogue(report, ref) for ref in answers)]
    texts = [*_texts(documents), *report.summary_sentences]
    assert any("tydligt lägre" in text for text in texts)
    said = " ".join(texts).lower()
    for word in ("bäst", "sämst", "beror på", "eftersom", "tack vare", "på grund av"):
        assert word not in said


def _texts(documents: Iterable[Document]) -> Iterator[str]:
    for made in documents:
        for section in made.sections:
            for block in section.blocks:
                if isinstance(block, Paragraph):
                    yield block.text
                if isinstance(block, Bars | Funnel):
                    yield block.alt
