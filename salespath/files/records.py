"""Reading a mapping key by key: missing, unknown and mistyped keys become problems, and reading goes on."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from collections.abc import Sequence as SequenceABC
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, TypeVar

from salespath.files.nodes import Mapping, Node, Scalar, Sequence
from salespath.files.problems import Problem, shown, suggestion

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")

MOST_WORDS = 1000  # of a list; each may be looked up


class Record:
    """A mapping read key by key: missing, unknown and mistyped keys become problems, and reading goes on."""

    def __init__(self, node: Node, path: str, problems: list[Problem], what: str) -> None:
        self.path, self.problems, self.what, self.line, self.raw = path, problems, what, node.line, node
        self._fields: dict[str, Node] = {}
        self._keys: dict[str, int] = {}
        if isinstance(node, Mapping):
            for name, value in node.items:
                self._fields[name.text], self._keys[name.text] = value, name.line
        else:
            self.problem("SP106", f"{what} should be a mapping of keys and values.")
        self._asked: set[str] = set()

    def problem(self, code: str, message: str, line: int | None = None) -> None:
        """Note a problem at a line of this record."""
        self.problems.append(Problem(code, message, file=self.path, line=line or self.line))

    def names(self) -> list[str]:
        """The keys written."""
        return list(self._fields)

    def has(self, key: str) -> bool:
        """Whether a key is written (and its value not empty)."""
        node = self._fields.get(key)
        return node is not None and not (type(node) is Scalar and node.empty)

    def node(self, key: str, *, required: bool = False) -> Node | None:
        """The raw value of a key."""
        self._asked.add(key)
        if self.has(key):
            return self._fields[key]
        if required:
            self.problem("SP107", f"{self.what} has no {key}.")
        return None

    def line_of(self, key: str) -> int:
        """The line a key stands on."""
        return self._keys.get(key, self.line)

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """The text of a key."""
        node = self.node(key, required=required)
        if node is None:
            return default
        if not isinstance(node, Scalar):
            self.problem("SP106", f"{key} of {self.what} should be a single value.", node.line)
            return default
        return node.text.strip()

    def number(self, key: str) -> float | None:
        """The number of a key, or None."""
        text = self.text(key)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not abs(value) <= 1e15:
            self.problem("SP106", f"{key} of {self.what} should be a number, not {shown(text)}.", self.line_of(key))
            return None
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """The yes or no of a key."""
        text = self.text(key, "yes" if default else "no")
        if text not in ("yes", "no", "true", "false"):
            self.problem("SP106", f"{key} of {self.what} should be yes or no, not {shown(text)}.", self.line_of(key))
        return text in ("yes", "true")

    def one_of(self, key: str, options: tuple[str, ...], default: str = "", *, required: bool = False) -> str:
        """The text of a key that must be one of some words."""
        text = self.text(key, default, required=required)
        if self.has(key) and text not in options:
            expected = f"expected {', '.join(options)}.{suggestion(text, options)}"
            self.problem("SP106", f"{key} of {self.what} is {shown(text)}; {expected}", self.line_of(key))
            return default
        return text

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """The texts of a key that holds a list (or one text)."""
        node = self.node(key, required=required)
        if node is None:
            return ()
        items = node.items if isinstance(node, Sequence) else (node,)
        if len(items) > MOST_WORDS:
            what = f"{key} of {self.what} is a list of {len(items):,} words; at most {MOST_WORDS:,} are read."
            self.problem("SP106", what, node.line)
        found = []
        for item in items[:MOST_WORDS]:
            if isinstance(item, Scalar):
                found.append(item.text.strip())
            else:
                self.problem("SP106", f"{key} of {self.what} should be a list of words.", node.line)
        return tuple(found)

    def record(self, key: str, what: str, *, required: bool = False) -> Record | None:
        """The mapping under a key."""
        node = self.node(key, required=required)
        return None if node is None else Record(node, self.path, self.problems, what)

    def records(self, key: str, what: str, *, required: bool = False) -> list[Record]:
        """The mappings in the list under a key."""
        node = self.node(key, required=required)
        if node is None:
            return []
        if not isinstance(node, Sequence):
            self.problem("SP106", f"{key} of {self.what} should be a list.", node.line)
            return []
        others = [item for item in node.items if not isinstance(item, Mapping)]
        if len(others) > 1:
            more = f"{what} should be a mapping of keys and values; so should {len(others) - 1:,} more below it."
            self.problem("SP106", more, others[0].line)
            return [Record(item, self.path, self.problems, what) for item in node.items if isinstance(item, Mapping)]
        return [Record(item, self.path, self.problems, what) for item in node.items]

    def words(self, key: str, what: str = "") -> dict[str, str]:
        """The mapping of texts under a key, empty where there is none."""
        found = self.record(key, what or key)
        return {name: found.text(name) for name in found.names()} if found else {}

    def read(self, kind: type[T], options: MappingABC[str, SequenceABC[str]] | None = None, /, **given: Any) -> T:
        """The dataclass that this record is, and a problem for every other key.

        A key is read by the type of its field, and required if that has no default; `options` are the words that a field takes,
        and `given` are the fields that are read otherwise.
        """
        for field in fields(kind):
            if field.name not in given:
                words = (options or {}).get(field.name, ())
                given[field.name] = self._field(field.name, str(field.type), field.default, tuple(words))
        self.done()
        return kind(**given)

    def _field(self, key: str, kind: str, default: Any, options: tuple[str, ...]) -> Any:
        required = default is MISSING
        match kind:
            case "bool":
                return self.flag(key, default=default is True)
            case "float | None":
                return self.number(key)
            case "int" | "int | None":
                number = self.number(key)
                return default if number is None else int(number)
            case "tuple[str, ...]":
                return self.texts(key, required=required)
            case "dict[str, str]":
                return self.words(key)
        default = "" if required else default
        if options:
            return self.one_of(key, options, default, required=required)
        return self.text(key, default, required=required)

    def done(self) -> None:
        """Report the keys that nobody asked for."""
        for key, line in self._keys.items():
            if key not in self._asked:
                hint = suggestion(key, self._asked)
                self.problem("SP108", f"{self.what} has an unknown key {shown(key)}.{hint}", line)
