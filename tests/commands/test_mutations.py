"""Damaged files are read or refused, and nothing else happens: a small share of what `benchmarks/mutations.py` tries."""

from __future__ import annotations

import pytest
from given import sample

from benchmarks.mutations import failures, seeds, use


@pytest.mark.more
@pytest.mark.parametrize("kind", ["csv", "yaml", "json", "parquet", "rules"])
def test_damaged_files_end_in_problems_only(kind):
    assert [said for _, _, said in failures(kind, 40 * len(sample(range(10), 5)), 11)] == []


@pytest.mark.parametrize("kind", ["csv", "yaml", "json", "parquet", "rules"])
def test_the_files_that_are_damaged_are_fine_by_themselves(kind, tmp_path):
    for data in seeds(kind):
        use(kind, data, tmp_path)
