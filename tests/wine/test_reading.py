"""The backend of Windows on Wine's IP Helper functions, which show the network namespace: what `ip` shows is what the API shows.

Neither Wine has the functions of settings; both take metrics of IPv4 routes for hexadecimal numbers. Wine 8 has no IPv6 routes, and
tells of no changes; Wine 10 tells by NotifyAddrChange that an IPv4 address came or went."""
import json
import re
import subprocess
import time

import pytest

from real_host import index_of, ip
from test_api_events import Stream
from windows_service import WindowsService
from writer import eventually

LINKS = {"wr0": ("02:00:00:00:00:01", ["192.0.2.1/24", "2001:db8::1/64"]), "wr1": ("02:00:00:00:00:02", ["198.51.100.1/24"])}


class ReadService(WindowsService):
    def platform(self):
        return "windows"


@pytest.fixture(scope="module")
def host():
    """Two links, each of which leads to a router that is not there."""
    ip("link", "set", "lo", "up")
    for name, (mac, addresses) in LINKS.items():
        ip("link", "add", name, "index", index_of(name), "address", mac, "type", "veth", "peer", "name", name + "p")
        ip("link", "set", name + "p", "up")
        ip("link", "set", name, "up")
        for address in addresses:
            ip("address", "add", address, "dev", name, *(["nodad"] if ":" in address else []))
    ip("route", "add", "default", "via", "192.0.2.254", "metric", "5")
    ip("route", "add", "203.0.113.0/24", "via", "198.51.100.254", "metric", "7")
    ip("-6", "route", "add", "2001:db8:9::/48", "via", "2001:db8::fe", "metric", "300")
    ip("neighbor", "replace", "192.0.2.254", "lladdr", "02:00:00:00:ff:01", "dev", "wr0", "nud", "permanent")
    yield
    for name in LINKS:
        ip("link", "delete", name)


@pytest.fixture(scope="module")
def real(host, wine, tmp_path_factory):
    running = ReadService(wine, tmp_path_factory.mktemp("real"), "windows")
    yield running
    running.stop()


def items(service, target):
    answer = service.get(target)
    assert answer.status == 200, answer.body
    return answer.json["items"]


def test_status_is_that_of_the_backend(real):
    status = real.get("/v1/status").json
    assert status["backend"] == "windows" and status["system"].startswith("Windows ")


def test_interfaces_are_those_of_ip(real):
    told = {item["index"]: item for item in items(real, "/v1/interfaces")}
    for link in json.loads(ip("-j", "link")):
        if link["link_type"] not in ("ether", "loopback"):
            continue
        item = told[link["ifindex"]]
        assert (item["name"], item["mtu"]) == (link["ifname"], link["mtu"])
        assert item["up"] == ("UP" in link["flags"])
        if link["link_type"] == "ether":
            assert item["mac"] == link["address"]
        else:
            assert item["kind"] == "loopback"


def test_addresses_are_those_of_ip(real):
    expected = {(link["ifname"], address["local"], address["prefixlen"])
                for link in json.loads(ip("-j", "address")) for address in link["addr_info"]}
    told = {(item["interface"], item["address"].partition("%")[0], item["prefix_length"]) for item in items(real, "/v1/addresses")}
    assert told == expected


def test_routes_are_those_of_ip(real):
    expected = {("0.0.0.0/0" if route["dst"] == "default" else route["dst"], route.get("gateway"), route["dev"], route.get("metric", 0))
                for route in json.loads(ip("-4", "-j", "route"))}
    told = {(item["destination"], item["next_hops"][0]["gateway"], item["next_hops"][0]["interface"], item["metric"])
            for item in items(real, "/v1/routes?family=ipv4")}
    assert told == expected


@pytest.mark.wine(10)
def test_ipv6_routes_are_those_of_ip(real):
    """Wine's have those of the host itself besides, which `ip` shows in other tables."""
    expected = {("::/0" if route["dst"] == "default" else route["dst"], route.get("gateway"), route["dev"], route["metric"])
                for route in json.loads(ip("-6", "-j", "route"))}
    assert ("2001:db8:9::/48", "2001:db8::fe", "wr0", 300) in expected
    told = {(item["destination"], item["next_hops"][0]["gateway"], item["next_hops"][0]["interface"], item["metric"])
            for item in items(real, "/v1/routes?family=ipv6")}
    assert expected <= told


@pytest.mark.wine(8)
def test_there_are_no_ipv6_routes(real):
    assert items(real, "/v1/routes?family=ipv6") == []


