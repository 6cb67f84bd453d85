"""The errors of storage, as a tree. The root, and what the exit codes mean: survey/errors.py.

    FollowupError
    ├── StorageError               one code with its values: also a base of every error below that is marked *
    ├── InputError                 exit code 2: nothing was changed
    │   ├── RegisterError          whoever wrote a register file: a Problem for each refused row
    │   ├── RecordingRefused       whoever records a follow-up: a Refusal for each entry
    │   ├── CaseRefused *          the staff member who handles a case
    │   ├── SupervisionError *     the staff member who decides about supervision
    │   ├── BackupRefused *        whoever names the copy's place
    │   └── RevisionTaken *        whoever publishes at the same time as somebody else
    └── OperationError             exit code 1: nothing was lost
        ├── DatabaseError *        the database is not there, not current, or in use
        ├── StorageFailure         the database could not be written now; the sender tries again
        ├── BackupError *          the copy could not be made, or is not whole
        └── Damaged *              a published report is not what was published

What is wrong is said by a code and by plain values; bot/wording.py makes the sentence. ``str`` of an error is for
logs and tracebacks alone. One error never leaves this room: Unreadable (storage/register/files/tables.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as with_default
from datetime import date
from enum import StrEnum

from survey.errors import FollowupError, InputError, OperationError

# What a code is about. A tuple is a closed list of which one value was expected.
Value = str | int | float | date | tuple[str, ...]


class ProblemCode(StrEnum):
    """Why a register file, or a row of it, was refused."""

    FILE_UNREADABLE = "file_unreadable"
    NOT_UTF8 = "not_utf8"
    NOT_CSV = "not_csv"
    NOT_XLSX = "not_xlsx"
    NOT_TOML = "not_toml"
    PROFILE_UNKNOWN = "profile_unknown"
    PROFILE_NOT_TABLE = "profile_not_table"
    PROFILE_NOT_TEXT = "profile_not_text"
    PROFILE_NOT_NUMBER = "profile_not_number"
    PROFILE_NOT_LIST = "profile_not_list"
    PROFILE_ENCODING = "profile_encoding"
    PROFILE_DELIMITER = "profile_delimiter"
    PROFILE_PERSONAL = "profile_personal"
    PROFILE_DROPPED = "profile_dropped"
    PROFILE_COLUMN_TWICE = "profile_column_twice"
    PROFILE_IS_UTF8 = "profile_is_utf8"
    PROFILE_HEADER_ROW = "profile_header_row"
    PROFILE_COLUMN = "profile_column"
    PROFILE_SHEET = "profile_sheet"
    TOO_LARGE = "too_large"
    FAR_CELL = "far_cell"
    ERROR_CELL = "error_cell"
    FORMULA_CELL = "formula_cell"
    PERSONAL_NUMBER = "personal_number"
    SHORTENED_REF = "shortened_ref"
    SUM_ROW = "sum_row"
    LIKE_STORED = "like_stored"
    LIKE_OTHER_ROW = "like_other_row"
    LOST_ZEROS = "lost_zeros"
    WOULD_EMPTY = "would_empty"
    HEADER_NEAR = "header_near"
    COLUMN_NEAR = "column_near"
    FILE_EMPTY = "file_empty"
    NO_ROWS = "no_rows"
    NOT_ONLY_FOLLOWUPS = "not_only_followups"
    HEADER_UNKNOWN = "header_unknown"
    HEADER_EMPTY = "header_empty"
    COLUMN_UNKNOWN = "column_unknown"
    COLUMN_TWICE = "column_twice"
    COLUMN_MISSING = "column_missing"
    ROW_LENGTH = "row_length"
    BAD_CHARACTER = "bad_character"
    REPEATED = "repeated"
    VALUE_MISSING = "value_missing"
    NOT_ONE_OF = "not_one_of"
    NOT_YES_OR_NO = "not_yes_or_no"
    NOT_ONE_OR_ZERO = "not_one_or_zero"
    NOT_A_DAY = "not_a_day"
    NOT_A_MONTH = "not_a_month"
    NOT_AN_INTEGER = "not_an_integer"
    NOT_A_NUMBER = "not_a_number"
    NUMBER_OUTSIDE = "number_outside"
    NOT_A_PHONE = "not_a_phone"
    DAY_OUTSIDE = "day_outside"
    DAY_BEFORE = "day_before"
    DAY_TOO_FAR = "day_too_far"
    BORN_IN_FUTURE = "born_in_future"
    BORN_AFTER_START = "born_after_start"
    DAY_IN_FUTURE = "day_in_future"
    END_REASON_MISSING = "end_reason_missing"
    END_MISSING = "end_missing"
    EXEMPTION_TOO_LONG = "exemption_too_long"
    PERIOD_NOT_EMPTY = "period_not_empty"
    NOT_ASKED = "not_asked"
    NOT_OPEN_IN_MONTH = "not_open_in_month"
    ENDED_BEFORE_START_POINT = "ended_before_start_point"
    POINT_IN_FUTURE = "point_in_future"
    NOT_ENDED = "not_ended"
    ENDED_BY_DEATH = "ended_by_death"
    COMMENT_WITH_VALUE = "comment_with_value"
    UNKNOWN_CUSTOMER = "unknown_customer"
    UNKNOWN_PROVIDER = "unknown_provider"
    UNKNOWN_ENROLMENT = "unknown_enrolment"
    OTHER_CUSTOMER = "other_customer"
    OTHER_PROVIDER = "other_provider"
    DIFFICULTY_LOCKED = "difficulty_locked"
    ENDED_BEFORE = "ended_before"
    NO_EXEMPTION = "no_exemption"
    PLAN_OF_OTHER_PROVIDER = "plan_of_other_provider"


class NoteCode(StrEnum):
    """What was guessed or passed over when a register file was read. The file is taken in all the same."""

    ENCODING = "encoding"
    TITLE_ROWS = "title_rows"
    COLUMN_DROPPED = "column_dropped"
    HIDDEN_SHEET = "hidden_sheet"
    HIDDEN_ROWS = "hidden_rows"
    LANGUAGE_UNKNOWN = "language_unknown"
    DAY_FROM_SERIAL = "day_from_serial"
    AND_MORE = "and_more"
    ONLY_HEADER = "only_header"
    DELIMITER = "delimiter"
    SHEET_PASSED = "sheet_passed"
    REF_WAS_FLOAT = "ref_was_float"
    YEAR_OF_DAY = "year_of_day"
    PHONE_LANDLINE = "phone_landline"
    PHONE_PREMIUM = "phone_premium"
    PHONE_TOLL_FREE = "phone_toll_free"
    PHONE_NOT_MOBILE = "phone_not_mobile"
    PHONE_SHARED = "phone_shared"
    NOT_AUTHORISED = "not_authorised"
    DAY_FAR_AHEAD = "day_far_ahead"
    CHILD_AT_START = "child_at_start"
    BORN_LONG_AGO = "born_long_ago"


class UncountedCode(StrEnum):
    """Why an answer of a register file is kept and counts in no figure."""

    LATER_ENROLMENT = "later_enrolment"
    SATISFIED = "satisfied"
    NO_RATING = "no_rating"
    FEW_DAYS = "few_days"
    EXEMPT = "exempt"
    NO_FIGURE = "no_figure"


class RefusalCode(StrEnum):
    """Why an entry of a follow-up was refused."""

    NOT_IN_REGISTER = "not_in_register"
    NOT_YOURS = "not_yours"
    TWICE = "twice"
    NOT_RECORDED = "not_recorded"
    IN_FUTURE = "in_future"
    BEFORE_START = "before_start"
    AFTER_END = "after_end"
    BEFORE_MONTH = "before_month"
    UNKNOWN_FORM = "unknown_form"
    UNKNOWN_ACTIVITY = "unknown_activity"
    NEXT_STEP_TOO_LONG = "next_step_too_long"
    LOCKED = "locked"
    LOCKED_FOR_STAFF = "locked_for_staff"


class CaseErrorCode(StrEnum):
    """Why a case was not taken or closed."""

    NOT_FOUND = "not_found"
    ALREADY_CLOSED = "already_closed"


class SupervisionErrorCode(StrEnum):
    """Why a decision about supervision was not taken."""

    UNKNOWN_PROVIDER = "unknown_provider"
    WATCHED_ALREADY = "watched_already"
    NOT_WATCHED = "not_watched"


class BackupErrorCode(StrEnum):
    """Why no copy was made."""

    POSTGRESQL = "postgresql"
    IN_MEMORY = "in_memory"
    EXISTS = "exists"
    NOT_WRITABLE = "not_writable"
    FAILED = "failed"
    NOT_WHOLE = "not_whole"


class PublicationErrorCode(StrEnum):
    """What is wrong with a publication that is kept, or was to be."""

    REVISION_TAKEN = "revision_taken"
    DAMAGED = "damaged"


class DatabaseErrorCode(StrEnum):
    """Why the database cannot be used, or moved."""

    BAD_URL = "bad_url"
    UNKNOWN_KIND = "unknown_kind"
    UNREACHABLE = "unreachable"
    NO_TABLES = "no_tables"
    OTHER_MIGRATION = "other_migration"
    READ_ONLY = "read_only"
    DISK_FULL = "disk_full"
    IN_USE = "in_use"
    NO_SOURCE = "no_source"
    SOURCE_NOT_READY = "source_not_ready"
    TARGET_NOT_READY = "target_not_ready"
    TARGET_NOT_EMPTY = "target_not_empty"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file or a row of it was refused, and where.

    Attributes:
        file: the file's name as it is printed.
        row: the line, counted from 1 with the header; 0 for the whole file.
        column: our own name of the column; empty for the whole row.
        code: what is wrong: a ProblemCode, a RefusalCode, or a code of the room that read the file.
        values: what the code is about, by name.
    """

    file: str
    row: int
    column: str
    code: StrEnum
    values: Mapping[str, Value] = with_default(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an entry of a follow-up was refused.

    Attributes:
        place: the entry's number among those handed in, from 0.
        field: the name of the field of storage.followups.recording.Entry that is wrong.
        code: what is wrong.
        values: what the code is about, by name.
    """

    place: int
    field: str
    code: RefusalCode
    values: Mapping[str, Value] = with_default(default_factory=dict)


class StorageError(FollowupError):
    """An error with one code.

    Attributes:
        code: what is wrong.
        values: what the code is about, by name.
    """

    def __init__(self, code: StrEnum, **values: Value) -> None:
        self.code = code
        self.values: Mapping[str, Value] = values
        super().__init__(": ".join([code, ", ".join(f"{name}={value}" for name, value in values.items())]))


class RegisterError(InputError):
    """The files were refused and nothing was saved; ``problems`` names every refused row."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class RecordingRefused(InputError):
    """No follow-up was recorded; ``refusals`` names everything that is wrong."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("\n".join(map(str, self.refusals)))


class CaseRefused(StorageError, InputError):
    """A case cannot be taken or closed as asked; the code is a CaseErrorCode."""


class SupervisionError(StorageError, InputError):
    """A decision about supervision cannot be taken; the code is a SupervisionErrorCode."""


class BackupRefused(StorageError, InputError):
    """No copy can be made there, or of this database; the code is a BackupErrorCode."""


class RevisionTaken(StorageError, InputError):
    """Somebody else has just published this revision of the report; the code is a PublicationErrorCode."""


class DatabaseError(StorageError, OperationError):
    """The database cannot be used; the code is a DatabaseErrorCode."""


class StorageFailure(OperationError):
    """The database could not be written; nothing was lost, and the sender must try again."""


class BackupError(StorageError, OperationError):
    """No copy was made, and what was there is as it was; the code is a BackupErrorCode."""


class Damaged(StorageError, OperationError):
    """A published report is not what was published; the code is a PublicationErrorCode."""
