"""Settings for all tests: few random examples in the README's command, many where `-m heavy` runs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# No test asserts how long it takes: a busy machine must not turn a slow example into a failure.
# The same examples every time where a change is judged; others on every run elsewhere.
JUDGED = bool(os.environ.get("CI"))
UNHURRIED = [HealthCheck.too_slow]
settings.register_profile("few", deadline=None, suppress_health_check=UNHURRIED, max_examples=8, derandomize=JUDGED)
settings.register_profile("many", deadline=None, suppress_health_check=UNHURRIED, max_examples=16, derandomize=JUDGED)


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("many" if config.option.markexpr == "heavy" else "few")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes random examples, or is marked `more`, runs again in a heavy run, with more of them.

    Tracing takes more than twice as long. Where coverage is measured, random examples are not traced, and of a test with many cases
    only the first is: what is covered is so by examples that stand written down.
    """
    traced = set()
    for item in items:
        test = item.nodeid.partition("[")[0]
        if is_hypothesis_test(getattr(item, "obj", None)) or item.get_closest_marker("more"):
            item.add_marker("heavy" if config.option.markexpr == "heavy" else "no_cover")
        elif test in traced:
            item.add_marker("no_cover")
        traced.add(test)


@pytest.fixture
def strace() -> str:
    """The program that writes down what another asks of the system. Where a change is judged, it has to be there."""
    return _program("strace", "strace")


@pytest.fixture
def without_a_route() -> list[str]:
    """What a command begins with that is to run without a network. Where a change is judged, that has to be possible."""
    _program("ip", "iproute2")
    for how in ("-n", "-rn"):  # as root; else as root of a namespace of one's own
        if shutil.which("unshare") and not subprocess.run(["unshare", how, "true"], capture_output=True).returncode:
            return ["unshare", how, "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    _missing("no network namespace can be made: unshare -rn is refused")


@pytest.fixture
def office() -> str:
    """LibreOffice. Where a change is judged, it has to be there."""
    return _program("soffice", "--no-install-recommends libreoffice-calc-nogui libreoffice-writer-nogui")


@pytest.fixture(scope="session")
def poppler() -> Callable[..., str]:
    """What a program that reads PDF says: `poppler("pdftotext", pdf, ...)`, called with options, the file and `-`."""
    _program("pdftotext", "poppler-utils")

    def said(name: str, pdf: bytes, *options: str) -> str:
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(pdf)
            file.flush()
            output = ["-"] if name == "pdftotext" else []
            done = subprocess.run([name, *options, file.name, *output], capture_output=True, check=True)
        return done.stdout.decode("utf-8")

    return said


@pytest.fixture(scope="session")
def spark_needs() -> None:
    """pyspark and Java. Where a change is judged, they have to be there."""
    if not find_spec("pyspark"):
        _missing("pyspark is not installed: pip install 'salespath[spark]'")
    _program("java", "--no-install-recommends default-jre-headless")


@pytest.fixture(scope="session")
def spark(spark_needs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Spark on this machine: workers without pandas, a driver that takes no megabyte of results, and `viewfs://far/tmp` as another
    name of the folder of temporary files.
    """
    from pyspark.sql import SparkSession

    hidden = tmp_path_factory.mktemp("hidden")
    (hidden / "pandas.py").write_text("raise ImportError\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        builder = builder.config("spark.ui.showConsoleProgress", "false").config("spark.log.level", "OFF")
        builder = builder.config("spark.sql.shuffle.partitions", "2").config("spark.driver.maxResultSize", "1m")
        builder = builder.config("spark.executorEnv.PYTHONPATH", str(hidden))
        far = tmp_path_factory.getbasetemp().as_uri()
        session = builder.config("spark.hadoop.fs.viewfs.mounttable.far.link./tmp", far).getOrCreate()
        yield session
        session.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the machine has it, driven by Playwright, which is not to fetch one of its own."""
    path = _program("chromium", "chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("Playwright is not installed: pip install -e '.[dev]'")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"], timeout=0)
        yield opened
        opened.close()


def _program(name: str, package: str) -> str:
    if found := shutil.which(name):
        return found
    _missing(f"{name} is not installed: apt-get install {package}")


def _missing(what: str) -> NoReturn:
    if JUDGED and sys.platform == "linux":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """Put back what the program sets for its own process, where a test runs it in this one."""
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
