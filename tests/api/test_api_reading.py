"""The resources: what is in them, entity tags, representations."""
import json
import re

import pytest

from service import all_items

VIEWS = ["/v1/status", "/v1/capabilities", "/v1/interfaces", "/v1/interfaces/eth0", "/v1/addresses", "/v1/routes", "/v1/rules",
         "/v1/neighbors", "/v1/scenario", "/v1/arp", "/v1/topology"]


def test_version_and_health(service):
    answer = service.get("/version")
    assert answer.json["api"] == ["v1"]
    assert answer.headers["Server"] == "multihomed/" + answer.json["version"]
    assert answer.headers["Content-Type"] == "application/json"
    assert service.alive()


def test_status(service):
    status = service.get("/v1/status").json
    assert status["hostname"] == "two-hosts"
    assert status["backend"] == "sim"
    assert status["scenario"]["ipv4"] == {"multihomed": True, "kinds": ["multiple-logical-hosts"]}
    counts = status["counts"]
    assert counts["interfaces"] == len(all_items(service, "/v1/interfaces", 1000)) == 3
    assert counts["addresses"] == len(all_items(service, "/v1/addresses", 1000))
    assert counts["rules"] == len(all_items(service, "/v1/rules", 1000))
    assert counts["neighbors"] == len(all_items(service, "/v1/neighbors", 1000))
    for family in ["ipv4", "ipv6"]:
        assert counts["routes"][family] == len(all_items(service, "/v1/routes", 1000, family=family)) > 0
    assert status["last_resync"]["count"] >= 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", status["last_resync"]["time"])


def test_scenario(service):
    scenario = service.get("/v1/scenario").json["ipv4"]["scenarios"]
    assert [item["kind"] for item in scenario] == ["multiple-logical-hosts"]
    assert scenario[0]["layout"] == "different-interfaces"
    assert scenario[0]["subnet"] == "192.0.2.0/24"
    assert [(member["interface"], member["address"]) for member in scenario[0]["members"]] == [
        ("eth0", "192.0.2.1"), ("eth1", "192.0.2.3")]


def test_interface_by_name_and_index(service):
    by_name = service.get("/v1/interfaces/eth1").json
    assert by_name["mac"] == "02:00:00:00:00:02"
    assert by_name["role"] == "external" and by_name["role_reason"]
    by_index = service.get("/v1/interfaces/index:%d" % by_name["index"])
    assert by_index.json == by_name
    assert service.get("/v1/interfaces/%65th1").json == by_name
    for name in ["eth9", "index:99", "index:", "index:0x2", "index:02", "ETH1"]:
        service.get("/v1/interfaces/" + name).problem("not-found", 404)


def test_interface_by_luid_and_index_on_windows(start):
    service = start("windows")
    ethernet = service.get("/v1/interfaces/Ethernet").json
    for name in ["luid:0x6008000000000", "luid:0x0006008000000000", "index:4"]:
        assert service.get("/v1/interfaces/" + name).json == ethernet
        addresses = service.get("/v1/addresses?interface=" + name).json["items"]
        assert {item["interface"] for item in addresses} == {"Ethernet"}
    for name in ["luid:0x6008000000001", "luid:", "luid:0x", "luid:0x0", "luid:1689262177124352", "luid:0x10006008000000000", "luid:-0x1",
                 "luid:0x6008000000000x"]:
        service.get("/v1/interfaces/" + name).problem("not-found", 404)


def test_names_that_need_encoding(start):
    service = start({"system": "windows", "interfaces": {
        "Local Area Connection": {"addresses": ["192.0.2.1/24"]}, "a/b?c%d": {"addresses": ["198.51.100.1/24"]}}})
    assert service.get("/v1/interfaces/Local%20Area%20Connection").json["name"] == "Local Area Connection"
    assert service.get("/v1/interfaces/a%2Fb%3Fc%25d").json["name"] == "a/b?c%d"
    service.get("/v1/interfaces/a/b%3Fc%25d").problem("not-found", 404)
    items = service.get("/v1/addresses?interface=a/b?c%25d").json["items"]
    assert [item["address"] for item in items] == ["198.51.100.1"]
    assert service.get("/v1/addresses?interface=Local+Area+Connection").json["items"][0]["address"] == "192.0.2.1"


def test_settings_and_what_they_come_to(start):
    service = start({"system": "linux", "settings": {"all": {"ipv4": {"arp_ignore": 1, "arp_announce": 2}}},
                     "interfaces": {"eth0": {"addresses": ["192.0.2.1/24"],
                                             "settings": {"ipv4": {"arp_ignore": 2, "arp_announce": 0}}}}})
    ipv4 = service.get("/v1/interfaces/eth0").json["settings"]["ipv4"]
    assert (ipv4["arp_ignore"], ipv4["arp_announce"]) == (2, 0)
    assert (ipv4["effective"]["arp_ignore"], ipv4["effective"]["arp_announce"]) == (2, 2)


