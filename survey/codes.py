"""Every closed list of codes, with the Swedish words of each code. A list stands here once; others import it.

A code is what is stored, compared and exported. Its Swedish words are what staff, providers and the report read;
logic must never compare them. The members are strings, so that a code read from the database equals its member.
Source: the tables of DESIGN.md section 5 and REPORT.md, "Definitions".
"""

from enum import StrEnum
from typing import TypeVar


class Code(StrEnum):
    """A closed list. Each member is written as its code and its Swedish words.

    Attributes:
        swedish: the name as a heading or a cell of a table has it, with a capital letter.
        plural: the heading of a number of them; the name itself where none is given.
    """

    swedish: str
    plural: str

    def __new__(cls, code: str, swedish: str = "", plural: str = "") -> "Code":
        """Make a member that is its code and knows its words."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.swedish = swedish
        member.plural = plural or swedish
        return member

    @property
    def in_sentence(self) -> str:
        """The name inside a sentence: with a small letter, unless it is an abbreviation."""
        return in_sentence(self.swedish)


def in_sentence(name: str) -> str:
    """Return ``name`` with a small first letter, unless its second letter is a capital too."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


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


class AddressState(Code):
    """Whether an address may be written to."""

    ACTIVE = "active", "Nås"
    OPTED_OUT = "opted_out", "Sagt stopp"
    UNREACHABLE = "unreachable", "Nås inte"
    UNLINKED = "unlinked", "Bortkopplad"


class Role(Code):
    """What somebody of the unit's staff may do."""

    ADMINISTRATOR = "administrator", "Administratör"
    QUALITY_LEAD = "quality_lead", "Kvalitetsansvarig"
    CASE_WORKER = "case_worker", "Handläggare"
    READER = "reader", "Läsare"


class ContactWish(Code):
    """How a customer wants to be asked, or must not be; empty for by message."""

    NONE = "none", "Kontaktas inte"
    PHONE = "phone", "Frågas per telefon"
    LETTER = "letter", "Frågas per brev"
    PROTECTED = "protected", "Skyddade uppgifter"


class AnswerMode(Code):
    """How an answer came in. What customers write themselves has its channel."""

    SMS = "sms", "SMS"
    TELEGRAM = "telegram", "Telegram"
    PHONE = "phone", "Telefonsamtal"
    LETTER = "letter", "Brev"
    FILE = "file", "Inläst från fil, sättet inte angivet"


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

    LOW = "low", "Låg svårighetsgrad"
    MEDIUM = "medium", "Medelhög svårighetsgrad"
    HIGH = "high", "Hög svårighetsgrad"


class Gender(Code):
    """A customer's gender as the register has it."""

    WOMEN = "K", "Kvinnor"
    MEN = "M", "Män"


class Point(Code):
    """A measurement point; the two are never blended but in ``all``."""

    START = "start", "Efter fyra veckor"
    END = "end", "Vid avslut"
    ALL = "all", "Båda mätpunkterna"


class DissatisfactionReason(Code):
    """Why a customer is not satisfied: the values of the question `reason` in survey/packs."""

    JOB_EARLIER = "1", "Väntade sig jobb tidigare"
    TREATMENT = "2", "Bemötandet"
    COMPETENCE = "3", "Kompetensen"
    PROMISES = "4", "Löften hölls inte"
    OTHER = "5", "Annat"


class ChangeReason(Code):
    """Why a customer changed provider: the values of the question `change_reason` in survey/packs."""

    WRONG_HELP = "1", "Fick inte rätt hjälp"
    TREATMENT = "2", "Bemötandet"
    DISTANCE = "3", "Resväg eller tider"
    ANOTHER = "4", "Ville prova annat"
    OTHER = "5", "Annat"


class CaseKind(Code):
    """What a case is about. ``channel``, ``gap`` and ``mistaken_end`` are our own matters and are in no report."""

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
    GAP = "gap", "Inkomna SMS kan saknas"
    MISTAKEN_END = "mistaken_end", "Kund tillfrågad om ett avslut som togs tillbaka"


