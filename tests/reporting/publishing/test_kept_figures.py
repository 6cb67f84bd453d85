"""A revision that would tell of fewer than ten people repeats the earlier figures and says of which day they are.

Every file that shows such a figure says so: the report, the providers' packs, and their digests.
"""

from dataclasses import replace

from reporting.document.blocks import Grid
from reporting.figures.responses import CONFIRMED, OUTCOME
from reporting.providers.dialogue_pack import dialogue
from reporting.report.model import QualityReport
from storage.figures.release_values import Response
from tests.support.disclosure.office import Office, digests_of
from tests.support.disclosure.registers import Register, of_sizes

OVERALL = "satisfaction.overall"


def revised(measure: str, late: Response) -> QualityReport:
    """The second edition of a register, in which one person has answered since the first, of 16 January."""
    register = of_sizes((20, 30))
    register.responses[CONFIRMED] = [
        Response(f"E{n} 05", n, "1", f"P0{n % 2}", 2025, "2025-05", is_recorded=True) for n in range(40)
    ]
    register.responses[OUTCOME] = [
        Response(f"E{n}", n, ("work", "dropped_out")[n // 20 % 2], f"P0{n % 2}", 2025, difficulty="low")
        for n in range(40)
    ]
    office = Office()
    office.publish(register)
    office.publish(
        Register(register.providers, register.responses | {measure: [*register.responses[measure], late]})
    )
    assert office.report is not None
    return office.report


def captions(*grids: Grid | None) -> list[bool]:
    return [grid is not None and "(per 2026-01-16)" in grid.caption for grid in grids]


def first_column(grid: Grid) -> list[str]:
    return [str(row[0]) for row in grid.rows]


def test_satisfaction_says_its_day() -> None:
    late = Response("late", 9_000, "5", "P00", 2025, "2025-Q4", "end", "K", "low")
    report = revised(OVERALL, late)
    assert captions(report.reasons, report.endings) == [True, False]
    pack = dialogue(report, "P00")
    grid = next(block for block in pack.sections[0].blocks if isinstance(block, Grid))
    # One person more at the end: the figure of both points is kept, that of the start is today's.
    titles = {str(row[1]): str(row[0]) for row in grid.rows if str(row[0]).startswith("Totalomdöme")}
    assert titles["Båda mätpunkterna"] == "Totalomdöme (per 2026-01-16)"
    assert titles["Efter fyra veckor"] == "Totalomdöme"
    assert "Gäller 2025, per 2026-01-16." in digests_of(report, "P00")
    assert "Gäller 2025." in digests_of(report, "P01")


def test_endings_say_their_day() -> None:
    late = Response("E100", 100, "work", "P00", 2025, difficulty="low")
    report = revised(OUTCOME, late)
    assert captions(report.reasons, report.endings) == [False, True]
    assert first_column(report.changes)[:2] == ["Byte av anordnare", "Avbrott (per 2026-01-16)"]
    assert [row[:2] for row in report.endings.rows if row[0] == "Arbete"] == [("Arbete", 20)]
    assert first_column(report.expectations) == ["Anordnare P00 (per 2026-01-16)", "Anordnare P01 (per 2026-01-16)"]


def test_confirmations_and_denials_are_of_one_day() -> None:
    """A late no of a recorded month: neither the confirmations nor the denials are told anew."""
    late = Response("E100 05", 100, "0", "P00", 2025, "2025-05", is_recorded=True)
    report = revised(CONFIRMED, late)
    rows = {str(row[0]): row[-2:] for row in report.followups.rows}
    assert report.denied["P00"] == 0
    assert rows["Anordnare P00 (per 2026-01-16)"][1] == 0
    pack = dialogue(report, "P00")
    grids = [block for block in pack.sections[1].blocks if isinstance(block, Grid)]
    assert "Tabell 3. Uppföljningarna under året (per 2026-01-16)" in [grid.caption for grid in grids]


def test_a_month_recorded_late_hides_denials() -> None:
    """The provider records a month later on: who said no of it is counted anew, and is one person.

    The confirmations are of the same answers as before and so of today; the denials have no number of that day.
    """
    register = of_sizes((20, 30))
    register.responses[CONFIRMED] = [
        Response(f"E{n} 05", n, "0", "P00", 2025, "2025-05", is_recorded=n > 20) for n in range(40)
    ]
    office = Office()
    office.publish(register)
    assert office.report is not None
    assert office.report.denied["P00"] == 19
    first, *rest = register.responses[CONFIRMED]
    recorded = [replace(first, is_recorded=True), *rest]
    office.publish(Register(register.providers, register.responses | {CONFIRMED: recorded}))
    assert "P00" not in office.report.denied
