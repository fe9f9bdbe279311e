"""How far the built-in base agrees with the documented companies: `python -m tests.agreement` prints it.

The companies and their labels are in `examples/real_companies.yaml`. Only the recommended process is compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from salespath.engine.company import Company
from salespath.engine.compile import VERDICT, Base, compile_base
from salespath.engine.load import load
from salespath.engine.walk import walk
from salespath.facts import Case, Value, read_file
from salespath.rules.model import VERDICTS, Advise, Rule, Warn, Weigh

COMPANIES = Path(__file__).parent.parent / "examples" / "real_companies.yaml"
FACTORS = (0.8, 1.2)
Facts = Mapping[str, Value]
Judge = Callable[[Facts], str]
Select = Callable[[Case], Facts]


@dataclass(frozen=True)
class Miss:
    """A company for which the label and what was said differ."""

    company: str
    label: str
    said: str


def companies(base: Base) -> tuple[Case, ...]:
    """The documented companies."""
    portfolio = read_file(str(COMPANIES), base.vocabulary)
    assert not portfolio.problems, portfolio.problems
    return portfolio.cases


def process(base: Base, facts: Facts) -> str:
    """The recommended process, without the plan."""
    truth = walk(base, Company(base, facts), settle=False, plan=False).truth
    (said,) = (value for value in VERDICTS if truth.is_true(base.value_refs["process", value]))
    return said


# Which of the facts are used


def all_facts(case: Case) -> Facts:
    """Everything that is documented."""
    return case.values


def without_inferred(case: Case) -> Facts:
    """Without what was deduced by somebody who knew the company."""
    return {name: value for name, value in case.values.items() if not case.extra["basis"][name].startswith("inferred")}


def without_motion(case: Case) -> Facts:
    """Without what describes how the company sells: its people, channels and sales tools."""
    facts = load().vocabulary.facts
    return {name: value for name, value in case.values.items() if facts[name].dimension != "team"}


SELECTIONS: dict[str, Select] = {
    "all facts": all_facts,
    "without inferred facts": without_inferred,
    "without facts on how they sell": without_motion,
}


# Rules of thumb to hold it against. Both ask the same three questions.


def thumb_of_one_process(facts: Facts) -> str:
    """Refused: not_yet. Self-serve: smb. Large customers: enterprise. Else smb."""
    if facts.get("willingness_to_pay") == "refused":
        return "not_yet"
    return "enterprise" if _large(facts) and not facts.get("self_serve") else "smb"


def thumb_with_both(facts: Facts) -> str:
    """Refused: not_yet. Large customers: both if self-serve, else enterprise. Else smb."""
    if facts.get("willingness_to_pay") != "refused" and _large(facts) and facts.get("self_serve"):
        return "both"
    return thumb_of_one_process(facts)


def _large(facts: Facts) -> bool:
    segments = facts.get("customer_segments")
    return isinstance(segments, frozenset) and "large" in segments


def misses(judge: Judge, cases: Iterable[Case], select: Select = all_facts) -> list[Miss]:
    """The companies that a way of judging does not label as documented."""
    found = [Miss(case.company, case.extra["label"], judge(select(case))) for case in cases]
    return [miss for miss in found if miss.said != miss.label]


# The base with something changed. Advice and warnings are left out: the process does not depend on them.


def deciding(base: Base) -> list[Rule]:
    """The rules that the process depends on."""
    return [rule for rule in base.knowledge.rules.values() if not isinstance(rule.then, (Advise, Warn))]


def with_rules(base: Base, rules: Iterable[Rule]) -> Base:
    """A base of these rules, what overrides a rule that is gone overriding it no more."""
    kept = {rule.id: rule for rule in rules}
    for id_, rule in kept.items():
        kept[id_] = replace(rule, overrides=tuple(name for name in rule.overrides if name in kept))
    return compile_base(base.vocabulary, replace(base.knowledge, rules=kept))


def without_each_rule(base: Base) -> Iterator[tuple[Rule, Base]]:
    """Each rule with the base that lacks it. The verdict's own rules, which give the processes their meaning, stay."""
    rules = deciding(base)
    for gone in rules:
        if base.section(gone) != VERDICT:
            yield gone, with_rules(base, (rule for rule in rules if rule is not gone))


def scaled(base: Base, factor: float, only: str | None = None) -> Base:
    """The base with every certainty, or that of one rule, times a factor; none above 0.95."""
    rules = deciding(base)
    for place, rule in enumerate(rules):
        if isinstance(rule.then, Weigh) and only in (None, rule.id):
            certainty = max(-0.95, min(0.95, rule.then.certainty * factor))
            rules[place] = replace(rule, then=replace(rule.then, certainty=certainty))
    return with_rules(base, rules)


def missed(base: Base, cases: Iterable[Case]) -> int:
    """How many companies a base misses with all facts."""
    return len(misses(lambda facts: process(base, facts), cases))


# What is printed


def main() -> None:
    """Print agreement, confusion, the rules of thumb, and what small changes do."""
    base = load()
    cases = companies(base)
    labels = Counter(case.extra["label"] for case in cases)
    print(f"{len(cases)} companies: {', '.join(f'{labels[v]} {v}' for v in VERDICTS if labels[v])}\n")

    judges: dict[str, Judge] = {
        "salespath": lambda facts: process(base, facts),
        "rule of thumb, one process": thumb_of_one_process,
        "rule of thumb, with both": thumb_with_both,
    }
    print(f"{'right, of ' + str(len(cases)):32}" + "".join(f"{name:>28}" for name in judges))
    for name, select in SELECTIONS.items():
        right = [len(cases) - len(misses(judge, cases, select)) for judge in judges.values()]
        print(f"{name:32}" + "".join(f"{number:28}" for number in right))

    print("\nmisses of salespath")
    for name, select in SELECTIONS.items():
        for miss in misses(judges["salespath"], cases, select):
            print(f"{name:32}{miss.company}: {miss.label}, said {miss.said}")

    print("\ndocumented (rows) and said with all facts (columns)")
    print(f"{'':14}" + "".join(f"{value:>14}" for value in VERDICTS))
    found = Counter((case.extra["label"], process(base, case.values)) for case in cases)
    for label in VERDICTS[:-1]:
        print(f"{label:14}" + "".join(f"{found[label, value]:14}" for value in VERDICTS))

    before = missed(base, cases)
    weighs = [rule.id for rule in deciding(base) if isinstance(rule.then, Weigh)]
    changes: dict[str, list[tuple[str, Base]]] = {
        "one rule deleted": [(f"{rule.kind} {rule.id}", changed) for rule, changed in without_each_rule(base)],
        "all certainties changed": [(f"x {factor}", scaled(base, factor)) for factor in FACTORS],
        "one certainty changed": [
            (f"{id_} x {factor}", scaled(base, factor, id_)) for id_ in weighs for factor in FACTORS
        ],
    }
    for name, changed in changes.items():
        losses = {what: missed(other, cases) - before for what, other in changed}
        print(f"\n{name}: {len(losses)} changes, at most {max(losses.values())} companies lost")
        for what, number in sorted(losses.items(), key=lambda item: (-item[1], item[0])):
            if number > 0:
                print(f"{number:4}  {what}")


if __name__ == "__main__":
    main()
