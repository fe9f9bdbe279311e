"""How the process is sold: a line of it, and its profile."""

from __future__ import annotations

from collections.abc import Iterator

from salespath.engine.assessment import Assessment
from salespath.engine.why import open_values
from salespath.report.page import Block, Heading, Item, Items, Text
from salespath.report.words.phrases import labels, value_title

_SECOND = {"smb": "Large accounts", "enterprise": "Smaller customers"}  # by the process that goes first
_PARTS = {
    "price": "Price",
    "buyers": "Buyers",
    "team": "Team",
    "channels": "Channels",
    "metrics": "Numbers",
    "failure": "Usual failure",
    "not_advised": "Not advised",
}


def line(a: Assessment) -> Iterator[Block]:
    """What it is sold by, in a line; nothing where that is not concluded."""
    profile = a.base.knowledge.motions.get(a.motion or "")
    if profile is None:
        return
    second = f" {_SECOND[a.lead]} by {value_title(a.base, a.second_motion)}." if a.lead and a.second_motion else ""
    lead = "Would be sold by" if a.process == "not_yet" else "Sold by"
    yield Text(
        f"{profile.title} ({profile.in_short}).{second}", lead, ids=a.rules_for("motion"), values={"motion": a.motion}
    )


def part(a: Assessment) -> Iterator[Block]:
    """Its profile, why it is sold so, and what is not said that could change it."""
    profile = a.base.knowledge.motions.get(a.motion or "")
    if profile is None:
        return
    yield Heading(f"How it is sold: {profile.title}")
    because = {fired.rule: fired.because for fired in a.fired}
    yield from (Text(because[rule], ids=(rule,)) for rule in a.rules_for("motion"))
    items = [Item(getattr(profile, name), title) for name, title in _PARTS.items()]
    yield Items(tuple(items), aligned=True)
    still = open_values(a, "motion")
    if still:
        names = a.base.vocabulary.ordered({name for needs in still.values() for name in needs})
        others = ", ".join(value_title(a.base, value) for value in still)
        yield Text(
            f"Not said, and able to make it something else ({others}): {labels(a.base, names)}.", ids=tuple(names)
        )
    yield Text(f"After {', '.join(profile.source)}.", tone="aside")
