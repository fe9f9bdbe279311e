"""The rule reference: Markdown pages with every rule, and what each statement and benchmark is cited by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from salespath.engine.compile import Base
from salespath.engine.dependencies import Relating
from salespath.report.formats.drawing import mermaid
from salespath.report.pages.graph import overview
from salespath.report.pages.rule import Part, card, cut
from salespath.rules.loader import EXPERT
from salespath.rules.model import Rule, Source

_MARKUP = re.compile(r"[\\`*\[\]<>|&~#]|\b_+|_+\b")  # an underscore inside a word is no markup
_NOTE = "Written by `salespath rules reference`; a test keeps it current."


def pages(base: Base) -> dict[str, str]:
    """Every page by its file name: an index, one page for each rule file, and the sources."""
    return _Reference(base).pages()


def escaped(text: str) -> str:
    """Text that Markdown shows as it stands, on one line, in a table too."""
    return _MARKUP.sub(lambda found: "".join(f"\\{c}" for c in found[0]), " ".join(text.split()))


def code(text: str) -> str:
    """Text as code on one line, whatever backticks it holds."""
    text = " ".join(text.split())
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"


class _Reference:
    def __init__(self, base: Base) -> None:
        self.base, self.relating = base, Relating(base)
        self.files: dict[str, list[Rule]] = {}
        for rule in base.knowledge.rules.values():
            self.files.setdefault(rule.file, []).append(rule)
        self.names = self._page_names()

    def pages(self) -> dict[str, str]:
        found = {"README.md": self._index(), "sources.md": self._sources()}
        for file, rules in self.files.items():
            found[self.names[file]] = self._page(file, rules)
        return found

    def _page_names(self) -> dict[str, str]:
        """A page for each file, named after it; a file of an overlay has its folder's name in front."""
        names: dict[str, str] = {}
        for file in self.files:
            stem = re.sub(r"[^\w-]+", "-", "-".join(PurePath(file).with_suffix("").parts[-2:])).strip("-") or "rules"
            taken = {name.lower() for name in (*names.values(), "README.md", "sources.md")}
            names[file] = next(name for name in _numbered(stem) if name.lower() not in taken)
        return names

    # Pages

    def _index(self) -> str:
        knowledge = self.base.knowledge
        lines = [
            "# Rule reference",
            "",
            f"{len(knowledge.rules)} rules, version {escaped(knowledge.version)}. {_NOTE}",
            "",
            "[What the rules cite](sources.md) lists the statements of the article and the benchmarks, each with its rules.",
            "",
            "| rules | how many |",
            "| --- | --- |",
            *(
                f"| [{escaped(_title(file))}]({self.names[file]}) | {len(rules)} |"
                for file, rules in self.files.items()
            ),
            "",
            "## How it hangs together",
            "",
            "What reads what, rules left out. The plan also reads facts and attributes, which would hide the rest.",
            "",
            "```mermaid",
            mermaid(overview(self.base)).rstrip(),
            "```",
            "",
            "## Attributes",
            "",
            "| attribute | what it means | concluded by | read by |",
            "| --- | --- | --- | --- |",
        ]
        for attribute in knowledge.attributes.values():
            values = [(attribute.id, value) for value in attribute.values]
            by = [id_ for value in values for id_ in self.relating.concluding.get(value, ())]
            readers = dict.fromkeys(id_ for value in values for id_ in self.relating.readers.get(value, ()))
            kind = "" if attribute.flag else f" ({', '.join(attribute.values)})"
            lines.append(
                f"| {code(attribute.id)} | {escaped(attribute.means + kind)} | {self._links(by)} | "
                f"{self._links(*cut(tuple(readers)))} |"
            )
        lines.extend(
            [
                "",
                "## Lines of evidence",
                "",
                "| line | what it is about | part of | rules |",
                "| --- | --- | --- | --- |",
            ]
        )
        for line in knowledge.lines.values():
            weighing = [piece.pieces for piece in self.base.evidence if piece.line == line.id]
            ids = sorted(id_ for pieces in weighing for _, id_ in pieces)
            lines.append(
                f"| {code(line.id)} | {escaped(line.title)} | {escaped(line.dimension)} | {self._links(ids)} |"
            )
        return "\n".join(lines) + "\n"

    def _page(self, file: str, rules: list[Rule]) -> str:
        lines = [f"# {escaped(_title(file))}", "", f"The rules of {code(file)}, in its order. {_NOTE}", ""]
        for rule in rules:
            lines.extend([f"## {rule.id}", ""])
            for part in card(self.relating, rule):
                lines.extend(self._part(part))
            lines.append("")
        return "\n".join(lines)

    def _part(self, part: Part) -> Iterator[str]:
        named = self._links(*cut(part.rules)) if part.rules else ""
        words = " ".join(filter(None, (named, escaped(part.text), f"— {code(part.code)}" if part.code else "")))
        yield f"- **{part.title}**{': ' if words else ''}{words}"
        for item in part.items:
            source, _, says = item.partition(": ")
            linked = part.title == "Sources" and source in self.base.knowledge.sources
            yield (
                f"  - [{escaped(source)}](sources.md#{_anchor(source)}): {escaped(says)}"
                if linked
                else f"  - {escaped(item)}"
            )

    def _sources(self) -> str:
        base = self.base
        citing: dict[str, list[str]] = {}
        for rule in base.knowledge.rules.values():
            for name in rule.source:
                citing.setdefault(name, []).append(self._link(rule.id))
        for number in base.vocabulary.derived.values():
            for name in number.source:
                citing.setdefault(name, []).append(f"number {code(number.id)}")
        for point in base.knowledge.guide:
            for name in point.source:
                citing.setdefault(name, []).append(f"guide: {escaped(point.point)}")
        for text, source in base.knowledge.guide_notes:
            for name in source:
                citing.setdefault(name, []).append(f"note of the guide: {escaped(text)}")
        article = base.knowledge.article
        lines = [
            "# What the rules cite",
            "",
            f"{_NOTE} {len(citing.get(EXPERT, ()))} rules and numbers rest on expert judgement, alone or beside a source.",
            "",
            "## Statements of the article",
            "",
            escaped(f"{article['title']}. {article['author']}, {article['year']}. {article['disclosure']}")
            if article
            else "",
            "",
        ]
        for title, of_article in (("", True), ("## Published benchmarks", False)):
            lines.extend(["", title, ""] if title else [])
            lines.extend(["| source | what it says | cited by |", "| --- | --- | --- |"])
            for cited in base.knowledge.sources.values():
                if (cited.kind == "article") == of_article:
                    by = ", ".join(citing.get(cited.id, ("nothing",)))
                    mark = f'<a id="{_anchor(cited.id)}"></a>{escaped(cited.id)}'
                    where = " ".join(["", *map(_address, cited.addresses)])
                    lines.append(f"| {mark} | {escaped(_said(cited))}{where} | {by} |")
        return "\n".join(lines) + "\n"

    # Parts of pages

    def _links(self, ids: Iterable[str], rest: str = "") -> str:
        return ", ".join([*map(self._link, ids), *([rest] if rest else [])]) or "nothing"

    def _link(self, id_: str) -> str:
        return f"[{escaped(id_)}]({self.names[self.base.knowledge.rules[id_].file]}#{id_})"


def _said(source: Source) -> str:
    """A source with where it is from and its kind."""
    if source.kind == "article":
        return f"{source.says} ({source.section}{'; interested' if source.interested else ''})"
    year = f", {source.year}" if source.year else ""
    return f"{source.says} ({'soft ' if source.soft else ''}{source.kind}: {source.title}, {source.author}{year})"


def _address(address: str) -> str:
    return f"<{address}>" if re.fullmatch(r"https?://[^\s<>|\\]+", address) else escaped(address)


def _title(file: str) -> str:
    """What a file is about, by its name: 60-smb-first-moves.yaml → SMB first moves."""
    words = re.findall(r"[^\W_]+", PurePath(file).stem.lstrip("0123456789-"))
    title = " ".join("SMB" if word == "smb" else word for word in words) or file
    return title[:1].upper() + title[1:]


def _anchor(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())


def _numbered(stem: str) -> Iterator[str]:
    yield f"{stem}.md"
    number = 2
    while True:
        yield f"{stem}-{number}.md"
        number += 1
