"""Which errors are one sentence for a person, and their exit codes: 2 for bad input, 1 for failure."""


def exit_code(error: Exception) -> int | None:
    """The exit code of an error that a person can act on; None for a fault of ours."""
    from bot.settings import SettingsError
    from reporting.comments.workbook import ThemesRefused
    from reporting.publishing.publish import PublishError
    from scheduler.rules_file import RulesError
    from storage.cases.handling import CaseRefused
    from storage.database.backup import BackupError, BackupRefused
    from storage.database.engine import DatabaseError, StorageFailure
    from storage.figures.snapshots import Damaged
    from storage.register.importer import RegisterError
    from storage.supervision.watch import SupervisionError
    from survey.errors import PackError

    bad = (
        SettingsError,
        RulesError,
        BackupRefused,
        RegisterError,
        BadInput,
        CaseRefused,
        PackError,
        PublishError,
        ThemesRefused,
        SupervisionError,
    )
    if isinstance(error, bad):
        return 2
    if isinstance(error, DatabaseError | StorageFailure | BackupError | Damaged | OSError):
        return 1
    return None


class BadInput(Exception):
    """An argument that a command cannot use; the message is one sentence."""
