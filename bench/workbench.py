"""The workbench: how fast filters and the slider answer in a browser, for a town of 200,000 meldingen.

The real service runs as a process of its own on a fresh SQLite file with constructed meldingen; Chromium
opens `/analyse` and does what a reader does. The time is measured in the page, from the event until the next
frame was drawn with the numbers in the table and the colours on the map changed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from os import environ
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

from bench.imports import write_meldingen
from bench.intake import serving
from bench.sender import percentile
from bench.tables import table
from data.bundled import load_bundled
from data.database import Database

SIZE: Final = 200_000
TURNS: Final = 60
GEMEENTE: Final = "GM0106"
HEADS: Final = ("act", "times", "p50 ms", "p95 ms", "max ms")
OPTIONS: Final = ("--no-sandbox", "--disable-background-networking")
# What a frame of an idle page takes at this moment: on a busy machine that alone may be long.
IDLE: Final = """() => new Promise((done) => {
  const begun = performance.now();
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun), 0));
})"""
# From an event until the frame after its changes was drawn.
TIMED: Final = """([selector, change]) => new Promise((done) => {
  const field = document.querySelector(selector);
  const begun = performance.now();
  if (field.type === "checkbox") field.checked = !field.checked;
  else field.value = change;
  field.dispatchEvent(new Event(field.type === "range" ? "input" : "change", { bubbles: true }));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun), 0));
})"""
CELLS: Final = (
    "() => [...document.querySelectorAll('[data-cel=aantal]')].map(cell => cell.textContent).join()"
)


def tables(shared: Path, *, turns: int = 1) -> Iterator[str]:
    """The table of answers in the browser; `turns` is not used, since each act is done many times."""
    del shared, turns
    with tempfile.TemporaryDirectory() as name, _service(Path(name)) as url, _page(url) as page:
        rows = [_row(name, times) for name, times in measured(page).items()]
    yield table(f"Answers of /analyse in Chromium, {SIZE:,} meldingen", HEADS, rows)


def measured(page: Page) -> dict[str, list[float]]:
    """The times of each act in milliseconds; AssertionError when an act changed nothing."""
    page.select_option("#venster", "1")
    last = int(page.get_attribute("#maand", "max") or 0)
    found: dict[str, list[float]] = {"slider, another month": [], "soort, ticked or not": []}
    idle = [float(page.evaluate(IDLE)) for _ in range(TURNS)]
    before = ""
    for turn in range(TURNS):
        found["slider, another month"].append(_timed(page, "#maand", str((turn * 7) % last)))
        now = page.evaluate(CELLS)
        assert now != before, "the slider changed nothing"
        before = now
    page.eval_on_selector(".filters__soorten", "box => { box.open = true; }")
    for turn in range(TURNS):
        kind = ("afval", "groen", "straat")[turn % 3]
        found["soort, ticked or not"].append(_timed(page, f"[name=soort][value={kind}]", ""))
        now = page.evaluate(CELLS)
        assert now != before, "the soort changed nothing"
        before = now
    return {"nothing, a frame": idle, **found}


def _timed(page: Page, selector: str, change: str) -> float:
    took: float = page.evaluate(TIMED, [selector, change])
    return took


def _row(name: str, times: list[float]) -> list[str]:
    shares = (percentile(times, share) for share in (0.5, 0.95, 1.0))
    return [name, str(len(times)), *(f"{one:.1f}" for one in shares)]


def filled(folder: Path) -> str:
    """The URL of a fresh SQLite file with the bundled data and the constructed meldingen."""
    url = f"sqlite:///{folder / 'wijkbeeld.db'}"
    database = Database(url)
    database.claim_writer()
    database.migrate()
    load_bundled(database)
    database.close()
    path = folder / "meldingen.csv"
    write_meldingen(path, SIZE)
    own = {"DATABASE_URL": url, "WIJKBEELD_VAR_FOLDER": str(folder / "var")}
    command = [str(Path(sys.executable).with_name("wijkbeeld")), "import", "meldingen", str(path)]
    options = ["--gemeente", "assen", "--source", "gemaakt", "--observed-from", "2020-01-01"]
    subprocess.run([*command, *options], check=True, env={**environ, **own}, stdout=subprocess.DEVNULL)
    return url


@contextmanager
def _service(folder: Path) -> Iterator[str]:
    url = filled(folder)
    with serving(folder, url) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _page(url: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(OPTIONS))
        page = chromium.new_page(locale="nl-NL", viewport={"width": 1280, "height": 900})
        page.goto(f"{url}/analyse?gemeente={GEMEENTE}", timeout=120_000)
        page.wait_for_selector("[data-tijd][data-klaar]", timeout=120_000)
        page.wait_for_selector("[data-kaart][data-klaar]", timeout=120_000)
        yield page
        chromium.close()
