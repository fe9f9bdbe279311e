"""SP413, SP414, SP416: statements that nothing cites, figures without a source, and decisions by soft sources alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from salespath.authoring.checks.context import Context, finding
from salespath.engine.dependencies import citations
from salespath.files.problems import Problem
from salespath.rules.language import Arithmetic, Compare, Constant, Number, leaves
from salespath.rules.loader import EXPERT
from salespath.rules.model import BlockProcess, Conclude, Weigh

_FIGURE = re.compile(
    r"\d|\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|half|hundred|thousand|million)\b", re.I
)


def problems(context: Context) -> Iterator[Problem]:
    """What is wrong with what is cited."""
    knowledge = context.base.knowledge
    sources = knowledge.sources
    cited = citations(context.base)
    for source in sources.values():
        if source.kind == "article" and source.id not in cited:
            yield finding("SP413", f"nothing cites {source.id}: {source.says}")
    for rule in context.rules.values():
        tests = [leaf for leaf in leaves(context.base.condition(rule.id)) if isinstance(leaf, Compare)]
        figures = {figure for leaf in tests for figure in _figures(leaf)} - {0.0, 1.0}
        if figures and not any(name == EXPERT or _FIGURE.search(sources[name].says) for name in rule.source):
            numbers = ", ".join(f"{figure:g}" for figure in sorted(figures))
            yield finding("SP414", f"no source gives a figure for {numbers}; cite one, or `{EXPERT}`.", rule)
        decides = isinstance(rule.then, (Conclude, Weigh, BlockProcess))
        if decides and all(name in sources and sources[name].soft for name in rule.source):
            soft = ", ".join(rule.source)
            yield finding("SP416", f"it decides by soft sources alone: {soft}; cite more, or `{EXPERT}`.", rule)


def _figures(tree: Compare | Number) -> set[float]:
    if isinstance(tree, Constant):
        return {tree.value}
    return _figures(tree.left) | _figures(tree.right) if isinstance(tree, (Compare, Arithmetic)) else set()
