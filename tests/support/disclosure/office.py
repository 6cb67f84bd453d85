"""A unit that tells figures again and again, without a database: publications, drafts, packs and digests as files.

Each of the rules 3, 5 and 6 of disclosure control (REPORT.md) can be switched off, so that attackers must win.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from reporting.disclosure.cells import Status, people
from reporting.document.blocks import Bars, Document, Funnel
from reporting.errors import NoDialogue
from reporting.figures.indicators import cell_of
from reporting.figures.told import Earlier, Told, disclose
from reporting.providers.dialogue_pack import MIN_CUSTOMERS, dialogue
from reporting.providers.digest import Digest, published_of, sms, telegram
from reporting.render import csv, html, json, xlsx
from reporting.report.background import Background
from reporting.report.build import build
from reporting.report.model import QualityReport
from reporting.report.sections import document
from storage.figures.release_values import Ledger
from storage.figures.year_values import Volumes
from tests.support.disclosure.cubes import NOW, material_of
from tests.support.disclosure.registers import YEAR, Edition, Register, cube_of
from tests.support.disclosure.released import Told as ToldNumber
from tests.support.disclosure.released import read_digest, read_pack, read_report

Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rules are in force.

    Attributes:
        combinations: rule 3, no combination of told figures touches fewer than the minimum.
        ledger: rule 5, what was told before counts.
        drafts: rule 6, drafts stay inside, and packs and digests are made of what is published.
    """

    combinations: bool = True
    ledger: bool = True
    drafts: bool = True


ALL_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Outside:
    """What has left the unit on one occasion: a report, or what providers are sent of it.

    Attributes:
        day: of the report, or of the one that packs and digests are made of.
        report: its files by format; empty where no report left.
        packs: the page by provider.
        digests: the text by provider.
    """

    day: str
    report: Files = field(default_factory=dict)
    packs: Mapping[str, bytes] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)

    def read(self) -> list[ToldNumber]:
        """Return the numbers in the files."""
        found = read_report(self.report) if self.report else []
        for ref, page in self.packs.items():
            found += read_pack(ref, page, str(YEAR), self.day)
        for ref, text in self.digests.items():
            found += read_digest(ref, text, str(YEAR), self.day)
        return found


class Office:
    """What it has told is put in a ledger, as publish.py does."""

    def __init__(self, rules: Rules = ALL_RULES) -> None:
        self.rules = rules
        self.ledgers: dict[str, Ledger] = {}
        self.report: QualityReport | None = None
        self.edition = 0
        self.day = NOW
        self.editions: list[Edition] = []

    def publish(self, register: Register) -> Outside:
        """Tell the figures of ``register`` as the next edition."""
        told = self._told(register)
        self.edition += 1
        self.report = self._report(register, told, self.edition)
        for measure, new in told.new().items():
            before = self.ledgers.get(measure, Ledger())
            self.ledgers[measure] = Ledger((*before.answers, *new.answers), (*before.cells, *new.cells))
        return Outside(_day(self.report), files_of(self.report))

    def draft(self, register: Register) -> Outside:
        """Tell what leaves the unit of a draft: nothing, while rule 6 is in force."""
        if self.rules.drafts:
            return Outside("")
        made = self._report(register, self._told(register), 0)
        return Outside(_day(made), files_of(made))

    def send(self, register: Register, refs: Iterable[str]) -> Outside:
        """Tell these providers what the rules let them know: of what is published, or of today's figures."""
        report = self.report
        if not self.rules.drafts:
            report = self._report(register, self._told(register), 0)
        assert report is not None
        chosen = list(refs)
        digests = {ref: digests_of(report, ref) for ref in chosen}
        return Outside(_day(report), packs=dict(_packs(report, chosen)), digests=digests)

    def forget(self, persons: Iterable[int]) -> None:
        """Take away what these people had said, as an erasure does. What became of them is the register's."""
        gone = set(persons)
        for measure, ledger in self.ledgers.items():
            answers = tuple(
                replace(each, value="") if each.person in gone and measure != "outcome" else each
                for each in ledger.answers
            )
            self.ledgers[measure] = Ledger(answers, ledger.cells)

    def _told(self, register: Register) -> Told:
        earlier = Earlier(self.ledgers, _shown(self.report)) if self.rules.ledger else Earlier()
        numbers = [each.id for ledger in self.ledgers.values() for each in ledger.answers]
        told = disclose(register.responses, earlier, next_answer=max(numbers, default=0) + 1, time_limit=0)
        return told if self.rules.combinations else _each_by_itself(told)

    def _report(self, register: Register, told: Told, edition: int) -> QualityReport:
        self.day += timedelta(days=1)
        self.editions.append(Edition(f"{self.day:%Y-%m-%d}", register))
        customers = {ref: max(MIN_CUSTOMERS, register.people(ref)) for ref in register.providers}
        beside = Background(revision=edition, volumes=Volumes(sum(customers.values()), 0, 0, 0, customers))
        counted = material_of(cube_of(register), beside, responses=register.responses)
        return build(counted, told, self.day, self.report if self.rules.ledger else None)


def files_of(report: QualityReport) -> dict[str, bytes]:
    """Return the report in the formats that are read back: the figures as data, the workbook and the page.

    The page is without its charts, which take as long as all else and draw what the tables say.
    """
    return {
        "json": json.render(report),
        "csv": csv.render(report),
        "xlsx": xlsx.render(report),
        "html": html.render(_without_charts(document(report))),
    }


def digests_of(report: QualityReport, ref: str, month: datetime = NOW) -> str:
    """Return what a provider's digest says, by SMS and on Telegram."""
    first = date(month.year, month.month, 1)
    digest = Digest("Nacka", first, first + timedelta(days=36), 0, 0, (), published_of(report, ref))
    return f"{sms(digest)}\n{telegram(digest)}"


def _packs(report: QualityReport, refs: Iterable[str]) -> Iterable[tuple[str, bytes]]:
    for ref in refs:
        try:
            yield ref, html.render(_without_charts(dialogue(report, ref)))
        except NoDialogue:
            continue


def _without_charts(made: Document) -> Document:
    return replace(
        made,
        sections=tuple(
            replace(section, blocks=tuple(each for each in section.blocks if not isinstance(each, Bars | Funnel)))
            for section in made.sections
        ),
    )


def _day(report: QualityReport) -> str:
    return f"{report.created_at:%Y-%m-%d}"


def _shown(report: QualityReport | None) -> frozenset:
    rows = (*report.indicators, *report.youth_rows) if report else ()
    return frozenset(cell_of(row) for row in rows if row.value is not None)


def _each_by_itself(told: Told) -> Told:
    """Return ``told`` with every figure of enough people, whatever follows from all of them together."""
    decisions = {}
    for measure, decision in told.decisions.items():
        behind = told.behind[measure]
        status = {
            cell: Status.OK if people(behind.cells[cell], behind.person_of) >= told.minimum else before
            for cell, before in decision.status.items()
        }
        decisions[measure] = replace(decision, status=status)
    return replace(told, decisions=decisions)
