"""The questionnaire: each question as it is put, its help, and what the answers mean."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from salespath.engine.assessment import Contradiction
from salespath.engine.base import Base
from salespath.engine.strength import FIRM
from salespath.facts import Fact
from salespath.facts.money import USD, Rate, in_own_currency
from salespath.facts.values import readable, words
from salespath.interview.answers import Answer, how_to_write
from salespath.interview.interview import PLAN, Interview, Stake
from salespath.report.page import Block, Item, Items, Text
from salespath.report.words.phrases import NAMES, either, number_of
from salespath.report.words.questions import why_asked
from salespath.report.words.verdict import in_short
from salespath.rules.model import PROCESSES

INTRODUCTION = (
    "Questions about your product, market, capital and team{how}; then a recommendation with its reasons and a plan. "
    "Rough answers will do: about 70k. What you do not know, skip: it counts as unknown, never as no."
)
IN_ORDER = ", up to {count}"
TELLING = ", the most telling first, until no other answer can change the outcome (at most {count}, often half as many)"
QUICK = (
    "At most {count}, then the recommendation. Rough answers will do: about 70k. Skip what you do not know; "
    "? explains a question."
)
NOTE = "A note may follow an answer: 70k # from the CRM."
NAME = "Nothing depends on the name: it heads the report and helps to find this interview again."
ON_A_PAGE = "change it below"  # how an answer is corrected there
_NAMED = 3  # answers named in a line
_LINE = 78  # columns, so that it fits a screen of 80 when indented
COMMANDS = {
    "?": "what the question means and how to answer",
    "why": "what your answer can still change",
    "back": "return to the question before",
    "skip": "leave it unknown",
    "edit": "list your answers and change one",
    "report": "the recommendation with what is known so far",
    "save": "where your answers are saved (each is saved at once)",
    "quit": "stop here and go on another time",
}


@dataclass(frozen=True)
class Asked:
    """A question as it is put, its help, why it is asked, and the earlier answer."""

    text: str
    help: str
    why: Callable[[], list[str]]
    progress: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    hint: str = "Write yes or no."
    enter: str = ""
    earlier: str = ""
    ids: tuple[str, ...] = ()

    @property
    def blocks(self) -> Iterator[Block]:
        """The question with its choices, and what may be typed."""
        if self.progress:
            yield Text(self.progress, apart=True)
        yield Text(self.text, tone="strong", apart=not self.progress, ids=self.ids)
        wide = len(str(len(self.choices)))
        yield _words({f"{place:>{wide}}  {word}": self.choices[word] for place, word in enumerate(self.choices, 1)})
        yield Text(self.hint)
        yield Text(
            f"{self.enter or ('Enter keeps your answer.' if self.earlier else 'Enter skips.')} Or: {' '.join(COMMANDS)}"
        )

    @property
    def explained(self) -> Iterator[Block]:
        """What the question means, and the words that may be typed at any."""
        yield from (Text(self.help), _words(COMMANDS))


def introduction(interview: Interview) -> Iterator[Block]:
    """What is said before the first question."""
    count = len(interview.following)
    if not interview.quick:
        how = (IN_ORDER if interview.fixed else TELLING).format(count=count)
        yield Text(INTRODUCTION.format(how=how))
        yield _words(COMMANDS)
    elif count:
        yield Text(QUICK.format(count=number_of(count, "question", "questions")))


def question(interview: Interview, name: str, *, again: bool = False) -> Asked:
    """The question of an interview as it is put now: that of a fact, COMPANY or PLAN; `again` to correct the answer."""
    fact, known = interview.base.vocabulary.facts.get(name), interview.answer(name)
    if name == PLAN:
        return _plan(interview, known)
    if fact is None:
        help = "Any name you like. It heads the report and helps to find this interview again."
        earlier = str(known.value) if known else ""
        return Asked("What is the company called?", help, lambda: [NAME], hint="", earlier=earlier)
    if again:
        return of_fact(interview, fact, known, f"Correcting an answer ({fact.dimension})")
    number, at_most = interview.numbering
    left = len(interview.following) - (name not in interview.answers and (interview.goes_on or interview.fixed))
    heading = f"Question {number}"
    if interview.quick:
        heading, progress = f"{heading} of at most {at_most}", ""
    elif interview.goes_on or interview.fixed:
        progress = f"  {interview.answered} answered, {f'up to {left} more' if left else 'the last one'}"
    else:
        progress = f"  {interview.answered} answered, {f'at most {left} matter' if left else 'none matters any more'}"
    return of_fact(interview, fact, known, f"{heading} ({fact.dimension}){progress}")


def of_fact(interview: Interview, fact: Fact, known: Answer | None, progress: str) -> Asked:
    """The question about a fact, with what is known of it and what stands above it."""
    return Asked(
        fact.question,
        " ".join(filter(None, (fact.help, how_to_write(fact), how_exactly(fact), NOTE))),
        lambda: [fact.why, *at_stake(interview.base, interview.stake(fact))],
        progress=progress,
        choices={readable(value): meaning for value, meaning in fact.values.items()},
        hint=how_to_write(fact),
        earlier=answer_in_words(fact, known) if known else "",
        ids=(fact.id,),
    )


def which(interview: Interview, names: Sequence[str]) -> Asked:
    """Which of some answers to change."""
    return Asked(
        "Which answer do you want to change?",
        "Type its number. What depends on it is worked out again.",
        lambda: ["An answer can be changed at any time; the earlier one no longer counts then."],
        choices=dict(answers(interview, names)),
        hint=f"Write a number from 1 to {len(names)}.",
        enter="Enter changes none.",
    )


def content() -> Asked:
    """Whether anything is to be corrected, at the end."""
    return Asked(
        "Is anything to be corrected?",
        "edit lists your answers and lets you change one; the recommendation is then worked out again.",
        lambda: ["Your answers are saved; nothing more has to be said."],
        hint="",
        enter="Enter ends.",
    )


def answers(interview: Interview, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Some questions, briefly, each with its answer in words."""
    for name in names:
        fact, known = interview.base.vocabulary.facts.get(name), interview.answer(name)
        if fact is None:
            yield "company's name", str(known.value) if known else "none"
        else:
            yield fact.label, f"{answer_in_words(fact, known)}{_note(known)}" if known else "unknown"


