"""What needs each rule that the process depends on: documented companies told otherwise without it, or else a cited figure.

CASES are fact files or tables of companies with a `label` each, as for `salespath rules score`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

from salespath.commands.shared.delivery import TEXT, deliver
from salespath.commands.shared.group import Reporting
from salespath.commands.shared.reading import with_base
from salespath.engine.base import Base
from salespath.engine.documented import DocumentedCase
from salespath.report.page import Column, Page, Table, Text
from salespath.rules.loader import EXPERT
from salespath.rules.model import BlockProcess, Rule
from tools.robustness import deciding, read_documented, together, without

COMPANIES, FIGURE, NONE = "companies", "cited figure", "none"
NAMED = 3  # companies of each kind per rule


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
        return "lift" if isinstance(self.rule.then, BlockProcess) and self.rule.then.lift else self.rule.kind

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


def page(found: Sequence[Witness]) -> Page:
    """Of each rule whom it changes and how, else what it cites."""
    rows = tuple((witness.rule.id, witness.kind, _witness(witness)) for witness in found)
    longest = max(len(witness.rule.id) for witness in found)
    counts = {kind: sum(witness.rests_on == kind for witness in found) for kind in (COMPANIES, FIGURE, NONE)}
    summary = (
        f"{len(found)} rules decide: {counts[COMPANIES]} change companies, {counts[FIGURE]} only cite a figure or statement, "
        f"{counts[NONE]} do neither."
    )
    return Page(
        "", (Table((Column("Rule", longest), Column("Kind", 8), Column("Witness", least=40)), rows), Text(summary))
    )


def _witness(witness: Witness) -> str:
    changed = {"verdict": witness.verdict, "lead or leaning": witness.lean, "blocks": witness.blocks}
    parts = [f"{what} of {_named(names)}" for what, names in changed.items() if names]
    return "; ".join(parts) or (f"cites {', '.join(witness.cited)}" if witness.cited else "none: retire")


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}"


@click.command(cls=Reporting, help=__doc__)
@click.argument("cases", nargs=-1, required=True)
@with_base
def main(base: Base, cases: tuple[str, ...]) -> None:
    """Print the witness of each rule."""
    known = read_documented(base, cases)
    with click.progressbar(length=len(deciding(base)), file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        found = witnesses(base, known, lambda: bar.update(1))
    deliver(TEXT, pages=lambda: [page(found)])


if __name__ == "__main__":
    main()
