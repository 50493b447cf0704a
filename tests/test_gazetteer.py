"""The gazetteer: small books by hand, and the real meldingen of Assen against the real BAG."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.readers.bag import read_bag
from data.readers.places import read_postcode_areas, read_schools
from geo.address import Address
from geo.crs import LngLatArrays, to_rd
from geo.errors import AddressError, CoordinateError
from geo.gazetteer import Gazetteer, Quality

ADDRESS = ["street", "number", "letter", "addition", "postcode", "place"]
RESOURCES = Path("data/resources/adressen")
GM = {"Assen": "GM0106", "Vlaardingen": "GM0622"}


def _book(*rows: str) -> pd.DataFrame:
    """Addresses written as `street|number|letter|addition|postcode|place|gemeente`, 10 m apart."""
    parts = [row.split("|") for row in rows]
    names = ["street", "number", "letter", "addition", "postcode", "place", "gemeente"]
    frame = pd.DataFrame(parts, columns=names).astype({"number": "int64"})
    at = 10.0 * np.arange(len(rows))
    frame["gemeente_code"] = frame["gemeente"].map(GM)
    return frame.assign(lon=4.9 + at / 1e5, lat=52.3, x=120_000 + at, y=487_000.0)


TOWN = _book(
    "Hoogstraat|2|||3131AA|Vlaardingen|Vlaardingen",
    "Hoogstraat|4|||3131AA|Vlaardingen|Vlaardingen",
    "Hoogstraat|4|A||3131AA|Vlaardingen|Vlaardingen",
    "Hoogstraat|6||2|3131AA|Vlaardingen|Vlaardingen",
    "Hoogstraat|6||H|3131AA|Vlaardingen|Vlaardingen",
    "Hoogstraat|9|||3131AB|Vlaardingen|Vlaardingen",
    "Plein 1940|5|||3131AC|Vlaardingen|Vlaardingen",
    "Laan van 1813|7|||3131AD|Vlaardingen|Vlaardingen",
    "'s-Gravelandseweg|12|A|3|3131AE|Vlaardingen|Vlaardingen",
    "Burg. van Lierplein|4|||3131AG|Vlaardingen|Vlaardingen",
    "Lindelaan|1|||3131AH|Vlaardingen|Vlaardingen",
    "Dorpsstraat|1|||9401AA|Assen|Assen",
    "Dorpsstraat|3|||9401AA|Assen|Assen",
    "Dorpsstraat|1|||9402BB|Loon|Assen",
    "Dorpsstraat|7|||9402BB|Loon|Assen",
)


@pytest.fixture(scope="module")
def town() -> Gazetteer:
    return Gazetteer.from_frame(TOWN)


@pytest.fixture(scope="module")
def assen() -> Gazetteer:
    return Gazetteer.from_frame(read_bag(RESOURCES / "assen.csv.zst").addresses)


FOUND = {
    "Hoogstraat 4": ("exact", "Hoogstraat 4"),
    "hoogstr. 4a": ("exact", "Hoogstraat 4A"),
    "Hoogstraat4A": ("exact", "Hoogstraat 4A"),
    "Hoogstraat 6 II": ("exact", "Hoogstraat 6-2"),
    "Hoogstraat 6hs": ("exact", "Hoogstraat 6-H"),
    "Hoogstraat 4 - 8": ("exact", "Hoogstraat 4"),
    "Hoogstraat 2B": ("zonder_toevoeging", "Hoogstraat 2"),
    "Hoogstraat 6": ("zonder_toevoeging", "Hoogstraat 6-2"),
    "Hoogstraat 4-H": ("zonder_toevoeging", "Hoogstraat 4"),
    "Hoogstraat 10": ("dichtstbijzijnd_nummer", "Hoogstraat 6-2"),
    "Hoogstraat 11": ("dichtstbijzijnd_nummer", "Hoogstraat 9"),
    "Hoogstraat 30": ("straat", "Hoogstraat"),
    "Hoogstraat": ("straat", "Hoogstraat"),
    "Hoogstraat Vlaardingen": ("straat", "Hoogstraat"),
    "Plein 1940": ("straat", "Plein 1940"),
    "Plein 1940 5": ("exact", "Plein 1940 5"),
    "Laan van 1813 7": ("exact", "Laan van 1813 7"),
    "s Gravelandseweg 12a3": ("exact", "'s-Gravelandseweg 12A-3"),
    "BURGEMEESTER VAN LIERPLEIN 4": ("exact", "Burg. van Lierplein 4"),
    "Lindenlaan 1": ("exact", "Lindelaan 1"),
    "3131 aa 4": ("exact", "Hoogstraat 4"),
    "3131AA": ("postcode", ""),
    "Kerkstraat 1, 3131AA": ("postcode", ""),
    "Vlaardingen": ("plaats", ""),
}


@pytest.mark.parametrize(("text", "answer"), FOUND.items(), ids=list(FOUND))
def test_an_address_gets_its_class_and_its_place(town: Gazetteer, text: str, answer: tuple[str, str]) -> None:
    match = town.find(text, gemeente="Vlaardingen")
    assert match.found is not None
    address = match.found.address
    assert (match.quality, f"{address.street or ''} {address.house}".strip()) == answer
    assert match.reason.endswith(".")


@pytest.mark.parametrize(
    "text",
    [None, "", "  ", "Kerkstraat 1", "Hogestraat 4", "Beukenlaan 1", "Hoogstraat 4, Rotterdam", "a" * 500,
     "\x00", "Dorpsstraat 1", "9999ZZ", "12", "Lindenlaan 3"],
)  # fmt: skip
def test_what_is_not_in_the_gemeente_is_not_found(town: Gazetteer, text: str | None) -> None:
    match = town.find(text, gemeente="Vlaardingen")
    assert (match.quality, match.found) == (Quality.NOT_FOUND, None)


def test_a_guessed_street_without_the_number_is_only_an_alternative(town: Gazetteer) -> None:
    match = town.find("Lindenlaan 3", gemeente="Vlaardingen")
    assert [place.address.street for place in match.alternatives] == ["Lindelaan"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Dorpsstraat 3", "Assen"),
        ("Dorpsstraat 7", "Loon"),
        ("Dorpsstraat 1, 9402BB", "Loon"),
        ("Dorpsstraat 1, Loon", "Loon"),
        ("Dorpsstraat Loon", "Loon"),
    ],
)
def test_one_street_name_in_two_places_is_told_apart_by_number_postcode_or_place(
    town: Gazetteer, text: str, place: str
) -> None:
    match = town.find(text, gemeente="Assen")
    assert match.found is not None
    assert match.found.address.place == place


@pytest.mark.parametrize("text", ["Dorpsstraat 1", "Dorpsstraat", "Dorpsstraat 5"])
def test_what_can_be_in_two_places_is_not_chosen_but_offered(town: Gazetteer, text: str) -> None:
    match = town.find(text, gemeente="Assen")
    assert match.quality is Quality.NOT_FOUND
    assert match.ambiguous
    assert {place.address.place for place in match.alternatives} == {"Assen", "Loon"}
    assert "Noem de plaats of de postcode" in match.reason


def test_a_place_given_apart_narrows_the_search(town: Gazetteer) -> None:
    match = town.find("Dorpsstraat 1", place="Loon")
    assert match.found is not None
    assert match.found.address.postcode == "9402BB"


def test_a_gemeente_is_also_known_by_its_code(town: Gazetteer) -> None:
    assert town.find("Dorpsstraat 3", gemeente="GM0106").quality is Quality.EXACT
    assert town.find("Dorpsstraat 3", gemeente="GM0622").quality is Quality.NOT_FOUND


def test_a_wrong_postcode_is_said(town: Gazetteer) -> None:
    match = town.find("Hoogstraat 4, 3131ZZ Vlaardingen")
    assert match.quality is Quality.EXACT
    assert "3131AA, niet 3131ZZ" in match.reason


def test_find_many_gives_a_row_per_text_in_order(town: Gazetteer) -> None:
    rows = town.find_many(["Hoogstraat 4", None, "Kerkweg 9", "Hoogstraat 4"], gemeente="Vlaardingen")
    assert rows["quality"].tolist() == ["exact", "niet_gevonden", "niet_gevonden", "exact"]
    assert rows.index.equals(pd.RangeIndex(4))
    assert rows["x"].isna().tolist() == [False, True, True, False]
    assert rows["x"].iloc[0] == 120_010


def test_find_many_of_nothing_is_an_empty_frame_with_the_same_columns(town: Gazetteer) -> None:
    assert town.find_many([]).columns.equals(town.find_many(["Hoogstraat 4"]).columns)


def test_an_empty_book_finds_nothing_and_says_that_nothing_is_loaded() -> None:
    empty = Gazetteer.from_frame(TOWN.iloc[:0])
    assert empty.nearest(1.0, 2.0) == []
    assert "geen adressen geladen" in empty.find("Hoogstraat 4", gemeente="Vlaardingen").reason
    assert empty.suggest("hoog") == []


def test_a_frame_without_a_column_or_with_an_address_without_a_point_is_refused() -> None:
    with pytest.raises(AddressError, match="postcode"):
        Gazetteer.from_frame(TOWN.drop(columns="postcode"))
    with pytest.raises(AddressError, match="punt"):
        Gazetteer.from_frame(TOWN.assign(x=np.nan))


def test_the_nearest_addresses_come_with_their_distance(town: Gazetteer) -> None:
    found = town.nearest(120_012, 487_000, k=2)
    assert [(known.address.house, metres) for known, metres in found] == [("4", 2.0), ("4A", 8.0)]


def test_all_addresses_of_one_point_come_together() -> None:
    flat = Gazetteer.from_frame(TOWN.assign(x=120_000.0, y=487_000.0))
    assert len(flat.nearest(120_003, 487_004, k=1)) == len(TOWN)
    assert {metres for _, metres in flat.nearest(120_003, 487_004, k=1)} == {5.0}


@pytest.mark.parametrize(("x", "y", "k"), [(np.nan, 0.0, 1), (np.inf, 0.0, 1), (1.0, 1.0, 0)])
def test_a_point_that_is_none_is_refused(town: Gazetteer, x: float, y: float, k: int) -> None:
    with pytest.raises(CoordinateError):
        town.nearest(x, y, k=k)


@pytest.mark.parametrize(
    ("prefix", "labels"),
    [
        ("hoog", ["Hoogstraat, Vlaardingen"]),
        ("HOOGSTR", ["Hoogstraat, Vlaardingen"]),
        ("dorps", ["Dorpsstraat, Assen", "Dorpsstraat, Loon"]),
        ("hoogstraat 4", ["Hoogstraat 4, 3131AA Vlaardingen", "Hoogstraat 4A, 3131AA Vlaardingen"]),
        ("burg", ["Burg. van Lierplein, Vlaardingen"]),
        ("xyz", []),
        ("", []),
    ],
)
def test_a_search_box_is_helped_with_streets_and_addresses(
    town: Gazetteer, prefix: str, labels: list[str]
) -> None:
    assert [line.label for line in town.suggest(prefix)] == labels


def test_suggestions_keep_to_the_gemeente_and_the_limit(town: Gazetteer) -> None:
    assert town.suggest("dorps", gemeente="Vlaardingen") == []
    assert len(town.suggest("dorps", gemeente="Assen", limit=1)) == 1


@given(st.text(max_size=210))
def test_no_text_makes_find_or_suggest_fail(text: str) -> None:
    gazetteer = Gazetteer.from_frame(TOWN)
    match = gazetteer.find(text, gemeente="Assen")
    assert (match.found is None) == (match.quality is Quality.NOT_FOUND)
    assert len(gazetteer.suggest(text)) <= 8


# Landmarks, where no addresses are loaded


@pytest.fixture(scope="module")
def pilots() -> Gazetteer:
    marks = [read_schools(RESOURCES / "scholen.csv"), read_postcode_areas(RESOURCES / "pc4.csv")]
    return Gazetteer.from_frame(TOWN.iloc[:0], landmarks=pd.concat(marks))


def test_a_school_is_found_by_its_name_and_by_its_address(pilots: Gazetteer) -> None:
    by_name = pilots.find("de hoeksteen", gemeente="Vlaardingen")
    by_address = pilots.find("Olmendreef 100-102, Vlaardingen", gemeente="Vlaardingen")
    assert by_name.found == by_address.found
    assert by_name.found is not None
    assert (by_name.found.lon, by_name.found.lat) == (4.3453998, 51.938725)


def test_a_name_that_two_schools_have_is_offered(pilots: Gazetteer) -> None:
    assert pilots.find("Het Spectrum").ambiguous
    match = pilots.find("Het Spectrum", gemeente="Maassluis")
    assert match.found is not None
    assert match.found.address.street == "Fenacoliuslaan"


@pytest.mark.parametrize("text", ["Olmendreef 8, 3137CR", "3137CR", "3137"])
def test_a_postcode_gives_the_middle_of_its_area_and_says_so(pilots: Gazetteer, text: str) -> None:
    match = pilots.find(text, gemeente="Vlaardingen")
    assert match.quality is Quality.POSTCODE
    assert "3137, niet het adres zelf" in match.reason


def test_an_address_in_a_town_without_addresses_is_politely_not_known(pilots: Gazetteer) -> None:
    match = pilots.find("Olmendreef 8", gemeente="Vlaardingen")
    assert match.quality is Quality.NOT_FOUND
    assert "Wijs de plek aan op de kaart" in match.reason


def test_a_school_is_suggested_by_a_word_of_its_name(pilots: Gazetteer) -> None:
    assert [line.label for line in pilots.suggest("spectrum", gemeente="Vlaardingen")] == [
        "Het Spectrum, Boslaan 1, 3134XC Vlaardingen"
    ]


# Real data


def test_the_book_of_assen_finds_every_tenth_of_its_own_addresses_at_its_own_point(assen: Gazetteer) -> None:
    addresses = read_bag(RESOURCES / "assen.csv.zst").addresses
    # The BAG has 28 addresses at two or more points; of those the book can give one only.
    single = addresses.drop_duplicates(ADDRESS, keep=False)
    rows = single[::10]
    wrong = 0
    for row in rows.to_dict("records"):
        match = assen.find(str(_address(row)), gemeente="Assen")
        wrong += match.found is None or (match.found.x, match.found.y) != (row["x"], row["y"])
    assert (len(rows), wrong) == (3_723, 0)


def _address(row: dict[Any, Any]) -> Address:
    return Address(**{name: row[name] for name in ADDRESS})


def test_a_street_that_was_taken_out_of_the_book_never_becomes_another_street() -> None:
    addresses = read_bag(RESOURCES / "assen.csv.zst").addresses
    streets = addresses.drop_duplicates("street")
    half = streets.iloc[::2]
    book = Gazetteer.from_frame(addresses[~addresses["street"].isin(half["street"])])
    matches = [book.find(f"{row.street} {row.number}", gemeente="Assen") for row in half.itertuples()]
    assert len(matches) == 423
    assert {match.quality for match in matches} == {Quality.NOT_FOUND}


def test_every_nlextract_address_is_among_the_addresses_of_its_point() -> None:
    addresses = read_bag(Path("tests/fixtures/bag/bagadres_nlextract_full.csv")).addresses
    book = Gazetteer.from_frame(addresses)
    among = [
        _address(row) in [known.address for known, _ in book.nearest(row["x"], row["y"], k=1)]
        for row in addresses.to_dict("records")
    ]
    assert among == [True] * 99


@pytest.mark.shared
def test_the_meldingen_of_assen_are_found_from_their_address_alone(shared: Path) -> None:
    province = shared / "data/addresses/bag_adressen_drenthe_2026-06.csv.zst"
    book = Gazetteer.from_frame(read_bag(province, gemeente="Assen").addresses)
    meldingen = pd.read_csv(shared / "data/meldingen/assen_2026.csv")
    texts = [None if pd.isna(text) else str(text) for text in meldingen["adres"]]
    found = book.find_many(texts, gemeente="Assen")
    at = to_rd(LngLatArrays(meldingen["lon"].to_numpy(), meldingen["lat"].to_numpy()))
    share = found["quality"].value_counts(normalize=True)
    good = share["exact"] + share["zonder_toevoeging"]
    away = float(np.nanmedian(np.hypot(found["x"] - at.x, found["y"] - at.y)))
    known = 1 - share["niet_gevonden"]
    print(f"\nexact of zonder toevoeging {good:.1%}, straat of beter {known:.2%}, mediaan {away:.1f} m")
    assert len(book) == 37_278
    assert good >= 0.96
    assert known >= 0.99
    assert away <= 11


@pytest.mark.shared
@pytest.mark.parametrize("gemeente", ["Assen", None])
def test_the_six_meldingen_on_unknown_streets_and_the_one_without_address_are_not_found(
    shared: Path, gemeente: str | None
) -> None:
    province = shared / "data/addresses/bag_adressen_drenthe_2026-06.csv.zst"
    book = Gazetteer.from_frame(read_bag(province, gemeente=gemeente).addresses)
    meldingen = pd.read_csv(shared / "data/meldingen/assen_2026.csv")
    texts = [None if pd.isna(text) else str(text) for text in meldingen["adres"]]
    found = book.find_many(texts, gemeente="Assen")
    not_found = found.loc[found["quality"] == "niet_gevonden", "text"]
    unknown = [
        "Domeinpad 1",
        "Domeinpad 5",
        "Kloosterweg 3",
        "Kloosterweg 3",
        "Oude-Haarweg 1",
        "Oude-Haarweg 1",
    ]
    assert sorted(not_found.fillna("")) == ["", *unknown]
