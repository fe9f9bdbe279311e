"""Output never destroys: no input of a run, no other file unasked, no rights, no link, no pipe; and all of a file or nothing."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import click
import given
import pytest
from given import EXAMPLES, ROOT

from salespath.cli import main
from salespath.files.output import Output, atomic, check, json_pieces, together
from salespath.files.problems import SalespathError

# Two companies of four are rejected: what stands there is nowhere else.
TABLE = "company,self_serve,annual_contract_value\nA,yes,1200\nB,n/a,90000\nC,no,90000\nD,yes,5k/month\n"
GOOD = "company,self_serve,annual_contract_value\nA,yes,1200\nB,no,90000\n"
BAD = "company,self_serve,annual_contract_value\nA,yes,1200\nB,perhaps,90000\n"
posix = pytest.mark.skipif(os.name != "posix", reason="needs links, rights and pipes")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return partial(given.run, XDG_DATA_HOME=str(tmp_path / "data"))


@pytest.fixture
def umask():
    """Set what rights new files do not get."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


@pytest.fixture
def run_process(tmp_path):
    """Run a command in an empty folder, in a process of its own."""
    return partial(given.run_process, cwd=tmp_path)


def codes(done) -> list[str]:
    """The codes of the problems on stderr."""
    return [line.split("error ")[1].split(":")[0] for line in done.stderr.decode().splitlines() if "error SP" in line]


