"""SP419: advice that does not say for whom it is, or what ends it."""

from __future__ import annotations

from collections.abc import Iterator

from salespath.authoring.checks.context import Context, finding
from salespath.files.problems import Problem
from salespath.rules.model import Advise


def problems(context: Context) -> Iterator[Problem]:
    """Advice without a stage or an end. Numbers to measure and pitfalls have no end: they are watched for good."""
    topics = context.base.knowledge.topics
    for rule, then in context.base.knowledge.each(Advise):
        topic = topics[then.topic]
        ends = then.until or then.done_when or topic.metrics or topic.part == "pitfalls"
        lacking = [what for what, there in (("`stage`", then.stage), ("`done_when` nor `until`", ends)) if not there]
        if lacking:
            yield finding("SP419", f"it has no {' and no '.join(lacking)}; `stage: any` is for all.", rule)
