"""Forms are sent out, filled in and read back: which facts they ask, what they change, and what is refused."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from given import EXAMPLES, run

FIVE = ("Anaplan", "HubSpot", "Wix", "Datadog", "Kite")


def entries() -> list[dict[str, Any]]:
    found = yaml.safe_load((EXAMPLES / "real_companies.yaml").read_text())
    return [{"company": e["company"], "facts": e["facts"]} for e in found if e["company"] in FIVE]


def write(path: Path, companies: Any) -> Path:
    path.write_text(yaml.safe_dump(companies, sort_keys=False, allow_unicode=True))
    return path


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The forms of five companies as they were made, with portfolio.yaml beside the folder."""
    folder = tmp_path_factory.mktemp("sent")
    write(folder / "portfolio.yaml", entries())
    done = run("request", str(folder / "portfolio.yaml"), "-o", str(folder / "forms"))
    assert done.returncode == 0, done.stderr.decode()
    return folder


@pytest.fixture
def made(sent: Path, tmp_path: Path) -> Path:
    """A folder with those forms, to be filled in."""
    shutil.copytree(sent, tmp_path, dirs_exist_ok=True)
    return tmp_path / "forms"


def form(folder: Path, company: str, ending: str = "xlsx") -> Path:
    (found,) = folder.glob(f"{company.lower()}-*.{ending}")
    return found


def cells(path: Path) -> dict[str, Any]:
    """The answer cells of a form, by fact."""
    sheet = openpyxl.load_workbook(path)["Questions"]
    return {row[7].value: row[2] for row in sheet.iter_rows() if row[7].value not in (None, "Fact")}


def fill(path: Path, **answers: Any) -> None:
    """Fill in a form as somebody with a spreadsheet would."""
    book = openpyxl.load_workbook(path)
    places = {row[7].value: row[2] for row in book["Questions"].iter_rows()}
    for fact, value in answers.items():
        places[fact].value = value
    book.save(path)


def fill_facts(path: Path, **answers: str) -> None:
    """Fill in a fact file."""
    lines = path.read_text().splitlines()
    for fact, value in answers.items():
        (place,) = (n for n, line in enumerate(lines) if line.strip().startswith(f"{fact}:"))
        lines[place] = f"  {fact}: {value}"
    path.write_text("\n".join(lines) + "\n")


def assessed(folder: Path, *options: str) -> tuple[dict[str, dict[str, Any]], list[str], int]:
    """The companies by name as they are assessed with a folder of forms, what is said of the forms, the exit code."""
    done = run("assess", str(folder.parent / "portfolio.yaml"), str(folder), "--format", "json", *options)
    found = {a["company"]: a for a in json.loads(done.stdout)} if done.stdout else {}
    said = [line for line in done.stderr.decode().splitlines() if " SP1" in line]
    return found, said, done.returncode


def changes(said: list[str]) -> list[str]:
    return [line for line in said if "SP192" in line and "changes nothing" not in line]


