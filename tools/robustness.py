"""How much hangs on one rule or figure: delete each rule, change each certainty by a fifth, and see which companies that loses.

CASES are fact files or tables of companies with a `label` each, as for `salespath rules score`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import click
import numpy as np

from salespath.commands.shared.delivery import TEXT, deliver
from salespath.commands.shared.group import Reporting, report_problems
from salespath.commands.shared.reading import companies_files, read_companies, with_base
from salespath.engine.base import Base
from salespath.engine.compile import compile_base
from salespath.engine.documented import DocumentedCase, documented_cases
from salespath.engine.table import FactTable, TableResult, assess_table
from salespath.engine.truth_graph import VERDICT
from salespath.report.page import Page, Text
from salespath.report.words.phrases import number_of
from salespath.rules.language import Is, leaves
from salespath.rules.loader import MAX_CERTAINTY
from salespath.rules.model import VERDICTS, BlockProcess, Conclude, Rule, Weigh

FACTORS = (0.8, 1.2)
VERDICT_OF = ("process", "lead", "leaning")  # the attributes that a verdict tells


@dataclass(frozen=True)
class Perturbation:
    """One change of the base. `lost` counts companies that were right before less those newly right; it may be negative."""

    what: str
    lost: int


@dataclass(frozen=True)
class Robustness:
    """What small changes of the rules do to the agreement.

    `lone` are the evidence rules that fire, with those that say the same, for exactly one company: a label in disguise; `silent`
    counts those that fire for none.
    """

    deleted: tuple[Perturbation, ...]
    all_scaled: tuple[Perturbation, ...]
    one_scaled: tuple[Perturbation, ...]
    lone: tuple[str, ...]
    silent: int


def robustness(base: Base, known: Sequence[DocumentedCase], step: Callable[[], object] = lambda: None) -> Robustness:
    """Delete each rule, and scale certainties one by one and all at once. `step` is called after each change."""
    before = missed(base, known)

    def changes(bases: Iterable[tuple[str, Base]]) -> tuple[Perturbation, ...]:
        found = []
        for what, changed in bases:
            found.append(Perturbation(what, missed(changed, known) - before))
            step()
        return tuple(found)

    fires = firing(base, known)
    return Robustness(
        deleted=changes((rule.id, changed) for rule, changed in without_each_rule(base)),
        all_scaled=changes((f"all x {factor}", scaled(base, factor)) for factor in FACTORS),
        one_scaled=changes((f"{id_} x {factor}", scaled(base, factor, id_)) for id_ in fires for factor in FACTORS),
        lone=tuple(id_ for id_, number in fires.items() if number == 1),
        silent=sum(not number for number in fires.values()),
    )


def steps(base: Base) -> int:
    """How many changes `robustness` tries."""
    rules = deciding(base)
    weighs = sum(isinstance(rule.then, Weigh) for rule in rules)
    return sum(base.section(rule) != VERDICT for rule in rules) + len(FACTORS) * (1 + weighs)


def missed(base: Base, known: Sequence[DocumentedCase]) -> int:
    """How many companies a base does not label as documented."""
    return sum(VERDICTS[said] != item.label for said, item in zip(together(base, known).process, known))


def firing(base: Base, known: Sequence[DocumentedCase]) -> dict[str, int]:
    """For how many companies each evidence rule fires or one that says the same: these are one finding with several reasons."""
    result = together(base, known)
    fired = dict(zip(result.rules, result.unpacked(result.fired)))
    evidence = [rule for rule in deciding(base) if isinstance(rule.then, Weigh)]
    return {
        rule.id: int(np.any([fired[other.id] for other in evidence if other.then == rule.then], axis=0).sum())
        for rule in evidence
    }


def together(base: Base, known: Sequence[DocumentedCase]) -> TableResult:
    """What a base says of all companies, in one walk."""
    return assess_table(base, FactTable.from_cases(base, [item.case for item in known]), settle=False)


# Changed bases. Advice and warnings are left out: the process does not depend on them.


def deciding(base: Base) -> list[Rule]:
    """The rules that the verdict depends on: evidence, blocks, and what concludes the process or anything that they read."""
    rules = base.knowledge.rules
    pending = [id_ for id_, rule in rules.items() if isinstance(rule.then, (Weigh, BlockProcess))]
    pending += [rule.id for rule, then in base.knowledge.each(Conclude) if then.attribute in VERDICT_OF]
    found: set[str] = set()
    while pending:
        id_ = pending.pop()
        if id_ not in found:
            found.add(id_)
            read = [leaf for leaf in leaves(base.condition(id_)) if isinstance(leaf, Is)]
            pending += [name for leaf in read for name in base.concluders(leaf.attribute, leaf.value)]
    return [rule for id_, rule in rules.items() if id_ in found]


def with_rules(base: Base, rules: Iterable[Rule]) -> Base:
    """A base of these rules, what overrides a rule that is gone overriding it no more."""
    kept = {rule.id: rule for rule in rules}
    for id_, rule in kept.items():
        kept[id_] = replace(rule, overrides=tuple(name for name in rule.overrides if name in kept))
    return compile_base(base.vocabulary, replace(base.knowledge, rules=kept))


def without_each_rule(base: Base) -> Iterator[tuple[Rule, Base]]:
    """Each rule with the base that lacks it. The verdict's own rules, which give the processes their meaning, stay."""
    for gone in deciding(base):
        if base.section(gone) != VERDICT:
            yield gone, without(base, gone)


