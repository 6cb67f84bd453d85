"""Each dialogue in tests/transcripts goes as it is written there."""

from pathlib import Path

import pytest

from survey.packs.catalogue import load
from survey.transcript import replay

TRANSCRIPTS = sorted((Path(__file__).parents[2] / "transcripts").glob("*.txt"))
CATALOGUE = load()


def test_there_are_transcripts() -> None:
    assert len(TRANSCRIPTS) >= 10


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(path: Path) -> None:
    transcript = path.read_text(encoding="utf-8")
    assert replay(transcript, CATALOGUE) == transcript
