"""The rules in force for contacting customers: the rules file, with the send window that a setting may replace."""

from bot.errors import SettingsError
from bot.settings import Settings
from scheduler.planning.hours import SendWindow
from scheduler.planning.rules import Rules
from scheduler.planning.rules_file import load


def contact_rules(settings: Settings) -> tuple[Rules, SendWindow]:
    """Return the rules, and the hours in which messages may be sent.

    Raises:
        RulesError: the rules file cannot be used.
        SettingsError: FOLLOWUP_SEND_WINDOW is not a window.
    """
    rules, window = load(settings.rules, settings.zone)
    if settings.send_window:
        try:
            window = SendWindow.parse(settings.send_window, settings.zone)
        except ValueError as error:
            raise SettingsError(f"FOLLOWUP_SEND_WINDOW: {error}") from error
    return rules, window
