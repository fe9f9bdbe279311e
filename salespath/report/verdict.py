"""A verdict in words: the instruction, what it is about, what it hangs on, and the reasons for it."""

from __future__ import annotations

from collections.abc import Iterable

from salespath.engine import certainty
from salespath.engine.assessment import Assessment, Fired, Reading, Unless
from salespath.engine.company import process_of
from salespath.engine.turning import Turn
from salespath.engine.unless import lifting_all
from salespath.facts import Vocabulary
from salespath.facts.values import readable, words
from salespath.report.phrases import NAMES, either
from salespath.rules.model import PROCESSES, Weigh

OTHER = {"enterprise": "smb", "smb": "enterprise"}
INSTRUCTIONS = {
    "enterprise": "Run an enterprise sales process: sell in person to large accounts that you can name.",
    "smb": "Run an SMB sales process: let many small customers find, try and buy it fast.",
    "both": "Run both processes side by side, the {lead} one first, each with its own people and goals.",
}
BASIS = {
    "means": "What you sell and to whom speaks for both alike; your capital, team and role decide.",
    "means_alone": "Provisional, by your means alone: what you sell and to whom is not known.",
}
BOUNDS = {"at_least": "at least", "at_most": "at most"}
SELLING = {"enterprise": "Enterprise selling", "smb": "SMB selling", "both": "Running both"}


def headline(assessment: Assessment) -> str:
    """The verdict as an instruction, with what decided it where that was not fit, and what would lift what stands in its way."""
    a = assessment
    if a.process == "undetermined":
        lean = f"They lean to {NAMES[a.leaning]} selling." if a.leaning else "They lean to neither way of selling."
        return f"The answers do not decide yet. {lean}"
    if a.process != "not_yet":
        lead = NAMES[a.lead or "smb"]
        return " ".join([INSTRUCTIONS[a.process].format(lead=lead), *([BASIS[a.basis]] if a.basis else [])])
    unless = conditions(a.base.vocabulary, lifting(a))
    start = f"Not yet, unless {unless}." if unless else "Not yet."
    if a.leaning and a.basis == "means_alone":
        return f"{start} {SELLING[a.leaning]} would suit your means; what you sell and to whom is not known."
    if a.leaning and certainty.word(a.evidence[a.leaning]["fit"]).endswith(" for"):
        return f"{start} {SELLING[a.leaning]} would fit; first change what stands in the way."
    lean = f" What is known leans to {NAMES[a.leaning]} selling." if a.leaning else ""
    return f"{start} First change what stands in the way, whichever way you sell.{lean}"


def lifting(assessment: Assessment) -> tuple[Unless, ...]:
    """The answers that alone make more of a `not_yet`: they lift all that blocks the process leaned to, or one if to none."""
    a = assessment
    wanted = (a.leaning,) if a.leaning else ("smb", "enterprise")
    for process in wanted if a.process == "not_yet" else ():
        found = tuple(item for item in lifting_all(a.blockers, process) if _turns(a, item))
        if found:
            return found
    return ()


def _turns(a: Assessment, item: Unless) -> bool:
    value = item.value if item.amount is None else item.amount
    return value is not None and process_of(a.base, {**a.case.values, item.fact: value}) != a.process


def conditions(vocabulary: Vocabulary, unless: Iterable[Unless]) -> str:
    """What would lift a block, after the word unless: at least $325,000 is signed and payable, or new money is secured."""
    said = list(dict.fromkeys(condition(vocabulary, item) for item in unless))
    return ", or ".join(said)


def condition(vocabulary: Vocabulary, unless: Unless) -> str:
    """One answer that would lift a block, as a condition."""
    fact = vocabulary.facts[unless.fact]
    if unless.value is not None:
        return (fact.condition or f"{fact.label}: {{value}}").format(value=words(fact, unless.value))
    bound, amount = BOUNDS[unless.bound], words(fact, unless.amount or 0)
    return (fact.condition or f"{fact.label}: {{bound}} {{amount}}").format(bound=bound, amount=amount)


def turned_by(vocabulary: Vocabulary, turns: Iterable[Turn], most: int = 3) -> str:
    """What could turn a verdict, in the order of asking: who closes deals (to not yet), customization (to SMB or undetermined)."""
    some = list(turns)
    said = [f"{vocabulary[turn.fact].label} (to {either(list(map(readable, turn.to)))})" for turn in some[:most]]
    rest = f" and {len(some) - most} more" if len(some) > most else ""
    return f"{', '.join(said)}{rest}"


def subject(assessment: Assessment) -> tuple[str, ...]:
    """The processes that the verdict is about: the recommended ones, else the one it leans to."""
    if assessment.process == "both":
        return (assessment.lead or "smb", OTHER[assessment.lead or "smb"])
    if assessment.process in PROCESSES:
        return (assessment.process,)
    return (assessment.leaning,) if assessment.leaning else ()


def two_groups(assessment: Assessment) -> bool:
    """Whether running both is a question at all: what blocks it is of no interest to a company with one group of buyers."""
    reading = assessment.derived.get("serves_two_groups")
    return reading is not None and reading.value is True


def reasons(assessment: Assessment, process: str, sign: int) -> list[Fired]:
    """The evidence that counted for (or against) a process, the weightiest first."""
    rules = assessment.base.knowledge.rules
    found = []
    for fired in assessment.fired:
        then = rules[fired.rule].then
        if isinstance(then, Weigh) and then.process == process and fired.weight * sign > 0:
            found.append(fired)
    return sorted(found, key=lambda f: (-abs(f.weight), f.rule))


def figure(vocabulary: Vocabulary, name: str, reading: Reading) -> str:
    """A metric's value in words."""
    if reading.status == "value" and reading.value is not None:
        return words(vocabulary[name], reading.value)
    return {"unknown": "not known yet", "unlimited": "unlimited", "undefined": "cannot be computed"}[reading.status]
