"""The differences between two rule bases, and what they mean for companies, as text and as plain data for JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from salespath.engine import certainty
from salespath.engine.assessment import Verdict
from salespath.engine.effects import RULE, Difference, Effect, Shift, follows
from salespath.report import page as blocks
from salespath.report.page import Block, Heading, Items, Page, Text
from salespath.report.plain import Shapes, net_of, plain, shape
from salespath.report.words.phrases import NAMES, counted
from salespath.rules.diff import ADDED, CHANGED, REMOVED, Entry, Field
from salespath.rules.model import Knowledge

HOW = (ADDED, REMOVED, CHANGED)
_SIGNS = {ADDED: "+", REMOVED: "-", CHANGED: "~"}
_NAMES = {"guide": ("point of the guide", "points of the guide")}
_LINE = 76  # characters; what is longer is said below what it was

Entries = Mapping[str, Mapping[str, Entry]]


class NamedBase(NamedTuple):
    """A base by the name it was given on the command line."""

    name: str
    knowledge: Knowledge


class Consequences(NamedTuple):
    """How many companies were assessed under both bases, and those for which something changes."""

    companies: int
    effects: Sequence[Effect]


def page(old: NamedBase, new: NamedBase, entries: Entries, found: Consequences | None) -> Page:
    """The differences for a reader, and what they mean for the companies if there are any."""
    before, after = (f"{named.name} ({named.knowledge.version})" for named in (old, new))
    body: list[Block] = [Text(f"{before} -> {after}: {_summary(entries)}")]
    for name, part in entries.items():
        for how in HOW:
            differing = _of(part, how)
            body += [Heading(f"{name.capitalize()} {how}")] if differing else []
            for entry in differing:
                body.append(Text(entry.id, ids=(entry.id,)))
                body.extend(block for field in entry.fields for block in _field(field, how))
    if found:
        body.extend(_consequences(found))
    return Page("", tuple(body))


def _of(part: Mapping[str, Entry], how: str) -> list[Entry]:
    return [entry for entry in part.values() if entry.how == how]


def _summary(entries: Entries) -> str:
    parts = []
    for name, part in entries.items():
        counts = Counter(entry.how for entry in part.values())
        one, many = _NAMES.get(name, (name.removesuffix("s"), name))
        if counts:
            how_many = ", ".join(f"{counts[how]} {how}" for how in HOW if counts[how])
            parts.append(f"{how_many} ({one if len(part) == 1 else many})")
    return "; ".join(parts) + "." if parts else "no difference."


def _field(field: Field, how: str) -> list[Block]:
    """What a field says, or said and says; on one line where that is short."""
    old, new = _value(field.old), _value(field.new)
    if how != CHANGED:
        return [Text(f"{field.name}: {new if how == ADDED else old}", inset=4, hang=2)]
    short = f"{field.name}: {old} -> {new}"
    if len(short) <= _LINE:
        return [Text(short, inset=4)]
    both = blocks.Item(old, _SIGNS[REMOVED]), blocks.Item(new, _SIGNS[ADDED])
    return [Text(f"{field.name}:", inset=4), Items(both, inset=6)]


def _value(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case dict():
            return ", ".join(f"{key}: {text}" for key, text in value.items())
        case tuple():
            return "; ".join(map(str, value))
    return str(value)


# On companies


def _consequences(found: Consequences) -> Iterator[Block]:
    """Each company with another verdict; of those that keep theirs, the ones for which the same changes together."""
    others = [effect for effect in found.effects if effect.verdict_changes]
    more = len(found.effects) - len(others)
    what = f"{len(others)} with another verdict, {more} more with another plan or block"
    yield Heading(f"On {counted(found.companies, 'company', 'companies')}: {what}")
    for effect in others:
        yield Text(f"{effect.company}: {_verdict(effect.old)} -> {_verdict(effect.new)}", hang=2)
        shifts = _listed("evidence", map(_shift, effect.shifts))
        yield from map(_under, [*_listed("through", effect.through), *shifts, *_items(effect)])
    alike: dict[tuple[str, ...], list[str]] = {}
    for effect in found.effects:
        if not effect.verdict_changes:
            alike.setdefault(tuple(_items(effect)), []).append(effect.company)
    for items, names in alike.items():
        yield Text(f"{', '.join(names)}: the same verdict", hang=2)
        yield from map(_under, items)


def _under(line: str) -> Text:
    return Text(line, inset=4, hang=4)


def _items(effect: Effect) -> Iterator[str]:
    for item in effect.items:
        if not follows(effect, item):
            yield from _listed(item.kind, [_item(item)])
    following = Counter(item.how for item in effect.items if follows(effect, item))
    yield from _listed("with the verdict", (f"{following[how]} of the plan {how}" for how in HOW if following[how]))


def _listed(name: str, items: Iterable[str]) -> list[str]:
    found = ", ".join(items)
    return [f"{name}: {found}"] if found else []


def _verdict(verdict: Verdict) -> str:
    lead = f", {verdict.lead} first" if verdict.lead else ""
    return f"{verdict.process}{lead}{f', leaning {verdict.leaning}' if verdict.leaning else ''}"


def _shift(shift: Shift) -> str:
    old, new = (certainty.signed(weight, 2) for weight in (shift.old, shift.new))
    return f"{shift.rule} {old} -> {new} for {NAMES[shift.process]}"


def _item(item: Difference) -> str:
    about = f" ({item.about})" if item.about else ""
    reason = "" if item.reason == RULE else f", by {item.reason}"
    back = [id_ for id_ in item.through if id_ != item.rule]
    return f"{_SIGNS[item.how]} {item.rule}{about}{reason}{': ' + ', '.join(back) if back else ''}"


# JSON

SHAPES: Shapes = {
    Shift: shape("rule process old new", old=net_of("old"), new=net_of("new")),
    Effect: shape("company old new through evidence:shifts items"),
    NamedBase: shape("name version:knowledge.version sha256:knowledge.sha256 overlays:knowledge.overlays"),
    Entry: shape("id fields", fields=lambda entry, base: {f.name: {"old": f.old, "new": f.new} for f in entry.fields}),
}


def document(old: NamedBase, new: NamedBase, entries: Entries, found: Consequences | None) -> Any:
    """The same as plain data, with everything that the text sums up."""
    parts = {name: {how: _of(part, how) for how in HOW} for name, part in entries.items()}
    on = {"companies": found and found.companies, "changes": found and found.effects}
    return plain({"old": old, "new": new, **parts, **on}, None, SHAPES)
