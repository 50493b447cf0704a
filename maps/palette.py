"""Colours: ramps that stay ordered for colour-blind eyes, in grey print and beside each other.

A ramp runs from light (little) to dark (much) through a few anchor colours and is laid out again so that
lightness (CIE L*) falls in equal steps: printed in grey the order remains, and two neighbouring classes
differ by lightness alone when their hues look alike. `Ramp.VEEL` is for counts and rates, `Ramp.NEUTRAAL`
for composition, which is neither good nor bad, `Ramp.VERSCHIL` for differences from a middle, `Ramp.WARMTE`
for heat.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Vision = Literal["protan", "deutan"]


class Ramp(StrEnum):
    """Which colours; the value is used in addresses and settings."""

    VEEL = "veel"
    NEUTRAAL = "neutraal"
    VERSCHIL = "verschil"
    WARMTE = "warmte"


NO_DATA: Final = "#e3e3e3"
NO_DATA_HATCH: Final = "#6f6f6f"
TOO_SMALL: Final = "#f6f6f6"
TOO_SMALL_HATCH: Final = "#8a8a8a"
LAND: Final = "#eceae4"
WATER: Final = "#c6dbe6"
RAIL: Final = "#8a8782"
BORDER: Final = "#b3aea3"
INK: Final = "#1c2326"

# Light to dark. VERSCHIL holds its two halves, each from the middle outwards.
_ANCHORS: Final = MappingProxyType(
    {
        Ramp.VEEL: ("#f5f3c1", "#b9dd8b", "#5fbf8f", "#24909a", "#2c5f8f", "#2b2f66"),
        Ramp.NEUTRAAL: ("#edf1f5", "#b9c9d8", "#8099b3", "#54718f", "#2f4257"),
        Ramp.WARMTE: ("#fff2a8", "#fdc659", "#f78c3a", "#d9483b", "#a01f55", "#5c0f55"),
    }
)
_HALVES: Final = (
    ("#f3f1ee", "#f4c48c", "#d98532", "#8c4a0c"),
    ("#f3f1ee", "#bcb9d9", "#8379b5", "#4b2e7d"),
)
_LIGHTNESS: Final = MappingProxyType(
    {Ramp.VEEL: (94.0, 22.0), Ramp.NEUTRAAL: (94.0, 27.0), Ramp.WARMTE: (95.0, 20.0)}
)
_HALF_LIGHTNESS: Final = (94.0, 36.0)

_WHITE: Final = np.array([0.95047, 1.0, 1.08883])
_TO_XYZ: Final = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
# Machado, Oliveira and Fernandes (2009), severity 1.0, for linear RGB.
_VISION: Final = MappingProxyType(
    {
        "protan": np.array(
            [
                [0.152286, 1.052583, -0.204868],
                [0.114503, 0.786281, 0.099216],
                [-0.003882, -0.048116, 1.051998],
            ]
        ),
        "deutan": np.array(
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
        ),
    }
)


class Line(NamedTuple):
    """How a line in a plot is drawn: colour, lengths of dash and gap (none is solid), and its marker."""

    colour: str
    dash: tuple[float, ...]
    marker: str


# Dark to light and each with a dash and a marker of its own: told apart in grey print too.
_LINES: Final = (
    Line("#0b4f5c", (), "o"),
    Line("#c2571a", (5.0, 2.0), "s"),
    Line("#5b4a9e", (1.5, 1.5), "^"),
    Line("#7a8f1f", (6.0, 2.0, 1.5, 2.0), "D"),
    Line("#8a6f7d", (3.0, 1.0), "v"),
)
# Clearly more and clearly less, told apart by lightness too.
VERDICTS: Final = MappingProxyType({"hoger": "#8c4a0c", "lager": "#6a5fa3"})


def lines(n: int) -> tuple[Line, ...]:
    """The ways to draw n lines that are told apart; from the sixth on they come again."""
    return tuple(_LINES[place % len(_LINES)] for place in range(n))


def colours(ramp: Ramp, n: int) -> tuple[str, ...]:
    """The n colours of a ramp as `#rrggbb`, from little to much; one class gets a middle tone."""
    if n <= 0:
        return ()
    if ramp is Ramp.VERSCHIL:
        return _diverging(n)
    where = np.linspace(0.0, 1.0, n) if n > 2 else np.linspace(0.3, 0.8, n) if n == 2 else np.array([0.5])
    return tuple(hex_of(rgb) for rgb in table(ramp)[np.rint(where * 255).astype(int)])


@cache
def table(ramp: Ramp) -> npt.NDArray[np.uint8]:
    """256 colours of a sequential ramp, shape (256, 3), sRGB bytes."""
    return _even_ramp(_ANCHORS[ramp], _LIGHTNESS[ramp], 256)


def outline_for(fill: str) -> str:
    """A line colour with a contrast of at least 3:1 to the fill (WCAG 1.4.11), the softest that has it."""
    for line in ("#56616a", "#ffffff", INK):
        if contrast(line, fill) >= 3.0:
            return line
    return max(("#000000", "#ffffff"), key=lambda line: contrast(line, fill))


def text_for(fill: str) -> str:
    """Black or white, whichever reads better on the fill."""
    return max((INK, "#ffffff"), key=lambda ink: contrast(ink, fill))


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours, 1 to 21."""
    a, b = sorted((_luminance(one), _luminance(other)))
    return (b + 0.05) / (a + 0.05)


