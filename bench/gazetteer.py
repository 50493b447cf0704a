"""The gazetteer on real data: how many meldingen of Assen it finds, how near, and how fast."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from bench.tables import table
from data.readers.bag import read_bag
from geo.crs import LngLatArrays, to_rd
from geo.gazetteer import Gazetteer, Quality

GEMEENTE = "Assen"
FINDS = 3_000
POINTS = 1_000


def run() -> None:
    """Print the tables; the shared data is where WIJKBEELD_SHARED says."""
    for text in tables(Path(os.environ.get("WIJKBEELD_SHARED", "../shared")), turns=3):
        print(text)


def tables(shared: Path, *, turns: int) -> Iterator[str]:
    """A table of what was found, and one of speed (the best of `turns`)."""
    addresses = read_bag(
        shared / "data/addresses/bag_adressen_drenthe_2026-06.csv.zst", gemeente=GEMEENTE
    ).addresses
    meldingen = pd.read_csv(shared / "data/meldingen/assen_2026.csv")
    gazetteer = Gazetteer.from_frame(addresses)
    yield _quality(gazetteer, meldingen)
    yield _speed(addresses, gazetteer, turns)


def _quality(gazetteer: Gazetteer, meldingen: pd.DataFrame) -> str:
    texts = [None if pd.isna(text) else str(text) for text in meldingen["adres"]]
    found = gazetteer.find_many(texts, gemeente=GEMEENTE)
    at = to_rd(LngLatArrays(meldingen["lon"].to_numpy(), meldingen["lat"].to_numpy()))
    found["away"] = np.hypot(found["x"] - at.x, found["y"] - at.y)
    rows, so_far = [], 0
    for quality in Quality:
        part = found[found["quality"] == quality.value]
        so_far += len(part)
        rows.append([quality.value, str(len(part)), f"{so_far / len(found):.2%}", _median(part["away"])])
    rows.append(["all found", str(int(found["x"].notna().sum())), "", _median(found["away"])])
    return table(
        f"{len(found)} meldingen by their address alone", ["class", "meldingen", "so far", "median m"], rows
    )


def _median(metres: pd.Series[float]) -> str:
    known = metres.dropna()
    return f"{np.median(known):.1f}" if len(known) else ""


def _speed(addresses: pd.DataFrame, gazetteer: Gazetteer, turns: int) -> str:
    rows = addresses.sample(FINDS, random_state=1)
    texts = [f"{row.street} {row.number}" for row in rows.itertuples()]
    points = list(zip(rows["x"][:POINTS], rows["y"][:POINTS], strict=True))
    works: list[tuple[str, int, Callable[[], object]]] = [
        ("build", len(addresses), lambda: Gazetteer.from_frame(addresses)),
        ("find", FINDS, lambda: [gazetteer.find(text, gemeente=GEMEENTE) for text in texts]),
        ("nearest", POINTS, lambda: [gazetteer.nearest(x, y) for x, y in points]),
    ]
    cells = []
    for name, count, work in works:
        seconds = min(_seconds(work) for _ in range(turns))
        cells.append([name, str(count), f"{seconds:.2f}", f"{count / seconds:,.0f}"])
    return table("Speed, one core", ["work", "number", "seconds", "per second"], cells)


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start