def test_metrics_of_ipv4_routes_are_misread(real):
    """Should a Wine read the kernel's decimal number, what docs/windows.md says of it is no longer true."""
    ip("route", "add", "203.0.114.0/24", "via", "198.51.100.254", "metric", "20")
    try:
        assert real.request("POST", "/v1/resync").status == 200
        told = {item["destination"]: item["metric"] for item in items(real, "/v1/routes?family=ipv4")}
        assert told["203.0.114.0/24"] == 0x20
    finally:
        ip("route", "delete", "203.0.114.0/24")


def test_neighbors_have_their_macs(real):
    told = {(item["interface"], item["address"]): item for item in items(real, "/v1/neighbors")}
    assert told["wr0", "192.0.2.254"]["mac"] == "02:00:00:00:ff:01"


def test_the_scenario_is_that_of_two_links(real):
    scenario = real.get("/v1/scenario").json["ipv4"]
    assert scenario["multihomed"] and [one["kind"] for one in scenario["scenarios"]] == ["simple-multihoming"]


def test_what_wine_lacks_is_said(real):
    """GetBestRoute2 and GetIpInterfaceEntry answer ERROR_NOT_SUPPORTED: nothing is made up for them."""
    answer = real.get("/v1/select?destination=203.0.113.9").json
    assert (answer["source"], answer["interface"]) == ("198.51.100.1", "wr1")
    assert answer["kernel"] is None and "GetBestRoute2" in answer["kernel_unknown"]
    models = [item for item in items(real, "/v1/host-model") if item["family"] == "ipv4" and item["interface"] in LINKS]
    assert {item["send"]["effective"] for item in models} == {"indeterminate"}


def test_the_log_names_what_wine_lacks_once(real):
    """Everything is read twice at least."""
    assert real.request("POST", "/v1/resync").status in (200, 202, 204)
    lines = [line for line in real.log_text().splitlines() if "IpInterfaceEntry: " in line]
    assert len(lines) == 1, real.log_text()  # Wine 8 has no InitializeIpInterfaceEntry
    assert re.search(r"warning: .* \((50|127)\): the settings of interfaces are not known$", lines[0])


def test_a_neighbor_is_seen_unasked_within_half_a_minute(real):
    """No function tells of it: neighbours are read every 30 seconds."""
    before = real.get("/v1/status").json["last_resync"]["count"]
    ip("neighbor", "replace", "192.0.2.253", "lladdr", "02:00:00:00:ff:02", "dev", "wr0", "nud", "permanent")
    try:
        eventually(lambda: "192.0.2.253" in {item["address"] for item in items(real, "/v1/neighbors")}, timeout=60)
        assert real.get("/v1/status").json["last_resync"]["count"] == before
    finally:
        ip("neighbor", "delete", "192.0.2.253", "dev", "wr0")


def test_a_resync_finds_what_was_changed(real):
    ip("address", "add", "192.0.2.77/24", "dev", "wr0")
    try:
        assert real.request("POST", "/v1/resync").status in (200, 202, 204)
        assert "192.0.2.77" in {item["address"] for item in items(real, "/v1/addresses")}
    finally:
        ip("address", "delete", "192.0.2.77/24", "dev", "wr0")


def addresses(service):
    return {item["address"] for item in items(service, "/v1/addresses")}


def event_of(stream, kind, timeout=20):
    """The next of that type; a stream's heartbeats must not keep this waiting for ever."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        line = stream.line()
        if line and json.loads(line)["type"] == kind:
            return json.loads(line)
    raise AssertionError(f"no {kind} within {timeout} s")


@pytest.mark.wine(10)
def test_changes_are_seen_unasked(real):
    """NotifyAddrChange: what came and went shows, and is told, without a resync. The address is one of this test: coming back, it
    could be taken for one that never went."""
    before = real.get("/v1/status").json["last_resync"]["count"]
    stream = Stream(real)
    ip("address", "add", "192.0.2.78/24", "dev", "wr0")
    try:
        assert event_of(stream, "address-added")["subject"] == "192.0.2.78/24"
        assert "192.0.2.78" in addresses(real)
    finally:
        ip("address", "delete", "192.0.2.78/24", "dev", "wr0")
    eventually(lambda: "192.0.2.78" not in addresses(real))
    assert real.get("/v1/status").json["last_resync"]["count"] == before
    stream.close()


@pytest.mark.wine(10)
def test_the_system_is_told_as_wine_plays_it(real):
    assert real.get("/v1/status").json["system"].startswith("Windows 10.0.")
