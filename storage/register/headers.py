"""The words of register files: the kinds, their columns and their values, with every accepted Swedish spelling.

The spellings are data, not sentences: they are what staff's own files say, by our code of each.
"""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from survey.codes import (
    Activity,
    AnswerMode,
    ContactWish,
    Difficulty,
    EndReason,
    ExemptionReason,
    FollowUpForm,
    Gender,
    SurveyId,
)

C = TypeVar("C", bound=str)
# Each code with its accepted Swedish spellings; the code itself is always accepted.
LANGUAGES = {
    "sv": ("svenska",),
    "sv-easy": ("lätt svenska", "sv lätt", "enkel svenska"),
    "en": ("engelska", "english"),
    "ar": ("arabiska",),
    "so": ("somaliska",),
    "fa": ("persiska", "farsi", "dari"),
    "ti": ("tigrinja", "tigrinska"),
    "uk": ("ukrainska",),
    "fi": ("finska",),
}  # a language that is not here is asked in Swedish
END_REASONS = {
    EndReason.WORK: ("arbete", "jobb"),
    EndReason.STUDIES: ("studier",),
    EndReason.OWN_COMPANY: ("eget företag", "starta eget"),
    EndReason.MOVED: ("flytt", "flyttat"),
    EndReason.PREGNANCY: ("graviditet",),
    EndReason.PARENTAL_LEAVE: ("föräldraledighet", "föräldraledig"),
    EndReason.PENSION: ("ålderspension", "pension"),
    EndReason.DISABILITY_PENSION: ("sjukersättning", "aktivitetsersättning", "sjukpension"),
    EndReason.ILLNESS: ("sjukdom", "sjukskrivning", "sjuk"),
    EndReason.DEATH: ("dödsfall", "avliden"),
    EndReason.CHANGED_PROVIDER: ("byte av anordnare", "bytt anordnare"),
    EndReason.DROPPED_OUT: ("avhopp", "avbrott"),
    EndReason.UNEMPLOYED: ("arbetslös", "arbetslöshet"),
    EndReason.OTHER: ("övrigt", "annat", "annan orsak"),
}
DIFFICULTIES = {
    Difficulty.LOW: ("låg", "lätt"),
    Difficulty.MEDIUM: ("medel",),
    Difficulty.HIGH: ("hög", "svår"),
}
CONTACTS = {
    ContactWish.NONE: ("ingen", "inte alls", "nej"),
    ContactWish.PHONE: ("telefon", "ring"),
    ContactWish.LETTER: ("brev", "post"),
    ContactWish.PROTECTED: ("skyddad", "skyddad identitet", "skyddade personuppgifter", "skyddade uppgifter"),
}
MODES = {AnswerMode.PHONE: ("telefon",), AnswerMode.LETTER: ("brev",)}
GENDERS = {Gender.WOMEN: ("kvinna", "kvinnor"), Gender.MEN: ("man", "män")}
SURVEYS: dict[SurveyId, tuple[str, ...]] = {
    SurveyId.START: (),
    SurveyId.END: ("slut",),
    SurveyId.CHECKIN: ("avstämning",),
}
# The indicators that may have a goal, by the ids of DESIGN.md section 5.
INDICATORS = {
    "satisfaction.overall": ("nöjdhet", "nöjdhet, totalomdöme"),
    "satisfaction.treatment": ("bemötande", "nöjdhet, bemötande"),
    "satisfaction.usefulness": ("nytta", "nöjdhet, nytta"),
    "response_rate": ("svarsandel",),
    "followup.compliance": ("månadsuppföljning",),
    "followup.confirmed": ("bekräftad månadsuppföljning",),
    "outcome.all_endings": ("egen försörjning, alla avslut",),
    "outcome.after_exclusions": ("egen försörjning",),
    "outcome.youth": ("unga",),
}
QUESTIONS = ("overall", "treatment", "usefulness", "reason", "comment", "followup_held", "progress")
_AT_A_POINT = ("overall", "treatment", "usefulness", "reason", "comment")
ASKED = {  # the questions of each survey
    SurveyId.START: _AT_A_POINT,
    SurveyId.END: _AT_A_POINT,
    SurveyId.CHECKIN: ("followup_held", "progress", "comment"),
}
EXEMPTIONS = {
    ExemptionReason.ILLNESS: ("sjukdom", "sjukskrivning", "sjuk"),
    ExemptionReason.PARENTAL_LEAVE: ("föräldraledighet", "föräldraledig"),
    ExemptionReason.HOLIDAY: ("semester", "semester enligt plan", "ledighet"),
}
FORMS = {
    FollowUpForm.MEETING: ("möte", "fysiskt möte"),
    FollowUpForm.PHONE: ("telefon",),
    FollowUpForm.DIGITAL: ("digitalt", "video"),
}
ACTIVITIES = {
    Activity.COACHING: ("coachning",),
    Activity.JOB_SEARCH: ("jobbsökning",),
    Activity.INTERNSHIP: ("praktik",),
    Activity.EDUCATION: ("utbildning",),
    Activity.EMPLOYER_CONTACT: ("arbetsgivarkontakt", "kontakt med arbetsgivare"),
    Activity.STUDY_VISIT: ("studiebesök",),
    Activity.OTHER: ("annat", "övrigt"),
}
YES_NO = {
    **dict.fromkeys(("1", "yes", "ja", "true", "sant"), 1),  # a workbook's own kind of yes is read as True
    **dict.fromkeys(("0", "no", "nej", "false", "falskt"), 0),
}