def test_five_companies_are_asked_answer_and_change(made: Path) -> None:
    before, _, _ = assessed(made)
    fill(form(made, "Anaplan"), seller_seniority="none", willingness_to_pay=None)
    fill(form(made, "HubSpot"), customization="bespoke", targeted_segments="large, midsize")
    fill(form(made, "Wix"), decision_makers=2, sales_cycle_months="6 weeks")
    fill(form(made, "Datadog"), who_sells="none")
    fill_facts(form(made, "Kite", "yaml"), annual_contract_value="about 5k", purchase_route="tender")
    found, said, code = assessed(made)
    assert code == 0
    assert {name for name in FIVE if found[name]["facts"] != before[name]["facts"]} == set(FIVE)
    facts = {name: found[name]["facts"] for name in FIVE}
    assert facts["Anaplan"]["seller_seniority"] == "none"
    assert "willingness_to_pay" in before["Anaplan"]["facts"]
    assert "willingness_to_pay" not in facts["Anaplan"]
    assert facts["HubSpot"]["customization"] == "bespoke"
    assert set(facts["HubSpot"]["targeted_segments"]) == {"large", "midsize"}
    assert facts["Wix"]["decision_makers"] == 2
    assert facts["Wix"]["sales_cycle_months"] == pytest.approx(6 * 12 / 52, rel=0.02)
    assert facts["Datadog"]["who_sells"] == []
    assert facts["Kite"]["annual_contract_value"] == 5000
    assert found["Kite"]["motion"] == "tender" != before["Kite"]["motion"]
    told = "\n".join(changes(said))
    assert len(changes(said)) == 5
    assert "to $5,000, estimated" in told
    assert "and the motion was self-serve and is tender" in told
    assert any(line.startswith(str(form(made, "Wix"))) and "6 weeks" in line for line in said if "SP116" in line)
    assert "most senior seller (seller_seniority) from not known to none" in told
    assert "willingness to pay (willingness_to_pay) from proven to not known" in told
    assert f"was {before['Anaplan']['process']} and is" in told or "The verdict stays" in told
    untouched = {k: v for k, v in before["Wix"]["facts"].items()}
    assert {k: v for k, v in facts["Wix"].items() if k in untouched} == untouched


def test_a_form_that_turns_the_verdict_says_so(made: Path) -> None:
    before, _, _ = assessed(made)
    fill(form(made, "Anaplan"), seller_seniority="none")
    found, said, _ = assessed(made)
    assert (before["Anaplan"]["process"], found["Anaplan"]["process"]) == ("enterprise", "not_yet")
    assert "The verdict was enterprise and is not yet" in changes(said)[0]


def test_untouched_forms_change_nothing(made: Path) -> None:
    alone = json.loads(run("assess", str(made.parent / "portfolio.yaml"), "--format", "json").stdout)
    found, said, code = assessed(made)
    assert list(found.values()) == alone
    assert code == 0
    assert not changes(said)


def test_what_is_known_stands_in_the_form_and_choices_are_lists(made: Path) -> None:
    path = form(made, "Anaplan")
    known = cells(path)
    assert known["annual_contract_value"].value == 200_000
    assert known["willingness_to_pay"].value == "proven"
    assert known["seller_seniority"].value is None
    book = openpyxl.load_workbook(path)
    sheet = book["Questions"]
    lists = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    rule = lists[known["seller_seniority"].coordinate]
    _, _, area = rule.formula1.partition("!")
    options = [row[0].value for row in book["salespath"][area.replace("$", "")]]
    assert "none" in options
    assert len(options) == len(set(options)) > 2
    assert book["salespath"].sheet_state == "hidden"
    assert sheet.protection.sheet
    assert not known["seller_seniority"].protection.locked


@pytest.mark.parametrize("both", [False, True])
def test_one_file_of_a_form_may_be_as_it_was_made(made: Path, both: bool) -> None:
    fill(form(made, "Wix"), decision_makers=2)
    if both:
        fill_facts(form(made, "Wix", "yaml"), decision_makers="2")
    found, said, code = assessed(made)
    assert code == 0
    assert found["Wix"]["facts"]["decision_makers"] == 2
    assert len(changes(said)) == 1 + both


def test_two_files_of_a_form_that_differ_are_an_error_naming_both(made: Path) -> None:
    fill(form(made, "Wix"), decision_makers=2)
    fill_facts(form(made, "Wix", "yaml"), decision_makers="3", sales_cycle_months="1")
    found, said, code = assessed(made)
    (error,) = [line for line in said if "SP191" in line]
    assert code == 1
    assert str(form(made, "Wix")) in error
    assert str(form(made, "Wix", "yaml")) in error
    assert "people in one purchase" in error
    assert "decision_makers" not in found["Wix"]["facts"]
    assert len(found) == 5


