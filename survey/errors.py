"""The errors of the surveys."""


class PackError(Exception):
    """A pack is wrong; the message names file, question and language and says what to do."""
