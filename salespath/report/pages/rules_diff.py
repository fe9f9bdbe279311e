"""The differences between two rule bases, and what they mean for companies, as text and as plain data for JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from salespath.engine import certainty
from salespath.engine.assessment import Verdict
from salespath.engine.effects import RULE, Difference, Effect, Shift, follows
from salespath.report.page import Block, Heading, Item, Items, Page, Text
from salespath.report.plain import Shapes, net_of, plain, shape
from salespath.report.words.phrases import NAMES, number_of
from salespath.rules.diff import ADDED, CHANGED, HOW, REMOVED, BaseChange
from salespath.rules.model import Knowledge

SIGNS = {ADDED: "+", REMOVED: "-", CHANGED: "~"}
_NAMES = {"guide": ("point of the guide", "points of the guide")}
_LINE = 76  # characters; what is longer is said below what it was

Entries = Mapping[str, Mapping[str, BaseChange]]


class NamedBase(NamedTuple):
    """A base by the name it was given on the command line."""

    name: str
    knowledge: Knowledge


def page(old: NamedBase, new: NamedBase, entries: Entries, companies: int | None, effects: Sequence[Effect]) -> Page:
    """The differences for a reader, and what they mean for so many companies, if any were assessed under both."""
    before, after = (f"{named.name} ({named.knowledge.version})" for named in (old, new))
    body: list[Block] = [Text(f"{before} -> {after}: {_summary(entries)}")]
    for name, part in entries.items():
        for how, differing in groupby(part.values(), key=lambda entry: entry.how):
            body.append(Heading(f"{name.capitalize()} {how}"))
            for entry in differing:
                body.append(Text(entry.id, ids=(entry.id,)))
                body.extend(block for field, pair in entry.fields.items() for block in _field(field, *pair, how))
    if companies is not None:
        body.extend(_consequences(companies, effects))
    return Page("", tuple(body))


def _summary(entries: Entries) -> str:
    parts = []
    for name, part in entries.items():
        counts = Counter(entry.how for entry in part.values())
        one, many = _NAMES.get(name, (name.removesuffix("s"), name))
        if counts:
            how_many = ", ".join(f"{counts[how]} {how}" for how in HOW if counts[how])
            parts.append(f"{how_many} ({one if len(part) == 1 else many})")
    return "; ".join(parts) + "." if parts else "no difference."


def _field(name: str, before: Any, after: Any, how: str) -> list[Block]:
    """What a field says, or said and says; on one line where that is short."""
    old, new = _value(before), _value(after)
    if how != CHANGED:
        return [Text(f"{name}: {new if how == ADDED else old}", inset=4, hang=2)]
    short = f"{name}: {old} -> {new}"
    if len(short) <= _LINE:
        return [Text(short, inset=4)]
    both = Item(old, SIGNS[REMOVED]), Item(new, SIGNS[ADDED])
    return [Text(f"{name}:", inset=4), Items(both, inset=6)]


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


def _consequences(companies: int, effects: Sequence[Effect]) -> Iterator[Block]:
    """Each company with another verdict; of those that keep theirs, the ones for which the same changes together."""
    others = sum(effect.verdict_changes for effect in effects)
    what = f"{others} with another verdict, {len(effects) - others} more with another plan or block"
    yield Heading(f"On {number_of(companies, 'company', 'companies')}: {what}")
    alike: dict[tuple[str, ...], list[str]] = {}
    for effect in effects:
        if effect.verdict_changes:
            yield Text(f"{effect.company}: {_verdict(effect.old)} -> {_verdict(effect.new)}", hang=2)
            shifts = _list_of("evidence", map(_shift, effect.shifts))
            yield from _under([*_list_of("through", effect.through), *shifts, *_items(effect)])
        else:
            alike.setdefault(tuple(_items(effect)), []).append(effect.company)
    for items, names in alike.items():
        yield Text(f"{', '.join(names)}: the same verdict", hang=2)
        yield from _under(items)


def _under(lines: Iterable[str]) -> Iterator[Text]:
    return (Text(line, inset=4, hang=4) for line in lines)


def _items(effect: Effect) -> list[str]:
    own = [f"{item.kind}: {_item(item)}" for item in effect.items if not follows(effect, item)]
    following = Counter(item.how for item in effect.items if follows(effect, item))
    return own + _list_of("with the verdict", (f"{following[how]} of the plan {how}" for how in HOW if following[how]))


def _list_of(name: str, items: Iterable[str]) -> list[str]:
    found = ", ".join(items)
    return [f"{name}: {found}"] if found else []


def _verdict(verdict: Verdict) -> str:
    lead = f", {verdict.lead} first" if verdict.lead else ""
    return f"{verdict.process}{lead}{f', leaning {verdict.leaning}' if verdict.leaning else ''}"


def _shift(shift: Shift) -> str:
    old, new = (certainty.with_sign(weight, 2) for weight in (shift.old, shift.new))
    return f"{shift.rule} {old} -> {new} for {NAMES[shift.process]}"


def _item(item: Difference) -> str:
    about = f" ({item.about})" if item.about else ""
    reason = "" if item.reason == RULE else f", by {item.reason}"
    back = [id_ for id_ in item.through if id_ != item.rule]
    return f"{SIGNS[item.how]} {item.rule}{about}{reason}{': ' + ', '.join(back) if back else ''}"


# JSON

SHAPES: Shapes = {
    Shift: shape("rule process old new", old=net_of("old"), new=net_of("new")),
    Effect: shape("company old new through evidence:shifts items"),
    NamedBase: shape("name version:knowledge.version sha256:knowledge.sha256 overlays:knowledge.overlays"),
    BaseChange: shape(
        "id fields",
        fields=lambda entry, base: {name: {"old": old, "new": new} for name, (old, new) in entry.fields.items()},
    ),
}


def document(old: NamedBase, new: NamedBase, entries: Entries, companies: int | None, effects: Sequence[Effect]) -> Any:
    """The same as plain data, with everything that the text sums up."""
    parts = {
        name: {how: [entry for entry in part.values() if entry.how == how] for how in HOW}
        for name, part in entries.items()
    }
    on = {"companies": companies, "changes": None if companies is None else effects}
    return plain({"old": old, "new": new, **parts, **on}, None, SHAPES)
