"""BAG files: the layouts that towns have, and what is refused."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import zstandard

from data.readers.bag import COLUMNS, read_bag
from data.readers.places import read_postcode_areas, read_schools
from geo.errors import ImportRefused

FIXTURES = Path("tests/fixtures/bag")
EXTRACT = FIXTURES / "bag_extract_2.0_doesburg_small.zip"
RESOURCES = Path("data/resources/adressen")
PROVINCE = "straat;huisnummer;huisletter;huisnummertoevoeging;postcode;woonplaats;gemeente;provincie;lat;lon"
ROW = "Reestweg;2;;;7705PA;Drogteropslagen;De Wolden;Drenthe;52.62944153;6.48336344"


def _file(folder: Path, *lines: str, packed: bool = False) -> Path:
    path = folder / ("adressen.csv.zst" if packed else "adressen.csv")
    content = "\n".join([*lines, ""]).encode()
    path.write_bytes(zstandard.compress(content) if packed else content)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_the_province_export_is_read_packed_or_not(tmp_path: Path, packed: bool) -> None:
    found = read_bag(_file(tmp_path, PROVINCE, ROW, packed=packed)).addresses
    row = found.iloc[0]
    assert tuple(found.columns) == COLUMNS
    assert (row["street"], row["number"], row["letter"], row["postcode"]) == ("Reestweg", 2, None, "7705PA")
    assert (row["lon"], row["lat"]) == (6.48336344, 52.62944153)


def test_an_export_in_degrees_gets_the_rd_metres_that_another_export_gives(tmp_path: Path) -> None:
    ruijterkade = "De Ruijterkade;105;;1;1011AB;Amsterdam;Amsterdam;Noord-Holland;52.37777968;4.90516681"
    row = read_bag(_file(tmp_path, PROVINCE, ruijterkade)).addresses.iloc[0]
    assert (row["x"], row["y"]) == pytest.approx((122177, 487877), abs=0.3)


def test_the_bundled_file_holds_the_37278_addresses_of_assen() -> None:
    read = read_bag(RESOURCES / "assen.csv.zst")
    assert (len(read.addresses), len(read.rejected)) == (37_278, 0)
    assert set(read.addresses["gemeente"]) == {"Assen"}


def test_rd_metres_from_degrees_are_the_whole_metres_that_the_bag_has() -> None:
    read = read_bag(RESOURCES / "assen.csv.zst").addresses
    off = np.hypot(read["x"] - read["x"].round(), read["y"] - read["y"].round())
    assert np.median(off) < 0.01


@pytest.mark.parametrize("name", ["bagadres_nlextract_full.csv", "bagadresplus.csv"])
def test_both_nlextract_layouts_give_the_same_99_addresses_with_rd_as_given(name: str) -> None:
    found = read_bag(FIXTURES / name).addresses
    given = pd.read_csv(FIXTURES / name, sep=";", index_col=False)
    assert len(found) == 99
    assert (found["x"] == given["x"]).all()
    assert (found["y"] == given["y"]).all()
    assert (
        found["addition"].fillna("").tolist() == given["huisnummertoevoeging"].fillna("").astype(str).tolist()
    )


def test_the_gemeente_code_is_read_where_the_layout_has_it() -> None:
    assert set(read_bag(FIXTURES / "bagadresplus.csv").addresses["gemeente_code"]) == {"GM0363"}
    assert len(read_bag(FIXTURES / "bagadresplus.csv", gemeente="GM0363").addresses) == 99
    assert len(read_bag(FIXTURES / "bagadresplus.csv", gemeente="Assen").addresses) == 0


def test_bad_rows_are_set_apart_with_line_and_reason(tmp_path: Path) -> None:
    lines = [
        ROW,
        ROW.replace(";2;", ";twee;"),
        ROW.replace("Reestweg", ""),
        ROW.replace("52.62944153;6.48336344", "6.48336344;52.62944153"),
        ROW.replace("6.48336344", ""),
        ROW.replace(";2;", ";100000;"),
        "Reestweg;9",
    ]
    read = read_bag(_file(tmp_path, PROVINCE, *lines))
    reasons = dict(zip(read.rejected["line"], read.rejected["reason"], strict=True))
    assert len(read.addresses) == 1
    assert list(reasons) == [3, 4, 5, 6, 7, 8]
    assert "huisnummer" in reasons[3]
    assert "straat" in reasons[4]
    assert "verwisseld" in reasons[5]


def test_lines_are_counted_in_the_file_also_when_one_gemeente_is_asked(tmp_path: Path) -> None:
    bad = ROW.replace(";2;", ";x;").replace("De Wolden", "Assen")
    read = read_bag(_file(tmp_path, PROVINCE, ROW, ROW, bad), gemeente="Assen")
    assert read.rejected["line"].tolist() == [4]
    assert tuple(read.addresses.columns) == COLUMNS


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "leeg"),
        (b"straat;huisnummer\nA;1\n", "ontbreken"),
        (b"naam,plaats\nA,B\n", "ontbreken"),
        (PROVINCE.encode() + b"\nStra\xdfe" + ROW.encode(), "UTF-8"),
        (b"\x28\xb5\x2f\xfdnonsense", "niet te lezen"),
        (b"PK\x03\x04nonsense", "zip"),
        (b"PK", "zip"),
    ],
)
def test_a_file_that_is_something_else_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "adressen.csv"
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match=reason):
        read_bag(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="niet te lezen"):
        read_bag(tmp_path / "weg.csv")


def test_a_zstd_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bom.csv.zst"
    path.write_bytes(zstandard.compress(b"a;" * 10_000_000))
    with pytest.raises(ImportRefused, match="verdacht sterk ingepakt"):
        read_bag(path)


def test_a_zstd_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    whole = (RESOURCES / "assen.csv.zst").read_bytes()
    path = tmp_path / "half.csv.zst"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImportRefused):
        read_bag(path)


# The official extract


def _members(content: bytes) -> dict[str, bytes]:
    """All XML of a zip of zips, by name."""
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            inner = archive.read(name)
            found |= _members(inner) if name.endswith(".zip") else {name: inner}
    return found


def _current_numbers() -> set[str]:
    """The identifications of the current nummeraanduidingen, read in another way."""
    xml = next(data for name, data in _members(EXTRACT.read_bytes()).items() if re.match(r"\d{4}NUM", name))
    things = (
        thing
        for thing in ElementTree.fromstring(xml).iter()
        if thing.tag.endswith("}Nummeraanduiding")
        and thing.find(".//{*}eindGeldigheid") is None
        and thing.findtext("{*}status") == "Naamgeving uitgegeven"
    )
    return {str(thing.findtext("{*}identificatie")) for thing in things}


def test_the_extract_gives_the_current_addresses_that_have_a_point() -> None:
    found = read_bag(EXTRACT, gemeenten={"GM0221": "Doesburg"}).addresses
    assert len(found) == len(_current_numbers()) == 8
    assert set(found["place"]) == set(found["gemeente"]) == {"Doesburg"}
    assert set(found["gemeente_code"]) == {"GM0221"}
    row = found[found["street"] == "Kosterstraat"].iloc[0]
    assert (row["number"], row["postcode"], row["x"], row["y"]) == (4, "6981CH", 206335.699, 447529.842)


def test_a_ligplaats_gets_a_point_inside_its_outline() -> None:
    found = read_bag(EXTRACT).addresses
    row = found[(found["street"] == "Koppenberch") & (found["number"] == 2)].iloc[0]
    assert 207429.775 <= row["x"] <= 207449.613
    assert 446257.633 <= row["y"] <= 446271.653


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


HEAD = "<bagStand><StandTechnischeDatum>2020-09-15</StandTechnischeDatum><standBestand>"
DATES = "<beginGeldigheid>2010-01-01</beginGeldigheid>"
USED = "<status>Naamgeving uitgegeven</status>"


def _stand(*things: str) -> bytes:
    stands = "".join(f"<stand><bagObject>{thing}</bagObject></stand>" for thing in things)
    return f"{HEAD}{stands}</standBestand></bagStand>".encode()


def _number(identity: str, number: int, dates: str = DATES, status: str = USED) -> str:
    street = "<OpenbareRuimteRef>s1</OpenbareRuimteRef>"
    parts = (
        f"<identificatie>{identity}</identificatie><huisnummer>{number}</huisnummer>{status}{dates}{street}"
    )
    return f"<Nummeraanduiding>{parts}</Nummeraanduiding>"


def _object(number: str, status: str = "Verblijfsobject in gebruik", extra: str = "") -> str:
    refs = (
        f"<NummeraanduidingRef>{number}</NummeraanduidingRef>{extra}<identificatie>v{number}</identificatie>"
    )
    return (
        f"<Verblijfsobject>{refs}<pos>121000 487000 0</pos><status>{status}</status>{DATES}</Verblijfsobject>"
    )


def _extract(numbers: list[str], objects: list[str]) -> bytes:
    street = (
        f"<identificatie>s1</identificatie><naam>Dam</naam><WoonplaatsRef>p1</WoonplaatsRef>{USED}{DATES}"
    )
    place = f"<identificatie>p1</identificatie><naam>Stad</naam><status>Woonplaats aangewezen</status>{DATES}"
    return _zip(
        **{
            "9999NUM15092020.zip": _zip(**{"9999NUM15092020-000001.xml": _stand(*numbers)}),
            "9999OPR15092020.zip": _zip(
                **{"9999OPR15092020-000001.xml": _stand(f"<OpenbareRuimte>{street}</OpenbareRuimte>")}
            ),
            "9999WPL15092020.zip": _zip(
                **{"9999WPL15092020-000001.xml": _stand(f"<Woonplaats>{place}</Woonplaats>")}
            ),
            "9999VBO15092020.zip": _zip(**{"9999VBO15092020-000001.xml": _stand(*objects)}),
        }
    )


def _read(tmp_path: Path, content: bytes, **options: int) -> pd.DataFrame:
    path = tmp_path / "extract.zip"
    path.write_bytes(content)
    return read_bag(path, **options).addresses  # type: ignore[arg-type]


def test_only_what_holds_on_the_day_of_the_extract_counts(tmp_path: Path) -> None:
    numbers = [
        _number("n1", 1),
        _number("n2", 2, DATES + "<eindGeldigheid>2019-01-01</eindGeldigheid>"),
        _number("n3", 3, DATES + "<eindGeldigheid>2021-01-01</eindGeldigheid>"),
        _number("n4", 4, "<beginGeldigheid>2020-12-01</beginGeldigheid>"),
        _number("n5", 5, DATES + "<eindRegistratie>2019-01-01T00:00:00</eindRegistratie>"),
        _number("n6", 6, status="<status>Naamgeving ingetrokken</status>"),
        _number("n7", 7),
        _number("n8", 8),
    ]
    objects = [_object(f"n{i}") for i in range(1, 7)]
    objects += [
        _object("n7", "Verblijfsobject ingetrokken"),
        _object("n8", "Niet gerealiseerd verblijfsobject"),
    ]
    found = _read(tmp_path, _extract(numbers, objects))
    assert found["number"].tolist() == [1, 3]
    assert found[["street", "place"]].drop_duplicates().to_numpy().tolist() == [["Dam", "Stad"]]


def test_a_second_address_of_an_object_has_its_point_too(tmp_path: Path) -> None:
    second = "<heeftAlsNevenadres><NummeraanduidingRef>n2</NummeraanduidingRef></heeftAlsNevenadres>"
    found = _read(tmp_path, _extract([_number("n1", 1), _number("n2", 2)], [_object("n1", extra=second)]))
    assert found["number"].tolist() == [1, 2]
    assert set(found["x"]) == {121000.0}


XXE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><bagStand>&x;</bagStand>'
LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><bagStand>&b;</bagStand>'
DTD = b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><bagStand/>'


def _as_numbers(xml: bytes) -> bytes:
    return _zip(**{"9999NUM15092020.zip": _zip(**{"9999NUM15092020-000001.xml": xml})})


def _nested(depth: int) -> bytes:
    content = _as_numbers(_stand(_number("n1", 1)))
    for _ in range(depth):
        content = _zip(**{"9999NUM15092020.zip": content})
    return content


BROKEN: dict[str, tuple[Callable[[], bytes], str]] = {
    "an outside entity": (lambda: _as_numbers(XXE), "DTD of entiteiten"),
    "a billion laughs": (lambda: _as_numbers(LAUGHS), "DTD of entiteiten"),
    "an outside DTD": (lambda: _as_numbers(DTD), "DTD of entiteiten"),
    "XML that stops": (lambda: _as_numbers(_stand(_number("n1", 1))[:-20]), "kapotte XML"),
    "no XML": (lambda: _as_numbers(b"hallo"), "kapotte XML"),
    "a zip that stops": (lambda: EXTRACT.read_bytes()[:-100], "zip"),
    "a zip of something else": (lambda: _zip(**{"leesmij.txt": b"hallo"}), "geen nummeraanduidingen"),
    "an inner zip that is none": (lambda: _zip(**{"9999NUM15092020.zip": b"hallo"}), "zip"),
    "zips in zips in zips": (lambda: _nested(3), "te veel zip-bestanden"),
    "a bomb": (lambda: _as_numbers(b"<a>" + b" " * 20_000_000), "verdacht sterk ingepakt"),
    "an object without a name": (lambda: _as_numbers(_stand(_number("", 1))), "zonder"),
}


@pytest.mark.parametrize(("make", "reason"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_or_hostile_extract_is_refused(
    tmp_path: Path, make: Callable[[], bytes], reason: str
) -> None:
    with pytest.raises(ImportRefused, match=reason):
        _read(tmp_path, make())


def test_an_extract_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="te groot"):
        _read(tmp_path, EXTRACT.read_bytes(), most_unpacked=50_000)


def test_a_zip_with_a_flipped_bit_is_refused_or_read_whole(tmp_path: Path) -> None:
    whole = _extract([_number("n1", 1)], [_object("n1")])
    for at in range(40, len(whole), 97):
        flipped = whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :]
        try:
            found = _read(tmp_path, flipped)
        except ImportRefused:
            continue
        assert set(found["number"]) <= {1}


# Schools and postcode areas


def test_the_36_schools_have_a_number_a_town_and_rd_metres() -> None:
    schools = read_schools(RESOURCES / "scholen.csv")
    assert len(schools) == 36
    assert schools["gemeente"].value_counts().to_dict() == {"Vlaardingen": 25, "Maassluis": 11}
    assert schools.loc[schools["name"] == "De Hoeksteen", "number"].item() == 100
    assert schools["x"].between(74_000, 86_000).all()


def test_post_box_postcodes_are_no_areas() -> None:
    areas = read_postcode_areas(RESOURCES / "pc4.csv")
    assert len(areas) == 29
    assert not set(areas["name"]) & {"3130", "3140", "9400"}


@pytest.mark.parametrize("content", ["", "naam;straat\n", "postcode,soort\n1,Adres\n"])
def test_another_kind_of_table_is_no_list_of_places(tmp_path: Path, content: str) -> None:
    path = tmp_path / "plekken.csv"
    path.write_text(content)
    for read in (read_schools, read_postcode_areas):
        with pytest.raises(ImportRefused):
            read(path)
