"""Places that are known without a BAG file: schools as landmarks and postcode areas with their middle."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geo.address import parse_address
from geo.crs import LngLatArrays, to_rd
from geo.errors import AddressError, CoordinateError, ImportRefused
from geo.landmarks import COLUMNS, POSTCODE_AREA

SCHOOL = "school"
_SCHOOL_COLUMNS = ("naam", "straat", "huisnummer_toevoeging", "postcode", "plaats", "lon", "lat")
_AREA_COLUMNS = ("postcode", "woonplaats", "gemeente", "soort", "latitude", "longitude")


def read_schools(path: Path) -> pd.DataFrame:
    """A landmark per school, with the columns of `geo.landmarks`; the gemeente is the place's name.

    Of a range of house numbers the first is kept. Raises ImportRefused for another kind of file.
    """
    schools = _read(path, _SCHOOL_COLUMNS)
    return _landmarks(
        path,
        pd.DataFrame(
            {
                "name": schools["naam"],
                "kind": SCHOOL,
                "street": schools["straat"],
                "number": [_number(text, path) for text in schools["huisnummer_toevoeging"]],
                "postcode": schools["postcode"],
                "place": schools["plaats"],
                "gemeente": schools["plaats"],
                "lon": schools["lon"],
                "lat": schools["lat"],
            }
        ),
    )


def read_postcode_areas(path: Path) -> pd.DataFrame:
    """A landmark per four-digit postcode that has addresses, with the columns of `geo.landmarks`.

    Postcodes for post boxes are left out: their point lies anywhere. Raises ImportRefused for another kind
    of file.
    """
    areas = _read(path, _AREA_COLUMNS)
    areas = areas[areas["soort"] == "Adres"].reset_index(drop=True)
    return _landmarks(
        path,
        pd.DataFrame(
            {
                "name": areas["postcode"],
                "kind": POSTCODE_AREA,
                "street": None,
                "number": None,
                "postcode": areas["postcode"],
                "place": areas["woonplaats"],
                "gemeente": areas["gemeente"],
                "lon": areas["longitude"],
                "lat": areas["latitude"],
            }
        ),
    )


def _read(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise ImportRefused(f"{path.name} is niet te lezen als tabel: {error}.") from error
    if missing := [name for name in columns if name not in frame.columns]:
        raise ImportRefused(f"In {path.name} ontbreken de kolommen {', '.join(missing)}.")
    return frame


def _number(text: str, path: Path) -> int | None:
    try:
        return parse_address(f"straat {text}").number
    except AddressError as error:
        raise ImportRefused(f"{path.name}: {text!r} is geen huisnummer.") from error


def _landmarks(path: Path, frame: pd.DataFrame) -> pd.DataFrame:
    try:
        degrees = frame[["lon", "lat"]].astype("float64")
        metres = to_rd(LngLatArrays(degrees["lon"].to_numpy(), degrees["lat"].to_numpy()))
    except (ValueError, CoordinateError) as error:
        raise ImportRefused(f"{path.name}: {error}") from error
    return frame.assign(lon=degrees["lon"], lat=degrees["lat"], x=metres.x, y=metres.y)[list(COLUMNS)]
