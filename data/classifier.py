"""Classifier: which soort a melding in own words is about, with how sure that is.

Words and groups of letters of a text, weighed by TF-IDF, go into a linear model; a temperature makes of its
scores a chance, and below a threshold `overig` is suggested. Its words come from our own texts alone, so that
what was learned from residents (`data.corrections`) leaves numbers behind and no words of theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from data.classifier_texts import Labelled, texts_to_learn, texts_to_set

if TYPE_CHECKING:
    from sklearn.pipeline import FeatureUnion

Floats = npt.NDArray[np.float64]
SOMETHING_ELSE: Final = "overig"
OPTIONS: Final = 3
# Of what is suggested on the texts to set, so much has to be right.
RIGHT_ENOUGH: Final = 0.95
SOFTNESS: Final = 1.0
# What a person decided about a real text weighs more than a wording of ours.
WEIGHT_OF_CORRECTION: Final = 3.0
CHANCE_BOUNDS: Final = (0.02, 2.0)
LONGEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The soort to suggest; `confidence` is the chance of the best guess, `options` the best guesses."""

    slug: str
    confidence: float
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Classifier:
    """A trained classifier: scores are `weights @ words + offsets`, one row per slug.

    `corrections` says from how many corrections it learned besides our own texts.
    """

    slugs: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    offsets: npt.NDArray[np.float32]
    temperature: float
    threshold: float
    corrections: int = 0

    def chances(self, texts: Sequence[str]) -> Floats:
        """Return the chance of every soort (columns, as `slugs`) for each text (rows)."""
        return _softened(_scores(self.weights, self.offsets, texts), self.temperature)

    def suggest(self, text: str) -> Suggestion:
        """Return what to suggest for a text; `overig` for one without words or that we are not sure of."""
        if not text.strip():
            return Suggestion(SOMETHING_ELSE, 0.0, ())
        chances = self.chances([text])[0]
        best = [int(place) for place in np.argsort(-chances, kind="stable")[:OPTIONS]]
        options = tuple(self.slugs[place] for place in best)
        confidence = float(chances[best[0]])
        slug = options[0] if confidence >= self.threshold else SOMETHING_ELSE
        return Suggestion(slug, confidence, options)


def train(corrections: Sequence[Labelled] = ()) -> Classifier:
    """Return a classifier of our own texts and these corrections; the same ones give the same classifier.

    A correction to a soort that our texts do not know is left out.
    """
    # This import takes over a second, and only who trains waits for it.
    from sklearn.svm import LinearSVC

    learned = texts_to_learn()
    known = {one.slug for one in learned}
    used = sorted(one for one in corrections if one.slug in known)
    every = [*learned, *used]
    model = LinearSVC(C=SOFTNESS, class_weight="balanced", random_state=0)
    weight = [1.0] * len(learned) + [WEIGHT_OF_CORRECTION] * len(used)
    model.fit(_words([one.text for one in every]), [one.slug for one in every], sample_weight=weight)
    slugs = tuple(str(slug) for slug in model.classes_)
    weights = model.coef_.astype(np.float32)
    offsets = model.intercept_.astype(np.float32)
    return _set(slugs, weights, offsets, corrections=len(used))


def _set(
    slugs: tuple[str, ...],
    weights: npt.NDArray[np.float32],
    offsets: npt.NDArray[np.float32],
    *,
    corrections: int,
) -> Classifier:
    """Return a classifier with the temperature and threshold that the texts to set ask for."""
    texts = texts_to_set()
    scores = _scores(weights, offsets, [one.text for one in texts])
    right = np.array([slugs.index(one.slug) for one in texts])

    def surprise(temperature: float) -> float:
        chance = _softened(scores, temperature)[np.arange(len(right)), right]
        return float(-np.log(np.maximum(chance, 1e-12)).mean())

    found: Any = minimize_scalar(surprise, bounds=CHANCE_BOUNDS, method="bounded")
    temperature = float(found.x)
    chances = _softened(scores, temperature)
    threshold = lowest_threshold(chances.max(axis=1), chances.argmax(axis=1) == right)
    return Classifier(slugs, weights, offsets, temperature, threshold, corrections)


def lowest_threshold(confidence: Floats, right: npt.NDArray[np.bool_]) -> float:
    """Return the lowest confidence from which on RIGHT_ENOUGH of the guesses are right; 1 when none is."""
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share >= RIGHT_ENOUGH)
    return float(confidence[order][good[-1]]) if len(good) else 1.0


def _softened(scores: Floats, temperature: float) -> Floats:
    even = scores / temperature
    powers = np.exp(even - even.max(axis=1, keepdims=True))
    chances: Floats = powers / powers.sum(axis=1, keepdims=True)
    return chances


def _scores(
    weights: npt.NDArray[np.float32], offsets: npt.NDArray[np.float32], texts: Sequence[str]
) -> Floats:
    scores: Floats = np.asarray(_words(texts) @ weights.T.astype(np.float64) + offsets, dtype=np.float64)
    return scores


def _words(texts: Sequence[str]) -> Any:
    return _vocabulary().transform([text[:LONGEST] for text in texts])


def size() -> int:
    """Return how many words and groups of letters our texts have: the columns of `weights`."""
    return int(sum(len(part.vocabulary_) for _, part in _vocabulary().transformer_list))


@cache
def _vocabulary() -> FeatureUnion:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion

    shared: dict[str, Any] = {"sublinear_tf": True, "strip_accents": "unicode"}
    words = TfidfVectorizer(ngram_range=(1, 2), **shared)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), **shared)
    union = FeatureUnion([("woorden", words), ("letters", letters)])
    return union.fit([one.text for one in texts_to_learn()])
