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
│   ├── EditionMismatch        figures of one division joined to outlines of another
│   └── WrongDrawing           corners that somebody gave and that make no area
├── AddressError               text that is no address
├── MapError                   a map that cannot be drawn honestly
│   ├── NoSuchTile             a tile address outside the world
│   ├── UnknownCode            values for areas that the map does not have
│   ├── MissingAsset           a script or style that a page needs is not there
│   └── ForeignLink            a page would ask another host for something
├── FigureError                figures, counts or shares of time that cannot be right
│   └── ExpressionError        a formula that somebody typed and that gives no cijfer
│       ├── NotAnExpression    other signs or words than a formula has
│       ├── TooComplex         too long, too deep or too many parts
│       ├── UnknownName        a name that stands for nothing
│       ├── UnitMismatch       adding up what cannot be added
│       └── Circular           a cijfer that is worked out from itself
├── DisclosureError            a published table that would tell too much, or cannot be made
├── CategoryError              a list of soorten melding that contradicts itself or is not there
├── SourceDown                 an outside source that gives no usable answer
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


class WrongDrawing(AreaError):
    """The corners that somebody gave make no area in the town; the message says which and why."""


class AddressError(WijkbeeldError):
    """A text that cannot be read as an address."""


class MapError(WijkbeeldError):
    """A map cannot be drawn from what was given."""


class NoSuchTile(MapError):
    """A tile address lies outside the world or the zoom levels that exist."""


class UnknownCode(MapError):
    """Values were given for areas that the map does not have."""


class MissingAsset(MapError):
    """A script or style that a page needs is not in the folder with web assets."""


class ForeignLink(MapError):
    """A page that must open without network would ask another host for something."""


class FigureError(WijkbeeldError):
    """Figures, counts or shares of time cannot be right, or are asked for under an unknown name."""


class DisclosureError(WijkbeeldError):
    """A published table that would tell too much, or that cannot be made."""


class ExpressionError(FigureError):
    """A formula that somebody typed gives no cijfer; the message says at which character."""


class NotAnExpression(ExpressionError):
    """The text holds other signs or words than a formula has."""


class TooComplex(ExpressionError):
    """The formula is too long, too deep, or has too many parts."""


class UnknownName(ExpressionError):
    """A name in the formula stands for nothing."""


class UnitMismatch(ExpressionError):
    """The formula adds up, or compares, what is counted in different units."""


class Circular(ExpressionError):
    """A cijfer is worked out from itself, maybe through others."""


class CategoryError(WijkbeeldError):
    """A list of soorten melding contradicts itself, or there is no such list."""


class SourceDown(WijkbeeldError):
    """An outside source gives no usable answer; ask again later."""


class ImportRefused(WijkbeeldError):
    """A file cannot be taken in; nothing of it was stored."""
