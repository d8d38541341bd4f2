"""Plans on a simulated Windows host, over the API: carried out and verified, taken back, and every intent against what
/v1/capabilities says of it."""
import pytest

pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
from service import all_items  # noqa: E402
from writer import Writer  # noqa: E402

HOST = {"system": "windows", "interfaces": {"Ethernet": {"addresses": ["192.0.2.1/24", "2001:db8:1::1/64"]},
                                            "Wi-Fi": {"addresses": ["198.51.100.1/24", "2001:db8:2::1/64"]}}}
UPLINKS = {"a": {"interface": "Ethernet", "gateway": {"ipv4": "192.0.2.254"}, "priority": 1},
           "b": {"interface": "Wi-Fi", "gateway": {"ipv4": "198.51.100.254"}, "priority": 2}}
ADDRESSES = {"x": {"interface": "Ethernet", "address": "192.0.2.7/24", "skip_as_source": True}}
ROUTES = {"corp": {"to": "10.0.0.0/8", "via": "192.0.2.9"}, "lab": {"to": "2001:db8:9::/48", "via": "2001:db8:1::9"}}
ALL = {"uplinks": UPLINKS, "routes": ROUTES, "addresses": ADDRESSES, "interfaces": {"Wi-Fi": {"metric": 7}},
       "host_model": {"send": "weak", "receive": "weak"}}

# A document for each intent, and the member that a plan would name as unsupported.
INTENTS = {
    "addresses": ({"addresses": {"x": {"interface": "Ethernet", "address": "192.0.2.7/24"}}}, "/addresses/x"),
    "addresses.skip_as_source": ({"addresses": ADDRESSES}, "/addresses/x/skip_as_source"),
    "routes": ({"routes": ROUTES}, "/routes/corp"),
    "uplinks": ({"uplinks": UPLINKS}, "/uplinks/a"),
    "rules": ({"uplinks": UPLINKS, "rules": {"g": {"from": "192.0.2.0/26", "uplink": "a", "priority": 1}}}, "/rules/g"),
    "interfaces.metric": ({"interfaces": {"Wi-Fi": {"metric": 7}}}, "/interfaces/Wi-Fi/metric"),
    "arp.reply": ({"arp": {"reply": "interface"}}, "/arp/reply"),
    "arp.announce": ({"arp": {"announce": "best"}}, "/arp/announce"),
    "arp.filter": ({"arp": {"filter": True}}, "/arp/filter"),
    "arp.proxy": ({"arp": {"proxy": True}}, "/arp/proxy"),
    "reverse_path": ({"reverse_path": "strict"}, "/reverse_path"),
    "host_model.receive": ({"host_model": {"receive": "weak"}}, "/host_model/receive"),
    "host_model.send": ({"host_model": {"send": "weak"}}, "/host_model/send"),
    "source_routing": ({"source_routing": True}, "/source_routing"),
    "source_preferences": ({"source_preferences": {"p": {"to": "10.0.0.0/8", "source": "192.0.2.1"}}}, "/source_preferences/p"),
    "sharing": ({"sharing": "failover"}, "/sharing"),
    "sharing.balance": ({"sharing": "balance"}, "/sharing"),
    "address_policy": ({"address_policy": {"labels": {"2002::/16": 9}}}, "/address_policy/labels/2002::~116"),
}
WITHOUT_OPERATIONS = {"arp.announce", "sharing", "source_routing"}  # the system is so already


@pytest.fixture
def writer(start):
    return Writer(start(HOST))


def look(writer):
    return {path: all_items(writer.service, path, 100) for path in ("/v1/addresses", "/v1/routes")}


def owners(writer):
    """Of what is shown as this service's own."""
    return {item.get("destination", item.get("address")) for path in ("/v1/addresses", "/v1/routes")
            for item in all_items(writer.service, path, 100, owner="multihomed")}


def settings(writer):
    return writer.service.get("/v1/host-model").json["items"]


def test_all_at_once_and_back(writer):
    before, model = look(writer), settings(writer)
    answer = writer.put(ALL)
    assert answer.status == 200 and answer.json["unsupported"] == [] and answer.json["pending"] == []
    assert owners(writer) == {"192.0.2.7", "0.0.0.0/0", "10.0.0.0/8", "2001:db8:9::/48"}
    assert writer.service.get("/v1/plan").json["operations"] == []
    assert {item["destination"] for item in look(writer)["/v1/routes"] if item["protocol"] == "netmgmt"} == {
        "0.0.0.0/0", "10.0.0.0/8", "2001:db8:9::/48"}
    assert settings(writer) != model
    assert writer.put({}).status == 200
    assert look(writer) == before and settings(writer) == model


def test_taken_back(writer):
    before, model = look(writer), settings(writer)
    transaction = writer.begin(ALL)
    assert look(writer) != before and len(owners(writer)) == 4
    writer.revert(transaction)
    assert owners(writer) == set()
    assert look(writer) == before and settings(writer) == model


def test_another_gateway_and_back(writer):
    assert writer.put({"routes": {"corp": ROUTES["corp"]}}).status == 200
    before = look(writer)
    transaction = writer.begin({"routes": {"corp": {"to": "10.0.0.0/8", "via": "198.51.100.9"}}})
    writer.revert(transaction)
    assert look(writer) == before
    assert writer.service.get("/v1/plan").json["operations"] == []
    assert writer.put({}).status == 200
    assert all(item["destination"] != "10.0.0.0/8" for item in look(writer)["/v1/routes"])


@pytest.mark.parametrize("intent", sorted(INTENTS))
def test_plans_do_what_capabilities_say(writer, intent):
    document, member = INTENTS[intent]
    rows = [row for row in writer.service.get("/v1/capabilities").json["items"] if row["intent"] == intent and row.get("interface") is None]
    assert rows
    answer = writer.put(document, "?dry_run=true")
    assert answer.status == 200
    supported = all(row["support"] != "unsupported" for row in rows)
    assert (member in answer.json["unsupported"]) == (not supported)
    if supported and intent not in WITHOUT_OPERATIONS:
        assert answer.json["operations"]


def test_no_intent_is_left_out(writer):
    assert {row["intent"] for row in writer.service.get("/v1/capabilities").json["items"]} == set(INTENTS)
