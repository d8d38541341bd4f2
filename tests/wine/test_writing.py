"""The backend of Windows on a host that it changes: two links, each to a router of its own.

What it does is looked at from outside of Wine, by `ip`; what Linux has not (SkipAsSource, the host model), in the helper that keeps it.
After each test the host is as it was (start_real)."""
import json

import pytest

pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
from real_host import LIBRARY, index_of, ip, network  # noqa: E402
from windows_service import windows_path  # noqa: E402
from writer import Writer, eventually  # noqa: E402

SECOND = {"addresses": {"second": {"interface": "eth0", "address": "192.0.2.2/24"}}}


def own_addresses():
    return {item["local"] for link in json.loads(ip("-json", "address")) for item in link["addr_info"]}


def ways(destination):
    """(gateway, interface, metric) of each route to it."""
    family = "-6" if ":" in destination else "-4"
    found = json.loads(ip("-json", family, "route", "show", destination))
    return {(hop.get("gateway"), hop["dev"], item.get("metric")) for item in found for hop in item.get("nexthops", [item])}


# ---- which library ----

def test_what_is_shipped_takes_no_other_library(wine):
    done = wine.daemon("--platform", "windows:iphlpapi=" + windows_path(LIBRARY), "--listen", "127.0.0.1:17999")
    assert done.returncode != 0 and b"this platform takes no argument" in done.stderr, (done.returncode, done.stderr)
    assert LIBRARY.exists() and not list(wine.programs.rglob(LIBRARY.name))


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


def test_what_is_not_confirmed_is_reverted(start_real):
    writer = Writer(start_real())
    before = network()
    transaction = writer.begin(SECOND, timeout="1s")
    assert network() != before
    eventually(lambda: writer.state(transaction) == "reverted")
    assert network() == before and writer.file is None


def test_a_new_address_is_tentative_at_first(start_real):
    real = start_real()
    writer = Writer(real)
    assert writer.put(SECOND).status == 200

    def flags():
        return next(item["flags"] for item in real.items("/v1/addresses") if item["address"] == "192.0.2.2")

    eventually(lambda: flags() == [])


def test_an_address_of_ipv6(start_real):
    writer = Writer(start_real())
    assert writer.put({"addresses": {"second": {"interface": "eth1", "address": "2001:db8:1::2/64"}}}).status == 200
    assert "2001:db8:1::2" in own_addresses() and ("2001:db8:1::/64" in ip("-6", "route"))


def test_skip_as_source(start_real, helper):
    """Of two addresses of the subnet the marked one is not chosen, whoever asks."""
    real = start_real()
    writer = Writer(real)
    select = "/v1/select?destination=192.0.2.77"
    third = {"third": {"interface": "eth0", "address": "192.0.2.3/24", "skip_as_source": True}}
    assert writer.put({"addresses": third}).status == 200
    assert [word for word in helper.host.kept()["skipped"] if "192.0.2.3" in word]
    marked = {item["address"] for item in real.items("/v1/addresses") if "skip-as-source" in item["flags"]}
    assert marked == {"192.0.2.3"}
    answer = real.get(select).json
    assert answer["source"] == "192.0.2.1" and answer["agrees"] is True, answer
    third["third"]["skip_as_source"] = False
    assert writer.patch({"addresses": third}).status == 200
    assert helper.host.kept()["skipped"] == []


# ---- routes ----

def test_a_route(start_real):
    real = start_real()
    writer = Writer(real)
    document = {"routes": {"lab": {"to": "198.18.0.0/15", "via": "198.51.100.254", "interface": "eth1", "metric": 4}}}
    assert writer.put(document).status == 200
    assert ways("198.18.0.0/15") == {("198.51.100.254", "eth1", 29)}
    answer = real.get("/v1/select?destination=198.18.5.5").json
    assert (answer["source"], answer["next_hop"], answer["agrees"]) == ("198.51.100.1", "198.51.100.254", True)
    document["routes"]["lab"]["metric"] = 11
    transaction = writer.begin(document)
    assert ways("198.18.0.0/15") == {("198.51.100.254", "eth1", 36)}
    assert writer.revert(transaction).status == 200
    assert ways("198.18.0.0/15") == {("198.51.100.254", "eth1", 29)}


def test_an_uplink(start_real):
    real = start_real()
    writer = Writer(real)
    before = network()
    document = {"uplinks": {"isp2": {"interface": "eth1", "gateway": {"ipv4": "198.51.100.254"}, "priority": 20}}}
    answer = writer.patch(document)
    assert answer.status == 200, answer.body
    assert ("198.51.100.254", "eth1") in {way[:2] for way in ways("default")} and network() != before
    assert writer.put({}).status == 200 and network() == before


# ---- the host model, and metrics ----

@pytest.mark.parametrize("direction, member", [("send", "weak_send"), ("receive", "weak_receive")])
def test_the_host_model_of_one_interface(start_real, helper, direction, member):
    real = start_real()
    writer = Writer(real)

    def models():
        return {item["interface"]: item[direction]["effective"] for item in real.items("/v1/host-model") if item["family"] == "ipv4"}

    def kept():
        return {index for (index, _), settings in helper.host.kept()["settings"].items() if getattr(settings, member)}

    strong = {family: {"host_model": {direction: "strong"}} for family in ("ipv4", "ipv6")}
    answer = writer.patch({"host_model": {direction: "weak"}, "interfaces": {"eth1": strong}})
    assert answer.status == 200, answer.body
    assert models() == {"eth0": "weak", "eth1": "strong"} and index_of("eth0") in kept() and index_of("eth1") not in kept()
    assert writer.patch({"host_model": {direction: "strong"}}).status == 200
    assert models() == {"eth0": "strong", "eth1": "strong"} and kept() == set()


def test_the_metric_of_an_interface_moves_its_routes(start_real):
    real = start_real()
    writer = Writer(real)
    before = network()
    document = {"interfaces": {"eth0": {"metric": 60}}}
    assert writer.put(document, "?dry_run=true").status == 200 and network() == before
    transaction = writer.begin(document)
    assert ways("default") == {("192.0.2.254", "eth0", 65)}
    assert writer.revert(transaction).status == 200
    assert network() == before


# ---- changes that others make ----

def test_what_others_change_is_told(start_real):
    real = start_real()
    generation = real.get("/v1/status").json["generation"]
    ip("address", "add", "192.0.2.77/24", "dev", "eth0")
    try:
        eventually(lambda: "192.0.2.77" in {item["address"] for item in real.items("/v1/addresses")})
        ip("route", "add", "198.18.0.0/15", "via", "192.0.2.254", "metric", "40")
        eventually(lambda: ("198.18.0.0/15", 15) in {(item["destination"], item["metric"]) for item in real.items("/v1/routes")})
    finally:
        ip("route", "delete", "198.18.0.0/15")
        ip("address", "delete", "192.0.2.77/24", "dev", "eth0")
    eventually(lambda: "192.0.2.77" not in {item["address"] for item in real.items("/v1/addresses")})
    assert real.get("/v1/status").json["generation"] > generation


def test_what_others_remove_comes_back(start_real):
    writer = Writer(start_real())
    assert writer.put(SECOND).status == 200
    ip("address", "delete", "192.0.2.2/24", "dev", "eth0")
    eventually(lambda: "192.0.2.2" in own_addresses())
