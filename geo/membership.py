"""Membership: which buurten make up each area of one level, and sums over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.areas import Level
from geo.errors import DuplicateCode

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# An area has no figure when more than this share of its weight lies in buurten without one.
MOST_MISSING = 0.10


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Membership:
    """Areas of one level as a list of pairs: `buurten[i]` belongs to the area `codes[owner[i]]`.

    `published` is the code under which figures of each area are published: its own, or for a gebied that of
    the wijk that is the same buurten.
    """

    level: Level
    codes: pd.Index[str]
    buurten: pd.Index[str]
    owner: NDArray[np.intp]
    published: pd.Index[str]

    @classmethod
    def of(
        cls,
        level: Level,
        areas: Mapping[str, Sequence[str]],
        *,
        wijken: Mapping[str, Sequence[str]] | None = None,
    ) -> Membership:
        """The membership from area codes to their buurt codes, sorted by code.

        With the buurten of the `wijken` an area that is the same buurten as one can have the figures that
        were published of it.

        Raises DuplicateCode when an area names a buurt twice: it would be counted twice.
        """
        codes = sorted(areas)
        for code in codes:
            if len(set(areas[code])) < len(areas[code]):
                raise DuplicateCode(f"Gebied {code} noemt een buurt twee keer: {', '.join(areas[code])}.")
        owner = np.repeat(np.arange(len(codes)), [len(areas[code]) for code in codes])
        buurten = [buurt for code in codes for buurt in sorted(areas[code])]
        same = {frozenset(parts): code for code, parts in (wijken or {}).items()}
        published = [same.get(frozenset(areas[code]), code) for code in codes]
        return cls(
            level,
            pd.Index(codes, dtype="str"),
            pd.Index(buurten, dtype="str"),
            owner,
            pd.Index(published, dtype="str"),
        )

    def total(self, per_pair: NDArray[np.generic]) -> FloatArray:
        """The sum over the buurten of each area; NaN where one of them is NaN."""
        weights = per_pair.astype(np.float64)
        return np.bincount(self.owner, weights, len(self.codes)).astype(np.float64)

    def any(self, per_pair: BoolArray) -> BoolArray:
        """Whether it holds for at least one buurt of each area."""
        return self.total(per_pair) > 0

    def enough(self, known: BoolArray, weight: FloatArray) -> BoolArray:
        """Whether at most a tenth of the weight of each area lies in buurten that are not known.

        A buurt whose weight is unknown weighs nothing; where no buurt of an area has weight, each weighs 1.
        """
        given = np.nan_to_num(weight)
        bare = self.total(given) == 0
        weights = np.where(bare[self.owner], 1.0, given)
        missing = self.total(np.where(known, 0.0, weights))
        return self.any(known) & (missing <= MOST_MISSING * self.total(weights))
