"""The files of a knowledge base, and their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from salespath.facts import vocabulary
from salespath.source import Node, decode, parse, read_bytes

BASE = Path(__file__).parent / "base"


def vocabulary_files() -> list[Path]:
    """The files of the vocabulary, in the order facts are asked."""
    return [vocabulary.FOLDER / f"{name}.yaml" for name in vocabulary.FILES]


def rule_files(folder: Path = BASE) -> list[Path]:
    """The files of a rule folder, in reading order."""
    return sorted(folder.glob("*.yaml"))


def read_all(paths: Iterable[Path]) -> tuple[list[tuple[str, Node]], str]:
    """The nodes of the files, each with its name, and the SHA-256 of names and contents."""
    digest = hashlib.sha256()
    nodes = []
    for path in paths:
        data = read_bytes(str(path))
        digest.update(f"{path.name}\0{len(data)}\0".encode())
        digest.update(data)
        nodes.append((path.name, parse(decode(data, str(path)), path.name)))
    return nodes, digest.hexdigest()
