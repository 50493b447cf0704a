"""`wijkbeeld train`: teach the classifier from our texts and corrections, and say how good it is."""

from __future__ import annotations

import typer
from rich.console import Console

from data.classifier import Classifier, train
from data.classifier_evaluation import EVIDENCE, Evaluation, evaluate
from data.classifier_file import save
from data.corrections import corrections
from data.database import Database
from maps.numbers import dutch
from service.analysis.suggesting import folder
from service.commands.settings import read_settings

app = typer.Typer()
console = Console()


@app.command("train")
def train_classifier() -> None:
    """Leer opnieuw welke soort bij een tekst hoort en druk de toets af."""
    settings = read_settings()
    database = Database(settings.database_url)
    try:
        with database.read() as session:
            found = corrections(session)
    finally:
        database.close()
    classifier = train(found)
    path = save(classifier, folder(settings))
    for line in report(classifier, evaluate(classifier)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print(f"Bewaard in {path}.", markup=False, highlight=False, soft_wrap=True)


def report(classifier: Classifier, found: Evaluation) -> list[str]:
    """Return the evaluation in lines of text."""
    return [
        f"Geleerd van onze eigen teksten en van {classifier.corrections} verbeteringen.",
        f"Toets: {found.texts} teksten in {len(found.per_soort)} soorten. {EVIDENCE}",
        f"Goed geraden: {_percent(found.accuracy)}; bij de beste drie: {_percent(found.top3)}.",
        f"Drempel {dutch(classifier.threshold, 2)}, gekozen op andere teksten dan deze: voorgesteld bij "
        f"{_percent(found.suggested)}, en daarvan goed {_percent(found.suggested_right)}; "
        "anders stellen wij voor: Iets anders.",
        f"Zekerheid tegen uitkomst (ECE {dutch(found.calibration_error, 3)}):",
        *(
            f"  {_percent(one.lower):>5} - {_percent(one.upper):<6} {one.texts:>4} teksten, "
            f"zekerheid {_percent(one.confidence)}, goed {_percent(one.right)}"
            for one in found.bins
        ),
        f"{'soort':<38} {'teksten':>7} {'precisie':>9} {'gevonden':>9}",
        *(
            f"{one.slug:<38} {one.texts:>7} "
            f"{_percent(one.precision) if one.precision is not None else '-':>9} {_percent(one.recall):>9}"
            for one in found.per_soort
        ),
    ]


def _percent(share: float) -> str:
    return f"{dutch(share * 100, 0)}%"
