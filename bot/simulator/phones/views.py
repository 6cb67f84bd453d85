"""What the page of phones shows, as plain values: messages and their cost, and what the database holds."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from bot.channels.sms.cost import SEGMENT_PRICE, sms_cost
from bot.simulator.emulator.server import Chat, Emulator, Sms
from storage.people.addresses import Address
from storage.simulator import AGAIN, Conversation, Customer
from survey.codes import AddressState, Channel, Outcome, SurveyId, in_sentence, swedish
from survey.packs.catalogue import Catalogue

View = dict[str, object]


class Views:
    """Customers and messages as the page reads them."""

    def __init__(self, emulator: Emulator, catalogue: Catalogue) -> None:
        self._emulator = emulator
        self._spoken = {
            text: language for language in catalogue.languages for _, text in catalogue.messages(language)
        }

    def brief(self, customer: Customer) -> View:
        """Return a customer for the list to choose from."""
        return {
            "ref": customer.ref,
            "language": customer.language,
            "provider": customer.enrolments[0].provider if customer.enrolments else "",
            "channels": [swedish(Channel, address.channel) for address in customer.addresses],
        }

    def whole(self, customer: Customer, conversations: Iterable[Conversation]) -> View:
        """Return a customer with every phone and message, and the latest conversations of the database."""
        return {
            "ref": customer.ref,
            "language": customer.language,
            "enrolments": [
                {
                    "ref": each.ref,
                    "provider": each.provider,
                    "started_on": each.started_on.isoformat(),
                    "ended_on": each.ended_on.isoformat() if each.ended_on else None,
                }
                for each in customer.enrolments
            ],
            "phones": [self._phone(address, customer.language) for address in customer.addresses],
            "conversations": [
                {
                    **asdict(each),
                    "name": swedish(SurveyId, each.survey),
                    "became": in_sentence(swedish(Outcome, each.outcome)) if each.outcome else "pågår",
                    "trial": each.period.startswith(AGAIN),
                }
                for each in conversations
            ],
        }

    def _phone(self, address: Address, language: str) -> View:
        parts = 0
        if address.channel == "sms":
            received = self._emulator.phones.get(address.value, ())
            messages = [self._sms(sms, language) for sms in received]
            parts = sum(sms_cost(sms.body).parts for sms in received if sms.direction != "inbound")
        else:
            thread = self._emulator.threads.get(int(address.value), ())
            messages = [self._chat(chat, language) for chat in thread]
        sent = [message for message in messages if message["author"] == "bot"]
        return {
            "channel": address.channel,
            "address": address.value,
            "state": address.state,
            "state_name": swedish(AddressState, address.state),
            "messages": messages,
            "sent": len(sent),
            "parts": parts,
            "sek": parts * SEGMENT_PRICE,
        }

    def _sms(self, sms: Sms, language: str) -> View:
        seen: View = {"id": sms.sid, "text": sms.body, "author": "person" if sms.direction == "inbound" else "bot"}
        if sms.direction == "inbound":
            return seen
        return {
            **seen,
            **asdict(sms_cost(sms.body)),
            "status": sms.status,
            "language": self._of(sms.body, language),
        }

    def _chat(self, chat: Chat, language: str) -> View:
        seen: View = {"id": chat.message_id, "text": chat.text, "author": chat.author}
        if chat.author == "person":
            return seen
        return {
            **seen,
            "language": self._of(chat.text, language),
            "buttons": [[_button(button, chat.tapped) for button in row] for row in chat.keyboard],
        }

    def _of(self, text: str, language: str) -> str:
        """Return the language of a message: that of the pack whose text it is, else the customer's."""
        return self._spoken.get(text, language)


def _button(button: Mapping[str, str], tapped: str) -> View:
    data = button.get("callback_data", "")
    return {"text": button.get("text", ""), "data": data, "tapped": bool(data) and data == tapped}
