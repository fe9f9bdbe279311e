"""What a verdict hangs on, in words and as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from salespath.counsel.reach.steps import Card
from salespath.counsel.sensitivity import Hinge, Hinges, Variant
from salespath.engine import certainty
from salespath.engine.compile import Base
from salespath.facts.values import readable, words
from salespath.report.pages.companies import listing
from salespath.report.pages.rules_diff import net
from salespath.report.pages.steps import card_document, write_cards
from salespath.report.pages.whatif import Page, plain, verdict
from salespath.report.words.phrases import NAMES
from salespath.report.words.verdict import OTHER

_BAR = 21  # columns of a bar
_LISTED = 5
_MANY = 4  # turns named in a cell


def text(found: Hinges, cards: Sequence[Card], width: int = 100) -> str:
    """What the verdict hangs on, for a reader: which answers, how each is known, and a table of all that matter."""
    page, a = Page(width), found.assessment
    base = a.base
    page.title(f"{a.company}: what the verdict hangs on")
    page.say(f"Process: {verdict(a.process, a.lead, a.leaning)}.")
    page.say(_summary(found))
    open_ = list(dict.fromkeys(variant.move.fact for variant in found.open if variant.move))
    if open_:
        labels = ", ".join(base.vocabulary[name].label for name in open_[:_LISTED])
        more = f" and {len(open_) - _LISTED} more" if open_[_LISTED:] else ""
        page.say(f"Not said yet, and able to turn it alone: {labels}{more}.")
    if found.hinges:
        _table(page, found)
    write_cards(page, base, cards)
    return page.text()


def _summary(found: Hinges) -> str:
    a = found.assessment
    if not found.hinges:
        return "No answer given so far weighs on it."
    if not found.turning:
        return "It hangs on no single answer: it stays the same if any one of them is a step off, or not known."
    kinds = Counter(hinge.how or "unsaid" for hinge in found.turning)
    names = {
        "guessed": ("a guess", "guesses"),
        "estimated": ("an estimate", "estimates"),
        "measured": ("a measurement", "measurements"),
    }
    parts = []
    for kind, (one, many) in names.items():
        if kinds[kind]:
            parts.append(one if kinds[kind] == 1 else f"{_number(kinds[kind])} {many}")
    if kinds["unsaid"]:
        answer = "answer" if kinds["unsaid"] == 1 else "answers"
        parts.append(f"{_number(kinds['unsaid'])} {answer} that you have not said how you know")
    labels = ", ".join(a.base.vocabulary[hinge.fact].label for hinge in found.turning)
    return f"The verdict hangs on {' and '.join(parts)}: {labels}."


def _number(count: int) -> str:
    return ("one", "two", "three", "four", "five", "six")[count - 1] if count <= 6 else str(count)


def _table(page: Page, found: Hinges) -> None:
    """A row for each fact that matters, the widest range of net evidence first."""
    base, about = found.assessment.base, NAMES[found.process]
    page.lines.append("")
    page.say(
        f"Net evidence is what the fit speaks for {about} selling over {NAMES[OTHER[found.process]]} selling: "
        f"{certainty.signed(found.net, 1)} today. The table shows how far one answer alone moves it, if it is a step off "
        "(the nearest value that the rules tell apart, or one word or member otherwise) or not known."
    )
    page.lines.append("")
    wide = page.width >= 96
    low, high = min(hinge.low for hinge in found.hinges), max(hinge.high for hinge in found.hinges)
    rows = []
    for hinge in found.hinges:
        fact = base.vocabulary[hinge.fact]
        span = f"{certainty.signed(hinge.low, 1)} to {certainty.signed(hinge.high, 1)}"
        if hinge.low == hinge.high:
            span = "the same"
        row = [f"{fact.label}: {words(fact, hinge.value)}", hinge.how or "not said", span]
        if wide:
            row.append(_bar(hinge, found.net, low, high))
        rows.append([*row, _steps(found, hinge), _outcome(found, hinge.unknown)])
    headers = ["Answer", "Known", "Net evidence", *([""] if wide else []), "A step off", "Not known"]
    # two blanks between columns
    fixed = [9, 12, *([_BAR] if wide else [])]
    rest = page.width - sum(fixed) - 2 * (len(headers) - 1)
    parts = [round(rest * 0.37), *fixed, round(rest * 0.39)]
    widths = [*parts, rest - parts[0] - parts[-1]]
    page.lines.extend(listing(rows, headers, widths).splitlines())


def _bar(hinge: Hinge, today: int, low: int, high: int) -> str:
    """The range of net evidence of one fact on the scale of all: `..-----|==..`."""
    if low == high:
        return ""
    scale = (_BAR - 1) / (high - low)
    first, here, last = (round((value - low) * scale) for value in (hinge.low, today, hinge.high))
    return "".join("|" if at == here else "=" if first <= at <= last else "." for at in range(_BAR))


def _steps(found: Hinges, hinge: Hinge) -> str:
    """Which steps turn the verdict, and into what."""
    turned = [step for step in hinge.steps if step in hinge.turning]
    if not turned:
        return "holds"
    parts = [f"{_step(found, hinge, step)}: {verdict(step.process, step.lead)}" for step in turned[:_MANY]]
    return "; ".join(parts) + (f"; and {len(turned) - _MANY} more" if turned[_MANY:] else "")


def _step(found: Hinges, hinge: Hinge, step: Variant) -> str:
    move, fact = step.move, found.assessment.base.vocabulary[hinge.fact]
    assert move is not None
    if move.member:
        gained = isinstance(move.after, frozenset) and move.member in move.after
        return f"{'with' if gained else 'without'} {readable(move.member)}"
    return words(fact, move.after)


def _outcome(found: Hinges, variant: Variant) -> str:
    a = found.assessment
    same = (variant.process, variant.lead) == (a.process, a.lead)
    return "holds" if same else verdict(variant.process, variant.lead)


# JSON


def document(found: Hinges, cards: Sequence[Card]) -> dict[str, Any]:
    """The same as plain data."""
    a = found.assessment
    base: Base = a.base
    return {
        "company": a.company,
        "process": a.process,
        "lead": a.lead,
        "settled": a.settled,
        "about": found.process,
        "net": net(found.net),
        "hangs_on": [hinge.fact for hinge in found.turning],
        "facts": [
            {
                "fact": hinge.fact,
                "value": plain(base, hinge.fact, hinge.value),
                "how": hinge.how or None,
                "holds": hinge.holds,
                "low": net(hinge.low),
                "high": net(hinge.high),
                "steps": [_variant(base, hinge.fact, step) for step in hinge.steps],
                "unknown": _variant(base, hinge.fact, hinge.unknown),
            }
            for hinge in found.hinges
        ],
        "open": [{"fact": v.move.fact, **_variant(base, v.move.fact, v)} for v in found.open if v.move],
        "tests": [card_document(base, card) for card in cards],
    }


def _variant(base: Base, name: str, variant: Variant) -> dict[str, Any]:
    return {
        "value": plain(base, name, variant.value),
        "process": variant.process,
        "lead": variant.lead,
        "net": net(variant.net),
        "means": net(variant.means),
        "rules": list(variant.rules),
    }
