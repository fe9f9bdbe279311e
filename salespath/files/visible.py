"""Texts of other people as they may leave the program: nothing in them that a terminal obeys or an eye cannot see.

Control characters, marks of direction, characters without width and whatever else is not printed are shown by their numbers
(`<U+202E>`); tabs and line ends in a line are blanks.
"""

from __future__ import annotations

# Printed, by the Unicode tables, yet not to be seen: joiners of letters, fillers, selectors of variants.
_UNSEEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
_SEEN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"  # signs of numbers
_CONTROLS = ("Cc", "Cf", "Cs", "Zl", "Zp")
_BLANKS = str.maketrans(dict.fromkeys("\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029", " "))
_WHITE = "\t\n\r"


def visible(text: str) -> str:
    """A text on one line, its hidden characters shown."""
    if _is_plain(text):
        return text
    line = text.replace("\r\n", " ").translate(_BLANKS)
    return "".join(f"<U+{ord(c):04X}>" if is_hidden(c) else c for c in line)


def is_hidden(character: str) -> bool:
    """Whether a character cannot be seen, a blank excepted; tabs and line ends are hidden ones."""
    if character.isprintable():
        return character in _UNSEEN
    import unicodedata  # only where there is one

    number = ord(character)
    if unicodedata.category(character) in _CONTROLS:
        return character not in _SEEN
    never = (
        number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF
    )  # are no characters, and no XML may hold some of them
    return never or 0xE0000 <= number <= 0xE0FFF or 0xFFF0 <= number <= 0xFFF8  # not assigned, but never to be seen


def _is_plain(text: str) -> bool:
    return text.isprintable() and (text.isascii() or _UNSEEN.isdisjoint(text))


def visible_lines(text: str) -> str:
    """A text of several lines, each of them visible."""
    return text if _is_plain(text) else "\n".join(map(visible, text.split("\n")))


def hidden(text: str) -> list[str]:
    """The names of the hidden characters in a text of several lines, without tabs and line ends, each once."""
    return [] if _is_plain(text) else [_name(c) for c in sorted(set(text)) if c not in _WHITE and is_hidden(c)]


def escaped(text: str, *, yaml: bool = False) -> str:
    r"""JSON, or YAML in double quotes, with the hidden characters of its texts as escapes (`\u202e`); line ends stay."""
    if text.isascii() and "\x7f" not in text:  # the other controls are escaped already
        return text
    return text.translate({ord(c): _escape(c, yaml) for c in set(text) if c not in _WHITE and is_hidden(c)})


def _escape(character: str, yaml: bool) -> str:
    if yaml:
        return f"\\U{ord(character):08x}"
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _name(character: str) -> str:
    """U+202E RIGHT-TO-LEFT OVERRIDE."""
    import unicodedata  # only where there is one

    known = {"\x00": "NULL", "\x07": "BELL", "\x08": "BACKSPACE", "\x1b": "ESCAPE", "\x7f": "DELETE"}
    name = unicodedata.name(character, known.get(character, ""))
    return f"U+{ord(character):04X} {name}".rstrip() if name else f"U+{ord(character):04X}, a control character"
