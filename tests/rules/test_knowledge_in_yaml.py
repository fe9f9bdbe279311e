"""What the knowledge base says stands in its YAML and not again in Python, where no overlay could change it."""

import ast
from pathlib import Path

from given import BASE, ROOT

from salespath.facts.vocabulary import DIMENSIONS
from salespath.rules.model import PARTS, VERDICTS

# Ids that are words of the program as well: verdicts, dimensions, what a verdict consists of, keys of rule files and documents.
OWN = {*VERDICTS, *DIMENSIONS, *PARTS, "process", "lead", "leaning", "metrics", "leads", "basis", "customers", "person"}
# The files that name facts, lines or attributes all the same, and why.
ALLOWED = {
    "authoring/baselines.py": "other judges, which must not follow the rules that they are held against",
    "authoring/company_kinds.py": "kinds of companies by which every judge is measured alike",
    "counsel/cautious.py": "which end of each named figure is the worse one",
    "counsel/quarters.py": "the figure that alerts are about, which an alert names",
    "counsel/moves.py": "arithmetic over named figures",
    "counsel/moves_rows.py": "arithmetic over named figures",
    "counsel/ninety_days.py": "arithmetic over named figures",
    "engine/assessment.py": "the attributes that say how a company sells and how far it is, which rules conclude",
    "engine/compile.py": "advice names its stages and motions, values of these attributes",
    "engine/assess.py": "the verdict's own attributes, which rules may conclude",
    "engine/strength_table.py": "the verdict's own attributes, which rules may conclude",
    "facts/rates.py": "the day that an amount is of, by which its rate is chosen",
    "facts/vocabulary.py": "an aspect by which companies are compared has the name of an attribute",
    "report/pages/grounds.py": "an aspect by which companies are compared has the name of an attribute",
    "report/words/economics_claims.py": "words of the arithmetic over named figures",
    "rules/loader.py": "advice names its stages and motions, values of these attributes",
    "rules/model.py": "advice names its stages and motions, values of these attributes",
    "interview/decisions.py": "a decision keeps how the company was advised to sell",
    "report/pages/motion.py": "the attribute that says how a company sells, which rules conclude",
    "report/pages/ninety_days.py": "words of the arithmetic over named figures",
    "report/pages/plan.py": "words of the arithmetic over named figures",
    "report/pages/economics.py": "words of the arithmetic over named figures",
    "report/words/economics.py": "words of the arithmetic over named figures",
    "tables/spark_folders.py": "what Spark calls the bytes of a file",
    "report/words/verdict.py": "two groups of buyers are what makes running both a question",
}
ALLOWED_FOLDERS = {"counsel/economics/": "arithmetic over named figures"}


def ids() -> set[str]:
    knowledge = BASE.knowledge
    parts = (
        BASE.vocabulary,
        knowledge.rules,
        knowledge.topics,
        knowledge.attributes,
        knowledge.lines,
        knowledge.sources,
    )
    return {name for part in parts for name in part} - OWN


def named(path: Path, known: set[str]) -> set[str]:
    """The ids that stand as texts in a file, its docstrings aside."""
    tree = ast.parse(path.read_text("utf-8"))
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    docstrings = {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings}
    return {text for text in texts if isinstance(text, str)} & known


def test_no_other_file_names_what_the_knowledge_base_defines() -> None:
    package, known = ROOT / "salespath", ids()
    found = {str(path.relative_to(package)): named(path, known) for path in package.rglob("*.py")}
    naming = {name for name, seen in found.items() if seen}
    within = {name for name in naming if name.startswith(tuple(ALLOWED_FOLDERS))}
    assert {name: sorted(found[name]) for name in naming - within - ALLOWED.keys()} == {}
    assert ALLOWED.keys() <= naming, "an exception that is not needed"
