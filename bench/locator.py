"""Points to areas: our locator beside geopandas, DuckDB spatial and a loop over prepared outlines.

All get the same x and y and find pairs of a point and an area; the lowest code per point is taken
afterwards and not timed for the peers. Ours answers the whole owner rule, with the nearest step, so the
answers may differ for points that no area holds; those are counted, and any other difference too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

import duckdb
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from bench.tables import table
from bench.turns import medians_s, timed_s
from geo.crs import RDArrays
from geo.locator import OUTSIDE, Locator, OwnerArray

PILOT: Final = "data/areas/wijkenbuurten_2016_pilot.gpkg"
NATION: Final = "data/areas/buurten_2016_nl.parquet"
CORES: Final = 2

IndexArray = npt.NDArray[np.int64]
GeometryArray = npt.NDArray[np.object_]
HEADS: Final = (
    "contender",
    "threads",
    "build s",
    "median s",
    "M points/s",
    "time / ours",
    "other owner: nearest step",
    "other reason",
)


class Scene(NamedTuple):
    """Areas with their codes in ascending order, and the points to place in them."""

    name: str
    codes: list[str]
    outlines: GeometryArray
    points: RDArrays


class Pairs(NamedTuple):
    """Rows of points beside places of areas that hold them."""

    point: IndexArray
    area: IndexArray


@dataclass(frozen=True)
class Contender:
    """Something that is ready to run: its call is timed, its owners are compared."""

    name: str
    threads: int
    build_s: float
    run: Callable[[], object]
    owners: Callable[[], OwnerArray]


def tables(shared: Path, *, turns: int) -> Iterator[str]:
    """One table per scene: a town, the pilot towns, and the country when its outlines are there."""
    for scene in scenes(shared):
        yield compare(scene, turns=turns)


def scenes(shared: Path) -> Iterator[Scene]:
    """The scenes that the shared data allows; the same points on every run."""
    pilot = gpd.read_file(shared / PILOT, layer="buurten")
    yield scene_of("Vlaardingen", pilot[pilot["gemeentenaam"] == "Vlaardingen"], count=1_000_000)
    yield scene_of("Maassluis, Vlaardingen, Schiedam and Assen", pilot, count=200_000)
    if (shared / NATION).exists():
        yield scene_of("the Netherlands", gpd.read_parquet(shared / NATION), count=100_000)


def scene_of(name: str, areas: gpd.GeoDataFrame, *, count: int) -> Scene:
    """Each point lies in the box of a random buurt, so that points crowd where buurten are small."""
    areas = areas.sort_values("buurtcode")
    outlines = areas.geometry.to_numpy()
    rng = np.random.default_rng(2016)
    boxes = shapely.bounds(outlines)[rng.integers(0, len(outlines), count)]
    x, y = rng.uniform(boxes[:, 0], boxes[:, 2]), rng.uniform(boxes[:, 1], boxes[:, 3])
    return Scene(name, areas["buurtcode"].tolist(), outlines, RDArrays(x, y))


def compare(scene: Scene, *, turns: int) -> str:
    """One table: every contender's build, median time beside ours on as many threads, and differences."""
    contenders = {f"{c.name}, {c.threads}": c for c in (make(scene) for make in CONTENDERS)}
    medians = medians_s({key: c.run for key, c in contenders.items()}, turns=turns)
    ours = contenders["ours, 1"].owners()
    rows = [
        _row(c, scene, medians[key], medians[f"ours, {c.threads}"], ours) for key, c in contenders.items()
    ]
    title = f"{scene.name}: {len(scene.codes)} buurten, {scene.points.x.size:,} points, median of {turns}"
    return table(title, HEADS, rows)


def _row(contender: Contender, scene: Scene, median: float, ours_s: float, ours: OwnerArray) -> list[str]:
    theirs = contender.owners()
    differs = theirs != ours
    by_nearest = differs & (theirs == OUTSIDE)
    return [
        contender.name,
        str(contender.threads),
        f"{contender.build_s:.3f}",
        f"{median:.3f}",
        f"{scene.points.x.size / median / 1e6:.2f}",
        f"{median / ours_s:.2f}",
        f"{by_nearest.sum():,}",
        f"{(differs & ~by_nearest).sum():,}",
    ]


def ours(scene: Scene, *, threads: int) -> Contender:
    """The locator; with more threads each takes a part of the points."""
    build_s = timed_s(lambda: Locator(scene.codes, scene.outlines))
    locator = Locator(scene.codes, scene.outlines)
    run = partial(_locate_in_threads, locator, scene.points, threads)
    return Contender("ours", threads, build_s, run, run)


