"""Notebooks: listed, without output, and as pages that ask no other host for anything."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
FILES = sorted(NOTEBOOKS.glob("*.ipynb"))


def test_every_notebook_is_in_the_table_with_its_question() -> None:
    listed = re.findall(r"^\| `([\w-]+\.ipynb)` \| .+\? \|$", (NOTEBOOKS / "README.md").read_text(), re.M)
    assert listed == [file.name for file in FILES]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_notebook_is_committed_without_output_and_begins_with_its_question(file: Path) -> None:
    cells = nbformat.read(file, as_version=4).cells  # type: ignore[no-untyped-call]
    assert cells[0].source.startswith("# ")
    assert cells[0].source.splitlines()[0].endswith("?")
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert code
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


def test_a_page_of_a_notebook_says_its_language_and_asks_no_other_host() -> None:
    page = _page(FILES[0], template_name="sjabloon", extra_template_basedirs=[str(NOTEBOOKS)])
    assert '<html lang="nl">' in page
    assert "<h1" in page
    assert "<script" not in page
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)
    # A control: the template that comes with nbconvert does ask others.
    assert re.search(r"""src=["']https://""", _page(FILES[0]))


def _page(notebook: Path, **options: object) -> str:
    exporter: Any = HTMLExporter(**options)  # type: ignore[no-untyped-call]
    return str(exporter.from_filename(str(notebook))[0])
