"""`followup talk`: a survey in the terminal, what each message costs, and a transcript that can be played again."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli.main import app
from bot.errors import BadInput, exit_code
from survey.packs.catalogue import load
from survey.transcript import replay

CATALOGUE = load()
DISSATISFIED = ("2", "ganska bra", "3", "1", "4", "De lovade praktik", "ja")


def _talk(*args: str, said: tuple[str, ...] = ()) -> Result:
    return CliRunner().invoke(app, ["talk", *args], input="".join(f"{line}\n" for line in said))


def test_a_survey_is_played_with_its_costs() -> None:
    result = _talk("start", said=DISSATISFIED)
    assert result.exit_code == 0
    assert "Nacka kommun undrar hur du har det." in result.output
    assert "Vi förstod inte." in result.output
    assert "sparat: overall = 2" in result.output
    assert "sparat: comment = De lovade praktik" in result.output
    assert "ärende: contact" in result.output
    assert "avslutat: completed" in result.output
    assert result.output.count("GSM-7, 1 del, 0,65 kr") == 8  # seven questions, one of them twice
    assert "Enkäten kostade omkring 8 delar, 5,20 kr." in result.output


@pytest.mark.parametrize("language", CATALOGUE.languages)
@pytest.mark.parametrize("survey", CATALOGUE.surveys)
def test_a_saved_transcript_plays_again_word_for_word(survey: str, language: str, tmp_path: Path) -> None:
    path = tmp_path / "samtal.txt"
    said = ("2", "?", "(photo)", *DISSATISFIED, "0", "1")
    result = _talk(survey, "--lang", language, "--transcript", str(path), said=said)
    assert result.exit_code == 0
    saved = path.read_text(encoding="utf-8")
    assert saved.startswith(f"survey {survey} {language}\n> ")
    assert "! Finish(outcome='completed')" in saved
    assert replay(saved, CATALOGUE) == saved


def test_an_unfinished_dialogue_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "samtal.txt"
    result = _talk("start", "--transcript", str(path), said=("4", "(tap treatment", "(tap treatment 5)"))
    assert "Samtalet är inte avslutat." in result.output
    saved = path.read_text(encoding="utf-8")
    assert "< (tap treatment\n> " in saved  # words, and not understood
    assert "< (tap treatment 5)\n! treatment = 5\n" in saved
    assert replay(saved, CATALOGUE) == saved


def test_telegram_has_no_price() -> None:
    result = _talk("checkin", "--channel", "telegram", said=("1", "4", "0"))
    assert result.exit_code == 0
    assert " kr" not in result.output.replace("kommun", "")


def test_another_alphabet_is_counted_as_such() -> None:
    result = _talk("start", "--lang", "ar", said=("STOP",))
    assert "UCS-2, 2 delar, 1,30 kr" in result.output
    assert "inga fler meddelanden" in result.output
    assert "avslutat: opted_out" in result.output


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("slut",), "Enkäten 'slut' finns inte: välj checkin, end, start."),
        (("start", "--lang", "xx"), "Språket 'xx' finns inte: välj "),
        (("start", "--channel", "brev"), "Kanalen 'brev' finns inte: välj sms eller telegram."),
        (("checkin", "--from", "overall"), "Frågan 'overall' finns inte i enkäten: välj followup_held, progress"),
        (("start", "--script", "saknas.txt"), "Filen saknas.txt kan inte läsas: "),
    ],
)
def test_what_does_not_exist_is_bad_input(args: tuple[str, ...], sentence: str) -> None:
    result = _talk(*args)
    assert isinstance(result.exception, BadInput)
    assert exit_code(result.exception) == 2
    assert str(result.exception).startswith(sentence)


def test_an_unwritable_transcript_is_refused_at_once(tmp_path: Path) -> None:
    result = _talk("start", "--transcript", str(tmp_path / "ingen mapp" / "samtal.txt"), said=DISSATISFIED)
    assert isinstance(result.exception, OSError)
    assert exit_code(result.exception) == 1
    assert result.output == ""


def _lines(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


def test_a_script_gives_one_object_per_line(tmp_path: Path) -> None:
    script = tmp_path / "rader.txt"
    script.write_text("kanske\n4\nSTOPP\nhjälp\n", encoding="utf-8")
    result = _talk("start", "--script", str(script), "--json", "--from", "usefulness")
    assert result.exit_code == 0
    unclear, rated, stopped, after = _lines(result.output)
    assert [list(each) for each in (unclear, rated)] == [["in", "question", "effects", "say", "open"]] * 2
    assert (rated["in"], rated["question"], rated["open"]) == ("4", "usefulness", "comment")
    record = {"type": "Record", "question": "usefulness", "value": 4, "text": None, "skipped": False}
    assert rated["effects"][0] == record  # type: ignore[index]
    assert rated["say"] == "Vill du säga något mer? Skriv det här, eller svara 0."
    assert (unclear["question"], unclear["open"]) == ("usefulness", "usefulness")
    assert [each["type"] for each in stopped["effects"]] == ["OptOut", "Say", "Finish"]  # type: ignore[attr-defined]
    assert stopped["open"] is None
    assert (after["question"], after["open"]) == (None, None)
    assert "08-718 80 00" in str(after["say"])


def test_any_question_can_be_the_first(tmp_path: Path) -> None:
    script = tmp_path / "rader.txt"
    script.write_text("1\n", encoding="utf-8")
    for survey in CATALOGUE.surveys.values():
        for question in survey.questions:
            result = _talk(survey.id, "--script", str(script), "--json", "--from", question.id)
            (said,) = _lines(result.output)
            assert said["question"] == question.id
            assert said["effects"][0]["question"] == question.id  # type: ignore[index]


def test_standard_input_is_a_script_for_json() -> None:
    result = _talk("checkin", "--json", said=("ja\\nMvh Anna", "3"))
    assert [each["open"] for each in _lines(result.output)] == ["progress", "comment"]


def test_a_script_is_played_for_people_too(tmp_path: Path) -> None:
    script = tmp_path / "rader.txt"
    script.write_text("\ufeff1\r\n4\r\n0\r\ntack\r\n", encoding="utf-8")
    transcript = tmp_path / "samtal.txt"
    result = _talk("checkin", "--script", str(script), "--from", "progress", "--transcript", str(transcript))
    assert "> 4\n" in result.output
    assert "avslutat: completed" in result.output
    saved = transcript.read_text(encoding="utf-8")
    assert saved.startswith("survey checkin sv progress\n> ")
    assert replay(saved, CATALOGUE) == saved
