"""What changes under other facts, as a page and as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from salespath.counsel.whatif import WhatIf
from salespath.engine import certainty
from salespath.engine.assessment import Assessment
from salespath.engine.effects import ADVICE, BLOCK, Difference, Effect, follows
from salespath.engine.walk import SUMS
from salespath.report.page import Block, Item, Items, Page, Text, section
from salespath.report.pages.rules_diff import SHAPES, SIGNS
from salespath.report.plain import Shapes, evidence, own, plain, shape
from salespath.report.words.claims import firmness_claims, verdict_claims, with_claims
from salespath.report.words.currency import in_currency_of
from salespath.report.words.phrases import NAMES, answer, selling
from salespath.report.words.verdict import evidence as evidence_in_words
from salespath.report.words.verdict import firmness, headline, in_short
from salespath.rules.diff import ADDED, CHANGED, REMOVED
from salespath.rules.model import PROCESSES

_BLOCKS = {ADDED: "New block", REMOVED: "No longer in the way", CHANGED: "Still in the way"}
_FOLLOWING = {ADDED: "come", REMOVED: "go", CHANGED: "change"}
_SHOWN = 8  # pieces of the plan


@in_currency_of(lambda found: [found.after.case])
def page(found: WhatIf) -> Page:
    """What changes: the verdict, fit and means, the reasons, the blocks and the plan."""
    return Page(f"{found.before.company}: what if", with_claims(found.after.base, _blocks(found)))


def _blocks(found: WhatIf) -> Iterator[Block]:
    before, after, effect = found.before, found.after, found.effect
    vocabulary = before.base.vocabulary
    if not found.settings:
        yield Text("All of it is so already; nothing changes.")
        return
    settings = []
    for name, values in found.settings.items():
        old, new = (answer(vocabulary[name], value) for value in values)
        settings.append(Item(f"{vocabulary[name].label}: {old} -> {new}", ids=(name,)))
    yield Items(tuple(settings), bullet="", inset=2, hang=2)
    verdict = in_short(*effect.new)
    if effect.verdict_changes:
        yield Text(f"Process: {in_short(*effect.old)} -> {verdict}.", apart=True)
        if after.process != "undetermined":  # which points to questions that are not here
            yield Text(headline(after), claims=verdict_claims(after))
        yield Text(f"Through {', '.join(effect.through)}.", ids=effect.through)
    else:
        yield Text(f"Process: {verdict}, as before.", apart=True)
    firm, was = firmness(after), firmness(before)
    text = f"{firm} (As before.)" if firm == was else f"{firm} (Before: {was[0].lower()}{was[1:].rstrip('.')}.)"
    yield Text(text, claims=firmness_claims(after))
    sums = (Item(_sums(before, after, process), label=NAMES[process], ids=(process,)) for process in PROCESSES)
    yield Items(tuple(sums), aligned=True)
    parts = {
        "What counts otherwise": _reasons(found),
        "What stands in the way": _standing(found),
        "The plan": _plan(found),
    }
    for title, items in parts.items():
        yield from section(title, items, bullet="", inset=2, hang=2)


def _sums(before: Assessment, after: Assessment, process: str) -> str:
    parts = []
    for name in SUMS:
        old, new = before.evidence[process][name], after.evidence[process][name]
        one, other = (evidence_in_words(a, process, name, "{word} ({figure})") for a in (before, after))
        parts.append(f"{name}: {other}" + (f", from {one}" if old != new else ", as before"))
    return "; ".join(parts)


def _reasons(found: WhatIf) -> Iterator[Item]:
    """The evidence that counts otherwise, the weightiest first."""
    because = [{fired.rule: fired.because for fired in side.fired} for side in (found.before, found.after)]
    for shift in sorted(found.effect.shifts, key=lambda s: (-abs(s.new - s.old), s.rule)):
        counts = "Counts now" if shift.new else "No longer counts"
        text = f"{NAMES[shift.process]}. {counts}: {because[bool(shift.new)][shift.rule]} [{shift.rule}]"
        yield Item(
            text, label=certainty.with_sign(shift.new - shift.old, 1), ids=(shift.rule,), claims=_claims(not shift.new)
        )


def _standing(found: WhatIf) -> Iterator[Item]:
    """The blocks that come or go, with their remedies."""
    blocks = [{block.rule: block for block in side.blockers} for side in (found.before, found.after)]
    for change in found.effect.items:
        if change.kind == BLOCK:
            block = blocks[change.how != REMOVED][change.rule]
            remedy = (Text(f"Remedy ({block.owner}): {block.remedy}"),) if change.how != REMOVED else ()
            text = f"{_BLOCKS[change.how]} of {selling(block.process)}: {block.because} {_through(change)}"
            yield Item(text, under=remedy, ids=(change.rule,), claims=_claims(change.how == REMOVED))


def _plan(found: WhatIf) -> Iterator[Item]:
    """The advice and warnings that come or go; what only follows a new verdict is counted."""
    effect = found.effect
    changes = [change for change in effect.items if change.kind != BLOCK]
    own = [change for change in changes if not follows(effect, change)]
    for change in own[:_SHOWN]:
        text = f"{_advice(found, change)} {_through(change)}"
        yield Item(text, label=SIGNS[change.how], ids=(change.rule,), claims=_claims(change.how == REMOVED))
    if own[_SHOWN:]:
        yield Item(f"and {len(own) - _SHOWN} more changes (--format json has all).")
    counts = Counter(change.how for change in changes if follows(effect, change))
    if counts:
        parts = [f"{counts[how]} {word}" for how, word in _FOLLOWING.items() if counts[how]]
        yield Item(f"With the verdict: {', '.join(parts)}.")


def _advice(found: WhatIf, change: Difference) -> str:
    side = found.before if change.how == REMOVED else found.after
    if change.kind != ADVICE:
        said = {**{w.rule: w.text for w in side.warnings}, **{flag.rule: flag.consequence for flag in side.flags}}
        return said[change.rule]
    advice = next(advice for advice in side.advice if advice.rules[0] == change.rule)
    title = side.base.knowledge.topics[advice.topic].title
    return f"{title}: {'(in place) ' if advice.done else ''}{advice.text}"


def _claims(gone: bool) -> dict[str, str] | None:
    """What no longer holds claims nothing; else the rules' own."""
    return {} if gone else None


def _through(change: Difference) -> str:
    return f"[{', '.join(dict.fromkeys((change.rule, *change.through)))}]"


# JSON


@in_currency_of(lambda found: [found.after.case])
def document(found: WhatIf) -> Any:
    """The same as plain data, with all that the text sums up."""
    return plain(found, found.before.base, _SHAPES)


_SHAPES: Shapes = {
    **SHAPES,
    WhatIf: shape(
        "company:before.company set old:before new:after changed:effect.verdict_changes *effect",
        set=lambda found, base: [
            {"fact": n, "from": own(n, old, base), "to": own(n, new, base)} for n, (old, new) in found.settings.items()
        ],
    ),
    Effect: shape("through evidence:shifts items"),
    Assessment: shape(
        "process lead leaning settled evidence blockers",
        evidence=evidence,
        blockers=lambda a, base: [block.rule for block in a.blockers],
    ),
}
