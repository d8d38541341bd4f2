"""What the service sends is what the OpenAPI document says."""
import os

import pytest

from service import HOSTS, Service

jsonschema = pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
from schema import Schemas  # noqa: E402

VIEWS = ["/version", "/healthz", "/v1/status", "/v1/capabilities", "/v1/interfaces", "/v1/addresses", "/v1/routes", "/v1/rules",
         "/v1/neighbors", "/v1/scenario", "/v1/host-model", "/v1/arp", "/v1/topology"]


@pytest.fixture(scope="module")
def schemas(service):
    return Schemas(service.get("/v1/openapi.json").json)


def test_document_is_openapi(service):
    answer = service.get("/v1/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json["openapi"].startswith("3.1")
    assert service.get("/v1/openapi.json", If_None_Match=answer.headers["ETag"]).status == 304


def test_schemas_are_schemas_and_examples_fit(schemas):
    for name, schema in schemas.document["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        for example in schema.get("examples", []):
            schemas.check(schema, example)


def test_the_check_can_fail(schemas):
    for wrong in [{}, {"version": 1, "api": []}, {"version": "1", "api": [], "undocumented": True}]:
        with pytest.raises(jsonschema.ValidationError):
            schemas.check(schemas.named("Version"), wrong)


@pytest.mark.parametrize("host", sorted(name[:-5] for name in os.listdir(HOSTS) if name.endswith(".json")))
def test_every_body_fits(host, tmp_path, schemas):
    service = Service(tmp_path, host)
    try:
        for path in VIEWS:
            answer = service.get(path)
            assert answer.status == 200, (path, answer.body)
            schemas.check(schemas.of(path), answer.json)
        for interface in service.get("/v1/interfaces").json["items"]:
            one = service.get("/v1/interfaces/index:%d" % interface["index"])
            assert one.status == 200
            schemas.check(schemas.of("/v1/interfaces/{name}"), one.json)
            assert {**one.json, "generation": None} == {**interface, "generation": None}
        schemas.check(schemas.of("/v1/resync", method="post"), service.request("POST", "/v1/resync").json)
    finally:
        service.stop()


def test_problems_fit(service, schemas):
    for target in ["/nope", "/v1/status?x", "/v1/routes?limit=x", "/v1//status", "/v1/interfaces/x", "/v1/events?since=99999"]:
        answer = service.get(target)
        assert answer.status >= 400
        schemas.check(schemas.named("Problem"), answer.json)