def without(base: Base, gone: Rule) -> Base:
    """The base, as far as the process depends on it, less one rule."""
    return with_rules(base, (rule for rule in deciding(base) if rule is not gone))


def scaled(base: Base, factor: float, only: str | None = None) -> Base:
    """The base with every certainty, or that of one rule, times a factor; none above 0.95."""
    rules = deciding(base)
    for place, rule in enumerate(rules):
        if isinstance(rule.then, Weigh) and only in (None, rule.id):
            certainty = max(-MAX_CERTAINTY, min(MAX_CERTAINTY, rule.then.certainty * factor))
            rules[place] = replace(rule, then=replace(rule.then, certainty=certainty))
    return with_rules(base, rules)


# What is said of it


def page(found: Robustness, of: int) -> Page:
    """What the changes lose of so many companies, the worst first."""
    blocks = []
    for name, changes in (
        ("any one rule deleted", found.deleted),
        ("all certainties 20% lower or higher", found.all_scaled),
        ("any one certainty 20% lower or higher", found.one_scaled),
    ):
        costly = sorted((change for change in changes if change.lost > 0), key=lambda c: (-c.lost, c.what))
        most = costly[0].lost if costly else 0
        blocks.append(
            Text(f"{name}: {len(changes)} changes, the worst loses {most} of {number_of(of, 'company', 'companies')}")
        )
        blocks.extend(Text(f"{change.lost}  {change.what}", inset=2) for change in costly)
    lone = ", ".join(found.lone) or "none"
    blocks.append(Text(f"evidence that fires for exactly one company: {lone}; for no company: {found.silent} rules"))
    return Page("", tuple(blocks))


def read_documented(base: Base, paths: Iterable[str]) -> list[DocumentedCase]:
    """The companies of files that have a label; what is wrong goes to stderr, and nothing to judge ends the program."""
    paths, found = list(dict.fromkeys(paths)), []
    for path, portfolio in zip(paths, read_companies(companies_files(base, paths))):
        documented, problems = documented_cases(portfolio, path)
        report_problems([*portfolio.problems, *problems])
        found += documented
    return found or sys.exit(1)


@click.command(cls=Reporting, help=__doc__)
@click.argument("cases", nargs=-1, required=True)
@with_base
def main(base: Base, cases: tuple[str, ...]) -> None:
    """Print what each change loses."""
    known = read_documented(base, cases)
    with click.progressbar(length=steps(base), file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        found = robustness(base, known, lambda: bar.update(1))
    deliver(TEXT, pages=lambda: [page(found, len(known))])


if __name__ == "__main__":
    main()