class PauseCause(Code):
    """Why nothing leaves on a channel: a sentence for staff, with a place for the provider's code."""

    ACCOUNT = (
        "account",
        "Leverantören nekar vårt konto ({}). Se över kontot; "
        "utskicken fortsätter av sig själva när det fungerar igen.",
    )
    OUTAGE = (
        "outage",
        "Leverantören tar inte emot våra meddelanden ({}). Ett meddelande i taget provas; "
        "de andra väntar och skickas av sig själva när det fungerar igen.",
    )
    FILTERED = (
        "filtered",
        "Våra meddelanden når inte fram: operatörerna stoppar dem ({}). Tala med leverantören; "
        "ett meddelande i taget provas, och utskicken fortsätter av sig själva när ett har kommit fram.",
    )


class CaseOutcome(Code):
    """What came of a case (SOSFS 2011:9: received, investigated, put right)."""

    PUT_RIGHT = "put_right", "Åtgärdat"
    ANSWERED = "answered", "Besvarat"
    WITHDRAWN = "withdrawn", "Återtaget"
    NOT_REACHED = "not_reached", "Ej nådd"


class CaseStatus(Code):
    """Where a case stands."""

    NEW = "new", "Nytt"
    TAKEN = "taken", "Pågår"
    CLOSED = "closed", "Avslutat"


class CaseText(Code):
    """What a case tells in the service's words and not in somebody's own: sentences with places for values."""

    ERASED = "answers_erased", "Kunden har raderat sina svar."
    HANDED_OVER = (
        "handed_over",
        "Insats {} hos {} avslutades {} för byte av anordnare. Insats {} hos {} tar vid {}: lämna över.",
    )
    NO_SUCCESSOR = (
        "no_successor",
        "Insats {} hos {} avslutades {} för byte av anordnare. Den nya insatsen finns inte i registret än.",
    )
    END_TAKEN_BACK = (
        "end_taken_back",
        "Kunden fick frågor om att insats {} avslutats {}, men registret har tagit tillbaka avslutet. "
        "Svaren räknas inte. Hör gärna av er till kunden.",
    )
    END_CAME_TRUE = (
        "end_came_true",
        "Insats {} är nu avslutad {}. Kunden har tidigare fått frågor om ett avslut som togs tillbaka, "
        "och får dem nu igen.",
    )


class Outcome(Code):
    """What became of an occasion. Every occasion that is over has exactly one."""

    COMPLETED = "completed", "Besvarad", "Besvarade"
    PARTIAL = "partial", "Delvis besvarad", "Delvis besvarade"
    NO_ANSWER = "no_answer", "Inget svar"
    OPTED_OUT = "opted_out", "Tackat nej", "Avböjda"
    UNREACHABLE = "unreachable", "Gick inte att nå"
    EXPIRED = "expired", "För sent"
    HELD_BACK = "held_back", "Hölls tillbaka"
    CANCELLED = "cancelled", "Inställd", "Återtagna"


class Unfinished(Code):
    """Where an occasion is that has no outcome yet; in the last place is none that should be there."""

    OPEN = "open", "Öppen"
    WAITING = "waiting", "Väntar"
    UNPLANNED = "unplanned", "Ej planerad"
    MISSING = "missing", "Saknas"


class LedgerFault(Code):
    """What a row of the ledger fails to say: the end of a sentence, with a place for a value."""

    MISSING = "missing", "saknas, förföll {}"
    UNKNOWN_OUTCOME = "unknown_outcome", "har ett okänt utfall ({})"
    NO_REASON = "no_reason", "är avslutad utan skäl"
    NO_TIME = "no_time", "är avslutad utan tid"
    STILL_OPEN = "still_open", "är avslutad men samtalet är öppet"
    NO_OUTCOME = "no_outcome", "är ställd, men samtalet är stängt utan utfall"
    HELD_IN_SILENCE = "held_in_silence", "hålls tillbaka utan skäl"


class MessageState(Code):
    """Where a message of ours is (storage/delivery)."""

    QUEUED = "queued", "I kö"
    SENDING = "sending", "Sänds"
    SENT = "sent", "Skickat"
    DELIVERED = "delivered", "Levererat"
    FAILED = "failed", "Kom inte fram"
    UNKNOWN = "unknown", "Kan ha kommit fram"
    CANCELLED = "cancelled", "Inställt"
    EXPIRED = "expired", "För sent"


