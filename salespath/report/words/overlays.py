"""What folders of rules that are laid over the built-in ones have switched off, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.facts.values import readable
from salespath.report.words.phrases import number_of
from salespath.rules.model import Overlay

_KINDS = {
    "block": ("block", "blocks"),
    "weigh": ("piece of evidence", "pieces of evidence"),
    "conclude": ("conclusion", "conclusions"),
    "advise": ("piece of advice", "pieces of advice"),
    "warn": ("warning", "warnings"),
}
FEW = 2  # rules that are named in a line


def switched_off(base: Base, overlay: Overlay, *, whole: bool = False) -> str:
    """What a folder switched off: so switched off 22 blocks. Few rules are named, with `whole` all of them."""
    counts = Counter(base.knowledge.off[id_].kind for id_ in overlay.switched_off)
    what = ", ".join(number_of(counts[kind], *words) for kind, words in _KINDS.items() if counts[kind])
    named = f" ({', '.join(overlay.switched_off)})" if whole or len(overlay.switched_off) <= FEW else ""
    return f"{overlay.name} switched off {what}{named}"


def without(assessment: Assessment, *, whole: bool = False) -> Iterator[str]:
    """A sentence for each folder that switched rules off, with the process that the company has with them."""
    for overlay in assessment.receipt["overlays"]:
        if overlay.switched_off:
            other = f"; without it: {readable(overlay.without)}" if overlay.without else ""
            yield f"{switched_off(assessment.base, overlay, whole=whole)}{other}."
