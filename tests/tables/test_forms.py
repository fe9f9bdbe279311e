"""Whatever is known of a company stands in both files of its form as it is, and is read back as the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from companies import random_companies
from given import BASE, VOCABULARY

from salespath.facts import Case
from salespath.tables.answers import merge_forms
from salespath.tables.form_files import fact_file, workbook
from salespath.tables.forms import MARK, BlankForm, Line, company_ids, read_folder
from salespath.tables.read import CompaniesFile


@pytest.mark.parametrize("case", random_companies(12, 5), ids=lambda case: case.company)
def test_untouched_forms_are_read_back_as_they_were_made(case: Case, tmp_path: Path) -> None:
    (company,) = company_ids(VOCABULARY, [case])
    lines = tuple(Line(fact, "in", "help", "why") for fact in VOCABULARY.facts.values())
    form = BlankForm(f"{MARK} {company} 0123abcd", case, lines)
    (tmp_path / "a.xlsx").write_bytes(workbook(form))
    (tmp_path / "a.yaml").write_text(fact_file(form, VOCABULARY))
    found = read_folder(VOCABULARY, str(tmp_path))
    assert not found.problems
    assert len(found.forms) == 2
    for filled in found.forms:
        assert set(filled.asked) == set(VOCABULARY.facts)
        read = {n: pytest.approx(v) if isinstance(v, float) else v for n, v in filled.values.items()}
        assert {n: v for n, v in case.values.items() if n in VOCABULARY.facts} == read


def test_the_id_of_a_company_is_of_what_is_said_of_it_alone() -> None:
    facts = {"product_stage": "launched", "capital": 3e5}
    first, again, other, renamed = company_ids(
        VOCABULARY,
        [
            Case("A", facts, file="a.yaml", line=3),
            Case("A", facts, file="b.csv", line=9),
            Case("A", {**facts, "capital": 4e5}),
            Case("B", facts),
        ],
    )
    assert len({first, again, other, renamed}) == 4  # two alike are told apart by their place among them
    assert next(company_ids(VOCABULARY, [Case("A", dict(reversed(facts.items())), file="c.json")])) == first
    assert merge_forms(BASE, [CompaniesFile(BASE, "none.yaml")], []).problems == ()