def lightness(colour: str) -> float:
    """CIE L* of a colour: 0 is black, 100 white; what remains of it in grey print."""
    return float(_lab(rgb_of(colour))[0])


def difference(one: str, other: str, *, vision: Vision | None = None) -> float:
    """The distance of two colours in CIELAB (1976), as seen with the given colour-blindness."""
    seen = [_lab(_as_seen(rgb_of(colour), vision)) for colour in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def rgb_of(colour: str) -> FloatArray:
    """Three numbers of 0 to 1 for `#rrggbb`."""
    return np.frombuffer(bytes.fromhex(colour.removeprefix("#")), dtype=np.uint8) / 255.0


def hex_of(rgb: npt.NDArray[np.uint8]) -> str:
    """`#rrggbb` for three bytes."""
    return "#" + bytes(rgb.tolist()).hex()


def _diverging(n: int) -> tuple[str, ...]:
    """Low half from dark to the middle, then the other hue to dark; an odd n has the middle itself."""
    middle = n % 2
    start = 0.0 if middle else 0.5 if n == 2 else 0.25
    outward = np.rint(np.linspace(start, 1.0, n // 2 + middle) * 255).astype(int)[middle:]
    low, high = (_even_ramp(anchors, _HALF_LIGHTNESS, 256) for anchors in _HALVES)
    return tuple(hex_of(rgb) for rgb in (*low[outward[::-1]], *low[:middle], *high[outward]))


def _even_ramp(anchors: tuple[str, ...], ends: tuple[float, float], n: int) -> npt.NDArray[np.uint8]:
    """n colours along the anchors whose lightness falls in equal steps from one end to the other."""
    labs = np.array([_lab(rgb_of(anchor)) for anchor in anchors])
    wanted = np.linspace(ends[0], ends[1], n)
    falling, at = -labs[:, 0], -wanted
    a = np.interp(at, falling, labs[:, 1])
    b = np.interp(at, falling, labs[:, 2])
    return np.rint(_srgb(np.column_stack([wanted, a, b])) * 255.0).astype(np.uint8)


def _luminance(colour: str) -> float:
    return float(_TO_XYZ[1] @ _linear(rgb_of(colour)))


def _linear(rgb: FloatArray) -> FloatArray:
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _encoded(linear: FloatArray) -> FloatArray:
    linear = np.clip(linear, 0.0, 1.0)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def _as_seen(rgb: FloatArray, vision: Vision | None) -> FloatArray:
    return rgb if vision is None else _encoded(_VISION[vision] @ _linear(rgb))


def _lab(rgb: FloatArray) -> FloatArray:
    xyz = _TO_XYZ @ _linear(rgb) / _WHITE
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _srgb(labs: FloatArray) -> FloatArray:
    """sRGB of 0 to 1 for rows of L*, a*, b*; colours outside the screen's range are clipped."""
    fy = (labs[:, 0] + 16) / 116
    f = np.column_stack([fy + labs[:, 1] / 500, fy, fy - labs[:, 2] / 200])
    xyz = np.where(f**3 > 216 / 24389, f**3, (116 * f - 16) * 27 / 24389) * _WHITE
    return _encoded(xyz @ np.linalg.inv(_TO_XYZ).T)
