"""Rules with everything that belongs to them, in a table, and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from salespath.engine import certainty
from salespath.engine.base import Base
from salespath.engine.compile import fill
from salespath.engine.dependencies import Relations, relations_of
from salespath.facts.values import readable
from salespath.report.page import Block, Heading, Item, Items, Page, Text
from salespath.report.plain import net, plain, shape
from salespath.report.words.conditions import exceptions, in_words
from salespath.report.words.phrases import selling
from salespath.rules.language import Is
from salespath.rules.loader import EXPERT
from salespath.rules.model import Advise, BlockProcess, Conclude, Rule, Source, Warn, Weigh

_SHOWN = 12
_FOR = {
    "any": "any recommendation",
    "enterprise": "the recommendation enterprise or both",
    "smb": "the recommendation SMB or both",
}


def page(base: Base, rules: Iterable[Rule]) -> Page:
    """What there is to know of some rules, each under its own heading."""
    return Page("", tuple(block for rule in rules for block in _card(base, rule)))


def _card(base: Base, rule: Rule) -> Iterator[Block]:
    """A rule in reading order; what it does not have is left out."""
    then, related = rule.then, relations_of(base, rule)

    def part(title: str, text: str, code: str = "") -> Iterator[Block]:
        if text:
            yield Text(text, title, inset=2, hang=2)
        if code:
            yield Text(code, inset=4)

    def items(title: str, texts: Iterable[str]) -> Iterator[Block]:
        found = tuple(map(Item, texts))
        if found:
            yield from (Text("", title, inset=2), Items(found, inset=4))

    yield Heading(f"{rule.id} ({rule.kind})", 3, ids=(rule.id,))
    yield from part("Says", conclusion(base, rule))
    yield from part("When", in_words(base, base.condition(rule.id)), rule.when)
    for other, words in exceptions(base, rule):
        yield from part("Unless", f"{other} applies: {words}")
    yield from part("Because", said(base, rule.because))
    if isinstance(then, (Advise, Warn)):
        yield from part("Text", said(base, then.text))
    if isinstance(then, Advise):
        yield from items("Steps", (said(base, step) for step in then.steps))
    if isinstance(then, BlockProcess):
        yield from part("Remedy", said(base, then.remedy))
    if isinstance(then, (Advise, BlockProcess)):
        yield from part("Owner", then.owner)
        if done := base.done_when(rule.id):
            yield from part("Done when", in_words(base, done), then.done_when)
    if isinstance(then, Advise):
        yield from part("Priority", str(then.priority))
    yield from items("Sources", (f"{name}: {citation(base, name)}" for name in rule.source))
    yield from part("Reads", ", ".join([*related.facts, *dict.fromkeys(name for name, _ in related.values)]))
    for how, others in ties(base, related).items():
        yield from part(how, others)
    yield from part("Written in", f"{rule.file}:{rule.line}")


def said(base: Base, text: str) -> str:
    """A text of a rule with the names of facts where their values will stand."""
    return fill(text, lambda name: f"[{base.vocabulary[name].label}]")


def ties(base: Base, related: Relations) -> dict[str, str]:
    """What a rule hangs together with, by how: the sums that a condition of the verdict reads, and other rules."""
    lines = ", ".join(base.knowledge.lines[line].title for line in dict.fromkeys(related.lines))
    return {
        "Adds up": f"{', '.join(related.sums)}, from what weighs on: {lines}" if lines else "",
        "Depends on": first_ids(related.depends_on),
        "Feeds": " ".join(filter(None, (first_ids(related.read_by), related.adds_to))),
        "Overrides": first_ids(related.overrides),
    }


def conclusion(base: Base, rule: Rule) -> str:
    """What a rule concludes, as a sentence."""
    match rule.then:
        case Conclude(attribute, value):
            return f"{in_words(base, Is(attribute, value))} ({attribute}: {value})."
        case Weigh(process, weight, on):
            title = f"{base.knowledge.lines[on].title} ({on})"
            if not weight:
                return f"an exception that weighs nothing, on {title} for {selling(process)}."
            side, size = "for" if weight > 0 else "against", certainty.with_sign(certainty.weight(weight), 2)
            return f"evidence {side} {selling(process)} on {title}: certainty {weight:g}, net weight {size}."
        case BlockProcess(process, lift=True):
            return f"an exception that lifts a block on {selling(process)}."
        case BlockProcess(process):
            return f"{selling(process)} is blocked for now."
        case Warn(process):
            return f"a pitfall, for {_where(process)}."
        case Advise(about, choice, process):
            topic = base.knowledge.topics[about]
            return f"advice on {topic.title}, for {_where(process)}: {(topic.choices or {}).get(choice, choice)}."


def _where(process: str) -> str:
    return _FOR.get(process, f"the recommendation {readable(process)}")


def citation(base: Base, name: str) -> str:
    """A source with its kind: what an article, study, filing, vendor or opinion says."""
    if name == EXPERT:
        return "the authors of the rules"
    source = base.knowledge.sources[name]
    if source.kind == "article":
        return f"article{', interested' if source.interested else ''}: {source.says}"
    year = f" {source.year}" if source.year else ""
    return f"{'soft ' if source.soft else ''}{source.kind}, {source.author}{year}: {source.says}"


def first_ids(ids: Sequence[str]) -> str:
    """The ids, of many the first, and how many more there are."""
    rest = len(ids) - _SHOWN
    return ", ".join([*ids[:_SHOWN], f"and {rest} more"] if rest > 1 else ids)


def document(base: Base, rules: Iterable[Rule]) -> Any:
    """Rules and their relations as plain data."""
    data = shape(
        "id kind file line *then says when in_words unless because *weight source *relations",
        then=lambda rule, base: {rule.kind: rule.then},
        says=lambda rule, base: conclusion(base, rule),
        in_words=lambda rule, base: in_words(base, base.condition(rule.id)),
        unless=lambda rule, base: dict(exceptions(base, rule)),
        weight=lambda rule, base: (
            {"net_weight": net(certainty.weight(rule.then.certainty))} if isinstance(rule.then, Weigh) else {}
        ),
        source=lambda rule, base: [
            base.knowledge.sources.get(name, {"id": name, "kind": EXPERT}) for name in rule.source
        ],
        relations=lambda rule, base: relations_of(base, rule),
    )
    return plain(list(rules), base, {Rule: data, Source: shape("id kind soft interested says")})
