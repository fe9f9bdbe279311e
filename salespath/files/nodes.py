"""Strict reading of YAML and JSON: every scalar stays text and knows its line.

Nothing is reinterpreted (`no`, `1.10` and `12:30` stay as written), duplicate keys, tags and merge keys are refused, and nesting,
size and what aliases add are bounded, so that a hostile file costs neither memory nor time and never runs code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple, NoReturn, TypeAlias

import yaml

from salespath.files.problems import Problem, SalespathError, refusal, shown
from salespath.files.source import InputFile, decode

MAX_DEPTH = 32
# What aliases may add to a document: some values each, as lists of members have, and these at least. So a file is read in a time
# that grows with its size, whatever its aliases name.
ADDED_EACH, ADDED = 16, 1000

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What JSON and YAML read differently inside quotes: surrogate pairs, and characters that YAML refuses or folds. An escaped
# backslash is matched first, so that what follows it is left alone.
_NOT_ALIKE = re.compile(r"\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class Scalar(NamedTuple):
    """One value as written."""

    text: str
    line: int
    quoted: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing was written (an empty value, `~` or `null`)."""
        return not self.quoted and self.text in ("", "~", "null", "Null", "NULL")


class Sequence(NamedTuple):
    """A list."""

    items: tuple[Node, ...]
    line: int


class Mapping(NamedTuple):
    """Keys and values in the order written, each key once; `repeated` holds the keys given again."""

    items: tuple[tuple[Scalar, Node], ...]
    line: int
    repeated: tuple[Scalar, ...] = ()

    def get(self, key: str) -> Node | None:
        """The value of a key, or None."""
        return next((value for name, value in self.items if name.text == key), None)


Node: TypeAlias = "Scalar | Sequence | Mapping"


def plain(node: Node) -> Any:
    """A node as plain lists, dicts and text."""
    if isinstance(node, Scalar):
        return None if node.empty else node.text
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.items}


def parse(text: str, path: str, *, as_json: bool = False) -> Node:
    """One YAML or JSON document as nodes. Raises SalespathError (SP103 syntax, SP104 refused construct)."""
    node, language = None, "JSON" if as_json else "YAML"
    try:
        if as_json:
            text = _NOT_ALIKE.sub(_as_yaml, text)
        following: Callable[[], Any] = _Loader(text).get_event
        while not isinstance(event := following(), yaml.StreamEndEvent):
            if isinstance(event, yaml.DocumentStartEvent):
                if node is not None:
                    what = "a second document (`---`) in one file; write one document, or a list."
                    raise _refusal(event.start_mark, path, what)
                node = _Composer(following, path).node(following(), 0)
        if as_json:
            json.loads(text)
    except json.JSONDecodeError as error:
        raise refusal("SP103", f"not valid JSON: {error.msg}.", path, error.lineno) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if error.problem and "nesting depth" in error.problem:  # libyaml 0.2.6 has a bound of its own and reads ahead
            raise _too_deep(path, mark) from None
        words = ", ".join(filter(None, (error.context, error.problem)))
        line = mark.line + 1 if mark else None
        raise refusal("SP103", f"not valid {language}: {shown(words, 160)}.", path, line) from None
    except (yaml.YAMLError, ValueError) as error:
        raise refusal("SP103", f"not valid {language}: {shown(error, 160)}.", path) from None
    if node is None or (isinstance(node, Scalar) and node.empty):
        raise refusal("SP103", "the file is empty.", path)
    return node


def read(path: str) -> Node:
    """One YAML file as nodes, or JSON where the name ends so or the content is. Raises SalespathError."""
    with InputFile(path) as source:
        return read_document(source)[0]


def read_document(source: InputFile) -> tuple[Node, bool]:
    """A file that has been opened as nodes, and whether it is JSON. Raises SalespathError."""
    text = decode(source.whole(), source.path, source.codec)
    ending = source.path.lower().rpartition(".")[2]
    as_json = ending == "json" or (ending not in ("yaml", "yml") and _is_json(text))
    return parse(text, source.path, as_json=as_json), as_json


def read_lines(source: InputFile) -> tuple[Node, dict[int, tuple[str, Problem]]]:
    """The lines of a file of JSON Lines as one list, each where it is, and those that are no JSON with what is wrong with them.

    Raises SalespathError where none of them is.
    """
    text, path = decode(source.whole(), source.path, source.codec), source.path
    try:
        return parse(_as_list(text), path, as_json=True), {}
    except SalespathError as error:
        bad: dict[int, tuple[str, Problem]] = {}
        lines = text.split("\n")
        for number, line in enumerate(lines, 1):
            try:
                parse(line, path, as_json=True)
            except SalespathError as wrong:
                if line.strip():
                    bad[number] = line, replace(wrong.problems[0], line=number)
        good = _as_list("\n".join("" if number in bad else line for number, line in enumerate(lines, 1)))
        if good.strip("[\n]") == "":
            raise error
        return parse(good, path, as_json=True), bad


