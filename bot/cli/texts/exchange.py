"""`followup texts`: a language's texts out to a workbook in which a person reads them, and back in."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.cli.arguments import files_of
from bot.cli.texts import workbook
from bot.errors import BadInput
from bot.reports import write
from bot.settings import Settings
from bot.settings import load as load_settings
from bot.texts import every_language
from survey.packs import budgets, own_texts
from survey.packs.catalogue import FALLBACK, load, read_languages
from survey.packs.own_texts import OwnTexts
from survey.packs.pack_files import PACKS, LanguageFile, read_surveys


def export(languages: Sequence[str], out: Path) -> list[str]:
    """Write the workbook of each of ``languages`` (none: of all) into the folder ``out``; return a line for each.

    Raises:
        BadInput: there is no such language.
        PackError, UnitError: the texts cannot be used.
    """
    settings = load_settings()
    own = _own(settings)
    files = _files(own)
    for language in languages:
        if language not in files:
            raise BadInput(f"Språket {language!r} finns inte: välj bland {', '.join(files)}.")
    said = []
    for code in languages or files:
        rows = workbook.rows(files[code], files[FALLBACK], own.get(code, own_texts.NONE), settings.unit)
        path = out / f"texter-{code}.xlsx"
        write(path, workbook.write(rows, files[code]))
        unread = len(files[code].unread)
        said.append(f"{path}: {len(rows)} texter, {unread or 'inga'} att granska.")
    return said


def import_(paths: Sequence[Path], dry_run: bool, now: datetime) -> list[str]:
    """Keep what the workbooks say in the folder of the unit's own texts, all of them or nothing.

    Returns:
        A line for each language.

    Raises:
        BadInput: a row is refused; there is a line for each. Or FOLLOWUP_TEXTS is missing.
        PackError, UnitError: the texts cannot be used.
    """
    settings = load_settings()
    if settings.texts is None:
        raise BadInput("FOLLOWUP_TEXTS saknas: ange mappen där enhetens egna texter ska ligga.")
    own = _own(settings)
    packs, exported = _files({}), _files(own)
    today = now.astimezone(settings.zone).date()
    read: dict[str, workbook.Sheet] = {}
    wrong: list[str] = []
    for path in files_of(paths):
        sheet = workbook.read(path, packs, exported, own, today)
        wrong += sheet.wrong
        if sheet.language in read:
            wrong.append(f"{path.name}: språket {sheet.language} finns i två av filerna.")
        read[sheet.language] = sheet
    if not wrong:
        wrong = _over_budget(settings, own, {code: sheet.own for code, sheet in read.items()})
    if wrong:
        raise BadInput("\n".join((f"Inget sparades: {len(wrong)} fel i filerna.", *wrong)))
    if not dry_run:
        _keep(settings.texts, packs, {code: sheet.own for code, sheet in read.items()})
    said = []
    for code, sheet in read.items():
        left = len(own_texts.lay_over(packs[code], sheet.own).unread)
        changed = len(sheet.own.texts)
        said.append(
            f"{code}: {changed} {'egen text' if changed == 1 else 'egna texter'}, "
            f"{len(sheet.own.signed)} granskade, {left or 'inga'} att granska."
        )
    return [*said, "Inget sparades: det var en provkörning."] if dry_run else said


def check() -> tuple[list[str], bool]:
    """Return a line for each language, and whether all texts are within their budget.

    Raises:
        PackError, UnitError: the texts cannot be used.
    """
    catalogue = every_language(load_settings())
    said, all_right = [], True
    for language in catalogue.languages:
        over = budgets.over_budget(catalogue, language)
        said += [f"FEL   {language}: {each.text} {budgets.reason(each)}" for each in over]
        all_right = all_right and not over
        unread = len(catalogue.unread[language])
        waits = f"OBS   {language}: {unread} texter är inte granskade av en modersmålstalare."
        said.append(waits if unread else f"ok    {language}: alla texter är granskade.")
    return said, all_right


def _own(settings: Settings) -> dict[str, OwnTexts]:
    """Return the unit's own texts. Their folder is made by the first import."""
    is_there = settings.texts is not None and settings.texts.exists()
    return own_texts.read_folder(settings.texts if is_there else None)


def _keep(folder: Path, packs: dict[str, LanguageFile], own: dict[str, OwnTexts]) -> None:
    """Write the files of all languages before the first of them takes the place of an older one."""
    written = []
    for code, texts in own.items():
        path = own_texts.path_of(folder, code)
        title = f"{packs[code].name}: texts laid over the pack. Written by `followup texts import`."
        new = write(path.with_suffix(".new"), own_texts.to_toml(texts, title).encode())
        written.append((new, path))
    for new, path in written:
        new.replace(path)


def _files(own: dict[str, OwnTexts]) -> dict[str, LanguageFile]:
    return {file.code: file for file in read_languages(read_surveys(PACKS), own=own)}


def _over_budget(settings: Settings, before: dict[str, OwnTexts], after: dict[str, OwnTexts]) -> list[str]:
    """Return what is too long with the unit's name in it, of the languages that are changed."""
    catalogue = load(unit=settings.unit, own={**before, **after})
    return [
        f"{language}: {each.text} {budgets.reason(each)}"
        for language in after
        for each in budgets.over_budget(catalogue, language)
    ]
