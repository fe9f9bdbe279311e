"""Small files, damaged in every way: each is read or refused with its problems, and nothing else happens.

    python -m benchmarks.mutations --files 20000 --seed 1 --kind csv

Prints every other exception with the number of the file that raised it, and how many there were; ends with exit code 1 if any.
`--keep DIR` writes those files there.
"""

from __future__ import annotations

import argparse
import faulthandler
import io
import json
import os
import random
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from salespath.engine.assess import assess
from salespath.engine.load import load
from salespath.files.problems import Problem, SalespathError
from salespath.report.plain import document
from salespath.tables.assessed import Typed, read_companies
from salespath.tables.chosen import ALL, chosen
from salespath.tables.header import COMPANY
from salespath.tables.read import CompaniesFile
from salespath.tables.run import assess_to_file
from salespath.tables.write import write

sys.path.append(str(Path(__file__).parent.parent / "tests"))  # for fuzz
BASE = load()
FEW = 3  # companies of a damaged file that are assessed one by one, too
THOROUGH = 20  # one file of so many goes to every output

TABLE = """company,id,product_stage,self_serve,annual_contract_value,churn_rate,customer_segments,who_sells,capital,capital__how,x
Acme,1,launched,yes,"70,000",12%,large;midsize,founder,$1.2M,guessed,"a ""b"", c"
Ünïted,2,pilot,no,5k,0.05,-,founder;,250000,,=1+1
C,3,,,,,,,,measured,
"""
FACTS = """# a portfolio
- company: Acme
  year: 2013
  facts:
    product_stage: launched   # said
    annual_contract_value: {value: 70k, how: guessed, note: "from \\u00e9"}
    customer_segments: [large, midsize]
    churn_rate: 12%
    who_sells: []
- {company: B, facts: {capital: $1.2M, self_serve: no}}
- product_stage: pilot
"""
RULES = """rules:
  - id: many-pay
    when: paying_customers >= 3 and not has_proof or count(customer_segments) in [1, 2]
    weigh: {process: smb, certainty: 0.5, line: cycle}
    because: "{paying_customers} pay: it sells."
    source: [K01]
  - id: proof
    when: self_serve and product_stage >= pilot
    conclude: {has_proof: yes}
    because: It is proven.
    source: [K01]
  - id: calls
    when: known(capital) and capital / monthly_burn > 6
    advise: {topic: channel, choice: calls, text: Call., steps: [Dial.], owner: founder}
    because: There is cash.
    source: [K01]
"""
JUNK = (
    *(
        b"&a [*a]",
        b"{" * 40,
        b"[" * 40,
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\r",
        b'"',
        b"'",
        b"\t",
        b"1e999",
        b"nan",
        b"-",
        b"%",
    ),
    *(
        b"!!python/object:x",
        b"\xe2\x80\xae",
        b"\xe2\x80\xa8",
        b"9" * 400,
        b"=1+1",
        b"\xc3",
        b"null",
        b"~",
        b"? ",
        b"<<: ",
        b"|",
        b">",
    ),
    *(
        b"---\n",
        b"facts:\n",
        b"company: ",
        b",,,,",
        b";",
        b"10-20",
        b"<5",
        b"50k EUR",
        b"\xf0\x9f\x92\xa9",
        b"\\u0000",
        b"\\ud800",
    ),
)
ENCODINGS = ("utf-16", "utf-16-le", "cp1250", "latin-1", "utf-8-sig", "utf-32")


def parquet() -> bytes:
    """A small table of many types."""
    table = pa.table(
        {
            "company": pa.array(["Acme", "B", None, "Ü"]).dictionary_encode(),
            "product_stage": ["launched", "pilot", None, "x"],
            "self_serve": [True, False, None, True],
            "annual_contract_value": pa.array([70_000, 5, None, -1], pa.int32()),
            "capital": pa.array([1.5, None, 2e6, 0], pa.float32()),
            "customer_segments": [["large"], [], None, ["small", None]],
            "tags": [{"a": [1]}, None, {"a": []}, {"a": [2, 3]}],
        }
    )
    file = io.BytesIO()
    pyarrow.parquet.write_table(table, file, compression=None)
    return file.getvalue()


def seeds(kind: str) -> list[bytes]:
    """The files that are damaged."""
    cases = [
        {"company": "Acme", "year": 2013, "facts": {"product_stage": "launched", "capital": 1.2e6, "who_sells": []}}
    ]
    return {
        "csv": [TABLE.encode(), TABLE.replace(",", ";").encode(), TABLE.replace(",", "\t").encode("utf-16")],
        "yaml": [FACTS.encode(), b"product_stage: launched\ncapital: 5k\ncustomer_segments: [large]\n"],
        "json": [json.dumps(found, indent=indent).encode() for found in (cases, cases[0]) for indent in (None, 1)],
        "parquet": [parquet()],
        "rules": [RULES.encode()],
    }[kind]


