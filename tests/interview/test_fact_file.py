"""What is saved of an interview as a fact file: it reads back as it was, and replaces no other."""

from __future__ import annotations

import pytest
from given import BASE, VOCABULARY, some_facts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from interviewed import GIVEN

from salespath.commands.shared.reading import read_one
from salespath.facts import Case
from salespath.facts import fact_file as factfile
from salespath.facts.values import HOW
from salespath.files.problems import SalespathError


def read_back(tmp_path, case):
    path = tmp_path / "facts.yaml"
    path.write_text(factfile.text(case, VOCABULARY), encoding="utf-8")
    return read_one(BASE, str(path))


def same(one: Case, other: Case) -> bool:
    parts = ("company", "values", "how", "notes", "extra")
    return all(getattr(one, part) == getattr(other, part) for part in parts)


def test_a_fact_file_is_read_back_as_it_was(tmp_path):
    assert same(read_back(tmp_path, GIVEN), GIVEN)
    assert same(read_back(tmp_path, Case("no")), Case("no"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1).map(lambda text: " ".join(text.split())[:200]), some_facts(), st.data())
def test_any_facts_are_read_back(tmp_path, name, facts, data):
    name = "".join(c if c.isprintable() else "x" for c in name) or "x"
    how = {fact: data.draw(st.sampled_from(HOW)) for fact in list(facts)[::3]}
    case = Case(name, facts, how)
    assert same(read_back(tmp_path, case), case)


def test_an_existing_file_is_replaced_only_if_it_is_our_own_or_with_force(tmp_path):
    path = tmp_path / "acme.yaml"
    target = factfile.Target(str(path))
    target.write("facts: {}\n")
    target.write("facts: {capital: 1}\n")
    assert path.read_text() == "facts: {capital: 1}\n"
    again = factfile.Target(str(path), written=target.written)
    again.check()
    path.write_text("facts: {capital: 2}  # by hand\n")
    for other in (target, again, factfile.Target(str(path))):
        with pytest.raises(SalespathError, match="--force"):
            other.write("facts: {}\n")
    assert "by hand" in path.read_text()
    factfile.Target(str(path), force=True).write("facts: {}\n")
    assert path.read_text() == "facts: {}\n"
