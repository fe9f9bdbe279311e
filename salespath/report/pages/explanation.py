"""Explanations in words: how a verdict came about, and why something else did not. Each text is made from a finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, cast

from salespath.counsel.precedents import likeness
from salespath.engine import certainty, why
from salespath.engine.assessment import Assessment, Blocker, Choice, Reading
from salespath.engine.base import Base
from salespath.engine.walk import FIRED, OPEN, SUMS
from salespath.engine.why import Explanation, Finding, Weight
from salespath.facts import Value
from salespath.facts.values import Range, readable
from salespath.report.page import Page, Tree
from salespath.report.pages.precedents import CAUTION, TITLE, Resemblance, none, resemblance
from salespath.report.plain import Shapes, facts, net, plain, shape
from salespath.report.words.claims import with_claims
from salespath.report.words.conditions import exceptions, in_words
from salespath.report.words.currency import in_currency_of
from salespath.report.words.phrases import (
    NAMES,
    answers,
    capitalize,
    labels,
    selling,
    source_note,
    sources,
    value_title,
)
from salespath.report.words.verdict import conditions, evidence, figure, headline, two_groups
from salespath.rules.language import Condition, Is, inputs
from salespath.rules.model import PROCESSES, Advise, Attribute, BlockProcess, Conclude, Rule, Topic, Warn, Weigh

TITLES = {
    "fit": "Fit: which process suits what you sell and to whom",
    "means": "Means: whether you can run it now",
    "blocks": "What could stop it",
    "counter": "The strongest argument on the other side",
    "precedents": TITLE,
    "against": "Speaks against {} selling",
    "for": "Speaks for {} selling all the same",
    "blocked": "It is blocked for now",
    "unknown": "Not known yet, and it could count for it: {}",
    "counts": "Counts",
    "other": "Does not count, or not yet",
    "chosen": "Chosen",
    "left": "Not chosen",
}
NOTHING = {"blocks": ["Nothing: no block applies, and none is open."], "counter": ["None in what you have said."]}
EXCEPTION = "An exception: it weighs nothing, and the rules that it overrides do not count."


def explain(assessment: Assessment, target: str | None = None) -> Explanation | None:
    """How the verdict came about, with the documented companies most alike; with a target, what `why` says of it."""
    a = assessment
    found = why.why(a, a.process if target is None else target)
    if found is None or found.root.id != f"process:{a.process}":
        return found
    near = likeness(a.base)
    alike = [resemblance(precedent, a.case.values, a.base.vocabulary) for precedent in near.nearest(a.case)]
    caution = CAUTION if alike else none(near.needed(a.case), len(near.companies))
    like = [Finding(f"precedent:{p.title.partition(':')[0]}", "precedent", sources=p.sources, record=p) for p in alike]
    like.append(Finding("note:likeness", "note", record=caution))
    added = (
        Finding("heading:precedents", "heading", under=tuple(like)),
        Finding("note:sources", "note", record=source_note(a.base)),
    )
    root = replace(found.root, under=(*found.root.under, *added))
    return Explanation(a, root, {**found.findings, **{item.id: item for item in (root, *added, *like)}})


@in_currency_of(lambda e: [e.assessment.case])
def page(explanation: Explanation) -> Page:
    """The explanation as a tree."""
    tree = _InWords(explanation).tree(explanation.root)
    return Page("", with_claims(explanation.assessment.base, [tree]), widest=100)


@in_currency_of(lambda e: [e.assessment.case])
def document(explanation: Explanation) -> Any:
    """The explanation as plain data: each finding once, a `ref` where it is meant again."""
    text = _InWords(explanation).text
    finding = {**SHAPES[Finding], "text": lambda item, base: text(item)}
    return plain(explanation.root, explanation.assessment.base, {**SHAPES, Finding: finding})


def _read(finding: Finding, base: Base) -> dict[str, Value | None]:
    return {**facts(_known_facts(finding), base), **dict.fromkeys(_needs(finding))}


def _net(weight: Weight, base: Base) -> float:
    return net(weight.weight)


class _InWords:
    """What an explanation says: a text of each finding, and the lines that a reader gets of it."""

    def __init__(self, explanation: Explanation) -> None:
        self.e, self.a, self.base = explanation, explanation.assessment, explanation.assessment.base
        self.rules = self.base.knowledge.rules
        self.fired = {item.rule: item for item in self.a.fired}

    # What a finding says

    def text(self, finding: Finding) -> str:
        """A finding in words, without what stands under it."""
        kind, name = finding.id.split(":", 1)
        vocabulary = self.base.vocabulary
        match finding.kind, finding.record:
            case "verdict", _:
                if name == self.a.process:
                    return f"{self.a.company}: {headline(self.a)}"
                asked, answer = NAMES.get(name, readable(name)), readable(self.a.process)
                return f"{self.a.company}: why not {asked}? The answer is {answer}."
            case "sum", _:
                return f"{NAMES[self._process(finding)]} selling: {self._size_of_sum(finding)}"
            case "rule", Rule() as rule:
                return self.fired[rule.id].because if rule.id in self.fired else self._about(rule)
            case "exception", _:
                over = [item.rule or "" for item in self.e.under(finding) if item.status == FIRED]
                return f"Overridden by {', '.join(over)}." if over else "Nothing is known to override it."
            case "fact", str(fact):
                value = self.a.case.values.get(fact)
                known = self.a.derived.get(fact, Reading("unknown")) if value is None else Reading("value", value)
                return f"{capitalize(vocabulary[fact].label)}: {figure(vocabulary, fact, known)}"
            case "block", Blocker() as blocker:
                more = " ".join((*self._lifted(blocker), _remedy(blocker)))
                return f"{NAMES[blocker.process]} is blocked: {blocker.because} {more}"
            case "block", _:
                name = f"{NAMES[self._process(finding)]}, {_title(finding)}"
                if not self._opened(finding):
                    return f"Does not apply: {name}"
                return f"Not known yet, so not counted: {name} (depends on {labels(self.base, _needs(finding))})"
            case "choice", Choice() as choice:
                titles = self.base.knowledge.topics[choice.topic].choices or {}
                said = f"{titles.get(choice.choice, readable(choice.choice))}. {choice.because}"
                said = said if choice.process == self.a.process else f"If you run {selling(choice.process)}: {said}"
                return capitalize(said)
            case "precedent", Resemblance() as alike:
                return f"{alike.title}. {alike.likeness} {alike.did}"
            case "heading", Attribute() as attribute:
                return f"{attribute.id}: {attribute.means}"
            case "heading", Topic() as topic:
                return topic.title
            case "heading", _ if kind == "heading":
                facts = [str(item.record) for item in self.e.under(finding)] if name == "unknown" else ()
                return TITLES[name].format(labels(self.base, facts) or NAMES.get(str(finding.record)))
            case "heading", str(word):
                return word.capitalize() if kind == "dimension" else word
            case "note", str(note):
                return note
        return in_words(self.base, cast("Condition", finding.record))

    def _about(self, rule: Rule) -> str:
        match rule.then:
            case Advise() as then:
                choices = self.base.knowledge.topics[then.topic].choices
                choice = choices[then.choice] if choices else readable(then.choice)
                return f"{choice.capitalize()} ({readable(then.process)})."
            case Weigh() as then:
                return f"Evidence on {self.base.knowledge.lines[then.line].title}."
            case BlockProcess() as then:
                return f"{'An exception that lifts a block on' if then.lift else 'A block on'} {NAMES[then.process]}."
            case Conclude() as then:
                return f"{readable(then.attribute).capitalize()}: {value_title(self.base, then.value)}."
        return "A pitfall."

    def _process(self, finding: Finding) -> str:
        """The process that a block or a sum is about."""
        then = self.rules[finding.rule].then if finding.rule else finding.evidence
        assert isinstance(then, (BlockProcess, Weight))
        return then.process

    def _size_of_sum(self, finding: Finding) -> str:
        """A sum in words, with its figure."""
        assert finding.evidence
        return evidence(self.a, finding.evidence.process, finding.evidence.of, "{word} ({figure})", digits=2)

    def _opened(self, block: Finding) -> bool:
        """Whether it is not known if a block applies."""
        return next(self.e.under(block)).status == OPEN

    # The lines that a reader gets of it

    def tree(self, finding: Finding) -> Tree:
        """A finding as a line, with the lines under it."""
        under = list(self.e.under(finding))
        kind, _, name = finding.id.partition(":")
        match finding.kind, finding.record:
            case "verdict", _:
                given = name == self.a.process
                return self._line(finding, self._how(under) if given else self._why_not(under))
            case "rule", _:
                return self._line(finding, [self._rule(finding)], finding.rule)
            case "sum", _:
                return self._line(finding, (self._piece(item, finding) for item in under if _weight(item)))
            case "value", Is():
                return self._line(finding, map(self._rule, under), self._value(finding))
            case "block", Blocker() as blocker:
                lines = [*self._answered(finding), *map(Tree, (*self._lifted(blocker), _remedy(blocker)))]
                return self._cited(finding, lines, f"{NAMES[blocker.process]} is blocked: {blocker.because} [{{}}]")
            case "choice", _:
                return self._cited(finding)
            case "fact", _:
                sides = [self.tree(item) for item in under if item.kind == "heading"]
                return self._line(finding, sides or [Tree("No rule of the verdict reads it.")])
            case "precedent", Resemblance(title=title, likeness=alike, did=did):
                lines = [Tree(alike), Tree(did), Tree(f"Source: {'; '.join(finding.sources)}")]
                return self._line(finding, lines, title)
            case "heading", Attribute(flag=True):
                return self._line(finding, map(self._rule, self.e.under(under[0])))
            case "heading", _:
                lines = list(self._headed(name, under)) if kind == "heading" else [*map(self.tree, under)]
                return self._line(finding, lines or map(Tree, NOTHING.get(name, [])))
        return self._line(finding)

    def _value(self, finding: Finding) -> str:
        """A value by its title; where it is what was asked and not so, what is so instead."""
        assert isinstance(finding.record, Is)
        attribute, value = finding.record.attribute, finding.record.value
        title = value_title(self.base, value)
        if finding.id != self.e.root.id or finding.status == FIRED:
            return title
        is_so = self.a.walked.value(attribute)
        answer = f"The answer is {value_title(self.base, is_so)}." if is_so else "There is none."
        return f"{self.a.company}: why not {title}? {answer}"

    def _headed(self, name: str, under: list[Finding]) -> Iterable[Tree]:
        match name:
            case "blocks":
                shown = [item for item in under if self._process(item) != "both" or two_groups(self.a)]
                standing = [self.tree(item) for item in shown if item.status == FIRED]
                return [*standing, *(self._line(item) for item in shown if item.status != FIRED and self._opened(item))]
            case "blocked":
                return [
                    self._cited(item, map(Tree, self._lifted(b)), f"{b.because} [{{}}] {_remedy(b)}")
                    for item in under
                    if isinstance(b := item.record, Blocker)
                ]
            case "for" | "against":
                return [self._cited(rule, self._answered(rule)) for rule in under]
            case "counter":
                return map(self._cited, under)
            case "counts" | "other" | "chosen" | "left":
                return map(self._rule, under)
            case "unknown":
                return ()
        return map(self.tree, under)

    def _line(self, finding: Finding, under: Iterable[Tree] = (), text: str | None = None) -> Tree:
        ids = (*([finding.rule] if finding.rule else ()), *finding.facts)
        said = self.text(finding) if text is None else text
        claims: dict[str, str] | None = None if finding.status == FIRED else {}  # what does not hold claims nothing
        return Tree(said, tuple(under), ids=ids, values=finding.facts, claims=claims)

    def _cited(self, finding: Finding, under: Iterable[Tree] = (), text: str = "") -> Tree:
        """A finding with its rule and what that cites, at {} of a text or at its end."""
        cited = f"{finding.rule}; {sources(self.base, self.rules[finding.rule or ''].source)}"
        return self._line(finding, under, (text or f"{self.text(finding)} [{{}}]").replace("{}", cited))

    def _answered(self, finding: Finding) -> list[Tree]:
        facts = {name: value for part in self.e.read(finding) for name, value in _known_facts(part).items()}
        facts = {name: facts[name] for name in self.base.vocabulary.ordered(facts)}
        return [Tree(f"Answers: {answers(self.base, facts)}", ids=tuple(facts), values=facts)] if facts else []

    def _how(self, under: Iterable[Finding]) -> Iterator[Tree]:
        """The verdict's rule over the steps that it rests on, and what else the answer is made of."""
        rests = [item for item in under if item.kind in ("rule", "value")]
        steps = {step.id: step for part in rests for step in self.e.steps(part)}
        fired = [item for item in rests if item.kind == "rule" and item.status == FIRED]
        yield from (self._cited(item, map(self._cited, steps.values())) for item in fired)
        yield from (self.tree(item) for item in under if item not in rests)

    def _why_not(self, under: list[Finding]) -> Iterator[Tree]:
        """The answer instead, what fit has to be for it, what is in its way, and what speaks for and against it."""
        rules = [item for item in under if item.kind == "rule"]
        for item in under:
            if item.kind == "value":
                yield from (self._cited(rule) for rule in self.e.under(item) if rule.status == FIRED)
            elif item.kind == "rule":
                yield from self._unmet(item, steps=False)
            elif item.id == "heading:fit":
                mine, other = (
                    f"{NAMES[self._process(side)]} selling {{}}{self._size_of_sum(side)}" for side in self.e.under(item)
                )
                yield self._line(item, self._deciding(rules), f"Fit for {mine.format('is ')}, for {other.format('')}.")
            else:
                yield self.tree(item)

    def _deciding(self, rules: Iterable[Finding]) -> Iterator[Tree]:
        """Where fit alone decides for a process: the rules that read it, and no other step of the verdict."""
        steps = {step.id: step for rule in rules for step in (rule, *self.e.steps(rule, fired=False))}
        verdict = {attribute.id for attribute in self.base.knowledge.attributes.values() if attribute.verdict}
        for step in steps.values():
            rule = self.rules[step.rule or ""]
            tree, then, root = self.base.condition(rule.id), rule.then, self.e.root.id.partition(":")[2]
            read = inputs(tree)
            fits = any(name.startswith("fit_") for name in read) and not read & verdict
            if fits and isinstance(then, Conclude) and then.value == root:
                concluded = in_words(self.base, Is(then.attribute, then.value))
                over = "".join(f", unless {said}" for _, said in exceptions(self.base, rule))
                said = f"{capitalize(concluded)} where {in_words(self.base, tree)}{over}."
                yield self._cited(step, (), f"{said} [{{}}]")

    def _piece(self, item: Finding, whole: Finding) -> Tree:
        """A piece of evidence that counts, with its share of all that speaks for (or against) the process."""
        weight, word = _weight(item), "for" if _weight(item) > 0 else "against"
        before = word.capitalize()
        if item.evidence and whole.evidence and whole.evidence.of in SUMS:
            every = sum(abs(f.weight) for f in self.a.reasons(whole.evidence.process, 1 if weight > 0 else -1))
            line, share = self.base.knowledge.lines[item.evidence.of].title, round(100 * abs(weight) / every)
            before += f", {line} ({certainty.with_sign(weight, 2)}, {share}% of all that speaks {word} it)"
        return self._cited(item, self._answered(item), f"{before}: {self.text(item)} [{{}}]")

    def _lifted(self, blocker: Blocker) -> list[str]:
        """What is not known and lifts a block that stands."""
        if blocker.unless:
            return [f"It stands unless {conditions(self.base.vocabulary, blocker.unless)}; that is not known."]
        needs = labels(self.base, blocker.needs)
        return [f"It stands until it is known what makes up for it: {needs}."] if needs else []

    def _rule(self, finding: Finding) -> Tree:
        """A rule: how it fired, or why it did not."""
        rule, fired = self.rules[finding.rule or ""], self.fired.get(finding.rule or "")
        about = self._about(rule)
        if fired:
            lines = self._answered(finding)
            if isinstance(rule.then, Weigh):
                counted = "counts" if fired.weight else "does not count: a stronger reason on the same line does"
                side = "For" if rule.then.certainty > 0 else "Against"
                text = f"{side} {NAMES[rule.then.process]} selling; it {counted}."
                lines.append(Tree(text if rule.then.certainty else EXCEPTION))
            return self._cited(finding, lines, f"{about} {self.text(finding)} [{{}}]")
        given = {"any", self.a.process, *(PROCESSES if self.a.process == "both" else ())}
        if isinstance(rule.then, (Advise, Warn)) and rule.then.process not in given:
            reason = "" if "{" in rule.because else f" Its reason there: {rule.because}"
            about += f" Belongs to the recommendation {readable(rule.then.process)}, which was not given.{reason}"
            return self._line(finding, (), f"[{rule.id}] {about}")
        return self._line(finding, self._unmet(finding), f"[{rule.id}] {about}")

    def _unmet(self, rule: Finding, *, steps: bool = True) -> Iterator[Tree]:
        """The tests in the way of a rule: those not so and those not known, apart, and the rules that override it.

        Without `steps`, those of the verdict that `_deciding` tells of are left out.
        """
        tests = list({test.record: test for test in self.e.unmet(rule) if steps or not self.e.is_step(test)}.values())
        for title, known in (("Not so", True), ("Not known yet", False)):
            lines = [self._test(test, known) for test in tests if self.e.is_open(test) != known]
            if lines:
                yield Tree(title, tuple(lines))
        for other in self.e.overriding(rule):
            because = self.rules[other.rule or ""].because
            because = _title(other) if "{" in because else because
            state = "takes effect" if other.status == FIRED else "may take effect"
            yield self._line(other, (), f"[{other.rule}] {state} instead: {because}")

    def _test(self, test: Finding, known: bool) -> Tree:
        text = f"needed: {in_words(self.base, cast('Condition', test.record), test.wanted)}"
        facts, needs = _known_facts(test), _needs(test)
        if self.e.step(test):  # it stands on the whole verdict
            text += "" if known else "; not decided"
        elif known:
            text += f"; you said {answers(self.base, facts)}" if facts else "; it is not so"
        else:
            ranges = {name: value for name, value in facts.items() if isinstance(value, Range)}
            text += f"; you said {answers(self.base, ranges)}" if ranges else ""
            text += f"; not said: {labels(self.base, needs)}" if needs else "" if ranges else "; not decided"
        rules = [rule for value in self.e.under(test) if value.kind == "value" for rule in self.e.under(value)]
        because = [rule for rule in rules if rule.status == FIRED and not test.wanted and rule.kind == "rule"]
        return self._line(test, map(self._cited, because), text)


def _remedy(blocker: Blocker) -> str:
    return f"Remedy ({blocker.owner}): {blocker.remedy}"


def _title(finding: Finding) -> str:
    """The id of a rule as words."""
    return readable((finding.rule or "").replace("-", " "))


def _known_facts(finding: Finding) -> dict[str, Value]:
    return {name: value for name, value in finding.facts.items() if value is not None}


def _needs(finding: Finding) -> list[str]:
    return [name for name, value in finding.facts.items() if value is None]


def _weight(finding: Finding) -> int:
    return finding.evidence.weight if finding.evidence else 0


SHAPES: Shapes = {
    Finding: shape("id kind rule status facts evidence sources text under", facts=_read, text=_InWords.text),
    Weight: shape("process of net", net=_net),
}
