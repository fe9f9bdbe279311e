"""In which encoding a text is that is not UTF-8: the one in which its words can be words of few languages, then what chardet finds
likelier. Where two are as good and read the words otherwise, none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import category, normalize

CANDIDATES = ("cp1250", "cp1252", "iso8859-2", "cp1251")  # of those that read the words alike, the first
MOST = 50_000  # bytes of words that are looked at
MARGIN = 1.03  # how much likelier one has to be
_WORDS = re.compile(rb"[A-Za-z']*[\x80-\xff][A-Za-z'\x80-\xff]*")
_VOWELS = frozenset("aeiouyæœøåıwаеёиоуыэюяіїє")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[a-z]")
_NEVER = re.compile(r"ń[aeiouy]")  # a Spanish ñ read as Polish
_LETTERS = {  # of languages, beside a to z
    "ro": "ăâîşţșț", "pl": "ąćęłńóśźż", "cs": "áčďéěíňóřšťúůýž", "sk": "áäčďéíĺľňóôŕšťúýž", "hu": "áéíóöőúüű",
    "hr": "čćđšž", "de": "äöüß", "fr": "àâæçéèêëîïôœùûüÿ", "es": "áéíñóúüçà", "pt": "áâãàçéêíóôõúü", "it": "àèéìòù",
    "sv": "åäöé", "da": "æøåé", "nl": "ëïéèöü", "ru": "".join(map(chr, range(0x430, 0x450))) + "ёіїєґ",
}  # fmt: skip


def single_byte(data: bytes) -> tuple[str, str] | None:
    """The encoding of bytes that are not UTF-8, and a word that shows it; None where that is not clear."""
    found = dict.fromkeys(_WORDS.findall(data))
    words = b" ".join(found)[:MOST]
    if sum(map(_is_utf8, found)) * 10 >= len(found):  # a text in UTF-8 with something else in it
        return None
    texts: dict[str, str] = {}
    for name in CANDIDATES:
        try:
            texts[name] = words.decode(name)
            data.decode(name)
        except UnicodeDecodeError:
            texts.pop(name, None)
    if not texts:
        return None
    odd = {name: _oddity(text.split()) for name, text in texts.items()}
    best = [name for name in texts if odd[name] == min(odd.values())]
    if len({texts[name] for name in best}) > 1:
        best = _likelier(words, best, texts)
    if len({texts[name] for name in best}) != 1:
        return None
    return best[0], max(texts[best[0]].split(), key=lambda word: sum(not c.isascii() for c in word[:40]), default="")


def _is_utf8(word: bytes) -> bool:
    try:
        word.decode()
    except UnicodeDecodeError:
        return False
    return True


def _likelier(words: bytes, names: list[str], texts: dict[str, str]) -> list[str]:
    import chardet  # few files need it

    found = chardet.detect_all(words, include_encodings=names, ignore_threshold=True)
    likely = {name: 0.0 for name in names}
    for item in found:
        name = str(item["encoding"]).lower().replace("windows-", "cp").replace("iso-8859", "iso8859")
        likely[name] = float(item["confidence"] or 0)
    most = max(likely.values())
    return [name for name in names if likely[name] * MARGIN >= most and most]


def _oddity(words: Iterable[str]) -> int:
    """How much speaks against words: what no word holds, and the languages that it takes to have them all."""
    count, letters = 0, set[frozenset[str]]()
    for word in words:
        count += 3 * _odd_letters(word)
        letters.add(frozenset(c for c in word.lower() if not c.isascii() and c.isalpha()))
    letters.discard(frozenset())
    while letters:
        explained = max(({some for some in letters if some <= set(known)} for known in _LETTERS.values()), key=len)
        count += 1
        if not explained:
            return count + len(letters)
        letters -= explained
    return count


def _odd_letters(word: str) -> int:
    lower = word.lower()
    count = len(_NEVER.findall(lower)) + 2 * bool(_CYRILLIC.search(lower) and _LATIN.search(lower))
    for place, letter in enumerate(word):
        if letter.isascii():
            continue
        before, after = word[place - 1 : place], word[place + 1 : place + 2]
        kind = category(letter)
        if kind[0] == "L":
            count += kind == "Lu" and before.islower()
            around = [_vowel(c) for c in (before, letter, after) if c.isalpha()]
            count += len(around) == 3 and len(set(around)) == 1
            count += 2 * (kind == "Lo")  # ª and º
        else:
            count += 2 * (kind[0] == "C" or (before.isalpha() and after.isalpha() and letter != "’"))
            count += kind in ("No", "Sk") and (before.isalpha() or after.isalpha())
            count += kind in ("Sc", "So") and after.isalpha()
    return count


def _vowel(letter: str) -> bool:
    return normalize("NFD", letter.lower())[0] in _VOWELS
