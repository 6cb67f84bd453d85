"""A report with every part, and providers of awkward names: what every format is tried on."""

from datetime import date

from reporting.figures.case_mix import Expectation
from reporting.figures.indicators import Indicator
from reporting.figures.previous_year import PreviousReport, QuestionWording, SeriesBreak
from reporting.figures.themes import ThemeRow
from reporting.report.background import Background
from reporting.report.tables.actions import Action
from storage.figures.year_values import ContextFigure, Volumes
from storage.outcomes.accounts import Account, Ledger
from tests.support.disclosure.cubes import NOW, YEAR, of_answers, report_of

HTML = '<b>Fet</b>\n"Stig & Co" #let x'
FORMULA = '=HYPERLINK("http://evil.example";"x")'
HEBREW, ARABIC, CHINESE = "שלום בע״מ", "شركة النجاح", "中文公司 😀"
NAMES = {"A": HTML, "B": FORMULA, "C": HEBREW, "D": ARABIC, "E": CHINESE, "F": "$ *Fyr* _x_ \\ `y` @z"}
# A is clearly lower than the others at the start, D and E have too few answers to be shown, F has none.
ANSWERS = {
    "A": {"start": (34, 100), "end": (40, 60)},
    "B": {"start": (80, 100), "end": (45, 60)},
    "C": {"start": (240, 300), "end": (45, 60)},
    "D": {"start": (2, 3)},
    "E": {"start": (5, 8)},
    "F": {},
}
CUBE = of_answers(ANSWERS, NAMES)
LAST_YEAR = report_of(of_answers({"A": {"start": (70, 100)}}, year=YEAR - 1))
BESIDE = Background(
    targets={"satisfaction.overall": 65.0},
    context=(ContextFigure("Arbetslöshet", YEAR, 4.6, "procent", "SCB", date(2026, 1, 2)),),
    themes=(ThemeRow("other", "Väntetid", 9, 3, "ok"), ThemeRow("praise", "Beröm", None, None, "too_few")),
    questions=(QuestionWording("start", 1, "overall", "Hur nöjd är du med stödet?"),),
    previous=PreviousReport(YEAR - 1, 1, NOW, LAST_YEAR.indicators, ()),
    breaks=(SeriesBreak("outcome.all_endings", "", YEAR - 1, "definitionen är ny"),),
    volumes=Volumes(customers=503, enrolments=560, women=221, young=91, customers_of={"A": 7, "B": 5}),
    expectations=(Expectation("A", 31.0, 14, 20.2, 0.69, 0.41, 0.97),),
    actions=(Action("B", "Sena uppföljningar", "Ny rutin", date(2026, 3, 1), "Pågår"),),
    revision=2,
    revised_because="Två svar var dubbla.",
)
# What became of the planned questions of 2025, and of nine of the year before.
LEDGER = Ledger(
    {
        ("2025-03", "P1", "start"): Account(4, 1, {"completed": 3, "no_answer": 1, "cancelled": 1}),
        ("2025-12", "P2", "start"): Account(2, 0, {"opted_out": 1, "open": 1}),
        ("2025-04", "P1", "checkin"): Account(3, 0, {"held_back": 1, "waiting": 1, "unplanned": 1}),
        ("2024-12", "P1", "checkin"): Account(9, 0, {"completed": 9}),
    },
    (),
)
# The columns of the export: a contract (DESIGN.md, section 5).
COLUMNS = [
    *("indicator", "version", "provider", "provider_name", "period", "point", "gender", "difficulty"),
    *("numerator", "denominator", "eligible", "value", "ci_low", "ci_high", "target", "status", "verdict"),
    *("series_break", "created_at"),
]


def full_count(value: float | None, denominator: int | None = None) -> Indicator:
    """Return a row with a value and no interval."""
    return Indicator(
        indicator="followup.compliance",
        version=1,
        provider="",
        provider_name="",
        period="2025",
        numerator=None,
        denominator=denominator,
        value=value,
        status="ok" if value is not None else "no_answers",
        created_at="",
    )


def escaped(text: str) -> str:
    """Return ``text`` as Jinja escapes it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")
