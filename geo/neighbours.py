"""Neighbours: which areas lie beside which, and which of those links a barrier cuts.

Two areas are neighbours when they share a piece of border. Real outlines leave slivers between each other, so
borders that run within a small tolerance of one another count as shared; a corner alone does not. Water or a
railway between two areas takes their link away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Self

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse

from geo.errors import AreaError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Geometries = NDArray[np.object_]

TOLERANCE_M: Final = 1.0
# A border that is shared over less than this is a corner.
SHORTEST_BORDER_M: Final = 10.0
# A line has no width, so it cuts nothing: it is drawn this wide, which also closes joints that do not meet.
BARRIER_WIDTH_M: Final = 2.0


class Neighbours(NamedTuple):
    """Links between n areas, compressed: those of area i are `indices[indptr[i]:indptr[i + 1]]`, sorted.

    Every link is there from both ends, and no area is its own neighbour.
    """

    indptr: IntArray
    indices: IntArray

    @classmethod
    def of_pairs(cls, pairs: IntArray, *, size: int) -> Self:
        """The links of an array of shape (links, 2); order and doubles do not matter."""
        both = np.concatenate([pairs, pairs[:, ::-1]]).astype(np.int64).reshape(-1, 2)
        if both.size and (both.min() < 0 or both.max() >= size):
            raise AreaError(f"een buur ligt buiten de {size} gebieden: {both.min()} of {both.max()}")
        both = np.unique(both[both[:, 0] != both[:, 1]], axis=0)
        indptr = np.searchsorted(both[:, 0], np.arange(size + 1)).astype(np.int64)
        return cls(indptr, both[:, 1].copy())

    @property
    def size(self) -> int:
        """The number of areas."""
        return len(self.indptr) - 1

    def of(self, place: int) -> IntArray:
        """The neighbours of one area."""
        return self.indices[self.indptr[place] : self.indptr[place + 1]]

    def pairs(self) -> IntArray:
        """Every link once, shape (links, 2), the lower number first."""
        rows = np.repeat(np.arange(self.size), np.diff(self.indptr))
        return np.column_stack([rows, self.indices])[rows < self.indices]

    def windows(self) -> sparse.csr_array:
        """The matrix, shape (n, n), that sums each area with its neighbours."""
        links = sparse.csr_array(
            (np.ones(len(self.indices)), self.indices, self.indptr), shape=(self.size, self.size)
        )
        return sparse.csr_array(links + sparse.eye_array(self.size, format="csr"))


def touching(
    outlines: Sequence[shapely.Geometry] | Geometries, *, tolerance_m: float = TOLERANCE_M
) -> Neighbours:
    """The neighbours of outlines in RD metres: those that share border over more than a corner."""
    shapes = np.asarray(outlines, dtype=object)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=tolerance_m)
    pairs = np.column_stack([left, right])[left < right]
    near = shapely.buffer(shapes[pairs[:, 1]], tolerance_m, quad_segs=2)
    shared = shapely.length(shapely.intersection(shapely.boundary(shapes[pairs[:, 0]]), near))
    return Neighbours.of_pairs(pairs[shared >= SHORTEST_BORDER_M], size=len(shapes))


def without_barriers(
    neighbours: Neighbours,
    outlines: Sequence[shapely.Geometry] | Geometries,
    barriers: Sequence[shapely.Geometry] | Geometries,
    *,
    tolerance_m: float = TOLERANCE_M,
) -> Neighbours:
    """The links that no barrier cuts; barriers are lines or polygons in RD metres.

    A link stays when one can go from the greater part of the one area to the greater part of the other,
    inside the two of them, without crossing a barrier. Where a barrier stops, as at a bridge that its file
    leaves open, there is a way.
    """
    shapes, pairs = np.asarray(outlines, dtype=object), neighbours.pairs()
    walls = _as_polygons(np.asarray(barriers, dtype=object))
    if not len(pairs) or not len(walls):
        return neighbours
    tree = shapely.STRtree(walls)
    both = shapely.buffer(shapely.union(shapes[pairs[:, 0]], shapes[pairs[:, 1]]), tolerance_m, quad_segs=2)
    met = np.unique(tree.query(both, predicate="intersects")[0])
    cut = [place for place in met.tolist() if _is_cut(both[place], shapes[pairs[place]], walls, tree)]
    return Neighbours.of_pairs(np.delete(pairs, cut, axis=0), size=neighbours.size)


def _as_polygons(barriers: Geometries) -> Geometries:
    parts = shapely.get_parts(barriers)
    lines = shapely.get_dimensions(parts) < 2
    parts[lines] = shapely.buffer(parts[lines], BARRIER_WIDTH_M / 2.0, cap_style="square")
    return np.asarray(parts[~shapely.is_empty(parts)], dtype=object)


def _is_cut(both: shapely.Geometry, pair: Geometries, walls: Geometries, tree: shapely.STRtree) -> bool:
    """Whether the greater parts of two areas lie in different pieces of what the barriers leave of them."""
    wall = shapely.union_all(walls[tree.query(both, predicate="intersects")])
    pieces = shapely.get_parts(shapely.difference(both, wall))
    if not len(pieces):
        return True
    one, other = (shapely.area(shapely.intersection(pieces, area)) for area in pair)
    return not one.any() or not other.any() or int(one.argmax()) != int(other.argmax())
