"""Values in words: margins, shares, sources and how many decimals."""

from __future__ import annotations

import math

import pytest

from geo.registry import INDICATORS
from geo.trends import Change
from service.analysis.change_words import change_words
from service.analysis.comparison_words import beside
from service.analysis.value_words import (
    lines,
    margin_text,
    share_text,
    shared_decimals,
    source_text,
    unit_beside,
    value_words,
)

NAN = math.nan


def row(**changes: object) -> dict[str, object]:
    """A row as `geo.indicator_values` gives it: 24 of 1 000."""
    plain = {"value": 24.0, "lower": 15.4, "upper": 35.7, "n": 24.0, "denominator": 1000.0, "year": 2024}
    return {**plain, "source": "CBS", "status": "bekend", **changes}


def test_a_value_comes_with_margin_count_and_source() -> None:
    words = value_words(row(), unit="per 1.000 inwoners per jaar")
    assert (words.text, words.margin, words.count) == ("24", "tussen 15,4 en 35,7", "24")
    assert (words.out_of, words.source) == ("1.000", "CBS, 2024")


def test_a_value_that_is_not_known_says_why_and_has_no_unit() -> None:
    words = value_words(row(value=NAN, lower=NAN, upper=NAN, status="te_klein"), unit="%")
    assert (words.known, words.text, words.unit) == (False, "te klein voor een uitspraak", "")
    assert (words.margin, words.share) == ("", "")


@pytest.mark.parametrize(
    ("percent", "words"),
    [
        (33.3, "1 op de 3"),
        (50.0, "1 op de 2"),
        (20.0, "1 op de 5"),
        (40.0, "4 op de 10"),
        (70.0, "7 op de 10"),
        (2.0, "1 op de 50"),
        (0.5, ""),
        (99.0, ""),
    ],
)
def test_a_percentage_is_also_a_share(percent: float, words: str) -> None:
    assert share_text(percent) == words


@pytest.mark.parametrize("tenths", range(20, 951, 5))
def test_a_share_is_never_far_from_its_percentage(tenths: int) -> None:
    percent = tenths / 10
    some, of = (int(part) for part in share_text(percent).split(" op de "))
    assert 100 * some / of == pytest.approx(percent, abs=2.6, rel=0.15)


def test_there_is_no_margin_without_both_ends() -> None:
    assert margin_text(NAN, 3.0) == ""
    assert margin_text(1.0, NAN) == ""


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([18.6, 29.0, 39.8], 1),
        ([6.0, 6.0], 0),
        ([0.0635, 0.039], 2),
        ([0.0063, 0.0039], 3),
        ([0.0, 0.884], 2),
        ([NAN], 0),
    ],
)
def test_values_beside_each_other_have_the_same_decimals(values: list[float], decimals: int) -> None:
    assert shared_decimals(values) == decimals


def test_a_year_stands_once() -> None:
    assert (
        source_text("CBS Kerncijfers wijken en buurten 2024", 2024)
        == "CBS Kerncijfers wijken en buurten 2024"
    )
    assert source_text("", 2024) == "2024"
    assert source_text("CBS", None) == "CBS"


def test_a_tooltip_of_made_up_data_says_so_once() -> None:
    label = "voorbeeldgegevens (verzonnen)"
    for source in ("Wijkbeeld", f"{label}; CBS"):
        said = lines(value_words(row(source=source), unit="dagen"), example=True)
        assert " ".join(said).count(label) == 1
    assert label not in " ".join(lines(value_words(row(), unit="dagen"), example=False))


@pytest.mark.parametrize(
    ("naam", "unit", "text"),
    [
        ("Zwerfvuil en volle bakken per hectare", "per hectare per jaar", "per jaar"),
        ("Geregistreerde misdrijven per 1.000 inwoners", "per 1.000 inwoners per jaar", "per jaar"),
        ("Actieve bewonersorganisaties", "organisaties", "organisaties"),
        ("Afstand tot de huisarts", "km", "km"),
        ("Meldingen per hectare", "per hectare", ""),
        ("Binnen zoveel dagen is de helft klaar", "dagen", ""),
    ],
)
def test_a_unit_adds_to_a_name_what_that_does_not_say(naam: str, unit: str, text: str) -> None:
    assert unit_beside(naam, unit) == text


def test_no_name_of_the_registry_says_its_unit_twice() -> None:
    for one in INDICATORS:
        for part in one.parts:
            words = f"{part.naam} {unit_beside(part.naam, part.unit)}".split(" per ")
            assert len(words) == len(set(words)), words


@pytest.mark.parametrize(
    ("verdict", "ends", "text"),
    [
        ("hoger", (1.3, 1.17, 1.51), "1,30 keer, tussen 1,17 en 1,51"),
        ("lager", (0.52, 0.21, 0.997), "0,52 keer, tussen 0,21 en 0,997"),
        ("hoger", (math.inf, 1.6, math.inf), "meer dan 1,60 keer"),
        ("geen_duidelijk_verschil", (2.0, 0.21, math.inf), "2,00 keer, tussen 0,21 en veel meer"),
        ("geen_duidelijk_verschil", (math.inf, 0.21, math.inf), ""),
        ("geen_duidelijk_verschil", (math.inf, 0.0, math.inf), ""),
        ("onbekend", (NAN, NAN, NAN), ""),
    ],
)
def test_how_many_times_is_said_as_far_as_its_margin_has_ends(
    verdict: str, ends: tuple[float, float, float], text: str
) -> None:
    assert beside(verdict, *ends).times == text


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (Change(1.33, 1.17, 1.51), "Duidelijk meer: 1,33 keer zo veel (tussen 1,17 en 1,51)"),
        (
            Change(3.0, 0.396, math.inf),
            "Geen duidelijk verschil: 3,00 keer zo veel (tussen 0,40 en veel meer)",
        ),
        (
            Change(1.0, 0.0, math.inf),
            "Geen duidelijk verschil: hoeveel keer, is met zo weinig niet te zeggen",
        ),
        (Change(math.inf, 1.2, math.inf), "Duidelijk meer: eerst was er niets"),
    ],
)
def test_a_change_says_no_number_where_its_margin_has_no_end(change: Change, text: str) -> None:
    assert change_words(change) == text
