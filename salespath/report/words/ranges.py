"""What is said of numbers that are known as ranges only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from salespath.counsel.cautious import cautious, ranged
from salespath.engine.assessment import Assessment
from salespath.engine.company import Company
from salespath.facts import Value
from salespath.facts.values import Range, words
from salespath.report.words.phrases import together


def reckoned(assessment: Assessment, names: Iterable[str]) -> str:
    """A sentence on what is reckoned with for those of some facts that are ranges, or nothing."""
    base, company = assessment.base, Company(assessment.base, assessment.case.values)
    with_, without = [], []
    for name in ranged(company, names):
        term, end = base.vocabulary[name], cautious(company, name)
        if end is None:
            without.append(term.label)
        else:
            with_.append(f"{term.label} {words(term, end)}")
    counts = [f"the cautious end counts: {together(with_)}"] if with_ else []
    counts += [f"{together(without)} {'counts' if len(without) == 1 else 'count'} as not known"] if without else []
    return f"Of what you said as a range, {'; '.join(counts)}." if counts else ""


def unsaid(facts: Mapping[str, Value], names: Iterable[str]) -> str:
    """How some facts are open: not said yet, or not exactly."""
    told = [isinstance(facts.get(name), Range) for name in names]
    return "not said exactly" if all(told) else "not said, or not exactly" if any(told) else "not said yet"
