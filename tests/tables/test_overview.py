"""A portfolio as a whole: counted batch by batch, the companies named as far as there is room."""

from collections import Counter
from pathlib import Path
from typing import Any

from given import BASE

from salespath.engine.assess import assess
from salespath.report.formats.overview import quarters
from salespath.report.overview import Overview
from salespath.report.page import HeatMap, Quadrant
from salespath.report.pages import portfolio
from salespath.tables import overview
from salespath.tables.assessed import Typed, assessed, read_companies
from salespath.tables.read import CompaniesFile
from salespath.tables.result_columns import ResultColumns, Wording

SHEET = """company,Fund,capital,monthly_burn,annual_contract_value,customer_segments,paying_customers,who_sells,product_stage
Alder,I,0,,180,small,700,sellers,launched
Birch,II,5000000,100000,120000,large,12,sellers,launched
Cedar,I,,,,,,,
Dogwood,,100000,30000,90000,large,4,founders,launched
"""


def seen(path: Path, by: str = "", **how: Any) -> Overview:
    found = Overview(by=by, **how)
    for batch in read_companies(BASE, CompaniesFile(BASE, str(path)).reading(), on_problem=lambda _: None):
        item = assessed(BASE, Typed(batch))
        overview.add(found, item, ResultColumns(Wording(BASE), item.batch, item.result))
    return found


def test_what_is_counted_is_what_each_assessment_says(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text(SHEET)
    found = seen(tmp_path / "f.csv", by="Fund")
    alone = [assess(BASE, case) for case in CompaniesFile(BASE, str(tmp_path / "f.csv")).portfolio().cases]
    assert [(line.company, line.process, line.lead) for line in found.lines] == [
        (a.company, a.process, a.lead or "") for a in alone
    ]
    assert found.whole.processes == Counter(a.process for a in alone)
    assert found.whole.companies == 4
    assert {name: part.companies for name, part in found.groups.items()} == {"I": 2, "II": 1, "": 1}
    assert sum((part.processes for part in found.groups.values()), Counter()) == found.whole.processes
    assert [line.group for line in found.lines] == ["I", "II", "I", ""]


def test_the_first_companies_are_named_and_all_are_counted(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text(SHEET)
    found = seen(tmp_path / "f.csv", most=2)
    assert [line.company for line in found.lines] == ["Alder", "Birch"]
    assert (found.whole.companies, found.groups) == (4, {})


def test_what_nobody_knows_is_said_nowhere_to_be_balanced(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("company,self_serve,capital\nA,yes,\nB,,1000000\nC,,\n")
    (a, b, c) = seen(tmp_path / "f.csv").lines
    assert {name for _, name in a.sums} == {"fit", "product"}
    assert {name for _, name in b.sums} == {"means", "capital"}
    assert c.sums == {}
    blocks = list(portfolio.page(BASE, seen(tmp_path / "f.csv"), paper=True).blocks)
    (drawn,), (heat,) = ([block for block in blocks if isinstance(block, kind)] for kind in (Quadrant, HeatMap))
    assert [(point.across.said, point.up.said) for point in drawn.points] == [
        ("some for", "not known yet"),
        ("not known yet", "balanced"),
        ("not known yet", "not known yet"),
    ]
    assert [[level is not None for level in row] for row in heat.cells] == [
        [True, *[False] * 4],
        [False, False, True, False, False],
        [False] * 5,
    ]
    assert [(item.text, item.label) for item in quarters(drawn).items][-2:] == [
        ("fit, but no means", "0"),
        ("one of them balanced or not known yet", "3"),
    ]
    (batch,) = read_companies(BASE, CompaniesFile(BASE, str(tmp_path / "f.csv")).reading(), on_problem=lambda _: None)
    item = assessed(BASE, Typed(batch))
    columns = ResultColumns(Wording(BASE), item.batch, item.result)
    fit, means = (columns.typed([f"{name}_smb"])[0].to_pylist() for name in ("fit", "means"))
    assert fit == ["some for", "not known yet", "not known yet"]
    assert means == ["not known yet", "balanced", "not known yet"]