def _locate_in_threads(locator: Locator, points: RDArrays, threads: int) -> OwnerArray:
    if threads == 1:
        return locator.locate(*points)
    parts = zip(np.array_split(points.x, threads), np.array_split(points.y, threads), strict=True)
    with ThreadPoolExecutor(threads) as pool:
        return np.concatenate(list(pool.map(lambda part: locator.locate(*part), parts)))


def geopandas_sjoin(scene: Scene) -> Contender:
    """`geopandas.sjoin(points, areas, predicate="intersects")` on ready frames."""
    areas = gpd.GeoDataFrame(geometry=scene.outlines, crs=28992)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*scene.points, crs=28992))
    build_s = timed_s(lambda: gpd.GeoDataFrame(geometry=scene.outlines, crs=28992).sindex)

    def run() -> gpd.GeoDataFrame:
        return gpd.sjoin(points, areas, predicate="intersects")

    def owners() -> OwnerArray:
        joined = run()
        return _lowest(Pairs(joined.index.to_numpy(), joined["index_right"].to_numpy()), len(points))

    return Contender("geopandas.sjoin", 1, build_s, run, owners)


def duckdb_spatial(scene: Scene, *, threads: int) -> Contender:
    """`JOIN ... ON ST_Intersects` in DuckDB, between tables with ready geometry."""
    connection = duckdb.connect(config={"threads": threads})
    connection.execute(f"LOAD '{_extension()}'")
    build_s = timed_s(partial(_fill, connection, scene))
    query = "SELECT p.row, a.place FROM points p JOIN areas a ON ST_Intersects(a.outline, p.place)"

    def run() -> Pairs:
        found = connection.execute(query).fetchnumpy()
        return Pairs(np.asarray(found["row"]), np.asarray(found["place"]))

    count = scene.points.x.size
    return Contender(
        "DuckDB spatial",
        threads,
        build_s,
        run,
        lambda: _lowest(run(), count),
    )


def _extension() -> Path:
    """The spatial extension in its installed package: found on disk, so nothing is downloaded."""
    spec = find_spec("duckdb_extension_spatial")
    if spec is None or spec.origin is None:
        message = "install duckdb-extension-spatial to compare with DuckDB"
        raise ModuleNotFoundError(message)
    return next(Path(spec.origin).parent.rglob("spatial.duckdb_extension"))


def _fill(connection: duckdb.DuckDBPyConnection, scene: Scene) -> None:
    x, y = scene.points
    connection.register("coordinates", {"row": np.arange(x.size), "x": x, "y": y})
    connection.execute('CREATE TABLE points AS SELECT "row", ST_Point(x, y) AS place FROM coordinates')
    outlines = {"place": np.arange(len(scene.outlines)), "outline": shapely.to_wkb(scene.outlines)}
    connection.register("outlines", outlines)
    connection.execute("CREATE TABLE areas AS SELECT place, ST_GeomFromWKB(outline) AS outline FROM outlines")


def prepared_loop(scene: Scene) -> Contender:
    """The nine lines that anyone with shapely would write: per area its box, then its prepared outline."""
    outlines = np.array(shapely.force_2d(scene.outlines), dtype=object)
    build_s = timed_s(lambda: shapely.prepare(outlines))
    run = partial(_prepared_loop, outlines, scene.points)
    return Contender("loop over prepared shapely", 1, build_s, run, run)


def _prepared_loop(outlines: GeometryArray, points: RDArrays) -> OwnerArray:
    x, y = points
    owners = np.full(x.size, OUTSIDE, dtype=np.int32)
    for place in range(len(outlines) - 1, -1, -1):
        xmin, ymin, xmax, ymax = outlines[place].bounds
        rows = np.flatnonzero((x >= xmin) & (x <= xmax) & (y >= ymin) & (y <= ymax))
        owners[rows[shapely.intersects_xy(outlines[place], x[rows], y[rows])]] = place
    return owners


def _lowest(pairs: Pairs, count: int) -> OwnerArray:
    lowest = np.full(count, np.iinfo(np.int32).max, dtype=np.int32)
    np.minimum.at(lowest, pairs.point, pairs.area.astype(np.int32))
    lowest[lowest == np.iinfo(np.int32).max] = OUTSIDE
    return lowest


CONTENDERS: Final[tuple[Callable[[Scene], Contender], ...]] = (
    partial(ours, threads=1),
    prepared_loop,
    geopandas_sjoin,
    partial(duckdb_spatial, threads=1),
    partial(ours, threads=CORES),
    partial(duckdb_spatial, threads=CORES),
)
