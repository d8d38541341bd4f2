"""multihomed.exe and multihomectl.exe on a simulated host that is only read, asked from this system over loopback."""
import json
import subprocess

import pytest

pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
from windows_service import DONE, Connection  # noqa: E402
from writer import Writer  # noqa: E402


def ask(service, token, method="GET", target="/v1/status", headers=None):
    connection = Connection(service.port, token)
    try:
        connection.request(method, target, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


# ---- reading ----

def test_curl_gets_the_status(service):
    token = service.token_file.read_text().strip()
    done = subprocess.run(["curl", "-sS", "--fail", "-m", "20", "-H", f"Authorization: Bearer {token}",
                           f"http://127.0.0.1:{service.port}/v1/status"], capture_output=True, text=True, check=True)
    status = json.loads(done.stdout)
    assert status["platform"]["system"].startswith("Windows") if "platform" in status else "Windows" in done.stdout


def test_answers_are_those_of_the_document(service):
    writer = Writer(service)
    for target in ("/v1/status", "/v1/interfaces", "/v1/addresses", "/v1/routes", "/v1/neighbors", "/v1/host-model",
                   "/v1/capabilities", "/v1/scenario", "/v1/config", "/v1/transactions"):
        assert writer.get(target).status == 200, target


def test_interfaces_have_their_aliases(service):
    names = {item["name"] for item in service.get("/v1/interfaces").json["items"]}
    assert {"Ethernet", "Ethernet 2"} <= names


def test_select_is_explained(service):
    answer = service.get("/v1/select?destination=198.51.100.9")
    assert answer.status == 200, answer.body
    assert answer.json["source"] == "192.0.2.1" and answer.json["interface"] == "Ethernet"


# ---- who may ask ----

def test_without_the_token_nobody_gets_anything(service):
    for token in (None, "wrong", service.token_file.read_text().strip()[:-1]):
        status, body = ask(service, token)
        assert status == 401 and b"GLASS" not in body


def test_names_of_others_are_refused(service):
    token = service.token_file.read_text().strip()
    assert ask(service, token, headers={"Host": "evil.example"})[0] == 403
    assert ask(service, token, headers={"Origin": "http://evil.example"})[0] == 403


def test_the_token_is_long_and_stays(service):
    assert len(service.token_file.read_text().strip()) >= 32


# ---- multihomectl ----

def test_ctl_status_and_scenario(service):
    status, out, err = service.ctl("status")
    assert status == DONE and "GLASS" in out and "Windows" in out, (out, err)
    status, out, err = service.ctl("scenario", "--json")
    assert status == DONE and json.loads(out) == service.get("/v1/scenario").json, err
