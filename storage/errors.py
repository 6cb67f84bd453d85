"""The errors of storage, as a tree. The root, and what the exit codes mean: survey/errors.py.

    FollowupError
    ├── InputError                 exit code 2
    │   ├── RegisterError          whoever wrote a register file; storage/register/importer.py
    │   ├── Refused                whoever records a follow-up; storage/followups/recording.py
    │   ├── CaseRefused            the staff member who handles a case
    │   ├── SupervisionError       the staff member who decides about supervision
    │   └── BackupRefused          whoever names the copy's place
    └── OperationError             exit code 1
        ├── DatabaseError          the database is not there, not current, or in use
        ├── StorageFailure         the database could not be written now; the sender tries again
        ├── BackupError            the copy could not be made, or is not whole
        └── Damaged                a published report is not what was published

Errors that never leave this room stay where they are raised: Unreadable (storage/register/cells.py), Taken
(storage/figures/snapshots.py).
"""

from survey.codes import CaseRefusal
from survey.errors import InputError, OperationError


class CaseRefused(InputError):
    """A case cannot be taken or closed as asked. Nothing was changed; bot/wording.py has the sentence.

    Attributes:
        code: why.
        id: the case's number.
    """

    def __init__(self, code: CaseRefusal, id_: int) -> None:
        super().__init__(f"case {id_}: {code}")
        self.code = code
        self.id = id_


class SupervisionError(InputError):
    """The decision cannot be taken; one sentence says why."""


class BackupRefused(InputError):
    """No copy can be made there, or of this database; the message says why."""


class DatabaseError(OperationError):
    """The database cannot be used; the message says what to do."""


class StorageFailure(OperationError):
    """The database could not be written; nothing was lost, the sender must try again."""


class BackupError(OperationError):
    """No copy was made, and what was there is as it was; the message says why in one sentence."""


class Damaged(OperationError):
    """A published report is not what was published."""
