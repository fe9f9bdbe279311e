"""The wall: what a room sees of a workshop, as fragments of HTML. What it says are the words of the report; routes are elsewhere.

It is made of views, each at an address of its own: `/wall/CODE/what-if`. That without a name is the verdict, and changes by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from markupsafe import Markup

from salespath.counsel.compare import Side, compare
from salespath.counsel.panel import Panel
from salespath.counsel.reach.steps import cards
from salespath.counsel.sensitivity import sensitivity
from salespath.engine import certainty
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.engine.walk import SUMS
from salespath.facts import Case, Value
from salespath.facts.money import in_own_currency
from salespath.facts.outcomes import Outcome
from salespath.interview.session import Session
from salespath.report.page import Bar, Block, Heading, Table
from salespath.report.pages import assessment as report
from salespath.report.pages import compare as compare_page
from salespath.report.pages import motion
from salespath.report.pages import outcome as outcome_page
from salespath.report.pages import panel as panel_page
from salespath.report.pages import sensitivity as sensitivity_page
from salespath.report.words.currency import common_rate, rates_text
from salespath.report.words.phrases import NAMES, number_of
from salespath.report.words.questions import why_asked
from salespath.report.words.verdict import evidence, firmness, headline, in_short
from salespath.rules.model import PROCESSES
from salespath.workshop.fragments import blocks, filled, qr
from salespath.workshop.reasoning import reasoning
from salespath.workshop.what_if import Form, over_numbers, what_if

VIEWS = {
    "": "Verdict",
    "disagreements": "Disagreements",
    "what-if": "What if",
    "map": "Map",
    "hangs-on": "Hangs on",
    "scenarios": "Scenarios",
    "reasoning": "Reasoning",
    "agreed": "Agreed",
}
_MOST = 2.5  # net evidence that fills a bar; 1.6 is strong
_WIDE = 100  # of a bar to either side


class RoomLike(Protocol):
    """What the wall needs of a workshop that is open."""

    base: Base
    session: Session
    version: int

    @property
    def case(self) -> Case:
        """The company as the answers have it."""

    @property
    def assessment(self) -> Assessment:
        """What follows for it."""

    @property
    def panel(self) -> Panel | None:
        """Where people disagree; None while that is hidden."""

    @property
    def reasons(self) -> Mapping[str, Mapping[str, str]]:
        """The notes on answers that are not hidden, by what people are called, and by fact."""

    @property
    def outcome(self) -> Outcome:
        """What was agreed."""

    @property
    def answered(self) -> Mapping[int, int]:
        """How many questions each person has answered."""

    @property
    def of(self) -> int:
        """How many there are."""

    @property
    def finished(self) -> Sequence[int]:
        """Who is done."""


def page(
    room: RoomLike,
    code: str,
    view: str = "",
    form: Form = (),
    *,
    token: str = "",
    before: Assessment | None = None,
    link: str = "",
    clock: str = "",
) -> str:
    """A whole page with one view. `token` goes into its forms, people join by `link`, `clock` is HTML of the time that is left.

    Raises KeyError where there is no such view.
    """
    return filled(
        "wall.html",
        company=room.assessment.company,
        code=code,
        view=view,
        views=VIEWS,
        inside=Markup(view_of(room, code, view, form, token=token, before=before, link=link)),
        clock=Markup(clock),
    )


def view_of(
    room: RoomLike,
    code: str,
    view: str,
    form: Form = (),
    *,
    token: str = "",
    before: Assessment | None = None,
    link: str = "",
) -> str:
    """What stands in one view, for a form that was sent if any. Raises KeyError where there is no such view."""
    match view:
        case "":
            return wall(room, before, link)
        case "disagreements":
            return disagreements(room)
        case "what-if":
            return what_if(room.base, room.case, form, code=code, token=token)
        case "map":
            return over_numbers(room.base, room.assessment, form, code=code, token=token)
        case "hangs-on":
            return hangs_on(room)
        case "scenarios":
            return scenarios(room, code=code, token=token)
        case "reasoning":
            return reasoning(room.assessment)
        case "agreed":
            return agreed(room)
    raise KeyError(view)


def counts(room: RoomLike) -> str:
    """How many are done, and how much is answered; nothing where nobody takes part."""
    people = len(room.session.people)
    if not people:
        return ""
    done = f"{len(room.finished)} of {number_of(people, 'person is', 'people are')} done"
    return f"{done}, {sum(room.answered.values())} of {number_of(people * room.of, 'answer', 'answers')} given"


# The verdict


@dataclass(frozen=True)
class _Sum:
    """What speaks for a process, in words and as a bar from `left`, `wide`; `was` are the words of before, if they were others."""

    process: str
    said: str
    was: str
    left: float
    wide: float


def wall(room: RoomLike, before: Assessment | None = None, link: str = "") -> str:
    """The verdict with all that a room looks at; what is otherwise than `before` is marked.

    While a workshop is open and nobody has answered, it says by which `link` people join, too.
    """
    a = room.assessment
    joining = bool(link) and room.session.phase == "open" and not any(room.answered.values())
    with in_own_currency(common_rate([a.case])):
        questions = [(a.base.vocabulary.facts[q.fact].question, why_asked(a.base, q)) for q in a.next_questions[:1]]
        verdict, was = (in_short(*some.verdict) for some in (a, before or a))
        return filled(
            "wall_verdict.html",
            counts=counts(room),
            verdict=verdict,
            was=was if was != verdict else "",
            headline=headline(a),
            firmness=firmness(a),
            motion=blocks(motion.line(a)),
            flags=blocks(report.flags(a, report.FIRST)),
            standing=list(_standing(a, before or a)),
            names=[NAMES[process] for process in PROCESSES],
            legend=report.LEGEND,
            reasons=blocks(report.reasons(a, 0)),
            obstacles=blocks(report.obstacles(a, 1)),
            agreed=blocks(outcome_page.sentence(room.outcome)),
            questions=questions,
            rates=rates_text([a.case], common_rate([a.case])),
            wide=_WIDE,
            link=link if joining else "",
            qr=qr(link) if joining else "",
        )


def _standing(a: Assessment, before: Assessment) -> Iterator[tuple[str, bool, list[_Sum]]]:
    """Fit and means, each with its dimensions below: the title, whether it is a sum of others, and what speaks for each process."""
    for whole, dimensions in SUMS.items():
        for name in (whole, *dimensions):
            yield name.capitalize(), name == whole, [_sum(a, before, process, name) for process in PROCESSES]


def _sum(a: Assessment, before: Assessment, process: str, name: str) -> _Sum:
    said, was = (evidence(some, process, name) for some in (a, before))
    net = max(-_MOST, min(_MOST, certainty.net(a.evidence[process][name]))) / _MOST * _WIDE
    return _Sum(process, said, was if was != said else "", round(_WIDE + min(0, net), 1), round(abs(net), 1))


# Where people differ, what it hangs on, and scenarios


def disagreements(room: RoomLike) -> str:
    """Who said what on that which changes the outcome, by causes; nothing of it while it is hidden."""
    found = None
    if room.panel:
        said = panel_page.deciding(room.base, room.panel, room.reasons) if room.panel.outcomes else ()
        found = blocks(replace(block, level=2) if isinstance(block, Heading) else block for block in said)
    return filled("wall_disagreements.html", found=found, counts=counts(room))


def agreed(room: RoomLike) -> str:
    """What was agreed, if anything was by now."""
    return filled("wall_agreed.html", found=blocks(outcome_page.blocks(room.outcome)))


def hangs_on(room: RoomLike) -> str:
    """What the verdict hangs on, answer by answer, and what to test."""
    found = sensitivity(room.base, room.case)
    said = sensitivity_page.page(found, tuple(cards(room.base, found)))
    return filled("wall_hangs_on.html", title=said.title, found=blocks(map(_without_bars, said.blocks)))


def _without_bars(block: Block) -> Block:
    """A table without the columns of bars, which a terminal draws; their ends stand in another one."""
    if not isinstance(block, Table):
        return block
    kept = [n for n in range(len(block.columns)) if not any(isinstance(row[n], Bar) for row in block.rows)]
    rows = (tuple(row[n] for n in kept) for row in block.rows)
    return replace(block, columns=tuple(block.columns[n] for n in kept), rows=tuple(rows))


def scenarios(room: RoomLike, *, code: str, token: str = "") -> str:
    """The company as it is, and the scenarios that were saved, side by side."""
    base, saved = room.base, room.session.scenarios
    sides = [Side("as it is", room.assessment)]
    sides += [Side(name, assess(base, _scenario(room.case, name, facts))) for name, facts in saved.items()]
    found = compare_page.page(compare(sides)) if saved else None
    verdicts = [(side.name, in_short(*side.assessment.verdict), _firmness(side.assessment)) for side in sides]
    return filled(
        "wall_scenarios.html",
        verdicts=verdicts,
        found=blocks(found.blocks) if found else "",
        saved=list(saved),
        code=code,
        token=token,
    )


def _scenario(case: Case, name: str, facts: Mapping[str, Value]) -> Case:
    """The company with what a scenario supposes of it."""
    return replace(case.trial({**case.values, **facts}), extra={**case.extra, "scenario": name})


def _firmness(a: Assessment) -> str:
    with in_own_currency(common_rate([a.case])):
        return firmness(a)