def test_a_form_of_another_file_is_refused(made: Path) -> None:
    fill(form(made, "Wix"), decision_makers=2)
    write(made.parent / "portfolio.yaml", [{"company": "Other", "facts": {"product_stage": "idea"}}])
    found, said, code = assessed(made)
    assert code == 1
    assert list(found) == ["Other"]
    assert len([line for line in said if "SP190" in line]) == 10
    assert str(form(made, "Wix")) in "".join(said)


def test_a_form_is_refused_where_the_file_says_other_things_now(made: Path) -> None:
    fill(form(made, "Wix"), decision_makers=2)
    companies = entries()
    next(c for c in companies if c["company"] == "Wix")["facts"]["capital"] = 1
    write(made.parent / "portfolio.yaml", companies)
    found, said, code = assessed(made)
    assert code == 1
    assert "decision_makers" not in found["Wix"]["facts"]
    assert {line.split(": ")[0] for line in said if "SP190" in line} == {
        str(form(made, "Wix")),
        str(form(made, "Wix", "yaml")),
    }
    assert "make a new form" in "".join(said)


def test_the_id_survives_other_names_other_rows_and_another_kind_of_file(made: Path) -> None:
    fill(form(made, "Wix"), decision_makers=2)
    form(made, "Wix").rename(made / "from the founder (1).xlsx")
    moved = made.parent / "elsewhere"
    moved.mkdir()
    companies = entries()[::-1]
    (moved / "other.json").write_text(json.dumps(companies))
    done = run("assess", str(moved / "other.json"), str(made), "--format", "json")
    assert done.returncode == 0, done.stderr.decode()
    (wix,) = (a for a in json.loads(done.stdout) if a["company"] == "Wix")
    assert wix["facts"]["decision_makers"] == 2


def test_companies_of_one_name_get_a_form_each(tmp_path: Path) -> None:
    facts = {"product_stage": "launched", "self_serve": False}
    same = {"company": "Acme", "facts": facts}
    write(
        tmp_path / "portfolio.yaml",
        [same, {"company": "Acme", "facts": {**facts, "capital": 5}}, {**same, "facts": {**facts}}],
    )
    folder = tmp_path / "forms"
    assert run("request", str(tmp_path / "portfolio.yaml"), "-o", str(folder)).returncode == 0
    paths = sorted(folder.glob("acme-*.xlsx"))
    assert len(paths) == 3
    numbers = {path: number for number, path in enumerate(paths, 1)}
    shared = [name for name in cells(paths[0]) if all(cells(path).get(name) for path in paths)]
    money = next(name for name in shared if name != "capital" and name in ("annual_contract_value", "monthly_burn"))
    for path, number in numbers.items():
        fill(path, **{money: number})
    rich = {n for path, n in numbers.items() if getattr(cells(path).get("capital"), "value", None) == 5}
    done = run("assess", str(tmp_path / "portfolio.yaml"), str(folder), "--format", "json")
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)
    assert sorted(a["facts"][money] for a in found) == [1, 2, 3]
    assert {a["facts"][money] for a in found if "capital" in a["facts"]} == rich != set()


def test_one_unreadable_answer_costs_the_form_and_names_its_cell(made: Path) -> None:
    fill(form(made, "Wix"), decision_makers="a few", sales_cycle_months="=1/0")
    fill(form(made, "Kite"), purchase_route="tender")
    place = cells(form(made, "Wix"))
    found, said, code = assessed(made)
    assert code == 1
    errors = [line for line in said if "SP112" in line]
    assert len(errors) == 2
    assert f"row {place['decision_makers'].row}, column C" in "".join(errors)
    assert "'a few'" in "".join(errors) or "a few" in "".join(errors)
    assert [line for line in said if "SP170" in line]
    assert "decision_makers" not in found["Wix"]["facts"]
    assert found["Kite"]["facts"]["purchase_route"] == "tender"


