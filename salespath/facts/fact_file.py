"""Fact files of one company: what an interview is saved as."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from salespath.facts import Case, Value, Vocabulary
from salespath.facts.rates import CURRENCY, GIVEN, RATES, own_value
from salespath.facts.values import cell_text
from salespath.files.output import Output, atomic, check
from salespath.files.visible import escaped, hidden


def text(case: Case, vocabulary: Vocabulary) -> str:
    """The fact file of a case, its amounts in its own currency.

    How a value is known is kept, and so is what else the file said of the company.
    """
    lines = [
        "# Facts for salespath. A fact that is absent is unknown, never no or zero.",
        f"company: {quoted(case.company)}",
    ]
    if case.rate:
        lines.append(f"{CURRENCY}: {case.currency}")
    if given := [f"{code}: {rate.dollars!r}" for code, rate in case.rates.items() if rate.of == GIVEN]:
        lines.append(f"{RATES}: {{{', '.join(given)}}}")
    if case.extra:
        lines.append(_extra(case.extra))
    lines.append("facts:" if case.values else "facts: {}")
    lines.extend(f"  {name}: {fact_text(case, vocabulary, name)}" for name in vocabulary.ordered(case.values))
    return "\n".join(lines) + "\n"


def fact_text(case: Case, vocabulary: Vocabulary, name: str) -> str:
    """What is known of a fact, in YAML on one line."""
    stood = case.values[name]
    if vocabulary[name].type == "money":
        stood = own_value(stood, case.rate)
    value = _value(vocabulary, name, stood)
    said = [f"how: {case.how[name]}"] if name in case.how else []
    said += [f"{key}: {quoted(note)}" for key, note in case.notes.get(name, {}).items()]
    return f"{{{', '.join([f'value: {value}', *said])}}}" if said else value


def _value(vocabulary: Vocabulary, name: str, value: Value) -> str:
    if isinstance(value, frozenset):
        return f"[{', '.join(v for v in vocabulary[name].values if v in value)}]"
    return cell_text(vocabulary[name], value)


def quoted(words: str) -> str:
    """A text in YAML, nothing hidden in it."""
    text: str = yaml.safe_dump(words, default_style='"', allow_unicode=True, width=1_000_000)
    return escaped(text.rstrip(), yaml=True)


def _extra(said: Mapping[str, Any]) -> str:
    def dump(*, readable: bool) -> str:
        text: str = yaml.safe_dump(dict(said), allow_unicode=readable, sort_keys=False, width=1_000_000)
        return text.rstrip()

    text = dump(readable=True)
    return dump(readable=False) if hidden(text) else text  # then with escapes


@dataclass
class Target:
    """A fact file to write, which is none of the `inputs`.

    An existing file is replaced only if this interview wrote it as it stands, or with `force`.
    """

    path: str
    force: bool = False
    written: tuple[str, str] = ("", "")
    inputs: tuple[str, ...] = ()

    def check(self, *, before: bool = False) -> None:
        """Raise SalespathError if the file must not be written (SP141, SP146).

        `before` anything is read it is not known yet what this interview wrote.
        """
        own = before or self.written == (str(Path(self.path).absolute()), _sha256(Path(self.path)))
        check([Output(self.path)], self.inputs, force=self.force or own)

    def write(self, content: str) -> None:
        """Write the file, whole or not at all. Raises SalespathError (SP140, SP141, SP146)."""
        self.check()
        with atomic(self.path, force=True) as file:
            file.write(content.encode())
        self.written = (str(Path(self.path).absolute()), hashlib.sha256(content.encode()).hexdigest())


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "unreadable"
