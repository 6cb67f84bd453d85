"""`followup check` on the texts: it names what is missing, over budget or not reviewed."""

import shutil
from pathlib import Path

import pytest

from bot.cli.system.check import texts
from survey.packs.pack_files import PACKS


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    shutil.copytree(PACKS, tmp_path / "packs")
    return tmp_path / "packs"


def change(packs: Path, language: str, *changes: tuple[str, str]) -> None:
    path = packs / "languages" / f"{language}.toml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def lines(packs: Path, language: str, ok: bool) -> list[str]:
    return [finding.text for finding in texts(packs) if finding.ok is ok and finding.text.startswith(language)]


def test_no_language_is_reviewed_yet() -> None:
    found = texts()
    assert all(finding.ok for finding in found)
    unread = [finding.text for finding in found if "inte granskade av en modersmålstalare" in finding.text]
    assert len(unread) == 9
    assert lines(PACKS, "so", ok=True)[0].endswith(" meddelanden i GSM-7, högst 1 del var.")
    assert lines(PACKS, "uk", ok=True)[0].endswith(" meddelanden i UCS-2, högst 2 delar var.")


def test_a_typographic_character_is_named_once(packs: Path) -> None:
    change(packs, "sv", ("Svara 1-5, där 5 är mycket bra.", "Svara 1–5, där 5 är mycket bra."))
    assert lines(packs, "sv ", ok=False) == [
        "sv (Svenska): checkin.progress blir 1 del: tecknet – (U+2013) tvingar fram UCS-2."
    ]


def test_a_phrase_over_budget_is_named_once(packs: Path) -> None:
    change(packs, "fi", ('retry = "Emme ymmärtäneet. Lähetä numero."', 'retry = "En ymmärtänyt…"'))
    assert lines(packs, "fi", ok=False) == ["fi (Suomi): retry blir 1 del: tecknet … (U+2026) tvingar fram UCS-2."]


def test_a_question_too_long_by_prefix_names_both(packs: Path) -> None:
    change(packs, "en", ('"That button is old. ', '"That button is old, and belongs elsewhere. '))
    found = lines(packs, "en", ok=False)
    assert "en (English): start.overall.old_button blir 2 delar: för lång." not in found
    assert "en (English): end.reason.old_button blir 2 delar: för lång." in found


def test_another_alphabet_may_cost_two_parts(packs: Path) -> None:
    change(packs, "uk", ('"Добре, ще раз."', f'"{"Добре, ще раз. " * 3}"'))
    assert all("blir 3 delar: för lång." in line for line in lines(packs, "uk", ok=False))
    assert lines(packs, "uk", ok=False)


def test_what_is_missing_in_each_language_is_listed(packs: Path) -> None:
    change(packs, "ti", ("retry2 = ", "retry3 = "))
    change(packs, "so", ('comment = "Ma rabtaa', 'commentt = "Ma rabtaa'), ("[short]", "[sort]"))
    found = [finding.text for finding in texts(packs)]
    assert len(found) == 2
    assert "languages/so.toml" in found[0]
    assert "question.start.comment or question.shared.comment" in found[0]
    assert "short.overall" in found[0]
    assert found[1] == "languages/ti.toml: the text is missing for phrase.retry2."
    assert not any(finding.ok for finding in texts(packs))


def test_a_text_changed_after_review_is_named(packs: Path) -> None:
    change(packs, "fi", ("reviewed = false", "reviewed = true"), ("unread = []", 'unread = ["phrase.help"]'))
    assert lines(packs, "fi", ok=True)[1] == (
        "fi (Suomi): 1 text är inte granskad av en modersmålstalare: phrase.help."
    )
    change(packs, "fi", ('["phrase.help"]', "[]"))
    assert len(lines(packs, "fi", ok=True)) == 1
