"""What differs between two rule bases: rules and what they refer to, added, removed and changed, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from salespath.rules.model import Knowledge, Rule

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
# Fields of a rule that people read and the engine does not.
WORDS = frozenset({"because", "source", "text", "steps", "owner", "remedy"})


class Field(NamedTuple):
    """A field that differs; None where there is none."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Entry:
    """A rule, line, topic, … that is added, removed or changed, with the fields that differ (all of one added or removed)."""

    id: str
    how: str
    fields: tuple[Field, ...]

    @property
    def only_words(self) -> bool:
        """Whether a rule changed in nothing that it concludes from or concludes."""
        return self.how == CHANGED and all(field.name in WORDS for field in self.fields)


def differences(old: Knowledge, new: Knowledge) -> dict[str, dict[str, Entry]]:
    """The entries that differ, by part (rules, lines, topics, attributes, sources, points of the guide) and id.

    The order of rules and the files they stand in are no difference.
    """
    before, after = _parts(old), _parts(new)
    return {name: {entry.id: entry for entry in _entries(before[name], after[name])} for name in before}


def rule_fields(rule: Rule) -> dict[str, Any]:
    """A rule as fields: its kind, its conclusion, its condition, its words."""
    written = {name: getattr(rule, name) for name in ("when", "because", "source", "overrides")}
    return {"kind": rule.kind, **asdict(rule.then), **written}


def _parts(knowledge: Knowledge) -> dict[str, dict[str, dict[str, Any]]]:
    """The fields of everything in a base, by part and id."""
    found = {"rules": {id_: rule_fields(rule) for id_, rule in knowledge.rules.items()}}
    named = {name: getattr(knowledge, name) for name in ("lines", "topics", "attributes", "sources")}
    for part, things in {**named, "guide": {point.point: point for point in knowledge.guide}}.items():
        found[part] = {id_: {k: v for k, v in asdict(thing).items() if k != "id"} for id_, thing in things.items()}
    return found


def _entries(old: Mapping[str, dict[str, Any]], new: Mapping[str, dict[str, Any]]) -> Iterator[Entry]:
    """Those added, then those removed, then those changed."""
    for id_ in [id_ for id_ in new if id_ not in old]:
        yield Entry(id_, ADDED, _fields({}, new[id_]))
    for id_ in [id_ for id_ in old if id_ not in new]:
        yield Entry(id_, REMOVED, _fields(old[id_], {}))
    for id_ in [id_ for id_ in old if id_ in new]:
        fields = _fields(old[id_], new[id_])
        if fields:
            yield Entry(id_, CHANGED, fields)


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields that differ. What is empty is as good as absent, so that kinds of conclusion can be compared."""
    pairs = [Field(name, old.get(name) or None, new.get(name) or None) for name in {**old, **new}]
    return tuple(field for field in pairs if field.old != field.new)
