"""docs/ and the code say the same: each command, setting, route and target is listed, and exists."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import doc_tables
import pytest
from doc_tables import DOCS, ROOT, Page

LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")


def commands_page() -> Page:
    from service.cli import app

    return Page(DOCS / "commands.md", doc_tables.commands(app))


def settings_page() -> Page:
    from service.settings import Settings

    table = doc_tables.settings(Settings.model_fields, str(Settings.model_config["env_prefix"]))
    return Page(DOCS / "settings.md", table)


def parts_page() -> Page:
    from service.settings import Settings

    return Page(DOCS / "settings.md", doc_tables.parts(Settings.model_fields))


def routes_page() -> Page:
    from service.app import create_app
    from service.settings import Settings

    return Page(DOCS / "routes.md", doc_tables.routes(create_app(Settings()).routes))


def targets_page() -> Page:
    return Page(DOCS / "commands.md", doc_tables.targets())


PAGES = {
    "commands": commands_page,
    "settings": settings_page,
    "parts": parts_page,
    "routes": routes_page,
    "make": targets_page,
}


@pytest.fixture(params=list(PAGES.values()), ids=list(PAGES))
def page(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Page:
    """A page with a table, made where no settings file of this machine has a say."""
    monkeypatch.chdir(tmp_path)
    maker: Callable[[], Page] = request.param
    made = maker()
    if request.config.getoption("--write-docs"):
        made.write()
    return made


def test_the_page_lists_exactly_what_the_code_has(page: Page) -> None:
    assert page.current() == page.wanted(), f"run `make docs`, then explain what is new in {page.path.name}"


def test_each_line_on_the_page_is_explained(page: Page) -> None:
    assert not page.unexplained()


def test_every_target_of_make_explains_itself() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    explained = {row.name.removeprefix("make ") for row in doc_tables.targets().rows}
    assert set(phony[1].split()) - explained == {"assets", "packages"}


def test_every_setting_that_a_page_names_exists() -> None:
    from service.settings import Settings

    known = {row.name for row in settings_page().table.rows} | {"WIJKBEELD_SHARED"}
    prefix = str(Settings.model_config["env_prefix"])
    named = {
        name for path in pages() for name in re.findall(rf"\b{prefix}[A-Z_]*[A-Z]\b", path.read_text("utf-8"))
    }
    assert named <= known


def test_every_command_that_a_page_names_exists() -> None:
    known = {row.name for row in commands_page().table.rows}
    named = {
        line for path in pages() for line in re.findall(r"`(wijkbeeld [a-z][^`]*)`", path.read_text("utf-8"))
    }
    unknown = {line for line in named if not any(f"{line} ".startswith(f"{name} ") for name in known)}
    assert not unknown


def test_every_target_that_a_page_names_exists() -> None:
    known = {row.name for row in doc_tables.targets().rows}
    named = {
        line
        for path in pages()
        for line in re.findall(r"`(?:[A-Z_]+=\S+ )*(make [a-z]+)", path.read_text("utf-8"))
    }
    assert named <= known


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = [
        f"{path.name}: {target}"
        for path in pages()
        for target in LINK.findall(path.read_text("utf-8"))
        if not (path.parent / target).exists()
    ]
    assert not broken


def test_every_page_is_reached_from_the_index() -> None:
    index = (DOCS / "README.md").read_text("utf-8") + (DOCS / "decisions" / "README.md").read_text("utf-8")
    missing = [
        path.name for path in DOCS.rglob("*.md") if f"{path.name})" not in index and path.name != "README.md"
    ]
    assert not missing


def pages() -> list[Path]:
    """Every page that a person reads: those at the top and those in docs/."""
    return [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
