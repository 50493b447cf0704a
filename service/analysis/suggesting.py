"""Suggesting: the classifier of this service, trained on first use, read again when trained anew."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path

from data.classifier import Classifier, Suggestion, train
from data.classifier_file import NAME, load, save
from service.settings import Settings

_guard = threading.Lock()
_known: dict[Path, tuple[int, Classifier]] = {}


def folder(settings: Settings) -> Path:
    """Return the folder that the trained classifier is kept in."""
    return settings.var_folder / "classifier"


def suggest(settings: Settings, text: str) -> Suggestion:
    """Return which soort to suggest for a text."""
    return classifier(settings).suggest(text)


def classifier(settings: Settings) -> Classifier:
    """Return the classifier that was trained last, or a new one of our own texts when there is none."""
    path = folder(settings) / NAME
    with _guard:
        changed = _changed(path)
        kept = _known.get(path)
        if kept is None or kept[0] != changed:
            found = load(path) if changed else None
            if found is None:
                found = _untaught()
                save(found, path.parent)
            kept = _known[path] = (_changed(path), found)
    return kept[1]


@cache
def _untaught() -> Classifier:
    """Return a classifier of our own texts alone."""
    return train()


def _changed(path: Path) -> int:
    """Return when a file was last written; 0 when it is not there."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
