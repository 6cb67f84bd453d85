"""The form of one month: the rows that it shows, and the entries that come back from it. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from storage.followups.enrolment_months import EnrolmentMonth
from storage.followups.recording import NEXT_STEP_LENGTH, Entry
from survey.codes import Activity, FollowUpForm

ROWS = 30  # on one page, so that the form stays within the server's limits (requests.MAX_FIELDS and aiohttp's)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(slots=True)
class Row:
    """One enrolment of the form, as it is shown.

    Attributes:
        number: ends the names of the row's fields, so that they differ from those of other rows.
        enrolment: the unit's own number.
        recorded: whether the month's follow-up is recorded already.
        started_on: no follow-up is earlier.
        ticked: whether the row is to be recorded.
        held_on: the day as it was typed.
        form: a FollowUpForm, or what a browser sent instead.
        errors: sentences, by the field of storage.followups.recording.Entry that each is about.
    """

    number: int
    enrolment: str
    recorded: bool
    started_on: date | None
    ticked: bool = False
    held_on: str = ""
    form: str = FollowUpForm.MEETING
    from_plan: bool = True
    plan_changed: bool = False
    activities: tuple[str, ...] = ()
    next_step: str = ""
    errors: dict[str, str] = field(default_factory=dict)


def first_shown(months: Sequence[EnrolmentMonth], today: date) -> list[Row]:
    """Return a month's rows as they are shown first: what is recorded, and for the rest the usual values."""
    rows = []
    for number, each in enumerate(months, 1):
        row = Row(number, each.enrolment, each.held_on is not None, each.started_on)
        if each.held_on is None:
            # Most record on the day of the follow-up. For a month that is over, no day is likelier than another.
            row.held_on = today.isoformat() if each.month == f"{today:%Y-%m}" else ""
        else:
            row.held_on = each.held_on.isoformat()
            row.form = each.form or ""
            row.from_plan, row.plan_changed = bool(each.from_plan), bool(each.plan_changed)
            row.activities, row.next_step = each.activities, each.next_step
        rows.append(row)
    return rows


def sent(fields: Sequence[tuple[str, str]], known: Mapping[str, EnrolmentMonth]) -> list[Row]:
    """Return the rows as a browser sent them.

    Args:
        fields: the form's fields, of which unknown ones are ignored.
        known: the provider's own enrolments, by number.
    """
    values: dict[str, str] = {}
    chosen: dict[str, set[str]] = {}
    for name, value in fields:
        values[name] = value
        chosen.setdefault(name, set()).add(value)
    rows = []
    for number in range(1, ROWS + 1):
        ref = values.get(f"ref.{number}")
        if ref is None:
            continue
        own = known.get(ref)
        recorded = own is not None and own.held_on is not None
        row = Row(number, ref, recorded, own.started_on if own else None)
        row.ticked = f"held.{number}" in values
        row.held_on = values.get(f"date.{number}", "").strip()
        row.form = values.get(f"form.{number}", "")
        row.from_plan, row.plan_changed = f"plan.{number}" in values, f"changed.{number}" in values
        row.activities = tuple(each for each in Activity if each in chosen.get(f"activity.{number}", ()))
        row.next_step = " ".join(values.get(f"next.{number}", "").split())
        rows.append(row)
    return rows


def entries(rows: Sequence[Row], month: str) -> list[tuple[Row, Entry]]:
    """Return the ticked rows with the entry that each is. A row that cannot be read gets an error instead."""
    found = []
    for row in rows:
        if not row.ticked:
            continue
        held_on = _day(row.held_on)
        if held_on is None:
            row.errors["held_on"] = f"Skriv datumet för {row.enrolment} som ÅÅÅÅ-MM-DD."
            continue
        if not row.form:
            row.errors["form"] = f"Välj hur uppföljningen för {row.enrolment} gjordes."
            continue
        entry = Entry(
            row.enrolment,
            month,
            held_on,
            row.form,
            row.from_plan,
            row.plan_changed,
            row.activities,
            row.next_step[: NEXT_STEP_LENGTH + 1],
        )
        found.append((row, entry))
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
