"""The files of a knowledge base, and their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from salespath.facts import vocabulary
from salespath.files.nodes import Mapping, Node, Scalar, Sequence, parse
from salespath.files.problems import NOTE, WARNING, Problem, SalespathError, refusal, shown
from salespath.files.source import decode, read_bytes
from salespath.files.visible import hidden, visible

BASE = Path(__file__).parent / "base"
MAX_OVERLAY = 4 * 2**20
_NAMED = 20  # hidden characters of a file that are named


class Layer(NamedTuple):
    """The files of one folder as nodes, the SHA-256 of their names and contents, and the problems of files that cannot be read."""

    name: str
    sha256: str
    nodes: list[tuple[str, Node]]
    problems: list[Problem]


def vocabulary_files() -> list[Path]:
    """The files of the vocabulary, in the order facts are asked."""
    return [vocabulary.FOLDER / f"{name}.yaml" for name in vocabulary.FILES]


def rule_files(folder: Path = BASE) -> list[Path]:
    """The files of a rule folder, in reading order, without those that are passed over."""
    return [path for path in _yaml_files(folder) if _why_not(path) is None]


def passed_over(folder: Path) -> list[Problem]:
    """What is said of files of a rule folder that are not read: a note, of a link that leaves it a warning (SP156)."""
    found = []
    for path in _yaml_files(folder):
        if why := _why_not(path):
            severity = WARNING if path.is_symlink() and not is_aside(path) else NOTE
            found.append(Problem("SP156", f"{shown(path.name)} is passed over: {why}.", severity, file=str(path)))
    return found


def _yaml_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.y*ml") if path.suffix in (".yaml", ".yml") and path.is_file())


def is_aside(path: Path) -> bool:
    """Whether a name is that of a hidden file, of an editor's copy or of a lock."""
    return path.name[0] in ".#~" or path.stem.endswith("~")


def _why_not(path: Path) -> str | None:
    """Why a file of a rule folder is not read, if it is not."""
    if is_aside(path):
        return "such a name is that of a hidden file or of an editor's copy"
    if path.is_symlink() and not path.resolve().is_relative_to(path.parent.resolve()):
        return f"it is a link to {shown(path.resolve(), 200)}, outside of the folder"
    return None


def built_in() -> Layer:
    """The rules that ship with salespath."""
    return read_all(rule_files())


def overlay(folder: str) -> Layer:
    """The rules of somebody else's folder. Raises SalespathError where there are none, or far too many."""
    try:
        paths = rule_files(Path(folder))
        left = passed_over(Path(folder))
        size = sum(path.stat().st_size for path in paths)
    except (OSError, ValueError):
        paths, left, size = [], [], 0
    if not paths:
        none = Problem("SP211", f"{shown(folder)} is not a folder with rule files (*.yaml).", file=folder)
        raise SalespathError([none, *left])
    if size > MAX_OVERLAY:
        much = f"the rule files in {shown(folder)} hold more than {MAX_OVERLAY // 2**20} MiB."
        raise refusal("SP211", much, folder)
    layer = read_all(paths, Path(folder), hide_nothing=True)
    return layer._replace(name=visible(Path(folder).resolve().name), problems=[*left, *layer.problems])


def is_whole(layer: Layer) -> bool:
    """Whether a folder holds a base of its own and not changes of another: one of its files gives a version."""
    return any(isinstance(node, Mapping) and node.get("version") is not None for _, node in layer.nodes)


def read_all(paths: Iterable[Path], folder: Path = Path(), *, hide_nothing: bool = False) -> Layer:
    """Files as one layer. `folder` is what problems call their folder; `hide_nothing` refuses characters that cannot be seen."""
    digest = hashlib.sha256()
    layer = Layer("", "", [], [])
    for path in paths:
        name = str(folder / path.name)
        try:
            data = read_bytes(str(path))
            digest.update(f"{path.name}\0{len(data)}\0".encode())
            digest.update(data)
            text = decode(data, name)
            problems = _hidden(_lines(text), name) if hide_nothing else []
            if not problems:
                node = parse(text, name)
                problems = _hidden(_scalars(node), name) if hide_nothing else []
                layer.nodes.append((name, node))
            layer.problems.extend(problems)
        except SalespathError as error:
            layer.problems.extend(error.problems)
    return layer._replace(sha256=digest.hexdigest())


def _hidden(texts: Iterable[tuple[str, int]], path: str) -> list[Problem]:
    """A problem (SP212) for every line with a character that cannot be seen, of texts with the lines where they stand."""
    found = dict.fromkeys((line, name) for text, line in texts for name in hidden(text))
    problems: list[Problem] = []
    for line, name in [*found][:_NAMED]:
        more = f" So do {len(found) - _NAMED} more." if len(found) > _NAMED and len(problems) == _NAMED - 1 else ""
        what = f"{name} cannot be seen, and has no place in a rule; take it out.{more}"
        problems.append(Problem("SP212", what, file=path, line=line, value=name))
    return problems


def _lines(text: str) -> Iterator[tuple[str, int]]:
    yield from ((line, number) for number, line in enumerate(text.split("\n"), 1)) if hidden(text) else ()


def _scalars(node: Node) -> Iterator[tuple[str, int]]:
    """The words of a file, where an escape (`"\\e"`) may have become a character."""
    if isinstance(node, Scalar):
        yield node.text, node.line
        return
    below = node.items if isinstance(node, Sequence) else [part for pair in node.items for part in pair]
    for part in below:
        yield from _scalars(part)
