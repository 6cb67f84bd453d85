"""Enrolments with answers and follow-ups, written straight into the tables: what a year's figures are made of."""

from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import insert
from storage.figures.measurements import refresh
from storage.tables import answer, customer, enrolment, follow_up, occasion, provider

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)


class Register:
    """Gathers rows, numbered from 1, and stores them at once."""

    def __init__(self) -> None:
        self.enrolments: list[dict[str, object]] = []
        self.customers: list[dict[str, object]] = []
        self.occasions: list[dict[str, object]] = []
        self.answers: list[dict[str, object]] = []
        self.follow_ups: list[dict[str, object]] = []

    def customer(self, gender: str = "K") -> int:
        id_ = len(self.customers) + 1
        self.customers.append({"id": id_, "ref": f"C{id_}", "language": "sv", "gender": gender, "birth_year": None})
        return id_

    def enrol(
        self,
        started: date,
        ended: date | None = None,
        reason: str = "",
        *,
        at: int = 1,
        customer: int | None = None,
        difficulty: str = "medium",
    ) -> int:
        id_ = len(self.enrolments) + 1
        self.enrolments.append(
            {
                "id": id_,
                "ref": f"E{id_}",
                "customer_id": customer or self.customer(),
                "provider_id": at,
                "started_on": started,
                "planned_end_on": None,
                "ended_on": ended,
                "end_reason": reason,
                "difficulty": difficulty,
                "registered_on": started,
            }
        )
        return id_

    def answered(self, enrolment_id: int, survey: str, values: dict[str, int], period: str = "") -> None:
        id_ = len(self.occasions) + 1
        self.occasions.append(
            {
                "id": id_,
                "enrolment_id": enrolment_id,
                "customer_id": self.enrolments[enrolment_id - 1]["customer_id"],
                "survey": survey,
                "period": period,
                "due_at": NOW,
                "expires_at": NOW,
                "look_at": NOW,
                "opened_at": NOW,
                "closed_at": NOW,
                "outcome": "completed",
                "reason": "",
            }
        )
        for question, value in values.items():
            self.answers.append(
                {
                    "occasion_id": id_,
                    "question": question,
                    "value": value,
                    "text": None,
                    "skipped": 0,
                    "version": 1,
                    "answered_at": NOW,
                }
            )

    def held(self, enrolment_id: int, month: str, on: date) -> None:
        self.follow_ups.append({"enrolment_id": enrolment_id, "month": month, "held_on": on, "recorded_at": NOW})

    async def store(self, conn: AsyncConnection, names: tuple[str, ...] = ("Ekhaga", "Nacka")) -> None:
        await insert(
            conn,
            provider,
            [{"id": number, "ref": f"P{number}", "name": name} for number, name in enumerate(names, 1)],
        )
        await insert(conn, customer, self.customers)
        await insert(conn, enrolment, self.enrolments)
        await insert(conn, occasion, self.occasions)
        await insert(conn, answer, self.answers)
        await insert(conn, follow_up, self.follow_ups)
        await refresh(conn, [number + 1 for number in range(len(self.enrolments))])
