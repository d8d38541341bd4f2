"""The configuration over the API: the document, its members, and its schema."""
import json
import os
import signal
import time
import urllib.parse

import pytest

from service import ROOT, Service

jsonschema = pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")

with open(os.path.join(ROOT, "docs", "config.example.json"), encoding="utf-8") as stream:
    EXAMPLE = json.load(stream)


@pytest.fixture(scope="module")
def configured(tmp_path_factory):
    running = Service(tmp_path_factory.mktemp("configured"), "logical-hosts-two-interfaces", config=EXAMPLE)
    yield running
    running.stop()


def path_of(names):
    return "/v1/config" + "".join("/" + urllib.parse.quote(str(name), safe="") for name in names)


def members(value, names=()):
    """Every value of a document and the names on the way to it."""
    yield names, value
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in pairs:
        yield from members(inner, names + (name,))


def test_the_document(configured):
    answer = configured.get("/v1/config")
    assert answer.status == 200 and answer.headers["Content-Type"] == "application/json"
    assert answer.json == EXAMPLE
    assert list(answer.json) == list(EXAMPLE)
    assert configured.get("/v1/config", If_None_Match=answer.headers["ETag"]).status == 304
    assert configured.request("HEAD", "/v1/config").headers["ETag"] == answer.headers["ETag"]


def test_no_file_is_an_empty_document(service):
    assert service.get("/v1/config").json == {}
    assert service.get("/v1/config/arp").problem("not-found", 404)["pointer"] == "/arp"


def test_every_member_by_its_path(configured):
    tag = configured.get("/v1/config").headers["ETag"]
    count = 0
    for names, value in members(EXAMPLE):
        answer = configured.get(path_of(names))
        assert answer.status == 200, (names, answer.body)
        assert answer.json == value, names
        assert answer.headers["ETag"] == tag
        count += 1
    assert count > 80


@pytest.mark.parametrize("path, pointer", [
    ("/nothing", "/nothing"),
    ("/arp/reply/x", "/arp/reply/x"),
    ("/groups/service/addresses/2", "/groups/service/addresses/2"),
    ("/groups/service/addresses/00", "/groups/service/addresses/00"),
    ("/interfaces/a%2Fb%7Ec", "/interfaces/a~1b~0c"),
    ("/ARP", "/ARP"),
    ("/interfaces/" + "x" * 2000, None),
])
def test_members_that_are_not_there(configured, path, pointer):
    document = configured.get("/v1/config" + path).problem("not-found", 404)
    if pointer is not None:
        assert document["pointer"] == pointer


@pytest.mark.parametrize("path, word, status", [
    ("/v1/config/", "invalid-path", 400),
    ("/v1/config//arp", "invalid-path", 400),
    ("/v1/config/%00", "invalid-path", 400),
    ("/v1/config/%ff", "invalid-path", 400),
    ("/v1/config/../status", "invalid-path", 400),
    ("/v1/config/a/b/c/d/e/f/g", "not-found", 404),
    ("/v1/config?x=1", "unknown-parameter", 400),
])
def test_wrong_paths(configured, path, word, status):
    configured.get(path).problem(word, status)


def test_names_with_slash_and_space(start, tmp_path):
    document = {"interfaces": {"a/b c~": {"role": "internal"}, "Ethernet %2F": {"role": "external"}}}
    running = Service(tmp_path, "single-homed", config=document)
    try:
        for name, entry in document["interfaces"].items():
            assert running.get(path_of(["interfaces", name, "role"])).json == entry["role"]
    finally:
        running.stop()


def test_order_and_spaces_of_a_file(tmp_path):
    running = Service(tmp_path, "single-homed", config='{ "monitor" : {"udp":true},\n "groups":{}}')
    try:
        assert running.get("/v1/config").body == b'{"monitor":{"udp":true},"groups":{}}\n'
        assert running.get("/v1/status").json["config"]["unsupported"] == ["/monitor", "/groups"]
    finally:
        running.stop()


def test_capabilities_say_what_acts(service):
    items = service.get("/v1/capabilities").json["items"]
    assert items and all(isinstance(item["acts"], bool) for item in items)


def test_the_schema_is_served(service):
    answer = service.get("/v1/schema/config")
    assert answer.headers["Content-Type"] == "application/schema+json"
    jsonschema.Draft202012Validator.check_schema(answer.json)
    assert service.get("/v1/schema/config", If_None_Match=answer.headers["ETag"]).status == 304
    for example in answer.json["examples"] + [EXAMPLE]:
        jsonschema.Draft202012Validator(answer.json, format_checker=jsonschema.FormatChecker()).validate(example)


def eventually(condition, timeout=20):
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_reload_takes_a_file_whole_or_not_at_all(tmp_path):
    running = Service(tmp_path, "single-homed", config={"arp": {"reply": "any"}})
    try:
        tag = running.get("/v1/config").headers["ETag"]
        running.write_config('{\n "arp": {"reply": "subnet"},\n "rules": {"r": {"from": "192.0.2.0/24", "uplink": "none"}}}')
        running.process.send_signal(signal.SIGHUP)
        eventually(lambda: "not reloaded" in running.log_text())
        assert 'config.json:3:52: no such uplink at /rules/r/uplink' in running.log_text()
        assert running.get("/v1/config").headers["ETag"] == tag
        running.write_config({"arp": {"reply": "subnet"}})
        running.process.send_signal(signal.SIGHUP)
        eventually(lambda: running.get("/v1/config").headers["ETag"] != tag)
        assert running.get("/v1/config/arp/reply").json == "subnet"
        running.write_config({"arp": {"reply": "any"}})
        running.process.send_signal(signal.SIGHUP)
        eventually(lambda: running.get("/v1/config").headers["ETag"] == tag)
    finally:
        running.stop()


@pytest.mark.parametrize("text, message", [
    ('{"version": 2, "quota": 1}', "config.json:1:13: newer version at /version (expected 1, got 2)"),
    ('{"arp": {},\n  "arp": {}}', "config.json:2:3: the name is there twice at /arp"),
    ('{"arp": {}', "config.json:1:10: "),
])
def test_a_start_with_a_wrong_file_says_where(tmp_path, text, message):
    (tmp_path / "config.json").write_text(text, encoding="utf-8")
    (tmp_path / "host.json").write_text("{}", encoding="utf-8")
    done = Service.attempt(tmp_path)
    assert done.returncode != 0 and message in done.stdout, done.stdout
