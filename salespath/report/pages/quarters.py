"""Two dates of many companies: counts, whose cash ends, whose verdict or motion changed and through what, who is new or gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from salespath.counsel.quarters import CRITICAL, NEWLY, RUNWAY, WORSE, Alert, Change, Quarters, Standing
from salespath.facts import Case
from salespath.facts.money import USD, in_own_currency
from salespath.facts.rates import own_value
from salespath.facts.values import quantity, readable, words
from salespath.files.problems import NOTE, WARNING, Problem, shown
from salespath.report.page import Block, Column, Heading, Item, Items, Page, Table, Text
from salespath.report.plain import Shapes, plain, round_figure, shape
from salespath.report.words.currency import common_rate
from salespath.report.words.phrases import few, number_of, value_title
from salespath.report.words.verdict import in_short
from salespath.rules.model import MOTION, VERDICTS

NAMED = 25  # companies of a list that are named
EXPLAINED = 8  # companies of which it is said through which facts and rules
_FACTS, _RULES = 4, 3  # facts and rules of one of them
_TOGETHER = 5  # facts named that change something together
_LEAST_NAMED = 10  # companies that a message names
_WHOLE = "Lines are cut to the width; -o FILE.md, .html or .json has them whole."
_COMPANY = Column("Company", least=16, most=36)
_ASK = (
    "Through which facts and rules is not known, as {} no facts, or not all: compare the files that were assessed, or results "
    "written with --columns all."
)
T = TypeVar("T")


def warnings(found: Quarters) -> Iterator[Problem]:
    """What is not compared, or is compared otherwise than it says: SP163, SP181 to SP183."""
    for side, standings, nameless in zip(found.sides, found.standings, found.nameless):
        if side.holds_results and side.cases:
            what = (
                "these are results without all facts, so that it is not known why they changed; give the file that was "
                "assessed, or results written with --columns all."
            )
            yield Problem("SP183", f"{side.label}: {what}", NOTE)
        other = [one for one in standings if one.told and one.told != one.verdict]
        if other:
            then, now = (in_short(*verdict) for verdict in (other[0].told or (), other[0].verdict))
            what = (
                f"the rules at hand give {len(other):,} of the {len(standings):,} companies another verdict than was saved; their "
                f"facts are assessed anew. The first: {shown(other[0].name)} was {then} and is {now}."
            )
            yield Problem("SP163", f"{side.label}: {what}", WARNING)
        if nameless:
            rows = few([_place(case) for case in nameless], _LEAST_NAMED)
            what = f"{number_of(len(nameless), 'company has', 'companies have')} no name, so not compared: {rows}."
            yield Problem("SP182", f"{side.label}: {what}", WARNING)
    for clash in found.clashes:
        names = few([f"{shown(case.company)} ({_place(case)})" for case in clash.cases], _LEAST_NAMED)
        some = (
            "these names mean the same company"
            if len(clash.cases) > 1
            else "another date has several companies of this name"
        )
        what = (
            f"{found.sides[clash.now].label}: {some}, so that none is compared: {names}. Give each a name of its own."
        )
        yield Problem("SP181", what, WARNING)


def _place(case: Case) -> str:
    return f"row {case.row}" if case.row else f"line {case.line}" if case.line else case.company


def page(found: Quarters) -> Page:
    """The page."""
    old, new = (side.label for side in found.sides)
    title = f"{old} -> {new}"
    if not any(side.cases for side in found.sides):
        return Page(title, (*_nothing(found),))
    blocks: list[Block] = [*_counts(found), *_alerts(found)]
    blocks += _changes("Changed verdict", found.verdict, _in_short)
    blocks += _changes("Changed motion, same verdict", found.motion, lambda change: _turn(*_motions(change)))
    if found.strength:
        blocks += _changes(
            "Only firmer or less firm",
            found.strength,
            lambda change: _turn(*(readable(side.strength) for side in (change.old, change.new))),
        )
    blocks += _through(found)
    blocks += _standings(f"New ({len(found.new):,})", found.new)
    blocks += _standings(f"Gone ({len(found.gone):,})", found.gone)
    if not (found.changes or found.new or found.gone):
        what = "ask the companies for what their verdicts hang on: salespath request FILE -o DIR."
        if found.both:
            what = f"make sure that these are two dates; else {what}"
        blocks.append(Text(what, "Next", apart=True))
    return Page(title, tuple(blocks), 140)


def _nothing(found: Quarters) -> Iterator[Block]:
    rejected = sum(len(side.rejected) for side in found.sides)
    said = f"; {number_of(rejected, 'company', 'companies')} could not be read" if rejected else ""
    yield Text(f"No company to compare at either date{said}.")
    yield Text(
        "give two files with a row for each company; `salespath facts template --format csv` begins one.", "Next"
    )


def _counts(found: Quarters) -> Iterator[Block]:
    """How many companies there are, how many of them changed, and how many have which verdict."""
    before, after = (len(side.cases) for side in found.sides)
    yield Text(f"{number_of(f'{before:,}', 'company', 'companies')} then, {after:,} now; {found.both:,} of both.")
    verdict, motion = len(found.verdict), len(found.motion)
    said = (
        [f"{verdict:,} changed verdict", f"{motion:,} changed motion only"]
        if found.changes or not found.both
        else ["nothing changed"]
    )
    if found.strength:
        said.append(f"{len(found.strength):,} only how firm")
    said += [f"{len(found.new):,} new", f"{len(found.gone):,} gone", f"{found.unchanged:,} unchanged"]
    left = sum(len(clash.cases) for clash in found.clashes) + sum(map(len, found.nameless)) + len(found.unread)
    if left:
        said.append(f"{left:,} not compared")
    yield Text(f"{', '.join(said)}.".capitalize())
    if found.unread:
        names = few([shown(name, 60) for name in found.unread], _LEAST_NAMED)
        yield Text(f"There at one date, not to be read at the other: {names}", tone="warning")
    columns = (Column("Verdict", 14), *(Column(title, 6, right=True) for title in ("then", "now", "")))
    counts = [found.counts(now) for now in (False, True)]
    rows = []
    for process in dict.fromkeys([*VERDICTS, *counts[0], *counts[1]]):
        then, now = (some.get(process, 0) for some in counts)
        if then or now:
            rows.append((in_short(process), f"{then:,}", f"{now:,}", f"{now - then:+,}" if now != then else ""))
    yield Table(columns, tuple(rows), "companies by verdict", apart=True)


def _alerts(found: Quarters) -> Iterator[Block]:
    """Whose cash ends soon."""
    side, standings = found.sides[1], found.standings[1]
    if side.holds_results and not any(one.flagged for one in standings):
        yield Text(f"Whose cash ends soon is not known: {side.label} names no red flags.", tone="warning", apart=True)
    if not (found.alerts or found.eased):
        return
    grave = sum(alert.level == CRITICAL for alert in found.alerts)
    new = sum(alert.since in (NEWLY, WORSE) for alert in found.alerts)
    counts = f"{len(found.alerts):,}: {grave:,} critical, {len(found.alerts) - grave:,} caution; {new:,} newly or worse"
    yield Heading(f"Alerts ({counts})")
    columns = (Column("Alert", 8), Column("Since", 11), _COMPANY, Column("Cash lasts", least=14))
    rows = tuple(
        (_level(alert), alert.since or "new company", alert.standing.name, _lasts(alert))
        for alert in found.alerts[:NAMED]
    )
    yield Table(columns, rows, empty="-", cut=_WHOLE)
    yield from _more(found.alerts)
    if flag := next((alert.flag for alert in found.alerts if alert.flag), None):
        yield Text(flag.move, "Move")
    if found.eased:
        yield Text(few([one.name for one in found.eased], _LEAST_NAMED), "No longer")


def _level(alert: Alert) -> str:
    return "critical" if alert.level == CRITICAL else "caution"


def _lasts(alert: Alert) -> str:
    under = f"under {quantity(alert.threshold)} months" if alert.threshold else ""
    if alert.months is None:
        return under
    return f"{words(alert.base.vocabulary[RUNWAY], alert.months)}, {under.removesuffix(' months')}"


def _changes(title: str, changes: Sequence[Change], turn: Callable[[Change], str]) -> Iterator[Block]:
    """Companies that changed, one line each: how, and the facts that do it."""
    if not changes:
        return
    yield Heading(f"{title} ({len(changes):,})")
    known = any(change.facts is not None for change in changes) and any(
        change.verdict or change.motion for change in changes
    )
    facts = (Column("Through", least=14),) if known else ()
    columns = (_COMPANY, Column("Then -> now", share=1.4, most=48), *facts)
    rows = ((change.new.name, turn(change), *((_in_brief(change),) if known else ())) for change in changes[:NAMED])
    yield Table(columns, tuple(rows), empty="-", cut=_WHOLE)
    yield from _more(changes)


def _turn(old: str, new: str) -> str:
    return f"{old} -> {new}"


def _in_short(change: Change) -> str:
    """How a verdict changed; which process is leaned to or goes first, only where that is all that changed."""
    old, new = change.old.verdict, change.new.verdict
    if old.process != new.process:
        return _turn(in_short(old.process), in_short(new.process))
    return _turn(_verdict(change.old), _verdict(change.new))


def _verdict(standing: Standing) -> str:
    return in_short(*standing.verdict, leans="leans")


def _motions(change: Change) -> tuple[str, str]:
    old, new = (
        (value_title(change.base, side.motion) if side.motion in _known_motions(change) else readable(side.motion))
        if side.motion
        else "none"
        for side in (change.old, change.new)
    )
    return old, new


def _known_motions(change: Change) -> Sequence[str]:
    attribute = change.base.knowledge.attributes.get(MOTION)
    return attribute.values if attribute else ()


def _in_brief(change: Change) -> str:
    """The facts that alone make the change; of several that do so only together, how many changed."""
    labels = [change.base.vocabulary[fact.fact].label for fact in change.alone]
    if labels:
        return ", or ".join(labels)
    several = [change.base.vocabulary[fact.fact].label for fact in change.facts or ()]
    return f"together: {few(several, _TOGETHER)}" if several else "no fact changed"


def _through(found: Quarters) -> Iterator[Block]:
    """Through which facts and rules companies changed, the first of them."""
    changes = [*found.verdict, *found.motion]
    lacking = [side.label for side in found.sides if side.holds_results]
    if lacking and found.changes:
        yield Text(
            _ASK.format(f"{' and '.join(lacking)} {'has' if len(lacking) == 1 else 'have'}"), tone="warning", apart=True
        )
    known = [change for change in changes if change.facts is not None]
    if not known:
        return
    yield Heading("Through which facts and rules")
    yield Items(tuple(map(_explained, known[:EXPLAINED])), hang=2)
    if len(known) > EXPLAINED:
        yield Text(f"and {len(known) - EXPLAINED:,} more (all with --format json).", inset=2)


def _explained(change: Change) -> Item:
    """What changed of a company and what that did, with the rules behind it."""
    with in_own_currency(common_rate((change.old.case, change.new.case))):
        what = _turn(_verdict(change.old), _verdict(change.new)) if change.verdict else _turn(*_motions(change))
        lines: list[Item] = []
        facts = change.facts or ()
        for fact in facts[:_FACTS]:
            lines.append(Item(f"{_fact(change, fact.fact, fact.old, fact.new)}{_does(change, fact)}", ids=(fact.fact,)))
        if len(facts) > _FACTS:
            lines.append(Item(f"and {number_of(len(facts) - _FACTS, 'fact', 'facts')} more"))
        through = change.through
        lines += [
            Item(f"{'Now' if t.now else 'Then'}: {t.because} [{t.rule}]", ids=(t.rule,))
            for t in islice(through, _RULES)
        ]
        if len(through) > _RULES:
            lines.append(Item(f"and {number_of(len(through) - _RULES, 'rule', 'rules')} more"))
    return Item(what, lead=change.new.name, under=(Items(tuple(lines)),))


def _fact(change: Change, name: str, old: Any, new: Any) -> str:
    fact = change.base.vocabulary[name]
    values = ["not said" if value is None else words(fact, value) for value in (old, new)]
    same = " (at another rate)" if values[0] == values[1] and fact.type == "money" else ""
    return f"{fact.label}: {values[0]} -> {values[1]}{same}"


def _does(change: Change, fact: Any) -> str:
    """What a fact does that is put back alone."""
    if change.verdict:
        return "; as before, this alone would give the old verdict" if fact.verdict else ""
    return "; as before, this alone would give the old motion" if fact.motion else ""


def _standings(title: str, some: Sequence[Standing]) -> Iterator[Block]:
    if some:
        yield Heading(title)
        rows = tuple((one.name, _verdict(one)) for one in some[:NAMED])
        yield Table((_COMPANY, Column("Verdict")), rows, empty="-", cut=_WHOLE)
        yield from _more(some)


def _more(some: Sequence[T]) -> Iterator[Block]:
    if len(some) > NAMED:
        yield Text(f"and {len(some) - NAMED:,} more (all with --format json).")


# JSON


def document(found: Quarters) -> Any:
    """The same as plain data, every company that changed with its facts and rules; those that did not are counted."""
    found.explain()
    data = {
        "old": _side(found, False),
        "new": _side(found, True),
        "both": found.both,
        "unchanged": found.unchanged,
        "alerts": found.alerts,
        "eased": found.eased,
        "verdict_changes": found.verdict,
        "motion_changes": found.motion,
        "strength_changes": found.strength,
        "new_companies": found.new,
        "gone_companies": found.gone,
        "not_compared": {
            "same_name": [[case.company for case in clash.cases] for clash in found.clashes],
            "no_name": [_place(case) for side in found.nameless for case in side],
            "unread": found.unread,
        },
    }
    return plain(data, found.base, _SHAPES)


def _side(found: Quarters, now: bool) -> dict[str, Any]:
    side = found.sides[now]
    return {
        "label": side.label,
        "companies": len(side.cases),
        "facts_known": not side.holds_results,
        "processes": {process: count for process, count in found.counts(now).items() if count},
    }


def _facts_data(change: Change, base: Any) -> Any:
    """The facts that changed, amounts in the company's own currency at each date."""
    if change.facts is None:
        return None
    cases = (change.old.case, change.new.case)
    found = []
    for fact in change.facts:
        money = base.vocabulary[fact.fact].type == "money"
        old, new = (
            own_value(value, case.rate) if money and value is not None else value
            for value, case in zip((fact.old, fact.new), cases)
        )
        found.append(
            {"fact": fact.fact, "old": old, "new": new, "alone": fact.verdict if change.verdict else fact.motion}
        )
    return found


def _through_data(change: Change, base: Any) -> Any:
    with in_own_currency(common_rate((change.old.case, change.new.case))):
        return [{"rule": t.rule, "because": t.because, "now": t.now} for t in change.through]


_SHAPES: Shapes = {
    Change: shape(
        "company:new.name company_before:old.name currency old new facts through",
        currency=lambda change, base: change.new.case.currency or USD,
        facts=_facts_data,
        through=_through_data,
    ),
    Standing: shape(
        "company:name process:verdict.process lead:verdict.lead leaning:verdict.leaning motion strength alert",
        strength=lambda one, base: one.strength or None,
        alert=lambda one, base: one.alert or None,
    ),
    Alert: shape(
        "company:standing.name level since months threshold",
        months=lambda alert, base: alert.months if alert.months is None else round_figure(alert.months),
        level=lambda alert, base: _level(alert),
        since=lambda alert, base: alert.since or "new_company",
    ),
}
