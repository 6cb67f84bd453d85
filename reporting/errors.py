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

from survey.errors import InputError, OperationError


class PublishError(InputError):
    """The report cannot be published as asked; the message says what to do."""


class PublicationUnreadable(OperationError):
    """A published report cannot be read by this version of the program; the message names the year."""


class ThemesRefused(InputError):
    """The workbook was refused; nothing was saved. The message names every refused row.

    Attributes:
        problems: one for each refused row, each a sentence as text.
    """

    def __init__(self, problems: Sequence[object]) -> None:
        self.problems = tuple(problems)
        lines = [f"Inget sparades: {len(self.problems)} fel i filen.", *map(str, self.problems)]
        super().__init__("\n".join(lines))


class NoDialogue(InputError):
    """No pack is made for this provider; the message says why."""
