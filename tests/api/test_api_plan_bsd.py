"""Plans on simulated hosts of FreeBSD, NetBSD and OpenBSD, over the API: carried out and verified, taken back, and what the
system cannot do."""
import pytest

pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
from service import all_items  # noqa: E402
from writer import Writer  # noqa: E402

SYSTEMS = ["freebsd", "netbsd", "openbsd"]
UPLINKS = {"a": {"interface": "em0", "gateway": {"ipv4": "192.0.2.254"}, "priority": 1},
           "b": {"interface": "em1", "gateway": {"ipv4": "198.51.100.254"}, "priority": 2}}
ROUTES = {"corp": {"to": "10.0.0.0/8", "via": "192.0.2.9"}, "lab": {"to": "2001:db8:9::/48", "via": "2001:db8:1::9"}}


def host(system):
    return {"system": system, "interfaces": {"em0": {"addresses": ["192.0.2.1/24", "2001:db8:1::1/64"]},
                                             "em1": {"addresses": ["198.51.100.1/24", "2001:db8:2::1/64"]}}}


@pytest.fixture(params=SYSTEMS)
def system(request):
    return request.param


@pytest.fixture
def writer(start, system):
    return Writer(start(host(system)))


def look(writer):
    return {path: all_items(writer.service, path, 100) for path in ("/v1/addresses", "/v1/routes", "/v1/rules")}


def own_routes(writer):
    return {(item["destination"], item["next_hops"][0]["interface"], item["table"] == "0")
            for item in all_items(writer.service, "/v1/routes", 100) if item["owner"] == "multihomed"}


def test_routes_and_uplinks(writer, system):
    before = look(writer)
    answer = writer.put({"uplinks": UPLINKS, "routes": ROUTES})
    assert answer.status == 200 and answer.json["unsupported"] == [] and answer.json["pending"] == []
    second = {("0.0.0.0/0", "em1", True)} if system == "openbsd" else set()
    assert own_routes(writer) == {("0.0.0.0/0", "em0", True), ("10.0.0.0/8", "em0", True), ("2001:db8:9::/48", "em0", True)} | second
    assert writer.service.get("/v1/plan").json["operations"] == []
    assert writer.put({}).status == 200
    assert own_routes(writer) == set() and look(writer) == before


def test_strong_send(writer, system):
    answer = writer.put({"uplinks": UPLINKS, "host_model": {"send": "strong"}})
    assert answer.status == 200
    rules = [rule for rule in all_items(writer.service, "/v1/rules", 100) if rule["owner"] == "multihomed"]
    if system == "netbsd":
        assert answer.json["unsupported"] == ["/host_model/send"] and rules == []
    else:
        assert answer.json["unsupported"] == [] and len(rules) == 8
    assert writer.service.get("/v1/plan").json["operations"] == []


def test_taken_back(writer):
    before = look(writer)
    transaction = writer.begin({"uplinks": UPLINKS, "routes": ROUTES, "source_routing": True, "host_wide": True,
                                "host_model": {"receive": "strong"}, "addresses": {"x": {"interface": "em1", "address": "203.0.113.5/24"}}})
    assert own_routes(writer)
    writer.revert(transaction)
    assert look(writer) == before
