"""The report on one company, as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence

from salespath.engine import certainty
from salespath.engine.assessment import Advice, Assessment, Fired, Reading, Settlement
from salespath.engine.explain import close_calls
from salespath.facts import Vocabulary
from salespath.facts.values import readable, words
from salespath.report.phrases import NAMES
from salespath.rules.model import PROCESSES, Weigh

OTHER = {"enterprise": "smb", "smb": "enterprise"}
INSTRUCTIONS = {
    "enterprise": "Run an enterprise sales process: sell in person to large accounts that you can name.",
    "smb": "Run an SMB sales process: let many small customers find, try and buy it fast.",
    "both": "Run both processes side by side, the {lead} one first, each with its own people and goals.",
}
DISCLOSURE = "(The article's author sells lead generation and is an interested party here.)"
_SHOWN_REASONS = 5
_SHOWN_QUESTIONS = 5

Style = Callable[[str], str]


def render(assessment: Assessment, width: int = 80, *, full: bool = False, bold: Style = str) -> str:
    """The report. `full` adds the steps, owners and reasons of the plan; `bold` marks headings."""
    return _Report(assessment, min(width, 88), full, bold).text()


def headline(assessment: Assessment) -> str:
    """The verdict as an instruction."""
    a = assessment
    if a.process == "both":
        return INSTRUCTIONS["both"].format(lead=NAMES[a.lead or "smb"])
    if a.process == "not_yet":
        if (
            a.leaning
            and a.evidence[a.leaning]["fit"] > 0
            and certainty.word(a.evidence[a.leaning]["fit"]) != "balanced"
        ):
            return f"Not yet. {_selling(a.leaning)} would fit; first change what stands in the way."
        lean = f" (what is known leans to {NAMES[a.leaning]} selling)" if a.leaning else ""
        return f"Not yet, whichever way you sell{lean}: first change what stands in the way."
    if a.process == "undetermined":
        lean = f"They lean to {NAMES[a.leaning]} selling." if a.leaning else "They lean to neither way of selling."
        return f"The answers do not decide yet. {lean} Answer the questions below, the first ones first."
    return INSTRUCTIONS[a.process]


def _selling(process: str) -> str:
    return {"enterprise": "Enterprise selling", "smb": "SMB selling"}[process]


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


class _Report:
    def __init__(self, assessment: Assessment, width: int, full: bool, bold: Style) -> None:
        self.a, self.width, self.full, self.bold = assessment, width, full, bold
        self.vocabulary = assessment.base.vocabulary
        self.rules = assessment.base.knowledge.rules
        self.lines: list[str] = []

    def text(self) -> str:
        self._verdict()
        if self.a.process == "undetermined":  # what is missing comes first where it is what matters
            self._questions()
        self._first_moves()
        self._blockers()
        self._reasons()
        self._plan()
        self._metrics()
        self._pitfalls()
        if self.a.process != "undetermined":
            self._questions()
        self._precedents()
        self._doubts()
        receipt = self.a.receipt
        engine = "" if receipt["engine"] == "salespath" else f" with {receipt['engine']}"
        self.lines.append("")
        layers = "".join(f", with {layer['name']} ({layer['sha256'][:12]})" for layer in receipt["overlays"])
        self._say(
            f"salespath {receipt['salespath']}{engine}, rules {receipt['rules_version']} ({receipt['rules_sha256'][:12]}){layers}. "
            "Certainty here is a certainty factor, not a likelihood."
        )
        return "\n".join(line.rstrip() for line in self.lines) + "\n"

    # Writing

    def _say(self, text: str, indent: str = "", first: str | None = None) -> None:
        self.lines.extend(
            textwrap.wrap(
                text,
                self.width,
                initial_indent=indent if first is None else first,
                subsequent_indent=indent,
                break_long_words=True,
                break_on_hyphens=False,
            )
        )

    def _heading(self, text: str) -> None:
        self.lines.extend(["", self.bold(text), "-" * len(text)])

    def _labels(self, names: Iterable[str]) -> str:
        return ", ".join(self.vocabulary[name].label for name in names)

    # Parts

    def _verdict(self) -> None:
        a = self.a
        name = textwrap.wrap(a.company, self.width)
        self.lines.extend(map(self.bold, name))
        self.lines.append("=" * max(map(len, name), default=0))
        self._say(headline(a))
        stops = [item for item in a.advice if item.topic == "stop_rule"]
        if stops and a.process != "undetermined":
            self._say(f"When to stop or switch: {stops[0].text}")
        self.lines.append("")
        for process in PROCESSES:
            fit, means = a.evidence[process]["fit"], a.evidence[process]["means"]
            blocked = ", blocked for now" if any(b.process == process for b in a.blockers) else ""
            self._say(
                f"{NAMES[process]:10} fit: {certainty.word(fit)} ({certainty.signed(fit, 1)}); means: "
                f"{certainty.word(means)} ({certainty.signed(means, 1)}){blocked}",
                indent=" " * 11,
                first="",
            )
        if a.settled:
            self._say("Settled: no answer still missing can change this.")
        elif a.completions:
            self._completions(a.completions)
        else:
            others = [readable(v) for v in a.possible if v != a.process]
            known = f"With other answers it can still become {_either(others)}." if others else ""
            self._say(f"Not settled: answers are missing that may change it. {known}")
        if a.process in ("enterprise", "smb", "both"):
            self._provisos()

    def _completions(self, found: Settlement) -> None:
        """Which processes other answers could lead to, each with an example."""
        self._say("Not settled: other answers would change it." if found.settled_by == "example" else "Not settled.")
        for process, facts in found.examples.items():
            if process != self.a.process:
                vocabulary, given = self.a.base.vocabulary, self.a.case.values
                added = {name: facts[name] for name in vocabulary.ordered(facts.keys() - given.keys())}
                answers = "; ".join(
                    f"{vocabulary[name].label}: {words(vocabulary[name], v)}" for name, v in added.items()
                )
                self._say(f"{readable(process)}, for example with {answers}", indent="    ", first="  - ")
        if found.excluded:
            self._say(f"Whatever the answers, it does not become {_either([readable(v) for v in found.excluded])}.")
        if found.unproved:
            names = _either([readable(v) for v in found.unproved])
            self._say(f"Whether it can become {names} was not found out.")

    def _first_moves(self) -> None:
        moves = [item for item in self.a.advice if item.topic == "first_moves"]
        if moves:
            self._heading("First moves")
            for number, move in enumerate(moves, 1):
                self._say(f"{number}. {move.text}", indent="   ", first="")
                for step in move.steps:
                    self._say(f"- {step.rstrip('.')}", indent="     ", first="   ")
                self._say(f"{move.owner.capitalize()}. {self._disclosed(move)}", indent="   ")

    def _blockers(self) -> None:
        a = self.a
        blockers = [b for b in a.blockers if b.process != "both" or two_groups(a)]
        if blockers:
            other = OTHER.get(a.process)
            self._heading(f"What stands in the way of {NAMES[other]} selling" if other else "What stands in the way")
            for blocker in blockers:
                what = "Running both" if blocker.process == "both" else _selling(blocker.process)
                self._say(f"{what}: {blocker.because}", indent="  ", first="")
                self._say(f"Remedy ({blocker.owner}): {blocker.remedy}", indent="    ")

    def _provisos(self) -> None:
        """Blocks that are still open: those that only an exception can lift, and those that nothing is known of."""
        a = self.a
        wanted = {*subject(a), *(["both"] if a.process == "both" else [])}
        provisos = [proviso for proviso in a.provisos if proviso.process in wanted]
        near = [proviso for proviso in provisos if proviso.because]
        for proviso in near:
            self._say(
                f"Take care: {proviso.because} It stays workable only if what you have not said makes up for it: "
                f"{self._labels(proviso.needs)}."
            )
        said = {name for proviso in near for name in proviso.needs}
        rest = self.vocabulary.ordered({name for proviso in provisos for name in proviso.needs} - said)
        if rest:
            self._say(f"Not said yet, and able to stop it: {self._labels(rest)}.")

    def _reasons(self) -> None:
        a = self.a
        for process in subject(a) or PROCESSES:
            speaking, against = reasons(a, process, 1), reasons(a, process, -1)
            if speaking:
                self._heading(f"What speaks for {NAMES[process]} selling")
                self._evidence(speaking)
            self._heading(f"What speaks against {NAMES[process]} selling")
            if against:
                self._evidence(against)
            else:
                rival = reasons(a, OTHER[process], 1)
                if rival:
                    self._say(f"Nothing directly. The strongest reason for {NAMES[OTHER[process]]} selling instead:")
                    self._say(rival[0].because, indent="      ")
                else:
                    self._say("Nothing you have said.")
        for call in close_calls(a):
            fact = self.vocabulary[call.fact]
            self._say(
                f"Close to a threshold: {fact.label} is {words(fact, call.value)}, the line is at "
                f"{words(fact, call.threshold)}; a little more or less changes one reason.",
                indent="  ",
                first="",
            )

    def _evidence(self, items: Sequence[Fired]) -> None:
        total = sum(abs(item.weight) for item in items)
        for item in items if self.full else items[:_SHOWN_REASONS]:
            self._say(f"{round(100 * abs(item.weight) / total):3d}%  {item.because}", indent="      ", first="")
        rest = 0 if self.full else len(items) - _SHOWN_REASONS
        if rest > 0:
            self._say(f"and {rest} more, each lighter.", indent="      ")

    def _plan(self) -> None:
        items: dict[str, list[Advice]] = {}
        for item in self.a.advice:
            if item.topic not in ("first_moves", "pitfalls") and not _metric(self, item):
                items.setdefault(item.topic, []).append(item)
        if items:
            self._heading("The plan")
        for topic, chosen in items.items():
            if self.full and topic != next(iter(items)):
                self.lines.append("")
            self.lines.append(self.bold(self.a.base.knowledge.topics[topic].title))
            ahead = [item for item in chosen if not item.done]
            for item in chosen if self.full else ahead or chosen[:1]:
                self._advice(item)

    def _advice(self, item: Advice) -> None:
        choices = self.a.base.knowledge.topics[item.topic].choices
        lead = f"{choices[item.choice].capitalize()}: " if choices else ""
        if self.a.process == "both" and item.process in PROCESSES:
            lead = f"[{NAMES[item.process]}] {lead}"
        self._say(f"- {lead}{'(in place) ' if item.done else ''}{item.text}", indent="    ", first="  ")
        if self.full:
            for step in () if item.done else item.steps:
                self._say(f"* {step.rstrip('.')}", indent="        ", first="      ")
            self._say(f"Why: {item.because} [{', '.join(item.rules)}]", indent="      ")
        disclosed = self._disclosed(item)
        if disclosed:
            self._say(disclosed, indent="    ")

    def _disclosed(self, item: Advice) -> str:
        sources = self.a.base.knowledge.sources
        cited = [s for rule in item.rules for s in self.rules[rule].source]
        return DISCLOSURE if any(s in sources and sources[s].interested for s in cited) else ""

    def _metrics(self) -> None:
        items = [item for item in self.a.advice if _metric(self, item)]
        if not items:
            return
        self._heading("What to measure")
        seen: dict[str, Advice] = {}
        for item in items:
            seen.setdefault(item.choice, item)
        label = {name: self.vocabulary[name].label for name in seen}
        value = {name: figure(self.vocabulary, name, self.a.metrics[name]) for name in seen}
        if self.full:
            for name, item in seen.items():
                self._say(f"- {label[name]}: {value[name]}. {item.text}", indent="    ", first="  ")
            return
        known = [name for name in seen if self.a.metrics[name].status != "unknown"]
        longest = max((len(label[name]) for name in known), default=0)
        self.lines.extend(f"  {label[name]:{longest}}  {value[name]}" for name in known)
        rest = [label[name] for name in seen if name not in known]
        if rest:
            self._say(f"Not known yet: {', '.join(rest)}.", indent="  ")

    def _pitfalls(self) -> None:
        a = self.a
        pitfalls = [w.text for w in a.warnings] + [item.text for item in a.advice if item.topic == "pitfalls"]
        if pitfalls:
            self._heading("Pitfalls")
            for text in pitfalls:
                self._say(f"- {text}", indent="    ", first="  ")

    def _questions(self) -> None:
        questions = self.a.next_questions
        if not questions:
            return
        self._heading("Still worth answering")
        for question in questions[:_SHOWN_QUESTIONS]:
            self._say(
                f"- {self.vocabulary[question.fact].label} ({question.fact}). {question.why}", indent="    ", first="  "
            )
        rest = questions[_SHOWN_QUESTIONS:]
        if rest:
            self._say(f"Also: {self._labels(q.fact for q in rest)}.", indent="  ")

    def _precedents(self) -> None:
        from salespath.counsel.precedents import nearest  # a table, which takes its words from here, tells of none
        from salespath.counsel.precedents_report import CAUTION, TITLE, told

        found = nearest(self.a.base, self.a.case)
        if not found:
            return
        self._heading(TITLE)
        self._say(CAUTION)
        for precedent in found:
            item = told(precedent, self.a.case.values, self.vocabulary)
            self._say(f"- {item.title}. {item.likeness}", indent="    ", first="  ")
            self._say(f"{item.did} [{item.short_sources}]", indent="    ")

    def _doubts(self) -> None:
        a = self.a
        how = {kind: [n for n in a.case.values if a.case.how.get(n) == kind] for kind in ("guessed", "estimated")}
        read = {name for fired in a.fired if fired.weight for name in fired.facts}
        soft = [f"{self.vocabulary[n].label} ({kind})" for kind, names in how.items() for n in names if n in read]
        if not (a.conflicts or a.problems or soft):
            return
        self._heading("Check these")
        if soft:
            self._say(f"The verdict rests partly on {', '.join(soft)}.", indent="  ", first="")
        for conflict in a.conflicts:
            values = " and ".join(readable(v) for v in conflict.values)
            self._say(
                f"Your answers support both {values} ({readable(conflict.about)}): {', '.join(conflict.rules)}.",
                indent="  ",
                first="",
            )
        for problem in a.problems:
            self._say(problem.message, indent="  ", first="")


def _metric(report: _Report, item: Advice) -> bool:
    return report.a.base.knowledge.topics[item.topic].metrics


def _either(values: Sequence[str]) -> str:
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"
