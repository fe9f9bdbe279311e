"""What is compared: the companies of fact files and tables, and results saved as JSON, assessed by the rules at hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from salespath.commands.shared.options import is_table, read_companies
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.compile import Base
from salespath.engine.effects import Verdict
from salespath.facts import Case, Portfolio, Vocabulary, read_case
from salespath.facts.cases import companies as read_nodes
from salespath.facts.values import readable
from salespath.files.nodes import Mapping as MappingNode
from salespath.files.nodes import Node, Scalar, read
from salespath.files.nodes import Sequence as SequenceNode
from salespath.files.problems import WARNING, Problem, SalespathError, shown

_NAMING = (
    "respondent",
    "scenario",
    "date",
    "year",
)  # what tells two records of one company apart, the most telling first


@dataclass(frozen=True)
class Saved:
    """What a result saved as JSON says itself: its verdict, and the version and hashes of the rules that made it."""

    verdict: Verdict
    version: str
    hashes: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """One company, scenario, result or respondent. `unread` holds facts of a saved result that the vocabulary cannot read."""

    name: str
    assessment: Assessment
    saved: Saved | None = None
    unread: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Read:
    """The columns of all files in order, with distinct names; whether they are people's answers about one company; problems."""

    columns: tuple[Column, ...]
    respondents: bool
    problems: tuple[Problem, ...]


def read_columns(base: Base, paths: Sequence[str], respondents: bool | None = None) -> Read:
    """Read and assess what is compared. A company with an error is left out.

    `respondents` None finds out: records of one company at one time, none of them a saved result, are several people's answers.
    Warnings: facts of a saved result that the vocabulary cannot read (SP161), other rules (SP162) or an edited verdict (SP163),
    respondents about different companies (SP165). Fewer than two companies are an error (SP164).
    """
    found: list[Column] = []
    problems: list[Problem] = []
    for path in paths:
        portfolio = _read(base, path)
        problems.extend(portfolio.problems)
        for case in portfolio.cases:
            column = Column(case.company, assess(base, case), _saved(case), case.extra.get(_UNREAD, {}))
            problems.extend([*column.assessment.problems, *_warnings(column)])
            found.append(column)
    if len(found) < 2:
        what = (
            f"found {'one company' if found else 'no company'} to compare; give two or more, in one file or in several."
        )
        problems.append(Problem("SP164", what, file=paths[0] if len(paths) == 1 else None))
    cases = [column.assessment.case for column in found]
    companies = dict.fromkeys(case.company for case in cases if not _unnamed(case))
    if respondents and len({name.casefold() for name in companies}) > 1:
        what = f"these answers are about {', '.join(companies)}; they are taken as answers about one company."
        problems.append(Problem("SP165", what, WARNING))
    people = _one_company(found) if respondents is None else respondents
    named = tuple(replace(column, name=name) for column, name in zip(found, _names(cases, respondents=people)))
    return Read(named, people, tuple(problems))


def _one_company(found: Sequence[Column]) -> bool:
    cases = [column.assessment.case for column in found]
    moments = {(case.company.casefold(), str(case.extra.get("year"))) for case in cases}
    return len(cases) > 1 and len(moments) == 1 and not any(column.saved for column in found)


def _unnamed(case: Case) -> bool:
    """Whether a company goes by the name of its file for want of its own."""
    return case.file is not None and case.company == Path(case.file).stem


# Saved results

_UNREAD = "facts that cannot be read"


def _read(base: Base, path: str) -> Portfolio:
    """The companies of a file; what cannot be read of the facts of a saved result goes with the company, apart from its facts."""
    if is_table(path):
        return read_companies(base, path)
    problems: list[Problem] = []

    def cleaned(node: Node) -> Node:
        if not (_is_saved(node) and isinstance(node, MappingNode)):
            return node
        wrong = _wrong(node, base.vocabulary, path)
        problems.extend(wrong.values())
        facts = node.get("facts")
        assert isinstance(facts, MappingNode)
        kept = MappingNode(tuple(i for i in facts.items if i[0].text not in wrong), facts.line, facts.repeated)
        unread = MappingNode(tuple(i for i in facts.items if i[0].text in wrong), facts.line)
        rest = tuple(item for item in node.items if item[0].text != "facts")
        return MappingNode(
            (*rest, (Scalar("facts", facts.line), kept), (Scalar(_UNREAD, facts.line), unread)),
            node.line,
            node.repeated,
        )

    try:
        node = read(path)
        items = node.items if isinstance(node, SequenceNode) else (node,)
        exact = path.lower().endswith(".json") or any(map(_is_saved, items))
        node = SequenceNode(tuple(map(cleaned, items)), node.line) if isinstance(node, SequenceNode) else cleaned(node)
        portfolio = read_nodes(node, base.vocabulary, path, exact=exact)
    except SalespathError as error:
        return Portfolio((), error.problems, single=True)
    return replace(portfolio, problems=(*portfolio.problems, *problems))


