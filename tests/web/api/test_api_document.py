"""The OpenAPI document: kept stable, with examples, and kept to by every answer that a fuzzer gets."""

import json
import os
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from api_house import Api
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mailproc.policy.tokens.api_token import Scope
from mailproc.web.api.build import build_api
from mailproc.web.api.problems import problem

DOCUMENT = Path(__file__).parents[3] / "docs" / "reference" / "openapi.json"
PUBLISHED: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8")) if DOCUMENT.exists() else {"paths": {}}
OPERATIONS = [(path, method) for path, methods in PUBLISHED["paths"].items() for method in methods]
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 8
schemathesis.serializer.alias(["application/x-ndjson", "message/rfc822"], "text/plain")


def test_the_document_is_the_one_that_is_published(small_api: Api) -> None:
    text = json.dumps(build_api(small_api.parts).openapi(), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("MAILPROC_REWRITE_GOLDEN"):
        DOCUMENT.write_text(text, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == text


def test_errors_have_the_names_of_rfc_9110_whatever_python_calls_them() -> None:
    said = PUBLISHED["paths"]["/requests"]["post"]["responses"]
    assert (said["413"]["description"], said["422"]["description"]) == ("Content Too Large", "Unprocessable Content")
    for status, title in ((413, "Content Too Large"), (422, "Unprocessable Content"), (404, "Not Found")):
        assert json.loads(bytes(problem(status, "so").body))["title"] == title


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_operation_says_what_it_does_what_scope_it_takes_and_what_may_go_wrong(path: str, method: str) -> None:
    said = PUBLISHED["paths"][path][method]
    assert said["description"]
    [named] = said["security"]
    [[scope]] = named.values()
    assert scope in set(Scope)
    assert {"401", "422", "429", "503"} <= set(said["responses"])


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_a_fuzzer_gets_no_5xx_and_no_answer_that_is_not_told_of(
    served: tuple[str, str], path: str, method: str, mode: schemathesis.GenerationMode
) -> None:
    base_url, secret = served
    operation = schemathesis.openapi.from_dict(PUBLISHED)[path][method]
    strategy = operation.as_strategy(generation_mode=mode)

    @hypothesis.given(case=strategy)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    def answers_as_told(case: schemathesis.Case) -> None:
        response = case.call(base_url=base_url, headers={"Authorization": f"Bearer {secret}"})
        case.validate_response(response, checks=CHECKS)

    answers_as_told()
