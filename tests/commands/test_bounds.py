"""Whatever an input holds, it costs seconds and megabytes."""

from __future__ import annotations

import resource

import pytest
from given import VOCABULARY, run_process, sample

from salespath.files.problems import SalespathError
from salespath.tables import header

MEMORY = 2 * 2**30  # of addresses; the libraries alone take a half of it
SECONDS = 60  # of the processor: what is quadratic takes many times as long
WORD = "launched" * 5000  # 40 kB

INPUTS = {
    "names-empty.csv": "," * 100_000 + "\nx" + "," * 100_000,
    "names-distinct.csv": "company,self_serve," + ",".join(f"n{n}" for n in range(100_000)) + "\nA,yes" + ",1" * 100_000,
    "names-alike.csv": "company,self_serve" + ",same" * 100_000 + "\nA,yes" + ",1" * 100_000,
    "names-as-many-as-may-be.csv": "company,self_serve," + ",".join(f"capita{n}" for n in range(16_000)) + "\nA,maybe",
    "word-in-cells.csv": "company,product_stage\n" + "".join(f"A{n},{WORD}{n % 3}\n" for n in range(300)),
    "word-in-yaml.yaml": f"product_stag{WORD}: x\nproduct_stage: {WORD}\ncustomer_segments: [{', '.join([WORD] * 20)}]\n",
    "members.yaml": "customer_segments: [" + "a," * (2**20 - 20) + "a]",
    "items.yaml": "[" + "a," * (2**20 - 20) + "a]",
    "lines.yaml": "- a\n" * 2**19,
    "deep.yaml": "[" * 100_000,
    "deep.json": '{"a":' * 100_000,
    "digits.csv": "company,capital\nA," + "9" * 15_000_000,
    "words.csv": "company,product_stage\nA," + "x " * 7_000_000,
    "keys.yaml": "".join(f"key{n}: 1\n" for n in range(100_000)),
    "keys-beside.yaml": "company: A\n" + "".join(f"key{n}: 1\n" for n in range(100_000)) + "facts: {capital: lots}\n",
    "keys-twice.yaml": "".join(f"key{n}: 1\n" for n in range(50_000)) * 2,
    "keys.json": '{"capital": {' + ",".join(f'"k{n}": 1' for n in range(100_000)) + "}}",
}  # fmt: skip


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


@pytest.mark.more
@pytest.mark.parametrize("name", sample([*INPUTS], 3))
def test_an_input_costs_seconds_and_megabytes(tmp_path, name):
    (tmp_path / name).write_text(INPUTS[name])
    done = run_process("assess", str(tmp_path / name), preexec_fn=limited)
    assert done.returncode == 1
    assert b" error SP" in done.stderr
    assert len(done.stderr) < 60_000


@pytest.mark.parametrize("count", [header.MOST_COLUMNS + 1, 100_000])
def test_a_header_of_too_many_names_is_refused_for_that_alone(count):
    with pytest.raises(SalespathError) as caught:
        header.read(["capital"] * count, VOCABULARY, "a.csv")
    (problem,) = caught.value.problems
    assert problem.message == f"the header has {count:,} columns; a table has at most 16,384. Is row 1 the header?"


def test_of_many_columns_that_are_no_facts_few_are_looked_up(monkeypatch):
    asked = []
    monkeypatch.setattr(type(VOCABULARY), "suggestion", lambda self, name: asked.append(name) or "")
    header.read(["capital", *(f"n{n}" for n in range(10_000))], VOCABULARY, "a.csv")
    assert len(asked) <= 200
