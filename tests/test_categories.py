"""Category editions: their classes and their main groups."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.categories import CategoryEdition, category_edition, editions, read_edition
from data.choices import PrivacyClass
from geo.errors import CategoryError
from geo.main_groups import Crosswalk, MainGroup
from geo.measures import EventRate
from geo.registry import INDICATORS, indicator

ONE = """
editie = "proef"
naam = "Proef"
bron = "test"
niet_geleverd = []
[[groepen]]
slug = "afval"
naam = "Afval"
categorieen = [{ slug = "zwerfvuil", naam = "Zwerfvuil" }]
"""


def selection_of(name: str) -> EventRate:
    measure = indicator(name).parts[0].measure
    assert isinstance(measure, EventRate)
    return measure


@pytest.fixture(params=["assen-2026", "signalen", "wijkbeeld"])
def edition(request: pytest.FixtureRequest) -> CategoryEdition:
    return category_edition(request.param)


def test_three_editions_are_bundled() -> None:
    assert editions() == ("assen-2026", "signalen", "wijkbeeld")


def test_an_unknown_edition_is_refused_by_name() -> None:
    with pytest.raises(CategoryError, match=r"geen indeling 'assen-1999'; wel: assen-2026, signalen"):
        category_edition("assen-1999")


@pytest.mark.shared
def test_the_edition_of_assen_has_the_slugs_names_and_parents_of_its_file(shared: Path) -> None:
    rows = json.loads((shared / "data/categories/assen_signalen_categories.json").read_text())
    theirs = {slug: (row["name"], row["parent_slug"]) for slug, row in rows.items()}
    ours = {one.slug: (one.naam, one.parent) for one in category_edition("assen-2026").categories}
    assert ours == theirs


@pytest.mark.shared
def test_the_edition_of_signalen_has_the_slugs_names_and_parents_of_its_file(shared: Path) -> None:
    rows = json.loads((shared / "data/categories/signals_fixture_categories.json").read_text())
    slug = {row["pk"]: row["fields"]["slug"] for row in rows}
    fields = [row["fields"] for row in rows if row["fields"]["parent"]]
    theirs = {one["slug"]: (one["name"], slug[one["parent"]]) for one in fields}
    assert {one.slug: (one.naam, one.parent) for one in category_edition("signalen").categories} == theirs


def test_nuisance_noise_and_persons_are_never_shown_as_a_point(edition: CategoryEdition) -> None:
    closed = {MainGroup.OVERLAST, MainGroup.IETS_ANDERS, MainGroup.OPENBARE_RUIMTE, MainGroup.VAARWATER}
    shown = [one for one in edition.categories if one.main_group in closed]
    assert {one.privacy for one in shown} == {PrivacyClass.GEBIED}


@pytest.mark.parametrize("slug", ["geluid", "horeca-en-evenement", "persoon", "parkeren", "minicontainer"])
def test_what_is_about_persons_or_homes_is_gebied_in_assen(slug: str) -> None:
    assert category_edition("assen-2026").by_slug[slug].privacy is PrivacyClass.GEBIED


@pytest.mark.parametrize("slug", ["straatverlichting", "veeg-en-zwerfvuil", "boom", "wateroverlast", "paal"])
def test_street_furniture_waste_green_and_water_are_exact(slug: str) -> None:
    assert category_edition("assen-2026").by_slug[slug].privacy is PrivacyClass.EXACT


def test_every_indicator_on_meldingen_finds_a_soort_in_every_edition(edition: CategoryEdition) -> None:
    rates = [part.measure for one in INDICATORS for part in one.parts if isinstance(part.measure, EventRate)]
    assert all(rate.selection.slugs(edition.crosswalk) for rate in rates)


def test_every_slug_of_an_indicator_exists_in_some_edition() -> None:
    known = {slug for name in editions() for slug in category_edition(name).by_slug}
    rates = [part.measure for one in INDICATORS for part in one.parts if isinstance(part.measure, EventRate)]
    named = {slug for rate in rates for slug in rate.selection.categories | rate.selection.without}
    assert named <= known


def test_animals_in_assen_are_its_group_without_dead_ones_and_the_petting_zoo() -> None:
    slugs = selection_of("dieren_inw").selection.slugs(category_edition("assen-2026").crosswalk)
    assert slugs == {"eikenprocessierups", "hond", "overig-overlast-dier", "plaagdier"}


def test_lighting_takes_from_exact_only_and_traffic_also_from_gebied() -> None:
    assen = category_edition("assen-2026")
    assert assen.classes(selection_of("licht_ha").selection) == {PrivacyClass.EXACT}
    assert assen.classes(selection_of("verkeer_ha").selection) == {PrivacyClass.EXACT, PrivacyClass.GEBIED}


def test_a_soort_that_nobody_decided_about_is_gebied_and_iets_anders() -> None:
    soort = read_edition(ONE).categories[0]
    assert (soort.privacy, soort.main_group) == (PrivacyClass.GEBIED, MainGroup.IETS_ANDERS)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('naam = "Zwerfvuil"', 'naam = "Zwerfvuil", privacy = "intern"', "klasse 'intern'"),
        ('naam = "Zwerfvuil"', 'naam = "Zwerfvuil", hoofdgroep = "lucht"', "hoofdgroep 'lucht'"),
        ('{ slug = "zwerfvuil"', '{ slug = "zwerfvuil", naam = "Vuil" }, { slug = "zwerfvuil"', "twee keer"),
        ("niet_geleverd = []", 'niet_geleverd = ["geluid"]', "geluid"),
    ],
)
def test_an_edition_that_contradicts_itself_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(CategoryError, match=message):
        read_edition(ONE.replace(old, new))


def test_the_crosswalk_tells_where_a_trend_over_two_editions_breaks() -> None:
    older, newer = category_edition("signalen").crosswalk, category_edition("assen-2026").crosswalk
    assert newer.moved_since(older) == {"drijfvuil": (MainGroup.GROEN, MainGroup.AFVAL)}
    assert Crosswalk("leeg").main_group("boom") is MainGroup.IETS_ANDERS
