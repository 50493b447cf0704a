"""Self-contained folium maps: all that a map needs is in its own file, nothing is asked of another host.

folium links Leaflet, Bootstrap, jQuery and icon fonts from other hosts. After a map is rendered its links are
swapped by name for their text, those that this map does not use are left out, and what remains is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink
from folium.template import Template
from markupsafe import Markup

from geo.errors import ForeignLink
from maps.webassets import PageAssets, heat_script

# Links that a map of ours does not need, and the words in a script that would show that it does.
_SPARE: Final = {
    "jquery": ("$(", "$.", "jQuery"),
    "bootstrap": (),
    "bootstrap_css": (),
    "glyphicons_css": (),
    "awesome_markers": ("AwesomeMarkers",),
    "awesome_markers_font_css": ("AwesomeMarkers",),
    "awesome_markers_css": ("AwesomeMarkers",),
    "awesome_rotate_css": ("AwesomeMarkers",),
}
_VIEWPORT: Final = re.compile(r"<meta\s+name=\"viewport\"[^>]*>", re.DOTALL)
_FOREIGN: Final = re.compile(
    r"""(?:\b(?:src|href|action|data|poster)\s*=\s*["']?|url\(\s*["']?|@import\s+["']?)\s*((?:https?:)?//[^\s"'<>)]+)""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class MapParts:
    """A rendered map in three pieces of HTML and script, to be put into a page."""

    header: Markup
    body: Markup
    script: Markup


class _Script(Element):
    """A script that stands in the page itself."""

    _template = Template("<script>{{ this.text }}</script>")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class _Style(Element):
    """A style that stands in the page itself."""

    _template = Template("<style>{{ this.text }}</style>")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


def self_contained(drawn: folium.Map, assets: PageAssets) -> MapParts:
    """The pieces of a folium map with its scripts and styles inside.

    Equal maps give equal text. folium compiles what it has rendered once more as a template, so text of
    people must not stand in the map as it is (see `maps.pages`). Raises `ForeignLink` when the map would
    still ask another host for something.
    """
    figure = drawn.get_root()
    if not isinstance(figure, Figure):
        raise ForeignLink("deze kaart hangt niet in een pagina van folium")
    elements = list(_walk(figure))
    _refuse_foreign_layers(elements)
    for number, element in enumerate(elements):
        element._id = str(number)
    for child in figure._children.values():
        child.render()
    script = figure.script.render()
    _swap_links(figure, assets, script=script)
    own = [c for c in figure.header._children.values() if not isinstance(c, _Script | _Style)]
    _refuse_foreign_text("".join(child.render() for child in own) + figure.html.render())
    header = _VIEWPORT.sub("", figure.header.render())
    # folium has written these for a page; whatever came from people was escaped before it got there.
    return MapParts(*map(Markup, (header, figure.html.render(), script)))


def _walk(element: Element) -> Iterator[Element]:
    yield element
    for child in element._children.values():
        yield from _walk(child)


def _swap_links(figure: Figure, assets: PageAssets, *, script: str) -> None:
    links = figure.header._children
    for name, element in list(links.items()):
        if not isinstance(element, JavascriptLink | CssLink):
            continue
        if name in _SPARE and not any(word in script for word in _SPARE[name]):
            del links[name]
        else:
            links[name] = _inside(name, element, assets)


def _inside(name: str, link: JavascriptLink | CssLink, assets: PageAssets) -> Element:
    match name:
        case "leaflet":
            return _Script(assets.leaflet_js)
        case "leaflet_css":
            return _Style(assets.leaflet_css)
        case "leaflet-heat.js":
            return _Script(heat_script())
        case _:
            raise ForeignLink(f"deze kaart vraagt {name} van {link.url}; dat mag niet")


def _refuse_foreign_layers(elements: list[Element]) -> None:
    """Tiles, pictures and data by address are fetched by the browser when the page opens."""
    for element in elements:
        for attribute in ("tiles", "url", "embed_link"):
            address = getattr(element, attribute, None)
            if isinstance(address, str) and re.match(r"(?:https?:)?//", address):
                raise ForeignLink(f"deze kaart haalt een laag van {address}; dat mag niet")


def _refuse_foreign_text(text: str) -> None:
    found = _FOREIGN.search(text)
    if found:
        raise ForeignLink(f"deze kaart verwijst naar {found[1]}; dat mag niet")
