"""The full report on one company, as text for a terminal: the page, then everything that it leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from salespath.engine import certainty
from salespath.engine.assessment import Advice, Assessment, Fired
from salespath.engine.why import close_calls
from salespath.facts.values import readable, words
from salespath.report.pages.brief import Page, Style, page
from salespath.report.words.phrases import NAMES, either
from salespath.report.words.questions import why_asked
from salespath.report.words.verdict import OTHER, SELLING, conditions, figure, reasons, subject, two_groups
from salespath.rules.model import PROCESSES

DISCLOSURE = "(The article's author sells lead generation and is an interested party here.)"
SHOWN = 5  # questions in whole


def render(assessment: Assessment, width: int = 80, *, full: bool = False, bold: Style = str) -> str:
    """The report: a page, or with `full` everything. `bold` marks headings."""
    if not full:
        return page(assessment, width, bold=bold)
    return _Full(assessment, min(width, 88), bold).text()


class _Full(Page):
    def text(self) -> str:
        self.top()
        self._settled()
        if self.a.process == "undetermined":  # what is missing comes first where it is what matters
            self._questions()
        self._moves()
        self._blocks()
        self._reasons()
        self._plan()
        self._metrics()
        self._pitfalls()
        if self.a.process != "undetermined":
            self._questions()
        self._grounds()
        self._precedents()
        self._doubts()
        self._end()
        return self.written()

    def _heading(self, text: str) -> None:
        super()._heading(text)
        self.lines.append("-" * len(text))

    def _labels(self, names: Iterable[str]) -> str:
        return ", ".join(self.vocabulary[name].label for name in names)

    def _settled(self) -> None:
        """Fit and means, what else the process can still become, what could stop it, and when to stop."""
        a = self.a
        self.lines.append("")
        for process in PROCESSES:
            fit, means = a.evidence[process]["fit"], a.evidence[process]["means"]
            blocked = ", blocked for now" if any(b.process == process for b in a.blockers) else ""
            of_fit = f"{certainty.word(fit)} ({certainty.signed(fit, 1)})"
            of_means = f"{certainty.word(means)} ({certainty.signed(means, 1)})"
            self._say(f"{NAMES[process]:10} fit: {of_fit}; means: {of_means}{blocked}", "", " " * 11)
        others = [readable(v) for v in a.possible if v != a.process]
        if a.settled:
            self._say("Settled: whatever is still missing, and in whatever combination, the process stays.")
        elif others and not a.completions:
            self._say(f"Not settled: with several other answers together it can still become {either(others)}.")
        wanted = {*subject(a), *(["both"] if a.process == "both" else [])}
        needs = {name for proviso in a.provisos if proviso.process in wanted for name in proviso.needs}
        if needs and a.process in ("enterprise", "smb", "both"):
            self._say(f"Not said yet, and able to stop it: {self._labels(self.vocabulary.ordered(needs))}.")
        stops = [item for item in a.advice if item.topic == "stop_rule"]
        if stops and a.process != "undetermined":
            self._say(f"When to stop or switch: {stops[0].text}")

    def _moves(self) -> None:
        moves = [item for item in self.a.advice if item.topic == "first_moves"]
        if moves:
            self._heading("First moves")
            for number, move in enumerate(moves, 1):
                self._say(f"{number}. {move.text}", "", "   ")
                for step in move.steps:
                    self._say(f"- {step.rstrip('.')}", "   ", "     ")
                self._say(f"{move.owner.capitalize()}. {self._disclosed(move)}", "   ")

    def _blocks(self) -> None:
        a = self.a
        blockers = [b for b in a.blockers if b.process != "both" or two_groups(a)]
        if blockers:
            other = OTHER.get(a.process)
            self._heading(f"What stands in the way of {NAMES[other]} selling" if other else "What stands in the way")
            for blocker in blockers:
                self._say(f"{SELLING[blocker.process]}: {blocker.because}", "", "  ")
                if blocker.unless:
                    self._say(f"Unless {conditions(self.vocabulary, blocker.unless)}.", "    ")
                elif blocker.needs:
                    self._say(f"What is not known may make up for it: {self._labels(blocker.needs)}.", "    ")
                self._say(f"Remedy ({blocker.owner}): {blocker.remedy}", "    ")

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
                    self._say(rival[0].because, "      ")
                else:
                    self._say("Nothing you have said.")
        for call in close_calls(a):
            fact = self.vocabulary[call.fact]
            value, threshold = words(fact, call.value), words(fact, call.threshold)
            text = f"Close to a threshold: {fact.label} is {value}, the line is at {threshold}"
            self._say(f"{text}; a little more or less changes one reason.", "", "  ")

    def _evidence(self, items: Sequence[Fired]) -> None:
        total = sum(abs(item.weight) for item in items)
        for item in items:
            self._say(f"{round(100 * abs(item.weight) / total):3d}%  {item.because}", "", "      ")

    def _plan(self) -> None:
        items: dict[str, list[Advice]] = {}
        for item in self.a.advice:
            if item.topic not in ("first_moves", "pitfalls") and not self._metric(item):
                items.setdefault(item.topic, []).append(item)
        if items:
            self._heading("The plan")
        for topic, chosen in items.items():
            if topic != next(iter(items)):
                self.lines.append("")
            self.lines.append(self.bold(self.a.base.knowledge.topics[topic].title))
            for item in chosen:
                self._advice(item)

    def _advice(self, item: Advice) -> None:
        choices = self.a.base.knowledge.topics[item.topic].choices
        lead = f"{choices[item.choice].capitalize()}: " if choices else ""
        if self.a.process == "both" and item.process in PROCESSES:
            lead = f"[{NAMES[item.process]}] {lead}"
        self._say(f"- {lead}{'(in place) ' if item.done else ''}{item.text}", "  ", "    ")
        for step in () if item.done else item.steps:
            self._say(f"* {step.rstrip('.')}", "      ", "        ")
        self._say(f"Why: {item.because} [{', '.join(item.rules)}]", "      ")
        disclosed = self._disclosed(item)
        if disclosed:
            self._say(disclosed, "    ")

    def _disclosed(self, item: Advice) -> str:
        knowledge = self.a.base.knowledge
        cited = [s for rule in item.rules for s in knowledge.rules[rule].source if s in knowledge.sources]
        return DISCLOSURE if any(knowledge.sources[s].interested for s in cited) else ""

    def _metric(self, item: Advice) -> bool:
        return self.a.base.knowledge.topics[item.topic].metrics

    def _metrics(self) -> None:
        seen: dict[str, Advice] = {}
        for item in filter(self._metric, self.a.advice):
            seen.setdefault(item.choice, item)
        if seen:
            self._heading("What to measure")
        for name, item in seen.items():
            value = figure(self.vocabulary, name, self.a.metrics[name])
            self._say(f"- {self.vocabulary[name].label}: {value}. {item.text}", "  ", "    ")

    def _pitfalls(self) -> None:
        a = self.a
        pitfalls = [w.text for w in a.warnings if not w.leads] + [
            item.text for item in a.advice if item.topic == "pitfalls"
        ]
        if pitfalls:
            self._heading("Pitfalls")
            for text in pitfalls:
                self._say(f"- {text}", "  ", "    ")

    def _questions(self) -> None:
        questions = self.a.next_questions
        if not questions:
            return
        self._heading("Still worth answering")
        for question in questions[:SHOWN]:
            label = self.vocabulary[question.fact].label
            self._say(f"- {label} ({question.fact}). {why_asked(self.a.base, question)}", "  ", "    ")
        rest = questions[SHOWN:]
        if rest:
            self._say(f"Also: {self._labels(q.fact for q in rest)}.", "  ")

    def _grounds(self) -> None:
        from salespath.counsel.grounds import grounds
        from salespath.counsel.track_record import track_record
        from salespath.report.pages import grounds as said

        found, record = grounds(self.a), track_record(self.a.base, self.a.case)
        self._heading(said.TITLE)
        for text in filter(
            None, (said.rests(found, self.a.base), said.checked(found), said.record(record, names=False))
        ):
            self._say(text)
        for text in said.wrong(record):
            self._say(text, "  - ", "    ")

    def _precedents(self) -> None:
        from salespath.counsel.precedents import nearest
        from salespath.report.pages.precedents import CAUTION, TITLE, told

        found = nearest(self.a.base, self.a.case)
        if not found:
            return
        self._heading(TITLE)
        self._say(CAUTION)
        for precedent in found:
            item = told(precedent, self.a.case.values, self.vocabulary)
            self._say(f"- {item.title}. {item.likeness}", "  ", "    ")
            self._say(f"{item.did} [{item.short_sources}]", "    ")

    def _problems_shown(self) -> int:
        return len(self.a.problems) + len(self.a.contradictions)

    def _end(self) -> None:
        receipt = self.a.receipt
        engine = "" if receipt["engine"] == "salespath" else f" with {receipt['engine']}"
        layers = "".join(f", with {layer['name']} ({layer['sha256'][:12]})" for layer in receipt["overlays"])
        self.lines.append("")
        self._say(
            f"salespath {receipt['salespath']}{engine}, rules {receipt['rules_version']} "
            f"({receipt['rules_sha256'][:12]}){layers}. Certainty here is a certainty factor, not a likelihood."
        )
