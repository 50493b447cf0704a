"""Gebiedsfoto: one area on one sheet of A4, as a PDF that screen readers can read (PDF/UA-1).

Words and numbers come in as text; `assets/gebiedsfoto.typ` lays them out. Letters are DejaVu Sans, which
comes with matplotlib and may be embedded; no other font and no network is asked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal

import typst

FONT: Final = "DejaVu Sans"


@dataclass(frozen=True, slots=True)
class SheetFigure:
    """A line of the table of figures; the numbers are places on a line of 0 to 100, None where unknown."""

    naam: str
    eenheid: str
    hier: str
    marge: str
    gemeente: str
    vergelijking: str
    place: float | None = None
    lower: float | None = None
    upper: float | None = None
    whole: float | None = None


@dataclass(frozen=True, slots=True)
class SheetCount:
    """A line of the table of what residents reported."""

    soort: str
    aantal: str
    klaar: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything on the sheet, as text in Dutch; `words` holds its headings by name.

    `map_svg` is a drawing and `map_alt` says what it shows. `mark` is for what only staff may see, `proposed`
    and `example` say what is not yet certain or not real; they are empty when that is not so.
    """

    title: str
    lead: str
    map_svg: str
    map_alt: str
    map_caption: str
    figures: tuple[SheetFigure, ...]
    changed: tuple[str, ...]
    counts: tuple[SheetCount, ...]
    counts_note: str
    strong: tuple[str, ...]
    plans: tuple[str, ...]
    sources: tuple[str, ...]
    address: str
    address_svg: str
    proposed: str = ""
    example: str = ""
    mark: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


def pdf(sheet: Sheet, *, made_at: datetime) -> bytes:
    """Return the sheet as a tagged PDF/UA-1 of one page; equal input gives equal bytes."""
    return _compiled(sheet, form="pdf", pdf_standards=["ua-1"], timestamp=int(made_at.timestamp()))


def png(sheet: Sheet) -> bytes:
    """Return the sheet as a picture, to look at."""
    return _compiled(sheet, form="png", ppi=110.0)


def _compiled(sheet: Sheet, *, form: Literal["pdf", "png"], **options: Any) -> bytes:
    said = asdict(sheet)
    drawings = {name: said.pop(name) for name in ("map_svg", "address_svg")}
    inputs = {"data": json.dumps(said, ensure_ascii=False), **drawings}
    compiler = typst.Compiler(font_paths=fonts(), ignore_system_fonts=True)
    found = compiler.compile(input=_template(), format=form, sys_inputs=inputs, **options)
    # A sheet of one page is bytes; a list would be a picture for each page.
    if not isinstance(found, bytes):
        raise TypeError("het blad past niet op een bladzijde")
    return found


@cache
def fonts() -> typst.Fonts:
    """Return the letters of every PDF, and no others."""
    # Here, since matplotlib is slow to import and most starts draw nothing.
    import matplotlib as mpl

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


@cache
def _template() -> bytes:
    return files("maps").joinpath("assets", "gebiedsfoto.typ").read_bytes()
