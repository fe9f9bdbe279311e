"""The rule reference: every rule in a few lines, and what cites each statement and benchmark."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from pathlib import PurePath

from salespath.engine.base import Base
from salespath.engine.dependencies import citations, relations_of, rules_reading
from salespath.report.page import Block, Column, Heading, Item, Items, Page, Table, Text
from salespath.report.pages.rule import conclusion, first_ids, said, ties
from salespath.report.words.conditions import exceptions, in_words
from salespath.rules.loader import EXPERT
from salespath.rules.model import Advise, BlockProcess, Rule, Source, Warn

INDEX, SOURCES = "README", "sources"
_NOTE = "Written by salespath rules reference; a test keeps it current."


def pages(base: Base) -> dict[str, Page]:
    """Every page by its name: an index, one page for each rule file, and the sources."""
    files: dict[str, list[Rule]] = {}
    for rule in base.knowledge.rules.values():
        files.setdefault(rule.file, []).append(rule)
    names = _names(files)
    found = {INDEX: _index(base, {names[file]: rules for file, rules in files.items()}), SOURCES: _sources(base)}
    for file, rules in files.items():
        note = Text(f"The rules of {PurePath(file).name}, in its order. {_NOTE}")
        found[names[file]] = Page(_title(file), (note, Items(tuple(_entry(base, rule) for rule in rules))))
    return found


def _names(files: Iterable[str]) -> dict[str, str]:
    """A page for each file, named after it; a file of an overlay has its folder's name in front."""
    names: dict[str, str] = {}
    for file in files:
        stem = re.sub(r"[^\w-]+", "-", "-".join(PurePath(file).with_suffix("").parts[-2:])).strip("-") or "rules"
        taken = {name.lower() for name in (*names.values(), INDEX, SOURCES)}
        numbered = (f"{stem}-{number}" if number > 1 else stem for number in count(1))
        names[file] = next(name for name in numbered if name.lower() not in taken)
    return names


def _title(file: str) -> str:
    """What a file is about, by its name: 60-smb-first-moves.yaml → SMB first moves."""
    words = re.findall(r"[^\W_]+", PurePath(file).stem.lstrip("0123456789-"))
    title = " ".join("SMB" if word == "smb" else word for word in words) or file
    return title[:1].upper() + title[1:]


def _entry(base: Base, rule: Rule) -> Item:
    """A rule: what it says and does, when, why, and what it hangs together with where its condition does not tell."""
    then, related = rule.then, relations_of(base, rule)
    written = f" — {' '.join(rule.when.split())}" if rule.when else ""
    says, when = [conclusion(base, rule)], [f"{in_words(base, base.condition(rule.id))}{written}."]
    when.extend(f"Unless {other} applies: {words}." for other, words in exceptions(base, rule))
    match then:
        case Advise():
            steps = [f"({number}) {said(base, step)}" for number, step in enumerate(then.steps, 1)]
            says.extend([said(base, then.text), *steps, f"Owner: {then.owner}." if then.owner else ""])
            says.append(f"Priority {then.priority}.")
        case Warn():
            says.append(said(base, then.text))
        case BlockProcess() if not then.lift:
            says.extend([f"Remedy: {said(base, then.remedy)}", f"Owner: {then.owner}."])
    if done := base.done_when(rule.id):
        says.append(f"Done when {in_words(base, done)}.")
    parts = {
        "When": " ".join(when),
        "Because": f"{said(base, rule.because)} ({', '.join(rule.source)})",
        "Relations": "; ".join(f"{how.lower()} {others}" for how, others in ties(base, related).items() if others),
    }
    under = Items(tuple(Item(text, lead=title) for title, text in parts.items() if text))
    return Item(" ".join(filter(None, says)), lead=rule.id, under=(under,), ids=(rule.id,))


def _index(base: Base, named: dict[str, list[Rule]]) -> Page:
    knowledge = base.knowledge
    attributes, lines = [], []
    for attribute in knowledge.attributes.values():
        values = [(attribute.id, value) for value in attribute.values]
        by = [id_ for value in values for id_ in base.concluders(*value)]
        reading = dict.fromkeys(id_ for value in values for id_ in rules_reading(base).get(value, ()))
        kind = "" if attribute.flag else f" ({', '.join(attribute.values)})"
        attributes.append((attribute.id, attribute.means + kind, _list_of(by), first_ids(tuple(reading)) or "nothing"))
    for line in knowledge.lines.values():
        ids = sorted(id_ for group in base.evidence if group.line == line.id for _, id_ in group.pieces)
        lines.append((line.id, line.title, line.dimension, _list_of(ids)))
    blocks = (
        Text(f"{len(knowledge.rules)} rules, version {knowledge.version}. {_NOTE}"),
        Text(f"The page {SOURCES} lists the statements of the article and the benchmarks, each with its rules."),
        _table(["page", "rules of", "how many"], ((n, _title(r[0].file), str(len(r))) for n, r in named.items())),
        Heading("Attributes"),
        _table(["attribute", "what it means", "concluded by", "read by"], attributes),
        Heading("Lines of evidence"),
        _table(["line", "what it is about", "part of", "rules"], lines),
    )
    return Page("Rule reference", blocks)


def _sources(base: Base) -> Page:
    knowledge, article, citing = base.knowledge, base.knowledge.article, citations(base)
    by_expert = f"{len(citing.get(EXPERT, ()))} rules and numbers rest on expert judgement, alone or beside a source."
    blocks: list[Block] = [Text(f"{_NOTE} {by_expert}")]
    for title, of_article in (("Statements of the article", True), ("Published benchmarks", False)):
        blocks.append(Heading(title))
        if of_article and article:
            blocks.append(Text(f"{article['title']}. {article['author']}, {article['year']}. {article['disclosure']}"))
        rows = (
            (source.id, " ".join([_citation(source), *source.addresses]), _list_of(citing.get(source.id, [])))
            for source in knowledge.sources.values()
            if (source.kind == "article") == of_article
        )
        blocks.append(replace(_table(["source", "what it says", "cited by"], rows), links=True))
    return Page("What the rules cite", tuple(blocks))


def _table(titles: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Table:
    return Table(tuple(Column(title, least=8) for title in titles), tuple(rows))


def _list_of(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"


def _citation(source: Source) -> str:
    """A source with where it is from and its kind."""
    if source.kind == "article":
        return f"{source.says} ({source.section}{'; interested' if source.interested else ''})"
    year = f", {source.year}" if source.year else ""
    return f"{source.says} ({'soft ' if source.soft else ''}{source.kind}: {source.title}, {source.author}{year})"
