"""The backend of Windows on a host that it changes: two links, each to a router of its own.

What it does is looked at from outside of Wine, by `ip`; what Linux has not (SkipAsSource, the host model), in the helper that keeps it.
After each test the host is as it was (start_real)."""
import json

import pytest

pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
from real_host import ip, network  # noqa: E402
from writer import Writer, eventually  # noqa: E402

SECOND = {"addresses": {"second": {"interface": "eth0", "address": "192.0.2.2/24"}}}


def own_addresses():
    return {item["local"] for link in json.loads(ip("-json", "address")) for item in link["addr_info"]}


def ways(destination):
    """(gateway, interface, metric) of each route to it."""
    family = "-6" if ":" in destination else "-4"
    found = json.loads(ip("-json", family, "route", "show", destination))
    return {(hop.get("gateway"), hop["dev"], item.get("metric")) for item in found for hop in item.get("nexthops", [item])}


# ---- reading ----

def test_what_it_reads(start_real):
    real = start_real()
    scenario = real.get("/v1/scenario").json["ipv4"]
    assert scenario["multihomed"] and [one["kind"] for one in scenario["scenarios"]] == ["simple-multihoming"]
    told = {(item["interface"], item["address"], item["prefix_length"], item["owner"]) for item in real.items("/v1/addresses")}
    assert told == {("lo", "127.0.0.1", 8, "kernel"), ("lo", "::1", 128, "kernel"), ("eth0", "192.0.2.1", 24, "static"),
                    ("eth0", "2001:db8::1", 64, "static"), ("eth1", "198.51.100.1", 24, "static")}
    routes = {(item["destination"], item["next_hops"][0]["gateway"], item["next_hops"][0]["interface"], item["metric"])
              for item in real.items("/v1/routes") if item["owner"] == "static"}
    assert routes == {("0.0.0.0/0", "192.0.2.254", "eth0", 5), ("203.0.113.0/24", "198.51.100.254", "eth1", 7)}
    models = {(item["interface"], item["send"]["effective"], item["receive"]["effective"])
              for item in real.items("/v1/host-model") if item["family"] == "ipv4"}
    assert models == {("eth0", "strong", "strong"), ("eth1", "strong", "strong")}


@pytest.mark.parametrize("destination, source, interface, hop", [
    ("203.0.113.9", "198.51.100.1", "eth1", "198.51.100.254"), ("8.8.8.8", "192.0.2.1", "eth0", "192.0.2.254"),
    ("198.51.100.77", "198.51.100.1", "eth1", None), ("2001:db8::9", "2001:db8::1", "eth0", None)])
def test_select_is_explained_and_agrees(start_real, destination, source, interface, hop):
    answer = start_real().get("/v1/select?destination=" + destination).json
    assert (answer["source"], answer["interface"], answer["next_hop"]) == (source, interface, hop)
    assert answer["agrees"] is True, answer
    assert next(one for one in answer["candidates"] if one["chosen"])["address"] == source
    assert all(one["dropped_by"]["text"] for one in answer["candidates"] if not one["chosen"])


# ---- an address ----

def test_put_confirm_and_revert(start_real):
    writer = Writer(start_real())
    before = network()
    plan = writer.put(SECOND, "?dry_run=true")
    assert plan.status == 200 and "192.0.2.2" in plan.body.decode() and network() == before
    transaction = writer.begin(SECOND)
    assert "192.0.2.2" in own_addresses()
    assert writer.confirm(transaction).status == 200 and "192.0.2.2" in own_addresses()
    transaction = writer.begin({})
    assert "192.0.2.2" not in own_addresses()
    assert writer.revert(transaction).status == 200 and "192.0.2.2" in own_addresses()
    assert writer.put({}).status == 200 and network() == before
