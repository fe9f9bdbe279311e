"""The JSON Schema of fact files, from the vocabulary and the reader's own pattern, so that neither can drift from it.

An editor reads `yes`, `1000` and an empty value as its YAML version has it: as text, as a truth value, a number or null. What the
reader accepts is therefore accepted in every form that YAML can give it; a figure in words is checked by the reader alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from salespath.facts.cases import NAMES
from salespath.facts.template import expected
from salespath.facts.values import DATE, EMPTY_SET, HOW, NUMBER
from salespath.facts.vocabulary import Derived, Fact, Vocabulary

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT: dict[str, Any] = {"type": ["string", "number", "boolean"]}  # one value as written
NULL: dict[str, Any] = {"type": "null"}  # nothing written


def facts_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """The schema: one company, flat or with its facts under `facts`, or a list of companies."""
    facts = {name: _fact(vocabulary[name]) for name in vocabulary}
    called = {_any_form(map(str.split, NAMES)): {"$ref": "#/$defs/name"}}
    return {
        "$schema": DIALECT,
        "title": "Facts for salespath",
        "description": "One company or a list of companies. A fact left out or left empty is unknown, never no or zero.",
        "if": {"type": "array"},
        "then": {"items": {"$ref": "#/$defs/company"}, "minItems": 1},
        "else": {"$ref": "#/$defs/company"},
        "$defs": {
            "answer": {
                "anyOf": [{"enum": ["yes", "no"]}, {"type": "boolean"}, {"type": "string", "pattern": _YES_OR_NO}]
            },
            "figure": {"type": "string", "pattern": _FIGURE, "description": "70000, 70,000, $5,000, 250k, 1.2M or 12%"},
            "how": {"enum": list(HOW)},
            "note": maybe(TEXT),
            "name": {**maybe(TEXT), "description": "The company's name."},
            "facts": {"type": "object", "properties": facts, "additionalProperties": False},
            "company": {
                "type": "object",
                "if": {"required": ["facts"]},
                "then": {
                    "properties": {"facts": maybe({"$ref": "#/$defs/facts"})},
                    "patternProperties": called,
                    "propertyNames": {"not": {"enum": list(facts)}},
                },
                "else": {
                    "properties": {n: {"$ref": _pointer(n)} for n in facts},
                    "patternProperties": called,
                    "additionalProperties": False,
                },
            },
            **{_word(fact): _words(fact) for fact in vocabulary.facts.values() if fact.values},
        },
    }


def maybe(schema: dict[str, Any]) -> dict[str, Any]:
    """What may also be left empty."""
    return {"anyOf": [schema, NULL]}


def _pointer(name: str) -> str:
    return f"#/$defs/facts/properties/{name}"


def _fact(fact: Fact | Derived) -> dict[str, Any]:
    """A fact as a value, as a value with how it is known, or empty."""
    value = maybe(_value(fact))
    note = {"$ref": "#/$defs/note"}
    known = {"value": value, "how": {"$ref": "#/$defs/how"}, "note": note, "date": note}
    annotated = {"type": "object", "properties": known, "additionalProperties": False}
    asked = fact.question if isinstance(fact, Fact) else fact.meaning
    return {"description": f"{asked} ({expected(fact)})", "anyOf": [*value["anyOf"], annotated]}


def _value(fact: Fact | Derived) -> dict[str, Any]:
    if fact.type == "boolean":
        return {"$ref": "#/$defs/answer"}
    if fact.type == "date":
        return {"type": "string", "pattern": rf"^\s*{DATE.pattern}\s*$"}
    if fact.values:
        word: dict[str, Any] = {"$ref": f"#/$defs/{_word(fact)}"}
        return word if fact.type == "choice" else {"anyOf": [{"type": "array", "items": word}, {"const": EMPTY_SET}]}
    bounds = {"minimum": fact.minimum, "exclusiveMinimum": fact.above, "maximum": fact.maximum}
    number: dict[str, Any] = {"type": "integer" if fact.type == "integer" else "number"}
    number |= {key: bound for key, bound in bounds.items() if bound is not None}
    return {"anyOf": [number, {"$ref": "#/$defs/figure"}]}


def _word(fact: Fact | Derived) -> str:
    """The name of the definition that holds the words for the values of a choice or set."""
    return f"{fact.id}_words"


def _words(fact: Fact) -> dict[str, Any]:
    """Every word that means a value; the ids apart, since an editor offers these. YAML may have `no` as a truth value."""
    words = {"type": "string", "pattern": _any_form(word.split() for word in fact.meanings)}
    false = [{"const": False}] if "no" in fact.meanings else []
    return {"anyOf": [{"enum": list(fact.values)}, words, *false]}


def _any_form(words: Iterable[Sequence[str]]) -> str:
    """A pattern for words of one or more parts in any case, with spaces, hyphens or underscores between them."""
    found = ("[ _-]+".join(_any_case(re.escape(part)) for part in parts) for parts in words)
    return rf"^[\s_-]*(?:{'|'.join(found)})[\s_-]*$"


def _any_case(pattern: str) -> str:
    """A pattern for lower case, without names of groups, as one for any case in the dialect of JSON Schema."""
    plain = re.sub(r"\(\?P<\w+>", "(?:", pattern)
    return re.sub(
        r"\\.|\[[^]]*\]|[a-z]",
        lambda found: f"[{found[0].upper()}{found[0]}]" if len(found[0]) == 1 else found[0],
        plain,
    )


_FIGURE = rf"^\s*{_any_case(NUMBER.pattern)}\s*$"
_YES_OR_NO = rf"^\s*(?:{_any_case('yes|y|true|no|n|false')})\s*$"
