"""Every generated document: `python -m tools.refresh` writes them afresh, and a test compares them (`tests/test_docs.py`).

They are the command page, the rule reference with its picture, the schemas, the documented companies of the package, the rooms in
`docs/architecture.md`, and the outputs that pages show, which keep how many lines are shown.
"""

from __future__ import annotations

import ast
import configparser
import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner

from salespath import cli
from salespath.counsel import precedents
from salespath.engine.base import Base
from salespath.engine.load import load
from salespath.facts import read_file
from salespath.facts.schema import facts_schema
from salespath.report.formats import drawing, markdown
from salespath.report.pages import graph, reference
from salespath.report.plain import facts, plain
from salespath.rules.schema import rules_schema
from tools.document_schema import assessment_schema, explanation_schema

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
README = ROOT / "README.md"
ARCHITECTURE = DOCS / "architecture.md"
DOCUMENTS = ROOT / "salespath" / "report" / "schemas"  # of what is printed as JSON; they go with the package
FOLDERS = DOCS / "rules", DOCS / "schemas", DOCUMENTS  # nothing in them is written by hand
PAGES = ("rule-authoring", "economics", "comparing", "whatif", "real-companies")
SHOWING = (README, *(DOCS / f"{page}.md" for page in PAGES))  # pages that show what commands print
BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)```", re.DOTALL)
CUT = "…"
INSTALLED = ".venv/bin/"  # the README gives commands as they are typed after the first of its two
WIDE = 132
_ROOMS = re.compile(r"(?<=<!-- rooms -->\n).*(?=<!-- end of rooms -->)", re.DOTALL)
_CITED = re.compile(r" ?\(((?=[^)]*(?:\brecall\b|\bverified\b|from memory|https?:))(?:[^()]|\([^()]*\))*)\)")


def generated() -> dict[Path, str]:
    """The files that are written from the program, the rules, the vocabulary and the examples."""
    base = load()
    found = {DOCS / "rules" / f"{name}.md": markdown.write(page) for name, page in reference.pages(base).items()}
    found[DOCS / "overview.mermaid"] = drawing.mermaid(graph.overview(base))
    schemas = {
        DOCS / "schemas" / "rules": rules_schema(base.vocabulary, base.knowledge),
        DOCS / "schemas" / "facts": facts_schema(base.vocabulary),
        DOCUMENTS / "assessment": assessment_schema(),
        DOCUMENTS / "explanation": explanation_schema(),
    }
    found |= {path.with_suffix(".schema.json"): compact(schema) + "\n" for path, schema in schemas.items()}
    found[precedents.FILE] = documented_companies(base)
    found[DOCS / "commands.md"] = commands_page()
    found[ARCHITECTURE] = _ROOMS.sub(lambda _: f"\n{rooms()}\n", ARCHITECTURE.read_text("utf-8"))
    return found


def commands_page() -> str:
    """Every command's help, as Markdown."""
    parts = ["# Commands", "", "Written from `--help` by `python -m tools.refresh`; a test keeps it current.", ""]

    def describe(command: click.Command, name: str, parent: click.Context | None) -> None:
        context = click.Context(
            command,
            info_name=name,
            parent=parent,
            terminal_width=100,
            max_content_width=100,
            **command.context_settings,
        )
        parts.extend([f"## {context.command_path}", "", "```text", command.get_help(context).rstrip(), "```", ""])
        if isinstance(command, click.Group):
            for child in command.list_commands(context):
                if found := command.get_command(context, child):
                    describe(found, child, context)

    describe(cli.main, "salespath", None)
    return "\n".join(parts)


def rooms() -> str:
    """The rooms of the package from the contract of `.importlinter`, with what each is by its docstring, the lowest last."""
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter")
    layers = contract["importlinter:contract:rooms"]["layers"].split("\n")
    lines = ["| room | what it is | it imports |", "| --- | --- | --- |"]
    ranks = [layer.split(" | ") for layer in layers if layer]
    for rank, names in enumerate(ranks):
        below = ", ".join(name for lower in ranks[rank + 1 :] for name in lower) or "nothing"
        lines.extend(f"| `{name}` | {_first_line(name)} | {below} |" for name in names)
    return "\n".join(lines)


def _first_line(room: str) -> str:
    """The docstring of a room, or of a module, as far as its first line goes."""
    place = ROOT / "salespath" / room
    path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0].rstrip(".")


def documented_companies(base: Base) -> str:
    """A line a company: its facts, and the sentence on it without and with its sources."""
    lines = []
    for name in ("real_companies.yaml", "real_companies_2.yaml", "real_companies_3.yaml"):
        for case in read_file(str(ROOT / "examples" / name), base.vocabulary).cases:
            basis, _, more = case.extra["label_basis"].partition(" Sources: ")
            sources = [_recalled(source) for source in _CITED.findall(basis)]
            did = _CITED.sub("", basis).rstrip(".")
            entry = {
                "company": case.company,
                "year": int(case.extra["year"]),
                "label": case.extra["label"],
                "did": f"{did[0].upper()}{did[1:]}.",
                "sources": sources + (re.split(r", (?=https?:)", more) if more else []),
                "facts": plain(facts(case.values, base), base),
                **{key: case.extra[key] for key in ("fared",) if key in case.extra},
            }
            lines.append(json.dumps(entry, ensure_ascii=False))
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _recalled(source: str) -> str:
    source = re.sub(r"\brecall\b[:,]?(?! for|$)", "recalled from", source)
    return re.sub(r"\brecall\b", "recalled", source).replace("verified:", "verified")


def compact(data: Any, indent: str = "", before: int = 0) -> str:
    """JSON with everything on one line that fits there, after so many characters, or that is a text with one thing beside it."""
    flat = json.dumps(data, ensure_ascii=False)
    told = isinstance(data, dict) and len(data) == 2 and all(isinstance(value, str) for value in data.values())
    if told or len(indent) + before + len(flat) <= WIDE or not isinstance(data, (dict, list)):
        return flat
    inner = indent + "  "
    if isinstance(data, dict):
        keys = {f"{json.dumps(key, ensure_ascii=False)}: ": value for key, value in data.items()}
        return (
            "{\n" + ",\n".join(f"{inner}{k}{compact(v, inner, len(k) + 1)}" for k, v in keys.items()) + f"\n{indent}}}"
        )
    items = [compact(value, inner, 1) for value in data]
    return "[\n" + "\n".join(_filled(items, inner)) + f"\n{indent}]"


def _filled(items: list[str], indent: str) -> Iterator[str]:
    """Items of a list, as many on a line as fit."""
    line = indent
    for place, item in enumerate(items):
        text = item + ("," if place < len(items) - 1 else "")
        if line != indent and ("\n" in text or len(line) + len(text) >= WIDE):
            yield line
            line = indent
        line += text if line == indent else f" {text}"
    yield line


# What commands print


def run(command: str) -> str:
    """The output of a salespath command line, 120 columns wide."""
    words = command.removeprefix(INSTALLED).split()
    assert words[0] == "salespath"
    with contextlib.chdir(ROOT):
        done = CliRunner().invoke(cli.main, words[1:], env={"COLUMNS": "120", "NO_COLOR": "1"}, catch_exceptions=False)
    assert done.exit_code == 0, f"{done.stderr}{done.stdout}"
    return done.stdout


def _renewed(match: re.Match[str]) -> str:
    real = run(match["command"]).splitlines(keepends=True)
    shown = match["output"].count("\n") - 1
    shown = shown if shown >= 12 else 24
    cut = f"{CUT}\n" if len(real) > shown else ""
    return f"```console\n$ {match['command']}\n{''.join(real[:shown])}{cut}```"


def stale() -> list[Path]:
    """The generated files that are not as they would be written, or should not be there."""
    current = generated()
    return [
        *(path for path, text in current.items() if not path.exists() or path.read_text("utf-8") != text),
        *(path for folder in FOLDERS for path in folder.iterdir() if path not in current),
    ]


def refresh() -> None:
    """Write what is generated afresh."""
    current = generated()
    for folder in FOLDERS:
        for path in set(folder.iterdir()) - set(current):
            path.unlink()
    for path, text in current.items():
        path.write_text(text, "utf-8")
    for page in SHOWING:
        page.write_text(BLOCK.sub(_renewed, page.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    refresh()
