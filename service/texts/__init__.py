"""Texts: what the pages say, one catalogue per language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from maps.numbers import dutch

DEFAULT = "nl"


class UnknownText(KeyError):
    """A page asks for a text that the catalogue does not have."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The texts of one language by dotted key; `section` gives all texts of a table."""

    language: str
    tables: Mapping[str, Any]

    def text(self, key: str, **values: object) -> str:
        """Return the text of a key, its {names} filled with the values; UnknownText when there is none."""
        found = self._at(key)
        if not isinstance(found, str):
            raise UnknownText(key)
        return found.format(**values) if values else found

    def counted(self, n: int, key: str) -> str:
        """Return a number with its word in the right form: `1 melding`, `1.204 meldingen`."""
        one, many = self._at(f"woord.{key}")
        return f"{dutch(n)} {one if n == 1 else many}"

    def section(self, key: str) -> Mapping[str, Any]:
        """Return all texts of a table."""
        found = self._at(key)
        if not isinstance(found, Mapping):
            raise UnknownText(key)
        return found

    def entries(self, key: str) -> list[dict[str, str]]:
        """Return a list of texts that belong together, in the order of the catalogue."""
        found = self._at(key)
        if not isinstance(found, list):
            raise UnknownText(key)
        return found

    def parts(self, key: str) -> list[dict[str, Any]]:
        """Return the parts of a page, each with a heading, sentences and a list, in order."""
        found = self._at(key)
        if not isinstance(found, list):
            raise UnknownText(key)
        return found

    def _at(self, key: str) -> Any:
        found: Any = self.tables
        for part in key.split("."):
            if not isinstance(found, Mapping) or part not in found:
                raise UnknownText(key)
            found = found[part]
        return found


@cache
def catalogue(language: str = DEFAULT) -> Catalogue:
    """Return the catalogue of a language, read once."""
    text = files("service.texts").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return Catalogue(language, tomllib.loads(text))
