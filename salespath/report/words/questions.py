"""What the answer to a question can still change, in words."""

from __future__ import annotations

from collections.abc import Iterable

from salespath.engine.assessment import Question
from salespath.engine.compile import Base
from salespath.interview.interview import Stake
from salespath.report.words.phrases import either

SELLING = {"enterprise": "enterprise selling", "smb": "SMB selling", "both": "running both at once"}


def why_asked(base: Base, question: Question) -> str:
    """Why a question is asked."""
    knowledge, parts = base.knowledge, []
    if question.lifts:
        parts.append(f"lift what stops {_selling(question.lifts)} now")
    if question.signs:
        sides = [f"{' or '.join(signs)} {SELLING[process]}" for process, signs in question.signs.items()]
        lines = sorted(knowledge.lines[line].title for line in question.lines)
        parts.append(f"count {' and '.join(sides)} ({', '.join(lines)})")
    if question.stops:
        parts.append(f"stop {_selling(question.stops)} for now")
    if not parts:
        parts.append(f"decide whether {either(sorted(knowledge.attributes[name].means for name in question.decides))}")
    return f"It can {', and '.join(parts)}."


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


def _selling(processes: Iterable[str]) -> str:
    return either(sorted(SELLING[process] for process in processes))
