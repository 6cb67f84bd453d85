"""A unit's own texts, laid over the packs: what they change, and what a sign-off is worth."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.errors import PackError
from survey.packs import own_texts
from survey.packs.catalogue import load
from survey.packs.own_texts import OwnTexts, SignOff, lay_over, read, read_folder, to_toml
from survey.packs.pack_files import LANGUAGES, PACKS, read_language, read_surveys

PACK = read_language(PACKS / LANGUAGES / "fi.toml", read_surveys(PACKS))
READ = date(2026, 11, 28)


def signed(text: str) -> SignOff:
    return SignOff(text, "Aino Virtanen", READ)


def test_an_own_wording_is_what_customers_read() -> None:
    catalogue = load(own={"fi": OwnTexts({"phrase.retry": "En ihan ymmärtänyt."})})
    assert catalogue.phrases["retry"]["fi"] == "En ihan ymmärtänyt."
    assert catalogue.phrases["retry"]["sv"] != catalogue.phrases["retry"]["fi"]


@pytest.mark.parametrize(
    ("own", "is_read"),
    [
        (OwnTexts(), False),  # the pack of Finnish is read by nobody
        (OwnTexts({}, {"phrase.retry": signed(PACK.texts["phrase.retry"])}), True),
        (OwnTexts({}, {"phrase.retry": signed("Toinen teksti.")}), False),  # the pack has changed since
        (OwnTexts({"phrase.retry": "Uusi."}, {"phrase.retry": signed("Uusi.")}), True),
        (OwnTexts({"phrase.retry": "Uusi."}, {"phrase.retry": signed(PACK.texts["phrase.retry"])}), False),
    ],
)
def test_a_sign_off_holds_for_its_text(own: OwnTexts, is_read: bool) -> None:
    assert ("phrase.retry" not in lay_over(PACK, own).unread) is is_read


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[texts\n", "cannot be read"),
        ("[words]\nyes = 'ja'\n", "there is no table words"),
        ("[texts]\n'phrase.help' = ' '\n", "texts.phrase.help must be a text"),
        ("[texts]\n'phrase.help' = 4\n", "texts.phrase.help must be a text"),
        ("[signed.'phrase.help']\ntext = 'a'\nby = 'b'\n", "signed.phrase.help must have text, by and on"),
        ("[signed.'phrase.help']\ntext = 'a'\nby = 'b'\non = 'i dag'\n", "signed.phrase.help.on is no date"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "fi.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PackError, match=told):
        read(path)


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"fi": OwnTexts({"phrase.nothing": "Hei"})}, r"nothing asks for phrase\.nothing"),
        ({"fi": OwnTexts({"phrase.opening_born": "Hei"})}, r"phrase\.opening_born must have \{\} in it, once"),
        ({"xx": OwnTexts({"phrase.help": "Hei"})}, "there is no such language"),
    ],
)
def test_texts_that_do_not_fit_are_refused(own: dict[str, OwnTexts], told: str) -> None:
    with pytest.raises(PackError, match=told):
        load(own=own)


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="finns inte"):
        read_folder(tmp_path / "none")


@given(st.text(min_size=1).map(str.strip).filter(bool), st.text())
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, text: str, by: str) -> None:
    own = OwnTexts({"phrase.help": text}, {"phrase.help": SignOff(text, by, READ)})
    path = tmp_path_factory.mktemp("own") / "fi.toml"
    path.write_bytes(to_toml(own, "Suomi").encode("utf-8", "surrogatepass"))
    assert own_texts.read(path).signed == own.signed
