"""The files of a knowledge base, and their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from salespath.facts import vocabulary
from salespath.files.nodes import Mapping, Node, parse
from salespath.files.problems import Problem, SalespathError, refusal, shown
from salespath.files.source import decode, read_bytes

BASE = Path(__file__).parent / "base"
MAX_OVERLAY = 4 * 2**20


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
    """The files of a rule folder, in reading order."""
    return sorted(path for path in folder.glob("*.y*ml") if path.suffix in (".yaml", ".yml") and path.is_file())


def built_in() -> Layer:
    """The rules that ship with salespath."""
    return read_all(rule_files())


def overlay(folder: str) -> Layer:
    """The rules of somebody else's folder. Raises SalespathError where there are none, or far too many."""
    try:
        paths = rule_files(Path(folder))
        size = sum(path.stat().st_size for path in paths)
    except (OSError, ValueError):
        paths, size = [], 0
    if not paths:
        raise refusal("SP211", f"{shown(folder)} is not a folder with rule files (*.yaml).", folder)
    if size > MAX_OVERLAY:
        much = f"the rule files in {shown(folder)} hold more than {MAX_OVERLAY // 2**20} MiB."
        raise refusal("SP211", much, folder)
    return read_all(paths, Path(folder))._replace(name=Path(folder).resolve().name)


def is_whole(layer: Layer) -> bool:
    """Whether a folder holds a base of its own and not changes of another: one of its files gives a version."""
    return any(isinstance(node, Mapping) and node.get("version") is not None for _, node in layer.nodes)


def read_all(paths: Iterable[Path], folder: Path = Path()) -> Layer:
    """Files as one layer. `folder` is what problems call their folder."""
    digest = hashlib.sha256()
    layer = Layer("", "", [], [])
    for path in paths:
        name = str(folder / path.name)
        try:
            data = read_bytes(str(path))
            digest.update(f"{path.name}\0{len(data)}\0".encode())
            digest.update(data)
            layer.nodes.append((name, parse(decode(data, name), name)))
        except SalespathError as error:
            layer.problems.extend(error.problems)
    return layer._replace(sha256=digest.hexdigest())
