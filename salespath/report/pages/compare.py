"""Companies, scenarios or results side by side, as a page and as plain data, and what saved results say otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from salespath.counsel.compare import Comparison, Saved, Side, behind_verdict, own_advice, reason
from salespath.engine import certainty, effects
from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.engine.effects import ADVICE, BLOCK, Effect
from salespath.engine.walk import SUMS
from salespath.facts.values import readable, words
from salespath.facts.vocabulary import DIMENSIONS
from salespath.files.problems import WARNING, Problem, shown
from salespath.report.page import Block, Column, Heading, Item, Items, Page, Table, Text
from salespath.report.pages.rules_diff import SHAPES
from salespath.report.plain import Shapes, plain, shape
from salespath.report.plain import document as plain_assessment
from salespath.report.words.currency import in_currency_of
from salespath.report.words.phrases import NAMES, selling, together
from salespath.report.words.verdict import evidence, in_short, two_groups
from salespath.rules.diff import ADDED, CHANGED
from salespath.rules.model import PROCESSES

NOT_SAID = "not said"
LEANS = "leans"
_REASONS = 6


def warnings(sides: Sequence[Side]) -> Iterator[Problem]:
    """What saved results say otherwise than the rules at hand: made by other rules (SP162), or edited (SP163)."""
    for side in sides:
        a, saved = side.assessment, side.saved
        if saved is None:
            continue
        now, receipt = in_short(*a.verdict, leans=LEANS), a.receipt
        hashes = (receipt["rules_sha256"], *(layer.sha256 for layer in receipt["overlays"]))
        changed = f"it said {in_short(*saved.verdict, leans=LEANS)}, and is now {now}"
        if saved.hashes != hashes:
            code, same = "SP162", f"the verdict is the same, {now}" if saved.verdict == a.verdict else changed
            then, today = (
                " + ".join(shown(sha, 13)[:12] or "no hash" for sha in some) for some in (saved.hashes, hashes)
            )
            what = (
                f"the saved result was made by rules {saved.version} ({then}); its facts are assessed "
                f"anew by rules {receipt['rules_version']} ({today}): {same}."
            )
        elif saved.verdict != a.verdict and not side.unread:
            code = "SP163"
            what = f"the same rules give another verdict for these facts than was saved: {changed}. Was it edited?"
        else:
            continue
        yield Problem(code, f"{a.company}: {what}", WARNING, file=a.case.file, line=a.case.line)


@in_currency_of(lambda found: [side.assessment.case for side in found.sides])
def page(found: Comparison) -> Page:
    """The comparison for a reader: verdicts, facts and advice that differ in tables, then through which rules."""
    knowledge = found.sides[0].assessment.base.knowledge
    same = f"; {len(found.same)} known of all are the same" if found.same else ""
    advice = [(knowledge.topics[topic].title, _choices(found, topic)) for topic in found.advice]
    facts = _facts(found)
    blocks = [
        Heading("Verdicts"),
        _verdicts(found),
        Text("Figures are net evidence for enterprise (E) and SMB (S): 0 is balanced, 0.7 clear, 1.6 strong."),
        Heading(f"Facts that differ ({len(found.facts)}{same})"),
        facts if facts.rows else Text("None."),
        Heading(f"Advice that differs ({len(advice)} of {len(knowledge.topics)} topics)"),
        *([_table(found, advice), Text("What all are advised is left out.")] if advice else [Text("None.")]),
    ]
    effects = [(found.against(n), *pair) for n, pair in enumerate(zip(found.sides[1:], found.effects))]
    if found.moments:
        steps = [block for some in effects for block in _step(found, *some)]
        title = f"{found.sides[-1].assessment.company}: {' -> '.join(found.moments)}"
        return Page(title, (*steps, *blocks), widest=140)
    return Page("", (*blocks, *(block for some in effects for block in _effect(*some))), widest=140)


def _step(found: Comparison, first: Side, other: Side, effect: Effect) -> Iterator[Block]:
    """What changed from one time to the next, and what that did to the verdict."""
    places = [found.sides.index(side) for side in (first, other)]
    was, now = (found.moments[place] for place in places)
    vocabulary, changed = first.assessment.base.vocabulary, []
    for name, values in found.facts.items():
        some = (values[place] for place in places)
        old, new = (NOT_SAID if value is None else words(vocabulary[name], value) for value in some)
        if old != new and vocabulary[name].type != "date":
            changed.append(Item(f"{vocabulary[name].label}: {old} -> {new}", ids=(name,)))
    yield Heading(f"{was} -> {now}: what changed")
    yield Items(tuple(changed), inset=2) if changed else Text("No answer.")
    yield from _effect(first, other, effect, f"{was} -> {now}: what it did to the verdict", (was, now))


def _table(found: Comparison, rows: Sequence[tuple[str, Sequence[str]]], ids: Sequence[str] = ()) -> Table:
    """A row for each thing compared, a column for each side."""
    columns = (Column(side.name, least=13, most=34) for side in found.sides)
    cells = tuple((title, *(cell or "-" for cell in row)) for title, row in rows)
    return Table((Column("", width=20), *columns), cells, ids=tuple(ids))


def _verdicts(found: Comparison) -> Table:
    sides = [_verdict(side.assessment) for side in found.sides]
    rows = [(title, [cells[title] for cells in sides]) for title in sides[0]]
    if not any(side.assessment.conflicts for side in found.sides):
        rows.pop()
    return _table(found, rows)


def _verdict(a: Assessment) -> dict[str, str]:
    """What is said of one side, by the title of the row; contradictions last."""

    def signed(process: str, name: str) -> str:
        return certainty.with_sign(a.evidence[process][name], 1)

    cells = {"Process": in_short(*a.verdict, leans=LEANS), "Settled": "yes" if a.settled else "no"}
    for name, p in product(SUMS, PROCESSES):
        cells[f"{name.capitalize()} for {NAMES[p]}"] = evidence(a, p, name, "{word} {figure}")
    for name in DIMENSIONS:
        cells[name.capitalize()] = " ".join(f"{p[0].upper()} {signed(p, name)}" for p in PROCESSES)
    blocked = dict.fromkeys(NAMES[b.process] for b in a.blockers if b.process != "both" or two_groups(a))
    conflicts = (together([readable(value) for value in conflict.values]) for conflict in a.conflicts)
    cells["Blocked for now"] = ", ".join(blocked) or "none"
    cells["Contradictions"] = "; ".join(conflicts) or "none"
    return cells


def _facts(found: Comparison) -> Table:
    vocabulary = found.sides[0].assessment.base.vocabulary
    rows = []
    for name, values in found.facts.items():
        fact = vocabulary[name]
        rows.append((fact.label, [NOT_SAID if value is None else words(fact, value) for value in values]))
    unread = dict.fromkeys(name for side in found.sides for name in side.unread)
    for name in unread:
        cells = [_value_text(side.unread.get(name)) for side in found.sides]
        rows.append((f"{name} (cannot be read, counts for nothing)", cells))
    return _table(found, rows, [*found.facts, *unread])


def _value_text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return NOT_SAID if value is None else str(value)


def _choices(found: Comparison, topic: str) -> list[str]:
    """In words what each side is advised and not every side."""
    a, sides = found.sides[0].assessment, found.advice[topic]
    common = set(sides[0]).intersection(*sides[1:])
    return ["; ".join(_choice(a, topic, c) for c in choices if c not in common) for choices in sides]


def _choice(a: Assessment, topic: str, choice: str) -> str:
    known = a.base.knowledge.topics[topic]
    return a.base.vocabulary[choice].label if known.metrics else (known.choices or {}).get(choice) or readable(choice)


def _effect(
    first: Side, other: Side, effect: Effect, title: str = "", names: tuple[str, str] | None = None
) -> Iterator[Block]:
    """What differs against the first, and through which rules."""
    sides = (first.assessment, other.assessment)
    yield Heading(title or f"{other.name} against {first.name}: through which rules")
    if names:
        first, other = replace(first, name=names[0]), replace(other, name=names[1])
    if not (effect.verdict_changes or effect.items):
        yield Text("Nothing differs in what is recommended.")
        return
    old, new = (in_short(*verdict, leans=LEANS) for verdict in (effect.old, effect.new))
    if effect.verdict_changes:
        yield Text(f"Verdict: {new} instead of {old}. It goes back to:")

        def behind(found: tuple[str, Assessment]) -> Item:
            rule, a = found
            return Item(f"{other.name if a is sides[1] else first.name}: {reason(rule, a)} [{rule}]", ids=(rule,))

        yield from _few(behind_verdict(effect, sides), behind)
    else:
        yield Text(f"The same verdict: {new}.")
    blocks = []
    for item in effect.items:
        if item.kind == BLOCK and (item.about != "both" or any(map(two_groups, sides))):
            where = other.name if item.how == ADDED else first.name
            blocks.append(
                Item(f"Only {where}: {selling(item.about)} is blocked for now. [{item.rule}]", ids=(item.rule,))
            )
    yield Items(tuple(blocks), inset=2)
    own = own_advice(effect)
    if own:
        yield Text("Advice that differs by the answers themselves:")
        yield from _few(own, lambda item: _advice(item, other if item.how == ADDED else first))
    rest = sum(item.kind == ADVICE and item.how != CHANGED for item in effect.items) - len(own)
    if rest:
        yield Text(f"With the verdict {rest} more pieces of advice differ.")


def _few(found: Sequence[Any], item: Callable[[Any], Item]) -> Iterator[Block]:
    """The first of some, and how many there are besides."""
    yield Items(tuple(map(item, found[:_REASONS])), inset=2)
    if len(found) > _REASONS:
        yield Text(f"and {len(found) - _REASONS} more (all with --format json).", inset=4)


def _advice(item: effects.Difference, side: Side) -> Item:
    topic, choice = item.about.split(": ", 1)
    a = side.assessment
    advice = next(advice for advice in a.advice if advice.rules[0] == item.rule)
    back = [rule for rule in item.through if rule != item.rule]
    through = f" through {', '.join(back)}" if back else ""
    title = a.base.knowledge.topics[topic].title
    what = f"Only {side.name}: {title}, {_choice(a, topic, choice)}. {advice.because} [{item.rule}{through}]"
    return Item(what, ids=(item.rule, *back))


# JSON


@in_currency_of(lambda found: [side.assessment.case for side in found.sides])
def document(found: Comparison) -> Any:
    """The same as plain data, each side with its whole assessment; `changes` hold each further one against the first."""
    return plain(found, found.sides[0].assessment.base, _SHAPES)


def _changes(found: Comparison, base: Base) -> Iterator[dict[str, Any]]:
    for n, (side, effect) in enumerate(zip(found.sides[1:], found.effects)):
        yield {"column": side.name, "against": found.against(n).name, **plain(effect, base, SHAPES)}


_SHAPES: Shapes = {
    Comparison: shape("columns:sides moments facts same advice changes", changes=_changes),
    Side: shape(
        "name file:assessment.case.file saved unread assessment",
        assessment=lambda side, base: plain_assessment(side.assessment, table=True),
    ),
    Saved: shape("*verdict rules_version:version rules_sha256", rules_sha256=lambda saved, base: saved.hashes[0]),
}