class Reason(Code):
    """Why an occasion or a message waits, and why it is over: a sentence for staff.

    ``occasion.reason`` and ``outbox.reason`` hold a reason in the form of :func:`because`. A sentence with ``{}``
    has a place for each of its values.
    """

    # An occasion waits, in the order in which scheduler/planning/rules.py looks.
    NO_ADDRESS = "no_address", "Kunden har ingen adress som går att nå."
    INDISTINCT = (
        "indistinct",
        "Adressen delas av kunder som varken födelseår eller startmånad skiljer åt: ge dem var sin.",
    )
    BY_STAFF = "by_staff", "Kunden frågas per telefon eller brev (followup export contacts)."
    BUSY = "busy", "Ett annat samtal är öppet med kunden."
    SPACING = "spacing", "Kunden kontaktades för färre dagar sedan än reglerna kräver."
    OUTRANKED = "outranked", "En viktigare fråga till kunden går före."
    START_THIS_WEEK = "start_this_week", "Frågan efter fyra veckor faller i samma vecka och går före."
    OUTSIDE_HOURS = "outside_hours", "Utanför sändningstiden."
    # It is open.
    ASKED = "asked", "Frågan är ställd."
    # It is over without having been asked.
    DIED = "died", "Kunden har avlidit."
    ENDED_BEFORE = "ended_before", "Insatsen hann avslutas."
    ENDED = "ended", "Insatsen är avslutad."
    NOT_ENDED = "not_ended", "Registret har rättats: insatsen är inte avslutad."
    STARTED_LATER = "started_later", "Registret har rättats: insatsen började senare."
    TOO_FEW_DAYS = "too_few_days", "Registret har rättats: insatsen var öppen för få dagar i månaden."
    WATCH_LIFTED = "watch_lifted", "Anordnaren följs inte längre upp tätare än varje månad."
    EXEMPT = "exempt", "Månaden är undantagen: ingen uppföljning begärs, och kunden frågas inte om någon."
    NO_CONTACT = "no_contact", "Kunden ska inte kontaktas."
    PROTECTED = "protected", "Kunden har skyddade uppgifter och kontaktas inte av tjänsten."
    TOO_YOUNG = "too_young", "Kunden är yngre än reglerna säger att man frågar."
    PLANNED_TOO_LATE = "planned_too_late", "Tiden hade redan gått ut när frågan kunde planeras."
    CLOSED_HELD_BACK = "closed_held_back", "Hölls tillbaka tills tiden gick ut. {}"
    CLOSED_EXPIRED = "closed_expired", "Tiden gick ut innan frågan kunde skickas. Senaste hindret: {}"
    # It is over after it was asked, or while its message was under way.
    ALL_ANSWERED = "all_answered", "Kunden har svarat på alla frågor."
    SOME_ANSWERED = "some_answered", "Kunden svarade på några frågor."
    NOT_ANSWERED = "not_answered", "Kunden svarade inte."
    OPTED_OUT = "opted_out", "Kunden har sagt stopp."
    WRONG_NUMBER = "wrong_number", "Mottagaren säger att numret är fel."
    NUMBER_GIVEN_UP = "number_given_up", "Numret är inte längre kundens."
    UNDELIVERED = "undelivered", "Meddelandet gick inte att leverera."
    LAPSED = "lapsed", "Tiden gick ut innan frågan kunde skickas."
    ERASED = "erased", "Kunden har raderat sina svar."
    IMPORTED = "imported", "Svaret lästes in från en fil."
    RESTORED = (
        "restored",
        "Databasen är återställd från en kopia från {}: kan ha skickats efter den och skickas inte igen.",
    )
    # A message was not called for.
    UNREACHABLE = "unreachable", "Adressen går inte att nå."
    ALREADY_CLOSED = "already_closed", "Samtalet är redan avslutat."
    ARRIVED = "arrived", "Det första meddelandet kom fram till sist."
    HEARD_SINCE = "heard_since", "Kunden har hört av sig sedan dess."
    TEXT_GONE = "text_gone", "Texten finns inte längre."
    # A message waits for another call.
    STOPPED = "stopped", "Tjänsten stoppades före sändningen."
    LATE = "late", "Hann inte skickas i tid."
    NOT_WRITTEN = "not_written", "Databasen gick inte att skriva."
    RETRY = "retry", "Nytt försök ({})."
    CHANNEL_PAUSED = "channel_paused", "Kanalen är pausad ({})."
    # A message may have arrived.
    INTERRUPTED = "interrupted", "Avbröts under sändningen: kan ha kommit fram."
    STOPPED_IN_DOUBT = "stopped_in_doubt", "Tjänsten stoppades: kan ha kommit fram."
    UNEXPECTED = "unexpected", "Oväntat fel: kan ha kommit fram."
    IN_DOUBT = "in_doubt", "Kan ha kommit fram ({})."
    NOT_TOLD = "not_told", "Kan ha kommit fram, och det gick inte att fråga ({})."
    ABSENT = "absent", "Leverantören har den inte: skickas nu."
    ABSENT_LATER = "absent_later", "Leverantören har den inte: skickas senare."
    REPEATED = "repeated", "Kan ha kommit fram: skickas en gång till."
    GIVEN_UP = "given_up", "Kan ha kommit fram: skickas inte en gång till."
    # A message has failed.
    FAILED = "failed", "Gick inte att skicka efter {} försök ({})."
    REFUSED_RECEIVER = "refused_receiver", "Mottagaren går inte att nå ({})."
    REFUSED_MESSAGE = "refused_message", "Meddelandet går inte att skicka ({})."
    REFUSED_STOPPED = "refused_stopped", "Mottagaren har sagt stopp ({})."
    CARRIER_FAILED = "carrier_failed", "Operatören svarade {}."
    CARRIER_CODE = "carrier_code", "Operatören svarade {} ({})."
    # Nothing was done.
    ALREADY_ASKED = "already_asked", "Frågan är redan ställd."
    # A sentence that an older program stored and that no code stands for.
    OTHER = "other", "{}"


