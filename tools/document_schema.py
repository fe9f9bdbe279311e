"""JSON Schemas of documents, from the annotations of the records that these are written from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, ForwardRef, TypeAlias, Union, get_args, get_origin, get_type_hints, is_typeddict

from salespath.engine.assessment import Assessment
from salespath.engine.why import EVALUATED, Finding
from salespath.facts.schema import DIALECT, ref
from salespath.report import plain
from salespath.report.pages import explanation

Schema: TypeAlias = dict[str, Any]
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", NoneType: "null"}


def assessment_schema() -> Schema:
    """What `assess --format json` writes."""
    made = _Definitions(plain.SHAPES)
    made.of(Assessment)
    made.found["Assessment"]["required"] = [
        key for key in made.found["Assessment"]["required"] if key not in (*plain.ONLY_ONE, "completions", "own")
    ]
    return _several("salespath assessment", "Assessment", made.found)


def explanation_schema() -> Schema:
    """What `explain --format json` writes; docs/explanation.md says what it means."""
    made = _Definitions({**plain.SHAPES, **explanation.SHAPES})
    made.of(Finding)
    made.found["Finding"]["properties"]["currency"] = {"type": "string"}  # what its amounts are in: of the whole only
    made.found["Finding"] |= {
        "if": {"properties": {"kind": {"enum": EVALUATED}}},
        "then": {"properties": {"status": {"type": "string"}}},
        "else": {"properties": {"status": {"type": "null"}}},
    }
    return _several("salespath explanation", "Finding", made.found)


def _several(title: str, name: str, found: Mapping[str, Schema]) -> Schema:
    one = ref(name)
    description = "One object for a single company, an array for a list or a table, in input order."
    either = [one, {"type": "array", "items": one}]
    return {"$schema": DIALECT, "title": title, "description": description, "oneOf": either, "$defs": found}


class _Definitions:
    """The schema of each record that a document holds, by the name of its class."""

    def __init__(self, shapes: plain.Shapes) -> None:
        self.shapes, self.found = shapes, dict[str, Schema]()

    def of(self, kind: Any) -> Schema:
        """The schema of a type."""
        origin, args = get_origin(kind), get_args(kind)
        if kind in _TYPES:
            return {"type": _TYPES[kind]}
        if origin is Annotated:
            limits = dict(args[1:])
            return limits if "enum" in limits else {**self.of(args[0]), **limits}
        if origin in (Union, UnionType):
            return _any_of([self.of(arg) for arg in args])
        if isinstance(origin, type) and issubclass(origin, Mapping):
            names: Schema = {} if args[0] is str else {"propertyNames": self.of(args[0])}
            if names and origin is dict:  # of a mapping, not all need be there
                names["required"] = names["propertyNames"]["enum"]
            return {"type": "object", **names, "additionalProperties": self.of(args[1])}
        if isinstance(origin, type) and issubclass(origin, Collection):
            return {"type": "array", "items": self.of(args[0])}
        if kind is Any or isinstance(kind, ForwardRef):
            return {}
        return self._record(kind)

    def _record(self, kind: type) -> Schema:
        name = kind.__name__
        if name not in self.found:
            self.found[name] = {}  # a record may hold others of its class
            shape = self.shapes.get(kind) or {key: key for key in get_type_hints(kind)}
            keys = {key: self.of(_type_of(kind, read)) for key, read in shape.items()}
            self.found[name].update(
                {"type": "object", "properties": keys, "required": [*keys], "additionalProperties": False}
            )
        return ref(name)


def _type_of(kind: Any, read: Any) -> Any:
    """The type of what an attribute, a path of them or a function gives."""
    if callable(read):
        return get_type_hints(read, include_extras=True)["return"]
    for name in read.split("."):
        owner = getattr(kind, name, None) if not is_typeddict(kind) else None
        function = getattr(owner, "fget", None) or getattr(owner, "func", None)
        hints = get_type_hints(function or kind, include_extras=True)
        kind = hints["return" if function else name]
    return kind


def _any_of(parts: list[Schema]) -> Schema:
    simple = [part["type"] for part in parts if list(part) == ["type"]]
    others = [part for part in parts if list(part) != ["type"]]
    if not others:
        return {"type": simple}
    return {"anyOf": [*others, *([{"type": simple if simple[1:] else simple[0]}] if simple else [])]}
