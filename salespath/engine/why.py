"""How a verdict came about, and why another did not: records, not text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from salespath.engine import certainty, trace
from salespath.engine.assessment import Assessment
from salespath.engine.company import Company
from salespath.engine.compile import Ref
from salespath.engine.walk import FAILED as FAILED
from salespath.engine.walk import MET as MET
from salespath.engine.walk import OPERATORS
from salespath.engine.walk import UNKNOWN as UNKNOWN
from salespath.facts import Value
from salespath.rules.language import (
    BLOCKED,
    VERDICT_NUMBERS,
    And,
    Arithmetic,
    Compare,
    Condition,
    Constant,
    Is,
    Leaf,
    Not,
    Number,
    Or,
    Quantity,
    inputs,
    leaves,
)
from salespath.rules.model import Advise, Block, Rule, Weigh


@dataclass(frozen=True)
class Finding:
    """One test of a condition that is not met: what was wanted, and the values read.

    `test` is a leaf or an attribute reading; `wanted` says whether it should have been true. `status` is failed or unknown.
    `needs` are the unknown facts behind it; `because` are the rules that decided an attribute the other way.
    """

    test: Leaf | Is
    wanted: bool
    status: str
    values: Mapping[str, Value]
    needs: tuple[str, ...] = ()
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class WhyNot:
    """Why one rule did not take effect: failed and unknown conditions apart, and the rules that override it."""

    rule: str
    status: str
    failed: tuple[Finding, ...]
    unknown: tuple[Finding, ...]
    overridden_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class CloseCall:
    """A number within a tenth of a threshold that a reason turns on."""

    fact: str
    value: float
    threshold: float
    rule: str


def status(assessment: Assessment, ref: Ref) -> str:
    """Whether a node is met, failed or unknown."""
    return assessment.walked.status(ref)


def why_not(assessment: Assessment, rule: str) -> WhyNot:
    """Why a rule did not take effect (all empty if it did)."""
    base = assessment.base
    got = assessment.status(rule)
    if got == MET:
        return WhyNot(rule, got, (), ())
    found: list[Finding] = []
    reader = _Reader(assessment)
    reader.unmet(base.condition(rule), True, found)
    over = tuple(other for other in base.overriding(rule) if assessment.status(other) != FAILED)
    return WhyNot(
        rule,
        got,
        tuple(f for f in found if f.status == FAILED),
        tuple(f for f in found if f.status == UNKNOWN),
        over,
    )


def close_calls(assessment: Assessment) -> list[CloseCall]:
    """Numbers within a tenth of a threshold of evidence or a block, one per fact, the nearest."""
    base = assessment.base
    found: dict[str, CloseCall] = {}
    company = Company(base, assessment.case.values)
    for rule in base.knowledge.rules.values():
        if not isinstance(rule.then, (Weigh, Block)):
            continue
        for leaf in leaves(base.condition(rule.id)):
            if not (isinstance(leaf, Compare) and isinstance(leaf.left, Quantity) and isinstance(leaf.right, Constant)):
                continue
            name, threshold = leaf.left.name, leaf.right.value
            value = company.number(name)
            fact = base.vocabulary[name]
            if (
                value is None
                or (fact.type == "integer" and threshold < 20)
                or not abs(value - threshold) <= threshold / 10
            ):
                continue
            call = CloseCall(name, value, threshold, rule.id)
            if name not in found or abs(value - threshold) < abs(value - found[name].threshold):
                found[name] = call
    return [found[name] for name in base.vocabulary.ordered(found)]


class _Reader:
    """Evaluates the condition of one rule, to find the tests that stand in its way."""

    def __init__(self, assessment: Assessment) -> None:
        self.a = assessment
        self.base = assessment.base
        self.facts = dict(assessment.case.values)
        self.company = Company(self.base, self.facts)

    def status(self, tree: Condition) -> str:
        """Whether a condition is met, failed or unknown."""
        if isinstance(tree, Not):
            return {MET: FAILED, FAILED: MET, UNKNOWN: UNKNOWN}[self.status(tree.item)]
        if isinstance(tree, (And, Or)):
            found = {self.status(item) for item in tree.items}
            strong, weak = (FAILED, MET) if isinstance(tree, And) else (MET, FAILED)
            return strong if strong in found else UNKNOWN if UNKNOWN in found else weak
        if isinstance(tree, Is):
            ref = self.base.value_ref(tree.attribute, tree.value)
            found_status = status(self.a, ref)
            # What the verdict reads is two-valued: what is not certain counts as not so.
            return FAILED if found_status == UNKNOWN and tree.attribute in BLOCKED else found_status
        if isinstance(tree, Compare) and inputs(tree) & set(VERDICT_NUMBERS):
            return MET if OPERATORS[tree.operator](self._verdict(tree.left), self._verdict(tree.right)) else FAILED
        true, false, _ = self.company.test(tree)
        return MET if true else FAILED if false else UNKNOWN

    def _verdict(self, tree: Number) -> float:
        if isinstance(tree, Constant):
            return tree.value
        if isinstance(tree, Quantity):
            name, process = tree.name.split("_", 1)
            return certainty.net(self.a.evidence[process][name])
        assert isinstance(tree, Arithmetic)
        left, right = self._verdict(tree.left), self._verdict(tree.right)
        return left + right if tree.operator == "+" else left - right

    def unmet(self, tree: Condition, wanted: bool, found: list[Finding]) -> None:
        """Collect the tests that keep a condition from being as wanted."""
        got = self.status(tree)
        if got == (MET if wanted else FAILED):
            return
        if isinstance(tree, Not):
            self.unmet(tree.item, not wanted, found)
        elif isinstance(tree, (And, Or)):
            for item in tree.items:
                self.unmet(item, wanted, found)
        elif isinstance(tree, Is) and wanted and self._opens(tree):
            for rule in self.base.concluders(tree.attribute, tree.value):
                self.unmet(self.base.condition(rule), True, found)
        elif not any(finding.test == tree for finding in found):
            found.append(self._finding(tree, wanted, UNKNOWN if got == UNKNOWN else FAILED))

    def _opens(self, tree: Is) -> bool:
        """Whether a verdict's step on the way is better explained by what it reads."""
        attribute = self.base.knowledge.attributes.get(tree.attribute)
        return attribute is not None and attribute.verdict and attribute.flag

    def _finding(self, test: Leaf | Is, wanted: bool, got: str) -> Finding:
        if isinstance(test, Is):
            ref = self.base.value_ref(test.attribute, test.value)
            truth = self.a.walked.truth
            names = trace.undecided(self.base, truth, ref) if got == UNKNOWN else trace.deciding(self.base, truth, ref)
            rules = () if wanted else self.base.concluders(test.attribute, test.value)
            because = tuple(rule for rule in rules if self.a.walked.fired(rule))
        else:
            names, because = inputs(test), ()
        values = trace.read(self.base, self.facts, names)
        needs = trace.missing(self.base, self.facts, names) if got == UNKNOWN else ()
        return Finding(test, wanted, got, values, needs, because)


def rules_of(assessment: Assessment, target: str) -> list[Rule]:
    """The rules that a target names: a rule id, a process, an attribute, a topic, or `topic:choice`."""
    rules = assessment.base.knowledge.rules
    if target in rules:
        return [rules[target]]
    topic, _, choice = target.partition(":")
    return [
        rule
        for rule in rules.values()
        if isinstance(rule.then, Advise) and rule.then.topic == topic and choice in ("", rule.then.choice)
    ]
