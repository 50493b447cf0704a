"""Stored addresses: the BAG addresses of the loaded gemeenten, as the gazetteer wants them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data.bulk import insert_rows
from data.models import Address, Municipality
from geo.errors import ImportRefused

TEXTS = ("street", "letter", "addition", "postcode", "place")
POINTS = ("lon", "lat", "x", "y")
VALUES = ("street", "number", "letter", "addition", "postcode", "place", *POINTS)
DELETE_CHUNK = 500


@dataclass(frozen=True, kw_only=True)
class AddressesStored:
    """What storing addresses did, in numbers of addresses; `elsewhere` counts those per gemeente left out."""

    gemeenten: tuple[str, ...]
    new: int
    gone: int
    same: int
    elsewhere: Mapping[str, int]


def store_addresses(session: Session, addresses: pd.DataFrame, *, source_id: int) -> AddressesStored:
    """Make the stored addresses of each gemeente in the frame equal to it; a second time changes nothing.

    The frame has `street, number, letter, addition, postcode, place, gemeente, gemeente_code, lon, lat, x, y`
    (WGS84 and RD metres; code or name tells the gemeente). Addresses of gemeenten that are not loaded are
    left out and counted; ImportRefused when nothing else is there.
    """
    codes = _gemeente_codes(session, addresses)
    elsewhere = addresses.loc[codes.isna(), "gemeente"].fillna("zonder gemeente").value_counts()
    if codes.isna().all():
        raise ImportRefused(f"geen adres ligt in een geladen gemeente; wel in: {_first(elsewhere.index)}")
    wanted = _values(addresses[codes.notna()]).assign(gemeente=codes[codes.notna()])
    totals = [_store_one(session, str(code), part, source_id) for code, part in wanted.groupby("gemeente")]
    new, gone, same = (sum(counts) for counts in zip(*totals, strict=True))
    return AddressesStored(
        gemeenten=tuple(sorted(wanted["gemeente"].unique())),
        new=new,
        gone=gone,
        same=same,
        elsewhere={str(name): int(count) for name, count in elsewhere.items()},
    )


def load_addresses(session: Session, *, gemeenten: Collection[str] | None = None) -> pd.DataFrame:
    """The stored addresses of these gemeenten (GM codes; None for all), as `geo.gazetteer` takes them.

    Columns: `street, number, letter, addition, postcode, place, gemeente, gemeente_code, lon, lat, x, y`;
    an absent part is None.
    """
    columns = [getattr(Address, name) for name in VALUES]
    query = (
        select(*columns, Municipality.naam, Address.municipality_code)
        .join(Municipality, Municipality.code == Address.municipality_code)
        .order_by(Address.id)
    )
    if gemeenten is not None:
        query = query.where(Address.municipality_code.in_(list(gemeenten)))
    rows = session.execute(query).all()
    frame = pd.DataFrame.from_records(rows, columns=[*VALUES, "gemeente", "gemeente_code"])
    for name in TEXTS:
        frame[name] = frame[name].astype(object).where(frame[name] != "", None)
    return frame.astype({"number": "int64", **dict.fromkeys(POINTS, "float64")})


def _gemeente_codes(session: Session, addresses: pd.DataFrame) -> pd.Series:
    """The GM code of each address when its gemeente is loaded, else missing."""
    loaded = session.execute(select(Municipality.code, Municipality.naam)).all()
    by_name = {naam.casefold(): code for code, naam in loaded}
    known = {code for code, _ in loaded}
    told = addresses["gemeente_code"].where(addresses["gemeente_code"].isin(known))
    return told.fillna(addresses["gemeente"].str.casefold().map(by_name)).astype(object)


def _values(addresses: pd.DataFrame) -> pd.DataFrame:
    frame = addresses[list(VALUES)].copy()
    for name in TEXTS:
        frame[name] = frame[name].astype(object).where(frame[name].notna(), "")
    return frame.astype({"number": "int64", **dict.fromkeys(POINTS, "float64")})


def _store_one(session: Session, code: str, wanted: pd.DataFrame, source_id: int) -> tuple[int, int, int]:
    """How many addresses of one gemeente are new, gone and the same."""
    known = _numbered(_known(session, code))
    both = _numbered(wanted).merge(known, on=[*VALUES, "copy"], how="outer", indicator=True)
    new = both[both["_merge"] == "left_only"]
    gone = both.loc[both["_merge"] == "right_only", "id"].astype("int64").tolist()
    _delete(session, gone)
    insert_rows(session, Address, (*VALUES, "municipality_code", "source_id"), _rows(new, code, source_id))
    return len(new), len(gone), int((both["_merge"] == "both").sum())


def _known(session: Session, code: str) -> pd.DataFrame:
    columns = [getattr(Address, name) for name in ("id", *VALUES)]
    rows = session.execute(select(*columns).where(Address.municipality_code == code)).all()
    frame = pd.DataFrame.from_records(rows, columns=["id", *VALUES])
    for name in TEXTS:
        frame[name] = frame[name].astype(object)
    return frame.astype({"number": "int64", **dict.fromkeys(POINTS, "float64")})


def _numbered(addresses: pd.DataFrame) -> pd.DataFrame:
    # The BAG may hold two equal rows; each is matched with one stored row.
    return addresses.assign(copy=addresses.groupby(list(VALUES)).cumcount())


def _delete(session: Session, ids: list[int]) -> None:
    for start in range(0, len(ids), DELETE_CHUNK):
        session.execute(delete(Address).where(Address.id.in_(ids[start : start + DELETE_CHUNK])))


def _rows(addresses: pd.DataFrame, code: str, source_id: int) -> Iterator[tuple[Any, ...]]:
    columns = [addresses[name].astype(object).tolist() for name in VALUES]
    return ((*row, code, source_id) for row in zip(*columns, strict=True))


def _first(names: pd.Index) -> str:
    return ", ".join(map(str, names[:10]))