# Headers are compared without regard to spaces and signs, and nr is nummer, id and no (storage/register/layout).
REF = ("nummer", "nr", "id")
_PHONES = ("telefon", "tel", "telefonnummer", "mobil", "mobilnummer", "mobiltelefon", "mobiltelefonnummer")
_MOBILES = (*_PHONES, "telnummer", "mobiltel", "telefon mobil", "sms-nummer")
_CUSTOMER = ("kund", "kundnummer", "klient", "klientnummer", "deltagare", "deltagarnummer")
_PROVIDER = ("anordnare", "anordnarnummer", "leverantör", "leverantörsnummer", "utförare", "utförarnummer")
_ENROLMENT = ("insats", "insatsnummer", "ärende", "ärendenummer")
# By kind and our name of the column, the accepted Swedish headers.
COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "providers": {
        "ref": (*REF, "anordnarnummer", "leverantörsnummer", "utförarnummer"),
        "name": ("namn", "anordnarnamn", "företag", "företagsnamn", "anordnare", "leverantör", "utförare"),
        "phone": _MOBILES,
        "authorised_from": ("godkänd från", "godkänd fr o m", "avtal från"),
        "authorised_to": ("godkänd till", "godkänd t o m", "avtal till"),
    },
    "customers": {
        "ref": (*REF, *_CUSTOMER),
        "phone": _MOBILES,
        "language": ("språk", "modersmål", "kontaktspråk", "tolkspråk", "hemspråk"),
        "gender": ("kön",),
        "birth_year": ("födelseår", "född", "född år"),
        "contact": ("kontakt", "kontaktsätt", "kontaktväg"),
    },
    "enrolments": {
        "ref": (*REF, *_ENROLMENT),
        "customer": _CUSTOMER,
        "provider": _PROVIDER,
        "started_on": ("startdatum", "start", "startade", "påbörjad", "från och med", "fr o m", "insatsstart"),
        "planned_end_on": ("planerat slut", "planerat slutdatum", "beräknat slut", "beräknat slutdatum"),
        "ended_on": (
            "slutdatum",
            "slut",
            "avslut",
            "avslutad",
            "avslutsdatum",
            "till och med",
            "t o m",
            "insatsslut",
        ),
        "end_reason": ("avslutsorsak", "avslutningsorsak", "slutorsak", "orsak", "orsak till avslut"),
        "difficulty": ("svårighetsgrad", "svårighet"),
    },
    "followups": {
        "enrolment": _ENROLMENT,
        "month": ("månad", "uppföljningsmånad", "avser månad"),
        "held_on": ("datum", "uppföljningsdatum", "samtalsdatum"),
        "form": (),
        "from_plan": ("utifrån planen", "från planen"),
        "plan_changed": ("planen ändrad", "planen ändrades"),
        "activities": ("aktiviteter",),
        "next_step": ("nästa steg",),
    },
    "exemptions": {
        "enrolment": _ENROLMENT,
        "from": ("från", "från och med", "fr o m"),
        "to": ("till", "till och med", "t o m"),
        "reason": ("skäl", "orsak"),
        "who": ("vem", "beslutad av", "beslutat av"),
        "withdrawn": ("återtaget", "återkallat"),
    },
    "answers": {
        "enrolment": _ENROLMENT,
        "survey": ("enkät",),
        "period": (),
        "question": ("fråga",),
        "value": ("värde",),
        "text": (),
        "answered_on": ("svarsdatum", "datum"),
        "mode": ("sätt", "svarssätt"),
    },
    "targets": {"indicator": ("indikator",), "year": ("år",), "target": ("mål",)},
    "actionplans": {
        "ref": REF,
        "provider": ("anordnare",),
        "deficiency": ("brist",),
        "measures": ("åtgärder", "åtgärd"),
        "due_on": ("förfaller", "klart senast"),
        "responsible": ("ansvarig",),
        "indicator": ("indikator",),
        "decided_on": ("beslutad", "datum"),
        "done_on": ("klar", "klart"),
        "effect": ("effekt",),
    },
    "context": {
        "name": ("namn", "uppgift"),
        "year": ("år",),
        "value": ("värde",),
        "unit": ("enhet",),
        "source": ("källa",),
        "date": ("datum", "hämtad"),
    },
}
# The columns that a file must have. Phone is among them for customers, because a file without it would silently
# take every number away.
REQUIRED = {
    "providers": ("ref", "name"),
    "customers": ("ref", "phone"),
    "enrolments": ("ref", "customer", "provider", "started_on"),
    "followups": ("enrolment", "month", "held_on"),
    "exemptions": ("enrolment", "from", "to", "reason", "who"),
    "answers": ("enrolment", "survey", "question", "answered_on"),
    "actionplans": (
        *("ref", "provider", "deficiency", "measures", "due_on"),
        *("responsible", "indicator", "decided_on"),
    ),
    "targets": ("indicator", "year", "target"),
    "context": ("name", "year", "value", "unit", "source", "date"),
}
# The columns that hold a number of the unit's own, and the kind of file that defines it.
REFERENCES = {
    "providers": {"ref": "providers"},
    "customers": {"ref": "customers"},
    "enrolments": {"ref": "enrolments", "customer": "customers", "provider": "providers"},
    "followups": {"enrolment": "enrolments"},
    "exemptions": {"enrolment": "enrolments"},
    "answers": {"enrolment": "enrolments"},
    "actionplans": {"ref": "actionplans", "provider": "providers"},
}
# Columns that mean something only together.
PAIRS = {"enrolments": (("ended_on", "end_reason"),)}
# The columns that make a row unique in a run.
KEYS = {
    "providers": ("ref",),
    "customers": ("ref",),
    "enrolments": ("ref",),
    "followups": ("enrolment", "month"),
    "exemptions": ("enrolment", "from_on"),
    "answers": ("enrolment", "survey", "period", "question"),
    "actionplans": ("ref",),
    "targets": ("indicator", "year"),
    "context": ("name", "year"),
}


