"""Files of companies together with folders of the forms that those companies have filled in."""

from __future__ import annotations

import os
from collections.abc import Sequence

from salespath.commands.shared.group import report_problems
from salespath.commands.shared.reading import companies_files
from salespath.engine.base import Base
from salespath.tables.read import CompaniesFile


def files_with_answers(base: Base, paths: Sequence[str]) -> Sequence[CompaniesFile]:
    """The files of companies at some paths, where a folder stands for the files in it; forms are merged into the companies.

    What forms change, and which are refused, is reported. Raises SalespathError for a folder that cannot be read.
    """
    folders = [path for path in paths if os.path.isdir(path)]
    if not folders:
        return companies_files(base, paths)
    from salespath.tables.answers import merge_forms  # numpy and pyarrow
    from salespath.tables.forms import read_folder

    found = [read_folder(base.vocabulary, folder) for folder in folders]
    report_problems(problem for folder in found for problem in folder.problems)
    others = [path for folder in found for path in folder.others]
    files = companies_files(base, [*(path for path in paths if path not in folders), *others])
    forms = [form for folder in found for form in folder.forms]
    if not forms:
        return files
    merged = merge_forms(base, files, forms)
    report_problems(merged.problems)
    return merged.files
