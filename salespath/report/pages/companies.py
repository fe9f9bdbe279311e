"""Many companies as a table for a terminal, and the comparison of the two processes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from tabulate import tabulate

from salespath.engine import certainty
from salespath.engine.assessment import Assessment
from salespath.engine.strength import HANGS_ON
from salespath.facts.values import readable
from salespath.report.words.verdict import conditions, lifting, reasons, subject
from salespath.rules.model import PROCESSES, Knowledge, Weigh

_TOP = 3


def table(assessments: Iterable[Assessment], width: int = 120) -> str:
    """One row per company: verdict, fit and means in words (E enterprise, S SMB), how firm it is, the top reasons.

    Below 116 columns the verdict and its leaning share a column, and below 100 nothing is said of means.
    """
    wide, narrow = width >= 116, width < 100
    verdict = ["Process", "Leaning"] if wide else ["Process"]
    headers = ["Company", *verdict, "Fit", *([] if narrow else ["Means"]), "Strength", "Top reasons"]
    limits = [16, 12, 9, 16, 16, 20] if wide else [14, 11, 16, 17] if narrow else [14, 11, 16, 16, 18]
    limits.append(max(11, width - sum(limits) - 2 * len(limits)))  # two blanks between columns
    rows = [
        [cell if "\n" in cell else _wrapped(cell, limit) for cell, limit in zip(_row(a, wide, narrow), limits)]
        for a in assessments
    ]
    return tabulate(rows, headers, tablefmt="simple", disable_numparse=True) + "\n"


def _row(a: Assessment, wide: bool, narrow: bool) -> list[str]:
    process = f"{readable(a.process)}, {readable(a.lead)} first" if a.lead else readable(a.process)
    if wide:
        verdict = [process, readable(a.leaning) if a.leaning else "-"]
    else:
        parts = [process, f"leans {readable(a.leaning)}" if a.leaning else ""]
        verdict = ["\n".join(line for part in parts if part for line in _lines(part, 11))]
    words = [
        "\n".join(f"{p[0].upper()} {certainty.word(a.evidence[p][name])}" for p in PROCESSES)
        for name in ("fit", *(() if narrow else ("means",)))
    ]
    return [a.company, *verdict, *words, strength(a), "; ".join(top_reasons(a))]


def strength(a: Assessment) -> str:
    """How firm the verdict is, in a few words: firm, what lifts its blocks, or what it hangs on."""
    level, on, known = a.strength.level, [turn.fact for turn in a.strength.on], a.strength.known
    few = "" if known.enough else f" ({known.answered} of {known.of} answers)"
    unless = lifting(a)
    if unless:
        said = f"unless {conditions(a.base.vocabulary, unless[:1])}"
        return said if level == HANGS_ON else f"{readable(level)}{few}: {said}"
    more = f" and {len(on) - _TOP} more" if len(on) > _TOP else ""
    named = f"{'; '.join(a.base.vocabulary[name].label for name in on[:_TOP])}{more}"
    return f"{readable(level)}{few}{' ' if level == HANGS_ON else ': ' if named else ''}{named}"


def top_reasons(a: Assessment) -> list[str]:
    """What the verdict rests on most, in a few words each: blocks first, then the weightiest evidence for it."""
    if (
        a.process == "not_yet"
    ):  # a rule's id says in a few words what blocks: smb-not-launched, enterprise-needs-a-seller
        own = [b for b in a.blockers if b.process == a.leaning] or a.blockers
        found = [b.rule.removeprefix(f"{b.process}-").replace("-", " ") for b in own]
    else:
        rules = a.base.knowledge.rules
        items = sorted((i for p in subject(a) for i in reasons(a, p, 1)), key=lambda i: (-i.weight, i.rule))
        then = [rules[item.rule].then for item in items]
        found = [readable(t.line) for t in then if isinstance(t, Weigh)]
    return list(dict.fromkeys(found))[:_TOP]


def _lines(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False) or ["-"]


def _wrapped(text: str, width: int) -> str:
    return "\n".join(_lines(text, width))


def guide(knowledge: Knowledge, width: int = 100) -> str:
    """Enterprise against SMB, point by point, with sources."""
    first = 16
    half = max(24, (width - first - 8) // 2)
    rows = []
    for point in knowledge.guide:
        names = f"[{', '.join(point.source)}]"
        rows.append(
            [_wrapped(point.point, first), _wrapped(point.enterprise, half), _wrapped(f"{point.smb} {names}", half)]
        )
    lines = [knowledge.guide_title, "=" * len(knowledge.guide_title), ""]
    lines.append(tabulate(rows, ["", "Enterprise", "SMB"], tablefmt="simple", disable_numparse=True))
    lines.append("")
    for text, source in knowledge.guide_notes:
        lines.extend(
            textwrap.wrap(f"- {text} [{', '.join(source)}]", width, subsequent_indent="  ", break_on_hyphens=False)
        )
    lines.extend(["", "Sources", "-------"])
    article = knowledge.article
    lines.extend(
        textwrap.wrap(
            f"K01-K55: {article['title']}. {article['author']}, {article['year']}. {article['disclosure']}",
            width,
            subsequent_indent="  ",
        )
    )
    cited_names = {s for p in knowledge.guide for s in p.source} | {
        s for _, sources in knowledge.guide_notes for s in sources
    }
    for name in sorted(cited_names & set(knowledge.sources)):
        cited = knowledge.sources[name]
        if cited.kind != "article":
            year = f", {cited.year}" if cited.year else ""
            soft = "soft " if cited.soft else ""
            text = f"{name}: {cited.title}. {cited.author}{year} ({soft}{cited.kind}). {' '.join(cited.addresses)}"
            lines.extend(
                textwrap.wrap(text, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
            )
    return "\n".join(line.rstrip() for line in lines) + "\n"


def listing(rows: Sequence[Sequence[str]], headers: Sequence[str], widths: Sequence[int]) -> str:
    """A plain table whose cells are wrapped."""
    wrapped = [[_wrapped(cell, limit) for cell, limit in zip(row, widths)] for row in rows]
    return tabulate(wrapped, headers, tablefmt="simple", disable_numparse=True) + "\n"