@pytest.mark.parametrize("gone", ["hidden", "seen"])
def test_the_mark_stands_twice(made: Path, gone: str) -> None:
    path = form(made, "Wix")
    fill(path, decision_makers=2)
    book = openpyxl.load_workbook(path)
    if gone == "hidden":
        del book["salespath"]
    else:
        sheet = book["Questions"]
        next(row[0] for row in sheet.iter_rows() if "salespath-form" in str(row[0].value)).value = None
    book.save(path)
    assert assessed(made)[0]["Wix"]["facts"]["decision_makers"] == 2


def test_rows_may_be_moved_and_columns_inserted(made: Path) -> None:
    path = form(made, "Wix")
    fill(path, decision_makers=2)
    book = openpyxl.load_workbook(path)
    sheet = book["Questions"]
    sheet.insert_rows(1, 3)
    sheet.insert_cols(2)
    sheet.delete_rows(sheet.max_row)
    book.save(path)
    found, said, code = assessed(made)
    assert code == 0, said
    assert found["Wix"]["facts"]["decision_makers"] == 2


def test_any_other_file_is_a_file_of_companies(made: Path) -> None:
    (made / "more.csv").write_text("company,product_stage\nBirch,idea\n")
    (made / ".~lock.wix.xlsx#").write_text("somebody")
    found, said, code = assessed(made)
    assert code == 0
    assert set(found) == {*FIVE, "Birch"}
    assert [line for line in said if "SP156" in line and "lock" in line]


def test_forms_without_their_file_are_refused(made: Path) -> None:
    done = run("assess", str(made))
    assert done.returncode == 1
    assert b"SP190" in done.stderr
    assert not done.stdout


def test_an_empty_folder_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "forms").mkdir()
    write(tmp_path / "portfolio.yaml", entries())
    _, said, code = assessed(tmp_path / "forms")
    assert code == 1
    assert "SP110" in said[0]


def test_a_table_keeps_its_rejects_and_gets_the_answers(made: Path) -> None:
    table = made.parent / "portfolio.csv"
    table.write_text("company,fund,product_stage\nAlder,I,launched\nBirch,I,lauched\nCedar,II,idea\n")
    forms = made.parent / "more"
    assert run("request", str(table), "-o", str(forms)).returncode == 1  # a row that cannot be read
    fill(form(forms, "Alder"), capital=37)
    out = made.parent / "out.csv"
    done = run("assess", str(table), str(forms), "-o", str(out), "--columns", "capital")
    assert done.returncode == 1
    assert out.read_text().splitlines() == ["company,capital", "Alder,37", "Cedar,"]
    rejects = (made.parent / "out.rejects.csv").read_text()
    assert "lauched" in rejects
    assert "Alder" not in rejects


def test_amounts_are_in_the_currency_of_the_company(tmp_path: Path) -> None:
    facts = {"product_stage": "launched", "annual_contract_value": 30_000, "capital": 333_333.33}
    write(tmp_path / "portfolio.yaml", [{"company": "Alder", "currency": "EUR", "facts": facts}])
    folder = tmp_path / "forms"
    assert run("request", str(tmp_path / "portfolio.yaml"), "-o", str(folder)).returncode == 0
    path = form(folder, "Alder")
    assert any("EUR" in str(row[3].value) for row in openpyxl.load_workbook(path)["Questions"].iter_rows())
    assert cells(path)["capital"].value == 333_333.33
    fill(path, committed_revenue=40_000, monthly_burn="$1000")
    found = json.loads(run("assess", str(tmp_path / "portfolio.yaml"), str(folder), "--format", "json").stdout)[0]
    rate = found["receipt"]["rates"]["EUR"]["units_per_usd"]
    assert found["facts"]["committed_revenue"] == 40_000
    assert found["facts"]["monthly_burn"] == pytest.approx(1000 * rate)
    assert found["facts"]["capital"] == 333_333.33


EVIL = (
    "=1+1",
    "@SUM(A1)",
    "+cmd|' /C calc'!A0",
    "-2+3",
    '=HYPERLINK("http://evil.example")',
    "A\nform: x\n# b",
    "../../etc",
)


