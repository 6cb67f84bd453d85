"""The errors of this room as a tree, and the exit code of any error. The root: survey/errors.py.

    FollowupError
    ├── InputError                 exit code 2
    │   ├── SettingsError          whoever runs the service: a setting is missing or wrong
    │   └── BadInput               whoever gave a command its arguments, or used the simulator's page
    └── OperationError             exit code 1
        └── EmulatorError          the service under trial refused a webhook; bot/simulator/emulator/vendor.py

One error never leaves this room: TooLarge (bot/web/uploads.py).

The other rooms draw theirs in scheduler/errors.py, reporting/errors.py, storage/errors.py and survey/errors.py.
"""

from survey.errors import FollowupError, InputError, OperationError


class SettingsError(InputError):
    """A setting is missing or wrong; the message is one sentence that names it."""


class BadInput(InputError):
    """An argument that a command cannot use; the message is one sentence."""


def exit_code(error: Exception) -> int | None:
    """Return the exit code of an error that a person can act on, and None for a fault of ours."""
    if isinstance(error, FollowupError):
        return error.exit_code
    # The disk is full, the port is taken, a file may not be read: the operating system's own sentence says it.
    return OperationError.exit_code if isinstance(error, OSError) else None