def words(choices: Mapping[C, tuple[str, ...]]) -> dict[str, C]:
    """Return the codes by every accepted spelling, casefolded; an underscore may be written as a space."""

    def spellings() -> Iterator[tuple[str, C]]:
        for own, aliases in choices.items():
            for word in (str(own), own.replace("_", " "), *aliases):
                yield word.casefold(), own

    return dict(spellings())


LANGUAGE_WORDS = words(LANGUAGES)
GENDER_WORDS = words(GENDERS)
CONTACT_WORDS = words(CONTACTS)
MODE_WORDS = words(MODES)
END_REASON_WORDS = words(END_REASONS)
DIFFICULTY_WORDS = words(DIFFICULTIES)
EXEMPTION_WORDS = words(EXEMPTIONS)
FORM_WORDS = words(FORMS)
ACTIVITY_WORDS = words(ACTIVITIES)
SURVEY_WORDS = words(SURVEYS)
QUESTION_WORDS = {question: question for question in QUESTIONS}
INDICATOR_WORDS = words(INDICATORS)
# By kind and column, the codes of a closed list by every accepted spelling.
CHOICES: dict[str, dict[str, Mapping[str, object]]] = {
    "customers": {"language": LANGUAGE_WORDS, "gender": GENDER_WORDS, "contact": CONTACT_WORDS},
    "enrolments": {"end_reason": END_REASON_WORDS, "difficulty": DIFFICULTY_WORDS},
    "followups": {"form": FORM_WORDS, "from_plan": YES_NO, "plan_changed": YES_NO},
    "exemptions": {"reason": EXEMPTION_WORDS, "withdrawn": YES_NO},
    "answers": {"survey": SURVEY_WORDS, "question": QUESTION_WORDS, "mode": MODE_WORDS},
    "actionplans": {"indicator": INDICATOR_WORDS},
    "targets": {"indicator": INDICATOR_WORDS},
}
