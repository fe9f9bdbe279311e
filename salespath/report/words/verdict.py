"""A verdict in words: the instruction, what it is about, what it hangs on, and the reasons for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from salespath.engine import certainty
from salespath.engine.assessment import Assessment, Reading, Unless
from salespath.engine.company import process_of
from salespath.engine.intervals import is_open
from salespath.engine.strength import FIRM, HANGS_ON, known_core
from salespath.engine.turning import Span, Turn
from salespath.engine.unless import lifting_all
from salespath.engine.walk import SUMS
from salespath.facts import Derived, Vocabulary
from salespath.facts.values import readable, words
from salespath.report.words.phrases import NAMES, capitalize, either, few, labels, selling
from salespath.rules.model import BlockProcess, Rule

INSTRUCTIONS = {
    "enterprise": "Run an enterprise sales process: sell in person to large accounts that you can name.",
    "smb": "Run an SMB sales process: win many smaller customers fast, at little cost each.",
    "both": "Run both processes, the {lead} one first, each with its own people and goals.",
}
BASIS = {
    "means": "What you sell and to whom does not decide clearly; your capital, team and role do.",
    "means_alone": "Provisional, by your means alone: what you sell and to whom is not known.",
}
UNKNOWN = "not known yet"
NAMED = 3  # answers named in a line
NAMED_ABOVE = 2  # the same where other questions are named beside them, or in a headline


def in_short(process: str, lead: str | None = None, leaning: str | None = None, *, leans: str = "leaning to") -> str:
    """A verdict in a few words: both, SMB first; not yet, leaning to enterprise. In a narrow cell it `leans` enterprise."""
    parts = [readable(process), *([f"{readable(lead)} first"] if lead else [])]
    return ", ".join([*parts, *([f"{leans} {readable(leaning)}"] if leaning else [])])


def short_block(rule: Rule) -> str:
    """What a rule says that blocks a process, in a few words, which its id holds: not launched, needs a seller."""
    assert isinstance(rule.then, BlockProcess)
    return rule.id.removeprefix(f"{rule.then.process}-").replace("-", " ")


def headline(assessment: Assessment) -> str:
    """The verdict as an instruction, with what decided it where that was not fit, and what would lift what stands in its way.

    Where little of the core is known, it says how little.
    """
    known = known_core(assessment.base, assessment.case.values)
    little = "" if known.enough else f" This rests on {known.answered} of the {known.of} main answers."
    return f"{_instruction(assessment)}{little}"


def _instruction(a: Assessment) -> str:
    if a.process == "undetermined":
        lean = f"They lean to {NAMES[a.leaning]} selling." if a.leaning else "They lean to neither way of selling."
        return f"The answers do not decide yet. {lean}"
    if a.process != "not_yet":
        lead = NAMES[a.lead or "smb"]
        return " ".join([INSTRUCTIONS[a.process].format(lead=lead), *([BASIS[a.basis]] if a.basis else [])])
    answers = lifting(a)
    more = f", or {len(answers) - NAMED_ABOVE} more answers" if len(answers) > NAMED_ABOVE + 1 else ""
    unless = conditions(a.base.vocabulary, answers[:NAMED_ABOVE] if more else answers) + more
    start = f"Not yet, unless {unless}." if unless else "Not yet."
    if a.leaning:
        would = f"{start} {capitalize(selling(a.leaning))} would"
        if a.basis == "means_alone":
            return f"{would} suit your means; what you sell and to whom is not known."
        if a.basis == "means":
            return f"{would} suit your means; what you sell and to whom does not decide clearly."
        if certainty.word(a.evidence[a.leaning]["fit"]).endswith(" for"):
            return f"{would} fit; first change what stands in the way."
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
    values: dict[tuple[str, str], list[str]] = {}  # those of one fact are said at once
    for item in unless:
        fact, value = vocabulary.facts[item.fact], (item.amount or 0) if item.value is None else item.value
        if fact.condition and isinstance(value, frozenset):
            said = [text for member, text in fact.values.items() if member in value]
        else:
            said = [words(fact, value)]
        values.setdefault((item.fact, readable(item.bound)), []).extend(said)
    clauses = []
    for (name, bound), found in values.items():
        fact, text = vocabulary.facts[name], either(found)
        clause = fact.condition.format(value=text, bound=bound, amount=text)
        clauses.append(clause or f"{fact.label}: {' '.join(filter(None, (bound, text)))}")
    return ", or ".join(clauses)


def firmness(assessment: Assessment) -> str:
    """How firm a verdict is, in a line: what it hangs on, or what is missing to say so."""
    a, strength = assessment, assessment.strength
    vocabulary, on = a.base.vocabulary, strength.on
    if strength.level == FIRM:
        guess = ", and no guess a step off," if "guessed" in a.case.how.values() else ""
        return f"Firm: no single answer still missing{guess} would give another process."
    if strength.level == HANGS_ON:
        if len(on) == 1:
            turn = on[0]
            return (
                f"Hangs on {vocabulary[turn.fact].label}{_guess(a, turn)}: {_turn_text(vocabulary, turn, alone=True)}."
            )
        return f"Hangs on {len(on)} answers: {turned_by(a, on)}."
    wrong = "" if a.impossible is None else f"answers contradict one another ({labels(a.base, a.impossible.facts)})"
    if a.process == "undetermined":
        deciding = [turn for turn in on if turn.decides]
        ask = labels(a.base, [question.fact for question in a.next_questions[:NAMED]])
        first = f" Answer first: {ask}." if ask else ""
        alone = f" One answer alone could decide it: {turned_by(a, deciding, NAMED_ABOVE)}." if deciding else ""
        return f"Open{f': {wrong}' if wrong else ''}.{first}{alone}"
    why = wrong or (
        "it rests on your means alone"
        if a.basis == "means_alone"
        else "too little is known"
        if not strength.known.enough
        else f"{len(on)} answers could each turn it"
    )
    if not on:
        return f"Open: {why}, though no single answer still missing would give another process."
    return f"Open: {why}. First of what could turn it: {turned_by(a, on)}."


def evidence(a: Assessment, process: str, name: str, said: str = "{figure} {word}", digits: int = 1) -> str:
    """What speaks for a process, of fit, means or a dimension, as a figure and a word, or that nobody knows anything of it."""
    if not knows_of(a, process, name):
        return UNKNOWN
    total = a.evidence[process][name]
    return said.format(figure=certainty.with_sign(total, digits), word=certainty.word(total))


def knows_of(a: Assessment, process: str, name: str) -> bool:
    """Whether anything is known of fit, means or a dimension: a fact, or evidence that comes from elsewhere."""
    return a.evidence[process][name] != 0 or any(facts_about(a.base.vocabulary, name, a.case.values))


def facts_about(vocabulary: Vocabulary, name: str, names: Iterable[str]) -> Iterator[str]:
    """Those of some facts and numbers that say something of fit, means or a dimension."""
    about = (*SUMS.get(name, (name,)), Derived.dimension)
    return (fact for fact in names if vocabulary[fact].dimension in about)


def turned_by(assessment: Assessment, turns: Iterable[Turn], most: int = NAMED) -> str:
    """What could turn a verdict, in the order of asking: average contract (under $25,000: SMB), customization (to undetermined)."""
    a, vocabulary = assessment, assessment.base.vocabulary
    said = [f"{vocabulary[turn.fact].label}{_guess(a, turn)} ({_turn_text(vocabulary, turn)})" for turn in turns]
    return few(said, most)


def _guess(a: Assessment, turn: Turn) -> str:
    return "" if is_open(a.case.values, turn.fact) else " (a guess)"


def _turn_text(vocabulary: Vocabulary, turn: Turn, *, alone: bool = False) -> str:
    """Which answers turn a verdict into what, where that takes few words; else into what alone."""
    parts = list(dict.fromkeys(_parts(vocabulary, turn, alone)))
    return "; ".join(parts) if len(parts) <= 2 else f"to {either(list(map(readable, turn.to)))}"


def _parts(vocabulary: Vocabulary, turn: Turn, alone: bool) -> Iterator[str]:
    term = vocabulary[turn.fact]
    if term.numeric:
        for span in turn.spans:
            yield f"{_span(vocabulary, turn.fact, span)}{' it is' if alone else ':'} {readable(span.process)}"
        return
    for process in turn.to:
        values = [value for value, to in turn.answers if to == process]
        if any(isinstance(value, frozenset) for value in values) and len(values) > 1:
            yield f"to {readable(process)}"
        else:
            said = either([words(term, value) for value in values])
            yield f"if {said}{', it is' if alone else ':'} {readable(process)}"


def _span(vocabulary: Vocabulary, name: str, span: Span) -> str:
    ends = [None if end is None else words(vocabulary[name], end) for end in (span.since, span.until)]
    if ends[0] is None:
        return "whatever it is," if ends[1] is None else f"under {ends[1]}"
    return f"from {ends[0]}" if ends[1] is None else f"from {ends[0]} to under {ends[1]}"


def two_groups(assessment: Assessment) -> bool:
    """Whether running both is a question at all: what blocks it is of no interest to a company with one group of buyers."""
    return assessment.derived.get("serves_two_groups", Reading("unknown")).value is True


def figure(vocabulary: Vocabulary, name: str, reading: Reading) -> str:
    """A metric's value in words."""
    if reading.status == "value" and reading.value is not None:
        return words(vocabulary[name], reading.value)
    return {"unknown": UNKNOWN, "unlimited": "unlimited", "undefined": "cannot be computed"}[reading.status]
