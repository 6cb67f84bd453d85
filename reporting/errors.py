"""The errors of reporting, as a tree. The root, and what the exit codes mean: survey/errors.py.

FollowupError
├── InputError                   exit code 2
│   ├── PublishError             whoever publishes: the year is published already, or cannot be revised
│   ├── ThemesRefused            whoever coded the comments: a workbook that cannot be taken in
│   └── NoDialogue               whoever asked for a pack that may not be made
└── OperationError               exit code 1
    └── PublicationUnreadable    whoever runs the service: another version of the program published the report
"""

from collections.abc import Sequence
from enum import StrEnum

from storage.errors import Problem
from survey.errors import InputError, OperationError


class ThemeCode(StrEnum):
    """Why a workbook of coded comments, or a row of it, was refused; bot/wording.py has the words."""

    NO_SHEET = "no_sheet"
    NO_NUMBER = "no_number"
    COMMENT_TWICE = "comment_twice"
    UNKNOWN_COMMENT = "unknown_comment"
    UNKNOWN_THEME = "unknown_theme"
    UNCLEAR_WITH_OTHERS = "unclear_with_others"


class PublishError(InputError):
    """The report cannot be published as asked; the message says what to do."""


class PublicationUnreadable(OperationError):
    """A published report cannot be read by this version of the program; the message names the year."""


class ThemesRefused(InputError):
    """The workbook was refused and nothing was saved; ``problems`` names every refused row."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class NoDialogue(InputError):
    """No pack is made for this provider; the message says why."""
