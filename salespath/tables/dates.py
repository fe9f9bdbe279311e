"""Rows of one company at several dates: which of them are older than its latest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salespath.engine.table import Array
from salespath.facts import Vocabulary
from salespath.facts.company_names import LEGAL_FORMS, folded_name
from salespath.facts.vocabulary import fold
from salespath.tables.header import COMPANY
from salespath.tables.normalise import texts

_COLUMNS = (  # what a column of dates is called, folded, the most telling first
    *(
        "as of",
        "as of date",
        "reference date",
        "report date",
        "reporting date",
        "snapshot date",
        "valuation date",
        "date",
    ),
    *(
        "period",
        "reporting period",
        "quarter",
        "month",
        "fiscal quarter",
        "data",
        "perioada",
        "luna",
        "trimestru",
        "trimestrul",
    ),
    *("year", "fiscal year", "anul", "an"),
)
_YEARS = frozenset(("year", "fiscal year", "anul", "an"))
_MONTHS = {
    name[:3]: place % 12 + 1
    for place, name in enumerate(
        [
            "jan",
            "feb",
            "mar",
            "apr",
            "may",
            "jun",
            "jul",
            "aug",
            "sep",
            "oct",
            "nov",
            "dec",
            "ian",
            "feb",
            "mar",
            "apr",
            "mai",
            "iun",
            "iul",
            "aug",
            "sep",
            "oct",
            "noi",
            "dec",
        ]
    )
}
_QUARTER = re.compile(r"[qt]\s*([1-4])|([1-4])\s*[qt]")
_FORMS = f"( ({'|'.join(sorted(LEGAL_FORMS))}))+$"
_APART = (
    r"\b[a-z0-9] [a-z0-9]\b|^sc |\b(sp|spol|srl) "  # letters and forms that are written apart: S R L, sp. z o.o., S.C.
)
_WORDS = bytes(code if chr(code).isalnum() or code == 10 else 32 for code in bytes(range(128)).lower()).ljust(256)
_MAYBE_MORE = (  # the same in lines of such words, with any spaces
    rf"(?m) ({'|'.join(sorted(LEGAL_FORMS))}) *$|\b[a-z0-9] +[a-z0-9]\b|^ *sc |\b(sp|spol|srl) "
)
UNKNOWN = -1
MONTH = 32  # numbers of a month


def date_columns(names: Sequence[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    """The columns that say of which date a row is, where companies have names: one, or a year beside a month or quarter."""
    if COMPANY not in names:
        return ()
    called = {fold(name.replace("_", " ")): name for name in reversed(names)}
    found = [called[word] for word in _COLUMNS if word in called]
    return (found[0], *(name for name in found[1:] if fold(name) in _YEARS)) if found else ()


class Dates:
    """Collects the names and dates of all rows of a file."""

    def __init__(self) -> None:
        self._names: list[Array] = []
        self._rows: list[Array] = []
        self._said: list[pa.Array] = []

    def add(self, names: pa.Array, dates: Sequence[pa.Array], rows: Array) -> None:
        """Add some rows."""
        self._names.append(name_keys(texts(names)))
        plain = [texts(column) for column in dates]
        said = pc.binary_join_element_wise(*plain, " ", null_handling="replace", null_replacement="")
        self._said.append(said.dictionary_encode())
        self._rows.append(rows)

    def older(self) -> Older | None:
        """Which rows are older than another of their company; None where none is, or where the dates cannot be told."""
        if not self._rows:
            return None
        codes = pa.chunked_array(self._said).unify_dictionaries().combine_chunks()
        codes = codes.chunk(0) if isinstance(codes, pa.ChunkedArray) else codes
        said = codes.dictionary.to_pylist()
        days = np.array([*days_of(said), UNKNOWN])[np.asarray(codes.indices.fill_null(len(said)))]
        names, rows = np.concatenate(self._names), np.concatenate(self._rows)
        fine = np.flatnonzero((days != UNKNOWN) & (names != 0))
        order = fine[np.lexsort((rows[fine], days[fine], names[fine]))]
        if not len(order):
            return None
        ends = np.append(names[order][1:] != names[order][:-1], True)
        last = order[np.flatnonzero(ends)[np.cumsum(np.concatenate(([0], ends[:-1])))]]
        past = days[order] < days[last]
        if not past.any():
            return None
        back = np.argsort(rows[order][past])
        places, latest = order[past][back], last[past][back]
        return Older(rows[places], rows[latest], codes.take(pa.array(places)), codes.take(pa.array(latest)))


class Names:
    """Collects the names of all rows of a file, to tell that no company has two."""

    def __init__(self) -> None:
        self._keys: list[Array] = []

    def add(self, names: list[str]) -> bool:
        """Add some names; whether these are all different, as those of most files are."""
        self._keys.append(_keys_of(names))
        return _all_different(self._keys[-1])

    def all_different(self) -> bool:
        """Whether no two names are the same."""
        return _all_different(np.concatenate([np.zeros(0, np.int64), *self._keys]))


def _all_different(keys: Array) -> bool:
    keys = np.sort(keys[keys != 0])
    return not (keys[1:] == keys[:-1]).any()


def name_keys(names: pa.StringArray) -> Array:
    """A number for each name as it is compared, 0 for none: that of `folded_name`, but found for plain names all at once."""
    return _keys_of(names.fill_null("").to_pylist())


def _keys_of(names: list[str]) -> Array:
    keys = _plain_keys("\n".join(names).encode())
    if len(keys) != len(names):
        keys = _keys(pa.array(names, pa.string()))
    for place in np.flatnonzero(keys == 0).tolist():
        name = names[place]
        keys[place] = (hash(folded_name(name)) or 1) if name.strip() else 0
    return keys


def _keys(names: pa.StringArray) -> Array:
    """The keys of plain names, 0 for others."""
    words = pc.replace_substring_regex(pc.replace_substring(pc.ascii_lower(names), ".", ""), "[^a-z0-9]+", " ")
    words = pc.ascii_trim(words, " ")
    bare = pc.replace_substring(pc.replace_substring_regex(words, _FORMS, ""), " ", "")
    plain = pc.and_(
        pc.string_is_ascii(names), pc.and_not(pc.not_equal(words, ""), pc.match_substring_regex(words, _APART))
    )
    return np.where(np.asarray(plain), np.fromiter(map(hash, bare.to_pylist()), np.int64, len(names)), 0)


def _plain_keys(names: bytes) -> Array:
    """The same for names in lines; none at all where one may have a legal form in it."""
    words = names.translate(_WORDS, b".")
    if not names.isascii() or pc.match_substring_regex(pa.array([words.decode()]), _MAYBE_MORE)[0].as_py():
        return np.zeros(0, np.int64)
    bare = words.replace(b" ", b"").decode().split("\n")
    return np.fromiter(map(hash, bare), np.int64, len(bare))


class Older:
    """The rows that are older than the latest of their company, and which that is."""

    def __init__(self, rows: Array, latest: Array, said: pa.Array, said_latest: pa.Array) -> None:
        self._rows, self._latest, self._said, self._said_latest = rows, latest, said, said_latest

    def among(self, numbers: Array) -> dict[int, str]:
        """Those among some rows, by place, and what they are."""
        at = np.searchsorted(self._rows, numbers)
        at[at == len(self._rows)] = 0
        places = np.flatnonzero(self._rows[at] == numbers) if len(self._rows) else ()
        return {int(place): self._why(int(at[place])) for place in places}

    def _why(self, at: int) -> str:
        said, latest = str(self._said[at]).strip(), str(self._said_latest[at]).strip()
        return f"of {said}, and row {self._latest[at]} has the same company at {latest}"


def days_of(said: Sequence[str]) -> list[int]:
    """Dates as numbers that can be compared, MONTH to a month; UNKNOWN for what is none.

    Where a day and a month cannot be told apart, all such dates are unknown.
    """
    parts = [_parts(text) for text in said]
    pairs = [part for part in parts if isinstance(part, tuple) and len(part) == 3 and part[0] <= 31]
    month_first = any(second > 12 for _, second, _ in pairs)
    day_first = any(first > 12 for first, *_ in pairs)
    clear = month_first != day_first
    found = []
    for part in parts:
        if len(part) == 3 and part[0] <= 31:
            day, month, year = part if day_first else (part[1], part[0], part[2])
            part = (year, month, day) if clear or part[0] == part[1] else ()
        found.append(_number(part))
    return found


def _number(part: tuple[int, ...]) -> int:
    year, month, day = (*part, 0, 0, 0)[:3]
    if not 1900 <= year <= 2200 or month > 12:
        return UNKNOWN
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return UNKNOWN
    return (year * 13 + month) * MONTH + day


def _parts(text: str) -> tuple[int, ...]:
    """Year, month and day of a date, as far as it says them; of 03/04/2025 the three numbers as they stand; of others nothing."""
    plain = " ".join(text.lower().split())
    if match := re.fullmatch(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[t ]\d{1,2}:\d{2}.*)?", plain):
        return tuple(int(part) for part in match.groups() if part)
    if match := re.fullmatch(r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})", plain):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        return (year, second, first) if match[2] == "." else (first, second, year)
    ending = re.search(r"(?<!\d)((?:19|20|21)\d{2})(?!\d)|['’](\d{2})(?!\d)|(?<=[-/ ])(\d{2})$", plain)
    if not ending:
        return ()
    number = int(ending[1] or f"20{ending[2] or ending[3]}")
    rest = (plain[: ending.start()] + " " + plain[ending.end() :]).strip(" -/.,'’")
    rest = rest.removeprefix("fy").strip(" -/.,'’")
    if not rest:
        return (number,)
    if quarter := _QUARTER.fullmatch(rest):
        return (number, 3 * int(quarter[1] or quarter[2]))
    if (month := _MONTHS.get(rest[:3])) and rest.rstrip(".").isalpha():
        return (number, month)
    if named := re.fullmatch(r"(\d{1,2})[ .-]*([^\W\d]+)|([^\W\d]+)[ .-]*(\d{1,2})", rest):
        month = _MONTHS.get((named[2] or named[3])[:3])
        return (number, month, int(named[1] or named[4])) if month else ()
    return (number, int(rest)) if rest.isdigit() and 1 <= int(rest) <= 12 else ()
