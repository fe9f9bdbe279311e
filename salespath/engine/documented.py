"""Companies whose outcome is known: their labels, and which of their facts to judge them by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from salespath.facts import Case, Portfolio, Value, Vocabulary
from salespath.files.problems import WARNING, Problem, shown, suggestion
from salespath.rules.model import VERDICTS

INFERRED = "inferred"
_NAMED = 5


@dataclass(frozen=True)
class DocumentedCase:
    """A company, the verdict that is documented for it, and those that are as good."""

    case: Case
    label: str
    also: tuple[str, ...] = ()


def documented_cases(portfolio: Portfolio, path: str) -> tuple[list[DocumentedCase], list[Problem]]:
    """The companies with a usable label, and what is wrong with the others: one problem (SP221) if none has a label, else one
    for each (SP222, SP223). A company may name further labels that are as good under `also_accept`.
    """
    found, problems, bare = [], [], []
    for case in portfolio.cases:
        given = case.extra.get("label")
        label = "" if given is None else str(given).strip()
        also = _several(case.extra.get("also_accept"))
        wrong = [word for word in ([label] if label else []) + also if word not in VERDICTS]
        if not label:
            bare.append(case)
        elif not wrong:
            others = tuple(word for word in VERDICTS if word in also and word != label)
            found.append(DocumentedCase(case, label, others))
        for word in wrong:
            what = f"{case.company}: the label {shown(word)} is not one of {', '.join(VERDICTS)}.{suggestion(word, VERDICTS)}"
            problems.append(Problem("SP222", what, file=path, line=case.line, value=shown(word)))
    if bare and not (found or problems):
        what = "no company has a label; put `label: smb` beside its `facts`, or add a column `label`."
        return [], [Problem("SP221", what, file=path)]
    for case in bare:
        what = f"{case.company}: it has no label and is left out."
        problems.append(Problem("SP223", what, file=path, line=case.line))
    return found, problems


def _several(given: object) -> list[str]:
    """One label, a list of them, or several in a cell."""
    items = given if isinstance(given, (list, tuple)) else re.split("[;,]", "" if given is None else str(given))
    return [word for word in (str(item).strip() for item in items) if word]


@dataclass(frozen=True)
class Selection:
    """Which facts to judge companies by: whether to use those that were inferred, and those on how they sell today (which is nearly
    what their label says).
    """

    inferred: bool = True
    motion: bool = True

    def __str__(self) -> str:
        names = {"inferred facts": self.inferred, "facts on how they sell": self.motion}
        left_out = [name for name, used in names.items() if not used]
        return f"all facts but {' and '.join(left_out)}" if left_out else "all facts"

    def of(self, known: Iterable[DocumentedCase], vocabulary: Vocabulary) -> list[DocumentedCase]:
        """The same companies with only these facts."""
        return [replace(item, case=replace(item.case, values=self._values(item.case, vocabulary))) for item in known]

    def _values(self, case: Case, vocabulary: Vocabulary) -> dict[str, Value]:
        """Whoever inferred a fact knew the company, hence how it sells."""
        basis = _basis(case)
        return {
            name: value
            for name, value in case.values.items()
            if (self.inferred or not str(basis.get(name, "")).startswith(INFERRED))
            and (self.motion or name not in vocabulary.motion)
        }


def without_basis(known: Iterable[DocumentedCase], path: str) -> list[Problem]:
    """A warning (SP224) that names the companies which do not say how their facts are known."""
    silent = [item.case.company for item in known if not _basis(item.case)]
    if not silent:
        return []
    rest = f" and {len(silent) - _NAMED} more" if len(silent) > _NAMED else ""
    what = f"no `basis` says how the facts of {', '.join(silent[:_NAMED])}{rest} are known; all of them are used."
    return [Problem("SP224", what, WARNING, file=path)]


def _basis(case: Case) -> Mapping[str, object]:
    basis = case.extra.get("basis")
    return basis if isinstance(basis, Mapping) else {}
