"""PyPI's `three`, as it is: it was written for Python 2, so it is given the few names that are gone."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch
from xml.etree.ElementTree import Element, TreeBuilder, XMLParser, fromstring

import uvicorn
from fastapi import FastAPI


class _OldElement(Element):
    """An element that still lists its children by the name that Python 3.9 took away."""

    def getchildren(self) -> list[Element]:
        return list(self)


class _OldDict(dict[str, Any]):
    """A dict whose keys are a list, as they were."""

    def keys(self) -> Any:
        return list(super().keys())


def _parsed(text: str | bytes) -> Element:
    return fromstring(text, parser=XMLParser(target=TreeBuilder(element_factory=_OldElement)))


@contextmanager
def three_client() -> Iterator[ModuleType]:
    """The package, loaded with what it misses; afterwards Python is as it was."""
    with patch.object(itertools, "ifilter", filter, create=True):
        three = importlib.import_module("three")
        core = importlib.import_module("three.core")
    converter = importlib.import_module("relaxml.converter")
    read_xml = core.xml
    with (
        patch.object(converter, "etree", SimpleNamespace(fromstring=_parsed)),
        patch.object(core, "xml", lambda text: _OldDict(read_xml(text))),
    ):
        yield three


@contextmanager
def answering(app: FastAPI) -> Iterator[str]:
    """The address at which an application answers over real HTTP, from a thread of this process."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.02)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
