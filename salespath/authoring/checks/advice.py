"""SP411, SP412: advice on a topic of one choice that contradicts other advice, and topics without advice for a process."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from salespath.authoring.checks.context import Context, finding
from salespath.authoring.solver import TRUE
from salespath.files.problems import Problem
from salespath.rules.model import PROCESSES, Advise


def problems(context: Context) -> Iterator[Problem]:
    """Two choices where one is wanted, and none."""
    topics, ref = context.base.knowledge.topics, context.base.rule_ref
    advice = [(rule, rule.then) for rule in context.rules.values() if isinstance(rule.then, Advise)]
    for (first, one), (second, other) in combinations(advice, 2):
        if (one.topic, one.process) != (other.topic, other.process) or one.choice == other.choice:
            continue
        both = (ref(first.id), TRUE), (ref(second.id), TRUE)
        if topics[one.topic].exclusive:
            what = f"on {one.topic} it advises {other.choice} where {first.id} advises {one.choice}"
            yield from context.where("SP411", what, second, *both)
    given = {(then.topic, then.process) for _, then in advice}
    for process in PROCESSES:
        for topic in topics.values():
            if not given & {(topic.id, process), (topic.id, "any")}:
                yield finding("SP412", f"no rule advises on {topic.id} ({topic.title}) for {process}.")
