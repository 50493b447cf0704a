"""Theme inputs: what an advice on themes follows from, in one order of areas, and the seed that comes of it.

Arrays are of shape (areas,), in the order of `codes`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.themes import EvidenceKind, Theme

FloatArray = NDArray[np.float64]
# Values that differ less than this, as a share of the town's own, are the same for the seed.
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What is known of one clue, per area: values, or counts over an exposure; NaN is not known.

    `town` is what an area is laid beside, in the unit of the values or of counts / exposure. `least` is the
    smallest spread in that unit, for what has no zero of its own.
    """

    values: FloatArray
    town: float
    exposure: FloatArray | None = None
    least: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """How many people or signals say something per area: from `enough` it speaks, from `full` fully."""

    people: FloatArray
    enough: float
    full: FloatArray

    @property
    def speaks(self) -> NDArray[np.bool_]:
        """Where enough people or signals say it."""
        return np.asarray(self.people >= self.enough)


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """Everything an advice follows from.

    `weight` is what an area weighs in the spread (inhabitants). `voices` go by theme and clue. `resting` are
    the themes that an area had lately. `moved` multiplies the weight of a kind of evidence.
    """

    codes: tuple[str, ...]
    weight: FloatArray
    readings: Mapping[str, Reading]
    voices: Mapping[tuple[str, str], Voice] = field(default_factory=lambda: MappingProxyType({}))
    resting: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    moved: Mapping[EvidenceKind, float] = field(default_factory=lambda: MappingProxyType({}))

    def by_code(self) -> tuple[Inputs, NDArray[np.intp]]:
        """The same inputs with the areas in the order of their codes, and where each of them was."""
        order = np.argsort(np.array(self.codes, dtype=str), kind="stable")

        def taken(values: FloatArray) -> FloatArray:
            return np.asarray(values, dtype=np.float64)[order]

        readings = {
            key: Reading(
                taken(one.values), one.town, None if one.exposure is None else taken(one.exposure), one.least
            )
            for key, one in self.readings.items()
        }
        voices = {
            key: Voice(taken(one.people), one.enough, taken(one.full)) for key, one in self.voices.items()
        }
        codes = tuple(self.codes[at] for at in order)
        return Inputs(codes, taken(self.weight), readings, voices, self.resting, self.moved), order

    def seed(self, themes: Sequence[Theme]) -> int:
        """A number from the areas, the themes, and what was read and said; the same in another unit."""
        digest = hashlib.sha256("|".join(self.codes).encode())
        for slug in sorted(one.slug for one in themes):
            digest.update(slug.encode())
        for key in sorted(self.readings):
            one = self.readings[key]
            digest.update(key.encode())
            scale = abs(one.town) or 1.0
            parts = (one.values / scale,) if one.exposure is None else (one.values, one.exposure * scale)
            for part in parts:
                digest.update((np.round(part, _DIGITS) + 0.0).tobytes())
        for pair in sorted(self.voices):
            digest.update("|".join(pair).encode())
            digest.update((self.voices[pair].people + 0.0).tobytes())
        return int.from_bytes(digest.digest()[:8], "big")
