"""BAG addresses: reads the address exports that towns have into one frame."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from data.readers import bag_xml
from data.readers.limited import LimitedReader
from geo.crs import FAULT_SENTENCES, Fault, LngLatArrays, RDArrays, check_lnglat, check_rd, to_lnglat, to_rd
from geo.errors import ImportRefused

COLUMNS = (
    "street", "number", "letter", "addition", "postcode", "place", "gemeente", "gemeente_code",
    "lon", "lat", "x", "y",
)  # fmt: skip
TEXTS = COLUMNS[:8]
CHUNK = 100_000
MOST_UNPACKED = 4 * 1024**3
HIGHEST_RATIO = 100.0

# One row per layout: our name and the header of the file; what a layout lacks is left out.
_PROVINCE = {
    "street": "straat", "number": "huisnummer", "letter": "huisletter", "addition": "huisnummertoevoeging",
    "postcode": "postcode", "place": "woonplaats", "gemeente": "gemeente", "lon": "lon", "lat": "lat",
}  # fmt: skip
_NLEXTRACT = {**_PROVINCE, "street": "openbareruimte", "x": "x", "y": "y"}
_NLEXTRACT_PLUS = {**_NLEXTRACT, "street": "openbareruimtenaam", "gemeente_code": "gemeentecode"}
LAYOUTS = (_PROVINCE, _NLEXTRACT, _NLEXTRACT_PLUS)

_ZSTD = b"\x28\xb5\x2f\xfd"
_ZIP = b"PK"


@dataclass(frozen=True)
class BagAddresses:
    """What a file gave.

    `addresses` has the columns of `COLUMNS` (texts, int64 number, WGS84 degrees and RD metres; an absent part
    is None), `rejected` has `line` (counted from 1, the header included) and `reason`.
    """

    addresses: pd.DataFrame
    rejected: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"line": [], "reason": []}))


def read_bag(
    path: Path,
    *,
    gemeente: str | None = None,
    gemeenten: Mapping[str, str] | None = None,
    most_unpacked: int = MOST_UNPACKED,
) -> BagAddresses:
    """The addresses of a BAG file, of one gemeente (name or GM code) when that is given.

    Reads the `;` export of a province, the two NLExtract layouts (each also as `.zst`) and the official
    BAG 2.0 extract (zip with XML). The extract names no gemeenten: `gemeenten` gives the name for a GM code.
    Raises ImportRefused, and gives nothing, for a file that is something else, is broken or unpacks to more
    than `most_unpacked` bytes.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(4)
            file.seek(0)
            if magic[:2] == _ZIP:
                return _read_extract(file, path.name, gemeente, gemeenten or {}, most_unpacked)
            return _read_table(_unpacked(file, magic, path, most_unpacked), path.name, gemeente)
    except OSError as error:
        raise ImportRefused(f"{path.name} is niet te lezen: {error}.") from error


def _unpacked(file: IO[bytes], magic: bytes, path: Path, most_unpacked: int) -> IO[bytes]:
    if magic != _ZSTD:
        return file
    # pyarrow rather than zstandard, whose stream ends in silence where the file was cut short.
    stream = pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd")
    limited = LimitedReader(
        stream, path.name, most=most_unpacked, packed=path.stat().st_size, highest_ratio=HIGHEST_RATIO
    )
    return io.BufferedReader(limited)


def _read_table(file: IO[bytes], name: str, gemeente: str | None) -> BagAddresses:
    kept, rejected = [], []
    for rows in _chunks(file, name):
        layout = _layout(rows.columns, name)
        part = _with_our_names(rows, layout)
        if gemeente is not None:
            part = part[_is_gemeente(part, gemeente)]
        good, bad = _checked(part)
        kept.append(good)
        rejected.append(bad)
    if not kept:
        raise ImportRefused(f"{name} is leeg.")
    return BagAddresses(pd.concat(kept, ignore_index=True), pd.concat(rejected, ignore_index=True))


def _chunks(file: IO[bytes], name: str) -> Iterator[pd.DataFrame]:
    """Chunks of rows as text (absent is the empty string); the index is the line in the file."""
    try:
        reader = pd.read_csv(
            file, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig", chunksize=CHUNK,
            quoting=csv.QUOTE_MINIMAL, index_col=False, usecols=_is_ours,
        )  # fmt: skip
        with reader:
            for rows in reader:
                yield rows.fillna("").set_axis(rows.index + 2)
    except pd.errors.EmptyDataError:
        return
    except (ValueError, csv.Error) as error:
        raise ImportRefused(f"{name} is geen tabel met ; en UTF-8: {error}.") from error