def listing(folder: Path) -> dict[str, tuple[bytes, int]]:
    """All files of a folder with their content and rights."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mode)
        for path in folder.rglob("*")
        if path.is_file()
    }


# An input is never written over


def other_names(path: Path) -> dict[str, str]:
    """Ways to call the same file."""
    folder = path.parent
    (folder / "x").mkdir()
    names = {"itself": path.name, "absolute": str(path), "dots": f"./x/../{path.name}"}
    if os.name == "posix":
        ending = path.suffix
        (folder / f"soft{ending}").symlink_to(path.name)
        (folder / f"chain{ending}").symlink_to(f"soft{ending}")
        os.link(path, folder / f"hard{ending}")
        (folder / "folder").symlink_to(".")
        names |= {
            "soft": f"soft{ending}", "chain": f"chain{ending}", "hard": f"hard{ending}", "folder": f"folder/{path.name}"
        }  # fmt: skip
    return names


@pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "force"])
@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_no_name_of_an_input_is_written(run, tmp_path, ending, force):
    source = tmp_path / f"mine.{ending}"
    source.write_text(TABLE if ending == "csv" else "not read at all")
    for name in other_names(source).values():
        before = listing(tmp_path)
        done = run("assess", source.name, "-o", name, *force)
        assert (done.returncode, done.stdout) == (1, b"")
        assert codes(done) == ["SP146"], "nothing is read before"
        assert name.encode() in done.stderr
        assert b"choose another name" in done.stderr
        assert listing(tmp_path) == before


@posix
def test_a_file_read_through_standard_input_is_an_input(run_process, tmp_path):
    facts = tmp_path / "facts.json"
    facts.write_text('{"product_stage": "idea"}')
    with facts.open("rb") as stream:
        done = run_process("assess", "-", "-o", "facts.json", "--force", stdin=stream)
    assert codes(done) == ["SP146"]
    assert b"standard input" in done.stderr
    assert facts.read_text() == '{"product_stage": "idea"}'


def test_the_rejects_go_onto_no_input_and_not_onto_the_output(run, tmp_path):
    (tmp_path / "out.rejects.csv").write_text(BAD)
    (tmp_path / "more.csv").write_text(GOOD)
    before = listing(tmp_path)
    for words, name in (
        (["-o", "out.csv"], b"out.rejects.csv"),
        (["-o", "new.csv", "--rejects", "more.csv"], b"more.csv"),
        (["--rejects", "more.csv"], b"more.csv"),
        (["-o", "new.csv", "--rejects", "./new.csv"], b"./new.csv"),
    ):
        done = run("assess", "out.rejects.csv", "more.csv", *words, "--force")
        assert (done.returncode, codes(done), done.stdout) == (1, ["SP146"], b"")
        assert done.stderr.startswith(name)
        assert b"--rejects" in done.stderr
        assert listing(tmp_path) == before


def test_all_reasons_are_told_at_once(run, tmp_path):
    (tmp_path / "a.csv").write_text(GOOD)
    (tmp_path / "old.csv").write_text("old")
    assert codes(run("assess", "a.csv", "-o", "a.csv", "--rejects", "old.csv")) == ["SP146", "SP141"]


@pytest.mark.parametrize("words", [["mine.yaml"], ["--answers", "mine.yaml"], ["other.yaml", "--answers", "mine.yaml"]])
@pytest.mark.parametrize("more", [[], ["--force"], ["--no-input"], ["--no-input", "--force"]], ids=" ".join)
def test_an_interview_does_not_write_over_its_facts(run, tmp_path, words, more):
    for name in ("mine.yaml", "other.yaml"):
        (tmp_path / name).write_text("product_stage: idea  # mine\n")
    before = listing(tmp_path)
    done = run("ask", *words, "-o", "./mine.yaml", *more, stdin=b"Acme\nidea\nquit\n")
    assert (done.returncode, done.stdout, codes(done)) == (1, b"", ["SP146"])
    assert listing(tmp_path) == before


def test_rules_of_the_run_are_inputs_too(run, tmp_path):
    house = tmp_path / "house"
    shutil.copytree(EXAMPLES / "house_rules", house)
    (rules, *_) = sorted(house.glob("*.yaml"))
    (tmp_path / "facts.yaml").write_text("product_stage: idea\n")
    before = listing(tmp_path)
    done = run("ask", "facts.yaml", "--no-input", "--rules", "house", "-o", f"house/{rules.name}", "--force")
    assert (done.returncode, codes(done)) == (1, ["SP146"])
    assert listing(tmp_path) == before


# Another file is replaced with --force only


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_a_second_run_does_not_replace_the_first_result(run, tmp_path, ending):
    (tmp_path / "a.csv").write_text(GOOD)
    assert run("assess", "a.csv", "-o", f"out.{ending}").returncode == 0
    first = listing(tmp_path)
    (tmp_path / "a.csv").write_text(GOOD + "C,no,5\n")
    (tmp_path / "broken.csv").write_text("nothing that can be read")
    for name in ("a.csv", "broken.csv"):
        done = run("assess", name, "-o", f"out.{ending}")
        assert (done.returncode, codes(done)) == (1, ["SP141"])
        assert b"--force" in done.stderr
        assert (tmp_path / f"out.{ending}").read_bytes() == first[f"out.{ending}"][0]
    assert run("assess", "a.csv", "-o", f"out.{ending}", "--force").returncode == 0
    assert (tmp_path / f"out.{ending}").read_bytes() != first[f"out.{ending}"][0]


def test_a_file_that_comes_into_being_meanwhile_is_kept(tmp_path):
    out = tmp_path / "out.csv"

    def write() -> None:
        with atomic(str(out)) as file:
            file.write(b"mine")
            out.write_text("another run's")

    with pytest.raises(SalespathError, match="exists already"):
        write()
    assert out.read_text() == "another run's"
    assert list(tmp_path.iterdir()) == [out]


def test_a_reference_page_is_not_replaced(run, tmp_path):
    assert run("rules", "reference", "-o", "pages").returncode == 0
    (page, *_) = (tmp_path / "pages").iterdir()
    page.write_text("my notes")
    before = listing(tmp_path)
    done = run("rules", "reference", "-o", "pages")
    assert done.returncode == 1
    assert codes(done) == ["SP141"] * len(before), "every page that is there is named"
    assert listing(tmp_path) == before
    assert run("rules", "reference", "-o", "pages", "--force").returncode == 0
    assert page.read_text() != "my notes"


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444])
def test_a_replaced_file_keeps_its_rights(run, umask, tmp_path, mode):
    (tmp_path / "a.csv").write_text(BAD)
    for name in ("out.csv", "out.json", "out.rejects.csv"):
        (tmp_path / name).write_text("old")
        (tmp_path / name).chmod(mode)
    for name in ("out.csv", "out.json"):
        assert run("assess", "a.csv", "-o", name, "--force").returncode == 1
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == mode
        assert (tmp_path / name).read_text() != "old"
    assert stat.S_IMODE((tmp_path / "out.rejects.csv").stat().st_mode) == mode


@posix
def test_a_new_file_has_the_rights_the_umask_leaves_and_rejects_those_of_their_output(run, umask, tmp_path):
    (tmp_path / "a.csv").write_text(BAD)
    umask(0o027)
    run("assess", "a.csv", "-o", "new.csv")
    (tmp_path / "private.csv").touch(0o600)
    run("assess", "a.csv", "-o", "private.csv", "--force")
    rights = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("*.csv")}
    del rights["a.csv"]
    assert rights == {
        "new.csv": 0o640, "new.rejects.csv": 0o640, "private.csv": 0o600, "private.rejects.csv": 0o600
    }  # fmt: skip


@posix
def test_a_link_is_followed(run, tmp_path):
    (tmp_path / "a.csv").write_text(GOOD)
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
    target, link = tmp_path / "there" / "real.csv", tmp_path / "here" / "out.csv"
    link.symlink_to("../there/real.csv")
    assert run("assess", "a.csv", "-o", "here/out.csv").returncode == 0, "there is no file yet that it replaces"
    assert target.read_text().startswith("company,")
    target.write_text("old")
    target.chmod(0o600)
    assert codes(run("assess", "a.csv", "-o", "here/out.csv")) == ["SP141"]
    assert run("assess", "a.csv", "-o", "here/out.csv", "--force").returncode == 0
    assert link.is_symlink()
    assert target.read_text().startswith("company,")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [[path.name for path in folder.iterdir()] for folder in (link.parent, target.parent)] == [
        ["out.csv"],
        ["real.csv"],
    ]


@posix
def test_a_link_that_leads_nowhere_is_a_problem_and_stays(run, tmp_path):
    (tmp_path / "a.csv").write_text(GOOD)
    (tmp_path / "out.csv").symlink_to("out.csv")
    assert codes(run("assess", "a.csv", "-o", "out.csv", "--force")) == ["SP140"]
    assert (tmp_path / "out.csv").is_symlink()


# What is no regular file is written, and nothing replaced


@posix
@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_a_pipe_is_written_and_stays_one(run, tmp_path, ending):
    (tmp_path / "a.csv").write_text(GOOD)
    run("assess", "a.csv", "-o", f"file.{ending}")
    pipe = tmp_path / f"pipe.{ending}"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    done = run("assess", "a.csv", "-o", pipe.name)
    reader.join(10)
    assert (done.returncode, read) == (0, [(tmp_path / f"file.{ending}").read_bytes()])
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@posix
def test_devices_are_written_through(run, tmp_path):
    (tmp_path / "a.csv").write_text(BAD)
    null = os.stat("/dev/null")
    (tmp_path / "nothing.csv").symlink_to("/dev/null")
    for words in (["-o", "/dev/null"], ["-o", "nothing.csv"], ["-o", "out.csv", "--rejects", "/dev/null"]):
        done = run("assess", "a.csv", *words)
        assert done.returncode == 1
        assert b"1 company assessed, 1 rejected" in done.stderr
    assert os.stat("/dev/null").st_rdev == null.st_rdev
    assert (tmp_path / "nothing.csv").is_symlink()
    assert {path.name for path in tmp_path.iterdir()} == {"a.csv", "nothing.csv", "out.csv"}


@posix
def test_standard_output_by_its_name_is_what_it_was(run, run_process, tmp_path):
    (tmp_path / "a.csv").write_text(GOOD)
    printed = run("assess", "a.csv", "--format", "json")
    assert run_process("assess", "a.csv", "--format", "json", "-o", "/dev/stdout").stdout == printed.stdout
    assert run_process("assess", "a.csv", "-o", "/dev/stdout").stdout == run("assess", "a.csv").stdout
    (tmp_path / "log").write_text("kept\n")
    line = f"{sys.executable} -m salespath assess a.csv --format json -o /dev/stdout >> log"
    assert subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, timeout=60).returncode == 0
    assert (tmp_path / "log").read_bytes() == b"kept\n" + printed.stdout


@posix
def test_a_folder_a_disk_or_a_socket_is_refused(tmp_path):
    import socket

    with socket.socket(socket.AF_UNIX) as there:
        there.bind(str(tmp_path / "socket.csv"))
        for path, reason in ((tmp_path, "Is a directory"), (tmp_path / "socket.csv", "disk or a socket")):
            with pytest.raises(SalespathError, match=reason):
                check([Output(str(path))], force=True)


# All or nothing


def test_files_written_together_appear_together(tmp_path):
    one, two = str(tmp_path / "one"), str(tmp_path / "two")

    def write(*, fail: bool) -> None:
        with together() as begin:
            begin(one).write(b"1")
            begin(two).write(b"2")
            assert not {path.name for path in tmp_path.iterdir()} & {"one", "two"}
            if fail:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(fail=True)
    assert list(tmp_path.iterdir()) == []
    write(fail=False)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"one": b"1", "two": b"2"}


@posix
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_rejects_that_cannot_be_written_leave_no_output(run, tmp_path):
    (tmp_path / "a.csv").write_text(BAD)
    for name in ("out.csv", "out.json"):
        done = run("assess", "a.csv", "-o", name, "--rejects", "/dev/full")
        assert (done.returncode, codes(done)[-1]) == (1, "SP140")
        assert b"cannot write /dev/full: No space left on device." in done.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_array_is_written_item_by_item_with_the_bytes_of_the_whole(count):
    items = [{"a": "é\n", "b": [n, {}]} for n in range(count)]
    made = []
    pieces = json_pieces((made.append(item) or item) for item in items)
    for number in range(1, count + 1):
        next(pieces)
        assert len(made) == number
    assert "".join(json_pieces(iter(items))) == json.dumps(items, ensure_ascii=False, indent=2) + "\n"


# Every command that writes goes through this gate


MINE = "product_stage: idea\n"
WRITERS = {  # each command with -o: what it reads, and an ending that it writes
    "ask": (["--no-input", "--answers", "mine.yaml"], "yaml"),
    "assess": (["mine.yaml"], "html"),
    "compare": (["mine.yaml", "other.yaml"], "json"),
    "economics": (["mine.yaml"], "md"),
    "explain": (["mine.yaml"], "json"),
    "facts check": (["mine.yaml"], "json"),
    "facts list": ([], "md"),
    "guide": ([], "html"),
    "interviews list": ([], "json"),
    "interviews show": (["acme"], "json"),
    "journal list": ([], "json"),
    "journal show": (["1"], "json"),
    "plan": (["mine.yaml"], "md"),
    "rules check": ([], "json"),
    "rules diff": (["built-in", "-", "--on", "mine.yaml"], "json"),
    "rules graph": ([], "mmd"),
    "rules list": ([], "json"),
    "rules score": (["mine.yaml"], "json"),
    "rules show": (["smb-not-launched"], "md"),
    "whatif": (["mine.yaml"], "json"),
}


def commands_with(option: str, command: click.Command = main, name: str = "") -> set[str]:
    """The names of all commands that have an option."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        inside = {child: command.get_command(context, child) for child in command.list_commands(context)}
        return {n for child, c in inside.items() if c for n in commands_with(option, c, f"{name} {child}".strip())}
    return {name} if any(option in parameter.opts for parameter in command.params) else set()


