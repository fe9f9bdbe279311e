"""One company: its facts → its assessment."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from salespath.engine import certainty, trace
from salespath.engine.assessment import (
    Advice,
    Assessment,
    Blocker,
    Choice,
    Conflict,
    Contradiction,
    Fired,
    Open,
    Proviso,
    Question,
    Reading,
    Warning,
    lifting,
)
from salespath.engine.company import Company
from salespath.engine.compile import Base, filled
from salespath.engine.contradictions import contradictions, problem
from salespath.engine.unless import unless
from salespath.engine.walk import SUMS, Truth, Walked, supposing, walk
from salespath.facts import Case, Value
from salespath.facts.objects import typed_case
from salespath.facts.values import words
from salespath.facts.vocabulary import DIMENSIONS
from salespath.files.problems import WARNING, Problem
from salespath.rules.language import inputs
from salespath.rules.model import PROCESSES, VERDICTS, Advise, Block, Conclude, Rule, Topic, Warn

Engine = Callable[[Company], Walked]


def assess(base: Base, case: Case, engine: Engine | None = None) -> Assessment:
    """Assess one company. The same facts give the same assessment, whatever their order, and whatever engine derives it.

    Values may be as a Python program has them: text is read as in a file, a list or set of words is a set, None is unknown. Raises
    SalespathError listing every fact that the vocabulary does not have (SP111) and every value that it cannot have (SP112).
    """
    return _Assessor(base, typed_case(base.vocabulary, case), engine).assessment()


class _Assessor:
    def __init__(self, base: Base, case: Case, engine: Engine | None) -> None:
        self.base = base
        self.case = case
        self.facts: dict[str, Value] = dict(case.values)
        self.company = Company(base, self.facts)
        self.walked: Walked = engine(self.company) if engine else walk(base, self.company)
        self.truth: Truth = self.walked.truth
        self.rules = base.knowledge.rules
        self.counted = self._counted()
        self._needed: dict[str, tuple[str, ...]] = {}

    def assessment(self) -> Assessment:
        base, sums = self.base, self.walked.sums
        process = self._value("process") or "undetermined"
        evidence = {
            p: {name: sums.total(p, name) for name in SUMS} | {d: sums.low[p, d] for d in DIMENSIONS} for p in PROCESSES
        }
        possible = tuple(value for value in VERDICTS if self.walked.possible[value])
        contradicted = contradictions(self.company)
        settled = len(possible) == 1 and all(found.kind != "impossible" for found in contradicted)
        leaning = self._value("leaning") if process in ("not_yet", "undetermined") else None
        leaning = None if leaning == "none" else leaning
        blockers = self._blockers()
        advice = self._advice()
        derived = self._derived()
        metrics = [item.choice for item in advice if base.knowledge.topics[item.topic].metrics]
        return Assessment(
            case=self.case,
            process=process,
            lead=self._value("lead") if process == "both" else None,
            leaning=leaning,
            basis=self._value("basis") if self._value("candidate") and process != "both" else None,
            settled=settled,
            settled_by="bounds" if settled else "unproved",
            possible=possible,
            evidence=evidence,
            blockers=blockers,
            provisos=self._provisos(),
            choices=tuple(self._choices(process, leaning)),
            advice=advice,
            warnings=tuple(self._warnings()),
            derived=derived,
            metrics={name: derived.get(name) or self._reading(name) for name in dict.fromkeys(metrics)},
            fired=tuple(self._justify(rule) for rule in self.rules.values() if self._fired(rule)),
            open=tuple(Open(rule.id, self._needs(rule.id)) for rule in self.rules.values() if self._is_open(rule)),
            next_questions=() if settled else self._questions(lifting(base.vocabulary, process, leaning, blockers)),
            conflicts=self._conflicts(advice),
            contradictions=contradicted,
            problems=self._problems(contradicted),
            base=base,
            walked=self.walked,
        )

    # Reading the graph

    def _fired(self, rule: Rule) -> bool:
        return bool(self.truth.is_true(self.base.rule_refs[rule.id]))

    def _is_open(self, rule: Rule) -> bool:
        ref = self.base.rule_refs[rule.id]
        return not (self.truth.is_true(ref) or self.truth.is_false(ref))

    def _stands(self, block: Rule) -> bool:
        return bool(self.truth.is_true(self.base.standing_refs[block.id]))

    def _values(self, attribute: str) -> list[str]:
        values = self.base.knowledge.attributes[attribute].values
        return [v for v in values if self.truth.is_true(self.base.value_refs[attribute, v])]

    def _value(self, attribute: str) -> str | None:
        values = self._values(attribute) if attribute in self.base.knowledge.attributes else []
        return values[0] if len(values) == 1 else None

    def _text(self, text: str) -> str:
        return filled(text, self._figure)

    def _figure(self, name: str) -> str:
        value = self.facts.get(name)
        if value is None:
            value = self.company.number(name)
        return "not known" if value is None else words(self.base.vocabulary[name], value)

    def _needs(self, rule: str) -> tuple[str, ...]:
        if rule not in self._needed:
            names = trace.undecided(self.base, self.truth, self.base.rule_refs[rule])
            self._needed[rule] = trace.missing(self.base, self.facts, names)
        return self._needed[rule]

    def _read(self, rule: str) -> Mapping[str, Value]:
        return self._read_by(self.base.rule_refs[rule])

    def _read_by(self, ref: int) -> Mapping[str, Value]:
        return trace.read(self.base, self.facts, trace.deciding(self.base, self.truth, ref))

    # The parts of the record

    def _counted(self) -> dict[str, int]:
        """The signed weight of each piece of evidence that counts: the strongest of its line and sign that fired."""
        found = {}
        for group in self.base.evidence:
            for size, rule in group.pieces:
                if self.truth.is_true(self.base.rule_refs[rule]):
                    found[rule] = group.sign * size
                    break
        return found

    def _justify(self, rule: Rule) -> Fired:
        return Fired(rule.id, self._text(rule.because), rule.source, self._read(rule.id), self.counted.get(rule.id, 0))

    def _blockers(self) -> tuple[Blocker, ...]:
        found = []
        for rule in self.rules.values():
            then = rule.then
            if isinstance(then, Block) and not then.lift and self._stands(rule):
                remedy, because = self._text(then.remedy), self._text(rule.because)
                read = self._read(rule.id) if self._fired(rule) else self._read_by(self.base.condition_refs[rule.id])
                needs = self._needs(rule.id) if self._is_open(rule) else ()
                lifting = unless(self.base, self.facts, rule.id) if needs else ()
                found.append(Blocker(then.process, rule.id, because, remedy, then.owner, read, needs, lifting))
        return tuple(found)

    def _warnings(self) -> list[Warning]:
        """The pitfalls that apply, those that lead first, else in the order of the rules."""
        found = [
            Warning(rule.id, self._text(rule.then.text), self._text(rule.because), rule.then.leads)
            for rule in self.rules.values()
            if isinstance(rule.then, Warn) and self._fired(rule)
        ]
        return sorted(found, key=lambda warning: not warning.leads)

    def _provisos(self) -> tuple[Proviso, ...]:
        found = []
        for rule in self.rules.values():
            if isinstance(rule.then, Block) and not rule.then.lift and self._is_open(rule) and not self._stands(rule):
                found.append(Proviso(rule.then.process, rule.id, self._needs(rule.id)))
        return tuple(found)

    def _advice(self) -> tuple[Advice, ...]:
        """The plan, topic by topic, the most important first. A topic that shows only a few leaves out what is in place."""
        base = self.base
        found: dict[str, list[tuple[int, Advice]]] = {topic: [] for topic in base.knowledge.topics}
        for rule in self.rules.values():
            then = rule.then
            if isinstance(then, Advise) and self._fired(rule):
                done = rule.id in base.done_refs and bool(self.truth.is_true(base.done_refs[rule.id]))
                advice = Advice(
                    then.topic,
                    then.choice,
                    then.process,
                    self._text(then.text),
                    tuple(map(self._text, then.steps)),
                    then.owner,
                    self._text(rule.because),
                    (rule.id,),
                    done,
                    self._text(then.short),
                )
                found[then.topic].append((-then.priority, advice))
        plan: list[Advice] = []
        for topic, items in found.items():
            items.sort(key=lambda item: (item[0], item[1].rules))
            chosen = [advice for _, advice in items]
            most = base.knowledge.topics[topic].at_most
            if most is not None:
                chosen = [advice for advice in chosen if not advice.done][:most]
            plan.extend(chosen)
        return tuple(plan)

    def _choices(self, process: str, leaning: str | None) -> Iterator[Choice]:
        """What each topic comes to on which everybody gets an answer."""
        if process in ("not_yet", "undetermined"):
            plans = {
                p: supposing(self.base, self.truth, p, self.company) for p in ((leaning,) if leaning else PROCESSES)
            }
        else:
            plans = {process: self.truth}
        for topic in self.base.knowledge.topics.values():
            for supposed, truth in plans.items() if topic.between else ():
                chosen: dict[str, Rule] = {}
                for rule in self.rules.values():
                    then = rule.then
                    if (
                        isinstance(then, Advise)
                        and then.topic == topic.id
                        and truth.is_true(self.base.rule_refs[rule.id])
                    ):
                        best = chosen.setdefault(then.process, rule)
                        if _standing_out(topic, rule) > _standing_out(topic, best):
                            chosen[then.process] = rule
                for owner, rule in chosen.items():
                    if owner == supposed or supposed not in chosen:  # what is said for both takes the place of each
                        assert isinstance(rule.then, Advise)
                        because = self._text(rule.because)
                        yield Choice(
                            topic.id, supposed if owner == "any" else owner, rule.then.choice, because, rule.id
                        )

    def _reading(self, name: str) -> Reading:
        value = self.facts.get(name)
        if value is None:
            value = self.company.number(name)
        if value is None:
            return Reading("unknown")
        if isinstance(value, float) and math.isnan(value):
            return Reading("undefined")
        return Reading("unlimited") if value == math.inf else Reading("value", value)

    def _derived(self) -> dict[str, Reading]:
        found = {name: self._reading(name) for name in self.base.vocabulary.derived}
        for attribute in self.base.knowledge.attributes.values():
            if attribute.verdict and not attribute.flag:
                continue
            ref = self.base.value_refs[attribute.id, attribute.values[0]]
            if attribute.flag:
                known = self.truth.is_true(ref) or self.truth.is_false(ref)
                found[attribute.id] = Reading("value", bool(self.truth.is_true(ref))) if known else Reading("unknown")
            else:
                values = self._values(attribute.id)
                found[attribute.id] = Reading("value", " and ".join(values)) if values else Reading("unknown")
        return found

    def _questions(self, first: Sequence[str]) -> tuple[Question, ...]:
        """The unknown facts that can still change the verdict: some first, then those with the most evidence at stake."""
        stakes: dict[str, _Stake] = {}
        for group in self.base.evidence:
            for size, piece in group.pieces:
                if self._fired(self.rules[piece]):
                    break  # nothing lighter on this line can count any more
                if self._is_open(self.rules[piece]):
                    for fact in self._needs(piece):
                        stake = stakes.setdefault(fact, _Stake())
                        stake.size += size
                        stake.sides.setdefault(group.process, {})["for" if group.sign > 0 else "against"] = None
                        stake.lines[self.base.knowledge.lines[group.line].title] = None
        for rule in self.rules.values():
            if not self._is_open(rule):
                continue
            if isinstance(rule.then, Block) and not rule.then.lift:
                if self.truth.is_true(self.base.certainly_blocked[rule.then.process]):
                    continue  # it is blocked already
                for fact in self._needs(rule.id):
                    stake = stakes.setdefault(fact, _Stake())
                    said = stake.lifts if self._stands(rule) else stake.stops
                    if SELLING[rule.then.process] not in said:
                        stake.size += certainty.SCALE // 3  # a block matters once its process is close to being chosen
                    said[SELLING[rule.then.process]] = None
            elif isinstance(rule.then, Conclude) and rule.id in self.base.read_by_verdict:
                if self.truth.is_true(self.base.value_refs[rule.then.attribute, rule.then.value]):
                    continue  # another rule has concluded it
                means = self.base.knowledge.attributes[rule.then.attribute].means
                for fact in self._needs(rule.id):
                    stake = stakes.setdefault(fact, _Stake())
                    stake.size += certainty.SCALE // 4
                    stake.decides[means] = None
        place = self.base.vocabulary.places
        ahead = {fact: n for n, fact in enumerate(first)}
        order = sorted(stakes, key=lambda fact: (ahead.get(fact, len(ahead)), -stakes[fact].size, place[fact]))
        return tuple(Question(fact, stakes[fact].why()) for fact in order)

    def _conflicts(self, advice: tuple[Advice, ...]) -> tuple[Conflict, ...]:
        found = []
        for attribute in self.base.knowledge.attributes.values():
            values = self._values(attribute.id)
            if len(values) > 1 and not attribute.several:
                ids = [i for v in values for i in self.base.concluding[attribute.id, v] if self._fired(self.rules[i])]
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

    def _problems(self, contradictions: Sequence[Contradiction]) -> tuple[Problem, ...]:
        """What the answers contradict, and computed numbers that cannot be, where nothing says so of their inputs already."""
        case = self.case
        found = [problem(case, contradiction) for contradiction in contradictions if contradiction.kind == "impossible"]
        said = [set(contradiction.facts) for contradiction in contradictions]
        for name, number in self.base.vocabulary.derived.items():
            value = None if name in self.facts else self.company.computed(name)
            if value is None or math.isnan(value):
                continue
            if value < (number.minimum or -math.inf) or math.inf > value > (number.maximum or math.inf):
                if any(inputs(self.base.formulas[name]) <= facts for facts in said):
                    continue
                message = f"{number.formula} makes {words(number, value)} for {number.label}, which cannot be; check these figures."
                found.append(
                    Problem("SP121", f"{case.company}: {message}", WARNING, case.file, case.line, name, case.row)
                )
        return tuple(found)


def _standing_out(topic: Topic, rule: Rule) -> tuple[bool, int]:
    """How much a rule answers the question of a topic: by one of the choices asked about, then by its priority."""
    assert isinstance(rule.then, Advise)
    return rule.then.choice in topic.between, rule.then.priority


SELLING = {"enterprise": "enterprise selling", "smb": "SMB selling", "both": "running both at once"}


@dataclass
class _Stake:
    """What an unknown fact can still change."""

    size: int = 0
    sides: dict[str, dict[str, None]] = field(default_factory=dict)
    lines: dict[str, None] = field(default_factory=dict)
    stops: dict[str, None] = field(default_factory=dict)
    lifts: dict[str, None] = field(default_factory=dict)
    decides: dict[str, None] = field(default_factory=dict)

    def why(self) -> str:
        parts = []
        if self.lifts:
            parts.append(f"lift what stops {listed(sorted(self.lifts))} now")
        if self.sides:
            sides = [
                f"{' or '.join(sorted(words, reverse=True))} {SELLING[p]}" for p, words in sorted(self.sides.items())
            ]
            parts.append(f"count {' and '.join(sides)} ({', '.join(sorted(self.lines))})")
        if self.stops:
            parts.append(f"stop {listed(sorted(self.stops))} for now")
        if not parts:
            parts.append(f"decide whether {listed(sorted(self.decides))}")
        return f"It can {', and '.join(parts)}."


def listed(items: Iterable[str]) -> str:
    """a, b or c."""
    *first, last = items
    return f"{', '.join(first)} or {last}" if first else last
