"""The form of one month: what it shows at first, and what comes back as entries to record. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from storage.followups.enrolment_months import EnrolmentMonth
from storage.followups.recording import ACTIVITIES, FORMS, NEXT_STEP_LENGTH, Entry

ROWS = 30  # on one page: the whole form must fit into what the server reads

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(slots=True)
class Row:
    """One enrolment of the form, as it is shown. ``number`` tells its fields from the others'."""

    number: int
    enrolment: str
    recorded: bool
    started_on: date | None
    ticked: bool = False
    held_on: str = ""
    form: str = FORMS[0]
    from_plan: bool = True
    plan_changed: bool = False
    activities: tuple[str, ...] = ()
    next_step: str = ""
    errors: dict[str, str] = field(default_factory=dict)  # by field of storage.followups.recording.Entry


def first_shown(months: Sequence[EnrolmentMonth], today: date) -> list[Row]:
    """The rows of a month before anybody has touched them: what is recorded as it is, the rest as it mostly is."""
    rows = []
    for number, each in enumerate(months, 1):
        row = Row(number, each.enrolment, each.held_on is not None, each.started_on)
        if each.held_on is None:
            # Today is right for who records at once; of a month that is over nothing can be assumed.
            row.held_on = today.isoformat() if each.month == f"{today:%Y-%m}" else ""
        else:
            row.held_on = each.held_on.isoformat()
            row.form = each.form or ""
            row.from_plan, row.plan_changed = bool(each.from_plan), bool(each.plan_changed)
            row.activities, row.next_step = each.activities, each.next_step
        rows.append(row)
    return rows


def sent(fields: Sequence[tuple[str, str]], known: Mapping[str, EnrolmentMonth]) -> list[Row]:
    """The rows as they were sent. What is not of the form is left aside; ``known`` are the provider's own."""
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
        row.activities = tuple(each for each in ACTIVITIES if each in chosen.get(f"activity.{number}", ()))
        row.next_step = " ".join(values.get(f"next.{number}", "").split())
        rows.append(row)
    return rows


def entries(rows: Sequence[Row], month: str) -> list[tuple[Row, Entry]]:
    """What is to be recorded: the ticked rows. Those that cannot be read get an error and are left out."""
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
