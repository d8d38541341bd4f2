"""Collections: pages, cursors that survive changes, filters."""
import json

import pytest

from service import all_items

COLLECTIONS = ["/v1/interfaces", "/v1/addresses", "/v1/routes", "/v1/rules", "/v1/neighbors", "/v1/capabilities",
               "/v1/host-model", "/v1/arp"]


@pytest.mark.parametrize("path", COLLECTIONS)
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_add_up(service, path, limit):
    whole = service.get(path + "?limit=1000").json
    assert whole["next"] is None and whole["items"]
    assert all_items(service, path, limit) == whole["items"]


@pytest.mark.parametrize("path", COLLECTIONS)
def test_limit(service, path):
    count = len(service.get(path + "?limit=1000").json["items"])
    exact = service.get(path + "?limit=%d" % count).json
    assert len(exact["items"]) == count and exact["next"] is None
    for value in ["0", "1001", "-1", "x", "", "1.5", "01"]:
        problem = service.get(path + "?limit=" + value).problem("invalid-parameter", 400)
        assert (problem["parameter"], problem["got"]) == ("limit", value)
        assert "1000" in problem["expected"]


@pytest.mark.parametrize("path", COLLECTIONS)
def test_wrong_cursors(service, path):
    foreign = {other: service.get(other + "?limit=1").json["next"] for other in COLLECTIONS if other != path}
    own = service.get(path + "?limit=1").json["next"]
    assert own
    for value in ["", "x", "1", own + "0" * 200, own[:-1] + "%20", own.upper() + "G", "%00", *foreign.values()]:
        answer = service.get(path + "?cursor=" + value)
        assert answer.status == 400, (value, answer.body)
        assert answer.json["parameter"] == "cursor"


