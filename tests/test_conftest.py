"""The fixtures: databases are empty and real, the browser stays on this machine, no test slips away."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error
from postgres import Cluster
from serving import serving
from sqlalchemy import create_engine, inspect, text

HERE = Path(__file__).parent


@pytest.fixture
def little_server(tmp_path: Path) -> Iterator[str]:
    """A server on this machine with one page, titled `hier`."""
    (tmp_path / "index.html").write_text("<!doctype html><title>hier</title>")
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}/"


def columns_of_a_new_table(url: str) -> set[str]:
    """Make the table `proef`, which fails where it stands already, and read back its columns."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE proef (een integer)"))
    columns = {column["name"] for column in inspect(engine).get_columns("proef")}
    engine.dispose()
    return columns


def test_a_database_is_there_and_takes_a_table(empty_url: str) -> None:
    assert columns_of_a_new_table(empty_url) == {"een"}


def test_the_next_database_is_empty_again(postgres: Cluster) -> None:
    for _ in range(2):
        with postgres.fresh() as url:
            assert columns_of_a_new_table(url) == {"een"}


def test_postgres_has_postgis_that_knows_rd(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    onze_lieve_vrouwetoren = "ST_Transform(ST_SetSRID(ST_MakePoint(155000, 463000), 28992), 4326)"
    with engine.connect() as connection:
        lon, lat = connection.execute(
            text(f"SELECT ST_X(p), ST_Y(p) FROM (SELECT {onze_lieve_vrouwetoren} p) q")
        ).one()
    engine.dispose()
    # Schreutelkamp and Strang van Hees (2001): the origin of RD in ETRS89.
    assert (lon, lat) == pytest.approx((5.38720621, 52.15517440), abs=1e-5)


def test_a_database_is_gone_after_its_test_while_someone_is_connected(postgres: Cluster) -> None:
    with postgres.fresh() as url:
        engine = create_engine(url)
        connection = engine.connect()
        connection.execute(text("SELECT 1"))
    with postgres.connect("postgres") as left:
        names = [row[0] for row in left.execute("SELECT datname FROM pg_database")]
    connection.invalidate()
    connection.close()
    engine.dispose()
    assert not [name for name in names if str(name).startswith("proef_")]


@pytest.mark.browser
def test_the_browser_reads_a_page_from_this_machine(browser: Browser, little_server: str) -> None:
    page = browser.new_page()
    page.goto(little_server)
    assert page.title() == "hier"
    page.close()


@pytest.mark.browser
def test_the_browser_reaches_no_other_host(browser: Browser) -> None:
    page = browser.new_page()
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://elders.example/")
    page.close()


def pytest_on(path: Path, *options: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A pytest of its own, with our conftest and no plugins, on one file."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "conftest",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
    ]
    return subprocess.run(
        [*command, *options, path],
        check=False,
        cwd=HERE,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **settings},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("options", "outcome"), [([], 0), (["--fail-on-skip"], 1)], ids=["alone", "with --fail-on-skip"]
)
def test_a_skipped_test_fails_the_run_only_when_asked(
    tmp_path: Path, options: list[str], outcome: int
) -> None:
    (tmp_path / "test_weg.py").write_text("import pytest\ndef test_weg():\n    pytest.skip('niet nu')\n")
    assert pytest_on(tmp_path / "test_weg.py", *options).returncode == outcome


@pytest.mark.parametrize("options", [[], ["-p", "xdist", "-n", "1"]], ids=["one process", "a worker"])
def test_tests_without_the_shared_data_are_left_out_and_counted(tmp_path: Path, options: list[str]) -> None:
    lines = [
        "import pytest",
        "@pytest.mark.shared",
        "def test_a():",
        "    assert False",
        "def test_b(): pass",
    ]
    (tmp_path / "test_deel.py").write_text("\n".join(lines) + "\n")
    run = pytest_on(tmp_path / "test_deel.py", *options, WIJKBEELD_SHARED=str(tmp_path / "weg"))
    assert "1 tests need the shared data" in run.stdout
    assert run.returncode == 0, run.stdout