def _is_ours(column: Any) -> bool:
    return any(column in layout.values() for layout in LAYOUTS)


def _layout(columns: pd.Index[Any], name: str) -> dict[str, str]:
    fitting = [layout for layout in LAYOUTS if set(layout.values()) <= set(columns)]
    if fitting:
        return fitting[-1]
    missing = min((sorted(set(layout.values()) - set(columns)) for layout in LAYOUTS), key=len)
    raise ImportRefused(f"{name} is geen BAG-adresbestand: de kolommen {', '.join(missing)} ontbreken.")


def _with_our_names(rows: pd.DataFrame, layout: dict[str, str]) -> pd.DataFrame:
    ours = {name: rows[theirs].str.strip() for name, theirs in layout.items()}
    frame = pd.DataFrame({name: ours.get(name, "") for name in COLUMNS}, index=rows.index)
    has_code = frame["gemeente_code"] != ""
    frame.loc[has_code, "gemeente_code"] = "GM" + frame.loc[has_code, "gemeente_code"].str.zfill(4)
    frame["postcode"] = frame["postcode"].str.replace(" ", "").str.upper()
    return frame


def _is_gemeente(rows: pd.DataFrame, gemeente: str) -> pd.Series[bool]:
    wanted = gemeente.casefold()
    return (rows["gemeente"].str.casefold() == wanted) | (rows["gemeente_code"].str.casefold() == wanted)


def _checked(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The good rows with numbers and both kinds of coordinates, and the bad ones with their reason."""
    numbers = {
        name: pd.to_numeric(rows[name], errors="coerce") for name in ("number", "lon", "lat", "x", "y")
    }
    number = numbers["number"]
    reason = pd.Series("", index=rows.index, dtype=object)
    reason[rows["street"] == ""] = "er is geen straat"
    reason[~(number.between(1, 99_999) & (number % 1 == 0))] = "het huisnummer is geen getal van 1 tot 99999"
    faults = _faults(numbers)
    for fault in set(faults.tolist()) - {Fault.NONE}:
        reason[(reason == "") & (faults == fault)] = FAULT_SENTENCES[Fault(fault)]
    good = reason == ""
    bad = pd.DataFrame({"line": rows.index[~good], "reason": reason[~good]})
    return _complete(rows[good], {name: column[good] for name, column in numbers.items()}), bad


def _faults(numbers: Mapping[str, pd.Series[Any]]) -> Any:
    if numbers["lon"].notna().any() or not numbers["x"].notna().any():
        return check_lnglat(numbers["lon"], numbers["lat"])
    return check_rd(numbers["x"], numbers["y"])


def _complete(rows: pd.DataFrame, numbers: Mapping[str, pd.Series[Any]]) -> pd.DataFrame:
    """Rows with all of `lon, lat, x, y`: RD as given when it is a place, else from the degrees, and back."""
    lon, lat, x, y = (numbers[name].to_numpy(dtype=np.float64) for name in ("lon", "lat", "x", "y"))
    if np.isnan(lon).any():
        lon, lat = to_lnglat(RDArrays(x, y))
    if len(rows) and (check_rd(x, y) != Fault.NONE).any():
        x, y = to_rd(LngLatArrays(lon, lat))
    texts = {name: rows[name].astype(object).where(rows[name] != "", None) for name in TEXTS}
    values = {**texts, "number": numbers["number"].astype(np.int64), "lon": lon, "lat": lat, "x": x, "y": y}
    return pd.DataFrame(values, index=rows.index)[list(COLUMNS)]


def _read_extract(
    file: IO[bytes], name: str, gemeente: str | None, gemeenten: Mapping[str, str], most_unpacked: int
) -> BagAddresses:
    rows = bag_xml.read_extract(file, name, most_unpacked=most_unpacked)
    frame = pd.DataFrame(rows, columns=list(COLUMNS), index=pd.RangeIndex(1, len(rows) + 1), dtype=object)
    frame["gemeente"] = frame["gemeente_code"].map(lambda code: gemeenten.get(code, code))
    if gemeente is not None:
        frame = frame[_is_gemeente(frame.fillna(""), gemeente)]
    good, bad = _checked(frame.fillna(""))
    return BagAddresses(good.reset_index(drop=True), bad.reset_index(drop=True))