def _is_saved(node: Node) -> bool:
    """Whether a node is a result as `assess --format json` writes it."""
    parts = (node.get(key) for key in ("facts", "receipt")) if isinstance(node, MappingNode) else ()
    return bool(parts) and all(isinstance(part, MappingNode) for part in parts)


def _wrong(node: MappingNode, vocabulary: Vocabulary, path: str) -> dict[str, Problem]:
    """What the vocabulary cannot read of a saved result, by fact: other rules may have had other facts and values."""
    problems: list[Problem] = []
    read_case(node, vocabulary, path, problems, "a saved result", exact=True)
    return {
        name: replace(
            p,
            code="SP161",
            severity=WARNING,
            message=f"{p.message} The result keeps it; here it is shown, but counts for nothing.",
        )
        for p in problems
        if (name := str(p.column or p.value or "")) and p.code in ("SP111", "SP112")
    }


def _saved(case: Case) -> Saved | None:
    receipt = case.extra.get("receipt")
    if not isinstance(receipt, Mapping):
        return None
    given: Callable[[str], Any] = case.extra.get
    layers = receipt.get("overlays")
    overlays = [layer.get("sha256") for layer in layers or () if isinstance(layer, Mapping)] if layers else []
    return Saved(
        Verdict(str(given("process") or "no verdict"), given("lead"), given("leaning")),
        str(receipt.get("rules_version") or "of an unknown version"),
        tuple(str(sha or "") for sha in (receipt.get("rules_sha256"), *overlays)),
    )


def _warnings(column: Column) -> Iterable[Problem]:
    """What a saved result says otherwise than the rules at hand."""
    a, saved = column.assessment, column.saved
    if saved is None:
        return
    now, receipt = Verdict(a.process, a.lead, a.leaning), a.receipt
    hashes = (receipt["rules_sha256"], *(layer["sha256"] for layer in receipt["overlays"]))
    changed = f"it said {in_words(saved.verdict)}, and is now {in_words(now)}"
    if saved.hashes != hashes:
        same = f"the verdict is the same, {in_words(now)}" if saved.verdict == now else changed
        what = (
            f"{a.company}: the saved result was made by rules {saved.version} ({_short(saved.hashes)}); its facts are assessed "
            f"anew by rules {receipt['rules_version']} ({_short(hashes)}): {same}."
        )
        yield Problem("SP162", what, WARNING, file=a.case.file, line=a.case.line)
    elif saved.verdict != now and not column.unread:
        what = f"{a.company}: the same rules give another verdict for these facts than was saved: {changed}. Was it edited?"
        yield Problem("SP163", what, WARNING, file=a.case.file, line=a.case.line)


def _short(hashes: Sequence[str]) -> str:
    return " + ".join(shown(sha, 13)[:12] or "no hash" for sha in hashes)


def in_words(verdict: Verdict) -> str:
    """A verdict in a few words: both, SMB first; not yet, leans enterprise."""
    parts = [readable(shown(verdict.process))]
    if verdict.lead:
        parts.append(f"{readable(shown(verdict.lead))} first")
    if verdict.leaning:
        parts.append(f"leans {readable(shown(verdict.leaning))}")
    return ", ".join(parts)


# Names


def _names(cases: Sequence[Case], *, respondents: bool) -> list[str]:
    """A distinct name for each: the company's, with what tells it apart; of respondents only that."""
    counts = Counter(case.company.casefold() for case in cases)
    names = []
    for case in cases:
        apart = _apart(case)
        if respondents:
            names.append(apart)
        else:
            names.append(case.company if counts[case.company.casefold()] == 1 else f"{case.company} ({apart})")
    seen: Counter[str] = Counter()
    again = Counter(names)
    for place, name in enumerate(names):
        if again[name] > 1:
            seen[name] += 1
            names[place] = f"{name} {seen[name]}"
    return names


def _apart(case: Case) -> str:
    """What tells a record of a company from another one: who, which or when if it says so, else the name of its file."""
    for key in _NAMING:
        if case.extra.get(key):
            return shown(case.extra[key])
    return "standard input" if case.file in (None, "-") else Path(str(case.file)).stem
