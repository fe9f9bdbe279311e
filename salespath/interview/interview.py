"""What to ask next, and what the answers so far amount to. It neither reads nor writes: events in, questions out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment, Question
from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.intervals import is_open
from salespath.engine.settle import most_telling, search_settled
from salespath.engine.strength import follows
from salespath.engine.turning import Turn
from salespath.engine.walk import holds
from salespath.facts import Case, Fact, Value
from salespath.facts.cases import NAMELESS, merge
from salespath.facts.rates import REFERENCE_DATE, BadRate, in_dollars
from salespath.facts.values import BadValue
from salespath.files.problems import shown
from salespath.interview.answers import NOTE, Answer, sure, understand
from salespath.rules.model import Advise, Warn

PUBLIC_FIRST = 6  # questions before one about the company's own money, which decides nothing by itself
FIRST = "This is the first question; there is nothing before it."
COMPANY, PLAN = "company", "plan"  # questions that are not about a fact: the name, and whether to go on


@dataclass(frozen=True)
class Event:
    """Something that happened: `answer`, `skip`, `back`, or `done`. The same events always lead to the same interview."""

    kind: str
    question: str = ""
    answer: Answer | None = None


@dataclass(frozen=True)
class Stake:
    """What an answer can still change: the question that it is of the verdict, if it is one, and open topics of the plan."""

    question: Question | None
    topics: tuple[str, ...]
    settled: bool


@dataclass
class Interview:
    """One interview: what was given beforehand and what has been answered, in the order first asked (None: skipped).

    `given.company` is empty where no name was given.
    """

    base: Base
    given: Case
    fixed: bool = False  # ask in the order of the sheet; else what narrows the process most comes first
    quick: bool = False  # ask only the quick facts, neither the name nor for the plan
    answers: dict[str, Answer | None] = field(default_factory=dict)
    _back_at: str | None = field(default=None, init=False)
    _assessment: Assessment | None = field(default=None, init=False, repr=False, compare=False)
    _told: frozenset[str] | None = field(default=None, init=False, repr=False, compare=False)

    def apply(self, event: Event) -> None:
        """Take in an event."""
        if event.kind in ("answer", "skip"):
            self.answers[event.question] = event.answer
            self._back_at = self._assessment = self._told = None
        elif event.kind == "back":
            self._back_at = self.before or self._back_at

    @property
    def question(self) -> str | None:
        """The question to ask now: a fact, COMPANY or PLAN; None when there is nothing left to ask."""
        if self._back_at is not None:
            return self._back_at
        if not (self.quick or self.given.company or COMPANY in self.answers):
            return COMPANY
        if self.following:
            return self.following[0]
        return PLAN if self.left_for_plan and not (self.quick or PLAN in self.answers) else None

    @property
    def matter(self) -> list[str]:
        """The facts to ask before the process is settled, in the order of asking; none once it is."""
        if self.assessment.settled:
            return []
        if self.quick:
            asked = self._open(lambda fact: fact.quick)
        else:
            asked = self._open(lambda fact: fact.ask == "core") if self.fixed else self.left_for_plan
        if self.fixed:
            return asked
        telling = [item.fact for item in self.assessment.next_questions if item.fact in asked]
        if len(self.answers) >= PUBLIC_FIRST:
            return telling
        deciding = {part for turn in self.turns for part in self.base.facts_behind([turn.fact]) if turn.decides}
        return sorted(telling, key=lambda name: self._is_private(name) and name not in deciding)

    @property
    def before(self) -> str | None:
        """The question that `back` leads to."""
        asked = list(self.answers)
        place = len(asked) if self._back_at is None else asked.index(self._back_at)
        return asked[place - 1] if place else None

    @property
    def goes_on(self) -> bool:
        """Whether the questions for the plan are wanted."""
        wanted = self.answers.get(PLAN)
        return bool(wanted and wanted.value) and not self.quick

    @property
    def answered(self) -> int:
        """How many questions about facts have an answer, skipped ones not counted."""
        return sum(1 for name, answer in self.answers.items() if answer and name in self.base.vocabulary)

    @property
    def following(self) -> list[str]:
        """The facts that can follow at most; those for the plan once they are wanted."""
        return self.left_for_plan if self.goes_on else self.matter

    @property
    def left_for_plan(self) -> list[str]:
        """What would be asked if the questions for the plan were wanted."""
        return self._open(lambda fact: fact.ask == "core") + self._open(lambda fact: fact.ask == "plan")

    @property
    def values(self) -> Mapping[str, Value]:
        """The known facts, in the order of the vocabulary."""
        return self.case.values

    @property
    def case(self) -> Case:
        """The company as far as it is known."""
        name = self.answers.get(COMPANY)
        known = {fact: answer for fact, answer in self.answers.items() if answer and fact in self.base.vocabulary}
        values = {fact: answer.value for fact, answer in known.items()}
        how = {fact: answer.how for fact, answer in known.items() if answer.how}
        notes = {fact: {"note": answer.note} for fact, answer in known.items() if answer.note}
        codes = {fact: answer.currency for fact, answer in known.items() if answer.currency}
        dated = {fact: value for fact, value in self.given.values.items() if fact == REFERENCE_DATE}
        amounts, currency, rates = in_dollars({**dated, **values}, codes, self.given.money)
        answered = Case(str(name.value) if name else "", amounts, how, notes, currency=currency, rates=rates)
        found = merge(self.given, answered)
        values = {fact: found.values[fact] for fact in self.base.vocabulary.ordered(found.values)}
        return replace(found, company=found.company or NAMELESS, values=values, file=None)

    @property
    def assessment(self) -> Assessment:
        """The assessment of what is known now."""
        if self._assessment is None:
            here = assess(self.base, self.case)
            # An unknown fact that alone turns the process is the example that the search would find.
            if any(is_open(here.case.values, turn.fact) for turn in here.strength.on):
                self._assessment = replace(here, settled_by="example", next_questions=most_telling(here))
            else:
                self._assessment = search_settled(here)
        return self._assessment

    @property
    def turns(self) -> list[Turn]:
        """The answers that alone turn the process, in the order of the next questions."""
        a = self.assessment
        order = {question.fact: place for place, question in enumerate(a.next_questions)}

        def place(turn: Turn) -> int:
            return min((order[part] for part in a.base.facts_behind([turn.fact]) if part in order), default=len(order))

        return sorted((turn for turn in a.strength.on if not self._is_told(turn.fact)), key=place)

    @property
    def correctable(self) -> list[str]:
        """What can be corrected, in the order asked: what was answered or skipped, then the facts given beforehand."""
        asked = [name for name in self.answers if name != PLAN]
        return asked + [name for name in self.given.values if name in self.base.vocabulary.facts and name not in asked]

    def answer(self, name: str) -> Answer | None:
        """The answer to a question, given here or beforehand."""
        if name in self.answers or name not in self.given.values:
            return self.answers.get(name)
        note = self.given.notes.get(name, {}).get("note", "")
        return Answer(self.given.values[name], self.given.how.get(name, ""), note)

    def stake(self, fact: Fact) -> Stake:
        """What an answer can still change, whatever was answered before."""
        known = {name: value for name, value in self.values.items() if name != fact.id}
        without = assess(self.base, Case(NAMELESS, known))
        topics: list[str] = []
        for rule in without.open:
            if fact.id in rule.needs:
                match self.base.knowledge.rules[rule.rule].then:
                    case Advise(topic):
                        topics.append(topic)
                    case Warn():
                        topics += self.base.knowledge.topics_for("pitfalls")
        question = next((question for question in without.next_questions if question.fact == fact.id), None)
        return Stake(question, tuple(dict.fromkeys(topics)), without.settled)

    @property
    def numbering(self) -> tuple[int, int]:
        """The number of the question to ask now, the same when it is asked again, and how many there can be at most."""
        asked = [name for name in self.answers if name in self.base.vocabulary]
        return [*asked, self.question].index(self.question) + 1, len(asked) + len(self.following)

    def event(self, text: str, name: str) -> Event:
        """What a text typed at a question means: an answer, `back`, or `skip`; nothing keeps the earlier answer, a mere note adds
        to it. Raises BadValue saying what was seen and what was expected.
        """
        earlier = self.answer(name)
        if text.lower() == "back":
            if self.before is None:
                raise BadValue(FIRST)
            return Event("back")
        if not text or text.lower() == "skip":
            answer = None if text else earlier
        elif earlier and name in self.base.vocabulary.facts and text.startswith(NOTE.strip()) and len(text.split()) > 1:
            answer = replace(earlier, note=text.removeprefix(NOTE.strip()).strip())
        elif name in self.base.vocabulary.facts:
            answer = self._understood(name, text)
        else:
            answer = Answer(shown(text, 200) if name == COMPANY else sure(text))
        return Event("answer" if answer else "skip", name, answer)

    @property
    def told(self) -> frozenset[str]:
        """The facts that follow from other answers, and so are not asked."""
        if self._told is None:
            company = Company(self.base, self.case.values)
            self._told = frozenset(name for name, tree in follows(self.base).items() if holds(tree, company)[0])
        return self._told

    def _understood(self, name: str, text: str) -> Answer:
        money = self.given.money
        answer = understand(self.base.vocabulary.facts[name], text, money.currency)
        if not answer.currency and name != REFERENCE_DATE:
            return answer
        try:  # an amount that cannot be converted, or a date whose year has quite another rate
            replace(self, answers={**self.answers, name: answer}).case  # noqa: B018
        except BadRate as error:
            raise BadValue(str(error)) from None
        return answer

    def _open(self, wanted: Callable[[Fact], bool]) -> list[str]:
        """The facts wanted that are neither given nor asked yet, nor follow from other answers."""
        return [
            fact.id
            for fact in self.base.vocabulary.facts.values()
            if wanted(fact) and fact.id not in (*self.given.values, *self.answers) and fact.id not in self.told
        ]

    def _is_told(self, name: str) -> bool:
        """Whether nothing that could be asked would tell a fact or number that is not known."""
        unknown = [part for part in self.base.facts_behind([name]) if part not in self.values]
        return bool(unknown) and self.told.issuperset(unknown)

    def _is_private(self, name: str) -> bool:
        return self.base.vocabulary.facts[name].private


def replay(base: Base, given: Case, events: Iterable[Event], *, fixed: bool = False, quick: bool = False) -> Interview:
    """The interview that some events lead to."""
    interview = Interview(base, given, fixed, quick)
    for event in events:
        interview.apply(event)
    return interview
