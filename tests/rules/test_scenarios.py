"""The built-in rules on the scenarios in `scenarios/`, and what these show of the rules."""

from __future__ import annotations

import pytest
from given import BASE, ROOT

from salespath.authoring.coverage import coverage
from salespath.authoring.results import Failure, Results, failures
from salespath.authoring.scenarios import read_scenarios
from salespath.commands.rules.test import describe, rules_that_spoke

FOLDER = ROOT / "tests" / "scenarios"
RESULTS = Results(BASE, read_scenarios(BASE, [str(FOLDER)]))
FAILED: dict[str, Failure] = {failure.scenario.sentence: failure for failure in failures(RESULTS)}


@pytest.mark.parametrize("scenario", RESULTS.scenarios, ids=lambda scenario: scenario.sentence)
def test_scenario(scenario) -> None:
    failed = FAILED.get(scenario.sentence)
    if failed:
        place = f"{scenario.case.file}:{scenario.case.line}"
        lines = [place, *failed.differences, "", "The rules that spoke:", *rules_that_spoke(failed.assessment)]
        pytest.fail("\n".join(lines), pytrace=False)


def test_scenarios_are_sentences() -> None:
    for scenario in RESULTS.scenarios:
        assert scenario.sentence[0].isupper(), scenario
        assert scenario.sentence.endswith("."), scenario
        assert ("lead" in scenario.expect) == (scenario.expect.get("process") == "both"), scenario


def test_every_rule_and_every_part_of_a_condition_decides_in_some_scenario() -> None:
    found = coverage(RESULTS)
    assert list(map(describe, found.open)) == []
    assert found.share == 1