# Why a conversation is over, by the outcome that the engine gives it (survey.conversation.model.Outcome).
CONVERSATION_REASONS: dict[str, Reason] = {
    Outcome.COMPLETED: Reason.ALL_ANSWERED,
    Outcome.PARTIAL: Reason.SOME_ANSWERED,
    Outcome.OPTED_OUT: Reason.OPTED_OUT,
    Outcome.NO_ANSWER: Reason.NOT_ANSWERED,
    Outcome.UNREACHABLE: Reason.WRONG_NUMBER,
}
_QUOTING = (Reason.CLOSED_HELD_BACK, Reason.CLOSED_EXPIRED)  # their value is a reason itself
C = TypeVar("C", bound=Code)


def because(code: Code, *values: object) -> str:
    """Return ``code`` with its values as one text, to be stored and compared: ``failed:3:30003``.

    A colon in a value is written ``%3A``, and a per cent sign ``%25``.
    """
    return ":".join((code.value, *(str(each).replace("%", "%25").replace(":", "%3A") for each in values)))


def read(codes: type[C], stored: str) -> tuple[C, tuple[str, ...]] | None:
    """Return the code that ``stored`` begins with, and its values; None for a text in another form.

    Args:
        codes: the list that the code is of.
        stored: what :func:`because` has returned.
    """
    code, *values = stored.split(":")
    member = {each.value: each for each in codes}.get(code)
    if member is None or len(values) != member.swedish.count("{}"):
        return None
    return member, tuple(each.replace("%3A", ":").replace("%25", "%") for each in values)


def reason_of(stored: str) -> tuple[Reason, tuple[str, ...]]:
    """Return the reason that ``stored`` begins with, and its values.

    A text in another form is the value of ``Reason.OTHER``, so that nothing that was stored is lost.
    """
    return read(Reason, stored) or (Reason.OTHER, (stored,))


def worded(stored: str) -> str:
    """Return a stored reason as a Swedish sentence; empty where nothing is stored."""
    if not stored:
        return ""
    reason, values = reason_of(stored)
    if reason in _QUOTING:
        values = tuple(worded(each) for each in values)
    return reason.swedish.format(*values)
