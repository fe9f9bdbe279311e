"""How the numbers of a column are written: decided by those of its cells that can be read one way only, never by guessing."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import pyarrow as pa
import pyarrow.compute as pc

from salespath.facts import Vocabulary, Written
from salespath.facts.reader import ALONE, Context
from salespath.files.problems import NOTE, Problem, refusal, shown
from salespath.tables.header import REJECTED
from salespath.tables.normalise import texts

*_, READING = REJECTED
_DECIMALS = {".": ("point",), ",": ("comma",)}
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
) -> Evidence:
    """How the columns are to be read that are facts and text; `row` is the header's, `contexts` what is known of them already."""
    found = Evidence(dict(contexts or {}))
    points: dict[str, set[str]] = {}
    doubtful: dict[str, str] = {}
    for name, parts in columns.items():
        if name not in vocabulary:
            continue
        fact = vocabulary[name]
        cells = [_text(part) for part in parts if pa.types.is_string(_value_type(part.type))]
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
        if fact.type == "share" and (way := _in_percents(cells)):
            found.contexts[name] = replace(found.contexts.get(name, ALONE), percent=True)
            found.problems += (_note("SP124", f"{name}: shares are read in percents, as {way}.", path, row, name),)
    elsewhere = {sign for signs in points.values() for sign in signs}
    undecided = set()
    for name, signs in points.items():
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
            f"{name}: {two_readings(doubtful[name])}, and no cell of the column decides. Rows with such cells are rejected; "
            "write these numbers without separators, or one of the column with two decimals."
        )
        found.problems += (_note("SP124", message, path, row, name),)
    found.undecided = frozenset(undecided)
    return found


def written(
    names: Iterable[str],
    vocabulary: Vocabulary,
    contexts: Mapping[str, Context],
    undecided: Container[str] = (),
    headings: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Written]:
    """How the columns that are facts are read, as rejects of them say it; `headings` are those that name a unit."""
    found = {}
    for name in names:
        if name in vocabulary:
            context = contexts.get(name, ALONE)
            marks = ((context.percent, "percent"), (context.ones, "ones"), (name in undecided, "undecided"))
            words = [*_DECIMALS.get(context.decimal, ()), *(word for is_, word in marks if is_)]
            found[name] = Written(headings.get(name, name), "+".join(words))
    return found


def joined(files: Iterable[Mapping[str, Written]]) -> dict[str, Written]:
    """How the columns of several files are read in one; where that cannot be, they are `differing`."""
    found: dict[str, Written] = {}
    for name, one in (item for file in files for item in file.items()):
        other = found.setdefault(name, one)
        if other.heading != one.heading or {other.decided, one.decided} & {"differing"}:
            found[name] = Written(name, "differing")
        elif other.decided != one.decided:  # without these words a cell is refused, not misread
            found[name] = one._replace(
                decided="" if {other.decided, one.decided} <= {"", "point", "ones"} else "differing"
            )
    return found


def statement(columns: Mapping[str, Written]) -> str:
    """A heading that says how columns are read, or nothing where their cells say it themselves."""
    words = [f"{name}:{column.decided}" for name, column in columns.items() if column.decided]
    return " ".join([READING, *words]) if words else ""


def stated(
    headings: Iterable[str], contexts: Mapping[str, Context], vocabulary: Vocabulary, path: str, row: int
) -> Evidence:
    """What a rejects file says of its columns, whose rows alone may be evidence of something else.

    Raises SalespathError (SP124) where that cannot be understood, or where its rows come from files that are read differently.
    """
    found = Evidence(dict(contexts))
    said = next((heading for heading in headings if heading.split(" ")[0] == READING), "")
    undecided = set()
    for part in said.split()[1:]:
        name, _, decided = part.partition(":")
        words = set(decided.split("+"))
        if words == {"differing"} and name in vocabulary:
            what = (
                f"{name}: these rows come from files that write it differently; give each a --rejects FILE of its own."
            )
            raise refusal("SP124", what, path, row=row)
        if name not in vocabulary or not words <= {"point", "comma", "percent", "ones", "undecided"}:
            what = f"{shown(part)} does not say how a column is read; take the heading {READING} as it was written."
            raise refusal("SP124", what, path, row=row)
        context = found.contexts.get(name, ALONE)
        decimal = "," if "comma" in words else "." if "point" in words else ""
        percent = context.percent or "percent" in words
        found.contexts[name] = replace(context, decimal=decimal, percent=percent, ones="ones" in words)
        undecided |= {name} if "undecided" in words else set()
    if said:
        message = f"read as the columns of the file were from which these rows come: {shown(' '.join(said.split()[1:]), 120)}."
        found.problems = (Problem("SP124", message, NOTE, file=path, row=row),)
    found.undecided = frozenset(undecided)
    return found


def is_flag(name: str, kind: pa.DataType, vocabulary: Vocabulary) -> bool:
    """Whether a column of whole numbers stands for a yes/no fact."""
    return name in vocabulary and vocabulary[name].type == "boolean" and bool(pa.types.is_integer(kind))


def only_ones(parts: Iterable[pa.Array]) -> bool:
    """Whether whole numbers are nothing but 1 and 0."""
    found = {end for part in parts for end in pc.min_max(part).as_py().values()} - {None}
    return bool(found) and found <= {0, 1}


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