def test_link_local_addresses_have_their_zone(start):
    service = start({"system": "linux", "interfaces": {"eth0": {"addresses": ["fe80::1/64", "2001:db8::1/64"]}},
                     "routes": [{"destination": "2001:db8:1::/48", "via": "fe80::ff", "interface": "eth0"}]})
    addresses = [item["address"] for item in service.get("/v1/addresses?interface=eth0&family=ipv6").json["items"]]
    assert "fe80::1%eth0" in addresses and "2001:db8::1" in addresses
    routes = {item["destination"]: item for item in service.get("/v1/routes?family=ipv6").json["items"]}
    assert routes["2001:db8:1::/48"]["next_hops"][0]["gateway"] == "fe80::ff%eth0"


def test_next_hops_without_carrier_are_not_alive(start):
    service = start({"system": "linux", "interfaces": {
        "eth0": {"addresses": ["192.0.2.1/24"]}, "eth1": {"addresses": ["198.51.100.1/24"], "carrier": False}},
        "routes": [{"destination": "default", "via": "192.0.2.254", "interface": "eth0"},
                   {"destination": "203.0.113.0/24", "via": "198.51.100.254", "interface": "eth1"}]})
    alive = {item["destination"]: item["next_hops"][0]["alive"]
             for item in service.get("/v1/routes?table=main&family=ipv4").json["items"]}
    assert alive["0.0.0.0/0"] is True
    assert alive["203.0.113.0/24"] is False


def test_rules_show_the_selectors_that_are_given(start):
    service = start({"system": "linux", "interfaces": {"eth0": {"addresses": ["192.0.2.1/24"]}},
                     "rules": [{"priority": 100, "family": "ipv4", "from": "192.0.2.64/26", "table": 100}]})
    rule = [item for item in service.get("/v1/rules?family=ipv4").json["items"] if item["priority"] == 100][0]
    assert rule["from"] == "192.0.2.64/26" and rule["table"] == "100"
    assert not {"to", "input", "output", "mark", "not", "uid", "source_port"} & set(rule)


def test_domains_are_names(start):
    service = start("vrf")
    assert service.get("/v1/interfaces/eth1").json["domain"] == "blue"
    assert service.get("/v1/interfaces/eth0").json["domain"] is None
    assert {item["domain"] for item in service.get("/v1/addresses?interface=eth2").json["items"]} == {"blue"}


# ---- entity tags ----

@pytest.mark.parametrize("path", VIEWS)
def test_entity_tag(service, path):
    first = service.get(path)
    status = service.get("/v1/status").json
    tag = '"%s-%d"' % (status["instance"], status["generation"])
    assert first.headers["ETag"] == tag
    assert first.headers["Cache-Control"] == "no-cache"
    for value in [tag, "W/" + tag, '"x", %s' % tag, "*"]:
        answer = service.get(path, If_None_Match=value)
        assert answer.status == 304, value
        assert answer.body == b""
        assert answer.headers["ETag"] == tag
    for value in ['"x"', tag[:-1] + '0"', tag.strip('"')]:
        assert service.get(path, If_None_Match=value).status == 200


def test_several_if_none_match_headers_are_one_list(service):
    tag = service.get("/v1/status").headers["ETag"]
    octets = service.exchange(("GET /v1/status HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: \"a\"\r\nIf-None-Match: %s\r\n"
                               "Connection: close\r\n\r\n" % tag).encode())
    assert octets.startswith(b"HTTP/1.1 304 ")


def test_entity_tag_changes_with_the_host(start):
    service = start()
    for path in VIEWS:
        service.get(path)
    old = service.get("/v1/status").headers["ETag"]
    host = json.loads(json.dumps(service.host))
    host["interfaces"]["eth0"]["addresses"].append("192.0.2.77/24")
    service.change_host(host)
    for path in VIEWS:
        answer = service.get(path, If_None_Match=old)
        assert answer.status == 200, path
        assert answer.headers["ETag"] != old
    assert "192.0.2.77" in [item["address"] for item in service.get("/v1/addresses").json["items"]]
    assert "192.0.2.77" in [item["address"] for item in service.get("/v1/interfaces/eth0").json["addresses"]]


def test_a_problem_is_never_304(service):
    service.get("/v1/interfaces/eth9", If_None_Match="*").problem("not-found", 404)


# ---- methods ----

@pytest.mark.parametrize("path", VIEWS + ["/version", "/healthz", "/v1/openapi.json", "/v1/interfaces/nope", "/nope"])
def test_head_has_the_headers_of_get(service, path):
    get, head = service.get(path), service.request("HEAD", path)
    assert head.status == get.status
    assert head.body == b""
    keep = lambda headers: {name: value for name, value in headers.items() if name != "Date"}
    assert keep(head.headers) == keep(get.headers)


