"""Amounts as people write them: figures with their scale, currency, percent sign, period or unit; ranges, bounds and "about".

A text is cut into words once and read from left to right, so that the time it takes grows with its length alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TypeAlias
from unicodedata import category, combining, normalize

from salespath.facts.currencies import AMBIGUOUS, ISO

LONGEST = 200  # characters of an amount; far more than any needs
LEAST, MOST = "at least", "at most"
TWELFTHS = {"day": 12, "week": 84, "month": 365, "quarter": 1095, "year": 4380}  # of a day; a month is 365/12 days
_UNUSUAL = str.maketrans(
    dict.fromkeys(
        "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
    )
    | dict.fromkeys("‘’ʼ′`´＇", "'")
    | dict.fromkeys("‐‑‒–—―−﹣－", "-")
    | {
        "＋": "+",
        "．": ".",
        "，": ",",
        "％": "%",
        "＄": "$",
        "￥": "¥",
        "￡": "£",
        "～": "~",
        "≤": "<=",
        "≥": ">=",
        "（": "(",
        "）": ")",
    }
    | {chr(0xFF10 + digit): str(digit) for digit in range(10)}
)


class Figure:
    """One figure as written: its digits with their separators, and what stands beside it.

    `scale` and `exponent` are powers of ten; `letter` says that the scale is a mere m, which can also mean months;
    `bracket` that it is negative as in accounts.
    """

    __slots__ = ("bracket", "currency", "digits", "exponent", "letter", "negative", "percent", "scale", "unit")

    def __init__(self) -> None:
        self.digits = self.currency = self.unit = ""
        self.negative = self.letter = self.percent = self.bracket = False
        self.exponent = 0
        self.scale: int | None = None


class Amount:
    """What a text says: one figure, or the two ends of a range.

    `bound` is LEAST or MOST where the figure is one; `about` says that it is estimated, `per` the period that it is counted by, and
    `rest` holds the words beside it that are none of these.
    """

    __slots__ = ("about", "bound", "figures", "per", "rest")

    def __init__(self) -> None:
        self.figures: list[Figure] = []
        self.bound = self.per = self.rest = ""
        self.about = False


_Word: TypeAlias = "tuple[str, str | int]"  # of what kind, and what it means


def _words(kind: str, meanings: Mapping[str, str] | Mapping[int, str]) -> dict[str, _Word]:
    return {word: (kind, value) for value, text in meanings.items() for word in text.split("|")}


_PERIODS = {
    "day": "day|days|d|zi|zile|tag|tage",
    "week": "week|weeks|wk|wks|w|saptamana|saptamani",
    "month": "month|months|mo|mos|mth|mths|mnth|luna|luni|monat|monate",
    "quarter": "quarter|quarters|qtr|q|trimestru|trimestre",
    "year": "year|years|yr|yrs|y|an|ani|jahr|jahre",
}
_PERIOD = {word: period for period, text in _PERIODS.items() for word in text.split("|")}
_EACH = frozenset(("a", "an", "per", "/", "each", "every", "pe", "pro", "je", "p"))
_PER = _words("per", {
    "month": "monthly|lunar|p.m.|p.m|pm|mrr",
    "year": "yearly|annually|annual|p.a.|p.a|pa|per annum|anual|arr",
    "quarter": "quarterly|trimestrial",
    "week": "weekly|saptamanal",
    "day": "daily|zilnic",
})  # fmt: skip
_AFTER: dict[str, _Word] = {
    **_words("scale", {
        3: "k|thousand|thousands|grand|mii|mie|tsd|tausend|tis|tys",
        5: "lakh|lakhs|lac|lacs",
        6: "m|mn|mm|mio|mil|mill|mln|million|millions|milion|milioane",
        7: "crore|crores|cr",
        9: "b|bn|billion|billions|bil|bln|mld|mrd|md|miliard|miliarde|milliarden",
    }),
    **_words("percent", {"": "%|percent|per cent|pct|la suta|procente|procent"}),
    **_words("about", {"": "roughly|approximately|approx|approx.|circa|ca|ca.|estimated|estimate|est|est.|or so|- ish|ish"
        "|aprox|aprox.|aproximativ"}),
    **_words("bound", {
        LEAST: "+|or more|and more|and above|or above|and up|and over|or over|plus|min|min.|minimum|sau mai mult|at least",
        MOST: "or less|or fewer|and below|or below|or under|max|max.|maximum|sau mai putin|at most",
    }),
    **_words("nothing", {"": "(|)|,|.|de"}),
    **_words("to", {"": "-|to|until|pana la|la|bis"}),
    **_words("and", {"": "and|si"}),
}  # fmt: skip
_BEFORE: dict[str, _Word] = {
    **_words("about", {
        "": "~|≈|about|around|roughly|approximately|approx|approx.|c|c.|ca|ca.|circa|cca|cca.|estimated|est|est.|some|aprox|aprox."
        "|aproximativ|cam|vreo|in jur de|nearly|almost"
    }),
    **_words("bound", {
        LEAST: ">|>=|over|above|more than|at least|min|min.|minimum|no less than|not less than|no fewer than|upwards of"
        "|peste|cel putin|minim|minimum of|a minimum of|mai mult de|mai mult decat",
        MOST: "<|<=|under|below|less than|fewer than|up to|at most|max|max.|maximum|no more than|not more than|maximum of"
        "|a maximum of|sub|cel mult|maxim|pana la|mai putin de|mai putin decat",
    }),
    **_words("between", {"": "between|intre|from|de la"}),
    **_words("sign", {"-": "-", "+": "+"}),
    **_words("(", {"": "("}),
    **_words("scale", {3: "k|t", 6: "m"}),
}  # fmt: skip


_WIDTHS = (3, 2, 1)  # words of a phrase
_LONGER = frozenset(phrase.split()[0] for known in (_AFTER, _BEFORE, _PER, ISO) for phrase in known if " " in phrase)


@cache
def _tokens() -> re.Pattern[str]:
    """Numbers with their separators and exponent (or the dash of no cents), words, and signs; compiled with the first amount."""
    return re.compile(
        r"(?:[0-9]|\.(?=[0-9]))[0-9.,'_]*(?: [0-9]{3}(?![0-9])[.,'_0-9]*)*"
        r"(?:e[-+]?[0-9]{1,3}(?![^\W_])|(?:(?<=[.,])--?|/-)(?! *[0-9]))?"
        r"|(?:us|au?|c(?:an?)?|hk|nz|sg?|r|mx|nt)\$|(?:jp|cn)¥"
        r"|p\.[am]\.?|(?:c|ca|cca|est|approx|aprox|min|max|fr|kr|rs)\.|[^\W\d_]+|<=|>=|\S"
    )


def plain(text: str) -> str:
    """A text in lower case, without accents, with plain digits, spaces, dashes and apostrophes."""
    if not text.isascii():
        letters = normalize("NFD", text.translate(_UNUSUAL))
        text = "".join(letter for letter in letters if not combining(letter))
    return text.strip().lower()


def amount(text: str) -> Amount | None:
    """What a text, made `plain`, says as an amount, or None where it says none."""
    if len(text) > LONGEST or not any(map(str.isdigit, text)):
        return None
    tokens = _tokens().findall(text)
    reader = _Reader(tokens)
    return reader.found if tokens.count("(") == tokens.count(")") and reader.read() else None


def readings(digits: str, decimal: str, *, decided: bool) -> tuple[str, ...]:
    """What digits with separators can mean, as plain decimal text: nothing, one number or two.

    `decimal` is the separator of decimals, where that is known; `decided` says that one point is a decimal point whatever follows.
    """
    digits = digits.replace("_", "")
    if "'" in digits or " " in digits:
        *groups, last = digits.replace("'", " ").split(" ")
        whole, rest = " ".join((*groups, last[:3])), last[3:]
        good = _grouped(whole, " ") and (not rest or (rest[0] in ".," and (not rest[1:] or rest[1:].isdecimal())))
        return (whole.replace(" ", "") + rest.replace(",", "."),) if good else ()
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        whole, mark, part = digits.rpartition("." if digits.rindex(".") > digits.rindex(",") else ",")
        other = "." if mark == "," else ","
        good = digits.count(mark) == 1 and (_grouped(whole, other) or _in_lakhs(whole, other))
        return (f"{whole.replace(other, '')}.{part}",) if good else ()
    if commas:
        whole, _, part = digits.rpartition(",")
        if _grouped(digits, ",") and not (decimal == "," and commas == 1):
            return (digits.replace(",", ""),)
        if commas == 1:
            return (f"{whole}.{part}",) if whole and part else ()
        return (digits.replace(",", ""),) if _in_lakhs(digits, ",") else ()
    if points == 1 and (decided or decimal == "." or not (_grouped(digits, ".") and len(digits) > 4)):
        return (digits,)
    whole = digits.replace(".", "")
    if points == 1 and not decimal:
        return whole, digits.rstrip("0").rstrip(".")
    return (whole,) if not points or _grouped(digits, ".") else ()


def _grouped(digits: str, mark: str) -> bool:
    """Whether digits stand in groups of three: 1,299,500. Nothing is grouped that begins with zero: 0,125 is an eighth."""
    first, *others = digits.split(mark)
    good = 0 < len(first) < 4 and first[0] != "0" and first.isdecimal()
    return good and all(len(group) == 3 and group.isdecimal() for group in others)


def _in_lakhs(digits: str, mark: str) -> bool:
    """Whether digits stand in the groups of India: 12,50,000."""
    first, *others = digits.split(mark)
    return (
        0 < len(first) < 3 and len(others) > 1 and len(others.pop()) == 3 and all(len(group) == 2 for group in others)
    )


class _Reader:
    """Reads the words of one amount, from left to right."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at, self.found = tokens, 0, Amount()
        self.between = False
        self.rest: list[str] = []

    def read(self) -> bool:
        """Read them all; False where they make no amount."""
        good = self._figure()
        while good and self.at < len(self.tokens):
            good = self._period() or self._beside(self.found.figures[-1]) or self._after()
        self.found.rest = " ".join(self.rest)
        return good and not (self.between and len(self.found.figures) == 1)

    def _phrase(self, known: dict[str, _Word]) -> _Word | None:
        """The meaning of the longest phrase that stands here, which is passed over; or None."""
        at, tokens = self.at, self.tokens
        for width in _WIDTHS if tokens[at] in _LONGER else (1,):
            word = known.get(tokens[at] if width == 1 else " ".join(tokens[at : at + width]))
            if word is not None:
                self.at += min(width, len(tokens) - at)
                return word
        return None

    def _currency(self) -> str:
        """The currency named here, as written, which is passed over; or nothing."""
        at, tokens = self.at, self.tokens
        for width in _WIDTHS if tokens[at] in _LONGER else (1,):
            word = tokens[at] if width == 1 else " ".join(tokens[at : at + width])
            if word in ISO or word in AMBIGUOUS:
                self.at += min(width, len(tokens) - at)
                return word
        if not tokens[at].isascii() and category(tokens[at][0]) == "Sc":
            self.at += 1
            return tokens[at]
        return ""

    def _figure(self) -> bool:
        """Read one figure with what stands before and directly after it."""
        figure, signed, bracket = Figure(), False, False
        while self.at < len(self.tokens) and not figure.digits:
            token = self.tokens[self.at]
            if token[0] in "0123456789" or (token[0] == "." and token[1:]):
                self.at += 1
                figure.digits, _, exponent = token.partition("e")
                if token[-1] == "-":  # 45.000,- and 12,00,000/- have no cents
                    figure.digits = token.rstrip("/-")
                    if len(set(figure.digits) & set(".,'_ ")) == 1:  # the only mark, so it separates nothing
                        figure.digits = figure.digits.rstrip(".,")
                figure.exponent = int(exponent or 0)
            elif currency := self._currency():
                if figure.currency:
                    return False
                figure.currency = currency
            elif (word := self._phrase(_BEFORE)) is None:
                split = self._split(token)
                if not split:
                    return False
                figure.scale, figure.currency = split
                self.at += 1
            elif word[0] == "about":
                self.found.about = True
            elif word[0] == "bound":
                if self.found.bound or self.found.figures or self.between:
                    return False
                self.found.bound = str(word[1])
            elif word[0] == "between":
                if self.between or self.found.figures:
                    return False
                self.between = True
            elif word[0] == "sign":
                if signed:
                    return False
                signed, figure.negative = True, word[1] == "-"
            elif word[0] == "(":
                if bracket:
                    return False
                bracket = True
            else:  # k€45: a scale, of a currency only
                following = self.tokens[self.at] if self.at < len(self.tokens) else ""
                if following not in ISO or following.isalpha() or figure.scale is not None:
                    return False
                figure.scale = int(word[1])
        if not figure.digits:
            return False
        self.found.figures.append(figure)
        while self.at < len(self.tokens) and self._beside(figure):
            pass
        if bracket and not self.found.about and self.tokens[self.at : self.at + 1] == [")"]:
            self.at += 1  # (5,000) in accounts is less than nothing
            figure.negative = figure.bracket = not signed
        return True

    def _split(self, token: str) -> tuple[int, str] | None:
        """The scale and the currency of keur, meur, teur; or None."""
        if token[:1] in ("k", "m", "t") and token[1:] in ISO:
            return 6 if token[0] == "m" else 3, token[1:]
        return None

    def _beside(self, figure: Figure) -> bool:
        """Read a word directly after a figure that is its scale, currency, percent sign or unit."""
        token, start = self.tokens[self.at], self.at
        if currency := self._currency():
            if figure.currency and ISO.get(figure.currency) != ISO.get(currency):
                self.at = start
                return False
            figure.currency = currency
            return True
        if split := self._split(token):
            if figure.currency or figure.scale is not None:
                return False
            figure.scale, figure.currency = split
            self.at += 1
            return True
        word = self._phrase(_AFTER)
        if word is not None and word[0] == "scale" and figure.scale is None:
            figure.scale, figure.letter = int(word[1]), token == "m"
            return True
        if word is not None and word[0] == "percent" and not figure.percent:
            figure.percent = True
            return True
        self.at = start
        if token in _PERIOD and not figure.unit:
            figure.unit = _PERIOD[token]
            self.at += 1
            return True
        return False

    def _period(self) -> bool:
        """Read the period that an amount is counted by: a month, per year, /mo, monthly."""
        first, second = (*self.tokens[self.at : self.at + 2], "")[:2]
        if first in _EACH and (second in _PERIOD or (first in ("/", "p") and second == "m")):
            period, width = _PERIOD.get(second, "month"), 2
        else:
            start, word = self.at, self._phrase(_PER)
            width, self.at = self.at - start, start
            if word is None:
                return False
            period = str(word[1])
        if self.found.per not in ("", period):
            return False
        self.found.per = period
        self.at += width
        return True

    def _after(self) -> bool:
        """Read what else can stand after a figure: the other end of the range, a bound, words that are none of these."""
        word, found = self._phrase(_AFTER), self.found
        if word is None:
            self.rest.append(self.tokens[self.at])
            self.at += 1
            return self.rest[-1].isalpha()
        match word[0]:
            case "to" | "and":
                if len(found.figures) == 2 or found.bound or self.rest or (word[0] == "and" and not self.between):
                    return False
                return self._figure()
            case "bound":
                if found.bound or len(found.figures) == 2:
                    return False
                found.bound = str(word[1])
            case "about":
                found.about = True
        return word[0] in ("bound", "about", "nothing")
