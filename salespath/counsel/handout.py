"""What a handout on one company says, gathered: the assessment, its scorecard, moves, ninety days and money.

Where several people answered or a workshop was held, also what they differ on and what came out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from operator import ge, gt, le, lt

from salespath.counsel.economics.inputs import inputs
from salespath.counsel.economics.other_process import processes_to_show
from salespath.counsel.economics.process_economics import Economics, economics
from salespath.counsel.moves import Moves, planned_moves
from salespath.counsel.ninety_days import NinetyDays, ninety_days
from salespath.counsel.panel import Panel
from salespath.counsel.sensitivity import Sensitivity, sensitivity
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment, Flag, subject
from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.truth_graph import PLAN
from salespath.engine.walk import FIRED, OPEN
from salespath.facts import Case, Value
from salespath.facts.outcomes import Outcome
from salespath.files.problems import Problem, SalespathError
from salespath.rules.language import And, Compare, Condition, Constant, Is, Leaf, Not, Or, Quantity, leaves
from salespath.rules.model import Warn

MONTHS = 36  # that the economics look ahead
STANDINGS = ("stop", "flag", "note", "against", "for", "within", "open")
_COMPARED = {"<": lt, "<=": le, ">": gt, ">=": ge}
_NOT = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True)
class Score:
    """A figure of the company against a limit: of a red flag, or of a reason for or against the `process` of the verdict.

    `standing` is the level of the flag that is raised, `within` its limit, `open` where the `value` is not known, else `for` or
    `against`. By `operator` and `limit` the figure is to be or, of a reason, is: at least so much (`>=`). `limit` is None where the
    flag compares other figures, too. Amounts are US dollars.
    """

    figure: str
    value: Value | None
    limit: float | None
    operator: str
    standing: str
    rule: str
    process: str = ""


@dataclass(frozen=True)
class Handout:
    """Everything that is handed out about one company. `start` is the day on which its plan begins.

    `plan` and `economics` are None where what the company gave for them cannot be used; `problems` say what is wrong.
    """

    assessment: Assessment
    scores: tuple[Score, ...]
    moves: Moves
    plan: NinetyDays | None
    economics: Economics | None
    sensitivity: Sensitivity
    start: date | None = None
    panel: Panel | None = None
    outcome: Outcome | None = None
    problems: tuple[Problem, ...] = ()


def handout(
    base: Base, case: Case, start: date | None = None, *, panel: Panel | None = None, outcome: Outcome | None = None
) -> Handout:
    """What is handed out about a company. Raises SalespathError as `assess` does."""
    return handout_of(assess(base, case), start, panel=panel, outcome=outcome)


def handout_of(
    assessment: Assessment, start: date | None = None, *, panel: Panel | None = None, outcome: Outcome | None = None
) -> Handout:
    """The same of a company that is assessed already."""
    a, moves = assessment, planned_moves(assessment)
    found = Handout(a, scores(a), moves, None, None, sensitivity(a.base, a.case), start, panel, outcome)
    try:
        read = inputs(a.base, a.case, a)
    except SalespathError as error:
        return replace(found, problems=error.problems)
    sold = a.sold_as
    money = economics(a.company, read, MONTHS, [sold]).processes[sold] if sold else None
    shown = processes_to_show(a.process, a.leaning, read)
    return replace(
        found,
        plan=ninety_days(a, moves.chosen, money, read.situation),
        economics=economics(a.company, read, MONTHS, shown, marked=True),
        problems=tuple(read.problems),
    )


# The scorecard


def scores(assessment: Assessment) -> tuple[Score, ...]:
    """The figures of a company against limits, each once: what is amiss first, what is not known last.

    Of several limits of a figure it is that of the gravest flag, else of the weightiest reason, else the nearest. Those of flags
    that would not be raised whatever the figure is are none of the company's.
    """
    a = assessment
    flags = {flag.rule: flag for flag in a.flags}
    found: dict[str, Score] = {}

    def keep(some: Iterable[Score]) -> None:
        for score in some:
            there = found.get(score.figure)
            if there is None or _order(score) < _order(there):
                found[score.figure] = score

    keep(_weighed(a))
    for rule, then in a.base.each(Warn):
        if then.level and then.figure:
            keep([_raised(a, flags[rule.id])] if rule.id in flags else _held(a, rule.id, then))
    return tuple(sorted(found.values(), key=lambda score: STANDINGS.index(score.standing)))


def _order(score: Score) -> tuple[int, float]:
    """A figure that is within its limit comes first where it is nearest; of reasons, the first is kept."""
    within = score.standing == "within" and isinstance(score.value, (int, float)) and score.limit
    far = abs(score.value - score.limit) / abs(score.limit) if within else 0.0  # type: ignore[operator,arg-type]
    return STANDINGS.index(score.standing), far


def _weighed(a: Assessment) -> Iterator[Score]:
    """The figures that speak for or against what is advised or leaned to, the weightiest reasons first."""
    company = Company(a.base, a.case.values)
    for process in subject(a)[:1]:
        for sign, standing in ((-1, "against"), (1, "for")):
            for reason in a.reasons(process, sign):
                true = [leaf for leaf in leaves(a.base.condition(reason.rule)) if _is_test(leaf)]
                for leaf in true:
                    assert isinstance(leaf, Compare)
                    assert isinstance(leaf.left, Quantity)
                    assert isinstance(leaf.right, Constant)
                    value = company.answer(leaf.left.name)
                    if isinstance(value, (int, float)) and _COMPARED[leaf.operator](value, leaf.right.value):
                        yield Score(
                            leaf.left.name, value, leaf.right.value, leaf.operator, standing, reason.rule, process
                        )


def _raised(a: Assessment, flag: Flag) -> Score:
    """A figure for which a flag is raised."""
    same = (
        leaf.operator for leaf in _tests(a, flag.rule, flag.figure) if leaf.right == Constant(flag.threshold or 0.0)
    )
    operator = next(same, "")
    limit = flag.threshold if operator else None
    return Score(flag.figure, flag.value, limit, _NOT.get(operator, ""), flag.level, flag.rule)


def _held(a: Assessment, rule: str, then: Warn) -> Iterator[Score]:
    """A figure that is within its limit, or not known, where the flag would be raised if it were beyond."""
    company = Company(a.base, a.case.values)
    for figure in then.figure:
        value = company.answer(figure)
        limits = [
            (leaf.operator, leaf.right.value)
            for leaf in _tests(a, rule, figure)
            if isinstance(leaf.right, Constant)
            and _status(a, leaf) is not True
            and _holds(a, a.base.condition(rule), leaf)
        ]
        if limits:
            operator = limits[0][0]
            limit = (max if operator in ("<", "<=") else min)(number for _, number in limits)
            yield Score(figure, value, limit, _NOT[operator], "open" if value is None else "within", rule)


def _is_test(leaf: Condition) -> bool:
    """Whether a test compares a figure with a number other than nought."""
    return (
        isinstance(leaf, Compare)
        and isinstance(leaf.left, Quantity)
        and isinstance(leaf.right, Constant)
        and leaf.right.value != 0
        and leaf.operator in _NOT
    )


def _tests(a: Assessment, rule: str, figure: str) -> list[Compare]:
    """Where a flag compares a figure with a number."""
    trees = (a.base.condition(rule), *a.base.raised_when(rule).values())
    tests = (leaf for tree in trees for leaf in leaves(tree) if isinstance(leaf, Compare) and _is_test(leaf))
    return [leaf for leaf in tests if leaf.left == Quantity(figure)]


def _status(a: Assessment, leaf: Leaf | Is) -> bool | None:
    status = a.walked.status(a.base.graph.tree_refs[PLAN, leaf])
    return None if status == OPEN else status == FIRED


def _holds(a: Assessment, tree: Condition, wanted: Leaf) -> bool | None:
    """Whether a condition would be met if one of its tests were; None where that is not known."""
    match tree:
        case And():
            found = [_holds(a, item, wanted) for item in tree.items]
            return False if False in found else None if None in found else True
        case Or():
            found = [_holds(a, item, wanted) for item in tree.items]
            return True if True in found else None if None in found else False
        case Not():
            inner = _holds(a, tree.item, wanted)
            return None if inner is None else not inner
    return True if tree == wanted else _status(a, tree)
