"""The documents say what the program does: commands run, outputs are real, what is generated is current (`tools/refresh.py`)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from salespath.counsel.precedents import FILE
from tools.refresh import BLOCK, CUT, FOLDERS, README, ROOT, SHOWING, run, stale


def blocks() -> list[tuple[str, str]]:
    return [(m["command"], m["output"]) for page in SHOWING for m in BLOCK.finditer(page.read_text("utf-8"))]


@pytest.mark.parametrize(("command", "output"), blocks())
def test_the_pages_show_what_the_commands_print(command: str, output: str) -> None:
    real = run(command)
    parts = [part for part in output.split(f"{CUT}\n") if part.strip()]
    assert parts, "it shows nothing"
    for part in parts:
        assert part in real


def test_what_is_generated_is_current() -> None:
    assert not stale(), "run python -m tools.refresh"


def test_what_is_generated_stays_in_its_budget() -> None:
    files = [*(path for folder in FOLDERS for path in folder.iterdir()), ROOT / "docs" / "commands.md", FILE]
    assert sum(path.read_text("utf-8").count("\n") for path in files) < 5_500


def test_the_readme_names_the_two_commands_and_nothing_else_to_set_up() -> None:
    lines = [line.strip() for line in README.read_text("utf-8").splitlines() if line.startswith("    python3 -m venv")]
    assert len(lines) == 2
    assert "salespath assess examples/real_companies.csv" in lines[0]
    assert "pytest" in lines[1]


def test_the_readme_fits_its_first_screens() -> None:
    text = README.read_text("utf-8")
    assert len(text.splitlines()) <= 120
    assert len(text.split()) <= 700
    lines = text.splitlines()
    assert next(place for place, line in enumerate(lines) if "salespath ask" in line) < 60


ANSWERS = b"untested\n\n\n\n\n\n\n\n\n"


@pytest.mark.parametrize(
    "command", [c for c in re.findall(r"`\.venv/bin/(salespath [^`]+)`", README.read_text("utf-8"))]
)
def test_every_command_of_the_readme_runs_as_it_is_written(command: str, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", *command.split()], cwd=tmp_path, env=environment, capture_output=True, input=ANSWERS
    )
    assert done.returncode == 0, done.stderr.decode()
    assert len(done.stdout.splitlines()) > 10 or "-o" in command
    if "-o" in command:
        assert (tmp_path / command.split()[-1]).stat().st_size > 10_000


def test_the_scores_of_the_readme_are_those_of_the_page() -> None:
    """The counts of both judges stand in a row of the README for each table of the page, for the files that a row is of."""
    page = (ROOT / "docs" / "real-companies.md").read_text("utf-8")
    readme = README.read_text("utf-8")
    tables = re.findall(r"^salespath  .*\n(?:.*\n)*?rule of thumb, with both.*$", page, re.MULTILINE)
    rows = [line for table in tables for line in table.splitlines() if re.match("salespath|rule of thumb, with", line)]
    found = [re.findall(r"(\d+) \(\d+\)", line)[:3] for line in rows]
    found = [counts for counts in found if counts]
    assert len(found) == 6, "salespath and the rule of thumb, of three selections of facts"
    for ours, theirs in zip(found[:4:2], found[1:4:2]):
        assert re.search(rf"\b{ours[1]}\b.*\b{ours[2]}\b.*\b{theirs[1]}\b.*\b{theirs[2]}\b", readme)
    assert re.search(rf"\b{found[0][0]}\b.*\b{found[1][0]}\b", readme)


def test_the_python_example_of_the_readme_runs() -> None:
    code = re.search(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert code
    done = subprocess.run([sys.executable, "-c", code[1]], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() in ("enterprise", "smb", "both", "not_yet", "undetermined")


def test_every_link_of_the_documents_leads_somewhere() -> None:
    pages = [README, *ROOT.glob("docs/**/*.md"), ROOT / "CONTRIBUTING.md", ROOT / "benchmarks" / "README.md"]
    for page in pages:
        for name in re.findall(r"`((?:docs|tests|examples|benchmarks|salespath)/[\w./-]*)`", page.read_text("utf-8")):
            assert (ROOT / name).exists(), f"{page.name} names {name}"


def test_every_problem_code_is_explained() -> None:
    page = (ROOT / "docs" / "problems.md").read_text("utf-8")
    code = "".join(path.read_text("utf-8") for path in (ROOT / "salespath").rglob("*.py"))
    assert set(re.findall(r'"(SP\d{3})"', code)) == set(re.findall(r"^\| (SP\d{3}) ", page, re.MULTILINE))
