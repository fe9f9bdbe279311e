"""How far the built-in base agrees with 32 documented companies: `python -m tests.agreement` prints it.

The companies and their labels are in `examples/real_companies.yaml`. The process alone is compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from salespath.engine.company import Company
from salespath.engine.compile import Base, compile_base
from salespath.engine.load import load
from salespath.engine.walk import walk
from salespath.facts import Case, Value, read_file
from salespath.rules.model import VERDICTS, Advise, Conclude, Rule, Warn, Weigh

COMPANIES = Path(__file__).parent.parent / "examples" / "real_companies.yaml"
Facts = Mapping[str, Value]


@dataclass(frozen=True)
class Miss:
    """A company on which a way of judging and the label differ."""

    company: str
    label: str
    process: str


def companies(base: Base) -> tuple[Case, ...]:
    """The documented companies."""
    portfolio = read_file(str(COMPANIES), base.vocabulary)
    assert not portfolio.problems, portfolio.problems
    return portfolio.cases


def process(base: Base, facts: Facts) -> str:
    """The recommended process, without the plan."""
    truth = walk(base, Company(base, facts), settle=False, plan=False).truth
    (found,) = [value for value in VERDICTS if truth.is_true(base.value_refs["process", value])]
    return found


# Which facts are used

def all_facts(case: Case) -> Facts:
    """Everything that is documented."""
    return case.values


def without_inferred(case: Case) -> Facts:
    """Without the facts that somebody who knew the company deduced."""
    return {name: value for name, value in case.values.items() if not case.extra["basis"][name].startswith("inferred")}


def without_motion(case: Case) -> Facts:
    """Without the facts that describe how the company sells: everything on its team."""
    team = {fact.id for fact in load().vocabulary.facts.values() if fact.dimension == "team"}
    return {name: value for name, value in case.values.items() if name not in team}


SELECTIONS: dict[str, Callable[[Case], Facts]] = {
    "all facts": all_facts,
    "without inferred facts": without_inferred,
    "without facts on how they sell": without_motion,
}


# Three rules of thumb to hold it against

def thumb_of_two(facts: Facts) -> str:
    """Refused? Self-serve? Large customers? It never says both."""
    if facts.get("willingness_to_pay") == "refused":
        return "not_yet"
    return "enterprise" if not facts.get("self_serve") and _large(facts) else "smb"


def thumb_of_three(facts: Facts) -> str:
    """The same three questions, and both where large customers pay for a self-serve product."""
    if facts.get("willingness_to_pay") == "refused":
        return "not_yet"
    return ("both" if facts.get("self_serve") else "enterprise") if _large(facts) else "smb"


def _large(facts: Facts) -> bool:
    segments = facts.get("customer_segments")
    return isinstance(segments, frozenset) and "large" in segments


def misses(judge: Callable[[Facts], str], cases: Iterable[Case], select: Callable[[Case], Facts] = all_facts) -> list[Miss]:
    """The companies that a way of judging does not label as documented."""
    found = ((case, judge(select(case))) for case in cases)
    return [Miss(case.company, case.extra["label"], got) for case, got in found if got != case.extra["label"]]


# The base with something changed

def with_rules(base: Base, rules: Iterable[Rule]) -> Base:
    """The base compiled anew from these rules, overrides of rules that are gone left out."""
    kept = {rule.id: rule for rule in rules}
    knowledge = replace(
        base.knowledge,
        rules={id_: replace(r, overrides=tuple(o for o in r.overrides if o in kept)) for id_, r in kept.items()},
    )
    return compile_base(base.vocabulary, knowledge)


def deciding(base: Base) -> list[Rule]:
    """The rules that the process can depend on."""
    return [rule for rule in base.knowledge.rules.values() if not isinstance(rule.then, (Advise, Warn))]


def without_each_rule(base: Base) -> Iterator[tuple[Rule, Base]]:
    """The base without one rule, for each rule from which another does not take over at once: all but the verdict's own."""
    rules = deciding(base)  # plans are left out: they do not touch the process
    for gone in rules:
        if not (isinstance(gone.then, Conclude) and gone.then.attribute == "process"):
            yield gone, with_rules(base, (rule for rule in rules if rule is not gone))


def scaled(base: Base, factor: float, only: str | None = None) -> Base:
    """The base with every certainty, or that of one rule, multiplied (at most 0.95)."""
    rules = []
    for rule in deciding(base):
        if isinstance(rule.then, Weigh) and only in (None, rule.id):
            certainty = max(-0.95, min(0.95, rule.then.certainty * factor))
            rule = replace(rule, then=replace(rule.then, certainty=certainty))
        rules.append(rule)
    return with_rules(base, rules)


# The table

def main() -> None:
    """Print agreement, confusion, the rules of thumb and robustness."""
    base = load()
    cases = companies(base)

    def judge(facts: Facts) -> str:
        return process(base, facts)

    print(f"{len(cases)} companies: {_counts(case.extra['label'] for case in cases)}\n")
    for name, select in SELECTIONS.items():
        missed = misses(judge, cases, select)
        print(f"salespath, {name}: {len(cases) - len(missed)}")
        for miss in missed:
            print(f"    {miss.company}: {miss.label}, salespath says {miss.process}")
    for thumb in (thumb_of_two, thumb_of_three):
        rights = [len(cases) - len(misses(thumb, cases, select)) for select in SELECTIONS.values()]
        print(f"{thumb.__name__} ({thumb.__doc__}): {', '.join(map(str, rights))}")

    print("\nrows: documented, columns: salespath with all facts")
    print(f"{'':12}" + "".join(f"{value:>13}" for value in VERDICTS))
    found = Counter((case.extra["label"], judge(case.values)) for case in cases)
    for label in VERDICTS[:-1]:
        print(f"{label:12}" + "".join(f"{found[label, value]:13}" for value in VERDICTS))

    right = len(cases) - len(misses(judge, cases))
    print("\nrobustness: most companies lost, and the changes that lose any")
    for name, changed in (
        ("one rule deleted", [(f"without {rule.id}", other) for rule, other in without_each_rule(base)]),
        ("every certainty x 0.8 or x 1.2", [(f"all x {factor}", scaled(base, factor)) for factor in (0.8, 1.2)]),
        (
            "one certainty x 0.8 or x 1.2",
            [
                (f"{rule.id} x {factor}", scaled(base, factor, rule.id))
                for factor in (0.8, 1.2)
                for rule in deciding(base)
                if isinstance(rule.then, Weigh)
            ],
        ),
    ):
        lost = {what: right - len(cases) + len(misses(lambda f, b=other: process(b, f), cases)) for what, other in changed}
        print(f"{name}: {max(lost.values())}, over {len(lost)} changes")
        for what, count in sorted(lost.items(), key=lambda item: (-item[1], item[0])):
            if count:
                print(f"    {what}: {count}")


def _counts(labels: Iterable[str]) -> str:
    found = Counter(labels)
    return ", ".join(f"{found[value]} {value}" for value in VERDICTS if found[value])


if __name__ == "__main__":
    main()
