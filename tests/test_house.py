"""The shape of the house: folders, module sizes, names, arrows, and what no file may hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("geo", "data", "maps", "service")
FOLDERS = (*PACKAGES, "notebooks", "tests", "bench", "docs")
BINS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "tools", "shared", "core"}
LONGEST_MODULE, LONGEST_FUNCTION = 400, 60
MIGRATIONS = "data/migrations/versions/"

# Spelled in two halves, so that this file does not hold them itself.
MACHINE_PATHS = ("/wor" + "k/", "/roo" + "t/", "/hom" + "e/")
REGISTRIES = (
    "pypi" + ".org",
    "pythonhos" + "ted.org",
    "npmjs" + ".org",
    "npmjs" + ".com",
    "deb.deb" + "ian.org",
)
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
# The day in UTC is another than here for an hour or two each night.
AS_A_DAY = re.compile(r"\b(now(\((UTC)?\))?|\w+_at)\.date\(\)|\bdate\.today\(\)")


@cache
def tracked() -> list[Path]:
    """Every file of the project, committed or about to be; never what git ignores."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    paths = [ROOT / name.decode() for name in listing.stdout.split(b"\0") if name]
    return [path for path in paths if path.is_file()]


@cache
def texts() -> dict[str, str]:
    """Name and text of every tracked file that is text."""
    found = {}
    for path in tracked():
        raw = path.read_bytes()
        if b"\0" not in raw[:8192]:
            found[path.relative_to(ROOT).as_posix()] = raw.decode("utf-8", errors="replace")
    return found


def code() -> dict[str, str]:
    """Name and text of every Python module."""
    return {name: text for name, text in texts().items() if name.endswith(".py")}


def holding(words: tuple[str, ...]) -> list[str]:
    """The places that hold one of these words."""
    pattern = re.compile("|".join(map(re.escape, words)))
    return [
        f"{name}:{number}"
        for name, text in texts().items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_top_level_folder_has_a_file(folder: str) -> None:
    assert [path for path in tracked() if path.relative_to(ROOT).parts[0] == folder]


def test_no_folder_stands_at_the_top_that_the_house_does_not_name() -> None:
    tops = {path.relative_to(ROOT).parts[0] for path in tracked() if path.parent != ROOT}
    assert {top for top in tops if not top.startswith(".")} == {*FOLDERS, "requirements"}


def test_every_module_says_in_its_first_line_what_it_is_about() -> None:
    silent = [name for name, text in code().items() if not re.match(r'"""\S.*[^\s"]', text)]
    assert not silent


def test_no_module_is_longer_than_a_noun_needs() -> None:
    lengths = {name: len(text.splitlines()) for name, text in code().items()}
    long = {name: n for name, n in lengths.items() if n > LONGEST_MODULE and not name.startswith(MIGRATIONS)}
    assert not long


def test_no_function_is_longer_than_a_screen() -> None:
    long = {}
    for name, text in code().items():
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or name.startswith(MIGRATIONS):
                continue
            if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION:
                long[f"{name}:{node.name}"] = lines
    assert not long


def test_no_module_is_a_bin() -> None:
    names = {part.removesuffix(".py") for name in code() for part in Path(name).parts}
    assert not names & BINS


def test_tests_and_packages_lie_flat_apart() -> None:
    assert not [name for name in code() if re.match(r"tests/.*/|tests/__init__", name)]


def test_no_file_holds_a_path_of_one_machine() -> None:
    assert not holding(MACHINE_PATHS)


def test_no_file_names_a_registry() -> None:
    assert not holding(REGISTRIES)


def test_no_code_is_left_unfinished() -> None:
    assert not [place for place in holding(UNFINISHED) if re.search(r"\.(py|ts|css|html):", place)]


def test_no_moment_is_cut_to_a_day_in_another_zone_than_the_netherlands() -> None:
    assert AS_A_DAY.search("until = after(now.date())")
    assert AS_A_DAY.search("day = row.written_at.date()")
    assert not AS_A_DAY.search("day = now.astimezone(AMSTERDAM).date()")
    cut = [name for name, text in code().items() if name.startswith(PACKAGES) and AS_A_DAY.search(text)]
    assert not cut, f"local_day (geo.exposure) tells the day: {cut}"


def test_no_test_waits_by_a_text_that_the_page_may_not_evaluate() -> None:
    waiting = "page.wait_for" + "_function("
    waits = [name for name, text in code().items() if waiting in text]
    assert not waits, f"the content policy refuses it as soon as it has to look twice; use expect: {waits}"


@pytest.mark.parametrize("name", ["run", "dev", "build"])
def test_locked_packages_have_hashes_and_no_addresses(name: str) -> None:
    text = texts()[f"requirements/{name}.txt"]
    pinned = re.findall(r"^[a-z0-9-]+(?:\[[a-z0-9,-]+\])?==", text, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"== ?\S+.*\\\n\s+--hash=sha256:", text)) > 0
    assert "://" not in text
    assert "index-url" not in text


def test_the_lock_of_npm_holds_checksums_and_no_addresses() -> None:
    text = texts()["service/web/package-lock.json"]
    assert '"resolved"' not in text
    assert '"integrity"' in text


def test_imports_follow_the_arrows() -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout
