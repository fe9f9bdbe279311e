"""One company: its facts → its assessment."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from salespath.engine import certainty, trace
from salespath.engine.assessment import (
    Advice,
    Assessment,
    Blocker,
    Choice,
    Conflict,
    Contradiction,
    Fired,
    Flag,
    Open,
    Proviso,
    Question,
    Reading,
    Unless,
    Warning,
)
from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.compile import fill
from salespath.engine.contradictions import contradictions, problems
from salespath.engine.strength import Strength
from salespath.engine.truth_graph import PLAN, Ref
from salespath.engine.unless import unless
from salespath.engine.walk import FIRED, OPEN, SUMS, Walked, supposing, walk
from salespath.facts import Case, Value
from salespath.facts.money import in_own_currency
from salespath.facts.objects import typed_case
from salespath.facts.values import words
from salespath.facts.vocabulary import DIMENSIONS
from salespath.files.problems import NOTE, Problem
from salespath.rules.language import Compare, Constant, Quantity, leaves
from salespath.rules.model import FLAG_LEVELS, PROCESSES, VERDICTS, Advise, BlockProcess, Conclude, Rule, Topic, Warn

Engine = Callable[[Company], Walked]


def assess(base: Base, case: Case, engine: Engine | None = None) -> Assessment:
    """Assess one company. The same facts give the same assessment, whatever their order, and whatever engine derives it.

    Values may be as a Python program has them: text is read as in a file, a list or set of words is a set, None is unknown. Raises
    SalespathError listing every fact that the vocabulary does not have (SP111) and every value that it cannot have (SP112).
    """
    typed = typed_case(base.vocabulary, case)
    with in_own_currency(typed.rate):
        return _Assessor(base, typed, engine).assessment()


@dataclass(frozen=True)
class Known:
    """What a table has found out about a company: what `assess` would search for, and what it need not look for.

    `contradicted`: `contradictions` finds some. `doubtful`: `problems` may. `unless` is by block. `supposing` is
    that of the walk for a process; `behind` names the facts behind a node that is true or false, known or not.
    """

    company: Company
    walked: Walked
    contradicted: bool
    doubtful: bool
    strength: Strength
    unless: Mapping[str, tuple[Unless, ...]]
    supposing: Callable[[str], Walked]
    behind: Callable[[Ref], Sequence[str]]


def assess_known(base: Base, case: Case, known: Known) -> Assessment:
    """The same of a company with typed facts, of which a table knows the rest; `open` and `next_questions` are empty."""
    with in_own_currency(case.rate):
        return _Assessor(base, case, known=known).assessment()


class _Assessor:
    def __init__(self, base: Base, case: Case, engine: Engine | None = None, known: Known | None = None) -> None:
        self.base = base
        self.case = case
        self.known = known
        self.facts: dict[str, Value] = dict(case.values)
        if known:
            self.company, self.walked = known.company, known.walked
        else:
            self.company = Company(base, self.facts)
            self.walked = engine(self.company) if engine else walk(base, self.company)
        self.rules = base.knowledge.rules
        self.counted = self._counted()
        self._needed: dict[str, tuple[str, ...]] = {}
        self.tried = self.company.resting_on(case.tried)

    def assessment(self) -> Assessment:
        base, sums = self.base, self.walked.sums
        process, lead, leaning = self.walked.verdict
        evidence = {p: {name: sums.total(p, name) for name in (*SUMS, *DIMENSIONS)} for p in PROCESSES}
        possible = tuple(value for value in VERDICTS if self.walked.possible[value])
        known = self.known
        contradicted = contradictions(self.company, self.tried) if not known or known.contradicted else ()
        settled = len(possible) == 1 and all(found.kind != "impossible" for found in contradicted)
        advice = self._advice()
        derived = self._derived()
        metrics = [item.choice for item in advice if base.knowledge.topics[item.topic].metrics]
        found = Assessment(
            case=self.case,
            process=process,
            lead=lead,
            leaning=leaning,
            basis=self.walked.value("basis") if self.walked.value("candidate") and process != "both" else None,
            settled=settled,
            settled_by="bounds" if settled else "unproved",
            possible=possible,
            evidence=evidence,
            blockers=self._blockers(),
            provisos=self._provisos(),
            choices=tuple(self._choices(process, leaning)),
            advice=advice,
            warnings=self._warnings(),
            flags=self._flags(),
            derived=derived,
            metrics={name: derived.get(name) or self._reading(name) for name in dict.fromkeys(metrics)},
            fired=tuple(self._justify(rule) for rule in self.rules.values() if self.walked.fired(rule.id)),
            open=() if known else tuple(Open(rule, self._needs(rule)) for rule in self.rules if self._is_open(rule)),
            next_questions=(),
            conflicts=self._conflicts(advice),
            contradictions=contradicted,
            problems=(*self._problems(contradicted), *understood(self.case)),
            base=base,
            walked=self.walked,
            known_strength=known.strength if known else None,
        )
        return found if settled or known else replace(found, next_questions=self._questions(found.lifting))

    def _problems(self, contradicted: Sequence[Contradiction]) -> Iterator[Problem]:
        doubtful = not self.known or self.known.doubtful
        return problems(self.case, self.company, contradicted) if doubtful else iter(())

    # Reading the graph

    def _is_open(self, rule: str) -> bool:
        return self.walked.status(self.base.rule_ref(rule)) == OPEN

    def _values(self, attribute: str) -> list[str]:
        return [v for v in self.base.knowledge.attributes[attribute].values if self.walked.has(attribute, v)]

    def _text(self, text: str) -> str:
        return fill(text, self._figure, self.tried)

    def _figure(self, name: str) -> str:
        value = self.company.answer(name)
        return "not known" if value is None else words(self.base.vocabulary[name], value)

    def _needs(self, rule: str) -> tuple[str, ...]:
        if rule not in self._needed:
            names = trace.names_behind(self.base, self.walked.truth, self.base.rule_ref(rule))
            self._needed[rule] = trace.missing(self.base, self.facts, names)
        return self._needed[rule]

    def _read(self, ref: Ref) -> Mapping[str, Value]:
        if self.known and self.walked.status(ref) != OPEN:
            return {name: self.facts[name] for name in self.known.behind(ref) if name in self.facts}
        return trace.read(self.base, self.facts, trace.names_behind(self.base, self.walked.truth, ref))

    # The parts of the record

    def _counted(self) -> dict[str, int]:
        """The signed weight of each piece of evidence that counts: the strongest of its line and sign that fired."""
        found = {}
        for group in self.base.evidence:
            for size, rule in group.pieces:
                if self.walked.fired(rule):
                    found[rule] = group.sign * size
                    break
        return found

    def _justify(self, rule: Rule) -> Fired:
        read = self._read(self.base.rule_ref(rule.id))
        return Fired(rule.id, self._text(rule.because), rule.source, read, self.counted.get(rule.id, 0))

    def _blockers(self) -> tuple[Blocker, ...]:
        return tuple(self._blocker(rule, then) for rule, then in self.base.blocks if self.walked.stands(rule.id))

    def _blocker(self, rule: Rule, then: BlockProcess) -> Blocker:
        fired, graph = self.walked.fired(rule.id), self.base.graph
        needs = () if fired else self._needs(rule.id)
        alone: tuple[Unless, ...] = ()
        if needs:
            alone = self.known.unless.get(rule.id, ()) if self.known else unless(self.base, self.facts, rule.id)
        read = self._read((graph.rule_refs if fired else graph.condition_refs)[rule.id])
        because, remedy = self._text(rule.because), self._text(then.remedy)
        return Blocker(then.process, rule.id, because, remedy, self.walked.owner(then.owner), read, needs, alone)

    def _warnings(self) -> tuple[Warning, ...]:
        """The pitfalls that apply, in the order of the rules."""
        return tuple(
            Warning(rule.id, self._text(then.text), self._text(rule.because))
            for rule, then in self.base.each(Warn)
            if not then.level and self.walked.fired(rule.id)
        )

    def _flags(self) -> tuple[Flag, ...]:
        """The red flags that apply, the gravest first, else in the order of the rules."""
        found = [
            self._flag(rule, then) for rule, then in self.base.each(Warn) if then.level and self.walked.fired(rule.id)
        ]
        return tuple(sorted(found, key=lambda flag: FLAG_LEVELS.index(flag.level)))

    def _flag(self, rule: Rule, then: Warn) -> Flag:
        graph = self.base.graph
        figure = next((name for name in then.figure if self.company.answer(name) is not None), "")
        level = next(level for level, so in self.walked.levels(rule.id).items() if so)
        raised = self.base.raised_when(rule.id).get(level)
        ref = graph.condition_refs[rule.id] if raised is None else graph.raised_refs[rule.id, level]
        limits = (
            leaf.right.value
            for leaf in leaves(raised or self.base.condition(rule.id))
            if isinstance(leaf, Compare)
            and leaf.left == Quantity(figure)
            and isinstance(leaf.right, Constant)
            and leaf.right.value  # that there are any at all is no limit
            and self.walked.is_so(graph.tree_refs[PLAN, leaf])
        )
        text, because, move = map(self._text, (then.text, rule.because, then.move))
        value, threshold = (self.company.answer(figure), next(limits, None)) if figure else (None, None)
        read = {**self._read(graph.condition_refs[rule.id]), **self._read(ref)}
        facts = {name: read[name] for name in self.base.vocabulary.ordered(read)}
        return Flag(
            rule.id,
            level,
            then.ref,
            text,
            because,
            figure,
            value,
            threshold,
            move,
            self.walked.owner(then.owner),
            rule.source,
            facts,
        )

    def _provisos(self) -> tuple[Proviso, ...]:
        return tuple(
            Proviso(then.process, rule.id, self._needs(rule.id))
            for rule, then in self.base.blocks
            if self._is_open(rule.id) and not self.walked.stands(rule.id)
        )

    def _advice(self) -> tuple[Advice, ...]:
        """The plan, topic by topic, the most important first; a move that is in place is none."""
        plan = (
            (topic, self._advised(rule, then))
            for topic in self.base.knowledge.topics.values()
            for rule, then in sorted(
                (pair for pair in self.base.advice.get(topic.id, ()) if self.walked.fired(pair[0].id)),
                key=lambda pair: (-pair[1].priority, pair[0].id),
            )
        )
        return tuple(item for topic, item in plan if topic.part != "moves" or not item.done)

    def _advised(self, rule: Rule, then: Advise) -> Advice:
        done = self.base.done_when(rule.id) is not None and bool(self.walked.done(rule.id))
        text, because, short = map(self._text, (then.text, rule.because, then.short))
        steps = tuple(map(self._text, then.steps))
        topic, choice, process = then.topic, then.choice, then.process
        return Advice(
            topic, choice, process, text, steps, self.walked.owner(then.owner), because, (rule.id,), done, short
        )

    def _choices(self, process: str, leaning: str | None) -> Iterator[Choice]:
        """What each topic comes to on which everybody gets an answer."""
        if process in ("not_yet", "undetermined"):
            suppose = self.known.supposing if self.known else partial(supposing, self.walked)
            plans = {p: suppose(p) for p in ((leaning,) if leaning else PROCESSES)}
        else:
            plans = {process: self.walked}
        for topic in self.base.knowledge.topics.values():
            for supposed, walked in plans.items() if topic.between else ():
                chosen: dict[str, tuple[Rule, Advise]] = {}
                for rule, then in self.base.advice.get(topic.id, ()):
                    if walked.fired(rule.id):
                        _, best = chosen.setdefault(then.process, (rule, then))
                        if standing_out(topic, then) > standing_out(topic, best):
                            chosen[then.process] = rule, then
                for owner, (rule, then) in chosen.items():
                    if owner == supposed or supposed not in chosen:  # what is said for both takes the place of each
                        because = self._text(rule.because)
                        yield Choice(topic.id, supposed if owner == "any" else owner, then.choice, because, rule.id)

    def _reading(self, name: str) -> Reading:
        value = self.company.answer(name)
        if value is None:
            return Reading("unknown")
        if isinstance(value, float) and math.isnan(value):
            return Reading("undefined")
        return Reading("unlimited") if value == math.inf else Reading("value", value)

    def _derived(self) -> dict[str, Reading]:
        found = {name: self._reading(name) for name in self.base.vocabulary.derived}
        for attribute in self.base.knowledge.attributes.values():
            if attribute.flag:
                status = self.walked.status(self.base.value_ref(attribute.id, "yes"))
                found[attribute.id] = Reading("unknown") if status == OPEN else Reading("value", status == FIRED)
            elif not attribute.verdict:
                values = self._values(attribute.id)
                found[attribute.id] = Reading("value", " and ".join(values)) if values else Reading("unknown")
        return found

    def _questions(self, first: Sequence[str]) -> tuple[Question, ...]:
        """The unknown facts that can still change the verdict: some first, then those with the most evidence at stake."""
        sizes = Counter[str]()
        stakes = defaultdict[str, set[tuple[str, str]]](set)  # for, against, lines, lifts, stops or decides, and what
        for group in self.base.evidence:
            for size, piece in group.pieces:
                if self.walked.fired(piece):
                    break  # nothing lighter on this line can count any more
                for fact in self._needs(piece) if self._is_open(piece) else ():
                    sizes[fact] += size
                    stakes[fact] |= {("for" if group.sign > 0 else "against", group.process), ("lines", group.line)}
        for rule in self.rules.values():
            match rule.then:
                case BlockProcess(process, lift=False) if self._is_open(rule.id):
                    if self.walked.surely_blocked(process):
                        continue
                    stake = "lifts" if self.walked.stands(rule.id) else "stops", process
                    for fact in self._needs(rule.id):
                        if stake not in stakes[fact]:
                            sizes[fact] += certainty.SCALE // 3  # a block matters once its process is close
                        stakes[fact].add(stake)
                case Conclude(attribute, value) if rule.id in self.base.read_by_verdict and self._is_open(rule.id):
                    for fact in () if self.walked.has(attribute, value) else self._needs(rule.id):
                        sizes[fact] += certainty.SCALE // 4
                        stakes[fact].add(("decides", attribute))
        place = self.base.vocabulary.places
        early = {fact: n for n, fact in enumerate(first)}
        order = sorted(stakes, key=lambda fact: (early.get(fact, len(early)), -sizes[fact], place[fact]))
        return tuple(_question(fact, stakes[fact]) for fact in order)

    def _conflicts(self, advice: tuple[Advice, ...]) -> tuple[Conflict, ...]:
        found = []
        for attribute in self.base.knowledge.attributes.values():
            values = self._values(attribute.id)
            if len(values) > 1 and not attribute.several:
                ids = [i for v in values for i in self.base.concluders(attribute.id, v) if self.walked.fired(i)]
                found.append(Conflict(attribute.id, tuple(values), tuple(ids)))
        groups: dict[tuple[str, str], list[Advice]] = {}
        for item in advice:
            if self.base.knowledge.topics[item.topic].exclusive:
                groups.setdefault((item.topic, item.process), []).append(item)
        for (topic, _), items in groups.items():
            choices = tuple(dict.fromkeys(item.choice for item in items))
            if len(choices) > 1:
                found.append(Conflict(topic, choices, tuple(id_ for item in items for id_ in item.rules)))
        return tuple(found)


def understood(case: Case) -> Iterator[Problem]:
    """How answers of a company were understood that do not mean just what they say: notes (SP116)."""
    for name, note in case.understood.items():
        if name not in case.tried:
            message = f"{case.company}: {name}: {note}."
            yield Problem("SP116", message, NOTE, case.file, case.line_of(name), name, case.row)


def standing_out(topic: Topic, advice: Advise) -> tuple[bool, int]:
    """How much advice answers the question of a topic: by one of the choices asked about, then by its priority."""
    return advice.choice in topic.between, advice.priority


def _question(fact: str, stakes: set[tuple[str, str]]) -> Question:
    """The question about a fact with all that it can still change."""

    def named(kind: str) -> tuple[str, ...]:
        return tuple(sorted(name for what, name in stakes if what == kind))

    signs = {p: tuple(sign for sign in ("for", "against") if (sign, p) in stakes) for p in PROCESSES}
    counts = {process: some for process, some in signs.items() if some}
    return Question(fact, named("lifts"), counts, named("lines"), named("stops"), named("decides"))
