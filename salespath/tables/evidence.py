"""How the numbers of a column are written: decided by those of its cells that can be read one way only, never by guessing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from salespath.facts import Derived, Fact, Vocabulary
from salespath.facts.reader import ALONE, Context
from salespath.files.problems import NOTE, Problem, shown
from salespath.tables.normalise import texts

ROWS = 32_768  # at the beginning of a file, which are looked at
_GAP = "[ '’\u00a0\u202f]"
_BEFORE, _AFTER = r"(?:^|[^\d.,])", r"(?:$|[^\d.,])"


def _decimals(point: str, comma: str) -> str:
    """Numbers in which `point` can only separate decimals, or `comma` only thousands (both as in a pattern)."""
    either = rf"(?:{comma}|{_GAP})"
    ways = (
        rf"\d{{1,3}}(?:{either}\d{{3}})+{point}\d+|\d{{1,3}}(?:{comma}\d{{2}})*(?:{comma}\d{{3}}){point}\d+",
        rf"\d*{point}\d{{1,2}}|\d*{point}\d{{4,}}|0+{point}\d+|\d{{4,}}{point}\d+",
        rf"\d{{1,3}}(?:{comma}\d{{3}}){{2,}}|\d{{1,2}}(?:{comma}\d{{2}})+{comma}\d{{3}}",
    )
    return f"{_BEFORE}(?:{'|'.join(ways)}){_AFTER}"


_POINT, _COMMA = _decimals(r"\.", ","), _decimals(",", r"\.")
_DOUBTFUL = rf"{_BEFORE}[1-9]\d{{0,2}}[.,]\d{{3}}\s*(?:$|[^\d.,\s%kKmMbB]|[\s]+[^\d.,\s%kKmMbB])"
_POINTED, _PLAIN = rf"{_BEFORE}[1-9]\d{{0,2}}\.\d{{3}}{_AFTER}", "^-?[0-9]*$"
_NOT_WHOLE = rf"{_BEFORE}[1-9]\d{{0,2}}%s(?:\d\d[1-9]|\d[1-9]\d|[1-9]\d\d){_AFTER}"
_DOUBTFUL_CELL = re.compile(r"(?<![\d.,])([1-9]\d{0,2})[.,](\d{3})(?![\d.,])")


@dataclass
class Evidence:
    """What the first rows of a table say of its columns."""

    contexts: dict[str, Context] = field(default_factory=dict)
    undecided: frozenset[str] = frozenset()  # columns of numbers with two readings
    problems: tuple[Problem, ...] = ()


def evidence(
    columns: Mapping[str, Sequence[pa.Array]],
    vocabulary: Vocabulary,
    path: str,
    row: int,
    delimiter: str = "",
    contexts: Mapping[str, Context] | None = None,
    numbers: Mapping[str, Sequence[pa.Array]] = MappingProxyType({}),
) -> Evidence:
    """How the columns are to be read that are facts and text; `row` is the header's, `contexts` what is known of them already.

    `numbers` are those of the columns that a program wrote, as texts: they say what shares are, but not how people write.
    """
    found = Evidence(dict(contexts or {}))
    points: dict[str, set[str]] = {}
    doubtful: dict[str, str] = {}
    for name, parts in columns.items():
        if name not in vocabulary:
            continue
        fact = vocabulary[name]
        cells = [_text(part) for part in parts if may_tell(fact, part.type)]
        if not cells:
            continue
        distinct = pc.unique(pc.utf8_trim_whitespace(pa.chunked_array(cells))).drop_null()
        if fact.type == "boolean":
            words = {word for word in distinct[:5].to_pylist() if word}
            if len(distinct) <= 3 and words and words <= {"1", "0"}:
                found.contexts[name] = replace(found.contexts.get(name, ALONE), ones=True)
        if not fact.numeric:
            continue
        distinct = distinct.filter(pc.invert(pc.match_substring_regex(distinct, _PLAIN)))
        if fact.type != "share":
            distinct = distinct.filter(pc.invert(pc.match_substring(distinct, "%")))
        points[name] = _separators(distinct, whole=fact.type == "integer", exact=fact.type in ("share", "number"))
        if doubt := _first(distinct, _DOUBTFUL):
            doubtful[name] = doubt
        if fact.type == "share" and (way := _in_percents([*cells, *numbers.get(name, ())])):
            found.contexts[name] = replace(found.contexts.get(name, ALONE), percent=True)
            found.problems += (_note("SP124", f"{name}: shares are read in percents, as {way}.", path, row, name),)
    elsewhere = {sign for signs in points.values() for sign in signs}
    undecided = set()
    for name, signs in points.items():
        if found.contexts.get(name, ALONE).decimal:  # as rejects say it
            continue
        if len(signs) == 2 or (not signs and name not in doubtful):
            undecided |= {name} & doubtful.keys()
            continue
        decimal, why = "", "other cells of the column can only be read so"
        if signs:
            (decimal,) = signs
        elif delimiter == "," and "." not in doubtful[name]:
            decimal, why = ".", "commas separate the cells of this file"
        elif elsewhere == {","} and delimiter == ";":
            decimal, why = ",", "other columns have decimal commas"
        elif elsewhere == {"."} and "." not in doubtful[name]:
            decimal, why = ".", "other columns have decimal points"
        if not decimal:
            undecided.add(name)
            continue
        found.contexts[name] = replace(found.contexts.get(name, ALONE), decimal=decimal)
        if decimal == "," or (name in doubtful and "." in doubtful[name]):
            say = "a comma separates decimals" if decimal == "," else "a point separates decimals"
            found.problems += (_note("SP124", f"{name}: {say}, as {why}.", path, row, name),)
    for name in sorted(undecided, key=list(columns).index):
        message = (
            f"{name}: {two_readings(doubtful[name])}, and the other cells of the column do not decide. Such cells are "
            "not read; write these numbers without separators, or one of the column with two decimals."
        )
        found.problems += (_note("SP124", message, path, row, name),)
    found.undecided = frozenset(undecided)
    return found


def may_tell(fact: Fact | Derived, kind: pa.DataType) -> bool:
    """Whether cells of a type may tell how a column is to be read: texts of numbers, or of yes and no."""
    return (fact.numeric or fact.type == "boolean") and bool(pa.types.is_string(_value_type(kind)))


_READINGS: Mapping[str, tuple[str, Any]] = {  # as rejects say it
    "in percents": ("percent", True),
    "decimal comma": ("decimal", ","),
    "decimal point": ("decimal", "."),
}


def read_as(contexts: Mapping[str, Context], known: Mapping[str, Context], delimiter: str) -> str:
    """What evidence decided of columns that is not `known` without it: `churn_rate in percents; capital decimal comma`."""
    return "; ".join(
        f"{name} {words}"
        for name, context in contexts.items()
        for words, (of, value) in _READINGS.items()
        if getattr(context, of) == value != getattr(known.get(name, ALONE), of) and (value, delimiter) != (".", ",")
    )


def as_read(text: str, contexts: Mapping[str, Context]) -> dict[str, Context]:
    """The contexts with what was decided when the rows of a file of rejects were read first."""
    found = dict(contexts)
    for part in text.split(";"):
        name, _, words = part.strip().partition(" ")
        if words in _READINGS:
            of, value = _READINGS[words]
            found[name] = replace(found.get(name, ALONE), **{of: value})
    return found


def two_readings(text: str) -> str:
    """Both readings of a cell as words, or nothing where it has one."""
    match = _DOUBTFUL_CELL.search(text)
    if not match:
        return ""
    part = match[2].rstrip("0")
    return f"{shown(text)} can be read as {match[1]}{match[2]} or as {match[1]}{'.' + part if part else ''}"


def _note(code: str, message: str, path: str, row: int, column: str) -> Problem:
    return Problem(code, message, NOTE, file=path, row=row, column=column)


def _separators(cells: pa.Array, *, whole: bool, exact: bool) -> set[str]:
    """The decimal signs that some cells can only be read with."""
    found = set()
    for sign, way, other in ((".", _POINT, ","), (",", _COMMA, r"\.")):
        patterns = [way, *([_NOT_WHOLE % other] if whole else []), *([_POINTED] if exact and sign == "." else [])]
        if any(_first(cells, pattern) for pattern in patterns):
            found.add(sign)
    return found


def _first(cells: pa.Array, pattern: str) -> str:
    """The first cell that a pattern matches, or nothing."""
    matches = pc.index(pc.match_substring_regex(cells, pattern), True).as_py() if len(cells) else -1
    return "" if matches < 0 else str(cells[matches])


def _in_percents(parts: Sequence[pa.Array]) -> str:
    """Why a column of shares is in percents: most cells have the sign, or are more than 1. Else nothing."""
    cells = pa.chunked_array(parts).drop_null()
    signed = pc.sum(pc.match_substring(cells, "%")).as_py() or 0
    plain = pc.replace_substring(pc.utf8_trim_whitespace(cells), ",", ".")
    plain = plain.filter(pc.match_substring_regex(plain, r"^\d+(?:\.\d*)?$")).cast(pa.float64())
    more = pc.sum(pc.greater(plain, 1)).as_py() or 0
    if signed and 2 * signed > len(cells) and len(plain):
        return "most cells have the sign %"
    return "most cells are more than 1" if more and 2 * (more + signed) > len(cells) and more else ""


def _text(cells: pa.Array) -> pa.Array:
    return texts(cells) if pa.types.is_string(cells.type) else cells.cast(pa.string())


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind
