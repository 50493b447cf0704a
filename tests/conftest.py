"""Fixtures that every test may use, and the rules for tests that are left out."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fresh import sqlite_url
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from postgres import Cluster, MissingProgram, running_cluster

# What one process compiles the next one reads. A run starts many, and compiling takes longer than the rest.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
SHARED = Path(os.environ.get("WIJKBEELD_SHARED", "../shared"))
LEFT_OUT = pytest.StashKey[int]()
# These take longest, and begin first: else one worker is still at them when the other is done.
LONGEST = (
    "test_pages_of_staff.py",
    "test_pages_of_residents.py",
    "test_canary_walk.py",
    "test_publish.py",
    "test_rights_matrix.py",
    "test_crash.py",
    "test_season.py",
    "test_browser.py",
    "test_imports.py",
    "test_shown_forms.py",
    "test_power_loss.py",
    "test_schemathesis.py",
    "test_disk_faults.py",
    "test_bad_browsers.py",
    "test_melden_ways.py",
    "test_publish_killed.py",
    "test_accounts.py",
    "test_gebiedsfoto.py",
    "test_desk_terms.py",
    "test_intake.py",
    "test_werkbak.py",
    "test_examples.py",
    "test_workbench_time.py",
    "test_challenge_browser.py",
    "test_neighbourhood.py",
    "test_watch.py",
    "test_photo_store.py",
    "test_intake_sequences.py",
    "test_outsider.py",
    "test_themes_of_towns.py",
    "test_abuse.py",
    "test_view_exports.py",
)
# What Playwright leaves out, since of two such lists the last one counts; and the list under the address bar,
# which has a process of its own in each context and takes as long as many a page.
NOT_OF_CHROMIUM = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
)
CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    f"--disable-features={','.join(NOT_OF_CHROMIUM)}",
    f"--disable-features={','.join(NOT_OF_CHROMIUM)}",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)
# A test says whether an answer is right; how fast it comes is for the benchmarks, on a machine of its own.
settings.register_profile("wijkbeeld", deadline=None)
settings.load_profile("wijkbeeld")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of our own: one for CI, one that writes the tables in docs/, one that keeps pictures."""
    parser.addoption("--fail-on-skip", action="store_true", help="a skipped test makes the run fail")
    parser.addoption("--write-docs", action="store_true", help="write the tables in docs/ from the code")
    parser.addoption("--pictures", type=Path, help="a folder for pictures of each step of the season")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest files first; without the shared data its tests are deselected, counted for the summary."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))
    if SHARED.is_dir():
        return
    away = [item for item in items if item.get_closest_marker("shared") or _is_notebook_on_shared(item)]
    config.hook.pytest_deselected(items=away)
    items[:] = [item for item in items if item not in away]
    config.stash[LEFT_OUT] = len(away)
    if hasattr(config, "workeroutput"):
        config.workeroutput["left_out"] = len(away)


def _is_notebook_on_shared(item: pytest.Item) -> bool:
    return item.path.suffix == ".ipynb" and "WIJKBEELD_SHARED" in item.path.read_text(encoding="utf-8")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Every worker of xdist collects all tests, so the number of any of them is the number."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many tests were left out for want of the shared data."""
    if count := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(f"{count} tests need the shared data ({SHARED}) and are left out.")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under --fail-on-skip a test that did not run is a fault, whatever its reason."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not session.config.getoption("--fail-on-skip"):
        return
    left_out = [report for kind in ("skipped", "xfailed") for report in reporter.stats.get(kind, [])]
    for report in left_out:
        reporter.write_line(f"NOT RUN {report.nodeid}: {report.longrepr}", red=True)
    if left_out:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data for tests."""
    return SHARED


@pytest.fixture(scope="session")
def at_full_size(request: pytest.FixtureRequest) -> bool:
    """Whether simulations run as large as they are promised (`make faults`), or small."""
    return bool(request.config.option.markexpr == "faults")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL with PostGIS of this session's own."""
    try:
        with running_cluster() as cluster:
            yield cluster
    except MissingProgram as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture
def postgres_url(postgres: Cluster) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database with all tables and no rows."""
    with postgres.fresh(tables=True) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a fresh database with all tables and no rows; its test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path, "wijkbeeld.db")
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database without tables, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'wijkbeeld.db'}"
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    with cluster.fresh() as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium that reaches this machine only.

    One per module: while Playwright runs it holds the thread's event loop, which other modules may want.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("installeer Chromium: apt-get install chromium", pytrace=False)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_OPTIONS))
        yield running
        running.close()
