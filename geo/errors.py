"""The errors this project raises, one class per condition.

WijkbeeldError
├── CoordinateError            a coordinate that cannot be a place in the Netherlands
│   ├── SwappedCoordinates     longitude and latitude, or x and y, changed places
│   ├── RdAsLngLat             RD metres given where degrees are expected
│   ├── LngLatAsRd             degrees given where RD metres are expected
│   └── CrsMismatch            two layers in different reference systems
├── AreaError                  area data that would give wrong answers
│   ├── InvalidGeometry        an outline that crosses or does not close
│   ├── DuplicateCode          one code for two areas
│   ├── OrphanCode             an area whose wijk or gemeente is not there
│   ├── OverlappingAreas       two areas that claim the same ground
│   └── EditionMismatch        figures of one division joined to outlines of another
├── AddressError               text that is no address
└── ImportRefused              a file that cannot be taken in, and why
"""

from __future__ import annotations


class WijkbeeldError(Exception):
    """Anything this project refuses; the message says what, where and why, in Dutch."""


class CoordinateError(WijkbeeldError):
    """A coordinate that cannot be a place in the Netherlands."""


class SwappedCoordinates(CoordinateError):
    """Longitude and latitude, or x and y, changed places: the other way round it lies in the Netherlands."""


class RdAsLngLat(CoordinateError):
    """RD metres were given where degrees are expected."""


class LngLatAsRd(CoordinateError):
    """Degrees were given where RD metres are expected."""


class CrsMismatch(CoordinateError):
    """Two layers are in different reference systems."""


class AreaError(WijkbeeldError):
    """Area data that would give wrong answers."""


class InvalidGeometry(AreaError):
    """An outline crosses itself, does not close or is empty."""


class DuplicateCode(AreaError):
    """One code stands for two areas."""


class OrphanCode(AreaError):
    """An area names a wijk or gemeente that is not in the file."""


class OverlappingAreas(AreaError):
    """Two areas claim the same ground."""


class EditionMismatch(AreaError):
    """Figures of one division were joined to outlines of another."""


class AddressError(WijkbeeldError):
    """A text that cannot be read as an address."""


class ImportRefused(WijkbeeldError):
    """A file cannot be taken in; nothing of it was stored."""
