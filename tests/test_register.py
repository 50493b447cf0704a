"""The processing register and the page of terms say what the code does: its tables, and its days."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import data
from data.models import Table
from data.retention_terms import TERMS, Kept

DOCS = Path(__file__).parent.parent / "docs"
REGISTER = (DOCS / "verwerkingsregister.md").read_text("utf-8")
RETENTION = (DOCS / "retention.md").read_text("utf-8")
DAYS = {"dagen": 1, "jaar": 365}
# Reading every module of tables makes them known.
for _module in iter_modules(data.__path__):
    if _module.name.endswith("models"):
        import_module(f"data.{_module.name}")
# What these hold is of nobody in particular.
OF_NOBODY = {
    "address",
    "api_key",
    "area",
    "area_edition",
    "audit_seal",
    "category",
    "figure",
    "gebied",
    "gebied_buurt",
    "handling_term",
    "import",
    "incident",
    "marked_event",
    "municipality",
    "own_indicator",
    "party_task",
    "publication",
    "published_cell",
    "source",
    "special_place",
    "spent_challenge",
    "standard_answer",
    "survey_figure",
    "town_days",
}


def test_every_table_is_in_the_register_or_holds_nothing_of_anybody() -> None:
    last = [line.rsplit("|", 2)[1] for line in REGISTER.splitlines() if line.startswith("| ")]
    named = {name for cell in last for name in re.findall(r"`(\w+)`", cell)}
    assert set(Table.metadata.tables) == named | OF_NOBODY
    assert named & OF_NOBODY == set()


@pytest.mark.parametrize("kept", TERMS)
def test_each_term_is_in_both_with_the_days_of_the_code(kept: Kept) -> None:
    written = re.findall(rf"(\d+) (dagen|jaar) na \w+ \(`{kept}`\)", REGISTER)
    assert {int(number) * DAYS[unit] for number, unit in written} == {TERMS[kept]}
    assert re.findall(rf"^\| `{kept}` \|.*\| (\d+) \|$", RETENTION, re.MULTILINE) == [str(TERMS[kept])]


def test_no_other_number_of_days_has_the_name_of_a_term() -> None:
    named = set(re.findall(r"\(`(\w+)`\)", REGISTER))
    assert named == {kept.value for kept in TERMS}