def _note(answer: Answer) -> str:
    return f" ({answer.note})" if answer.note else ""


def _words(meanings: Mapping[str, str]) -> Items:
    return Items(tuple(Item(text, word) for word, text in meanings.items()), aligned=True, inset=2, gap=2)


def _plan(interview: Interview, known: Answer | None) -> Asked:
    assessment, left = interview.assessment, interview.left_for_plan
    if assessment.settled:
        state = "Your process is settled: no answer still missing can change it."
        why = "The recommendation needs no more. The other answers shape the plan: channels, team, tools and figures."
    else:
        can = len({question.fact for question in assessment.next_questions} & set(left))
        can_change = f" {can} of those for the plan can still change the recommendation." if can else ""
        open_ = (
            "What is left open you have skipped, or cannot know yet."
            if interview.told
            else "What is left open you have skipped."
        )
        state = f"{'The core questions are done.' if interview.fixed else open_}{can_change}"
        why = "The other answers shape the plan, and where the recommendation is close they can still tip it."
    default = "yes" if known and known.value else "no"
    return Asked(
        f"{state} Go on with the questions for the plan (up to {len(left)})?",
        "Yes: more questions, which make the plan fit you better. No: the report now, with what is known. You can add "
        "answers later.",
        lambda: [why],
        enter="Enter: yes." if default == "yes" else "Enter: no, the report now.",
        earlier=default if known else "",
    )


def offer(interview: Interview, name: str, changed: time.struct_time) -> Asked:
    """Whether to go on with an unfinished interview."""
    when = time.strftime("%Y-%m-%d %H:%M", changed)
    what = f"{interview.case.company}, {number_of(interview.answered, 'answer', 'answers')}, last changed {when}"
    return Asked(
        f"An interview is unfinished: {what}. Go on with it?",
        f"Yes: go on with the first question not yet answered. No: begin a new interview; this one, {name}, is kept.",
        lambda: ["You stopped, or were stopped, before the end; nothing of it was lost."],
        enter="Enter: yes.",
    )


def other_interview(name: str, differs: str) -> Asked:
    """Whether an interview is meant that belongs to something else than what was given."""
    return Asked(
        f"The interview {name} {differs}. Go on with it all the same?",
        "Yes: go on with it, and let what was given now count from here on. No: it is left as it is; choose another name.",
        lambda: ["One name stands for one interview, so that no answers of two companies are mixed."],
        enter="Enter: no.",
        earlier="no",
    )


def resumption(interview: Interview) -> str:
    """What is said when an interview is taken up again."""
    left = f", at most {len(interview.following)} to go" if interview.quick else ""
    return f"Going on with {number_of(interview.answered, 'answer', 'answers')}{left}; `back` leads through them."


