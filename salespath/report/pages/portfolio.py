"""A portfolio as a whole: counts first, then what is amiss with its companies, what to ask first, and the companies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from salespath.engine import certainty
from salespath.engine.base import Base
from salespath.engine.strength import FIRM, HANGS_ON, OPEN
from salespath.engine.walk import SUMS
from salespath.facts.values import readable
from salespath.facts.vocabulary import DIMENSIONS
from salespath.report.overview import MOST, Counts, Line, Overview
from salespath.report.page import (
    Bars,
    Block,
    Cell,
    Column,
    Heading,
    HeatMap,
    Item,
    Items,
    Level,
    Page,
    Point,
    Quadrant,
    Table,
    Text,
)  # fmt: skip
from salespath.report.words.overlays import switched_off
from salespath.report.words.phrases import NAMES, capitalize, few, number_of, together, value_title
from salespath.report.words.verdict import UNKNOWN, in_short, short_block
from salespath.rules.model import FLAG_LEVELS, PROCESSES, VERDICTS, BlockProcess, Warn

TOP = 40  # companies that are named on a terminal
PAGES = 200  # companies that have a page of their own on paper
DRAWN = 60  # companies that stand in pictures
GROUPS = 50  # groups that are told apart
_FIRST = 5  # flags and questions that are named on a terminal
_ON = 3  # answers that are named on which a verdict hangs
_CUT = "A wider terminal shows what is cut (…) or left out, -o FILE.html all of it."
_SETTLED = "no answer turns it"
_STOP, _FLAG, _NOTE = FLAG_LEVELS
_SHORT = {"not_yet": "not yet", "undetermined": "not decided"}


def page(base: Base, overview: Overview, *, paper: bool = False) -> Page:
    """The page; for a terminal it is brief, and each company has one line. On `paper` it says all, for it can be turned over."""
    whole = overview.whole
    if not whole.companies:
        return Page("No company", (*_nothing(overview), *_switched_off(base, overview)))
    blocks: list[Block] = [*_counts(overview), *_switched_off(base, overview)]
    blocks += _flags(base, whole, paper)
    blocks += _questions(base, whole, paper)
    if overview.by:
        blocks += _groups(base, overview)
    if paper:
        blocks += _pictures(base, overview)
    blocks += _companies(base, overview, paper)
    return Page(f"Portfolio: {number_of(f'{whole.companies:,}', 'company', 'companies')}", tuple(blocks), 120)


def _nothing(overview: Overview) -> Iterator[Block]:
    """What to do where no company could be assessed."""
    if overview.rejected:
        rejected = "the only one was" if overview.rejected == 1 else f"all {overview.rejected:,} were"
        yield Text(f"No company could be assessed: {rejected} rejected. What is wrong is said with its place.")
        said = (
            "Correct them (--rejects FILE.csv keeps them with the reasons), or take what cannot be read as unknown: "
            "--on-error unknown."
        )
    elif overview.left_out:
        yield Text(
            f"No company: the {number_of(overview.left_out, 'row is', 'rows are')} totals, headings and the like."
        )
        said = "Give a row for each company, below a row with the names of facts."
    else:
        yield Text("No company: there is no row below the header.")
        said = (
            "Fill in a row for each company; `salespath facts template --format csv` writes a header with every fact."
        )
    yield Text(said, "Next")


def _switched_off(base: Base, overview: Overview) -> Iterator[Block]:
    """What each folder of rules switched off, and how many companies have another process without that."""
    for overlay in base.knowledge.overlays:
        if overlay.switched_off:
            count, said = overview.whole.companies, switched_off(base, overlay)
            if count and overlay.name in overview.without:
                changed = f"{overview.without[overlay.name]:,} of {count:,} companies"
                said = f"{said}; without it {changed} would have another process"
            yield Text(f"{said}.", tone="warning", apart=True)


def _counts(overview: Overview) -> Iterator[Block]:
    """How many companies have which verdict, how firm the verdicts are, and which rows are not among them."""
    whole = overview.whole
    items = [
        Item(_verdict_count(whole, process), f"{whole.processes[process]:,}", ids=(process,))
        for process in VERDICTS
        if whole.processes[process]
    ]
    wide = max(len(item.label) for item in items)
    yield Items(tuple(Item(i.text, i.label.rjust(wide), ids=i.ids) for i in items), gap=2)
    if overview.without_strength:
        yield Text(
            "Not worked out for so many: how firm each verdict is, and what to ask first (--strength does).", apart=True
        )
    elif whole.strengths:
        yield Text(f"{_firmness(whole)}.", apart=True)
    if overview.rejected or overview.left_out:
        rows = [f"{n:,} {what}" for n, what in ((overview.rejected, "rejected"), (overview.left_out, "left out")) if n]
        count = overview.rejected + overview.left_out
        yield Text(f"Not among them: {' and '.join(rows)} {'row' if count == 1 else 'rows'}.")


def _firmness(counts: Counts) -> str:
    """How many verdicts are how firm; of those that are open, what that means."""
    said: list[str] = []
    for level in (FIRM, HANGS_ON, OPEN):
        if count := counts.strengths[level]:
            what = f"{count:,}" if said else number_of(f"{count:,}", "verdict", "verdicts")
            are, hang, them = ("is", "hangs", "it") if count == 1 else ("are", "hang", "them")
            how = {
                FIRM: f"{are} firm",
                HANGS_ON: f"{hang} on one to five answers",
                OPEN: f"{are} still open: too little is known for sure to rely on {them}",
            }
            said.append(f"{what} {how[level]}")
    return together(said)


def _verdict_count(counts: Counts, process: str) -> str:
    """A verdict, and of how many companies which process goes first or is leaned to."""
    name = _SHORT.get(process) or NAMES[process]
    found = [(side, counts.leads[process, side]) for side in (*NAMES, "") if counts.leads[process, side]]
    sides = [
        f"{NAMES[side]} first" if process == "both" else f"leaning to {NAMES.get(side, 'neither')}" for side, _ in found
    ]
    if process in PROCESSES:
        return name
    if len(found) == 1:
        return f"{name}, {sides[0]}"
    return f"{name}: {', '.join(f'{n:,} {side}' for side, (_, n) in zip(sides, found))}"


# What is amiss, and what to ask


def flag_name(rule: str) -> str:
    """A red flag in a few words, which its id holds: cash before sale."""
    return readable(rule.removeprefix("flag-").replace("-", "_"))


def _flags(base: Base, counts: Counts, paper: bool) -> Iterator[Block]:
    """The red flags, the most frequent first, notes aside."""
    rules = [rule.id for rule, then in base.knowledge.each(Warn) if then.level]
    found = [
        (rule, stop, flag)
        for rule in rules
        if (stop := counts.flags[_STOP, rule]) + (flag := counts.flags[_FLAG, rule])
    ]
    found.sort(key=lambda item: (-item[1] - item[2], -item[1]))
    if not found:
        return
    yield Heading("Red flags")
    if paper:
        bars = {f"{flag_name(rule)}{_stops(stop, flag)}": stop + flag for rule, stop, flag in found}
        ids = tuple(rule for rule, *_ in found)
        yield Bars(bars, counts.companies, "Red flags, and how many companies have them", "Flag", ids=ids)
        items = (Item(f"{base.knowledge.rules[r].because} {_move(base, r)}", flag_name(r), ids=(r,)) for r in ids)
        yield Items(tuple(items), aligned=True)
        return
    named = [(stop + flag, f"{flag_name(rule)}{_stops(stop, flag)}", rule) for rule, stop, flag in found[:_FIRST]]
    yield from _ranked(named, len(found), "flag")


def _stops(stop: int, flag: int) -> str:
    return "" if not stop else " (stop)" if not flag else f" ({stop:,} of them stop)"


def _move(base: Base, rule: str) -> str:
    then = base.knowledge.rules[rule].then
    return then.move if isinstance(then, Warn) else ""


def _questions(base: Base, counts: Counts, paper: bool) -> Iterator[Block]:
    """What to ask first, by how many companies it is the first question of."""
    vocabulary = base.vocabulary
    found = sorted(counts.questions.items(), key=lambda item: (-item[1], vocabulary.places[item[0]]))
    if not found:
        return
    yield Heading("Ask first")
    if paper:
        ids = tuple(name for name, _ in found)
        bars = {vocabulary[name].label: count for name, count in found}
        yield Bars(bars, counts.companies, "What to ask first, and in how many companies", "Answer", ids=ids)
        items = (Item(vocabulary.facts[name].question, vocabulary[name].label, ids=(name,)) for name in ids)
        yield Items(tuple(items), aligned=True)
        return
    yield from _ranked([(n, vocabulary[name].label, name) for name, n in found[:_FIRST]], len(found), "question")


def _ranked(items: Sequence[tuple[int, str, str]], of: int, one: str) -> Iterator[Block]:
    """The first of some things by how often they are there."""
    wide = max(len(f"{count:,}") for count, *_ in items)
    yield Items(tuple(Item(text, f"{count:,}".rjust(wide), ids=(id_,)) for count, text, id_ in items), gap=2)
    if of > len(items):
        yield Text(f"and {number_of(of - len(items), f'more {one}', f'more {one}s')}: -o FILE.html", inset=wide + 2)


# Groups


def _groups(base: Base, overview: Overview) -> Iterator[Block]:
    """The companies by a column, the largest group first; of very many groups the smaller ones together."""
    found = sorted(overview.groups.items(), key=lambda item: (-item[1].companies, item[0].casefold()))
    named = [(name or f"no {overview.by}", counts) for name, counts in found]
    number = len(named)
    if number > GROUPS or overview.others.companies:
        rest = Counts()
        for _, counts in named[GROUPS - 1 :]:
            rest.add(counts)
        rest.add(overview.others)
        more = "more than " if overview.others.companies else ""
        named = [*named[: GROUPS - 1], (f"others ({more}{number - GROUPS + 1:,} groups)", rest)]
    columns = (
        Column(overview.by, share=1, least=10, most=30),
        Column("All", 3, right=True),
        *(Column(_SHORT.get(p) or NAMES[p], w, right=True) for p, w in zip(VERDICTS, (10, 3, 4, 3, 7))),
        Column("Stop", 4, right=True),
        Column("Flag", 4, right=True, beyond=70),
        Column("Ask first", share=1, least=16, beyond=90),
    )
    yield Heading(f"By {overview.by}")
    rows = tuple((name, *_group(base, counts)) for name, counts in named)
    caption = f"Companies by {overview.by}: how many have which verdict, and a stop or flag as gravest"
    yield Table(columns, rows, caption, "-", cut=_CUT)


def _group(base: Base, counts: Counts) -> tuple[Cell, ...]:
    vocabulary = base.vocabulary
    numbers = [counts.companies, *(counts.processes[p] for p in VERDICTS), *(counts.flagged[n] for n in (_STOP, _FLAG))]
    asked = min(counts.questions.items(), key=lambda item: (-item[1], vocabulary.places[item[0]]), default=None)
    first = f"{vocabulary[asked[0]].label} ({asked[1]:,})" if asked else ""
    return (*(f"{n:,}" if n else "" for n in numbers), first)


# Pictures


def _pictures(base: Base, overview: Overview) -> Iterator[Block]:
    """Where companies stand: fit against means, and what speaks for the process of each by dimension."""
    lines = overview.lines[:DRAWN]
    if not lines:
        return
    count = overview.whole.companies
    which = "" if len(lines) == count else f" Drawn are the {len(lines)} most urgent of {count:,} companies."
    yield Heading("Fit and means")
    said = (
        "For the process that is recommended, goes first or is leaned to: does it fit, and can the company run it now?"
    )
    yield Text(said + which)
    fit, means = ([_level(line, name) or Level(0, UNKNOWN) for line in lines] for name in SUMS)
    points = tuple(Point(line.company, across, up, _short_verdict(line)) for line, across, up in zip(lines, fit, means))
    quarters = ("means, but no fit", "fit and means", "neither", "fit, but no means")
    between, caption = "one of them balanced or not known yet", "Fit of the process and means to run it"
    yield Quadrant(points, "Fit", "Means", quarters, caption, between=between, least=certainty.SOME)
    yield Heading("By dimension")
    rows = tuple(tuple(_level(line, dimension) for dimension in DIMENSIONS) for line in lines)
    names = tuple(line.company for line in lines)
    caption = "What speaks for that process, and against it"
    yield HeatMap(names, tuple(map(capitalize, DIMENSIONS)), rows, caption)


def _level(line: Line, name: str) -> Level | None:
    value = line.sums.get((line.subject or PROCESSES[0], name))
    return None if value is None else Level(value, certainty.word(round(value * certainty.SCALE)))


# The companies


def _companies(base: Base, overview: Overview, paper: bool) -> Iterator[Block]:
    """The companies, those first that need attention most."""
    lines, count = overview.lines, overview.whole.companies
    if not lines:
        return
    yield Heading("Companies, the most urgent first" if len(lines) > 1 else "Companies")
    ids = tuple(dict.fromkeys(rule for line in lines for _, rule in line.urgent))
    pages = sum(line.case is not None for line in lines)
    if paper:
        group = (Column(overview.by, 14),) if overview.by else ()
        columns = (
            Column("Company", 18),
            *group,
            Column("Process", 12),
            Column("Motion", 12),
            Column("Strength", least=14),
            Column("In the way", least=14),
            Column("Ask first", least=14),
        )
        rows = tuple(_whole_line(base, line, bool(overview.by)) for line in lines)
        yield Table(columns, rows, "The companies, the most urgent first", "-", ids=ids, onward=pages)
    else:
        columns = (
            Column("Company", share=1, least=12, most=30),
            Column("Process", 20, narrow=(80, 13)),
            Column("Motion", 16, beyond=100),
            Column("Strength", 8),
            Column("Flag, else what to ask", share=1.4, least=16),
        )
        rows = tuple(_short_line(base, line) for line in lines)
        yield Table(columns, rows, empty="-", cut=_CUT, ids=ids)
    if count > len(lines):
        more = f"and {count - len(lines):,} more"
        elsewhere = "-o FILE.csv names all." if overview.most == MOST else "all are named without --top."
        yield Text(f"{more}: {elsewhere}" if paper else f"{more}: --top {count}, or -o FILE.html or .csv")
    if paper and pages < count:
        said = (
            f"A page follows for each of the first {pages:,}; FILE --company NAME -o OUT.html makes one of any other."
        )
        yield Text(said if pages else "FILE --company NAME -o OUT.html makes a page of one company.", tone="aside")


def _short_line(base: Base, line: Line) -> tuple[Cell, ...]:
    flags = [f"{capitalize(level)}: {flag_name(rule)}" for level, rule in line.urgent]
    ask = f"ask {base.vocabulary[line.first_question].label}" if line.first_question else ""
    blocked = f"blocked: {few(found, 1)}" if (found := _blocked(base, line)) else ""
    ask = ask or blocked or (_SETTLED if line.strength else "")
    return (
        line.company,
        _short_verdict(line),
        value_title(base, line.motion),
        readable(line.strength),
        few(flags, 1) or ask,
    )


def _short_verdict(line: Line) -> str:
    if line.process == "undetermined":
        return f"leans {NAMES[line.leaning]}" if line.leaning else _SHORT[line.process]
    if line.process == "not_yet" and line.leaning:
        return f"{_SHORT[line.process]} ({NAMES[line.leaning]})"
    return in_short(line.process, line.lead)


def _blocked(base: Base, line: Line) -> list[str]:
    """What keeps a company from the process that it leans to, or from any."""
    rules = [base.knowledge.rules[id_] for id_ in line.blocks] if line.process == "not_yet" else []
    own = [rule for rule in rules if isinstance(rule.then, BlockProcess) and rule.then.process == line.leaning]
    return list(dict.fromkeys(map(short_block, own or rules)))


def _whole_line(base: Base, line: Line, grouped: bool) -> tuple[Cell, ...]:
    vocabulary = base.vocabulary
    named = few([vocabulary[name].label for name in line.hangs_on], _ON, "; ")
    strength = readable(line.strength) + (f"{' ' if line.strength == HANGS_ON else ': '}{named}" if named else "")
    process = in_short(line.process, line.lead, line.leaning).replace(readable("undetermined"), _SHORT["undetermined"])
    blocked = [f"Blocked: {'; '.join(found)}"] if (found := _blocked(base, line)) else []
    flags = "\n".join([*blocked, *(f"{capitalize(level)}: {flag_name(rule)}" for level, rule in line.urgent)])
    ask = vocabulary[line.first_question].label if line.first_question else _SETTLED if line.strength else ""
    group = (line.group,) if grouped else ()
    return (line.company, *group, process, value_title(base, line.motion), strength, flags, ask)
