"""The root of every error that a person can act on. Each room draws its own tree in its ``errors.py``.

    FollowupError                  one sentence: what is wrong, where, and what to do
    ├── InputError                 whoever called it: a file, an argument, a setting. Exit code 2
    │   ├── PackError              a survey or language file
    │   └── UnitError              unit.toml, the unit's profile
    └── OperationError             the machine: a disk, a database, a far end. Exit code 1

What is no FollowupError is a fault of ours, and is shown with its traceback.
"""


class FollowupError(Exception):
    """Something went wrong that a person can act on; the message is one sentence."""

    exit_code = 1


class InputError(FollowupError):
    """What was handed in cannot be used. Nothing was changed."""

    exit_code = 2


class OperationError(FollowupError):
    """What was asked for was right, and could not be done. Nothing is lost."""


class PackError(InputError):
    """A pack is wrong; the message names file, question and language and says what to do."""


class UnitError(InputError):
    """The unit's profile is wrong; the message has a line for each fault, and names file and key."""