def how_exactly(fact: Fact) -> str:
    """What else may be written."""
    if fact.numeric:
        return "Put `about` before an estimate and `guess` before a guess; the report then says what rests on them."
    return "" if fact.type in ("boolean", "date") else "The beginning of a word is enough."


def at_stake(base: Base, stake: Stake) -> list[str]:
    """What an answer can still change: the verdict, parts of the plan, or nothing."""
    said = []
    if stake.question:
        text = why_asked(base, stake.question)
        said.append(f"With what is known now, {text[0].lower()}{text[1:]}")
    else:
        now = "The process is settled" if stake.settled else "With what is known"
        said.append(f"{now}: no answer to this can change the recommendation any more.")
        if not stake.topics:
            said.append("Nor does any open part of the plan depend on it; you may skip it.")
    if stake.topics:
        titles = (base.knowledge.topics[topic].title for topic in stake.topics)
        said.append(f"It can also change parts of the plan: {', '.join(titles)}.")
    return said


def echo(fact: Fact, before: Answer | None, now: Answer | None) -> str:
    """What has been understood, to be read back to the person."""
    if now is None:
        lost = f" Your earlier answer no longer counts: {answer_in_words(fact, before)}." if before else ""
        return f"Skipped: unknown.{lost}"
    meaning = fact.values.get(str(now.value), "") if isinstance(now.value, str) else ""
    said = f"{answer_in_words(fact, now)}{f' - {meaning}' if meaning else ''}"
    if (
        fact.numeric and now.read and not now.read.endswith(answer_in_words(fact, replace(now, how="")))
    ):  # else it is said anyway
        said += f" ({now.read})"
    said += _note(now)
    if before and before != now:
        return f"Changed from {answer_in_words(fact, before)} to {said}."
    return f"Kept: {said}." if before else f"Noted: {said}."


def contradiction(
    interview: Interview, found: Contradiction, correctable: Collection[str] | None = None, *, how: str = "type edit"
) -> str:
    """What answers cannot, or can hardly, say together, and how to correct them; `correctable` are all that can be, if not more."""
    begin = "This cannot be" if found.kind == "impossible" else "Worth a second look"
    names = interview.correctable if correctable is None else correctable
    labels = [interview.base.vocabulary[name].label for name in found.ask if name in names]
    return f"{begin}: {found.said}{f' To correct {either(labels)}, {how}.' if labels else ''}"


def so_far(interview: Interview) -> str:
    """Where the answers lead by now, and which of the next alone could lead elsewhere; nothing while no fact is known."""
    if not interview.values:
        return ""
    a, facts = interview.assessment, interview.base.vocabulary
    said = f"So far: {_process(interview)}"
    if a.settled and not interview.turns:
        return f"{said}, settled."
    undecided = a.process == "undetermined"
    verb = "decide" if undecided else "turn"
    labels = [facts[turn.fact].label for turn in interview.turns if turn.decides or not undecided]
    if not labels:
        return f"{said}, firm." if a.strength.level == FIRM else f"{said}; no single answer {verb}s it."
    for count in range(min(len(labels), _NAMED), 0, -1):
        rest = [f"{len(labels) - count} more"] if len(labels) > count else []
        line = f"{said}; {either([*labels[:count], *rest])} could {verb} it."
        if len(line) <= _LINE:
            break
    return line


def _process(interview: Interview) -> str:
    """The process that the answers give, with what stands in the way or which way it leans."""
    a, facts = interview.assessment, interview.base.vocabulary
    lean = f"leaning to {NAMES[a.leaning]}" if a.leaning else ""
    if a.process == "undetermined":
        return lean or "undecided"
    if a.process == "not_yet":
        blockers = [blocker for blocker in a.blockers if blocker.process in ((a.leaning,) if a.leaning else PROCESSES)]
        read = facts.ordered({name for blocker in blockers for name in blocker.facts})
        return f"not yet{f' ({facts[read[0]].label})' if read else ''}{f', {lean}' if lean else ''}"
    return in_short(a.process, a.lead)


def answer_in_words(fact: Fact, answer: Answer) -> str:
    """An answer as a person reads it."""
    with in_own_currency(Rate(answer.currency, 1, "", "") if answer.currency not in ("", USD) else None):
        return f"{words(fact, answer.value)}{f', {answer.how}' if answer.how else ''}"
