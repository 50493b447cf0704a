"""Exports of Signalen: tables joined, mixed up coordinates put right, persons left unread."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from data.readers.formats import open_records
from data.readers.signalen import recognise
from geo.errors import ImportRefused

SIGNALS = (
    "id,signal_uuid,source,text,created_at,category_assignment_id,location_id,reporter_id,status_id\n"
    '11,aa,online,"Tegel, los",2026-05-20 09:00:00+00:00,101,201,7,301\n'
    "12,bb,Telefoon,Lamp,2026-05-21 09:00:00+00:00,102,202,8,302\n"
)
# As Signalen writes it: `lat` is the x of the point, so the longitude.
LOCATIONS = (
    "id,lat,lng,stadsdeel,buurt_code,address,address_text\n"
    "201,6.56,52.99,,,{},Kerkstraat 1\n"
    "202,6.57,53.00,,,{},\n"
)
CATEGORIES = "id,main,sub,main_slug,sub_slug\n101,Afval,Dumping,afval,dumping\n102,Overlast Dier,Hond,x,y\n"
STATUSES = (
    "id,text,user,state_display,created_at,state\n"
    "301,,,Afgehandeld,2026-05-25 10:00:00+00:00,o\n"
    "302,,,,2026-05-21 10:00:00+00:00,b\n"
)
FILES = {
    "signals.csv": SIGNALS,
    "locations.csv": LOCATIONS,
    "categories.csv": CATEGORIES,
    "statuses.csv": STATUSES,
}
REPORTERS = "id,email,phone\n7,iemand@voorbeeld.nl,0612345678\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "export"
    place.mkdir()
    for name, text in {**FILES, "reporters.csv": REPORTERS}.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


def rows(path: Path) -> list[dict[str, str]]:
    records = open_records(path).records
    return [dict(zip(records.columns, row, strict=True)) for chunk in records.chunks(1) for row in chunk.rows]


def test_the_tables_of_an_export_are_joined(folder: Path) -> None:
    first, second = rows(folder)
    assert (first["main"], first["sub"], first["address_text"], first["state"]) == (
        "Afval",
        "Dumping",
        "Kerkstraat 1",
        "o",
    )
    assert (first["closed_at"], second["closed_at"]) == ("2026-05-25 10:00:00+00:00", "")


def test_the_column_lat_of_signalen_is_known_to_hold_the_longitude(folder: Path) -> None:
    first, _ = rows(folder)
    assert (first["lon"], first["lat"]) == ("6.56", "52.99")


def test_a_table_with_true_names_is_not_turned_around(folder: Path) -> None:
    (folder / "locations.csv").write_text("id,lat,lng,address_text\n201,52.99,6.56,x\n202,53,6.57,y\n")
    first, _ = rows(folder)
    assert (first["lon"], first["lat"]) == ("6.56", "52.99")


def test_the_table_with_reporters_is_not_opened(folder: Path) -> None:
    assert all("iemand@voorbeeld.nl" not in row.values() for row in rows(folder))


def test_a_zip_of_the_tables_reads_the_same(folder: Path, tmp_path: Path) -> None:
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"2026/{path.name}")
    assert rows(packed) == rows(folder)


def test_a_missing_table_is_named(folder: Path) -> None:
    (folder / "statuses.csv").unlink()
    with pytest.raises(ImportRefused, match=r"ontbreekt statuses\.csv"):
        open_records(folder)


def test_37_a_zip_that_blows_up_is_refused(tmp_path: Path) -> None:
    packed = tmp_path / "bom.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("signals.csv", b"0" * 20_000_000)
    with pytest.raises(ImportRefused, match="geen export"):
        open_records(packed)


def test_37_a_zip_of_very_many_files_is_refused(tmp_path: Path) -> None:
    packed = tmp_path / "veel.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("signals.csv", SIGNALS)
        for number in range(1_001):
            archive.writestr(f"{number}.txt", "x")
    with pytest.raises(ImportRefused, match="geen export"):
        open_records(packed)


def test_a_zip_cannot_write_outside_its_folder(folder: Path, tmp_path: Path) -> None:
    packed = tmp_path / "x" / "uit.zip"
    packed.parent.mkdir()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in FILES.items():
            archive.writestr(f"../../{name}", text)
    before = sorted(path.name for path in tmp_path.rglob("*"))
    assert len(rows(packed)) == 2
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_the_public_map_and_the_overview_are_recognised() -> None:
    public = recognise(
        ("id", "aangemaakt_op", "hoofdcategorie", "subcategorie", "adres", "lon", "lat", "opgelost_op")
    )
    overview = recognise(
        ("id", "created_at", "source", "priority", "geometry", "status", "main_category", "sub_category")
    )
    assert public is not None
    assert overview is not None
    assert public.columns["soort"] == ("hoofdcategorie", "subcategorie")
    assert overview.columns["geometrie"] == ("geometry",)