def host_with(count):
    return {"system": "linux",
            "interfaces": {"eth0": {"mac": "02:00:00:00:00:01", "addresses": ["198.51.100.1/24", "192.0.2.1/24", "203.0.113.1/24"]},
                           "eth1": {"mac": "02:00:00:00:00:02", "addresses": ["10.255.0.1/24", "10.255.1.1/24"]}},
            "routes": [{"destination": "10.%d.%d.0/24" % (n // 256, n % 256), "via": "192.0.2.254", "interface": "eth0"}
                       for n in range(count)],
            "rules": [{"priority": 100, "family": "ipv4", "from": "192.0.2.%d" % n, "table": 100} for n in range(5)],
            "neighbors": [{"interface": "eth0", "address": "192.0.2.%d" % n, "mac": "02:00:00:00:ff:%02x" % n}
                          for n in range(100, 110)]}


def key(path, item):
    return {"/v1/addresses": lambda: item["address"], "/v1/routes": lambda: (item["table"], item["destination"], item["metric"]),
            "/v1/rules": lambda: (item["family"], item.get("from", item["priority"])), "/v1/neighbors": lambda: item["address"]}[path]()


@pytest.mark.parametrize("path, change", [
    ("/v1/addresses", lambda host: host["interfaces"]["eth0"]["addresses"].remove("198.51.100.1/24")),
    ("/v1/addresses", lambda host: host["interfaces"]["eth1"]["addresses"].append("10.255.2.1/24")),
    ("/v1/routes", lambda host: host["routes"].pop(0)),
    ("/v1/routes", lambda host: host["routes"].pop(20)),
    ("/v1/routes", lambda host: host["routes"].append({"destination": "10.99.0.0/16", "via": "192.0.2.254", "interface": "eth0"})),
    ("/v1/rules", lambda host: host["rules"].pop(4)),
    ("/v1/neighbors", lambda host: host["neighbors"].pop(1)),
])
def test_pages_survive_changes(start, path, change):
    """What is there before and after is listed once, whatever comes or goes between two pages."""
    service = start(host_with(40))
    before = [key(path, item) for item in all_items(service, path, 1000)]
    first = service.get(path + "?limit=3").json
    host = json.loads(json.dumps(service.host))
    change(host)
    service.change_host(host)
    rest, cursor = [], first["next"]
    while cursor is not None:
        page = service.get(path + "?limit=3&cursor=" + cursor).json
        assert page["generation"] > first["generation"]
        rest += page["items"]
        cursor = page["next"]
    seen = [key(path, item) for item in first["items"] + rest]
    after = [key(path, item) for item in all_items(service, path, 1000)]
    stayed = [item for item in before if item in after]
    assert before != after
    assert [item for item in seen if item in stayed] == stayed
    assert len(seen) == len(set(seen))


def test_the_cursors_own_item_may_go(start):
    service = start(host_with(40))
    for path, take in [("/v1/addresses", lambda host: host["interfaces"]["eth0"]["addresses"].remove("198.51.100.1/24")),
                       ("/v1/neighbors", lambda host: host["neighbors"].pop(1))]:
        items = all_items(service, path, 1000)
        position = [key(path, item) for item in items].index(
            "198.51.100.1" if path == "/v1/addresses" else service.host["neighbors"][1]["address"])
        page = service.get(path + "?limit=%d" % (position + 1)).json
        assert key(path, page["items"][-1]) == key(path, items[position])
        host = json.loads(json.dumps(service.host))
        take(host)
        service.change_host(host)
        rest = service.get(path + "?limit=1000&cursor=" + page["next"]).json
        assert [key(path, item) for item in rest["items"]][:2] == [key(path, item) for item in items[position + 1:]][:2]


def test_filters(start):
    service = start(host_with(300))
    everything = all_items(service, "/v1/routes", 1000)
    assert len(everything) > 300

    def check(query, keep):
        parameters = dict(pair.split("=") for pair in query.split("&"))
        expected = [item for item in everything if keep(item)]
        assert expected, query
        assert all_items(service, "/v1/routes", 7, **parameters) == expected, query

    check("family=ipv4", lambda item: item["family"] == "ipv4")
    check("family=ipv6", lambda item: item["family"] == "ipv6")
    check("table=main", lambda item: item["table"] == "main")
    check("table=255", lambda item: item["table"] == "local")
    check("table=local&family=ipv6", lambda item: item["table"] == "local" and item["family"] == "ipv6")
    check("owner=static", lambda item: item["owner"] == "static")
    check("interface=eth1", lambda item: any(hop["interface"] == "eth1" for hop in item["next_hops"]))
    check("interface=lo&table=local&family=ipv4&owner=kernel",
          lambda item: item["family"] == "ipv4" and item["table"] == "local" and item["owner"] == "kernel"
          and any(hop["interface"] == "lo" for hop in item["next_hops"]))
    assert service.get("/v1/routes?table=12345").json == {**service.get("/v1/routes?table=12345").json, "items": [], "next": None}
    assert service.get("/v1/routes?owner=nobody").json["items"] == []
    assert len(service.get("/v1/routes").json["items"]) == 100


def test_filters_of_the_others(start):
    service = start(host_with(1))
    for path in ["/v1/addresses", "/v1/neighbors"]:
        for item in all_items(service, path, 3, interface="eth0"):
            assert item["interface"] == "eth0"
        for family in ["ipv4", "ipv6"]:
            assert all(item["family"] == family for item in all_items(service, path, 3, family=family))
    assert len(all_items(service, "/v1/addresses", 1, interface="eth0", family="ipv4")) == 3
    index = service.get("/v1/interfaces/eth0").json["index"]
    assert all_items(service, "/v1/addresses", 1, interface="index:%d" % index) == all_items(
        service, "/v1/addresses", 2, interface="eth0")
    assert len(all_items(service, "/v1/rules", 2, table="100")) == 5
    assert all(item["action"] == "table" and item["table"] == "main" for item in all_items(service, "/v1/rules", 2, table="main"))


def test_wrong_filters(service):
    for target, word, parameter in [
            ("/v1/routes?interface=eth9", "unknown-interface", "interface"),
            ("/v1/addresses?interface=index:99", "unknown-interface", "interface"),
            ("/v1/neighbors?interface=", "unknown-interface", "interface"),
            ("/v1/routes?family=ipv5", "invalid-parameter", "family"),
            ("/v1/routes?family=IPv4", "invalid-parameter", "family"),
            ("/v1/routes?table=nonsense", "invalid-parameter", "table"),
            ("/v1/rules?table=-1", "invalid-parameter", "table"),
            ("/v1/addresses?table=main", "unknown-parameter", "table"),
            ("/v1/status?limit=1", "unknown-parameter", "limit"),
            ("/v1/interfaces/eth0?limit=1", "unknown-parameter", "limit"),
            ("/v1/routes?Limit=1", "unknown-parameter", "Limit"),
            ("/v1/routes?limit=1&limit=1", "repeated-parameter", "limit"),
            ("/v1/routes?family=ipv4&family=ipv6", "repeated-parameter", "family"),
            ("/version?x", "unknown-parameter", "x")]:
        problem = service.get(target).problem(word, 400)
        assert problem["parameter"] == parameter
        if word not in ("repeated-parameter",):
            assert problem["expected"] and "got" in problem
