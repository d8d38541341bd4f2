"""A session as docs/api.md has it, by curl from Linux: a dual-homed host is asked for its scenario, addresses, routes and decisions, and
changed by PATCH with plan, confirm and revert; what became of it `ip` says, and the helper where Linux has no such thing."""
import json
import subprocess

import pytest

from real_host import ip, network
from writer import eventually

MODEL = {"interfaces": {"eth1": {"ipv4": {"host_model": {"send": "weak"}}}}}
METRIC = {"interfaces": {"eth1": {"metric": 40}}}
NO_SOURCE = {"addresses": {"third": {"interface": "eth0", "address": "192.0.2.3/24", "skip_as_source": True}}}
ROUTE = {"routes": {"lab": {"to": "198.18.0.0/15", "via": "198.51.100.254", "interface": "eth1", "metric": 4}}}


class Curl:
    def __init__(self, real):
        self.real = real

    def __call__(self, target, *words):
        """Its answer's document; an error of HTTP is one of curl's."""
        done = subprocess.run(
            ["curl", "-sS", "--fail-with-body", "-m", "20", "-H", "Authorization: Bearer " + self.real.token_file.read_text().strip(),
             *words, f"http://127.0.0.1:{self.real.port}{target}"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def patch(self, document, query=""):
        return self("/v1/config" + query, "-X", "PATCH", "-H", "Content-Type: application/merge-patch+json", "-H", "If-Match: *",
                    "-d", json.dumps(document))

    def end(self, transaction, how):
        token = ["-H", "Content-Type: application/json", "-d", json.dumps({"token": transaction["token"]})] if how == "confirm" else []
        return self(f"/v1/transactions/{transaction['id']}/{how}", "-X", "POST", *token)


@pytest.fixture
def curl(start_real):
    return Curl(start_real())


def send_model(curl):
    return next(item["send"]["effective"] for item in curl("/v1/host-model?interface=eth1&family=ipv4")["items"])


def metric(curl):
    return curl("/v1/interfaces/eth1")["settings"]["ipv4"]["Metric"]


def skipped(curl):
    return {item["address"] for item in curl("/v1/addresses")["items"] if "skip-as-source" in item["flags"]}


def lab_route(curl):
    return "via 198.51.100.254 dev eth1" in ip("-4", "route", "show", "198.18.0.0/15")


CHANGES = {"host model": (MODEL, send_model), "metric": (METRIC, metric), "SkipAsSource": (NO_SOURCE, skipped), "route": (ROUTE, lab_route)}


def test_what_is_asked(curl):
    scenario = curl("/v1/scenario")["ipv4"]
    assert scenario["multihomed"] and [one["kind"] for one in scenario["scenarios"]] == ["simple-multihoming"]
    addresses = {(item["interface"], item["address"]) for item in curl("/v1/addresses?family=ipv4")["items"]}
    assert {("eth0", "192.0.2.1"), ("eth1", "198.51.100.1")} <= addresses
    routes = {(item["destination"], item["next_hops"][0]["gateway"]) for item in curl("/v1/routes?family=ipv4")["items"]}
    assert {("0.0.0.0/0", "192.0.2.254"), ("203.0.113.0/24", "198.51.100.254")} <= routes
    answer = curl("/v1/select?destination=203.0.113.9")
    assert (answer["source"], answer["interface"], answer["next_hop"]) == ("198.51.100.1", "eth1", "198.51.100.254")
    assert answer["agrees"] is True and [one["address"] for one in answer["candidates"] if one["chosen"]] == ["198.51.100.1"], answer
    assert all(one["dropped_by"]["text"] for one in answer["candidates"] if not one["chosen"])
    assert send_model(curl) == "strong"


@pytest.mark.parametrize("what", CHANGES)
def test_plan_confirm_and_revert(curl, what):
    document, state = CHANGES[what]
    was, before = state(curl), network()
    plan = curl.patch(document, "?dry_run=true")
    assert plan["operations"] and not plan["unsupported"] and (state(curl), network()) == (was, before)
    reverted = curl.patch(document, "?confirm_timeout=60s")
    assert state(curl) != was
    curl.end(reverted, "revert")
    assert (state(curl), network()) == (was, before)
    curl.end(curl.patch(document, "?confirm_timeout=60s"), "confirm")
    changed = state(curl)
    assert changed != was
    back = curl.patch({member: None for member in document}, "?confirm_timeout=1s")
    eventually(lambda: curl("/v1/transactions/" + back["id"])["state"] == "reverted")
    assert state(curl) == changed
    curl.patch({member: None for member in document})
    assert (state(curl), network()) == (was, before)
