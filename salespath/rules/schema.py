"""The JSON Schema of rule files, built-in and laid over them, from the loader's constants and the fields of its dataclasses.

It accepts all that the loader accepts. A folder may add lines, topics, attributes and sources of its own, so their names are
offered but not required; the loader checks them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, fields
from typing import Any, TypeAlias

from salespath.facts.schema import DIALECT, TEXT, maybe, ref
from salespath.facts.vocabulary import DIMENSIONS, Vocabulary
from salespath.rules import model
from salespath.rules.loader import ADVISED, EXPERT, ID, MAX_CERTAINTY, SOURCE_KINDS, WEIGHTS
from salespath.rules.model import FLAG_LEVELS, KINDS, PARTS, PROCESSES, Knowledge

Schema: TypeAlias = "dict[str, Any]"

_TEXT, _TEXTS, _FLAG, _FIGURE, _SOURCE = (ref(name) for name in ("text", "texts", "flag", "figure", "source"))
_YES: Schema = {"enum": ["yes", "true", True]}
_NUMBER: Schema = {"anyOf": [{"type": "number"}, _FIGURE]}
_WORDS: Schema = {"type": "object", "additionalProperties": _TEXT}
_BY_TYPE = {"str": _TEXT, "tuple[str, ...]": _TEXTS, "bool": _FLAG, "int": _NUMBER, "float | None": _NUMBER}


def rules_schema(vocabulary: Vocabulary, knowledge: Knowledge) -> Schema:
    """The schema of a rule file."""
    rule = ref("rule")
    words = {
        "because": _TEXT,
        "text": _TEXT,
        "short": _TEXT,
        "steps": _TEXTS,
        "owner": _TEXT,
        "remedy": _TEXT,
        "move": _TEXT,
    }
    choices = {"anyOf": [{"enum": ["any", "metrics"]}, {"type": "object", "additionalProperties": maybe(_TEXT)}]}
    frame = {
        "lines": _mapping(maybe(_record(model.Line, dimension={"enum": list(DIMENSIONS)}))),
        "topics": _by_name(
            "exclusive", "at_most", "between", "why", "part", title=_TEXT, choices=choices, part={"enum": list(PARTS)},
            exclusive=_FLAG, at_most=_NUMBER, between=_TEXTS, why=_TEXT,
        ),
        "attributes": _mapping(maybe(_record(model.Attribute))),
        "owners": _mapping(maybe(_record(model.Owner))),
        "claims": _mapping(maybe(_record(model.Claim))),
        "motions": _mapping(maybe(_record(model.Motion, source=_SOURCE))),
        "statements": _by_name("interested", section=_TEXT, says=_TEXT, interested=_FLAG),
        "sources": _by_name(
            "year", "addresses", "soft", "weight", kind={"enum": list(SOURCE_KINDS)}, weight={"enum": list(WEIGHTS)}, figure=_TEXT,
            title=_TEXT, author=_TEXT, year=_TEXT, addresses=_TEXTS, soft=_FLAG, checked=_TEXT,
        ),
    }  # fmt: skip
    guide = {
        "title": _TEXT,
        "points": _list(_record(model.GuidePoint, source=_SOURCE)),
        "notes": _list(_object({"text": _TEXT, "source": _SOURCE})),
    }
    article = {key: _TEXT for key in ("title", "author", "year", "disclosure")}
    changes = {
        "rules": {"description": "Rules to add.", **_list(rule)},
        "replace": {"description": "In an overlay: rules that take the place of those with their id.", **_list(rule)},
        "switch_off": {"description": "In an overlay: the ids of rules to leave out.", **_TEXTS},
        "texts": {"description": "In an overlay: other words for rules, by id.", **_mapping(_object(words, words))},
    }
    about = {"version": _TEXT, "article": {**_object(article), "additionalProperties": maybe(_TEXT)}}
    properties = {**changes, **frame, **guide, **about}
    return {
        "$schema": DIALECT,
        "title": "Rules for salespath",
        **_object(properties, properties),
        "$defs": {
            "rule": _rule(vocabulary, knowledge),
            "text": TEXT,
            "texts": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]},
            "flag": {"enum": ["yes", "true", True, "no", "false", False]},
            "figure": {"type": "string", "pattern": r"^\s*[-+]?[0-9_]*\.?[0-9_]*([eE][-+]?[0-9]+)?\s*$"},
            "known_source": _offering([EXPERT, *knowledge.sources]),
            "source": {"anyOf": [ref("known_source"), {"type": "array", "items": ref("known_source")}]},
        },
    }


def _rule(vocabulary: Vocabulary, knowledge: Knowledge) -> Schema:
    known = {name: {"enum": [*a.values, *([True] if a.flag else [])]} for name, a in knowledge.attributes.items()}
    single = {"minProperties": 1, "maxProperties": 1}
    conclusions = {
        "conclude": {"type": "object", "properties": known, "additionalProperties": _TEXT, **single},
        "weigh": _record(
            model.Weigh,
            process={"enum": list(PROCESSES)},
            certainty={"anyOf": [{"type": "number", "minimum": -MAX_CERTAINTY, "maximum": MAX_CERTAINTY}, _FIGURE]},
            line=_offering(knowledge.lines),
        ),
        "block": {
            **_record(model.BlockProcess, process={"enum": [*PROCESSES, "both"]}),
            "if": {"properties": {"lift": _YES}, "required": ["lift"]},
            "else": {"properties": {"remedy": _TEXT, "owner": _TEXT}, "required": ["remedy", "owner"]},
        },
        "advise": _advise(vocabulary, knowledge),
        "warn": _warn(vocabulary),
    }
    own: Schema = {
        "id": {"type": "string", "pattern": f"^{ID.pattern}$"},
        "source": _SOURCE,
        "overrides": _TEXTS,
        "claims": _WORDS,
    }
    written = [field.name for field in fields(model.Rule) if field.name not in ("then", "file", "line")]
    properties = {name: own.get(name, _TEXT) for name in written}
    one = [
        {"required": [kind], "properties": {kind: {"type": "object"}}} if kind in ("advise", "warn")
        else {"required": [kind, "when"], "properties": {kind: {"type": "object"}, "when": _TEXT}}
        for kind in KINDS.values()
    ]  # fmt: skip
    return {**_object({**properties, **conclusions}, ["when", "overrides", "claims", *KINDS.values()]), "oneOf": one}


def _advise(vocabulary: Vocabulary, knowledge: Knowledge) -> Schema:
    topics = knowledge.topics
    allowed = {id_: list(vocabulary) if topic.metrics else topic.choices for id_, topic in topics.items()}
    return {
        **_record(model.Advise, topic=_offering(topics), process={"enum": list(ADVISED)}),
        "allOf": [
            {
                "if": {"properties": {"topic": {"const": id_}}, "required": ["topic"]},
                "then": {"properties": {"choice": {"enum": list(choices)}}},
            }
            for id_, choices in allowed.items() if choices is not None
        ],
    }  # fmt: skip


def _warn(vocabulary: Vocabulary) -> Schema:
    figure = {"anyOf": [_offering(vocabulary), {"type": "array", "items": _offering(vocabulary)}]}
    found = _record(model.Warn, process={"enum": list(ADVISED)}, level={"enum": ["", *FLAG_LEVELS]}, figure=figure)
    return {**found, "properties": {**found["properties"], "leads": _FLAG}}


def _record(kind: type, **own: Schema) -> Schema:
    """What is written of a dataclass: its fields but the id, by their types; those with a default may be left out."""
    known = [field for field in fields(kind) if field.name != "id"]
    properties = {field.name: own.get(field.name) or _BY_TYPE[str(field.type)] for field in known}
    return _object(properties, [field.name for field in known if field.default is not MISSING])


def _offering(names: Iterable[str]) -> Schema:
    """Known names for an editor to offer, and any other, which the loader checks."""
    return {"anyOf": [{"enum": list(names)}, _TEXT]}


def _object(properties: Schema, optional: Iterable[str] = ()) -> Schema:
    """A mapping of these keys; the optional ones may be missing or empty."""
    optional = set(optional)
    return {
        "type": "object",
        "properties": {key: maybe(value) if key in optional else value for key, value in properties.items()},
        "required": [key for key in properties if key not in optional],
        "additionalProperties": False,
    }


def _mapping(item: Schema) -> Schema:
    return {"type": "object", "additionalProperties": item}


def _by_name(*optional: str, **properties: Schema) -> Schema:
    """Entries by name."""
    return _mapping(maybe(_object(properties, optional)))


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}
