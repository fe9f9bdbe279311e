"""An assessment in a few words, as in a cell of a table."""

from __future__ import annotations

from salespath.engine.assessment import Assessment, subject
from salespath.engine.strength import HANGS_ON
from salespath.facts.values import readable
from salespath.report.words.phrases import few
from salespath.report.words.verdict import conditions, lifting, short_block
from salespath.rules.model import Weigh

_TOP = 3


def strength(a: Assessment) -> str:
    """How firm the verdict is: firm, what lifts its blocks, or what it hangs on."""
    level, on, known = a.strength.level, [turn.fact for turn in a.strength.on], a.strength.known
    little = "" if known.enough else f" ({known.answered} of {known.of} answers)"
    unless = lifting(a)
    if unless:
        condition = f"unless {conditions(a.base.vocabulary, unless[:1])}"
        return condition if level == HANGS_ON else f"{readable(level)}{little}: {condition}"
    named = few([a.base.vocabulary[name].label for name in on], _TOP, "; ")
    return f"{readable(level)}{little}{' ' if level == HANGS_ON else ': ' if named else ''}{named}"


def top_reasons(a: Assessment) -> list[str]:
    """What the verdict rests on most: the names of the blocks that stand, else of the weightiest lines of evidence for it."""
    rules = a.base.knowledge.rules
    if a.process == "not_yet":
        own = [b for b in a.blockers if b.process == a.leaning] or a.blockers
        found = [short_block(rules[b.rule]) for b in own]
    else:
        items = sorted((i for p in subject(a) for i in a.reasons(p, 1)), key=lambda i: (-i.weight, i.rule))
        then = [rules[item.rule].then for item in items]
        found = [readable(t.line) for t in then if isinstance(t, Weigh)]
    return list(dict.fromkeys(found))[:_TOP]
