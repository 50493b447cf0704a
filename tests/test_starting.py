"""Starting with settings that would do harm: the service does not start, and one line says why."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import pytest
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from intake_door import open_door, prepare, report, send
from served import Commanded, served
from typer.testing import CliRunner

from data.database import Database
from data.following_models import Subscription
from service import starting
from service.app import create_app
from service.cli import app
from service.secret import read_secret
from service.settings import Settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to start in, with nothing set but the database."""
    monkeypatch.chdir(tmp_path)
    for name in ("PORT", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WIJKBEELD_DATABASE_URL", f"sqlite:///{tmp_path / 'x.db'}")
    return tmp_path


def refusal(command: str = "serve") -> str:
    """What a command says that ends before anything is served."""
    ended = CliRunner().invoke(app, [command])
    assert (ended.exit_code, ended.stdout) == (2, "")
    return ended.stderr


def filled(folder: Path) -> Settings:
    """Settings whose database holds a melding that came in, with the secret that its link is made of."""
    url = f"sqlite:///{folder / 'x.db'}"
    prepare(url)
    settings = Settings(database_url=url, var_folder=folder / "var")
    client = open_door(settings)
    assert send(client, report(), "k" * 20).status_code == 201
    client.app.state.database.close()  # type: ignore[attr-defined]
    return settings


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        pytest.param("WIJKBEELD_DEBUG", "1", "WIJKBEELD_DEBUG: deze naam", id="rij 83: debug"),
        pytest.param("WIJKBEELD_STAF", "{}", "WIJKBEELD_STAF: deze naam", id="rij 83: verschreven naam"),
        pytest.param("WIJKBEELD_BASE_URL", "http://wijk.example", "https", id="rij 83: zonder TLS"),
        pytest.param(
            "WIJKBEELD_BASE_URL", "http://10.0.0.8/", "http://10.0.0.8", id="rij 83: TLS op een adres"
        ),
        pytest.param("WIJKBEELD_PORT", "99999", "port", id="rij 83: poort die niet kan"),
        pytest.param("WIJKBEELD_STAFF", '{"a": "geheim"}', "argon2id", id="rij 83: open wachtwoord"),
        pytest.param(
            "WIJKBEELD_DATABASE_URL",
            "postgresql+psycopg://x@127.0.0.1:9/x?connect_timeout=2",
            "geen database die antwoordt",
            id="rij 83: geen database",
        ),
    ],
)
@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_setting_that_does_harm_is_refused_in_one_line(
    command: str, name: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    line = refusal(command)
    assert told in line
    assert line.count("\n") == 1


HASHED = json.dumps({"een": hashed("een lang wachtwoord")})


def test_83_a_login_without_a_second_step_is_for_a_demo_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIJKBEELD_STAFF", HASHED)
    line = refusal("serve")
    assert "WIJKBEELD_STAFF" in line
    assert "account add" in line
    assert line.count("\n") == 1
    monkeypatch.setenv("WIJKBEELD_DEMO", "true")
    assert starting.faults(Settings()) == []


def test_83_a_demo_is_for_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIJKBEELD_BASE_URL", "https://wijk.example")
    assert starting.faults(Settings()) == []
    assert "demo" in refusal("demo")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        pytest.param("debug = true\n", "debug: deze naam kennen wij niet", id="rij 83: debug in het bestand"),
        pytest.param("port = \n", "wijkbeeld.toml: ", id="rij 83: geen TOML"),
        pytest.param('smtp_password = "x"\n', "modus 600", id="rij 83: geheim dat iedereen leest"),
    ],
)
def test_a_file_with_settings_that_does_harm_is_refused(folder: Path, written: str, told: str) -> None:
    file = folder / "wijkbeeld.toml"
    file.write_text(written, "utf-8")
    file.chmod(0o644)
    assert told in refusal()


@pytest.mark.parametrize("mode", [pytest.param(one, id=f"rij 83: {one:o}") for one in (0o604, 0o602, 0o777)])
def test_a_secret_that_everybody_can_read_or_write_is_refused(folder: Path, mode: int) -> None:
    read_secret(folder / "var")
    (folder / "var" / "geheim").chmod(mode)
    assert "var/geheim kan iedereen" in refusal()


def test_83_a_secret_that_is_gone_is_not_made_anew_under_what_was_stored(folder: Path) -> None:
    settings = filled(folder)
    assert starting.faults(settings) == []
    (folder / "var" / "geheim").unlink()
    assert "var/geheim ontbreekt" in refusal()
    assert not (folder / "var" / "geheim").exists()


def test_83_a_secret_that_only_a_subscription_needs_is_missed_too(folder: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{folder / 'x.db'}", var_folder=folder / "var")
    prepare(settings.database_url)
    assert starting.faults(settings) == []
    database = Database(settings.database_url)
    with database.write() as session:
        session.add(
            Subscription(
                public_id="volger",
                email="a@b.example",
                municipality_code="GM0622",
                place="BU06220001",
                label="Een",
                edition=2016,
                buurten=["BU06220001"],
                rhythm="week",
                months=6,
                asked_at=datetime.now(UTC),
            )
        )
    database.close()
    assert "var/geheim ontbreekt" in starting.faults(settings)[0]


def test_83_half_a_secret_is_none(folder: Path) -> None:
    settings = filled(folder)
    (folder / "var" / "geheim").write_text("ab" * 16, "ascii")
    assert "geen geheim van 32 bytes" in starting.faults(settings)[0]


@pytest.mark.parametrize(
    "url", ["http://localhost:8000", "http://127.0.0.1/", "http://[::1]:8000", "https://wijk.example"]
)
def test_83_good_settings_start(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIJKBEELD_BASE_URL", url)
    monkeypatch.setenv("WIJKBEELD_SHARED", "elders")
    read_secret(folder / "var")
    (folder / "wijkbeeld.toml").write_text('smtp_password = "x"\n', "utf-8")
    (folder / "wijkbeeld.toml").chmod(0o640)
    assert starting.unknown_names({"WIJKBEELD_SHARED": "elders", "wijkbeeld_base_url": url}) == []
    assert starting.faults(Settings()) == []


def test_no_route_is_built_once_there_are_threads(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What FastAPI silences while it builds a route is heard when a thread ends that silence: here at once.
    heard: list[str] = []
    with TestClient(create_app(Settings(var_folder=folder / "var"))) as client:
        monkeypatch.setattr(warnings, "simplefilter", lambda *_, **__: None)
        monkeypatch.setattr(warnings, "filters", [])
        monkeypatch.setattr(warnings, "showwarning", lambda message, *_: heard.append(str(message)))
        assert client.get("/analyse/export/csv").status_code == 404
        assert client.get("/api/v1/gebieden?gemeente=GM0622&niveau=wijk").status_code == 404
        monkeypatch.undo()
    assert heard == []


def test_a_start_prints_no_warning(folder: Path) -> None:
    with (
        served(f"sqlite:///{folder / 'x.db'}", folder, start=Commanded) as service,
        urlopen(f"{service.url}/") as page,
    ):
        assert page.status == 200
    assert "Warning" not in (folder / "dienst.log").read_text()
