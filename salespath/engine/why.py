"""How a verdict came about, and why another did not: findings with addresses, as records that hold no sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Any, TypeAlias

from salespath.engine import trace
from salespath.engine.assessment import Assessment
from salespath.engine.company import Company
from salespath.engine.intervals import is_open
from salespath.engine.targets import meant
from salespath.engine.truth_graph import Ref
from salespath.engine.walk import FAILED, FIRED, OPEN, SUMS
from salespath.facts import Value
from salespath.facts.vocabulary import DIMENSIONS
from salespath.rules.language import (
    BLOCKED,
    VERDICT_NUMBERS,
    And,
    Compare,
    Condition,
    Constant,
    Is,
    Not,
    Or,
    Quantity,
    inputs,
    leaves,
)
from salespath.rules.model import (
    PROCESSES,
    VERDICTS,
    Advise,
    Attribute,
    BlockProcess,
    Conclude,
    OneProcess,
    Rule,
    Weigh,
)

OVERRIDDEN = "overridden"
EVALUATED = ("verdict", "rule", "and", "or", "not", "test", "exception", "value", "block")
KINDS = (*EVALUATED, "heading", "sum", "fact", "choice", "precedent", "note")  # the others have no status


@dataclass(frozen=True)
class Weight:
    """What counts for or against a process: a piece `of` a line of evidence, or a sum `of` fit, means or a dimension.

    `weight` is signed, in units of `certainty.SCALE`; 0 for a piece that does not count.
    """

    process: OneProcess
    of: str
    weight: int


@dataclass(frozen=True)
class Link:
    """Stands for a finding that stands elsewhere in the tree."""

    ref: str


@dataclass(frozen=True)
class Finding:
    """One thing that an explanation says, with what stands under it. docs/explanation.md lists the kinds and their ids.

    `status` is None for what is not evaluated: headings, facts, sums. `facts` are the answers read, None where still needed.
    `record` is what the finding is about. `wanted` says of a part of a condition whether it should be true for its rule to fire.
    """

    id: Annotated[str, ("pattern", "^[a-z_]+:.")]
    kind: Annotated[str, ("enum", KINDS)]
    status: Annotated[str, ("enum", (FIRED, FAILED, OPEN, OVERRIDDEN))] | None = None
    rule: str | None = None
    facts: Mapping[str, Value | None] = field(default_factory=dict)
    evidence: Weight | None = None
    sources: tuple[str, ...] = ()
    under: tuple[Finding | Link, ...] = ()
    record: object = None
    wanted: bool = True


Entry: TypeAlias = "Finding | Link"
Parts: TypeAlias = "Callable[[], Iterable[Entry]]"


@dataclass(frozen=True)
class Explanation:
    """A tree of findings, each once, and all of them by their ids."""

    assessment: Assessment
    root: Finding
    findings: Mapping[str, Finding]

    def under(self, finding: Finding) -> Iterator[Finding]:
        """What stands under a finding, links followed."""
        return (self.findings[item.ref if isinstance(item, Link) else item.id] for item in finding.under)

    def steps(self, finding: Finding, *, fired: bool = True) -> Iterator[Finding]:
        """The rules of the verdict that a finding rests on; all those that it could rest on, with `fired` false."""
        for item in self.under(finding):
            if item.kind in ("sum", "fact", "exception") or (item.status != FIRED if fired else not item.wanted):
                continue
            if item.kind == "rule":
                yield item
            if item.kind != "value" or self.step(item):
                yield from self.steps(item, fired=fired)

    def unmet(self, finding: Finding) -> Iterator[Finding]:
        """The tests that stand in the way of a rule, or of a part of its condition.

        Where a yes/no step of the verdict is missing, those of the rules that would conclude it.
        """
        if finding.status == (FIRED if finding.wanted else FAILED):
            return
        parts = [part for part in self.under(finding) if part.kind != "exception"]
        if finding.kind == "test":
            step = self.step(finding)
            if not (finding.wanted and step and step.flag):
                yield finding
                return
            parts = [rule for value in parts for rule in self.under(value)]
        for part in parts:
            yield from self.unmet(part)

    def read(self, finding: Finding) -> list[Finding]:
        """What a finding reads by itself: of a rule that reads steps of the verdict, the other tests that speak for it."""
        tests = list(self._tests(finding)) if finding.kind == "rule" else []
        own = [test for test in tests if not self.step(test)]
        if len(own) == len(tests):
            return [finding]
        return [test for test in own if test.status == (FIRED if test.wanted else FAILED)]

    def _tests(self, finding: Finding) -> Iterator[Finding]:
        for part in self.under(finding):
            if part.kind == "test":
                yield part
            elif part.kind in ("and", "or", "not"):
                yield from self._tests(part)

    def overriding(self, rule: Finding) -> list[Finding]:
        """The rules that override a rule, or may."""
        over = [other for part in self.under(rule) if part.kind == "exception" for other in self.under(part)]
        return [other for other in over if other.status in (FIRED, OPEN) and rule.status != FIRED]

    def is_open(self, test: Finding) -> bool:
        """Whether a test in the way is not known, which the verdict takes as not so."""
        return any(item.status == OPEN for item in (test, *self.under(test)))

    def is_step(self, test: Finding) -> bool:
        """Whether a test reads a step of the verdict that has values."""
        step = self.step(test)
        return step is not None and not step.flag

    def step(self, finding: Finding) -> Attribute | None:
        """The attribute of the verdict that a finding is about, if it is about one."""
        about = finding.record.attribute if isinstance(finding.record, Is) else ""
        attribute = self.assessment.base.knowledge.attributes.get(about)
        return attribute if attribute and attribute.verdict else None


@dataclass(frozen=True)
class CloseCall:
    """A number within a tenth of a threshold that a reason turns on."""

    fact: str
    value: float
    threshold: float
    rule: str


def why(assessment: Assessment, target: str) -> Explanation | None:
    """Why a process, choice or rule was not taken, or how it came about if it was; what a fact or dimension counts for.

    A word is taken for what it is a part of: direct, TAS, referral. None if there is no such thing.
    """
    finder, names = _Finder(assessment), meant(assessment.base, target)
    if len(names) < 2:
        return finder.explanation(finder.about(names[0])) if names else None
    about = partial(map, finder.about, names)
    return finder.explanation(finder.found(f"word:{target}", "heading", about, record=target))


def why_not(assessment: Assessment, rule: str) -> tuple[Finding, ...]:
    """The tests known to be otherwise than a rule wants, each once: none if it took effect."""
    finder = _Finder(assessment)
    found = finder.explanation(finder.rule(rule))
    return tuple({test.record: test for test in found.unmet(found.root) if not found.is_open(test)}.values())


def open_values(assessment: Assessment, attribute: str) -> dict[str, tuple[str, ...]]:
    """The values that a verdict attribute lacks only because something is not said, each with the facts that are missing."""
    base, finder, found = assessment.base, _Finder(assessment), dict[str, tuple[str, ...]]()
    for value in base.knowledge.attributes[attribute].values:
        needs = dict.fromkeys(f for rule in base.concluders(attribute, value) for f in finder.missing(rule))
        if needs and not assessment.walked.has(attribute, value):
            found[value] = tuple(base.vocabulary.ordered(needs))
    return found


def close_calls(assessment: Assessment) -> list[CloseCall]:
    """Numbers within a tenth of a threshold of evidence or a block, one per fact, the nearest."""
    base = assessment.base
    found: dict[str, CloseCall] = {}
    company = Company(base, assessment.case.values)
    for rule in base.knowledge.rules.values():
        for leaf in leaves(base.condition(rule.id)) if isinstance(rule.then, (Weigh, BlockProcess)) else ():
            match leaf:
                case Compare(_, Quantity(name), Constant(threshold)):
                    value = company.number(name)
                    few = base.vocabulary[name].type == "integer" and threshold < 20
                    if value is None or few or not abs(value - threshold) <= threshold / 10:
                        continue
                    if name not in found or abs(value - threshold) < abs(value - found[name].threshold):
                        found[name] = CloseCall(name, value, threshold, rule.id)
    return [found[name] for name in base.vocabulary.ordered(found)]


class _Finder:
    """Collects the findings of one explanation. Where one stands already, it gives a link."""

    def __init__(self, assessment: Assessment) -> None:
        self.a = assessment
        self.base = assessment.base
        self.rules = self.base.knowledge.rules
        self.facts = dict(assessment.case.values)
        self.fired = {item.rule: item for item in assessment.fired}
        self.status = assessment.walked.status
        self.findings: dict[str, Finding] = {}

    def explanation(self, root: Entry) -> Explanation:
        assert isinstance(root, Finding)
        return Explanation(self.a, self.findings[root.id], self.findings)

    def found(self, id_: str, kind: str, under: Parts = tuple, status: str | None = None, **what: Any) -> Entry:
        if id_ in self.findings:
            return Link(id_)
        if kind in ("rule", "block"):
            what["sources"] = self.rules[what["rule"]].source
        self.findings[id_] = finding = Finding(id_, kind, status, **what)
        self.findings[id_] = finding = replace(finding, under=tuple(under()))
        return finding

    def missing(self, rule: str) -> Iterator[str]:
        """The facts that a rule of the verdict waits for, if it waits for nothing else."""
        self.rule(rule)
        explanation = Explanation(self.a, self.findings[f"rule:{rule}"], self.findings)
        tests = list(explanation.unmet(explanation.root))
        for test in tests if all(map(explanation.is_open, tests)) else ():
            for part in (test, *explanation.under(test)):
                yield from (name for name in part.facts if is_open(part.facts, name))

    # What an explanation is asked about

    def how(self) -> Entry:
        a, process = self.a, self.a.process

        def parts() -> Iterator[Entry]:
            rests = [self._sums(name, PROCESSES) for name in SUMS]  # first, so that evidence and blocks stand here
            blocks = [rule.id for rule, _ in self.base.knowledge.blocks]
            stops = self.found("heading:blocks", "heading", partial(map, self.block, blocks))
            yield from map(self.rule, self.base.concluders("process", process))
            yield from (self.value(name, v) for name, v in (("lead", a.lead), ("leaning", a.leaning)) if v)
            yield from (*rests, stops)
            yield from self._counter()

        return self._verdict(process, parts)

    def about(self, target: str) -> Entry:
        base, knowledge = self.base, self.base.knowledge
        if target in VERDICTS:
            return self.how() if target == self.a.process else self._process(target)
        if target in knowledge.attributes:
            attribute = knowledge.attributes[target]
            values = partial(map, partial(self.value, target), attribute.values)
            return self.found(f"attribute:{target}", "heading", values, record=attribute)
        if target in self.rules:
            return self.rule(target)
        if target in base.vocabulary:
            return self.fact(target, lambda: self._sides(("counts", "other"), self._reading(target)))
        if target in DIMENSIONS:
            return self._sums(target, PROCESSES)
        if target.partition(":")[0] in knowledge.attributes:
            return self.value(*target.split(":"))
        return self._topic(target)

    def _process(self, process: str) -> Entry:
        """A process that is not the answer."""

        def parts() -> Iterator[Entry]:
            rest = [other for other in PROCESSES if other != process]
            # first, so that evidence stands here
            fit = [self._sums("fit", (process, *rest))] if process in PROCESSES else []
            yield from (self.value("process", self.a.process), *fit)
            yield from map(self.rule, self.base.concluders("process", process))
            for sign, side in ((-1, "against"), (1, "for")) if fit else ():
                yield from self._heading(side, self.rule, self._counting(process, sign), process)
            standing = [item.rule for item in self.a.blockers if item.process == process]
            yield from self._heading("blocked", self.block, standing)
            could_count = [item.fact for item in self.a.next_questions if "for" in item.signs.get(process, ())]
            yield from self._heading("unknown", self.fact, could_count)

        return self._verdict(process, parts)

    def _verdict(self, process: str, parts: Parts) -> Entry:
        return self.found(f"process:{process}", "verdict", parts, self.status(self.base.value_ref("process", process)))

    def _topic(self, target: str) -> Entry:
        """What a topic of the plan (or one choice of it) comes to, whatever the verdict, and its rules one by one."""
        topic, _, choice = target.partition(":")

        def parts() -> Iterator[Entry]:
            for item in (item for item in self.a.choices if item.topic == topic):
                id_ = f"choice:{topic}/{item.choice}/{item.process}"
                yield self.found(id_, "choice", partial(map, self.rule, [item.rule]), rule=item.rule, record=item)
            advice = self.base.knowledge.each(Advise)
            asked = [rule.id for rule, then in advice if then.topic == topic and choice in ("", then.choice)]
            yield from self._sides(("chosen", "left"), asked)

        return self.found(f"topic:{target}", "heading", parts, record=self.base.knowledge.topics[topic])

    def _sides(self, names: tuple[str, str], rules: Sequence[str]) -> Iterator[Entry]:
        """Rules that fired, and those that did not."""
        for name, fired in zip(names, (True, False)):
            yield from self._heading(name, self.rule, [rule for rule in rules if (rule in self.fired) == fired])

    def _heading(
        self, name: str, make: Callable[[str], Entry], names: Sequence[str], record: object = None
    ) -> Iterator[Entry]:
        """A heading with what stands under it, where there is something."""
        if names:
            yield self.found(f"heading:{name}", "heading", lambda: map(make, names), record=record)

    # What findings are made of

    def rule(self, id_: str) -> Entry:
        base, rule, over = self.base, self.rules[id_], self.base.overriding(id_)
        states = {self.status(base.rule_ref(other)) for other in over}
        state = self.status(base.rule_ref(id_))
        if FIRED in states and self.status(base.graph.condition_refs[id_]) != FAILED:
            state = OVERRIDDEN
        what: dict[str, Any] = {"rule": id_, "facts": self._facts(base.rule_ref(id_)), "record": rule}
        if isinstance(rule.then, Weigh):
            weight = self.fired[id_].weight if id_ in self.fired else 0
            what["evidence"] = Weight(rule.then.process, rule.then.line, weight)

        def parts() -> Iterator[Entry]:
            yield self.condition(base.condition(id_), f"rule:{id_}/when", rule)
            if over:
                one = next(state for state in (FIRED, OPEN, FAILED) if state in states)
                yield self.found(f"rule:{id_}/unless", "exception", lambda: map(self.rule, over), one, rule=id_)

        return self.found(f"rule:{id_}", "rule", parts, state, **what)

    def condition(self, tree: Condition, path: str, rule: Rule, wanted: bool = True) -> Entry:
        state = self.status(self.base.part_ref(rule, tree))
        facts: dict[str, Value | None] = {}
        match tree:
            case And(items) | Or(items):
                kind = "and" if isinstance(tree, And) else "or"
                parts = [partial(self.condition, item, f"{path}/{n}", rule, wanted) for n, item in enumerate(items, 1)]
            case Not(item):
                kind, parts = "not", [partial(self.condition, item, f"{path}/not", rule, not wanted)]
            case Is(attribute, value):
                kind, parts = "test", [partial(self.value, attribute, value)]
                facts = self._facts(self.base.value_ref(attribute, value))
            case _:
                kind, parts = "test", [partial(self._input, name) for name in sorted(inputs(tree))]
                facts = self._answers(inputs(tree), state == OPEN)
        what = {"rule": rule.id, "facts": facts, "record": tree, "wanted": wanted}
        return self.found(path, kind, lambda: (part() for part in parts), state, **what)

    def _input(self, name: str) -> Entry:
        return self.sum(*name.split("_", 1)) if name in VERDICT_NUMBERS else self.fact(name)

    def value(self, attribute: str, value: str) -> Entry:
        make = self.block if attribute in BLOCKED else self.rule
        parts = partial(map, make, self.base.concluders(attribute, value))
        state = self.status(self.base.value_ref(attribute, value))
        return self.found(f"{attribute}:{value}", "value", parts, state, record=Is(attribute, value))

    def block(self, id_: str) -> Entry:
        """Whether a block stands: where its condition is certain, and no exception is."""
        blocker = next((item for item in self.a.blockers if item.rule == id_), None)
        needs = dict.fromkeys(blocker.needs) if blocker else {}
        facts = {**needs, **blocker.facts} if blocker else self._facts(self.base.rule_ref(id_))
        state = self.status(self.base.graph.standing_refs[id_])
        under = partial(map, self.rule, [id_])
        return self.found(f"rule:{id_}/stands", "block", under, state, rule=id_, facts=facts, record=blocker)

    def sum(self, name: str, process: str) -> Entry:
        """The evidence of fit, means or a dimension: what counts for the process first, then what counts against it."""
        dimensions = SUMS.get(name, (name,))
        groups = [g for g in self.base.evidence if g.process == process and g.dimension in dimensions]
        pieces = [rule for group in groups for _, rule in group.pieces]
        counted = [rule for sign in (1, -1) for rule in self._counting(process, sign) if rule in pieces]
        rules = dict.fromkeys((*counted, *sorted(pieces)))
        weight = Weight(process, name, self.a.evidence[process][name])
        return self.found(f"sum:{name}_{process}", "sum", lambda: map(self.rule, rules), evidence=weight)

    def fact(self, name: str, more: Callable[[], Iterable[Entry]] = tuple) -> Entry:
        value, reading = self.facts.get(name), self.a.derived.get(name)
        if value is None and reading:
            value = reading.value

        def parts() -> Iterator[Entry]:
            if name not in self.facts:
                yield from map(self.fact, sorted(self.base.inputs_of(name)))
            yield from more()

        return self.found(f"fact:{name}", "fact", parts, facts={name: value}, record=name)

    def _sums(self, name: str, processes: Iterable[str]) -> Entry:
        id_ = f"heading:{name}" if name in SUMS else f"dimension:{name}"
        return self.found(id_, "heading", lambda: (self.sum(name, process) for process in processes), record=name)

    def _counter(self) -> Iterator[Entry]:
        """The strongest argument against what is recommended, or leaned to."""
        process = self.a.lead or self.a.leaning or self.a.process
        against = [*self._counting(process, -1)]
        against += [rule for other in PROCESSES if other != process for rule in self._counting(other, 1)]
        against.sort(key=lambda rule: -abs(self.fired[rule].weight))
        if process in PROCESSES:
            yield self.found("heading:counter", "heading", lambda: map(self.rule, against[:1]))

    # What is asked of the base and of the assessment

    def _counting(self, process: str, sign: int) -> list[str]:
        return [item.rule for item in self.a.reasons(process, sign)]

    def _reading(self, name: str) -> list[str]:
        """The rules of the verdict that read a fact, through formulas too."""
        rules = [rule.id for rule in self.rules.values() if isinstance(rule.then, (Weigh, BlockProcess, Conclude))]
        return [rule for rule in rules if name in self.base.behind(inputs(self.base.condition(rule)))]

    def _facts(self, ref: Ref) -> dict[str, Value | None]:
        """The answers that decide a node, or those that it needs."""
        return self._answers(trace.names_behind(self.base, self.a.walked.truth, ref), self.status(ref) == OPEN)

    def _answers(self, names: set[str], open_: bool) -> dict[str, Value | None]:
        needs = trace.missing(self.base, self.facts, names) if open_ else ()
        return {**trace.read(self.base, self.facts, names), **dict.fromkeys(n for n in needs if n not in self.facts)}
