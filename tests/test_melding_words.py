"""Melding words: which soort the names in a file stand for, and what is kept of names that nobody knows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from data.categories import UNKNOWN, category_edition
from data.choices import PrivacyClass
from data.melding_words import find_category
from geo.main_groups import MainGroup
from geo.measures import EventRate
from geo.registry import indicator


@pytest.mark.shared
def test_all_real_meldingen_of_assen_have_a_known_soort(shared: Path) -> None:
    rows = pd.read_csv(shared / "data/meldingen/assen_2026.csv", dtype="str")
    names = zip(rows["hoofdcategorie"], rows["subcategorie"], strict=True)
    found = Counter(find_category(category_edition("assen-2026"), levels).slug for levels in names)
    assert not [slug for slug in found if slug.startswith(UNKNOWN)]
    assert [found[slug] for slug in ("maaien", "dumping", "overig")] == [109, 191, 49]


@pytest.mark.parametrize(
    "name", ["Veeg- / zwerfvuil", "VEEG ZWERFVUIL", " veeg-zwerfvuil ", "Véég/zwerfvuil"]
)
def test_a_name_is_found_however_it_is_written(name: str) -> None:
    assert find_category(category_edition("signalen"), ("Afval", name)).slug == "veeg-zwerfvuil"


@pytest.mark.parametrize(
    ("levels", "slug"),
    [
        (("Water", "Zeemonster"), "onbekend-water-zeemonster"),
        (("Overlast Dier", "Boom"), "onbekend-overlastdier-boom"),
        ((), "onbekend-leeg"),
    ],
    ids=["unknown", "known under another parent", "no name"],
)
def test_a_name_that_nobody_decided_about_does_not_become_public(levels: tuple[str, ...], slug: str) -> None:
    soort = find_category(category_edition("assen-2026"), levels)
    assert soort.slug == slug
    assert (soort.privacy, soort.main_group) == (PrivacyClass.GEBIED, MainGroup.IETS_ANDERS)


def test_an_unknown_name_never_takes_the_slug_of_an_indicator() -> None:
    measure = indicator("dumping_hh").parts[0].measure
    assert isinstance(measure, EventRate)
    assert (
        find_category(category_edition("assen-2026"), ("Grofvuil",)).slug not in measure.selection.categories
    )
