"""What a run changes, of every kind of file: new, changed, unchanged and emptied."""

from datetime import UTC, datetime
from pathlib import Path

from storage.database.engine import Database
from storage.register import importer, reader
from storage.register.comparison.changes import Change, Changes, of_batch
from tests.support import register_files

NOW = datetime(2026, 6, 3, 9, tzinfo=UTC)
FILES = {
    "providers": "ref,name,phone,authorised_from\nP1,Alfa,070-174 06 58,2024-01-01\n",
    "customers": "ref,phone,language,contact\nK1,070-174 06 59,so,telefon\n",
    "enrolments": "ref,customer,provider,started_on,ended_on,end_reason,difficulty\n"
    "E1,K1,P1,2026-01-07,2026-05-02,work,high\n",
    "followups": 'enrolment,month,held_on,form,activities\nE1,2026-05,2026-05-01,möte,"praktik, coachning"\n',
    "exemptions": "enrolment,from,to,reason,who\nE1,2026-02-01,2026-02-28,semester,Anna\n",
    "answers": "enrolment,survey,question,value,text,answered_on,mode\n"
    "E1,end,overall,4,,2026-05-20,brev\nE1,end,comment,,Bra,2026-05-20,brev\n",
    "plans": "ref,provider,deficiency,measures,due_on,responsible,indicator,decided_on,done_on,effect\n"
    "A1,P1,Brist,Rutin,2026-12-01,Eva,unga,2026-05-01,2026-06-01,God\n",
    "targets": "indicator,year,target\nunga,2026,50\n",
    "context": 'name,year,value,unit,source,date\nArbetslösa,2026,"6,1",procent,AF,2026-05-30\n',
}
CHANGED = {
    "providers": ("Alfa", "Alfa AB"),
    "customers": ("so,telefon", "fi,"),
    "enrolments": ("work,high", "studies,"),
    "followups": ("möte", "telefon"),
    "exemptions": ("02-28", "02-27"),
    "answers": ("4,,2026-05-20,brev", "5,,2026-05-20,"),
    "plans": ("2026-06-01,God", ",God"),
    "targets": ("50", "52.5"),
    "context": ("procent", "%"),
}


def read(folder: Path, files: dict[str, str]) -> reader.RegisterBatch:
    return reader.read(register_files.write(folder, files))


async def test_every_kind_is_compared(db: Database, tmp_path: Path) -> None:
    batch = read(tmp_path, FILES)
    async with db.begin() as conn:
        assert await of_batch(conn, batch) == Changes(10, 0, 0, ())
        await importer.apply(conn, batch, NOW.date(), NOW)
        assert await of_batch(conn, batch) == Changes(0, 0, 10, ())
        found = await of_batch(conn, read(tmp_path, {name: FILES[name].replace(*CHANGED[name]) for name in FILES}))
    assert (found.new, found.changed, found.unchanged) == (0, 9, 1)
    assert found.cells == (
        Change("providers.csv", 2, "name", "Alfa", "Alfa AB"),
        Change("customers.csv", 2, "language", "so", "fi"),
        Change("customers.csv", 2, "contact", "phone", ""),
        Change("enrolments.csv", 2, "end_reason", "work", "studies"),
        Change("followups.csv", 2, "form", "meeting", "phone"),
        Change("exemptions.csv", 2, "to", "2026-02-28", "2026-02-27"),
        Change("answers.csv", 2, "value", "4", "5"),
        Change("answers.csv", 2, "mode", "letter", ""),
        Change("plans.csv", 2, "done_on", "2026-06-01", ""),
        Change("targets.csv", 2, "target", "50", "52.5"),
        Change("context.csv", 2, "unit", "procent", "%"),
    )
    assert [(each.file, each.column) for each in found.emptied] == [
        ("customers.csv", "contact"),
        ("answers.csv", "mode"),
        ("plans.csv", "done_on"),
    ]
