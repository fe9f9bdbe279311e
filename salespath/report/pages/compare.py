"""Companies, scenarios or results side by side, as a page and as plain data, and what saved results say otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from salespath.counsel.compare import Comparison, Saved, Side, TopicRow, behind_verdict, own_advice
from salespath.engine import certainty, effects
from salespath.engine.assessment import Assessment
from salespath.engine.compile import Base
from salespath.engine.effects import ADVICE, BLOCK, Effect
from salespath.engine.walk import SUMS
from salespath.facts.values import readable, words
from salespath.facts.vocabulary import DIMENSIONS
from salespath.files.problems import WARNING, Problem, shown
from salespath.report.page import Block, Column, Heading, Item, Items, Page, Table, Text
from salespath.report.pages.rules_diff import SHAPES
from salespath.report.plain import Shapes, plain, shape
from salespath.report.plain import document as plain_assessment
from salespath.report.words.phrases import NAMES, selling, together
from salespath.report.words.verdict import in_short, two_groups
from salespath.rules.diff import ADDED, CHANGED
from salespath.rules.model import PROCESSES, BlockProcess

NOT_SAID = "not said"
LEANS = "leans"
_REASONS = 6
_VERDICT_ROWS = (
    "Process",
    "Settled",
    *(f"{name} for {NAMES[p]}".capitalize().replace("smb", "SMB") for name in SUMS for p in PROCESSES),
    *(d.capitalize() for d in DIMENSIONS),
    "Blocked for now",
)


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
            same = f"the verdict is the same, {now}" if saved.verdict == a.verdict else changed
            what = (
                f"{a.company}: the saved result was made by rules {saved.version} ({_short(saved.hashes)}); its facts are assessed "
                f"anew by rules {receipt['rules_version']} ({_short(hashes)}): {same}."
            )
            yield Problem("SP162", what, WARNING, file=a.case.file, line=a.case.line)
        elif saved.verdict != a.verdict and not side.unread:
            what = f"{a.company}: the same rules give another verdict for these facts than was saved: {changed}. Was it edited?"
            yield Problem("SP163", what, WARNING, file=a.case.file, line=a.case.line)


def _short(hashes: Sequence[str]) -> str:
    return " + ".join(shown(sha, 13)[:12] or "no hash" for sha in hashes)


def page(found: Comparison) -> Page:
    """The comparison for a reader: verdicts, facts and advice that differ in tables, then through which rules."""
    knowledge = found.sides[0].assessment.base.knowledge
    same = f"; {len(found.same)} known of all are the same" if found.same else ""
    differs = f"Advice that differs ({len(found.topics)} of {len(knowledge.topics)} topics)"
    advice = [_table(found, [(knowledge.topics[row.topic].title, _choices(found, row)) for row in found.topics])]
    blocks = [
        Heading("Verdicts"),
        _verdicts(found),
        Text("Figures are net evidence for enterprise (E) and SMB (S): 0 is balanced, 0.7 clear, 1.6 strong."),
        Heading(f"Facts that differ ({len(found.rows)}{same})"),
        _facts(found) if found.rows or found.unread else Text("None."),
        Heading(differs),
        *([*advice, Text("What all are advised is left out.")] if found.topics else [Text("None.")]),
    ]
    for side, effect in zip(found.sides[1:], found.effects):
        blocks.extend(_effect(found.sides[0], side, effect))
    return Page("", tuple(blocks), widest=140)


def _table(found: Comparison, rows: Sequence[tuple[str, Sequence[str]]], ids: Sequence[str] = ()) -> Table:
    """A row for each thing compared, a column for each side."""
    columns = (Column(side.name, least=13, most=34) for side in found.sides)
    cells = tuple((title, *(cell or "-" for cell in row)) for title, row in rows)
    return Table((Column("", width=20), *columns), cells, ids=tuple(ids))


def _verdicts(found: Comparison) -> Table:
    sides = [side.assessment for side in found.sides]
    rows = list(zip(_VERDICT_ROWS, zip(*map(_verdict, sides))))
    if any(a.conflicts for a in sides):
        rows.append(("Contradictions", tuple(map(_conflicts, sides))))
    return _table(found, rows)


def _verdict(a: Assessment) -> list[str]:
    cells = [in_short(*a.verdict, leans=LEANS), "yes" if a.settled else "no"]
    for name in SUMS:
        cells.extend(f"{certainty.word(a.evidence[p][name])} {_signed(a, p, name)}" for p in PROCESSES)
    for dimension in DIMENSIONS:
        cells.append(" ".join(f"{p[0].upper()} {_signed(a, p, dimension)}" for p in PROCESSES))
    blocked = dict.fromkeys(b.process for b in a.blockers if b.process != "both" or two_groups(a))
    return [*cells, ", ".join(NAMES[process] for process in blocked) or "none"]


def _signed(a: Assessment, process: str, name: str) -> str:
    return certainty.signed(a.evidence[process][name], 1)


def _conflicts(a: Assessment) -> str:
    return "; ".join(together([readable(value) for value in conflict.values]) for conflict in a.conflicts) or "none"


def _facts(found: Comparison) -> Table:
    vocabulary = found.sides[0].assessment.base.vocabulary
    rows = [
        (
            vocabulary[row.fact].label,
            [NOT_SAID if value is None else words(vocabulary[row.fact], value) for value in row.values],
        )
        for row in found.rows
    ]
    for name in found.unread:
        cells = [_written(side.unread.get(name)) for side in found.sides]
        rows.append((f"{name} (cannot be read, counts for nothing)", cells))
    return _table(found, rows, [*(row.fact for row in found.rows), *found.unread])


def _written(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return NOT_SAID if value is None else str(value)


def _choices(found: Comparison, row: TopicRow) -> list[str]:
    """In words what each side is advised and not every side."""
    common = set(row.choices[0]).intersection(*row.choices[1:])
    a = found.sides[0].assessment
    return ["; ".join(_choice(a, row.topic, c) for c in choices if c not in common) for choices in row.choices]


def _choice(a: Assessment, topic: str, choice: str) -> str:
    known = a.base.knowledge.topics[topic]
    return a.base.vocabulary[choice].label if known.metrics else (known.choices or {}).get(choice) or readable(choice)


def _effect(first: Side, other: Side, effect: Effect) -> Iterator[Block]:
    """What differs against the first, and through which rules."""
    sides = (first.assessment, other.assessment)
    yield Heading(f"{other.name} against {first.name}: through which rules")
    if not (effect.verdict_changes or effect.items):
        yield Text("Nothing differs in what is recommended.")
        return
    old, new = (in_short(*verdict, leans=LEANS) for verdict in (effect.old, effect.new))
    if effect.verdict_changes:
        yield Text(f"Verdict: {new} instead of {old}. It goes back to:")

        def reason(behind: tuple[str, Assessment]) -> Item:
            rule, a = behind
            because = next(item.because for item in a.fired if item.rule == rule)
            return Item(f"{other.name if a is sides[1] else first.name}: {because} [{rule}]", ids=(rule,))

        yield from _few(behind_verdict(effect, sides), reason)
    else:
        yield Text(f"The same verdict: {new}.")
    rules = first.assessment.base.knowledge.rules
    blocks = []
    for item in effect.items:
        if item.kind == BLOCK and (item.about != "both" or any(map(two_groups, sides))):
            where = other.name if item.how == ADDED else first.name
            then = rules[item.rule].then
            assert isinstance(then, BlockProcess)
            blocks.append(
                Item(f"Only {where}: {selling(then.process)} is blocked for now. [{item.rule}]", ids=(item.rule,))
            )
    yield Items(tuple(blocks), inset=2)
    own = own_advice(effect)
    if own:
        yield Text("Advice that differs by the answers themselves:")
        yield from _few(own, lambda item: _advice(item, other if item.how == ADDED else first))
    rest = len([item for item in effect.items if item.kind == ADVICE and item.how != CHANGED]) - len(own)
    if rest:
        yield Text(f"With the verdict {rest} more pieces of advice differ.")


def _few(found: Sequence[Any], item: Callable[[Any], Item]) -> Iterator[Block]:
    """The first of some, and how many there are besides."""
    yield Items(tuple(map(item, found[:_REASONS])), inset=2)
    if len(found) > _REASONS:
        yield Text(f"and {len(found) - _REASONS} more (all with --format json).", inset=4)


def _advice(item: effects.Item, side: Side) -> Item:
    topic, choice = item.about.split(": ", 1)
    a = side.assessment
    advice = next(advice for advice in a.advice if advice.rules[0] == item.rule)
    back = [rule for rule in item.through if rule != item.rule]
    through = f" through {', '.join(back)}" if back else ""
    title = a.base.knowledge.topics[topic].title
    what = f"Only {side.name}: {title}, {_choice(a, topic, choice)}. {advice.because} [{item.rule}{through}]"
    return Item(what, ids=(item.rule, *back))


# JSON


def document(found: Comparison) -> Any:
    """The same as plain data, each side with its whole assessment; `changes` hold each further one against the first."""
    return plain(found, found.sides[0].assessment.base, _SHAPES)


def _changes(found: Comparison, base: Base) -> Iterator[dict[str, Any]]:
    for side, effect in zip(found.sides[1:], found.effects):
        yield {"column": side.name, "against": found.sides[0].name, **plain(effect, base, SHAPES)}


_SHAPES: Shapes = {
    Comparison: shape(
        "columns:sides facts same advice changes",
        facts=lambda found, base: {row.fact: row.values for row in found.rows},
        advice=lambda found, base: {row.topic: row.choices for row in found.topics},
        changes=_changes,
    ),
    Side: shape(
        "name file:assessment.case.file saved unread assessment",
        assessment=lambda side, base: plain_assessment(side.assessment, table=True),
    ),
    Saved: shape("*verdict rules_version:version rules_sha256", rules_sha256=lambda saved, base: saved.hashes[0]),
}
