"""Phones on a page: a person plays any customer, in any language, against the real system.

The phones are the far end and nothing more. What is written goes through the emulator, which signs the webhook
as Twilio and Telegram do; what is shown is what the emulator delivered, and beside it what the database holds.
"""

from bot.simulator.phones.web import Phones

__all__ = ["Phones"]
