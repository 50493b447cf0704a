"""Export pictures: the map of a view as PNG, SVG or a page, with what is around it inside the file."""

from __future__ import annotations

import struct
import zlib
from html import escape
from typing import Final

import orjson

from data.visibility import Viewer
from maps.choropleth import Choropleth
from maps.formats import Format
from maps.spots import SpotMap
from service.analysis import maps
from service.analysis.export import Export, Form
from service.analysis.places import Places
from service.analysis.view import Asked
from service.analysis.workbench import Workbench
from service.texts import catalogue

PNG_START: Final = b"\x89PNG\r\n\x1a\n"
# Length, name and sum of the first chunk, which has thirteen bytes.
PNG_HEAD: Final = len(PNG_START) + 4 + 4 + 13 + 4
NAMESPACE: Final = "https://wijkbeeld.example/export"


def drawn(workbench: Workbench, viewer: Viewer, asked: Asked, export: Export, form: Form) -> bytes:
    """Return the map of a question as a file in one of the forms that show a map."""
    if form is Form.HTML:
        return _page(workbench, viewer, asked, export).encode()
    return about(_picture(workbench, viewer, asked, export, Format(form.value)), export, form)


def map_drawn(
    workbench: Workbench,
    found: Places,
    shown: Choropleth | SpotMap,
    export: Export,
    form: Form,
    *,
    names: bool = True,
) -> bytes:
    """Return the map of a page of its own as a file in one of the forms that show a map."""
    if form is Form.HTML and isinstance(shown, Choropleth):
        return maps.drawn_page(workbench, found, shown, about=tuple(export.lines())).encode()
    told = tuple(notes(export))
    picture = maps.drawn_picture(workbench, found, shown, form=Format(form.value), notes=told, names=names)
    return about(picture, export, form)


def about(picture: bytes, export: Export, form: Form) -> bytes:
    """Return a picture with what is around the table inside it."""
    return png_about(picture, export) if form is Form.PNG else svg_about(picture, export)


def png_about(picture: bytes, export: Export) -> bytes:
    """Return a PNG with what is around the table in text chunks: `Title`, `Description`, `wijkbeeld`."""
    told = {
        "Title": export.title,
        "Description": "\n".join(f"{name}: {text}" for name, text in export.lines()),
        "wijkbeeld": orjson.dumps(export.as_dict()).decode(),
    }
    chunks = b"".join(_text_chunk(name, text) for name, text in told.items())
    return picture[:PNG_HEAD] + chunks + picture[PNG_HEAD:]


def svg_about(picture: bytes, export: Export) -> bytes:
    """Return an SVG with title and description for who does not see it, and the rest as JSON in it."""
    told = "\n".join(f"{name}: {text}" for name, text in export.lines())
    inside = (
        f'<title id="titel">{escape(export.title)}</title><desc id="uitleg">{escape(told)}</desc>'
        f'<metadata><export xmlns="{NAMESPACE}">{escape(orjson.dumps(export.as_dict()).decode())}</export>'
        "</metadata>"
    )
    start = picture.index(b"<svg ")
    end = picture.index(b">", start)
    role = b' role="img" aria-labelledby="titel" aria-describedby="uitleg"'
    return picture[:end] + role + b">" + inside.encode() + picture[end + 1 :]


def _text_chunk(name: str, text: str) -> bytes:
    """A chunk iTXt: name, not compressed, no language, and text in UTF-8."""
    body = b"iTXt" + name.encode("latin-1") + b"\0\0\0\0\0" + text.encode()
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def _page(workbench: Workbench, viewer: Viewer, asked: Asked, export: Export) -> str:
    told = tuple(export.lines())
    if asked.heat_query is not None:
        return maps.heat_page(
            workbench,
            viewer,
            asked.filters,
            bandwidth_m=asked.bandwidth_m,
            measure=asked.measure,
            about=told,
        )
    return maps.folium_page(
        workbench,
        viewer,
        asked.filters,
        indicator=asked.indicator,
        level=asked.level,
        part=asked.part,
        colour=asked.colour,
        about=told,
    )


def _picture(workbench: Workbench, viewer: Viewer, asked: Asked, export: Export, form: Format) -> bytes:
    told = tuple(notes(export))
    if asked.heat_query is not None:
        return maps.heat_picture(
            workbench,
            viewer,
            asked.filters,
            bandwidth_m=asked.bandwidth_m,
            measure=asked.measure,
            form=form,
            notes=told,
        )
    return maps.picture(
        workbench,
        viewer,
        asked.filters,
        indicator=asked.indicator,
        level=asked.level,
        part=asked.part,
        colour=asked.colour,
        form=form,
        notes=told,
    )


def notes(export: Export) -> list[str]:
    """Return what stands beside a picture: the soorten, how one cijfer is worked out, who took it along."""
    soorten = catalogue().text("meenemen.soorten")
    # Of several cijfers the formulas would not fit; they stand inside the file. How they weigh does fit.
    several = len(export.definitions) > 1
    told = export.filters[2:] if several else [one for one in export.filters if one[0] == soorten]
    chosen = [f"{name}: {text}" for name, text in told]
    worked = [] if several else [one.formule for one in export.definitions]
    return [*chosen, *worked, *([export.mark] if export.mark else [])]
