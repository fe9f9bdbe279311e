"""The commands: what they print where, how they end, and that the same input gives the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner
from given import BASE, EXAMPLES, run
from jsonschema import Draft202012Validator

import salespath
import salespath.report
from salespath.cli import main
from salespath.rules.model import VERDICTS
from tools.document_schema import assessment_schema

ONE = str(EXAMPLES / "veeva_2013.yaml")
MANY = str(EXAMPLES / "real_companies.yaml")
posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")


@pytest.fixture
def invoke():
    """Run a command, its output as text."""
    return lambda *args, **options: CliRunner().invoke(main, args, catch_exceptions=False, **options)


# assess


def test_one_company_gives_a_report():
    done = run("assess", ONE)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode()
    assert text.startswith("Veeva Systems\n=====")
    assert "\nRun an enterprise sales process" in text
    assert "\nFirst moves\n" in text


def test_facts_may_be_set_without_a_file(tmp_path):
    settings = ["--set", "product_stage=launched", "--set", "capital=300k", "--set", "team_roles=marketing,SDR"]
    done = run("assess", *settings)
    assert done.returncode == 0
    assert done.stderr.decode().splitlines() == [
        "note SP116: Your company: capital: 300k, read as $300,000.",
        "note SP116: Your company: team_roles: marketing, read as digital marketer; SDR, read as sales development.",
    ]
    assert done.stdout.startswith(b"Your company\n====")
    out = tmp_path / "out.json"
    assert run("assess", *settings, "--company", "Acme", "-o", str(out)).returncode == 0
    found = json.loads(out.read_bytes())
    assert found["company"] == "Acme"
    assert found["facts"] == {
        "product_stage": "launched",
        "capital": 300_000,
        "team_roles": ["sales_development", "digital_marketer"],
    }


def test_facts_set_go_on_top_of_a_file(invoke):
    before = json.loads(invoke("assess", ONE, "--format", "json").stdout)["facts"]
    args = ("--set", "self_serve=", "--set", "product_stage=Pilot", "--format", "json")
    assert json.loads(invoke("assess", ONE, *args).stdout)["facts"] == {
        name: value for name, value in (before | {"product_stage": "pilot"}).items() if name != "self_serve"
    }
    assert json.loads(invoke("assess", MANY, "--company", "Dropbox", *args).stdout)["company"] == "Dropbox"
    assert invoke("explain", ONE, "enterprise", *args[:4]).stdout != invoke("explain", ONE, "enterprise").stdout
    assert json.loads(invoke("economics", *args).stdout)["company"] == "Your company"


@pytest.mark.parametrize("command", ["assess", "explain", "economics"])
def test_what_is_wrong_with_settings_is_said_at_once(command):
    done = run(command, "--set", "product_stage=lunched", "--set", "capital=5 kr", "--set", "x")
    assert (done.returncode, done.stdout) == (1, b"")
    lines = done.stderr.decode().splitlines()
    assert [line.split(": ")[:2] for line in lines] == [
        ["--set", f"error {code}"] for code in ("SP112", "SP115", "SP151")
    ]


@pytest.mark.parametrize("command", ["assess", "explain", "economics"])
def test_facts_are_set_for_one_company_only(command):
    done = run(command, MANY, "--set", "capital=5k")
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"error SP153: it holds 32 companies; say which one with --company NAME" in done.stderr
    done = run(command, MANY, "--company", "Dropbx")
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"Did you mean Dropbox?" in done.stderr


def test_a_setting_hides_no_problem_of_the_file(tmp_path):
    path = tmp_path / "one.yaml"
    path.write_text("capital: much\n")
    done = run("assess", str(path), "--set", "self_serve=yes")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(f"{path}:1: error SP112: ".encode())


def test_full_adds_the_reasons_of_the_plan(invoke):
    short, full = invoke("assess", ONE).stdout, invoke("assess", ONE, "--full").stdout
    assert "\n      Why: " in full
    assert "\n      Why: " not in short
    assert len(full) > len(short)


def test_many_companies_give_a_table_and_the_count_on_stderr():
    done = run("assess", MANY)
    assert done.returncode == 0
    assert done.stdout.decode().startswith("Portfolio: 32 companies")
    assert done.stderr == b"32 companies: 32 assessed, 0 rejected.\n"


def test_json_is_an_object_for_one_and_an_array_for_many_in_the_order_given():
    validator = Draft202012Validator(assessment_schema())
    one = json.loads(run("assess", ONE, "--format", "json").stdout)
    many = json.loads(run("assess", MANY, ONE, "--format", "json").stdout)
    for document in (one, many):
        validator.validate(document)
    assert one["company"] == "Veeva Systems"
    assert "next_questions" in one
    assert len(many) == 33
    assert "next_questions" not in many[0]
    assert (many[0]["company"], many[-1]["company"]) == ("Anaplan", "Veeva Systems")


def test_output_to_a_file_has_the_bytes_of_standard_output(tmp_path):
    out = tmp_path / "out.json"
    printed = run("assess", ONE, "--format", "json").stdout
    done = run("assess", ONE, "-o", str(out))
    assert (done.returncode, done.stdout) == (0, b"")
    assert out.read_bytes() == printed
    assert run("assess", ONE, "--format", "json", "-o", "-").stdout == printed


@pytest.mark.parametrize(
    "text",
    ["product_stage: launched\n", '{"product_stage": "launched"}', '{"company": "\\ud83d\\ude80"}', "company: 🚀"],
)
def test_standard_input_is_yaml_or_json(text):
    done = run("assess", "-", stdin=text)
    assert done.returncode == 0
    assert done.stdout.decode().splitlines()[0] == ("🚀" if "company" in text else "standard input")


def test_a_file_that_cannot_be_read_costs_nothing_but_itself():
    done = run("assess", ONE, "missing.yaml", MANY)
    assert done.returncode == 1
    assert b"Veeva Systems" in done.stdout
    assert b"missing.yaml: error SP101: cannot read missing.yaml: No such file or directory." in done.stderr
    assert b"33 companies: 33 assessed, 0 rejected." in done.stderr


@pytest.mark.parametrize(
    ("folders", "reason"),
    [
        (["missing", "out.json"], b"there is no folder"),
        (["file", "out.json"], b"Not a directory"),
        (["folder.json"], b"Is a directory"),
    ],
)
def test_an_output_that_cannot_be_written_is_a_message_and_leaves_nothing(tmp_path, folders, reason):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.json").mkdir()
    before = sorted(tmp_path.rglob("*"))
    done = run("assess", ONE, "-o", str(tmp_path.joinpath(*folders)))
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"error SP140: cannot write" in done.stderr
    assert reason in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_a_company_that_cannot_be_read_replaces_no_earlier_output(tmp_path):
    out = tmp_path / "out.json"
    out.write_text("earlier")
    assert run("assess", "-", "-o", str(out), stdin="nonsense: 1").returncode == 1
    assert out.read_text() == "earlier"


# explain


def targets() -> list[str]:
    rules = BASE.knowledge.rules.values()
    one_of_each_kind = {rule.kind: rule.id for rule in rules}.values()
    return [*VERDICTS, "channel", "channel:automation", "customer_segment", "has_proof", "process", *one_of_each_kind]


@pytest.mark.parametrize("target", targets())
def test_explain_takes_every_kind_of_target(invoke, target):
    done = invoke("explain", ONE, target)
    assert (done.exit_code, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) >= 2
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_explain_takes_a_target_where_settings_stand_in_for_a_file():
    done = run("explain", "--set", "product_stage=launched", "--set", "role=marketing", "channel")
    assert done.returncode == 0
    assert done.stdout.startswith(b"Channel\n")
    done = run("explain", "--set", "product_stage=launched", "nowhere.yaml")
    assert (done.returncode, b"nowhere.yaml" in done.stderr) == (1, True)


def test_explain_without_a_target_says_how():
    done = run("explain", ONE)
    assert done.returncode == 0
    text = done.stdout.decode()
    assert text.startswith("Veeva Systems: Run an enterprise sales process")
    assert "Answers: average contract" in text
    assert "The strongest argument on the other side" in text


def test_explain_of_an_unknown_target_suggests_one():
    done = run("explain", ONE, "chanel")
    assert (done.returncode, done.stdout) == (1, b"")
    assert (
        done.stderr
        == b"error SP130: chanel is not a process, topic, choice, attribute, rule, fact or dimension. Did you mean channel?\n"
    )


# guide and facts


def test_the_guide_is_printed_in_whatever_width(invoke, monkeypatch):
    for columns in (40, 80, 200):
        monkeypatch.setenv("COLUMNS", str(columns))
        done = invoke("guide")
        assert done.exit_code == 0
        assert "Starting point" in done.stdout
        assert BASE.knowledge.article["author"] in " ".join(done.stdout.split())


@pytest.mark.parametrize("tier", [None, "core", "plan", "figures"])
def test_facts_are_listed_by_tier(invoke, tier):
    chosen = ["--ask", tier] if tier else []
    listed = json.loads(invoke("facts", "list", *chosen, "--format", "json").stdout)
    assert [item["id"] for item in listed] == [f.id for f in BASE.vocabulary.facts.values() if tier in (None, f.ask)]
    assert all(item["question"] and item["why"] for item in listed)
    text = invoke("facts", "list", *chosen).stdout
    assert all(item["id"] in text for item in listed)


def test_check_counts_and_reports_every_problem_of_every_file(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("self_serve: perhaps\nnonsense: 1\nrunway_months: 9\n")
    done = run("facts", "check", ONE, str(bad), "missing.yaml")
    assert done.returncode == 1
    lines = done.stdout.decode().splitlines()
    assert lines[0].startswith(f"{ONE}: 1 of 1 company can be assessed, ")
    assert lines[1] == f"{bad}: 0 of 1 company can be assessed, 0 facts known, 2 problems."
    assert lines[2].startswith("missing.yaml: 0 of 0 companies")
    assert done.stderr.decode().splitlines()[0].startswith(f"{bad}:1: error SP112: ")


def test_check_counts_one_problem_as_one(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("self_serve: perhaps\nrunway_months: 9\n")
    (line,) = run("facts", "check", str(bad)).stdout.decode().splitlines()
    assert line.endswith(": 0 of 1 company can be assessed, 0 facts known, 1 problem.")


def test_check_warns_of_figures_that_do_not_fit_without_failing(tmp_path):
    odd = tmp_path / "odd.yaml"
    odd.write_text("runway_months: 30\ncapital: 100\nmonthly_burn: 10\n")
    done = run("facts", "check", str(odd))
    assert done.returncode == 0
    assert b"warning SP120: odd: runway_months is given as 30 months" in done.stderr


def test_the_template_can_be_checked_as_it_is(tmp_path):
    path = tmp_path / "new.yaml"
    path.write_bytes(run("facts", "template").stdout)
    done = run("facts", "check", str(path))
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"1 of 1 company can be assessed, 0 facts known, no problems." in done.stdout


# Every command on companies takes every kind of file, and writes every kind of page

ON_COMPANIES = (
    "assess",
    "explain",
    "economics",
    "compare",
    "whatif",
    "facts check",
    "rules score",
    "rules diff - - --on",
)
TWO = b"company,product_stage,self_serve,label\nAcme,launched,yes,smb\nBeta,idea,,not_yet\n"


@pytest.mark.parametrize("command", ON_COMPANIES)
def test_a_table_on_standard_input_is_read_and_the_output_written_by_its_ending(invoke, command, tmp_path):
    which = [] if command == "compare" else ["--company", "Acme"]
    for ending, start in (("txt", ""), ("json", ""), ("md", ""), ("html", "<!DOCTYPE html>")):
        out = tmp_path / f"out.{ending}"
        done = invoke(*command.split(), "-", *which, "-o", str(out), input=TWO)
        assert (done.exit_code, done.stdout) == (0, "")
        assert out.read_text(encoding="utf-8").startswith(start)
        printed = invoke(*command.split(), "-", *which, "--format", "text" if ending == "txt" else ending, input=TWO)
        assert printed.stdout_bytes == out.read_bytes()
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", ON_COMPANIES)
def test_nothing_in_a_file_is_said_and_no_failure(invoke, command):
    done = invoke(*command.split(), "-", input=TWO.splitlines()[0])
    assert done.exit_code == 0
    assert "warning SP110: there is no row with anything in it" in done.stderr


def test_a_company_that_no_file_holds_is_an_error(invoke):
    done = invoke("facts", "check", MANY, "--company", "Dropbx")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "Did you mean Dropbox?" in done.stderr


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_a_table_is_printed_too(invoke, format_, tmp_path):
    out = tmp_path / f"out.{format_}"
    assert invoke("assess", "-", "-o", str(out), input=TWO).exit_code == 0
    assert invoke("assess", "-", "--format", format_, input=TWO).stdout_bytes == out.read_bytes()
    found = out.read_text(encoding="utf-8").splitlines()
    if format_ == "jsonl":
        assert found == [
            json.dumps(item, ensure_ascii=False)
            for item in json.loads(invoke("assess", "-", "--format", "json", input=TWO).stdout)
        ]
    else:
        assert [line.split(",")[0] for line in found] == ["company", "Acme", "Beta"]


# How commands end


def commands(group: click.Group = main, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path]
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found += commands(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
    return found


@pytest.mark.parametrize("path", commands(), ids=" ".join)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_explains_itself(invoke, path, option):
    done = invoke(*path, option)
    assert done.exit_code == 0
    assert done.stdout.startswith("Usage: ")
    assert len(done.stdout.strip().splitlines()) > 2


@pytest.mark.parametrize(
    "args",
    [
        ["nonsense"],
        ["assess"],
        ["assess", "--nonsense", ONE],
        ["assess", "--format", "xml", ONE],
        ["assess", ONE, "-o", "out.xml"],
        ["assess", ONE, "-o", "out.json", "--format", "text"],
        ["explain", ONE, "-o", "out.csv"],
        ["assess", ONE, "--format", "parquet"],
        ["assess", ONE, "-o", "json"],
        ["assess", "-o", "out.csv"],
        ["assess", "--company", "Acme"],
        ["assess", "--set", "capital=5k", "-o", "out.csv"],
        ["economics"],
        ["explain"],
        ["explain", ONE, "smb", "both"],
        ["guide", "smb"],
        ["facts", "nonsense"],
        ["facts", "list", "--ask", "all"],
        ["facts", "check"],
        ["facts", "template", "--format", "json"],
    ],
    ids=" ".join,
)
def test_a_wrong_use_ends_with_2_and_the_usage(invoke, args, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = invoke(*args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Error: " in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_version_is_printed():
    assert run("--version").stdout.decode().strip() == f"salespath, version {salespath.__version__}"


# Terminals, pipes and encodings


@posix
@pytest.mark.parametrize("command", ["guide", f"assess {MANY} --format json", "facts list"])
def test_a_reader_that_stops_early_is_no_error(command):
    line = f"{sys.executable} -m salespath {command} | head -n 1"
    done = subprocess.run(["sh", "-c", line], capture_output=True, timeout=60)
    assert len(done.stdout.splitlines()) == 1
    assert b"Traceback" not in done.stderr
    assert b"Broken pipe" not in done.stderr
    assert b"Exception" not in done.stderr


@posix
@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("guide > /dev/full", 1, b"error SP140: cannot write the output: No space left on device."),
        (
            f"assess {MANY} --format json > /dev/full",
            1,
            b"error SP140: cannot write the output: No space left on device.",
        ),
        ("assess - <&-", 1, b"-: error SP103: the file is empty."),
        (f"assess {ONE} >&-", 0, b""),
        (f"assess {MANY} > /dev/null 2>&-", 0, b""),
    ],
)
def test_a_full_disk_or_a_closed_stream_is_no_crash(command, code, message):
    if "/dev/full" in command and not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    done = subprocess.run(["sh", "-c", f"{sys.executable} -m salespath {command}"], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr.strip()) == (code, message)


@posix
@pytest.mark.parametrize(
    ("environment", "marked"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_a_terminal_gets_bold_headings_unless_it_says_otherwise(environment, marked):
    pexpect = pytest.importorskip("pexpect")
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    child = pexpect.spawn(
        sys.executable, ["-m", "salespath", "assess", ONE], env={**plain, "TERM": "xterm", **environment}, timeout=60
    )
    output = child.read()
    child.close()
    assert child.exitstatus == 0
    assert b"Veeva Systems" in output
    assert (b"\x1b[" in output) is marked


def test_a_pipe_gets_no_colour():
    for command in (("assess", ONE), ("explain", ONE), ("guide",), ("assess", MANY)):
        assert b"\x1b" not in run(*command, TERM="xterm-256color").stdout


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize(
    "command",
    [["assess", "-"], ["explain", "-"], ["guide"], ["facts", "list"]],
    ids=" ".join,
)
def test_an_old_code_page_crashes_nothing(encoding, command):
    done = run(*command, stdin="company: Țiriac ☂ 🚀\nannual_contract_value: 5\n", PYTHONIOENCODING=encoding)
    assert done.returncode == 0
    assert len(done.stdout) > 50


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_json_keeps_every_character_whatever_the_code_page(encoding):
    done = run("assess", "-", "--format", "json", stdin="company: Țiriac é ☂ 🚀\n", PYTHONIOENCODING=encoding)
    assert json.loads(done.stdout.decode("utf-8"))["company"] == "Țiriac é ☂ 🚀"


def test_messages_of_problems_survive_an_old_code_page():
    done = run("assess", "-", stdin="company: Țiriac ☂\nself_serve: ☂\n", PYTHONIOENCODING="cp1252")
    assert done.returncode == 1
    assert b"SP112" in done.stderr


def test_output_goes_to_stdout_and_messages_to_stderr():
    done = run("assess", "-", stdin="self_serve: perhaps")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"-:1: error SP112: standard input: self_serve: ")


def test_the_same_input_gives_the_same_bytes():
    commands = (
        ["assess", ONE, "--full"], ["assess", MANY], ["assess", MANY, "--format", "json"], ["explain", ONE],
        ["explain", ONE, "--format", "json"], ["guide"],
    )  # fmt: skip
    code = f"from salespath.cli import main\nfor words in {commands}: main(words, standalone_mode=False)"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "4711")
    }
    assert len(outputs) == 1
    assert len(outputs.pop()) > 100_000


def test_explanations_and_the_guide_are_data_too():
    tree = json.loads(run("explain", ONE, "smb", "--format", "json").stdout)
    assert (tree["id"], tree["kind"], tree["status"]) == ("process:smb", "verdict", "failed")
    assert len(json.loads(run("explain", "-", "--format", "json", stdin=TWO).stdout)) == 2
    assert {"point", "enterprise", "smb", "source"} == set(json.loads(run("guide", "--format", "json").stdout)[0])
