"""What the answer to a question can still change, in words."""

from __future__ import annotations

from collections.abc import Iterable

from salespath.engine.assessment import Question
from salespath.engine.base import Base
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


def _selling(processes: Iterable[str]) -> str:
    return either(sorted(SELLING[process] for process in processes))