def _as_list(text: str) -> str:
    """The lines of JSON Lines as one list, each where it was."""
    comma, lines = "", []
    for line in text.split("\n"):
        lines.append(f"{comma}{line}" if line.strip() else "")
        comma = "," if comma or lines[-1] else ""
    return f"[{chr(10).join(lines)}]"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _as_yaml(match: re.Match[str]) -> str:
    found = match.group()
    if len(found) == 1:
        return f"\\u{ord(found):04x}"
    return found if found == "\\\\" else str(json.loads(f'"{found}"'))


def _refusal(mark: Any, path: str, what: str) -> SalespathError:
    return refusal("SP104", what, path, mark.line + 1)


def _too_deep(path: str, mark: Any) -> SalespathError:
    return _refusal(mark, path, f"more than {MAX_DEPTH} levels of nesting.")


class _Composer:
    """Makes the nodes of one document. An alias is the scalar or list that it names; of a mapping none can be named."""

    def __init__(self, following: Callable[[], Any], path: str) -> None:
        self._following, self._path = following, path
        self._named: dict[
            str, tuple[Node, int, int]
        ] = {}  # by anchor: the node, how many values it holds, and how many levels
        self._count = self._aliases = self._added = self._deepest = 0

    def node(self, event: Any, depth: int) -> Node:
        """The node that begins with an event. Raises SalespathError (SP104)."""
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self._alias(event, depth)
        if event.tag:
            self._refuse(event, f"the tag {shown(event.tag)} is not used here; write the plain value.")
        line, before, outer = event.start_mark.line + 1, self._count, self._deepest
        self._count += 1
        self._deepest = depth
        found: Node
        if kind is yaml.ScalarEvent:
            found = Scalar(event.value, line, bool(event.style))
        elif depth > MAX_DEPTH:
            raise _too_deep(self._path, event.start_mark)
        elif kind is yaml.SequenceStartEvent:
            items, following = [], self._following
            while type(item := following()) is not yaml.SequenceEndEvent:
                items.append(self.node(item, depth + 1))
            found = Sequence(tuple(items), line)
        elif event.anchor:
            self._refuse(
                event, "anchors (`&`) of mappings are not used here; write the mapping out where it is wanted."
            )
        else:
            found = self._mapping(line, depth)
        if event.anchor:
            self._named[event.anchor] = found, self._count - before, self._deepest - depth
        self._deepest = max(outer, self._deepest)
        return found

    def _mapping(self, line: int, depth: int) -> Mapping:
        pairs: dict[str, tuple[Scalar, Node]] = {}
        repeated, following = [], self._following
        while type(event := following()) is not yaml.MappingEndEvent:
            key = self.node(event, depth + 1)
            if type(key) is not Scalar:
                self._refuse(event, "a key must be a word.")
            event = following()
            if key.text == "<<" and type(event) is yaml.AliasEvent:
                self._refuse(event, "merge keys (`<<`) are not used here; write the keys out.")
            value = self.node(event, depth + 1)
            if key.text in pairs:
                repeated.append(key)
            else:
                pairs[key.text] = (key, value)
        return Mapping(tuple(pairs.values()), line, tuple(repeated))

    def _alias(self, event: Any, depth: int) -> Node:
        if event.anchor not in self._named:
            self._refuse(event, f"no value before this is named by the anchor &{shown(event.anchor)}.")
        found, size, levels = self._named[event.anchor]
        if depth + levels > MAX_DEPTH:
            raise _too_deep(self._path, event.start_mark)
        self._deepest = max(self._deepest, depth + levels)
        self._aliases += 1
        self._count += size
        self._added += size
        if self._added > ADDED + ADDED_EACH * self._aliases:
            self._refuse(event, f"aliases (`*`) name more than {ADDED_EACH} values each; write them out.")
        return found._replace(line=event.start_mark.line + 1)

    def _refuse(self, event: Any, what: str) -> NoReturn:
        raise _refusal(event.start_mark, self._path, what)


def repeated_keys(node: Node, path: str) -> Iterator[Problem]:
    """A problem (SP105) for every key given twice, here or below."""
    if isinstance(node, Sequence):
        below = node.items
    elif isinstance(node, Mapping):
        first = {name.text: name.line for name, _ in node.items} if node.repeated else {}
        for key in node.repeated:
            message = f"{shown(key.text)} is given twice, first on line {first[key.text]}."
            yield Problem("SP105", message, file=path, line=key.line)
        below = tuple(value for _, value in node.items)
    else:
        return
    for item in below:
        if type(item) is not Scalar:
            yield from repeated_keys(item, path)
