"""SMS through Twilio: the only package that imports twilio."""

from bot.sms.codes import CODES, classify
from bot.sms.gateway import Received, SmsGateway
from bot.sms.webhook import parse_inbound, parse_status, sign, twiml, verify

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
