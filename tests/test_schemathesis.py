"""The API against its own document: every operation, asked by Schemathesis with good and bad values.

`make test` asks 2,000 times in all, `make faults` 100,000 times.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from served import loaded_database

from service.api import create_api
from service.app import create_app
from service.settings import Settings

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
DOCUMENT = create_api(Settings()).openapi()
# Where nothing is asked nothing can be asked wrongly.
OPERATIONS = sorted(
    (path, method, mode)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    for mode in (GenerationMode if operation.get("parameters") else [GenerationMode.POSITIVE])
)
KNOWN = {"gemeente": "GM0622", "lon": 4.34, "lat": 51.91, "code": "WK062206"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    url = loaded_database(tmp_path_factory.mktemp("schema"))
    with TestClient(create_app(Settings(database_url=url)), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def examples(request: pytest.FixtureRequest) -> int:
    """How often to ask each operation."""
    asked = 100_000 if request.config.option.markexpr == "faults" else 2_000
    return math.ceil(asked / len(OPERATIONS))


@pytest.fixture(scope="module")
def schema(client: TestClient) -> Any:
    """The document as the service gives it."""
    document = client.get("/api/v1/openapi.json").json()
    loaded = schemathesis.openapi.from_dict(document)
    loaded.app = client.app
    loaded.location = "/api/v1/openapi.json"
    return loaded


@pytest.mark.faults
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("path", "method", "mode"), OPERATIONS, ids=[f"{path}-{mode.value}" for path, _, mode in OPERATIONS]
)
def test_an_answer_is_one_that_the_document_names(
    schema: Any, client: TestClient, examples: int, path: str, method: str, mode: GenerationMode
) -> None:
    operation = schema[path][method]

    @seed(1)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), in_town=st.booleans())
    def ask(case: Any, in_town: bool) -> None:
        # Few values that fit a pattern have data: half of the questions are about some that have.
        if in_town:
            case.query.update({name: KNOWN[name] for name in KNOWN.keys() & case.query.keys()})
            places = {**KNOWN, "id": "aandeel_65"} if path.startswith("/cijfers") else KNOWN
            case.path_parameters.update(
                {name: places[name] for name in places.keys() & case.path_parameters.keys()}
            )
        case.call_and_validate(session=client, checks=CHECKS)

    ask()
