"""Formats: the kinds of picture that a map can be written as."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """A kind of picture; the value is the ending of a file name."""

    PNG = "png"
    SVG = "svg"
