"""What differs between two rule bases: rules and what they refer to, added, removed and changed, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from salespath.rules.model import Knowledge

HOW = ADDED, REMOVED, CHANGED = "added", "removed", "changed"
# Fields of a rule that people read and the engine does not.
WORDS = frozenset({"because", "source", "text", "steps", "owner", "remedy"})


@dataclass(frozen=True)
class BaseChange:
    """A rule, line, topic, … that is added, removed or changed, and what each field was and is that differs; None where there is
    none, as on one side of all fields of one added or removed.
    """

    id: str
    how: str
    fields: Mapping[str, tuple[Any, Any]]

    @property
    def only_words(self) -> bool:
        """Whether a rule changed in nothing that it concludes from or concludes."""
        return self.how == CHANGED and WORDS.issuperset(self.fields)


def differences(old: Knowledge, new: Knowledge) -> dict[str, dict[str, BaseChange]]:
    """The entries that differ, by part (rules, lines, topics, attributes, sources, points of the guide) and id: those added first,
    then those removed, then those changed. The order of rules and the files they stand in are no difference.
    """
    found = {}
    for (name, before), after in zip(_parts(old).items(), _parts(new).values()):
        entries = sorted(_entries(before, after), key=lambda entry: HOW.index(entry.how))
        found[name] = {entry.id: entry for entry in entries}
    return found


def _parts(knowledge: Knowledge) -> dict[str, dict[str, dict[str, Any]]]:
    """The fields of everything in a base, by part and id; of a rule, its kind, its conclusion, its condition and its words."""
    found: dict[str, dict[str, dict[str, Any]]] = {"rules": {}}
    for rule in knowledge.rules.values():
        written = {name: getattr(rule, name) for name in ("when", "because", "source", "overrides")}
        found["rules"][rule.id] = {"kind": rule.kind, **asdict(rule.then), **written}
    named = {name: getattr(knowledge, name) for name in ("lines", "topics", "attributes", "sources")}
    for part, things in {**named, "guide": {point.point: point for point in knowledge.guide}}.items():
        found[part] = {id_: {k: v for k, v in asdict(thing).items() if k != "id"} for id_, thing in things.items()}
    return found


def _entries(old: Mapping[str, dict[str, Any]], new: Mapping[str, dict[str, Any]]) -> Iterator[BaseChange]:
    for id_ in {**old, **new}:
        how = ADDED if id_ not in old else REMOVED if id_ not in new else CHANGED
        if fields := _fields(old.get(id_, {}), new.get(id_, {})):
            yield BaseChange(id_, how, fields)


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The fields that differ. What is empty is as good as absent, so that kinds of conclusion can be compared."""
    pairs = {name: (old.get(name) or None, new.get(name) or None) for name in {**old, **new}}
    return {name: (before, after) for name, (before, after) in pairs.items() if before != after}
