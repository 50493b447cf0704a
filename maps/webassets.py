"""Web assets: the Leaflet files that a page carries inside itself.

They come from the folder where the build puts Leaflet's distribution (`leaflet.js`, `leaflet.css` and
`images/`); `leaflet-heat.js` is part of folium. Pictures in a style become data addresses.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final, Self

from geo.errors import MissingAsset

_URL: Final = re.compile(r"url\(\s*['\"]?([^'\")]+)['\"]?\s*\)")


@dataclass(frozen=True, slots=True)
class PageAssets:
    """The text of the script and style that folium's maps need."""

    leaflet_js: str
    leaflet_css: str

    @classmethod
    def from_folder(cls, folder: Path) -> Self:
        """The assets in a folder with Leaflet's distribution; raises `MissingAsset` when one is not there."""
        script, style = (_text(folder / name) for name in ("leaflet.js", "leaflet.css"))
        return cls(script, _URL.sub(lambda found: _inlined(found[1], folder), style))


def heat_script() -> str:
    """The script of folium's own heat layer."""
    return files("folium").joinpath("templates/leaflet_heat.min.js").read_text(encoding="utf-8")


def data_address(content: bytes, media_type: str = "image/png") -> str:
    """Bytes as a `data:` address."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _text(path: Path) -> str:
    if not path.is_file():
        raise MissingAsset(
            f"{path.name} ontbreekt in {path.parent}; bouw eerst de webbestanden (npm ci, of pip install .)"
        )
    return path.read_text(encoding="utf-8")


def _inlined(address: str, folder: Path) -> str:
    """A picture beside the style as a data address; old `#default#VML` stays, as no browser fetches it."""
    if address.startswith("#"):
        return f"url({address})"
    path = folder / address
    if not path.is_file():
        raise MissingAsset(f"{address} ontbreekt in {folder}; bouw eerst de webbestanden")
    return f"url({data_address(path.read_bytes())})"