@pytest.mark.parametrize("name", EVIL)
def test_nothing_in_a_form_is_live(tmp_path: Path, name: str) -> None:
    write(tmp_path / "portfolio.yaml", [{"company": name, "facts": {"product_stage": "launched"}}])
    folder = tmp_path / "forms"
    assert run("request", str(tmp_path / "portfolio.yaml"), "-o", str(folder)).returncode == 0
    (path,) = folder.glob("*.xlsx")
    book = openpyxl.load_workbook(path)
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f" or c.hyperlink]
    (facts,) = folder.glob("*.yaml")
    read = yaml.safe_load(facts.read_text())
    assert " ".join(read["company"].split()) == " ".join(name.split())
    assert read["form"].startswith("salespath-form 1 ")
    fill(path, willingness_to_pay="proven")
    assert b"willingness_to_pay" in run("assess", str(tmp_path / "portfolio.yaml"), str(folder)).stderr


def test_forms_replace_no_file_unasked(made: Path) -> None:
    fill(form(made, "Wix"), decision_makers=2)
    portfolio = str(made.parent / "portfolio.yaml")
    done = run("request", portfolio, "-o", str(made))
    assert done.returncode == 1
    assert b"SP141" in done.stderr
    assert cells(form(made, "Wix"))["decision_makers"].value == 2
    assert run("request", portfolio, "-o", str(made), "--force").returncode == 0
    assert cells(form(made, "Wix"))["decision_makers"].value is None


def test_no_output_is_written_over_a_form(made: Path) -> None:
    path = form(made, "Wix", "yaml")
    done = run(
        "assess", str(made.parent / "portfolio.yaml"), str(made), "--force", "-o", str(path.with_suffix(".json"))
    )
    assert done.returncode == 0
    answers = path.with_suffix(".json")
    shutil.copy(path, answers)
    done = run("assess", str(made.parent / "portfolio.yaml"), str(made), "--force", "-o", str(answers))
    assert done.returncode == 1
    assert b"SP146" in done.stderr


def test_one_company_is_asked_by_name(made: Path) -> None:
    alone = made.parent / "alone"
    assert run("request", str(made.parent / "portfolio.yaml"), "-o", str(alone), "--company", "wix").returncode == 0
    assert sorted(p.name for p in alone.iterdir()) == sorted(p.name for p in made.glob("wix-*"))


def test_a_company_that_needs_nothing_gets_no_form_and_is_said(tmp_path: Path) -> None:
    from counsel.test_request import WHOLE

    facts = {k: sorted(v) if isinstance(v, frozenset) else v for k, v in WHOLE.items()}
    write(tmp_path / "portfolio.yaml", [{"company": "Alder", "facts": facts}])
    done = run("request", str(tmp_path / "portfolio.yaml"), "-o", str(tmp_path / "forms"))
    assert done.returncode == 0, done.stderr.decode()
    assert b"Alder: nothing to ask" in done.stdout
    assert not list((tmp_path / "forms").iterdir())


def test_a_form_survives_libreoffice(made: Path, office: str) -> None:
    path = form(made, "Wix")
    fill(path, decision_makers=2, capital=123_456.78, targeted_segments="small; large")
    saved = made.parent / "saved"
    profile = f"-env:UserInstallation=file://{made.parent / 'profile'}"
    command = [office, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(saved), str(path)]
    subprocess.run(command, check=True, timeout=170, capture_output=True, env={**os.environ, "HOME": str(made.parent)})
    before, _, _ = assessed(made)
    shutil.copy(saved / path.name, path)
    rules = openpyxl.load_workbook(path)["Questions"].data_validations.dataValidation
    assert [rule for rule in rules if rule.type == "list"]
    found, said, code = assessed(made)
    assert code == 0, said
    assert found == before
    assert found["Wix"]["facts"]["decision_makers"] == 2
