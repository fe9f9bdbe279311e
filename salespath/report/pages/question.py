"""The words of the questionnaire: each question as it is put, its help, and what the answers mean."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from salespath.engine.assessment import Contradiction
from salespath.engine.compile import Base
from salespath.engine.strength import FIRM
from salespath.facts import Fact
from salespath.facts.values import BadValue, readable, words
from salespath.files.problems import shown
from salespath.interview.answers import Answer, how_exactly, how_to_write, understand, yes_or_no
from salespath.interview.interview import COMPANY, PLAN, Interview, Stake
from salespath.report.words.phrases import NAMES, either
from salespath.report.words.questions import why_asked
from salespath.rules.model import PROCESSES

WORDS = "? why back skip save quit"
INTRODUCTION = (
    "Questions about your product, market, capital and team{how}; then a recommendation with its reasons and a plan. "
    "Rough answers will do: about 70k. What you do not know, skip: it counts as unknown, never as no."
)
HOW = {
    True: ", up to {count}",
    False: ", the most telling first, until no other answer can change the outcome (at most {count}, often half as many)",
}
QUICK = (
    "At most {count} question{s}, then the recommendation. Rough answers will do: about 70k. Skip what you do not know; "
    "? explains a question."
)
_NAMED = 3  # answers named in a line
_LINE = 78  # columns, so that it fits a screen of 80 when indented
COMMANDS = (
    ("?", "what the question means and how to answer"),
    ("why", "what your answer can still change"),
    ("back", "return to the question before"),
    ("skip", "leave it unknown"),
    ("save", "where your answers are saved (each is saved at once)"),
    ("quit", "stop here and go on another time"),
)


@dataclass(frozen=True)
class Asked:
    """A question as it is put: heading, text, choices with their meanings, how to answer and what Enter alone
    does; the earlier answer; help and why.
    """

    text: str
    enter: str
    help: str
    why: Callable[[], list[str]]
    hint: str = ""
    heading: str = ""
    progress: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    earlier: str = ""


def asked(interview: Interview, name: str) -> Asked:
    """A question of an interview as it is put now."""
    if name == COMPANY:
        return _company(interview)
    if name == PLAN:
        return _plan(interview)
    fact = interview.base.vocabulary.facts[name]
    known = interview.answers.get(name)
    earlier = in_words(fact, known) if known else ""
    heading, left = f"Question {interview.number}", interview.to_go
    if interview.quick:
        heading, progress = f"{heading} of at most {interview.at_most}", ""
    elif interview.goes_on or interview.fixed:
        left -= name not in interview.answers
        progress = f"{interview.answered} answered, {f'up to {left} more' if left else 'the last one'}"
    else:
        progress = f"{interview.answered} answered, {f'at most {left} matter' if left else 'none matters any more'}"
    return Asked(
        heading=f"{heading} ({fact.dimension})",
        progress=progress,
        text=fact.question,
        choices=tuple((readable(value), meaning) for value, meaning in fact.values.items()),
        hint=how_to_write(fact),
        enter="Enter keeps your answer." if earlier else "Enter skips.",
        help=f"{fact.help} {how_to_write(fact)} {how_exactly(fact)}".rstrip(),
        why=lambda: [fact.why, *at_stake(interview.base, interview.stake(fact))],
        earlier=earlier,
    )


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


def _company(interview: Interview) -> Asked:
    known = interview.answers.get(COMPANY)
    earlier = str(known.value) if known else ""
    return Asked(
        text="What is the company called?",
        enter="Enter keeps your answer." if earlier else "Enter skips.",
        help="Any name you like. It heads the report and helps to find this interview again.",
        why=lambda: ["Nothing depends on the name: it heads the report and helps to find this interview again."],
        earlier=earlier,
    )


def _plan(interview: Interview) -> Asked:
    assessment, left = interview.assessment, interview.left_for_plan
    if assessment.settled:
        state = "Your process is settled: no answer still missing can change it."
    else:
        can = len({question.fact for question in assessment.next_questions} & set(left))
        can_change = f" {can} of those for the plan can still change the recommendation." if can else ""
        done = "The core questions are done." if interview.fixed else "What is left open you have skipped."
        state = f"{done}{can_change}"
    known = interview.answers.get(PLAN)
    default = "yes" if known and known.value else "no"
    return Asked(
        text=f"{state} Go on with the questions for the plan (up to {len(left)})?",
        hint="Write yes or no.",
        enter="Enter: yes." if default == "yes" else "Enter: no, the report now.",
        help="Yes: more questions, which make the plan fit you better. No: the report now, with what is known. You can add "
        "answers later.",
        why=lambda: [
            "The recommendation needs no more. The other answers shape the plan: channels, team, tools and figures."
            if assessment.settled
            else "The other answers shape the plan, and where the recommendation is close they can still tip it."
        ],
        earlier=default if known else "",
    )


def offer(interview: Interview, changed: time.struct_time) -> Asked:
    """Whether to go on with an unfinished interview."""
    when = time.strftime("%Y-%m-%d %H:%M", changed)
    what = f"{interview.case.company}, {answers(interview.answered)}, last changed {when}"
    return Asked(
        text=f"An interview is unfinished: {what}. Go on with it?",
        hint="Write yes or no.",
        enter="Enter: yes.",
        help="Yes: go on with the first question not yet answered. No: begin a new interview; this one is kept.",
        why=lambda: ["You stopped, or were stopped, before the end; nothing of it was lost."],
    )


def going_on(interview: Interview) -> str:
    """What is said when an interview is taken up again."""
    left = f", at most {interview.to_go} to go" if interview.quick else ""
    return f"Going on with {answers(interview.answered)}{left}; `back` leads through them."


def meant(interview: Interview, name: str, text: str) -> Answer:
    """The answer that a text means for a question. Raises BadValue."""
    if name == COMPANY:
        return Answer(shown(text, 200))
    if name == PLAN:
        flag = yes_or_no(text)
        if flag is None:
            raise BadValue(f"{shown(text)} is neither yes nor no. Write yes or no.")
        return Answer(flag)
    return understand(interview.base.vocabulary.facts[name], text)


def noted(interview: Interview, name: str, before: Answer | None, now: Answer | None) -> str:
    """What has been understood, to be read back to the person; nothing for questions that are not about a fact."""
    if name not in interview.base.vocabulary.facts:
        return ""
    fact = interview.base.vocabulary.facts[name]
    if now is None:
        lost = f" Your earlier answer no longer counts: {in_words(fact, before)}." if before else ""
        return f"Skipped: unknown.{lost}"
    meaning = fact.values.get(str(now.value), "") if isinstance(now.value, str) else ""
    said = f"{in_words(fact, now)}{f' - {meaning}' if meaning else ''}"
    if before and before != now:
        return f"Changed from {in_words(fact, before)} to {said}."
    return f"Kept: {said}." if before else f"Noted: {said}."


def contradicted(interview: Interview, found: Contradiction) -> str:
    """What two answers cannot, or can hardly, say together, and how to correct either."""
    begin = "This cannot be" if found.kind == "impossible" else "Worth a second look"
    ways = []
    for name in found.ask:
        times = interview.backs(name) if interview.question else None
        way = "in the file of your answers" if times is None else "`back`" if times == 1 else f"`back` {times} times"
        if name in interview.values:
            ways.append(f"{interview.base.vocabulary[name].label}: {way}")
    return f"{begin}: {found.said} To correct {'; '.join(ways)}."


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
    if a.process == "both":
        return f"both, {NAMES[a.lead]} first" if a.lead else "both"
    lean = f"leaning to {NAMES[a.leaning]}" if a.leaning else ""
    if a.process == "undetermined":
        return lean or "undecided"
    if a.process == "not_yet":
        blockers = [blocker for blocker in a.blockers if blocker.process in ((a.leaning,) if a.leaning else PROCESSES)]
        read = facts.ordered({name for blocker in blockers for name in blocker.facts})
        return f"not yet{f' ({facts[read[0]].label})' if read else ''}{f', {lean}' if lean else ''}"
    return NAMES[a.process]


def in_words(fact: Fact, answer: Answer) -> str:
    """An answer as a person reads it."""
    return f"{words(fact, answer.value)}{f', {answer.how}' if answer.how else ''}"


def answers(count: int) -> str:
    """1 answer, 2 answers."""
    return f"{count} answer{'' if count == 1 else 's'}"