def damaged(data: bytes, chance: random.Random) -> bytes:
    """A file with one to four things done to it."""
    for _ in range(chance.randint(1, 4)):
        data = chance.choice(DAMAGE)(data, chance)
    return data[:100_000]


def _flip(data: bytes, chance: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(min(len(found), chance.choice((1, 1, 2, 8, 40)))):
        found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return bytes(found)


def _cut(data: bytes, chance: random.Random) -> bytes:
    start, stop = sorted(chance.randint(0, len(data)) for _ in range(2))
    return chance.choice((data[:start], data[start:], data[:start] + data[stop:]))


def _double(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    place = chance.randrange(len(lines))
    return b"".join([*lines[:place], *[lines[place]] * chance.randint(2, 5), *lines[place + 1 :]])


def _swap(data: bytes, chance: random.Random) -> bytes:
    between = chance.choice((b",", b"\n", b": ", b" ", b"}", b'"'))
    parts = data.split(between)
    one, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    parts[one], parts[other] = parts[other], parts[one]
    return between.join(parts)


def _junk(data: bytes, chance: random.Random) -> bytes:
    place = chance.randint(0, len(data))
    return (
        data[:place] + chance.choice(JUNK) * chance.choice((1, 1, 1, 30)) + data[place + chance.choice((0, 0, 1, 5)) :]
    )


def _encode(data: bytes, chance: random.Random) -> bytes:
    return data.decode(errors="replace").encode(chance.choice(ENCODINGS), "replace")


def _bytes(data: bytes, chance: random.Random) -> bytes:
    place = chance.randint(0, len(data))
    return data[:place] + chance.randbytes(chance.choice((1, 4, 30))) + data[place:]


DAMAGE = (_flip, _flip, _cut, _double, _swap, _junk, _junk, _encode, _bytes)


def use(kind: str, data: bytes, folder: Path, *, thorough: bool = True) -> None:
    """Read a file and assess what it holds; `thorough`: to every output, and one by one. Raises whatever is not a refusal."""
    if kind == "rules":
        from fuzz import overlay

        return overlay(data)
    path = folder / f"in.{kind}"
    path.write_bytes(data)
    try:
        _as_table(path, folder)
        refused = False
    except SalespathError as error:
        str(error).encode()
        refused = True
    if not thorough:
        return
    with suppress(SalespathError):
        for ending in ("csv", "jsonl", "parquet"):
            left = str(folder / "left.csv")
            assess_to_file(BASE, [str(path)], str(folder / f"out.{ending}"), len, force=True, rejects=left)
    try:
        portfolio = CompaniesFile(BASE, str(path)).portfolio()
    except SalespathError as error:
        if not refused:
            raise ValueError(f"it was read before: {error}") from error
        return
    for case in portfolio.cases[:FEW]:
        json.dumps(document(assess(BASE, case)), allow_nan=False).encode()


def _as_table(path: Path, folder: Path) -> None:
    """Read and assess it as a table, without what takes long and depends on the cells little: strength, reports."""
    reading = CompaniesFile(BASE, str(path)).reading()
    problems: list[Problem] = []
    items = [Typed(batch, strong=False) for batch in read_companies(BASE, reading, on_problem=problems.append)]
    for problem in problems:
        str(problem).encode()
    for ending in ("csv", "parquet"):
        with open(folder / f"table.{ending}", "w+b") as file:
            write(BASE, items, file, ending, chosen([ALL], {COMPANY: pa.string(), **reading.columns}, BASE.vocabulary))


def failures(kind: str, files: int, seed: int) -> Iterator[tuple[int, bytes, str]]:
    """The files among so many that end in anything but an assessment or problems: number, content, traceback."""
    given = seeds(kind)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(files):
            chance = random.Random(f"{kind} {seed} {number}")
            data = damaged(chance.choice(given), chance)
            try:
                use(kind, data, Path(folder), thorough=number % THOROUGH == 0)
            except Exception:
                yield number, data, traceback.format_exc()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--files", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--kind", choices=["csv", "yaml", "json", "parquet", "rules"], action="append")
    options.add_argument("--keep", metavar="DIR", help="write the files that fail there")
    given = options.parse_args()
    faulthandler.enable()
    total = 0
    for kind in given.kind or ["csv", "yaml", "json", "parquet", "rules"]:
        count = 0
        for number, data, said in failures(kind, given.files, given.seed):
            count += 1
            print(f"{kind} {given.seed} {number}:\n{said}", flush=True)
            if given.keep:
                os.makedirs(given.keep, exist_ok=True)
                (Path(given.keep) / f"{given.seed}-{number}.{kind}").write_bytes(data)
        print(f"{given.files:,} {kind} files: failures {count}", flush=True)
        total += count
    return min(total, 1)


if __name__ == "__main__":
    sys.exit(main())
