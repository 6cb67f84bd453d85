"""Make text from outside harmless: what cannot be seen, or turns or breaks the text around it. Pure.

Used at every door (register files, pages, comments, settings) and again by everything that prints, because a
published report keeps the text of its day. The characters are those of the Unicode standard: controls (Cc),
formats (Cf: bidi controls, joiners, soft hyphens, tags), surrogates, private and unassigned ones, and letters that
are drawn as nothing.
"""

import re
import unicodedata

ISOLATE, END_ISOLATE = "\u2068", "\u2069"
BREAK = "\u200b"  # a place where a word may be broken, drawn as nothing
WORD_AT_MOST = 24  # letters of a word without such a place: the longest word of our own tables has 22
MARKS_AT_MOST = 3  # combining marks on a letter; more are piled over the lines around it
_JOINERS = "\u200c\u200d"
# Letters and marks that are drawn as nothing, though they are no formats.
_EMPTY = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | frozenset(
    map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
)
_SPACES = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")
_DRAWN_AS_NOTHING = re.compile(f"[{''.join(sorted(_EMPTY))}]")
_PRINTED = frozenset(("\t", ISOLATE, END_ISOLATE))
_HARMLESS = dict.fromkeys(map(ord, "\t\n\u00a0\u202f"), " ")  # among what str.isprintable() refuses
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE = re.compile(f"({_MARK}{{{MARKS_AT_MOST}}}){_MARK}+")
_PARTS = re.compile(r"[^._/@-]*[._/@-]+|[^._/@-]+")
_LONG = re.compile(rf"[^\s{BREAK}]{{{WORD_AT_MOST + 1},}}")


def plain(text: str, *, lines: bool = False) -> str:
    """Return ``text`` on one line, without characters that are not seen; joiners stay in scripts that need them.

    Args:
        text: as it came.
        lines: keep line breaks, as in a comment of several lines.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    seen = "".join(_seen(text, place, lines) for place in range(len(text)))
    seen = _PILE.sub(r"\1", seen)
    if lines:
        return "\n".join(" ".join(line.split()) for line in seen.split("\n")).strip("\n")
    return " ".join(seen.split())


def safe(text: str) -> str:
    """Return ``text`` without what a terminal would obey and what turns or hides the text around it.

    Line breaks and tabs stay, and the isolates that we write ourselves (:func:`isolated`) where they are paired on
    their line. It is for what is printed, whoever wrote it: nothing else in the text is changed.
    """
    probe = text.translate(_HARMLESS)
    if probe.isprintable() and not _DRAWN_AS_NOTHING.search(probe):
        return text
    return "\n".join(_safe_line(line) for line in text.split("\n"))


def _safe_line(line: str) -> str:
    kept = "".join(char for place, char in enumerate(line) if char in _PRINTED or _seen(line, place, False) == char)
    return kept if _paired(kept) else kept.replace(ISOLATE, "").replace(END_ISOLATE, "")


def _paired(text: str) -> bool:
    """Return whether each isolate is ended and none is ended that was not begun."""
    depth = 0
    for char in text:
        depth += (char == ISOLATE) - (char == END_ISOLATE)
        if depth < 0:
            return False
    return depth == 0


def escaped(json: str) -> str:
    """Return a line of JSON, with what :func:`safe` takes away written as escapes: no value is changed."""
    return json if json.isprintable() else "".join(map(_escaped, json))


def _escaped(char: str) -> str:
    if char.isprintable() or unicodedata.category(char) == "Zs":
        return char
    halves = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{halves[at]:02x}{halves[at + 1]:02x}" for at in range(0, len(halves), 2))


def has_unseen(text: str) -> bool:
    """Return whether ``text`` has a line break, or a character that is not seen where it stands."""
    return any(_seen(text, place, False) != char for place, char in enumerate(text))


def _seen(text: str, place: int, lines: bool) -> str:
    char = text[place]
    if char in _SPACES:
        return "\n" if lines and char in "\n\u2028\u2029" else " "
    if char in _JOINERS:
        around = text[place - 1 : place] + text[place + 1 : place + 2]
        return char if place and len(around) == 2 and all(map(_needs_joiners, around)) else ""
    if char in _EMPTY or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return ""
    return char


def _needs_joiners(letter: str) -> bool:
    """Return whether the letter is of Arabic or an Indic script, whose spelling uses joiners."""
    return unicodedata.bidirectional(letter) == "AL" or "\u0900" <= letter <= "\u0dff"


def isolated(text: str) -> str:
    """Return ``text`` so that letters that run from right to left do not turn the sentence around it."""
    turns = any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)
    return f"{ISOLATE}{text}{END_ISOLATE}" if turns else text


def breakable(text: str) -> str:
    """Return ``text`` with places where its overlong words may be broken: after their signs, or where they must."""

    def broken(found: re.Match[str]) -> str:
        parts = _PARTS.findall(found[0])
        return BREAK.join(
            part[at : at + WORD_AT_MOST] for part in parts for at in range(0, len(part), WORD_AT_MOST)
        )

    return _LONG.sub(broken, text)
