"""The page on one company: what to do, how sure that is, the choices that everybody gets, and where the company stands.

The brief page comes in versions that leave out more and more, so that a format can choose one; the full page says everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from salespath.counsel.moves import planned_moves
from salespath.counsel.other_side import other_side
from salespath.engine.assessment import Assessment, Blocker, Choice, Fired, Flag, Settlement, subject
from salespath.engine.borders import Near, near
from salespath.engine.walk import SUMS
from salespath.engine.why import close_calls
from salespath.facts.values import readable, threshold, words
from salespath.facts.vocabulary import DIMENSIONS
from salespath.files.problems import NOTE
from salespath.report.page import Block, Column, Heading, Item, Items, Page, Table, Text, section
from salespath.report.pages import grounds, motion, plan, precedents
from salespath.report.words.claims import firmness_claims, verdict_claims, with_claims
from salespath.report.words.currency import in_currency_of
from salespath.report.words.overlays import without
from salespath.report.words.phrases import NAMES, answers, capitalize, either, labels, selling
from salespath.report.words.ranges import unsaid
from salespath.report.words.verdict import conditions, evidence, firmness, headline, two_groups
from salespath.rules.model import OTHER, PROCESSES

FIRST = 3  # moves, blocks and reasons
NEAREST = 2  # borders near which the company stands
EXPLAINED = 4  # the last version with the reason against and what explains the figures
CUT = 6  # the first with two blocks at most
BRIEFEST = 7
_WIDEST = 88
LEGEND = (
    "Net evidence: 0.25 is a hint, 0.7 one strong reason. Product and market make fit (which process suits), the rest means "
    "(can you run it)."
)


def versions(assessment: Assessment, start: date | None = None) -> Iterator[Page]:
    """The page, ever briefer."""
    return (page(assessment, brief, start) for brief in range(BRIEFEST + 1))


@in_currency_of(lambda a, *rest, **more: [a.case])
def page(assessment: Assessment, brief: int = 0, start: date | None = None) -> Page:
    """The page on one company; with the day on which its moves begin, in dates.

    `brief`, to BRIEFEST, leaves out first how each block is remedied, then the lesser reasons, blocks and problems, then borders
    and look-alikes, then on what it rests, then the reason against and what explains the figures, then all but two blocks, the
    figures of flags and the words of problems, last who makes a move until when.
    """
    a, most = assessment, 0 if brief >= CUT else max(1, FIRST - brief)
    blocks: list[Block] = [
        *_top(a, brief),
        *obstacles(a, brief),
        *plan.first_moves(a, FIRST, start, terms=brief < BRIEFEST),
        *reasons(a, brief),
    ]
    blocks += [*_standing(a, brief), *doubts(a, most)]
    if brief <= FIRST:
        blocks += grounds.lines(a, names=not brief, past=brief < FIRST)
    receipt = a.receipt
    layers = "".join(f" with {layer.name} ({layer.sha256[:12]})" for layer in receipt["overlays"])
    engine = "" if receipt["engine"] == "salespath" else f" by {receipt['engine']}"
    end = (
        f"The whole plan, every reason and look-alikes: --full. Rules {receipt['rules_version']}{layers}{engine}; "
        "figures are certainty factors, not likelihoods."
    )
    blocks.append(Text(end, apart=True, values=receipt))
    return Page(a.company, with_claims(a.base, blocks), _WIDEST, underlined=False)


@in_currency_of(lambda a, *rest, **more: [a.case])
def full(assessment: Assessment, start: date | None = None) -> Page:
    """Everything: the page, and all that it leaves out."""
    a, receipt = assessment, assessment.receipt
    blocks: list[Block] = [*_top(a, whole=True), *_settled(a)]
    if a.process == "undetermined":  # what is missing comes first where it is what matters
        blocks += plan.questions(a)
    blocks += [*plan.moves(a, start), *motion.part(a), *obstacles(a), *reasons(a), *opposite(a), *thresholds(a)]
    blocks += [*plan.topics(a), *plan.metrics(a), *plan.pitfalls(a)]
    if a.process != "undetermined":
        blocks += plan.questions(a)
    blocks += [*grounds.part(a), *precedents.part(a), *doubts(a)]
    engine = "" if receipt["engine"] == "salespath" else f" with {receipt['engine']}"
    layers = "".join(f", with {layer.name} ({layer.sha256[:12]})" for layer in receipt["overlays"])
    end = (
        f"salespath {receipt['salespath']}{engine}, rules {receipt['rules_version']} "
        f"({receipt['rules_sha256'][:12]}){layers}. Certainty here is a certainty factor, not a likelihood."
    )
    blocks.append(Text(end, apart=True, values=receipt))
    return Page(a.company, with_claims(a.base, blocks), _WIDEST)


# What both begin with


def _top(a: Assessment, brief: int = 0, *, whole: bool = False) -> Iterator[Block]:
    """The verdict, how sure it is, how it is sold, and the red flags."""
    ids = (*filter(None, a.verdict), *a.rules_for("process"))
    yield Text(headline(a), ids=ids, values=a.verdict._asdict(), claims=verdict_claims(a))
    turning, level = tuple(turn.fact for turn in a.strength.on), a.strength.level
    yield Text(firmness(a), ids=turning, values={"level": level}, claims=firmness_claims(a))
    yield from (Text(said, tone="warning", ids=_off(a)) for said in without(a, whole=whole))
    yield from motion.line(a)
    yield from flags(a, None if whole else FIRST, figures=brief < CUT)
    yield from _choices(a, whole=whole)
    if a.completions:
        yield from _completions(a, a.completions)
    if whole:
        yield from dimensions(a)
        yield Text(LEGEND, tone="aside")


def _off(a: Assessment) -> tuple[str, ...]:
    return tuple(rule for overlay in a.receipt["overlays"] for rule in overlay.switched_off)


def _standing(a: Assessment, brief: int) -> Iterator[Block]:
    """Fit and means of either process with a legend, and the borders near which the company stands."""
    rows = [(name.capitalize(), *(evidence(a, process, name) for process in PROCESSES)) for name in SUMS]
    columns = [Column("", width=8), *(Column(title, least=14, most=20) for title in ("Enterprise", "SMB"))]
    yield Table(tuple(columns), tuple(rows), ruled=False, apart=True, ids=tuple(SUMS))
    if brief <= EXPLAINED:
        yield Text(LEGEND, tone="aside")
        some = near(a.base, a.case.values)[: max(1, NEAREST - brief)] if brief < FIRST else ()
        if some:  # so that no threshold is a cliff
            ids = tuple(item.fact for item in some)
            yield Text(f"Near a border: {'; '.join(border(a, item) for item in some)}.", ids=ids)


def flags(a: Assessment, most: int | None = None, *, figures: bool = True) -> Iterator[Block]:
    """The red flags, the gravest first: without `most` all of them with what answers each, else so many above a note."""
    found = [flag for flag in a.flags if most is None or flag.level != "note"]
    for flag in found[:most]:
        move = f" {flag.move}" if flag.move and most is None else ""
        said = (flag.consequence if most is None else _sentence(flag.consequence)).rstrip(".")
        text = f"{said}{_held(a, flag) if figures else ''}.{move}"
        lead = "Stop" if flag.level == "stop" else "Note" if flag.level == "note" else "Flag"
        yield Text(text, lead, "warning", ids=(flag.rule, *flag.facts), values=flag.facts)
    if most is not None and len(found) > most:
        yield Text(f"and {len(found) - most} more (--full)", inset=2)


def _held(a: Assessment, flag: Flag) -> str:
    """The figure beside the threshold, where the text does not name it."""
    if flag.value is None:
        return ""
    term = a.base.vocabulary[flag.figure]
    value = words(term, flag.value)
    limit = "" if flag.threshold is None else f"; the limit is {threshold(term, flag.threshold)}"
    return "" if value in flag.consequence and not limit else f" ({term.label}: {value}{limit})"


def _completions(a: Assessment, found: Settlement) -> Iterator[Block]:
    """Which processes other answers could lead to, each with an example."""
    yield Text("Not settled: other answers would change it." if found.settled_by == "example" else "Not settled.")
    vocabulary, given, items = a.base.vocabulary, a.case.values, []
    for process, facts in found.examples.items():
        if process != a.process:
            added = {name: facts[name] for name in vocabulary.ordered(facts) if facts[name] != given.get(name)}
            text = f"{readable(process)}, for example with {answers(a.base, added)}"
            items.append(Item(text, ids=(process, *added), values=added))
    yield Items(tuple(items), inset=2)
    if found.excluded:
        yield Text(f"Whatever the answers, it does not become {either([readable(v) for v in found.excluded])}.")
    if found.unproved:
        names = either([readable(v) for v in found.unproved])
        yield Text(f"Whether it can become {names} was not found out.")


def _choices(a: Assessment, *, whole: bool) -> Iterator[Block]:
    """The choices that everybody gets; on the whole page each with its one reason."""
    topics = a.base.knowledge.topics
    for place, (topic, group) in enumerate(groupby(a.choices, key=lambda choice: choice.topic)):
        some = list(group)
        if len({choice.choice for choice in some}) == 1:
            text = f"{_choice(a, some[0])}.{f' {_sentence(some[0].because)}' if whole else ''}"
        else:
            if a.process == "both":
                accounts = {"enterprise": "large accounts"}
                parts = [f"{_choice(a, choice)} for {accounts.get(choice.process, 'small ones')}" for choice in some]
            else:
                parts = [f"if {NAMES[choice.process]}, {_choice(a, choice)}" for choice in some]
            text = f"{'; '.join(parts)}.{f' {topics[topic].why}' if whole else ''}"
        ids = tuple(choice.rule for choice in some)
        yield Text(capitalize(text), topics[topic].title, ids=ids, apart=not place)


def _choice(a: Assessment, choice: Choice) -> str:
    titles = a.base.knowledge.topics[choice.topic].choices or {}
    return titles.get(choice.choice, readable(choice.choice))


def dimensions(a: Assessment) -> Iterator[Block]:
    """The five dimensions, a line each: figure and word for either process."""
    rows = []
    for dimension in DIMENSIONS:
        rows.append((dimension.capitalize(), *(evidence(a, process, dimension) for process in PROCESSES)))
    columns = [Column("", width=8), *(Column(title, least=14, most=20) for title in ("Enterprise", "SMB"))]
    yield Table(tuple(columns), tuple(rows), ruled=False, apart=True, ids=DIMENSIONS)


def border(a: Assessment, item: Near) -> str:
    """One of them: it is SMB with an average contract of $24,999 a year or less (yours: $26,000 a year)."""
    fact = a.base.vocabulary[item.fact]
    unit = f" {fact.unit}" if fact.unit.startswith("a ") else ""
    at, limit = (threshold(fact, number or 0) + unit for number in (item.at, item.limit))
    value = words(fact, item.value) + unit
    beyond = "less" if item.side == "below" else "more"
    bound = f"of {at} or {beyond}" if item.limit is None else f"{item.side} {limit}"
    return f"it is {readable(item.to)} with {fact.label} {bound} (yours: {value})"


def _settled(a: Assessment) -> Iterator[Block]:
    """Fit and means, what else the process can still become, what could stop it, and when to stop."""
    items = []
    for process in PROCESSES:
        fit, means = (evidence(a, process, name, "{word} ({figure})") for name in ("fit", "means"))
        blocked = ", blocked for now" if any(b.process == process for b in a.blockers) else ""
        items.append(Item(f"fit: {fit}; means: {means}{blocked}", NAMES[process], ids=(process,)))
    yield Items(tuple(items), aligned=True, apart=True)
    others = [readable(v) for v in a.possible if v != a.process]
    if a.settled:
        yield Text(
            "Settled: whatever is still missing, and in whatever combination, the process stays.",
            claims={"missing_turns": "no"},
        )
    elif others and not a.completions:
        yield Text(f"Not settled: with several other answers together it can still become {either(others)}.")
    wanted = {*subject(a), *(["both"] if a.process == "both" else [])}
    needs = {name for proviso in a.provisos if proviso.process in wanted for name in proviso.needs}
    if needs and a.process in ("enterprise", "smb", "both"):
        names = a.base.vocabulary.ordered(needs)
        how = capitalize(unsaid(a.case.values, names))
        yield Text(f"{how}, and able to stop it: {labels(a.base, names)}.", ids=tuple(names))
    stops = plan.advice_for(a, "stop")
    if stops and a.process != "undetermined":
        yield Text(f"When to stop or switch: {stops[0].text}", ids=stops[0].rules)


# What stands in the way


def obstacles(a: Assessment, brief: int | None = None) -> Iterator[Block]:
    """What stands in the way of what is advised or leaned to, with what lifts it; else of the other process.

    Without `brief` all of it, with who remedies it.
    """
    about = subject(a) or PROCESSES
    own = [b for b in a.blockers if b.process in about]
    if brief is None:
        found, other = [b for b in a.blockers if b.process != "both" or two_groups(a)], OTHER.get(a.process)
    else:
        found, other = own, None
    if not found:
        return
    yield Heading(f"What stands in the way of {NAMES[other]} selling" if other else "What stands in the way")
    if brief is None:
        yield Items(tuple(_obstacle(b, b.because, *_remedied(a, b)) for b in found), bullet="", hang=2)
        return
    if brief < CUT:  # what an answer alone lifts is not cut
        most = FIRST if brief < FIRST else 1
        said = [b for place, b in enumerate(found) if place < most or b.unless]
    else:
        said = sorted(found, key=lambda b: not b.unless)[: FIRST - 1]
    yield Items(tuple(_obstacle(b, _blocked(a, b, brief)) for b in said))
    if len(found) > len(said):
        yield Text(f"and {len(found) - len(said)} more (--full)", inset=2)


def _obstacle(blocker: Blocker, text: str, *under: Block) -> Item:
    return Item(
        text,
        lead=capitalize(selling(blocker.process)),
        under=under,
        ids=(blocker.rule, *blocker.facts),
        values=blocker.facts,
    )


def _blocked(a: Assessment, blocker: Blocker, brief: int) -> str:
    """A block with what lifts it: the missing answer that does, else the remedy."""
    unless = conditions(a.base.vocabulary, blocker.unless)
    because = _sentence(blocker.because).rstrip(".")
    if unless:
        otherwise = "" if brief else f" Otherwise {blocker.remedy[0].lower()}{blocker.remedy[1:]}"
        return f"{because}, unless {unless}.{otherwise}"
    moved = any(blocker.rule in move.rules for move in planned_moves(a).first)  # then the first moves say it
    return f"{because}.{'' if brief or moved else f' {blocker.remedy}'}{_may(a, blocker)}"


def _may(a: Assessment, blocker: Blocker) -> str:
    return f" What is not known may make up for it: {labels(a.base, blocker.needs)}." if blocker.needs else ""


def _remedied(a: Assessment, blocker: Blocker) -> Iterator[Block]:
    unless = conditions(a.base.vocabulary, blocker.unless)
    lifted = f"Unless {unless}." if unless else _may(a, blocker).strip()
    yield from (Text(text, inset=2) for text in (lifted, f"Remedy ({blocker.owner}): {blocker.remedy}") if text)


# Reasons and doubts


def reasons(a: Assessment, brief: int | None = None) -> Iterator[Block]:
    """The weightiest reasons for what is advised or leaned to, and the strongest one against; without `brief` all of them."""
    about = subject(a)
    for process in (about if brief is None else about[:1]) or PROCESSES:
        speaking, own, rival = a.reasons(process, 1), a.reasons(process, -1), a.reasons(OTHER[process], 1)[:1]
        if speaking:
            most = None if brief is None else max(1, FIRST - brief) if about else 1
            yield from _weighed(f"What speaks for {NAMES[process]} selling", speaking, most)
        if brief is None:
            yield from _weighed(f"What speaks against {NAMES[process]} selling", own)
            if not own:
                yield Text("Nothing you have said.")
        elif (own or rival) and about and brief <= EXPLAINED:
            strongest = max([*own[:1], *rival], key=lambda item: abs(item.weight))
            other = "" if strongest in own else f", for {NAMES[OTHER[process]]} selling"
            text = f"Against{other}: {_sentence(strongest.because)}"
            yield Text(text, hang=6, ids=(strongest.rule, *strongest.facts), values=strongest.facts)


def opposite(a: Assessment) -> Iterator[Block]:
    """The best case against the verdict, beyond what stands under the reasons; it is quoted, so it claims nothing."""
    side = other_side(a)
    if side is None:
        return
    said = f"For {NAMES[side.process]} selling"
    items = [Item(f"{said}: {item.because}", ids=(item.rule, *item.facts), claims={}) for item in side.instead]
    if side.precedent:
        like = precedents.resemblance(side.precedent, a.case.values, a.base.vocabulary)
        items.append(Item(f"{like.title}. {like.did} {capitalize(like.likeness)}", claims={}))
    yield from section("The other side", items)


def _weighed(title: str, found: Sequence[Fired], most: int | None = None) -> Iterator[Block]:
    """Reasons with their shares of the whole; with `most`, so many of them and a sentence of each."""
    total = sum(abs(item.weight) for item in found)
    items = [
        Item(
            item.because if most is None else _sentence(item.because),
            f"{round(100 * abs(item.weight) / total):3d}%",
            ids=(item.rule, *item.facts),
            values=item.facts,
        )
        for item in found[:most]
    ]
    yield from (Heading(title), Items(tuple(items), gap=2))


def thresholds(a: Assessment) -> Iterator[Block]:
    """Figures close to a threshold."""
    for call in close_calls(a):
        fact = a.base.vocabulary[call.fact]
        value, line = words(fact, call.value), threshold(fact, call.threshold)
        text = f"Close to a threshold: {fact.label} is {value}, the line is at {line}"
        yield Text(f"{text}; a little more or less changes one reason.", hang=2, ids=(call.rule, call.fact), claims={})


def doubts(a: Assessment, most: int | None = None) -> Iterator[Block]:
    """What the verdict rests on that is guessed, contradicts itself or cannot be, and what is asked back."""
    how = {kind: [n for n in a.case.values if a.case.how.get(n) == kind] for kind in ("guessed", "estimated")}
    read = {name for fired in a.fired if fired.weight for name in fired.facts}
    soft = {name: kind for kind, names in how.items() for name in names if name in read}
    named = f"{a.company}: "
    doubts: list[tuple[str, tuple[str, ...]]] = [
        (problem.message.removeprefix(named), ()) for problem in a.problems if problem.severity != NOTE
    ]
    doubts += [(found.said, found.facts) for found in a.contradictions if found.kind == "doubtful"]
    if not (a.conflicts or doubts or soft):
        return
    yield Heading("Check these")
    if soft:
        rests = ", ".join(f"{a.base.vocabulary[name].label} ({kind})" for name, kind in soft.items())
        yield Text(f"The verdict rests partly on {rests}.", hang=2, ids=tuple(soft))
    for conflict in a.conflicts:
        values, rules = " and ".join(map(readable, conflict.values)), ", ".join(conflict.rules)
        text = f"Your answers support both {values} ({readable(conflict.about)}): {rules}."
        yield Text(text, hang=2, ids=conflict.rules)
    for text, ids in doubts[:most]:
        yield Text(text, hang=2, ids=ids)
    if most is not None and len(doubts) > most:
        yield Text(f"{'and ' if most else ''}{len(doubts) - most} more (--full)")


def _sentence(text: str) -> str:
    """The first sentence of a text."""
    head, stop, _ = text.partition(". ")
    return head + stop.strip()
