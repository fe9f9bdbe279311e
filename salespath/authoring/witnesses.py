"""What needs each rule that the process depends on: documented companies told otherwise without it, or else a cited figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from salespath.authoring.robustness import deciding, together, without
from salespath.engine.compile import Base
from salespath.engine.documented import DocumentedCase
from salespath.rules.loader import EXPERT
from salespath.rules.model import Block, Rule

COMPANIES, FIGURE, NONE = "companies", "cited figure", "none"


@dataclass(frozen=True)
class Witness:
    """A rule, and the companies that change when it alone is deleted: another verdict, or else another process that leads or is
    leaned to, or else only other blocks. `cited` are its sources but for our own judgement.
    """

    rule: Rule
    verdict: tuple[str, ...]
    lean: tuple[str, ...]
    blocks: tuple[str, ...]
    cited: tuple[str, ...]

    @property
    def kind(self) -> str:
        """conclude, weigh, block or lift."""
        return "lift" if isinstance(self.rule.then, Block) and self.rule.then.lift else self.rule.kind

    @property
    def rests_on(self) -> str:
        """The best witness that it has."""
        return COMPANIES if self.verdict or self.lean or self.blocks else FIGURE if self.cited else NONE


def witnesses(
    base: Base, known: Sequence[DocumentedCase], step: Callable[[], object] = lambda: None
) -> tuple[Witness, ...]:
    """Delete each rule that the process depends on, those of the verdict too. `step` is called after each."""
    before = _said(base, known)
    found = []
    for rule in deciding(base):
        changed: tuple[list[str], ...] = [], [], []
        for item, old, new in zip(known, before, _said(without(base, rule), known)):
            first = next((place for place, pair in enumerate(zip(old, new)) if pair[0] != pair[1]), None)
            if first is not None:
                changed[first].append(item.case.company)
        cited = tuple(source for source in rule.source if source != EXPERT)
        verdict, lean, blocks = map(tuple, changed)
        found.append(Witness(rule, verdict, lean, blocks, cited))
        step()
    return tuple(found)


def _said(base: Base, known: Sequence[DocumentedCase]) -> list[tuple[object, object, object]]:
    """Of each company the process, which leads or is leaned to, and the blocks that stand."""
    result = together(base, known)
    standing = {rule: result.unpacked(bits) for rule, bits in result.standing.items()}
    return [
        (
            result.process[row],
            (result.lead[row], result.leaning[row]),
            {rule for rule, stands in standing.items() if stands[row]},
        )
        for row in range(result.rows)
    ]
