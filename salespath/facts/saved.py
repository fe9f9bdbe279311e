"""Results saved by `assess --format json`, read for the facts that they were made of."""

from __future__ import annotations

from dataclasses import replace

from salespath.facts.cases import Portfolio, companies, read_case
from salespath.facts.vocabulary import Vocabulary
from salespath.files.nodes import Mapping, Node, Scalar, Sequence, read
from salespath.files.problems import WARNING, Problem

UNREAD = "facts that cannot be read"  # the key of a case's `extra` that holds them


def read_results(path: str, vocabulary: Vocabulary) -> Portfolio:
    """The companies of a fact file that may hold saved results.

    Facts of a result that the vocabulary cannot read are kept apart, under UNREAD, with a warning (SP161). Raises SalespathError
    where the file as a whole cannot be read.
    """
    node = read(path)
    items = node.items if isinstance(node, Sequence) else (node,)
    exact = path.lower().endswith(".json") or any(map(_is_result, items))
    problems: list[Problem] = []
    parted = tuple(_parted(item, vocabulary, path, problems) for item in items)
    whole = Sequence(parted, node.line) if isinstance(node, Sequence) else parted[0]
    portfolio = companies(whole, vocabulary, path, exact=exact)
    return replace(portfolio, problems=(*portfolio.problems, *problems))


def _is_result(node: Node) -> bool:
    parts = (node.get(key) for key in ("facts", "receipt")) if isinstance(node, Mapping) else ()
    return bool(parts) and all(isinstance(part, Mapping) for part in parts)


def _parted(node: Node, vocabulary: Vocabulary, path: str, problems: list[Problem]) -> Node:
    """A result with the facts that cannot be read apart from the others; anything else as it is."""
    facts = node.get("facts") if isinstance(node, Mapping) and _is_result(node) else None
    if not (isinstance(node, Mapping) and isinstance(facts, Mapping)):
        return node
    wrong = _wrong(node, vocabulary, path)
    problems.extend(wrong.values())
    kept = Mapping(tuple(item for item in facts.items if item[0].text not in wrong), facts.line, facts.repeated)
    unread = Mapping(tuple(item for item in facts.items if item[0].text in wrong), facts.line)
    rest = (item for item in node.items if item[0].text != "facts")
    parts = ((Scalar(key, facts.line), part) for key, part in (("facts", kept), (UNREAD, unread)))
    return Mapping((*rest, *parts), node.line, node.repeated)


def _wrong(node: Mapping, vocabulary: Vocabulary, path: str) -> dict[str, Problem]:
    """What the vocabulary cannot read of a result, by fact: other rules may have had other facts and values."""
    problems: list[Problem] = []
    read_case(node, vocabulary, path, problems, "a saved result", exact=True)
    kept = "The result keeps it; here it is shown, but counts for nothing."
    return {
        name: replace(p, code="SP161", severity=WARNING, message=f"{p.message} {kept}")
        for p in problems
        if (name := str(p.column or p.value or "")) and p.code in ("SP111", "SP112")
    }
