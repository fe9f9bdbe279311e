"""Explanations as trees of text: how the verdict came about, and why something else did not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from salespath.counsel.precedents import likeness
from salespath.engine import certainty
from salespath.engine.assessment import Assessment, Blocker, Fired, Reading
from salespath.engine.targets import meant
from salespath.engine.trace import behind
from salespath.engine.walk import SUMS
from salespath.engine.why import FAILED, MET, Finding, WhyNot, rules_of, status, why_not
from salespath.facts.values import readable, words
from salespath.facts.vocabulary import DIMENSIONS
from salespath.report.page import Tree
from salespath.report.pages.precedents import CAUTION, TITLE, none, told
from salespath.report.words.phrases import NAMES, answers, labels, source_note, sources, wanted
from salespath.report.words.verdict import OTHER, SELLING, conditions, figure, headline, reasons, subject, two_groups
from salespath.rules.language import Is, inputs
from salespath.rules.model import PROCESSES, VERDICTS, Advise, Block, Conclude, Rule, Warn, Weigh

UNSAID = Reading("unknown")


@dataclass
class Branch:
    """A line of an explanation and what stands under it."""

    text: str
    under: list[Branch] = field(default_factory=list)

    def add(self, text: str, under: Iterable[Branch] = ()) -> Branch:
        """Put a branch under this one and return it."""
        branch = Branch(text, list(under))
        self.under.append(branch)
        return branch

    def tree(self) -> Tree:
        """The same as a block of a page."""
        return Tree(self.text, tuple(branch.tree() for branch in self.under))


def how(assessment: Assessment) -> Branch:
    """From the verdict down to the answers."""
    a = assessment
    root = Branch(f"{a.company}: {headline(a)}")
    fired = {item.rule: item for item in a.fired}
    for rule in _concluding(a, "process", a.process):
        verdict = root.add(_reason(a, fired[rule.id]))
        for attribute in ("candidate", "runs_both", "lead", *(f"{p}_ready" for p in subject(a))):
            for other in a.base.knowledge.rules.values():
                if isinstance(other.then, Conclude) and other.then.attribute == attribute and other.id in fired:
                    verdict.add(_reason(a, fired[other.id]))
    for name, title in (
        ("fit", "Fit: which process suits what you sell and to whom"),
        ("means", "Means: whether you can run it now"),
    ):
        part = root.add(title)
        for process in PROCESSES:
            total = a.evidence[process][name]
            side = part.add(f"{NAMES[process]} selling: {certainty.word(total)} ({certainty.signed(total, 2)})")
            for sign, word in ((1, "for"), (-1, "against")):
                items = [item for item in reasons(a, process, sign) if _sum_of(a, item) == name]
                whole = sum(abs(item.weight) for item in reasons(a, process, sign))
                for item in items:
                    _evidence(a, side, item, word, whole)
    blocks = root.add("What could stop it")
    for blocker in (b for b in a.blockers if b.process != "both" or two_groups(a)):
        branch = blocks.add(f"{NAMES[blocker.process]} is blocked: {_block(a, blocker)}")
        branch.add(f"Answers: {answers(a.base, blocker.facts)}")
        _unless(a, branch, blocker)
        branch.add(f"Remedy ({blocker.owner}): {blocker.remedy}")
    for proviso in (p for p in a.provisos if p.process != "both" or two_groups(a)):
        rule = a.base.knowledge.rules[proviso.rule]
        blocks.add(
            f"Not known yet, so not counted: {NAMES[proviso.process]}, {readable(rule.id.replace('-', ' '))} "
            f"(depends on {labels(a.base, proviso.needs)})"
        )
    if not blocks.under:
        blocks.add("Nothing: no block applies, and none is open.")
    _counter(a, root)
    _precedents(a, root)
    root.add(source_note(a.base))
    return root


def why(assessment: Assessment, target: str) -> Branch | None:
    """Why a process, choice or rule was not taken, or how it came about if it was; what a fact or dimension counts for.

    A word is taken for what it is a part of: direct, TAS, referral. None if there is no such thing.
    """
    found = [branch for name in meant(assessment.base, target) if (branch := _about_target(assessment, name))]
    if len(found) < 2:
        return found[0] if found else None
    return Branch(target, found)


def _about_target(a: Assessment, target: str) -> Branch | None:
    knowledge = a.base.knowledge
    if target in VERDICTS:
        return how(a) if target == a.process else _why_not_process(a, target)
    if target in knowledge.attributes:
        attribute = knowledge.attributes[target]
        root = Branch(f"{target}: {attribute.means}")
        for value in attribute.values:
            branch = root if attribute.flag else root.add(readable(value))
            for rule in _concluding(a, target, value):
                _rule(a, branch, rule)
        return root
    rules = rules_of(a, target)
    if len(rules) == 1 and rules[0].id == target:
        root = Branch(f"{target}")
        _rule(a, root, rules[0])
        return root
    if rules:
        return _topic(a, target, rules)
    if target in a.base.vocabulary:
        return _fact(a, target)
    return _dimension(a, target) if target in DIMENSIONS else None


def _topic(a: Assessment, target: str, rules: Iterable[Rule]) -> Branch:
    """What a topic of the plan comes to, whatever the verdict, and its rules one by one."""
    name = target.partition(":")[0]
    topic = a.base.knowledge.topics[name]
    root = Branch(topic.title)
    for item in (item for item in a.choices if item.topic == name):
        rule = a.base.knowledge.rules[item.rule]
        title = (topic.choices or {}).get(item.choice, readable(item.choice))
        condition = "" if item.process == a.process else f"If you run {SELLING[item.process]}: "
        text = f"{condition}{title}. {item.because} [{rule.id}; {sources(a.base, rule.source)}]"
        root.add(f"{text[0].upper()}{text[1:]}")
    taken, left = Branch("Chosen"), Branch("Not chosen")
    for rule in rules:
        _rule(a, taken if status(a, a.base.rule_refs[rule.id]) == MET else left, rule)
    root.under.extend(branch for branch in (taken, left) if branch.under)
    return root


def _fact(a: Assessment, name: str) -> Branch:
    """What a fact or derived number counts for: the rules of evidence, blocks and conclusions that read it."""
    term, value = a.base.vocabulary[name], a.case.values.get(name)
    said = words(term, value) if value is not None else figure(a.base.vocabulary, name, a.derived.get(name, UNSAID))
    root = Branch(f"{term.label[0].upper()}{term.label[1:]}: {said}")
    counts, other = Branch("Counts"), Branch("Does not count, or not yet")
    for rule in a.base.knowledge.rules.values():
        if isinstance(rule.then, (Weigh, Block, Conclude)) and name in behind(
            a.base, inputs(a.base.conditions[rule.id])
        ):
            _rule(a, counts if status(a, a.base.rule_refs[rule.id]) == MET else other, rule)
    root.under.extend(branch for branch in (counts, other) if branch.under)
    if not root.under:
        root.add("No rule of the verdict reads it.")
    return root


def _dimension(a: Assessment, name: str) -> Branch:
    """The evidence of one dimension, for and against either process."""
    root = Branch(name.capitalize())
    rules, lines = a.base.knowledge.rules, a.base.knowledge.lines
    for process in PROCESSES:
        total = a.evidence[process][name]
        side = root.add(f"{NAMES[process]} selling: {certainty.word(total)} ({certainty.signed(total, 2)})")
        for sign in (1, -1):
            for item in reasons(a, process, sign):
                then = rules[item.rule].then
                if isinstance(then, Weigh) and lines[then.line].dimension == name:
                    branch = side.add(f"{'For' if sign > 0 else 'Against'}: {_reason(a, item)}")
                    branch.add(f"Answers: {answers(a.base, item.facts)}")
    return root


def _concluding(a: Assessment, attribute: str, value: str) -> list[Rule]:
    return [a.base.knowledge.rules[id_] for id_ in a.base.concluding.get((attribute, value), ())]


def _reason(a: Assessment, item: Fired) -> str:
    return f"{item.because} [{item.rule}; {sources(a.base, item.source)}]"


def _block(a: Assessment, blocker: Blocker) -> str:
    cited = sources(a.base, a.base.knowledge.rules[blocker.rule].source)
    return f"{blocker.because} [{blocker.rule}; {cited}]"


def _unless(a: Assessment, parent: Branch, blocker: Blocker) -> None:
    """What is not known and lifts a block that stands."""
    if blocker.unless:
        parent.add(f"It stands unless {conditions(a.base.vocabulary, blocker.unless)}; that is not known.")
    elif blocker.needs:
        parent.add(f"It stands until it is known what makes up for it: {labels(a.base, blocker.needs)}.")


def _sum_of(a: Assessment, item: Fired) -> str:
    then = a.base.knowledge.rules[item.rule].then
    assert isinstance(then, Weigh)
    dimension = a.base.knowledge.lines[then.line].dimension
    return next(name for name, dimensions in SUMS.items() if dimension in dimensions)


def _evidence(a: Assessment, side: Branch, item: Fired, word: str, whole: int) -> None:
    then = a.base.knowledge.rules[item.rule].then
    assert isinstance(then, Weigh)
    line = a.base.knowledge.lines[then.line]
    share = round(100 * abs(item.weight) / whole)
    branch = side.add(
        f"{word.capitalize()}, {line.title} ({certainty.signed(item.weight, 2)}, {share}% of all that speaks {word} it): "
        f"{_reason(a, item)}"
    )
    if item.facts:
        branch.add(f"Answers: {answers(a.base, item.facts)}")


def _counter(a: Assessment, root: Branch) -> None:
    """The strongest argument against what is recommended (or leaned to)."""
    for process in subject(a)[:1]:
        against, rival = reasons(a, process, -1), reasons(a, OTHER[process], 1)
        best = max([*against[:1], *rival[:1]], key=lambda item: abs(item.weight), default=None)
        branch = root.add("The strongest argument on the other side")
        if best is None:
            branch.add("None in what you have said.")
        else:
            branch.add(_reason(a, best))


def _precedents(a: Assessment, root: Branch) -> None:
    """The documented companies that are most alike, with whole addresses of what is written about them."""
    branch = root.add(TITLE)
    near = likeness(a.base)
    found = near.nearest(a.case)
    for precedent in found:
        item = told(precedent, a.case.values, a.base.vocabulary)
        branch.add(item.title, [Branch(item.likeness), Branch(item.did), Branch(f"Source: {'; '.join(item.sources)}")])
    branch.add(CAUTION if found else none(near.needed(a.case), len(near.companies)))


def _why_not_process(a: Assessment, target: str) -> Branch:
    root = Branch(f"{a.company}: why not {NAMES.get(target, readable(target))}? The answer is {readable(a.process)}.")
    given = {rule.id for rule in _concluding(a, "process", a.process)}
    for item in a.fired:
        if item.rule in given:
            root.add(_reason(a, item))
    if target in PROCESSES:
        other = OTHER[target]
        mine, theirs = a.evidence[target]["fit"], a.evidence[other]["fit"]
        root.add(
            f"Fit for {NAMES[target]} selling is {certainty.word(mine)} ({certainty.signed(mine, 2)}), for {NAMES[other]} "
            f"selling {certainty.word(theirs)} ({certainty.signed(theirs, 2)}). A process is recommended once it leads by 1."
        )
    for rule in _concluding(a, "process", target):
        found = why_not(a, rule.id)
        failed = tuple(f for f in found.failed if not (isinstance(f.test, Is) and f.test.attribute == "candidate"))
        _unmet(a, root, replace(found, failed=failed))
    if target in PROCESSES:
        _case_of(a, root, target)
    return root


def _case_of(a: Assessment, root: Branch, process: str) -> None:
    """What speaks against and for a process, and what is not known."""
    name = NAMES[process]
    for sign, title in ((-1, f"Speaks against {name} selling"), (1, f"Speaks for {name} selling all the same")):
        items = reasons(a, process, sign)
        if items:
            branch = root.add(title)
            for item in items:
                branch.add(_reason(a, item)).add(f"Answers: {answers(a.base, item.facts)}")
    blocked = [b for b in a.blockers if b.process == process]
    if blocked:
        branch = root.add("It is blocked for now")
        for blocker in blocked:
            under = branch.add(f"{_block(a, blocker)} Remedy ({blocker.owner}): {blocker.remedy}")
            _unless(a, under, blocker)
    could = [q.fact for q in a.next_questions if "for" in q.signs.get(process, ())]
    if could:
        root.add(f"Not known yet, and it could count for it: {labels(a.base, could)}")


def _rule(a: Assessment, parent: Branch, rule: Rule) -> None:
    """A rule: how it fired, or why it did not."""
    fired = next((item for item in a.fired if item.rule == rule.id), None)
    if fired is None and not _applies(a, rule):
        then = rule.then
        assert isinstance(then, (Advise, Warn))
        reason = f" Its reason there: {rule.because}" if "{" not in rule.because else ""
        belongs = f"Belongs to the recommendation {readable(then.process)}, which was not given.{reason}"
        parent.add(f"[{rule.id}] {_about(a, rule)} {belongs}")
        return
    if fired is None:
        _unmet(a, parent.add(f"[{rule.id}] {_about(a, rule)}"), why_not(a, rule.id))
        return
    branch = parent.add(f"{_about(a, rule)} {_reason(a, fired)}")
    if fired.facts:
        branch.add(f"Answers: {answers(a.base, fired.facts)}")
    if isinstance(rule.then, Weigh) and not rule.then.certainty:
        branch.add("An exception: it weighs nothing, and the rules that it overrides do not count.")
    elif isinstance(rule.then, Weigh):
        counted = "counts" if fired.weight else "does not count: a stronger reason on the same line does"
        branch.add(
            f"{'For' if rule.then.certainty > 0 else 'Against'} {NAMES[rule.then.process]} selling; it {counted}."
        )


def _applies(a: Assessment, rule: Rule) -> bool:
    """Whether a rule of the plan belongs to the recommendation given."""
    then = rule.then
    if not isinstance(then, (Advise, Warn)):
        return True
    return then.process in ("any", a.process) or (a.process == "both" and then.process in PROCESSES)


def _about(a: Assessment, rule: Rule) -> str:
    then = rule.then
    if isinstance(then, Advise):
        choices = a.base.knowledge.topics[then.topic].choices
        return f"{choices[then.choice].capitalize() if choices else readable(then.choice).capitalize()} ({readable(then.process)})."
    if isinstance(then, Weigh):
        return f"Evidence on {a.base.knowledge.lines[then.line].title}."
    if isinstance(then, Block):
        return f"{'An exception that lifts a block on' if then.lift else 'A block on'} {NAMES[then.process]}."
    if isinstance(then, Conclude):
        return f"{readable(then.attribute).capitalize()}: {readable(then.value)}."
    return "A pitfall."


def _unmet(a: Assessment, parent: Branch, found: WhyNot) -> None:
    if found.failed:
        branch = parent.add("Not so")
        for finding in found.failed:
            _finding(a, branch, finding)
    if found.unknown:
        branch = parent.add("Not known yet")
        for finding in found.unknown:
            _finding(a, branch, finding)
    for other in found.overridden_by:
        rule = a.base.knowledge.rules[other]
        state = "takes effect instead" if status(a, a.base.rule_refs[other]) == MET else "may take effect instead"
        parent.add(
            f"[{other}] {state}: {rule.because if '{' not in rule.because else readable(other.replace('-', ' '))}"
        )


def _finding(a: Assessment, parent: Branch, finding: Finding) -> None:
    text = f"needed: {wanted(a.base, finding.test, finding.wanted)}"
    if finding.status == FAILED:
        text += f"; you said {answers(a.base, finding.values)}" if finding.values else "; it is not so"
    else:
        text += f"; not said: {labels(a.base, finding.needs)}" if finding.needs else "; not decided"
    branch = parent.add(text)
    for rule in finding.because:
        fired = next((item for item in a.fired if item.rule == rule), None)
        if fired:
            branch.add(_reason(a, fired))
