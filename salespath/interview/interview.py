"""What to ask next, and what the answers so far amount to. It neither reads nor writes: events in, questions out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment, Question
from salespath.engine.base import Base
from salespath.engine.settle import most_telling, search_settled
from salespath.engine.turning import Turn
from salespath.facts import Case, Fact, Value
from salespath.facts.cases import NAMELESS, merge
from salespath.facts.rates import REFERENCE_DATE, BadRate, in_dollars
from salespath.facts.values import BadValue
from salespath.files.problems import shown
from salespath.interview.answers import Answer, sure, understand
from salespath.rules.model import Advise, Warn

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

    def apply(self, event: Event) -> None:
        """Take in an event."""
        if event.kind in ("answer", "skip"):
            self.answers[event.question] = event.answer
            self._back_at = self._assessment = None
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
        return asked if self.fixed else [item.fact for item in self.assessment.next_questions if item.fact in asked]

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
        codes = {fact: answer.currency for fact, answer in known.items() if answer.currency}
        dated = {fact: value for fact, value in self.given.values.items() if fact == REFERENCE_DATE}
        amounts, currency, rates = in_dollars({**dated, **values}, codes, self.given.money)
        answered = Case(str(name.value) if name else "", amounts, how, currency=currency, rates=rates)
        found = merge(self.given, answered)
        values = {fact: found.values[fact] for fact in self.base.vocabulary.ordered(found.values)}
        return replace(found, company=found.company or NAMELESS, values=values, file=None)

    @property
    def assessment(self) -> Assessment:
        """The assessment of what is known now."""
        if self._assessment is None:
            here = assess(self.base, self.case)
            # An unknown fact that alone turns the process is the example that the search would find.
            if any(turn.fact not in here.case.values for turn in here.strength.on):
                self._assessment = replace(here, settled_by="example", next_questions=most_telling(here))
            else:
                self._assessment = search_settled(here)
        return self._assessment

    def backs(self, fact: str) -> int | None:
        """How many times `back` leads from here to the question about a fact; None where it was not asked."""
        asked = list(self.answers)
        return len(asked) - asked.index(fact) if fact in asked else None

    @property
    def turns(self) -> list[Turn]:
        """The answers that alone turn the process, in the order of the next questions."""
        a = self.assessment
        order = {question.fact: place for place, question in enumerate(a.next_questions)}

        def place(turn: Turn) -> int:
            return min((order[part] for part in a.base.facts_behind([turn.fact]) if part in order), default=len(order))

        return sorted(a.strength.on, key=place)

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

    def event(self, text: str) -> Event:
        """What a text typed at the question asked now means: an answer, `back`, or `skip`; nothing keeps the earlier answer.

        Raises BadValue saying what was seen and what was expected.
        """
        name = str(self.question)
        if text.lower() == "back":
            if self.before is None:
                raise BadValue("This is the first question; there is nothing before it.")
            return Event("back")
        if not text or text.lower() == "skip":
            answer = None if text else self.answers.get(name)
        elif name in self.base.vocabulary.facts:
            answer = self._understood(name, text)
        else:
            answer = Answer(shown(text, 200) if name == COMPANY else sure(text))
        return Event("answer" if answer else "skip", name, answer)

    def _understood(self, name: str, text: str) -> Answer:
        money = self.given.money
        answer = understand(self.base.vocabulary.facts[name], text, money.currency)
        try:  # an amount that cannot be converted, or a date whose year has quite another rate
            replace(self, answers={**self.answers, name: answer}).case  # noqa: B018
        except BadRate as error:
            raise BadValue(str(error)) from None
        return answer

    def _open(self, wanted: Callable[[Fact], bool]) -> list[str]:
        """The facts wanted that are neither given nor asked yet."""
        return [
            fact.id
            for fact in self.base.vocabulary.facts.values()
            if wanted(fact) and fact.id not in self.given.values and fact.id not in self.answers
        ]


def replay(base: Base, given: Case, events: Iterable[Event], *, fixed: bool = False, quick: bool = False) -> Interview:
    """The interview that some events lead to."""
    interview = Interview(base, given, fixed, quick)
    for event in events:
        interview.apply(event)
    return interview
