"""The example register as the files that `followup import` reads."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.simulator.register import Example


def write_csv(example: Example, directory: Path) -> list[Path]:
    """Write the register files of the contract into ``directory``, and return their paths."""
    files: dict[str, tuple[str, Iterable[Sequence[object]]]] = {
        "providers": ("ref,name,phone", ((each.ref, each.name, each.phone) for each in example.providers)),
        "customers": (
            "ref,phone,language,gender,birth_year",
            ((each.ref, each.phone, each.language, each.gender, each.birth_year) for each in example.customers),
        ),
        "enrolments": (
            "ref,customer,provider,started_on,planned_end_on,ended_on,end_reason,difficulty",
            (
                (
                    each.ref,
                    each.customer,
                    each.provider,
                    each.started_on,
                    each.planned_end_on,
                    each.ended_on or "",
                    each.end_reason,
                    each.difficulty,
                )
                for each in example.enrolments
            ),
        ),
        "followups": (
            "enrolment,month,held_on",
            ((each.enrolment, each.month, each.held_on) for each in example.followups),
        ),
        "exemptions": (
            "enrolment,from,to,reason,who",
            ((each.enrolment, each.from_on, each.to_on, each.reason, each.who) for each in example.exemptions),
        ),
        "targets": ("indicator,year,target", example.targets),
        "context": ("name,year,value,unit,source,date", example.context),
    }
    paths = []
    for name, (header, rows) in files.items():
        path = directory / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header.split(","), *rows])
        paths.append(path)
    return paths
