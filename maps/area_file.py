"""The file of a gebied for a successor, as a PDF that screen readers can read (PDF/UA-1)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final

import typst

from maps.gebiedsfoto import fonts

NO_FILE: Final = "de map van het gebied is geen PDF geworden"


@dataclass(frozen=True, slots=True)
class Line:
    """Something in a section: what it is, a word about it, and what is known of it."""

    head: str
    mark: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its lines; where there are none, `empty` says so."""

    title: str
    lines: Sequence[Line]
    empty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaFile:
    """Everything on the paper, as text in Dutch; `warning` says that something is made up."""

    title: str
    lead: str
    readers: str
    sections: Sequence[Section]
    sender: str
    warning: str = ""


def pdf(file: AreaFile, *, made_at: datetime) -> bytes:
    """Return the file as a tagged PDF/UA-1 of as many pages as it takes; equal input gives equal bytes."""
    compiler = typst.Compiler(font_paths=fonts(), ignore_system_fonts=True)
    found = compiler.compile(
        input=_template(),
        format="pdf",
        sys_inputs={"data": json.dumps(asdict(file), ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=int(made_at.timestamp()),
    )
    if not isinstance(found, bytes):
        raise TypeError(NO_FILE)
    return found


@cache
def _template() -> bytes:
    return files("maps").joinpath("assets", "overdracht.typ").read_bytes()
