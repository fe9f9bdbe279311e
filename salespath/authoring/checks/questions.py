"""SP408, SP409, SP410: what is asked though no rule reads it, decides though nobody asks it, or differs though no rule tells it."""

from __future__ import annotations

from collections.abc import Iterator

from salespath.authoring.checks.context import Context, finding
from salespath.engine.compile import placeholders
from salespath.files.problems import Problem
from salespath.rules.language import Member, OneOf, inputs
from salespath.rules.model import Advise, BlockProcess, Rule


def problems(context: Context) -> Iterator[Problem]:
    """What is wrong with a fact, by the rules; an exception may read what is never asked, since it only lifts a block."""
    base = context.base
    read: set[str] = set()
    decisive: dict[str, Rule] = {}
    for rule in context.rules.values():
        then, names = rule.then, inputs(base.condition(rule.id))
        if base.decides(rule) and not (isinstance(then, BlockProcess) and then.lift):
            decisive = dict.fromkeys(base.behind(names), rule) | decisive
        names = names.union(*map(placeholders, rule.texts))
        if done := base.done_when(rule.id):
            names |= inputs(done)
        if isinstance(then, Advise) and base.knowledge.topics[then.topic].metrics:
            names |= {then.choice}
        read |= base.behind(names)
    for fact in base.vocabulary.facts.values():
        if fact.id not in read and fact.ask != "figures":
            yield finding("SP408", f"no rule reads the fact {fact.id}, which is asked for.")
        elif fact.id in decisive and fact.ask == "figures":
            what = f"it reads {fact.id}, which can change the process but is never asked for (`ask: figures`)."
            yield finding("SP409", what, decisive[fact.id])
    yield from _values(context)


def _values(context: Context) -> Iterator[Problem]:
    """Values of a fact between which no rule makes a difference; of one that is never asked for they cost nobody an answer."""
    tests = [leaf for leaf in context.base.graph.leaves if isinstance(leaf, (OneOf, Member))]
    for fact in context.base.vocabulary.facts.values():
        mine = [leaf for leaf in tests if leaf.name == fact.id and fact.ask != "figures"]
        groups: dict[tuple[bool, ...], list[str]] = {}
        for value in fact.values if mine else ():
            holds = (value in leaf.values if isinstance(leaf, OneOf) else value == leaf.value for leaf in mine)
            groups.setdefault(tuple(holds), []).append(value)
        for signature, values in groups.items():
            if len(values) > 1:
                yield finding("SP410", f"{fact.id}: no rule tells {' and '.join(values)} apart.")
            elif fact.type == "set" and not any(signature):
                yield finding("SP410", f"{fact.id}: no rule reads {values[0]}.")
