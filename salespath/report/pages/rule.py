"""A rule with everything that belongs to it: the parts of a card for readers, and the same as data."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from salespath.engine import certainty
from salespath.engine.compile import Base, filled
from salespath.engine.dependencies import Relating
from salespath.facts.values import readable
from salespath.report.words.conditions import exceptions, in_words
from salespath.report.words.phrases import NAMES
from salespath.rules.language import Is
from salespath.rules.loader import EXPERT
from salespath.rules.model import Advise, Block, Conclude, Rule, Warn, Weigh

_SHOWN = 12
_FOR = {
    "any": "any recommendation",
    "enterprise": "the recommendation enterprise or both",
    "smb": "the recommendation SMB or both",
}


@dataclass(frozen=True)
class Part:
    """One heading of a card: a sentence, things listed under it, and rules or sources named."""

    title: str
    text: str = ""
    items: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    code: str = ""


def card(relating: Relating, rule: Rule) -> list[Part]:
    """What there is to know of a rule, in reading order; parts that it does not have are left out."""
    base, then, related = relating.base, rule.then, relating.of(rule)

    def said(text: str) -> str:
        return filled(text, lambda name: f"[{base.vocabulary[name].label}]")

    parts = [
        Part("Says", conclusion(base, rule)),
        Part("When", in_words(base, base.conditions[rule.id]), code=rule.when),
        *(Part("Unless", f"applies: {words}", rules=(other,)) for other, words in exceptions(base, rule)),
        Part("Because", said(rule.because)),
    ]
    if isinstance(then, (Advise, Warn)):
        parts.append(Part("Text", said(then.text)))
    if isinstance(then, Advise):
        parts.append(Part("Steps", items=tuple(map(said, then.steps))))
    if isinstance(then, Block):
        parts.append(Part("Remedy", said(then.remedy)))
    if isinstance(then, (Advise, Block)):
        parts.append(Part("Owner", then.owner))
    if rule.id in base.done:
        assert isinstance(then, (Advise, Block))
        parts.append(Part("Done when", in_words(base, base.done[rule.id]), code=then.done_when))
    if isinstance(then, Advise):
        parts.append(Part("Priority", str(then.priority)))
    parts.append(Part("Sources", items=tuple(f"{name}: {cited(base, name)}" for name in rule.source)))
    names = [*related.facts, *dict.fromkeys(attribute for attribute, _ in related.values)]
    parts.append(Part("Reads", ", ".join(names)))
    lines = ", ".join(base.knowledge.lines[line].title for line in dict.fromkeys(related.lines))
    parts.append(Part("Adds up", f"{', '.join(related.sums)}, from what weighs on: {lines}" if lines else ""))
    parts.append(Part("Depends on", rules=related.depends_on))
    parts.append(Part("Feeds", related.adds_to, rules=related.read_by))
    parts.append(Part("Overrides", rules=related.overrides))
    parts.append(Part("Written in", f"{rule.file}:{rule.line}"))
    return [part for part in parts if part.text or part.items or part.rules]


def conclusion(base: Base, rule: Rule) -> str:
    """What a rule concludes, as a sentence."""
    then = rule.then
    if isinstance(then, Conclude):
        return f"{in_words(base, Is(then.attribute, then.value))} ({then.attribute}: {then.value})."
    if isinstance(then, Weigh):
        line = base.knowledge.lines[then.line]
        if not then.certainty:
            return f"an exception that weighs nothing, on {line.title} ({then.line}) for {NAMES[then.process]} selling."
        side = "for" if then.certainty > 0 else "against"
        weight = certainty.signed(certainty.weight(then.certainty), 2)
        return (
            f"evidence {side} {NAMES[then.process]} selling on {line.title} ({then.line}): certainty {then.certainty:g}, "
            f"net weight {weight}."
        )
    if isinstance(then, Block):
        what = "running both" if then.process == "both" else f"{NAMES[then.process]} selling"
        return f"an exception that lifts a block on {what}." if then.lift else f"{what} is blocked for now."
    where = _FOR.get(then.process, f"the recommendation {readable(then.process)}")
    if isinstance(then, Warn):
        return f"a pitfall, for {where}."
    topic = base.knowledge.topics[then.topic]
    choice = topic.choices[then.choice] if topic.choices else then.choice
    return f"advice on {topic.title}, for {where}: {choice}."


def cited(base: Base, name: str) -> str:
    """A source with its kind: what an article, study, filing, vendor or opinion says."""
    if name == EXPERT:
        return "the authors of the rules"
    source = base.knowledge.sources[name]
    if source.kind == "article":
        return f"article{', interested' if source.interested else ''}: {source.says}"
    year = f" {source.year}" if source.year else ""
    return f"{'soft ' if source.soft else ''}{source.kind}, {source.author}{year}: {source.says}"


def cut(ids: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The ids to show, and how many more there are in words."""
    rest = len(ids) - _SHOWN
    return (ids[:_SHOWN], f"and {rest} more") if rest > 1 else (ids, "")


def text(rule: Rule, parts: list[Part], width: int, bold: Callable[[str], str]) -> str:
    """A card for a terminal."""
    lines = [bold(f"{rule.id} ({rule.kind})")]

    def say(words: str, first: str, indent: str) -> None:
        lines.extend(
            textwrap.wrap(words, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False)
        )

    for part in parts:
        ids, rest = cut(part.rules)
        named = ", ".join(filter(None, (*ids, rest)))
        say(f"{part.title}: {' '.join(filter(None, (named, part.text)))}", "  ", "    ")
        if part.code:
            say(part.code, "    ", "    ")
        for item in part.items:
            say(f"- {item}", "    ", "      ")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def document(relating: Relating, rule: Rule) -> dict[str, Any]:
    """A rule and its relations as data for JSON."""
    base = relating.base
    found: dict[str, Any] = {
        "id": rule.id, "kind": rule.kind, "file": rule.file, "line": rule.line, rule.kind: asdict(rule.then),
        "says": conclusion(base, rule), "when": rule.when, "in_words": in_words(base, base.conditions[rule.id]),
        "unless": dict(exceptions(base, rule)), "because": rule.because,
    }  # fmt: skip
    if isinstance(rule.then, Weigh):
        found["net_weight"] = certainty.net(certainty.weight(rule.then.certainty))
    found["source"] = []
    for name in rule.source:
        source = base.knowledge.sources.get(name)
        found["source"].append(
            {"id": name, "kind": source.kind, "soft": source.soft, "interested": source.interested, "says": source.says}
            if source
            else {"id": name, "kind": EXPERT}
        )
    return {**found, **asdict(relating.of(rule))}