def test_every_command_that_writes_is_tried_here():
    assert commands_with("-o") == WRITERS.keys() | {"request", "rules reference"}
    assert commands_with("--rejects") == {"assess"}


@pytest.fixture
def filled(tmp_path):
    """A folder with two fact files, a file that is in the way, and a file where a folder is named."""
    for name in ("mine.yaml", "other.yaml"):
        (tmp_path / name).write_text(MINE)
    (tmp_path / "file").write_text("no folder")
    return tmp_path


@pytest.mark.parametrize("name", WRITERS)
def test_a_name_is_refused_before_anything_is_done(run, filled, name):
    words, ending = WRITERS[name]
    for out, code, reason in (
        (f"missing/out.{ending}", "SP140", "there is no folder"),
        (f"file/out.{ending}", "SP140", "Not a directory"),
        (f"there.{ending}", "SP141", "--force"),
    ):
        (filled / f"there.{ending}").write_text("mine")
        before = listing(filled)
        done = run(*name.split(), *words, "-o", out)
        assert (done.returncode, done.stdout, {*codes(done)}) == (1, b"", {code}), done.stderr
        assert reason.encode() in done.stderr
        assert listing(filled) == before


@pytest.mark.parametrize("name", [name for name, (words, _) in WRITERS.items() if "mine.yaml" in words])
def test_an_input_of_any_command_is_refused(run, filled, name):
    words, ending = WRITERS[name]
    (filled / f"link.{ending}").symlink_to("mine.yaml")
    before = listing(filled)
    done = run(*name.split(), *words, "-o", f"link.{ending}", "--force")
    assert (done.returncode, done.stdout, codes(done)) == (1, b"", ["SP146"])
    assert listing(filled) == before


