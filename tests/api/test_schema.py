"""The API keeps to its own schema, whatever it is sent.

`API_CASES=200 python -m pytest tests/api` sends more of it than the default run does.
"""

import json
import logging
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, Phase
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks as openapi_checks

from tests.api.conftest import Installation

CASES = int(os.environ.get("API_CASES", "4"))
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]
TAGS = {
    "courses",
    "subscriptions",
    "videos",
    "transcripts",
    "search",
    "ask",
    "marts",
    "runs",
    "events",
    "status",
    "tokens",
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return SchemaGenerator().get_schema(public=True)


def find_operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def test_the_document_is_valid_and_made_without_a_warning(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_the_document_is_openapi_3_1(document):
    validate_schema(document)
    assert document["openapi"].startswith("3.1")
    assert '"nullable"' not in json.dumps(document), "3.1 writes null as a type"


def test_every_operation_has_a_name_a_tag_and_a_summary(document):
    operations = list(find_operations(document))
    unnamed = [
        operation["operationId"]
        for operation in operations
        if not operation.get("summary") or not set(operation.get("tags", [])) <= TAGS or not operation.get("tags")
    ]
    assert unnamed == []
    names = [operation["operationId"] for operation in operations]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_every_body_has_an_example(document):
    without = [
        operation["operationId"]
        for operation in find_operations(document)
        for content in operation.get("requestBody", {}).get("content", {}).values()
        if not content.get("examples")
    ]
    assert without == []


@dataclass
class Tally:
    """What was sent, and what of the answers was not as the schema says."""

    cases: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)


def send(strategy: Any, *, label: str, token: str, tally: Tally) -> None:
    """Send generated requests of one operation until one is answered otherwise than its schema says."""

    @hypothesis.given(case=strategy)
    @hypothesis.settings(
        max_examples=CASES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send_one(case: schemathesis.Case) -> None:
        response = case.call(headers={"Authorization": f"Bearer {token}"})
        tally.cases[label] += 1
        tally.statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    try:
        send_one()
    except (Unsatisfiable, pytest.skip.Exception):
        return
    except (Exception, FailureGroup) as fault:
        tally.faults.setdefault(label, "\n".join(map(str, getattr(fault, "exceptions", [fault]))))


def make_strategies(operation: Any, *, role: str, known: dict[str, Any]) -> Iterator[Any]:
    """Yield requests for what is there; an operator's also for what may not be, and such as they should not be."""
    path = {name: value for name, value in known.items() if f"{{{name}}}" in operation.path}
    yield operation.as_strategy(path_parameters=path)
    if role == "operator":
        if path:
            yield operation.as_strategy()
        yield operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


def is_stream(operation: Any) -> bool:
    """Event streams last until the client leaves."""
    return "text/event-stream" in json.dumps(operation.definition.raw)


def test_every_answer_is_as_the_schema_says(installation: Installation, capsys, caplog):
    application = get_wsgi_application()
    caplog.set_level(logging.CRITICAL, logger="django.request")
    headers = {"Authorization": f"Bearer {installation.tokens['operator']}"}
    config = schemathesis.Config.from_dict({"cache": {"enabled": False}})
    schema = schemathesis.openapi.from_wsgi(
        "/api/schema/?format=json", application, headers=headers, config=config
    )
    tally = Tally()
    # What is deleted is asked for no more.
    operations = sorted(
        (result.ok() for result in schema.get_all_operations()), key=lambda each: each.method == "delete"
    )
    for operation in operations:
        if is_stream(operation):
            continue
        for role, token in installation.tokens.items():
            for strategy in make_strategies(operation, role=role, known=installation.known):
                send(strategy, label=operation.label, token=token, tally=tally)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(tally.cases)} of {len(operations)} operations, {tally.cases.total()} cases, answered with"
            f" {dict(sorted(tally.statuses.items()))}\n"
        )
    if tally.faults:
        pytest.fail("\n\n".join(f"{label}: {fault}" for label, fault in tally.faults.items()), pytrace=False)
