"""The JSON Schema of fact files, from the vocabulary and the reader's own words, so that neither can drift from it.

An editor reads `yes`, `1000` and an empty value as its YAML version has it: as text, as a truth value, a number or null. What the
reader accepts is therefore accepted in every form that YAML can give it; a figure in words is checked by the reader alone. Only the
mere beginning of a word, which the reader completes, an editor wants whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from salespath.facts.cases import NAMES
from salespath.facts.rates import CURRENCY, RATES
from salespath.facts.reader import ALL, DATE, NO, NONE, UNKNOWN, YES
from salespath.facts.template import answer_format
from salespath.facts.values import HOW
from salespath.facts.vocabulary import Derived, Fact, Vocabulary

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT: dict[str, Any] = {"type": ["string", "number", "boolean"]}  # one value as written
NULL: dict[str, Any] = {"type": "null"}  # nothing written


def facts_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """The schema: one company, flat or with its facts under `facts`, or a list of companies."""
    facts = [vocabulary[name] for name in vocabulary]
    called = {_any_form(map(str.split, NAMES)): ref("name")}
    return {
        "$schema": DIALECT,
        "title": "Facts for salespath",
        "description": "One company or a list of companies. A fact left out or left empty is unknown, never no or zero.",
        "if": {"type": "array"},
        "then": {"items": ref("company"), "minItems": 1},
        "else": ref("company"),
        "$defs": {
            "figure": {
                "type": "string",
                "pattern": _FIGURE,
                "description": "70000, 70,000, $5,000, 250k, 1.2M or 12%; 20k-40k, at least 5; 5k a month",
            },
            "unknown": {
                "type": "string",
                "pattern": rf"^\s*[{_DASHES}]*\s*$|{_any_form(map(str.split, sorted(UNKNOWN)))}",
            },
            "note": maybe(TEXT),
            "name": {**maybe(TEXT), "description": "The company's name."},
            "with_source": {
                "type": "object",
                "properties": {
                    "value": {"not": {"type": "object"}},
                    "how": {"enum": list(HOW)},
                    "note": ref("note"),
                    "date": ref("note"),
                },
                "additionalProperties": False,
            },
            "range": {
                "type": "object",
                "properties": {
                    "low": maybe(TEXT),
                    "high": maybe(TEXT),
                    "how": {"enum": list(HOW)},
                    "note": ref("note"),
                    "date": ref("note"),
                },
                "additionalProperties": False,
                "anyOf": [{"required": ["low"]}, {"required": ["high"]}],
            },
            "currency": {
                **maybe({"type": "string", "pattern": r"^\s*(?:[A-Za-z]{3}|US\$|[$€£₹₺₪])?\s*$"}),
                "description": "The currency of amounts that name none, such as EUR; else they are US dollars.",
            },
            "rates": {
                **maybe({"type": "object", "additionalProperties": {"type": ["number", "string"]}}),
                "description": "US dollars for one unit of a currency: {EUR: 1.08}; else a yearly average holds.",
            },
            "facts": {
                "type": "object",
                "properties": {fact.id: _fact(fact) for fact in facts},
                "additionalProperties": False,
            },
            "company": {
                "type": "object",
                "if": {"required": ["facts"]},
                "then": {
                    "properties": {"facts": maybe(ref("facts")), **_MONEY},
                    "patternProperties": called,
                    "propertyNames": {"not": {"enum": list(vocabulary)}},
                },
                "else": {
                    "properties": {**{name: ref(f"facts/properties/{name}") for name in vocabulary}, **_MONEY},
                    "patternProperties": called,
                    "additionalProperties": False,
                },
            },
            **{_kind(fact): _answers(fact) for fact in facts},
        },
    }


def maybe(schema: dict[str, Any]) -> dict[str, Any]:
    """What may also be left empty."""
    return {"anyOf": [schema, NULL]}


def ref(name: str) -> dict[str, Any]:
    """What a definition of that name says."""
    return {"$ref": f"#/$defs/{name}"}


def _fact(fact: Fact | Derived) -> dict[str, Any]:
    asked = fact.question if isinstance(fact, Fact) else fact.meaning
    return {"description": f"{asked} ({answer_format(fact)})", **ref(_kind(fact))}


def _kind(fact: Fact | Derived) -> str:
    """The name of what can be answered: that of a choice or set is its own, numbers with the same bounds share one."""
    if fact.values:
        return fact.id
    bounds = (("from", fact.minimum), ("above", fact.above), ("to", fact.maximum))
    kind = "number" if fact.type not in ("boolean", "date", "integer") else fact.type
    return "_".join([kind, *(f"{word}_{bound:g}" for word, bound in bounds if bound is not None)])


def _answers(fact: Fact | Derived) -> dict[str, Any]:
    """A value, a value with how it is known, or nothing."""
    annotated = {**ref("with_source"), "properties": {"value": ref(_kind(fact))}}
    return {"anyOf": [*_values(fact), ref("unknown"), NULL, annotated, *([ref("range")] if fact.numeric else [])]}


def _values(fact: Fact | Derived) -> list[dict[str, Any]]:
    match fact.type:
        case "boolean":
            return [{"enum": ["yes", "no"]}, {"type": "boolean"}, {"type": "string", "pattern": _YES_OR_NO}]
        case "date":
            return [{"type": "string", "pattern": rf"^\s*{DATE}\s*$"}]
    if isinstance(fact, Fact) and fact.values:
        if fact.type == "choice":
            return _words(fact)
        return [{"type": "array", "items": {"anyOf": _words(fact)}}, {"type": "string", "pattern": _several(fact)}]
    bounds = {"minimum": fact.minimum, "exclusiveMinimum": fact.above, "maximum": fact.maximum}
    number: dict[str, Any] = {"type": "integer" if fact.type == "integer" else "number"}
    return [number | {key: bound for key, bound in bounds.items() if bound is not None}, ref("figure")]


def _words(fact: Fact) -> list[dict[str, Any]]:
    """Every word that means a value; the ids apart, since an editor offers these. YAML may have `no` as a truth value."""
    words = {"type": "string", "pattern": _any_form(word.split() for word in fact.meanings)}
    return [{"enum": list(fact.values)}, words, *([{"const": False}] if "no" in fact.meanings else [])]


def _several(fact: Fact) -> str:
    """A pattern for members between commas, semicolons or "and"; or none, or all."""
    one, marks = _either(word.split() for word in fact.meanings), r"[\s_-]*(?:[,;|&+/]|\s[aA][nN][dD]\s)[\s_-]*"
    alone = _either(map(str.split, sorted(NONE | ALL)))
    return rf"^[\s_-]*(?:{alone}|[\[{{(]?{one}(?:{marks}{one})*[\]}})]?)[\s_-]*$"


def _any_form(words: Iterable[Sequence[str]]) -> str:
    """A pattern for words of one or more parts in any case, with spaces, hyphens or underscores between them."""
    return rf"^[\s_-]*{_either(words)}[.!]*[\s_-]*$"


def _either(words: Iterable[Sequence[str]]) -> str:
    found = ("[ _-]+".join(_any_case(re.escape(part)) for part in parts) for parts in words)
    return f"(?:{'|'.join(found)})"


def _any_case(pattern: str) -> str:
    """A pattern for lower case, without names of groups, as one for any case in the dialect of JSON Schema."""
    plain = re.sub(r"\(\?P<\w+>", "(?:", pattern)
    return re.sub(
        r"\\.|\[[^]]*\]|[a-z]",
        lambda found: f"[{found[0].upper()}{found[0]}]" if len(found[0]) == 1 else found[0],
        plain,
    )


_MONEY = {CURRENCY: ref(CURRENCY), RATES: ref(RATES)}
_DASHES = "\\-\u2010-\u2015\u2212\ufe63\uff0d"
_FIGURE = "[0-9\uff10-\uff19]"  # no figure is without a digit
_YES_OR_NO = _any_form(map(str.split, sorted(YES | NO)))
