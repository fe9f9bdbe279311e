"""What changes under other facts, in words and as plain data."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import Any

from salespath.counsel.whatif import Setting, WhatIf
from salespath.engine import certainty
from salespath.engine.assessment import Assessment
from salespath.engine.compile import Base
from salespath.engine.effects import ADVICE, BLOCK, Item, follows
from salespath.engine.walk import SUMS
from salespath.facts import Value, Vocabulary
from salespath.facts.values import words
from salespath.report.pages.rules_diff import net, traced
from salespath.report.plain import facts as plain_facts
from salespath.report.words.phrases import NAMES
from salespath.report.words.verdict import firmness, headline
from salespath.rules.diff import ADDED, CHANGED, REMOVED
from salespath.rules.model import PROCESSES

SIGNS = {ADDED: "+", REMOVED: "-", CHANGED: "~"}
_VERDICT = {
    "not_yet": "not yet",
    "undetermined": "undetermined",
    "both": "both",
    "enterprise": "enterprise",
    "smb": "SMB",
}
_SHOWN = 8  # pieces of the plan


class Page:
    """Lines of text, wrapped to a width."""

    def __init__(self, width: int) -> None:
        self.width, self.lines = min(width, 100), list[str]()

    def say(self, text: str, indent: str = "", first: str | None = None) -> None:
        """A paragraph; `indent` stands before its lines, `first` before the first of them."""
        start = indent if first is None else first
        wrapped = textwrap.wrap(
            text, self.width, initial_indent=start, subsequent_indent=indent, break_on_hyphens=False
        )
        self.lines.extend(wrapped)

    def title(self, text: str) -> None:
        """A heading over everything."""
        wrapped = textwrap.wrap(text, self.width)
        self.lines.extend([*wrapped, "=" * max(map(len, wrapped), default=0)])

    def heading(self, text: str) -> None:
        """A heading over a part."""
        self.lines.extend(["", text, "-" * len(text)])

    def text(self) -> str:
        """All of it."""
        return "\n".join(line.rstrip() for line in self.lines) + "\n"


def verdict(process: str, lead: str | None = None, leaning: str | None = None) -> str:
    """A verdict in a few words: both, SMB first; not yet, leaning to enterprise."""
    more = f", {NAMES[lead]} first" if lead else f", leaning to {NAMES[leaning]}" if leaning else ""
    return f"{_VERDICT[process]}{more}"


def told(vocabulary: Vocabulary, name: str, value: Value | None) -> str:
    """A value in words; an unknown one is not known."""
    return "not known" if value is None else words(vocabulary[name], value)


def text(found: WhatIf, width: int = 100) -> str:
    """What changes, for a reader: the verdict, fit and means, the reasons, the blocks and the plan."""
    page = Page(width)
    before, after, effect = found.before, found.after, found.effect
    page.title(f"{before.company}: what if")
    for setting in found.settings:
        page.say(_setting(before.base.vocabulary, setting), indent="    ", first="  ")
    if not found.settings:
        page.say("All of it is so already; nothing changes.")
        return page.text()
    page.lines.append("")
    old, new = verdict(*effect.old), verdict(*effect.new)
    page.say(f"Process: {old} -> {new}." if effect.verdict_changes else f"Process: {new}, as before.")
    if effect.verdict_changes:
        if after.process != "undetermined":  # which points to questions that are not here
            page.say(headline(after))
        page.say(f"Through {', '.join(effect.through)}.")
    page.say(_strength(before, after))
    for line in _sums(before, after):
        page.say(line, indent=" " * 11, first="")
    _reasons(page, found)
    _blocks(page, found)
    _plan(page, found)
    return page.text()


def _setting(vocabulary: Vocabulary, setting: Setting) -> str:
    before, after = (told(vocabulary, setting.fact, value) for value in (setting.before, setting.after))
    return f"{vocabulary[setting.fact].label}: {before} -> {after}"


def _strength(before: Assessment, after: Assessment) -> str:
    old, new = firmness(before), firmness(after)
    return f"{new} (As before.)" if old == new else f"{new} (Before: {old[0].lower()}{old[1:].rstrip('.')}.)"


def _sums(before: Assessment, after: Assessment) -> Iterator[str]:
    for process in PROCESSES:
        parts = []
        for name in SUMS:
            old, new = before.evidence[process][name], after.evidence[process][name]
            one, other = (f"{certainty.word(n)} ({certainty.signed(n, 1)})" for n in (old, new))
            parts.append(f"{name}: {other}" + (f", from {one}" if old != new else ", as before"))
        yield f"{NAMES[process]:10} {'; '.join(parts)}"


def _reasons(page: Page, found: WhatIf) -> None:
    """The evidence that counts otherwise, the weightiest first."""
    if not found.effect.shifts:
        return
    page.heading("What counts otherwise")
    because = [{fired.rule: fired.because for fired in side.fired} for side in (found.before, found.after)]
    for shift in sorted(found.effect.shifts, key=lambda s: (-abs(s.new - s.old), s.rule)):
        side = 1 if shift.new else 0
        weight = certainty.signed(shift.new - shift.old, 1)
        lead = "Counts now" if shift.new else "No longer counts"
        page.say(
            f"{weight} {NAMES[shift.process]}. {lead}: {because[side][shift.rule]} [{shift.rule}]", "    ", first="  "
        )


def _blocks(page: Page, found: WhatIf) -> None:
    items = [item for item in found.effect.items if item.kind == BLOCK]
    if not items:
        return
    page.heading("What stands in the way")
    blocks = [{block.rule: block for block in side.blockers} for side in (found.before, found.after)]
    for item in items:
        block = blocks[item.how != REMOVED][item.rule]
        lead = {ADDED: "New block", REMOVED: "No longer in the way", CHANGED: "Still in the way"}[item.how]
        page.say(f"{lead} of {running(block.process)}: {block.because} {_through(item)}", "    ", first="  ")
        if item.how != REMOVED:
            page.say(f"Remedy ({block.owner}): {block.remedy}", "    ")


def running(process: str) -> str:
    """What is run: enterprise selling, SMB selling, running both."""
    return "running both" if process == "both" else f"{NAMES[process]} selling"


def _plan(page: Page, found: WhatIf) -> None:
    """The advice and warnings that come or go; what only follows a new verdict is counted."""
    effect = found.effect
    items = [item for item in effect.items if item.kind != BLOCK]
    own = [item for item in items if not follows(effect, item)]
    if not items:
        return
    page.heading("The plan")
    for item in own[:_SHOWN]:
        page.say(f"{SIGNS[item.how]} {_advice(found, item)} {_through(item)}", "    ", first="  ")
    if own[_SHOWN:]:
        page.say(f"and {len(own) - _SHOWN} more changes (--format json has all).", "  ")
    counts = Counter(item.how for item in items if follows(effect, item))
    if counts:
        parts = [
            f"{counts[how]} {word}"
            for how, word in ((ADDED, "come"), (REMOVED, "go"), (CHANGED, "change"))
            if counts[how]
        ]
        page.say(f"With the verdict: {', '.join(parts)}.", "    ", first="  ")


def _advice(found: WhatIf, item: Item) -> str:
    side = found.before if item.how == REMOVED else found.after
    if item.kind != ADVICE:
        return next(warning.text for warning in side.warnings if warning.rule == item.rule)
    advice = next(advice for advice in side.advice if advice.rules[0] == item.rule)
    title = side.base.knowledge.topics[advice.topic].title
    return f"{title}: {'(in place) ' if advice.done else ''}{advice.text}"


def _through(item: Item) -> str:
    rules = dict.fromkeys((item.rule, *item.through))
    return f"[{', '.join(rules)}]"


# JSON


def document(found: WhatIf) -> dict[str, Any]:
    """The same as plain data, with all that the text sums up."""
    effect = found.effect
    return {
        "company": found.before.company,
        "set": [_setting_document(found.before.base, setting) for setting in found.settings],
        "old": _side(found.before),
        "new": _side(found.after),
        "changed": effect.verdict_changes,
        **traced(effect),
    }


def _setting_document(base: Base, setting: Setting) -> dict[str, Any]:
    name = setting.fact
    return {"fact": name, "from": plain(base, name, setting.before), "to": plain(base, name, setting.after)}


def plain(base: Base, name: str, value: Value | None) -> Any:
    """A value as plain data; unknown is None."""
    return None if value is None else plain_facts({name: value}, base.vocabulary)[name]


def _side(a: Assessment) -> dict[str, Any]:
    return {
        "process": a.process,
        "lead": a.lead,
        "leaning": a.leaning,
        "settled": a.settled,
        "evidence": {p: {name: net(a.evidence[p][name]) for name in SUMS} for p in PROCESSES},
        "blockers": [block.rule for block in a.blockers],
    }
