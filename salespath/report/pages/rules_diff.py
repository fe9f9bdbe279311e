"""The differences between two rule bases, and what they mean for companies, as text and as plain data for JSON."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from salespath.engine import certainty
from salespath.engine.effects import RULE, Effect, Item, Shift, Verdict, follows
from salespath.report.pages.score import companies
from salespath.report.words.phrases import NAMES
from salespath.rules.diff import ADDED, CHANGED, REMOVED, Entry, Field
from salespath.rules.model import Knowledge

HOW = (ADDED, REMOVED, CHANGED)
_SIGNS = {ADDED: "+", REMOVED: "-", CHANGED: "~"}
_ONE = {"guide": "point of the guide"}

Entries = Mapping[str, Mapping[str, Entry]]


class Named(NamedTuple):
    """A base by the name it was given on the command line."""

    name: str
    knowledge: Knowledge


class Told(NamedTuple):
    """How many companies were assessed under both bases, and those for which something changes."""

    companies: int
    effects: Sequence[Effect]


def text(old: Named, new: Named, entries: Entries, told: Told | None, width: int = 100) -> str:
    """The differences for a reader, and what they mean for the companies if there are any."""
    lines = [f"{_title(old)} -> {_title(new)}: {_summary(entries)}"]
    for name, part in entries.items():
        for how in HOW:
            found = [entry for entry in part.values() if entry.how == how]
            if found:
                lines.extend(["", f"{name.capitalize()} {how}", "-" * len(f"{name} {how}")])
                for entry in found:
                    lines.extend([entry.id, *(line for field in entry.fields for line in _field(field, how, width))])
    if told:
        lines.extend(_told(told, width))
    return "\n".join(lines) + "\n"


def _title(named: Named) -> str:
    return f"{named.name} ({named.knowledge.version})"


def _summary(entries: Entries) -> str:
    parts = []
    for name, part in entries.items():
        counts = Counter(entry.how for entry in part.values())
        if counts:
            one = _ONE.get(name, name.removesuffix("s"))
            many = one if len(part) == 1 else one.replace("point", "points") if name in _ONE else name
            parts.append(f"{', '.join(f'{counts[how]} {how}' for how in HOW if counts[how])} ({many})")
    return "; ".join(parts) + "." if parts else "no difference."


def _field(field: Field, how: str, width: int) -> list[str]:
    """What a field says, or said and says; on one line where it fits."""
    old, new = _value(field.old), _value(field.new)
    if how != CHANGED:
        return _wrapped(f"{field.name}: {new if how == ADDED else old}", width, "    ", "      ")
    short = f"    {field.name}: {old} -> {new}"
    if len(short) <= width:
        return [short]
    return [
        f"    {field.name}:",
        *_wrapped(f"- {old}", width, "      ", " " * 8),
        *_wrapped(f"+ {new}", width, "      ", " " * 8),
    ]


def _value(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {text}" for key, text in value.items())
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _wrapped(line: str, width: int, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        line, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


# On companies


def _told(told: Told, width: int) -> list[str]:
    """Each company with another verdict; of those that keep theirs, the ones for which the same changes together."""
    others = [effect for effect in told.effects if effect.verdict_changes]
    more = len(told.effects) - len(others)
    title = (
        f"On {companies(told.companies)}: {len(others)} with another verdict, {more} more with another plan or block"
    )
    lines = ["", title, "-" * len(title)]
    for effect in others:
        lines.append(f"{effect.company}: {_verdict(effect.old)} -> {_verdict(effect.new)}")
        lines.extend(_listed("through", effect.through, width))
        lines.extend(_listed("evidence", map(_shift, effect.shifts), width))
        lines.extend(_items(effect, width))
    alike: dict[tuple[str, ...], list[str]] = {}
    for effect in told.effects:
        if not effect.verdict_changes:
            alike.setdefault(tuple(_items(effect, width)), []).append(effect.company)
    for items, names in alike.items():
        lines.extend(_wrapped(f"{', '.join(names)}: the same verdict", width, "", "  "))
        lines.extend(items)
    return lines


def _items(effect: Effect, width: int) -> list[str]:
    lines = []
    for item in effect.items:
        if not follows(effect, item):
            lines.extend(_listed(item.kind, [_item(item)], width))
    following = Counter(item.how for item in effect.items if follows(effect, item))
    counts = (f"{following[how]} of the plan {how}" for how in HOW if following[how])
    return lines + _listed("with the verdict", counts, width)


def _listed(name: str, items: Iterable[str], width: int) -> list[str]:
    found = ", ".join(items)
    return _wrapped(f"{name}: {found}", width, "    ", " " * 8) if found else []


def _verdict(told: Verdict) -> str:
    lead = f", {told.lead} first" if told.lead else ""
    return f"{told.process}{lead}{f', leaning {told.leaning}' if told.leaning else ''}"


def _shift(shift: Shift) -> str:
    old, new = (certainty.signed(weight, 2) for weight in (shift.old, shift.new))
    return f"{shift.rule} {old} -> {new} for {NAMES[shift.process]}"


def _item(item: Item) -> str:
    about = f" ({item.about})" if item.about else ""
    reason = "" if item.reason == RULE else f", by {item.reason}"
    back = [id_ for id_ in item.through if id_ != item.rule]
    return f"{_SIGNS[item.how]} {item.rule}{about}{reason}{': ' + ', '.join(back) if back else ''}"


# JSON


def document(old: Named, new: Named, entries: Entries, told: Told | None) -> dict[str, Any]:
    """The same as plain data, with everything that the text sums up."""
    found: dict[str, Any] = {"old": _base(old), "new": _base(new)}
    for name, part in entries.items():
        found[name] = {
            how: [
                {"id": entry.id, "fields": {f.name: {"old": f.old, "new": f.new} for f in entry.fields}}
                for entry in part.values()
                if entry.how == how
            ]
            for how in HOW
        }
    found["companies"] = None if told is None else told.companies
    found["changes"] = None if told is None else [effect_document(effect) for effect in told.effects]
    return found


def _base(named: Named) -> dict[str, Any]:
    knowledge = named.knowledge
    return {
        "name": named.name,
        "version": knowledge.version,
        "sha256": knowledge.sha256,
        "overlays": [{"name": layer.name, "sha256": layer.sha256} for layer in knowledge.overlays],
    }


def effect_document(effect: Effect) -> dict[str, Any]:
    """What changes for a company, as plain data; evidence as net sums."""
    return {
        "company": effect.company,
        "old": effect.old._asdict(),
        "new": effect.new._asdict(),
        **traced(effect),
    }


def traced(effect: Effect) -> dict[str, Any]:
    """Through which rules a verdict and a plan change, as plain data."""
    return {
        "through": list(effect.through),
        "evidence": [
            {"rule": s.rule, "process": s.process, "old": net(s.old), "new": net(s.new)} for s in effect.shifts
        ],
        "items": [
            {
                "kind": i.kind,
                "rule": i.rule,
                "about": i.about,
                "how": i.how,
                "reason": i.reason,
                "through": list(i.through),
            }
            for i in effect.items
        ],
    }


def net(weight: int) -> float:
    """Net evidence as JSON has it, three digits."""
    return round(certainty.net(weight), 3) + 0.0  # never -0.0