@pytest.mark.parametrize("words", [[], ["--force"]])
def test_an_interview_asks_nothing_before_its_file_can_be_written(run, filled, words):
    done = run("ask", "-o", "missing/out.yaml", *words, stdin=b"Acme\nidea\n")
    assert (done.returncode, done.stdout, codes(done)) == (1, b"", ["SP140"])
    assert not (filled / "data").exists(), "no interview is begun"


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_takes_no_file_is_refused_at_once(run, filled):
    (filled / "closed").mkdir(mode=0o500)
    done = run("assess", "mine.yaml", "-o", "closed/out.json")
    assert codes(done) == ["SP140"]


@posix
def test_a_link_whose_folder_is_gone_is_refused_at_once(run, filled):
    (filled / "out.json").symlink_to("gone/out.json")
    assert codes(run("assess", "mine.yaml", "-o", "out.json", "--force")) == ["SP140"]


def test_a_reference_makes_its_folder_but_not_below_a_file(run, filled):
    assert run("rules", "reference", "-o", "new/pages").returncode == 0
    assert "sources.md" in {path.name for path in (filled / "new" / "pages").iterdir()}
    done = run("rules", "reference", "-o", "file/pages")
    assert done.returncode == 1
    assert set(codes(done)) == {"SP140"}


OPENERS = {"write_text", "write_bytes", "mkstemp", "NamedTemporaryFile", "touch", "symlink_to"}


def test_nothing_else_of_the_program_writes_files():
    found = set()
    for path in (ROOT / "salespath").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            said = ast.unparse(node)
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            writing = called == "open" and re.search(r"""['"][rwax]?[bt]?[wax+]""", said)
            opening = said.startswith(("os.open", "os.replace", "os.rename", "os.fdopen", "tempfile."))
            opening &= not said.startswith("tempfile.TemporaryFile")  # which has no name and leaves nothing
            if writing or opening or called in OPENERS:
                found.add(str(path.relative_to(ROOT / "salespath")))
    # The empty files of the store, and of its locks; the journals of earlier versions are opened to be read.
    assert found == {"files/output.py", "interview/store.py", "interview/holds.py", "interview/journals.py"}
