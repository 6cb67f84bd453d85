"""SMS through Twilio: the only package that imports twilio."""

from bot.channels.sms.error_codes import CODES, classify
from bot.channels.sms.gateway import Received, SmsGateway
from bot.channels.sms.webhook import parse_inbound, parse_status, sign, twiml, verify

__all__ = [
    "CODES",
    "Received",
    "SmsGateway",
    "classify",
    "parse_inbound",
    "parse_status",
    "sign",
    "twiml",
    "verify",
]