def test_connection_stays_open(service):
    connection = service.connection()
    for method, target, status in [("GET", "/v1/status", 200), ("HEAD", "/v1/status", 200), ("GET", "/nope", 404),
                                   ("GET", "/v1/status?x", 400), ("DELETE", "/version", 405), ("OPTIONS", "/version", 204),
                                   ("POST", "/v1/resync", 200), ("GET", "/v1/routes", 200)]:
        connection.request(method, target)
        before = connection.sock
        response = connection.getresponse()
        response.read()
        assert response.status == status
        assert connection.sock is before
    connection.close()


def test_options(service):
    assert service.request("OPTIONS", "/v1/status").headers["Allow"] == "GET, HEAD, OPTIONS"
    assert service.request("OPTIONS", "/v1/resync").headers["Allow"] == "POST, OPTIONS"
    assert service.request("OPTIONS", "*").status == 204
    service.request("OPTIONS", "/nope").problem("not-found", 404)


def test_absolute_form(service):
    assert service.get("http://localhost/v1/status").status == 200
    service.get("http://evil.example/v1/status").problem("host-not-allowed", 403)


# ---- representations ----

@pytest.mark.parametrize("accept, kind, begins", [
    (None, "application/json", b"{"), ("*/*", "application/json", b"{"), ("text/plain", "text/plain", b""),
    ("text/vnd.graphviz", "text/vnd.graphviz", b""), ("image/svg+xml", "image/svg+xml", b"<"),
    ("text/html, image/svg+xml;q=0.9, */*;q=0.8", "image/svg+xml", b"<")])
def test_topology(service, accept, kind, begins):
    for _ in range(2):
        answer = service.get("/v1/topology", **({"Accept": accept} if accept else {}))
        assert answer.status == 200
        assert answer.headers["Content-Type"].split(";")[0] == kind
        assert answer.headers["Vary"] == "Accept"
        assert answer.body.startswith(begins) and b"eth0" in answer.body


def test_topology_not_acceptable(service):
    problem = service.get("/v1/topology", Accept="text/html").problem("not-acceptable", 406)
    assert "image/svg+xml" in problem["expected"] and problem["got"] == "text/html"


def test_metrics(service):
    answer = service.get("/metrics")
    assert answer.headers["Content-Type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    text = answer.body.decode()
    assert text.endswith("\n# EOF\n") and text.count("# EOF") == 1
    families, values = {}, {}
    for line in text.splitlines()[:-1]:
        match = re.fullmatch(r"# (TYPE|HELP|UNIT) (\S+) (.+)", line)
        if match:
            families.setdefault(match[2], {})[match[1]] = match[3]
            continue
        match = re.fullmatch(r'(\w+)(\{\w+="[^"]*"(?:,\w+="[^"]*")*\})? (\d+)', line)
        assert match, line
        assert match[1] + (match[2] or "") not in values
        values[match[1] + (match[2] or "")] = int(match[3])
        family = re.sub(r"_(total|info)$", "", match[1])
        assert family in families and {"TYPE", "HELP"} <= set(families[family]), line
        assert match[1].endswith("_total") == (families[family]["TYPE"] == "counter")
    status = service.get("/v1/status").json
    assert values["multihomed_generation"] == status["generation"]
    assert values['multihomed_routes{family="ipv4"}'] == status["counts"]["routes"]["ipv4"]
    assert values["multihomed_route_table_bytes"] > 0
    assert values["multihomed_resyncs_total"] >= 1


def test_metrics_count_requests(service):
    def count(status):
        return int(re.search(r'class="%s"} (\d+)' % status, service.get("/metrics").body.decode())[1])
    before = count("4xx")
    for _ in range(3):
        service.get("/nope")
    assert count("4xx") == before + 3


# ---- resync ----

def test_resync(service):
    before = service.get("/v1/status").json
    for body, headers in [(None, {}), (b"{}", {"Content-Type": "application/json"}),
                          (b" { } ", {"Content-Type": "Application/JSON; charset=utf-8"})]:
        answer = service.request("POST", "/v1/resync", body, headers)
        assert answer.status == 200
        after = service.get("/v1/status").json
        assert after["last_resync"]["count"] > before["last_resync"]["count"]
        assert after["generation"] >= answer.json["generation"]
        before = after


def test_many_resyncs_at_once(service):
    connections = [service.connection() for _ in range(30)]
    for connection in connections:
        connection.request("POST", "/v1/resync")
    for connection in connections:
        response = connection.getresponse()
        assert response.status == 200
        assert json.loads(response.read())["generation"] >= 1
        connection.close()


def test_resync_that_fails_says_why(start):
    """The first reading is the one at the start; all the others lose something."""
    service = start({"system": "linux", "interfaces": {"eth0": {"addresses": ["192.0.2.1/24"]}},
                     "faults": [{"read": "all", "at": at, "lost": True} for at in range(2, 60)]})
    problem = service.request("POST", "/v1/resync").problem("operation-failed", 500)
    assert problem["detail"]
    assert service.alive()
    assert [item["address"] for item in service.get("/v1/addresses?interface=eth0&family=ipv4").json["items"]] == ["192.0.2.1"]
