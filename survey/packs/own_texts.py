"""A unit's own texts, laid over the pack of a language: its own wording, and who has signed off which text.

A file of the folder that FOLLOWUP_TEXTS names, ``languages/<code>.toml``, has two tables::

    [texts]
    "phrase.help" = "..."

    [signed."phrase.help"]
    text = "..."
    by = "Aino Virtanen"
    on = 2026-11-28

A sign-off holds for the text that was signed: when the text changes, here or in the pack, nobody has read it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from survey.errors import PackError
from survey.packs.pack_files import LANGUAGES, LanguageFile, check_told, composed, read_toml


@dataclass(frozen=True, slots=True)
class SignOff:
    """A native speaker's word that a text is right.

    Attributes:
        text: as it was read.
        by: who read it.
        on: when.
    """

    text: str
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class OwnTexts:
    """What a unit has changed and signed off in one language, by the texts' names."""

    texts: Mapping[str, str] = field(default_factory=dict)
    signed: Mapping[str, SignOff] = field(default_factory=dict)


NONE = OwnTexts()


def path_of(folder: Path, language: str) -> Path:
    """Return where a unit's own texts of a language are kept."""
    return folder / LANGUAGES / f"{language}.toml"


def read_folder(folder: Path | None) -> dict[str, OwnTexts]:
    """Return a unit's own texts by language; None, or a folder without any, has none.

    Raises:
        PackError: the folder does not exist, or a file in it is wrong; the message names it.
    """
    if folder is None:
        return {}
    if not folder.is_dir():
        raise PackError(f"FOLLOWUP_TEXTS: mappen {folder} finns inte.")
    return {path.stem: read(path) for path in sorted((folder / LANGUAGES).glob("*.toml"))}


def read(path: Path) -> OwnTexts:
    """Read one file of own texts.

    Raises:
        PackError: it is wrong; the message names the file and the text.
    """
    data = read_toml(path)
    texts, signed = data.pop("texts", {}), data.pop("signed", {})
    if data:
        raise PackError(f"{path}: there is no table {next(iter(data))}; there are texts and signed.")
    for name, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            raise PackError(f"{path}: texts.{name} must be a text that is not empty.")
    return OwnTexts(
        {name: composed(text) for name, text in texts.items()},
        {name: _sign_off(path, name, each) for name, each in signed.items()},
    )


def _sign_off(path: Path, name: str, data: Any) -> SignOff:
    wanted = {"text": str, "by": str, "on": date}
    if not isinstance(data, dict) or set(data) != set(wanted):
        raise PackError(f"{path}: signed.{name} must have text, by and on.")
    for key, type_ in wanted.items():
        if not isinstance(data[key], type_):
            raise PackError(f"{path}: signed.{name}.{key} is no {type_.__name__}.")
    return SignOff(data["text"], data["by"], data["on"])


def lay_over(file: LanguageFile, own: OwnTexts) -> LanguageFile:
    """Return a language with a unit's own texts in it. A text is unread until it is signed off as it now stands.

    Raises:
        PackError: it names a text that nothing asks for.
    """
    where = f"{LANGUAGES}/{file.code}.toml"
    unknown = sorted({*own.texts, *own.signed} - set(file.texts))
    if unknown:
        raise PackError(f"{where} in FOLLOWUP_TEXTS: nothing asks for {', '.join(unknown)}.")
    texts = {**file.texts, **own.texts}
    check_told(texts, f"{where} in FOLLOWUP_TEXTS")
    changed = {name for name, text in own.texts.items() if text != file.texts[name]}
    signed = {name for name, each in own.signed.items() if each.text == texts[name]}
    unread = tuple(name for name in texts if name in changed.union(file.unread) - signed)
    return replace(file, texts=texts, unread=unread)


def to_toml(own: OwnTexts, title: str) -> str:
    """Return the file of a language's own texts, with ``title`` as its first line."""
    lines = [f"# {title}", ""]
    if own.texts:
        lines += ["[texts]", *(f"{_quoted(name)} = {_quoted(text)}" for name, text in own.texts.items()), ""]
    for name, each in own.signed.items():
        lines += [f"[signed.{_quoted(name)}]", f"text = {_quoted(each.text)}", f"by = {_quoted(each.by)}"]
        lines += [f"on = {each.on.isoformat()}", ""]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")  # a basic string of TOML, but for DEL
