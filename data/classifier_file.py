"""The file of a trained classifier: plain arrays of numbers, never code; made anew when it does not fit."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Final

import numpy as np

from data.classifier import Classifier, size
from data.classifier_texts import mark

NAME: Final = "soorten.npz"


def save(classifier: Classifier, folder: Path) -> Path:
    """Write a classifier in one move, so that a reader finds the old one or the new one; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path, unfinished = folder / NAME, folder / f"{NAME}.{os.getpid()}"
    with unfinished.open("wb") as out:
        np.savez(
            out,
            mark=np.array(mark()),
            slugs=np.array(classifier.slugs),
            weights=classifier.weights,
            offsets=classifier.offsets,
            settings=np.array([classifier.temperature, classifier.threshold, classifier.corrections]),
        )
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(path)
    return path


def load(path: Path) -> Classifier | None:
    """Return the classifier of a file; None when there is none, or not of our texts as they are."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            if str(kept["mark"]) != mark():
                return None
            temperature, threshold, corrections = map(float, kept["settings"])
            slugs = tuple(map(str, kept["slugs"]))
            weights, offsets = kept["weights"], kept["offsets"]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None
    if weights.shape != (len(slugs), size()) or offsets.shape != (len(slugs),):
        return None
    return Classifier(slugs, weights, offsets, temperature, threshold, int(corrections))
