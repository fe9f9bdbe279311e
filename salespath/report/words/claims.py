"""What the blocks of a page claim, as data: what the rules claim whose texts they show, and what the verdict says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

from salespath.counsel.moves import PlannedMove
from salespath.engine.assessment import Advice, Assessment
from salespath.engine.base import Base
from salespath.engine.intervals import is_open
from salespath.report.page import Block, Item, Items, Tree

_Block = TypeVar("_Block", bound=Block)


def with_claims(base: Base, blocks: Iterable[_Block]) -> tuple[_Block, ...]:
    """The blocks, those that do not say what they claim with the claims of the rules among their ids.

    Where these rules differ on a subject, each speaks for its own part (large accounts, small ones), and the block claims nothing.
    """
    return tuple(_with_claims(base, block) for block in blocks)


def _with_claims(base: Base, block: Any) -> Any:
    if isinstance(block, Items):
        return replace(block, items=with_claims(base, block.items))
    if isinstance(block, Item | Tree) and block.under:
        block = replace(block, under=tuple(_with_claims(base, inner) for inner in block.under))
    claims = rule_claims(base, block.ids) if block.claims is None else None
    return replace(block, claims=claims) if claims else block


def rule_claims(base: Base, ids: Iterable[str]) -> dict[str, str]:
    """What rules claim, where they agree."""
    rules = base.knowledge.rules
    pairs = {pair for id_ in ids if id_ in rules for pair in rules[id_].claims.items()}
    subjects = [subject for subject, _ in pairs]
    return {subject: value for subject, value in sorted(pairs) if subjects.count(subject) == 1}


# What the verdict and the plan say themselves


def verdict_claims(a: Assessment) -> dict[str, str]:
    """What the headline says to do: sell one way or both, now or not yet."""
    if a.process == "undetermined":
        return {}
    if a.process == "not_yet":
        return {"sell_now": "no"}
    sells = {f"sell_{process}": "yes" for process in a.processes}
    return {"sell_now": "yes", **sells}


def firmness_claims(a: Assessment) -> dict[str, str]:
    """Whether one answer that is missing could give another process."""
    return {"missing_turns": "yes" if any(is_open(a.case.values, turn.fact) for turn in a.strength.on) else "no"}


def move_claims(a: Assessment, move: Advice | PlannedMove) -> dict[str, str]:
    """What a move claims by its rules and, of the subjects that say whether somebody is there, by its owner."""
    owner = move.owner.replace(" ", "_")
    there = {owner: "there"} if owner in a.base.knowledge.claims else {}
    return {**rule_claims(a.base, move.rules), **there}
