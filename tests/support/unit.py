"""A unit whose customers are planned for and asked, without a gateway: what the planning stories share."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from scheduler.planning.hours import SendWindow
from scheduler.planning.planner import Planner
from scheduler.planning.reconciliation import audit
from scheduler.planning.rules import Rules
from storage.database.engine import Database
from storage.outcomes import history
from storage.outcomes.accounts import Ledger
from storage.outcomes.history import Entry
from storage.people import addresses, opt_outs
from storage.register import importer, reader
from storage.tables import address
from survey.packs.catalogue import load
from tests.support import register_files

ZONE = ZoneInfo("Europe/Stockholm")
WINDOW = SendWindow.parse("09:00-19:00", ZONE)
CATALOGUE = load()
PROVIDERS = "ref,name,phone,authorised_from,authorised_to\nP1,Nya Steget,,,\nP2,Vägen,,,\n"
_CUSTOMERS = "ref,phone,language,gender,birth_year\n"
_ENROLMENTS = "ref,customer,provider,started_on,planned_end_on,ended_on,end_reason,difficulty\n"


def at(text: str) -> datetime:
    """A local time, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


class Unit:
    """A register, a planner and its ledger on one database."""

    def __init__(self, db: Database, folder: Path, rules: Rules | None = None) -> None:
        self.db = db
        self.folder = folder
        self.rules = rules or Rules()
        self.planner = Planner(db, CATALOGUE, self.rules, WINDOW, ZONE, frozenset({"sms"}))

    async def register(self, now: datetime, customers: int, *enrolments: str) -> None:
        """Read a register: customers K1, K2... and enrolments, each as "ref,customer,provider,start,end,reason"."""
        people_ = "".join(f"K{n},+4670100000{n},sv,K,1990\n" for n in range(1, customers + 1))
        rows = "".join("{},{},{},{},,{},{},\n".format(*line.split(",")) for line in enrolments)
        files = {"providers": PROVIDERS, "customers": _CUSTOMERS + people_, "enrolments": _ENROLMENTS + rows}
        batch = reader.read(register_files.write(self.folder, files))
        async with self.db.begin() as conn:
            await importer.apply(conn, batch, now.astimezone(ZONE).date(), now)

    async def tick(self, now: datetime) -> None:
        """What the clock does."""
        await self.planner.plan(now)
        await self.planner.expire_sessions(now)
        await self.planner.open_due(now)

    async def opt_out(self, now: datetime, customer: int = 1) -> None:
        """The customer says stop when nothing is open."""
        async with self.db.begin() as conn:
            phone = (await addresses.find_or_add(conn, "sms", [f"+4670100000{customer}"], now)).popitem()[1]
            await opt_outs.stop(conn, phone.id, "staff", now)

    async def told(self, customer: str = "K1") -> list[Entry]:
        """What `followup why` knows."""
        async with self.db.read() as conn:
            entries = await history.of_customer(conn, customer)
        assert entries is not None
        return entries

    async def outcomes(self, customer: str = "K1") -> dict[str, str]:
        """Outcome by survey and period; empty while it waits, "open" while it is open."""
        return {
            f"{each.survey} {each.period}".strip(): each.outcome or ("open" if each.opened_at else "")
            for each in await self.told(customer)
        }

    async def ledger(self, now: datetime) -> Ledger:
        """The audit as it stands."""
        return await audit(self.db, self.rules, ZONE, now)

    async def states(self) -> list[str]:
        """The states of the addresses."""
        async with self.db.read() as conn:
            return list((await conn.execute(select(address.c.state).order_by(address.c.id))).scalars())
