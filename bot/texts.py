"""The texts in force: the packs, the unit's own texts laid over them, and which languages may be used."""

from bot.errors import SettingsError
from bot.settings import Settings
from survey.packs import own_texts
from survey.packs.catalogue import FALLBACK, Catalogue, load
from survey.unit.profile import UnitProfile

READ_THEM = (
    "Låt någon som har språket som modersmål läsa dem (followup texts export), "
    'eller skriv unread_languages = "allow" i unit.toml.'
)


def every_language(settings: Settings) -> Catalogue:
    """Return the texts of all languages, read by a native speaker or not.

    Raises:
        PackError, UnitError: the texts cannot be used.
    """
    return load(unit=settings.unit, own=own_texts.read_folder(settings.texts))


def in_force(settings: Settings) -> Catalogue:
    """Return the texts that customers get. A customer of a refused language gets those of FALLBACK.

    Raises:
        PackError, UnitError: the texts cannot be used.
    """
    catalogue = every_language(settings)
    return catalogue.offering(set(catalogue.languages) - {*refused(catalogue, settings.unit)} | {FALLBACK})


def refused(catalogue: Catalogue, unit: UnitProfile) -> tuple[str, ...]:
    """Return the languages that the unit does not use, because nobody has signed off all their texts."""
    if unit.unread_languages == "allow" or unit.is_example:
        return ()
    return tuple(language for language in catalogue.languages if catalogue.unread[language])


def check_read(settings: Settings) -> tuple[str, ...]:
    """Return the languages that the service runs without.

    Raises:
        SettingsError: it cannot run, because FALLBACK is one of them.
        PackError, UnitError: the texts cannot be used.
    """
    catalogue = every_language(settings)
    without = refused(catalogue, settings.unit)
    if FALLBACK in without:
        raise SettingsError(
            f"{len(catalogue.unread[FALLBACK])} texter på {catalogue.names[FALLBACK].lower()} är inte granskade, "
            f"och utan svenska kan tjänsten inte startas. {READ_THEM}"
        )
    return without
