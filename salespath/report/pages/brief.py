"""The page on one company: what to do, how sure that is, the choices that everybody gets, and where the company stands.

At most 60 lines of 80 columns and 400 words; everything else stands in the full report (`report/text.py`).
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from itertools import groupby

from salespath.engine import certainty
from salespath.engine.assessment import Assessment, Blocker, Choice, Settlement
from salespath.engine.borders import Near, near
from salespath.facts.values import readable, words
from salespath.facts.vocabulary import DIMENSIONS
from salespath.report.words.phrases import NAMES, either, labels
from salespath.report.words.verdict import OTHER, SELLING, conditions, firmness, headline, reasons, subject
from salespath.rules.model import PROCESSES

Style = Callable[[str], str]

FIRST = 3  # moves, blocks and reasons
NEAREST = 2  # borders near which the company stands
LINES, WORDS = 60, 400  # what a page holds
BRIEFEST = 4
LEGEND = (
    "Net evidence: 0.25 is a hint, 0.7 one strong reason. Product and market make fit (which process suits), the rest "
    "means (can you run it)."
)


def page(assessment: Assessment, width: int = 80, *, bold: Style = str) -> str:
    """The page as text; `bold` marks headings."""
    for brief in range(BRIEFEST + 1):
        text = Page(assessment, min(width, 88), bold, brief).text()
        if len(text.splitlines()) <= LINES and len(text.split()) <= WORDS:
            break
    return text


class Page:
    """The parts of the page, which the full report begins with too.

    `brief` leaves out, where all of it would be too long, first how each block is remedied, then the lesser reasons, blocks and
    problems, last what explains the figures and on what it rests.
    """

    def __init__(self, assessment: Assessment, width: int, bold: Style, brief: int = 0) -> None:
        self.a, self.width, self.bold, self.brief = assessment, width, bold, brief
        self.most = max(1, FIRST - brief)  # reasons, problems and what leads
        self.vocabulary = assessment.base.vocabulary
        self.lines: list[str] = []

    def text(self) -> str:
        """All of it."""
        self.top()
        self._blocks()
        self._moves()
        self._reasons()
        self._doubts()
        if self.brief < BRIEFEST:
            self._grounds()
        self._end()
        return self.written()

    def written(self) -> str:
        """The lines so far."""
        return "\n".join(line.rstrip() for line in self.lines) + "\n"

    def top(self) -> None:
        """The verdict, how sure it is, the choices and the dimensions."""
        self._verdict()
        if self.a.completions:
            self._completions(self.a.completions)
        self._choices()
        self._dimensions()
        self._near()

    def _say(self, text: str, first: str = "", indent: str | None = None) -> None:
        self.lines.extend(
            textwrap.wrap(
                text,
                self.width,
                initial_indent=first,
                subsequent_indent=first if indent is None else indent,
                break_on_hyphens=False,
            )
        )

    def _heading(self, text: str) -> None:
        self.lines.extend(["", self.bold(text)])

    def _verdict(self) -> None:
        a = self.a
        name = textwrap.wrap(a.company, self.width)
        self.lines.extend(map(self.bold, name))
        self.lines.append("=" * max(map(len, name), default=0))
        self._say(headline(a))
        for warning in [warning for warning in a.warnings if warning.leads][: self.most]:
            self._say(f"{self.bold('First')}: {_sentence(warning.text)}", indent="  ")
        self._say(firmness(a))

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
                self._say(f"{readable(process)}, for example with {answers}", "  - ", "    ")
        if found.excluded:
            self._say(f"Whatever the answers, it does not become {either([readable(v) for v in found.excluded])}.")
        if found.unproved:
            names = either([readable(v) for v in found.unproved])
            self._say(f"Whether it can become {names} was not found out.")

    def _choices(self) -> None:
        """The choices that everybody gets, each with its one reason."""
        self.lines.append("")
        topics = self.a.base.knowledge.topics
        for topic, group in groupby(self.a.choices, key=lambda choice: choice.topic):
            some = list(group)
            title = topics[topic].title
            if len(some) == 1 or len({choice.choice for choice in some}) == 1:
                text = f"{self._choice(some[0])}. {_sentence(some[0].because)}"
            else:
                if self.a.process == "both":
                    parts = [f"{self._choice(choice)} for {_accounts(choice)}" for choice in some]
                else:
                    parts = [f"if {NAMES[choice.process]}, {self._choice(choice)}" for choice in some]
                text = f"{'; '.join(parts)}. {topics[topic].why}"
            self._say(f"{self.bold(title)}: {text[0].upper()}{text[1:]}", indent="  ")

    def _choice(self, choice: Choice) -> str:
        titles = self.a.base.knowledge.topics[choice.topic].choices or {}
        return titles.get(choice.choice, readable(choice.choice))

    def _dimensions(self) -> None:
        """The five dimensions, a line each: figure and word for either process."""
        evidence = self.a.evidence
        self.lines.extend(["", f"{'':10}{'Enterprise':22}SMB"])
        for dimension in DIMENSIONS:
            cells = [
                f"{certainty.signed(evidence[p][dimension], 1)} {certainty.word(evidence[p][dimension])}"
                for p in PROCESSES
            ]
            self.lines.append(f"{dimension.capitalize():10}{cells[0]:22}{cells[1]}")
        if self.brief < BRIEFEST:
            self._say(LEGEND)

    def _near(self) -> None:
        """The borders near which the company stands, so that no threshold is a cliff."""
        some = near(self.a.base, self.a.case.values)[: max(1, NEAREST - self.brief)]
        if some and self.brief < BRIEFEST:
            self._say(f"Near a border: {'; '.join(self._border(item) for item in some)}.")

    def _border(self, item: Near) -> str:
        """One of them: it is SMB with an average contract of $24,999 a year or less (yours: $26,000 a year)."""
        fact = self.vocabulary[item.fact]
        unit = f" {fact.unit}" if fact.unit.startswith("a ") else ""
        at, limit, value = (words(fact, number or 0) + unit for number in (item.at, item.limit, item.value))
        beyond = "less" if item.side == "below" else "more"
        bound = f"of {at} or {beyond}" if item.limit is None else f"{item.side} {limit}"
        return f"it is {readable(item.to)} with {fact.label} {bound} (yours: {value})"

    def _blocks(self) -> None:
        """What stands in the way of what is advised or leaned to, with what lifts it; else of the other process."""
        a = self.a
        about = subject(a) or PROCESSES
        own = [b for b in a.blockers if b.process in about]
        found = own or [b for b in a.blockers if b.process in PROCESSES and self.brief < BRIEFEST]
        if not found:
            return
        of = "" if own else f" of {NAMES[OTHER[about[0]]]} selling"
        self._heading(f"What stands in the way{of}")
        most = FIRST if self.brief < FIRST else 1
        for blocker in found[:most]:
            self._say(f"{SELLING[blocker.process]}: {self._block(blocker)}", "- ", "  ")
        if len(found) > most:
            self.lines.append(f"  and {len(found) - most} more (--full)")

    def _block(self, blocker: Blocker) -> str:
        """A block with what lifts it: the missing answer that does, else the remedy."""
        unless = conditions(self.vocabulary, blocker.unless)
        because = _sentence(blocker.because).rstrip(".")
        if unless:
            otherwise = "" if self.brief else f" Otherwise {blocker.remedy[0].lower()}{blocker.remedy[1:]}"
            return f"{because}, unless {unless}.{otherwise}"
        may = f" What is not known may make up for it: {labels(self.a.base, blocker.needs)}." if blocker.needs else ""
        return f"{because}.{may}" if self.brief else f"{because}. {blocker.remedy}{may}"

    def _moves(self) -> None:
        moves = [item for item in self.a.advice if item.topic == "first_moves"]
        if moves:
            self._heading("First moves")
            for number, move in enumerate(moves[: FIRST - (self.brief == BRIEFEST)], 1):
                self._say(f"{number}. {move.short or _sentence(move.text).rstrip('.')} ({move.owner})", "", "   ")

    def _reasons(self) -> None:
        """The weightiest reasons for what is advised or leaned to, and the strongest one against."""
        a = self.a
        for process in subject(a)[:1] or PROCESSES:
            speaking = reasons(a, process, 1)
            against = [*reasons(a, process, -1)[:1], *reasons(a, OTHER[process], 1)[:1]]
            most = self.most if subject(a) else 1
            if speaking:
                self._heading(f"What speaks for {NAMES[process]} selling")
                total = sum(item.weight for item in speaking)
                for item in speaking[:most]:
                    self._say(f"{round(100 * item.weight / total):3d}%  {_sentence(item.because)}", "", "      ")
            if against and subject(a) and self.brief < BRIEFEST:
                strongest = max(against, key=lambda item: abs(item.weight))
                own = strongest in reasons(a, process, -1)
                about = "" if own else f", for {NAMES[OTHER[process]]} selling"
                self._say(f"Against{about}: {_sentence(strongest.because)}", "", "      ")

    def _doubts(self) -> None:
        """What the verdict rests on that is guessed, contradicts itself or cannot be, and what is asked back."""
        a = self.a
        how = {kind: [n for n in a.case.values if a.case.how.get(n) == kind] for kind in ("guessed", "estimated")}
        read = {name for fired in a.fired if fired.weight for name in fired.facts}
        soft = [f"{self.vocabulary[n].label} ({kind})" for kind, names in how.items() for n in names if n in read]
        told = [problem.message for problem in a.problems]
        told += [found.said for found in a.contradictions if found.kind == "doubtful"]
        if not (a.conflicts or told or soft):
            return
        self._heading("Check these")
        if soft:
            self._say(f"The verdict rests partly on {', '.join(soft)}.", "", "  ")
        for conflict in a.conflicts:
            values = " and ".join(map(readable, conflict.values))
            rules = ", ".join(conflict.rules)
            self._say(f"Your answers support both {values} ({readable(conflict.about)}): {rules}.", "", "  ")
        shown = told[: self._problems_shown()]
        for message in shown:
            self._say(message, "", "  ")
        if len(shown) < len(told):
            self.lines.append(f"and {len(told) - len(shown)} more (--full)")

    def _grounds(self) -> None:
        """What it rests on, and how often it is right on companies like this one."""
        from salespath.counsel.grounds import grounds
        from salespath.counsel.track_record import track_record
        from salespath.report.pages import grounds as said  # it needs the report's phrases

        found = grounds(self.a)
        self.lines.append("")
        self._say(said.rests(found, self.a.base))
        if not self.brief:
            self._say(said.checked(found, brief=True))
        self._say(said.record(track_record(self.a.base, self.a.case), names=not self.brief))

    def _problems_shown(self) -> int:
        return self.most

    def _end(self) -> None:
        receipt = self.a.receipt
        layers = "".join(f" with {layer['name']} ({layer['sha256'][:12]})" for layer in receipt["overlays"])
        engine = "" if receipt["engine"] == "salespath" else f" by {receipt['engine']}"
        self.lines.append("")
        self._say(
            f"The whole plan, every reason and look-alikes: --full. Rules {receipt['rules_version']}{layers}{engine}; "
            "figures are certainty factors, not likelihoods."
        )


def _accounts(choice: Choice) -> str:
    return "large accounts" if choice.process == "enterprise" else "small ones"


def _sentence(text: str) -> str:
    """The first sentence of a text."""
    head, stop, _ = text.partition(". ")
    return head + stop.strip()
