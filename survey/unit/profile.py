"""The unit's profile as a value: its names, its promises to customers, whom it alerts and who may sign in. Pure.

It is read once, by survey/unit/profile_file.py, and handed down. Nothing else in the program names a unit. A
profile can be the key of a cache: its mappings count when two are compared, and are left out of the hash.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from survey.codes import CaseKind, Role

UnreadLanguages = Literal["refuse", "allow"]
COUNTRY = "+46"  # what the first 0 of a Swedish number stands for


@dataclass(frozen=True, slots=True)
class SignIn:
    """How staff are known at the unit's own sign-in service.

    Attributes:
        claim: the claim of the service's token that tells what somebody is.
        roles: the role of each of its values.
    """

    claim: str = "roles"
    roles: Mapping[str, Role] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class UnitProfile:
    """A unit, as its unit.toml has it. DESIGN.md section 5 says what each key is for.

    Attributes:
        name: who asks, as customers read it, where ``names`` has no form for their language.
        short: the same where there is little room.
        phone: as people write it.
        unit: the unit's own name.
        committee: whom the quality report is made for.
        privacy: the address of what is told about personal data.
        diary_number: of the quality report; empty for none.
        complaint_days: working days in which a complaint is answered.
        contact_days: working days in which a customer who asks for it is called.
        min_answers: a figure of fewer answers is not shown.
        unread_languages: whether texts that no native speaker has signed off may be sent.
        care_line: the phone number for advice on health.
        crisis_line: the phone number for those who think of taking their life.
        names: the form of ``name`` in other languages, by code.
        on_call: who is told when the service needs a person, as mailto: and tel: addresses.
        sign_in: how staff are known.
        is_example: whether it is the bundled example, which no real customer may be asked by.
    """

    name: str
    short: str
    phone: str
    unit: str
    committee: str
    privacy: str
    diary_number: str = ""
    complaint_days: int = 10
    contact_days: int = 5
    min_answers: int = 10
    unread_languages: UnreadLanguages = "refuse"
    care_line: str = "1177"
    crisis_line: str = "90101"
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    on_call: tuple[str, ...] = ()
    sign_in: SignIn = field(default_factory=SignIn)
    is_example: bool = False

    def name_in(self, language: str) -> str:
        """Return the unit's name as a text in ``language`` has it."""
        return self.names.get(language, self.name)

    def days_to_answer(self, kind: CaseKind) -> int | None:
        """Return the working days that a customer is promised for a case of this kind; None where nothing is."""
        return {CaseKind.COMPLAINT: self.complaint_days, CaseKind.CONTACT: self.contact_days}.get(kind)

    @property
    def tel(self) -> str:
        """The phone number as a link dials it: ``+4687188000``; a short number stays as it is."""
        digits = re.sub(r"[^\d+]", "", self.phone)
        return COUNTRY + digits[1:] if digits.startswith("0") else digits
