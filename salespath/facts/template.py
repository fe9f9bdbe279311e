"""An empty fact file to fill in."""

from __future__ import annotations

import csv
import io
import textwrap

from salespath.facts.values import KINDS
from salespath.facts.vocabulary import Derived, Fact, Vocabulary


def yaml_template(vocabulary: Vocabulary) -> str:
    """Every fact with its question and what can be answered, all unknown."""
    lines = [
        "# yaml-language-server: $schema=facts.schema.json",
        "# Facts for salespath. Fill in what you know and leave the rest empty: empty means unknown, never no or zero.",
        "# A value may say how it is known: {value: 70000, how: guessed}   (measured, estimated or guessed)",
        "# For an editor that checks what you write here: salespath facts schema > facts.schema.json",
        "company:",
        "facts:",
    ]
    dimension = ""
    for fact in vocabulary.facts.values():
        if fact.dimension != dimension:
            dimension = fact.dimension
            lines.extend(["", f"  # --- {dimension} ---"])
        lines.extend(textwrap.wrap(fact.question, 116, initial_indent="  # ", subsequent_indent="  #   "))
        lines.extend(textwrap.wrap(answer_format(fact), 116, initial_indent="  #   ", subsequent_indent="  #   "))
        lines.append(f"  {fact.id}:")
    return "\n".join(lines) + "\n"


def csv_template(vocabulary: Vocabulary) -> str:
    """One header row; a set is written large;midsize, an empty set -, and an empty cell is unknown."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(["company", *vocabulary.facts])
    return text.getvalue()


def answer_format(fact: Fact | Derived) -> str:
    """What can be answered: yes or no; one of …; a number."""
    if fact.type == "boolean":
        return "yes or no"
    if fact.values:
        meanings = "; ".join(f"{value} ({text})" if text else value for value, text in fact.values.items())
        return f"{'any of' if fact.type == 'set' else 'one of'}: {meanings}"
    return f"{KINDS[fact.type]}{', ' + fact.unit if fact.unit else ''}"
