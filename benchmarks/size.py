"""How salespath grows with rows, rules and processes: `python -m benchmarks.size --rows 1000000`.

Memory and seconds of a tenth of the rows and of all, by processes of their own; CPU of a row by the rules as they are and by five
times as many; wall seconds by one process and by several.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from tabulate import tabulate

sys.path.append(str(Path(__file__).parent))  # for run
import run

from salespath.engine.base import Base
from salespath.engine.load import load
from salespath.rules import folders
from salespath.tables.chosen import STRONG
from salespath.tables.header import RESULTS

NUMBER = re.compile(r"(?<![\w.])\d[\d_]*(\.\d+)?(?![\w.])")
TIMES = 5  # as many rules
ROWS = 100_000  # companies by which rules are compared


class Words(yaml.SafeLoader):
    """Reads `yes` as a word, as rules mean it."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        start: [(tag, pattern) for tag, pattern in found if not tag.endswith("bool")]
        for start, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def several_times(folder: Path, times: int) -> None:
    """A rule folder with so many copies of every rule of the base, less one, each with other thresholds."""
    for name, text in sources().items():
        found = yaml.load(text, Words)
        if not isinstance(found, dict) or "rules" not in found:
            continue
        copies = [copied(rule, n) for rule in found["rules"] for n in range(1, times)]
        (folder / name).write_text(json.dumps({"rules": copies}, default=str))


def sources() -> dict[str, str]:
    """The files of the built-in rules."""
    folder = Path(folders.__file__).parent / "base"
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))}


def copied(rule: dict[str, Any], number: int) -> dict[str, Any]:
    """A rule with another id, whose numbers are a little lower."""
    lower = 1 - number / 50
    found = {**rule, "id": f"{rule['id']}-{'abcdefgh'[number - 1]}"}
    if "when" in rule:
        found["when"] = NUMBER.sub(lambda number: shifted(number[0], lower), str(rule["when"]))
    return found


def shifted(text: str, factor: float) -> str:
    value = float(text)
    return f"{value * factor:.4f}" if "." in text else str(round(value * factor))


def by_rules(base: Base, rounds: int) -> list[run.Row]:
    """CPU of a row by the rules as they are, and by several times as many."""
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as folder:
        several_times(Path(name), TIMES)
        more = load(name)
        source, out = os.path.join(folder, "in.csv"), os.path.join(folder, "out.csv")
        run.write_input(base, source, ROWS)
        found = []
        for what, columns in (("verdict", ["verdict"]), ("all but strength and questions", run.columns_of(source))):
            asked = columns if what == "verdict" else [*columns, *(name for name in RESULTS if name not in STRONG)]
            few, many = run.timed(
                rounds, *(functools.partial(run.from_file_to_file, source, out, asked, some) for some in (base, more))
            )
            counts = f"{len(base.knowledge.rules)} and {len(more.knowledge.rules)} rules"
            shown = " and ".join(f"{cpu / ROWS * 1e6:.1f}" for _, cpu in (few, many))
            found.append((f"{counts}, {what}", f"CPU {shown} µs a row", f"{many[1] / few[1]:.1f}", "≤ 6"))
    return found


def by_rows(base: Base, rows: int) -> Iterator[run.Row]:
    """The most memory, and the CPU of a row, of a tenth of the rows and of all of them."""
    for ending in ("csv", "parquet"):
        few, many = (run.measured(base, ending, count, "verdict") for count in (rows // 10, rows))
        memory = f"{few.peak:,.0f} and {many.peak:,.0f} MB"
        name = f"{rows // 10:,} and {rows:,} companies, {ending}, verdict"
        yield f"{name}: peak memory", memory, f"{many.peak / few.peak:.2f}", "≤ 500 MB, the same"
        cpu = f"CPU {few.cpu / rows * 1e7:.1f} and {many.cpu / rows * 1e6:.1f} µs a row"
        yield f"{name}: time", cpu, f"{many.cpu / few.cpu / 10:.2f}", "-"


def by_jobs(base: Base, rows: int) -> Iterator[run.Row]:
    """Wall seconds and memory of all columns, by one process and by as many more as there are processors."""
    for ending in ("csv", "parquet"):
        asked, cores = "verdict,reasons,plan", os.cpu_count() or 1
        one, several = (run.measured(base, ending, rows // 10, asked, jobs=jobs) for jobs in (1, cores))
        shown = f"{one.wall:.1f} and {several.wall:.1f} s, CPU {one.cpu:.1f} and {several.cpu:.1f} s"
        memory = f"{one.peak:,.0f} MB, and {several.peak:,.0f} MB beside {cores} × {several.others:,.0f}"
        yield f"{rows // 10:,} companies, {ending}, verdict, reasons, plan; --jobs 1 and {cores}", shown, memory, "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="companies of the largest file (1,000,000)")
    parser.add_argument("--rounds", type=int, default=3, help="of the comparison of rules (3)")
    options = parser.parse_args()
    base = load()
    rows = [*by_rules(base, options.rounds), *by_rows(base, options.rows), *by_jobs(base, options.rows)]
    print(tabulate(rows, ["What", "Measured", "Ratio", "Target"], tablefmt="github"))


if __name__ == "__main__":
    main()
