"""Evaluation of the classifier on texts that it never learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from data.classifier import SOMETHING_ELSE, Classifier
from data.classifier_texts import Labelled, texts_to_test

BINS: Final = 5
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
EVIDENCE: Final = (
    "Deze teksten schreven wij zelf, los van de leerteksten. Het zijn geen echte meldingen: hoe goed het bij "
    "bewoners gaat, blijkt pas uit hun verbeteringen."
)


class PerSoort(NamedTuple):
    """How one soort fares; `precision` is None when it was never guessed."""

    slug: str
    texts: int
    precision: float | None
    recall: float


class Bin(NamedTuple):
    """Guesses of about the same confidence: how sure we were, and how often right."""

    lower: float
    upper: float
    texts: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures as shares of 1. `suggested` is the share above the threshold, `suggested_right` that of these.

    `calibration_error` is the mean gap between confidence and being right over bins of equal width (ECE).
    """

    texts: int
    accuracy: float
    top3: float
    suggested: float
    suggested_right: float
    calibration_error: float
    bins: tuple[Bin, ...]
    per_soort: tuple[PerSoort, ...]


def evaluate(classifier: Classifier, texts: Sequence[Labelled] | None = None) -> Evaluation:
    """Return how the classifier does on these texts; by default those that only the evaluation reads."""
    tested = texts_to_test() if texts is None else texts
    chances = classifier.chances([one.text for one in tested])
    right = np.array([classifier.slugs.index(one.slug) for one in tested])
    order = np.argsort(-chances, axis=1, kind="stable")
    guessed, confidence = order[:, 0], chances.max(axis=1)
    is_right = guessed == right
    sure = (confidence >= classifier.threshold) & (guessed != classifier.slugs.index(SOMETHING_ELSE))
    bins = _bins(confidence, is_right)
    return Evaluation(
        texts=len(tested),
        accuracy=float(is_right.mean()),
        top3=float((order[:, :3] == right[:, None]).any(axis=1).mean()),
        suggested=float(sure.mean()),
        suggested_right=float(is_right[sure].mean()) if sure.any() else 0.0,
        calibration_error=sum(one.texts * abs(one.confidence - one.right) for one in bins) / len(tested),
        bins=bins,
        per_soort=_per_soort(classifier.slugs, right, guessed),
    )


def _bins(confidence: Floats, right: npt.NDArray[np.bool_]) -> tuple[Bin, ...]:
    edges = np.linspace(0, 1, BINS + 1)
    at = np.clip(np.digitize(confidence, edges) - 1, 0, BINS - 1)
    return tuple(
        Bin(
            float(edges[one]),
            float(edges[one + 1]),
            int((at == one).sum()),
            float(confidence[at == one].mean()),
            float(right[at == one].mean()),
        )
        for one in range(BINS)
        if (at == one).any()
    )


def _per_soort(slugs: tuple[str, ...], right: Places, guessed: Places) -> tuple[PerSoort, ...]:
    found = []
    for place, slug in enumerate(slugs):
        both = int(((right == place) & (guessed == place)).sum())
        texts, guesses = int((right == place).sum()), int((guessed == place).sum())
        if texts:
            found.append(PerSoort(slug, texts, both / guesses if guesses else None, both / texts))
    return tuple(found)
