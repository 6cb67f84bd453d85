"""Every closed list of codes, with the Swedish name of each code. A list stands here once; other modules import it.

A code is what is stored, compared and exported. Its Swedish name is what staff, providers and the report read;
logic must never compare a name. The members are strings, so that a code read from the database equals its member.
Source: the tables of DESIGN.md section 5 and REPORT.md, "Definitions".
"""

from enum import StrEnum


class Code(StrEnum):
    """A closed list. Each member is written as its code and its Swedish name.

    Attributes:
        swedish: the name as a heading or a cell of a table has it, with a capital letter.
    """

    swedish: str

    def __new__(cls, code: str, swedish: str) -> "Code":
        """Make a member that is its code and knows its name."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.swedish = swedish
        return member


def swedish(codes: type[Code], code: str) -> str:
    """Return the Swedish name of a stored ``code``, or the code itself where an older program stored another."""
    return next((member.swedish for member in codes if member == code), code)


class SurveyId(Code):
    """The surveys; each has a file in survey/packs."""

    START = "start", "Efter fyra veckor"
    END = "end", "Vid avslut"
    CHECKIN = "checkin", "Månadsavstämning"


class Channel(Code):
    """How a customer or a contact person is reached."""

    SMS = "sms", "SMS"
    TELEGRAM = "telegram", "Telegram"


class FollowUpForm(Code):
    """How a follow-up was held."""

    MEETING = "meeting", "Möte"
    PHONE = "phone", "Telefon"
    DIGITAL = "digital", "Digitalt"


class Activity(Code):
    """What a customer does in a month."""

    COACHING = "coaching", "Coachning"
    JOB_SEARCH = "job_search", "Jobbsökning"
    INTERNSHIP = "internship", "Praktik"
    EDUCATION = "education", "Utbildning"
    EMPLOYER_CONTACT = "employer_contact", "Kontakt med arbetsgivare"
    STUDY_VISIT = "study_visit", "Studiebesök"
    OTHER = "other", "Annat"


class EndReason(Code):
    """Why an enrolment ended; it decides the outcome's denominators (REPORT.md, "Definitions")."""

    WORK = "work", "Arbete"
    STUDIES = "studies", "Studier"
    OWN_COMPANY = "own_company", "Eget företag"
    MOVED = "moved", "Flytt"
    PREGNANCY = "pregnancy", "Graviditet"
    PARENTAL_LEAVE = "parental_leave", "Föräldraledighet"
    PENSION = "pension", "Pension"
    DISABILITY_PENSION = "disability_pension", "Sjukpension"
    ILLNESS = "illness", "Sjukdom"
    DEATH = "death", "Dödsfall"
    CHANGED_PROVIDER = "changed_provider", "Byte av anordnare"
    DROPPED_OUT = "dropped_out", "Avbrott"
    UNEMPLOYED = "unemployed", "Fortsatt arbetslös"
    OTHER = "other", "Annat"


class ExemptionReason(Code):
    """Why a month asks for no follow-up."""

    ILLNESS = "illness", "Sjukdom"
    PARENTAL_LEAVE = "parental_leave", "Föräldraledighet"
    HOLIDAY = "holiday", "Ledighet enligt planen"


class Difficulty(Code):
    """How hard a customer is to place; set at the start and then locked."""

    LOW = "low", "Svårighetsgrad: lätt"
    MEDIUM = "medium", "Svårighetsgrad: medel"
    HIGH = "high", "Svårighetsgrad: svår"


class Gender(Code):
    """A customer's gender as the register has it."""

    WOMEN = "K", "Kvinnor"
    MEN = "M", "Män"


class Point(Code):
    """A measurement point; the two are never blended but in ``all``."""

    START = "start", "Vid start"
    END = "end", "Vid avslut"
    ALL = "all", "Båda mätpunkterna"


class CaseKind(Code):
    """What a case is about. ``channel`` is about the service itself and is in no report."""

    COMPLAINT = "complaint", "Klagomål"
    CONTACT = "contact", "Vill bli kontaktad"
    DANGER = "danger", "Kan vara i fara"
    UNCLEAR_STOP = "unclear_stop", "Kan ha menat stopp"
    WRONG_NUMBER = "wrong_number", "Fel nummer"
    HANDOVER = "handover", "Överlämning till ny anordnare"
    DENIALS = "denials", "Kunder nekar registrerade uppföljningar"
    LIST = "list", "Anordnare säger att listan är fel"
    WATCH = "watch", "Anordnare föreslås för skärpt uppföljning"
    CHANNEL = "channel", "Kanal pausad"


class CaseOutcome(Code):
    """What came of a case (SOSFS 2011:9: received, investigated, put right)."""

    PUT_RIGHT = "put_right", "Åtgärdat"
    ANSWERED = "answered", "Besvarat"
    WITHDRAWN = "withdrawn", "Återtaget"
    NOT_REACHED = "not_reached", "Ej nådd"


class Outcome(Code):
    """What became of an occasion. Every occasion that is over has exactly one."""

    COMPLETED = "completed", "Besvarad"
    PARTIAL = "partial", "Delvis besvarad"
    NO_ANSWER = "no_answer", "Inget svar"
    OPTED_OUT = "opted_out", "Tackat nej"
    UNREACHABLE = "unreachable", "Gick inte att nå"
    EXPIRED = "expired", "För sent"
    HELD_BACK = "held_back", "Hölls tillbaka"
    CANCELLED = "cancelled", "Inställd"
