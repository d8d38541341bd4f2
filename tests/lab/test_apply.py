"""Plan, apply, confirm and revert, and what `select` answers, on every kind of host that the adapter knows: the same document
everywhere, and what came of it as the host itself sees it."""
import pytest

OWN = {"addresses": {"own": {"interface": "eth0", "address": "192.0.2.9/24"},
                     "six": {"interface": "eth1", "address": "2001:db8:2::9/64"}},
       "routes": {"far": {"to": "203.0.113.0/24", "via": "198.51.100.254"}}}
OWN_ADDRESSES = {("eth0", "192.0.2.9/24"), ("eth1", "2001:db8:2::9/64")}
OWN_ROUTE = ("203.0.113.0/24", "198.51.100.254", "eth1")
# One goes, one comes, one is led elsewhere.
CHANGE = {"addresses": {"own": None, "other": {"interface": "eth1", "address": "198.51.100.9/24"}},
          "routes": {"far": {"via": "198.51.100.253"}}}
CHANGED_ADDRESSES = {("eth1", "198.51.100.9/24"), ("eth1", "2001:db8:2::9/64")}
CHANGED_ROUTE = ("203.0.113.0/24", "198.51.100.253", "eth1")
EVER_OURS = OWN_ADDRESSES | CHANGED_ADDRESSES


@pytest.fixture
def host(any_lab):
    """A way out by eth0, another to 10.0.0.0/8 by eth1, the daemon running; `before` is what it was like at first."""
    host = any_lab.host()
    for interface, segment, addresses in (("eth0", "lan", ["192.0.2.1/24", "2001:db8:1::1/64"]),
                                          ("eth1", "wan", ["198.51.100.1/24", "2001:db8:2::1/64"])):
        host.add_interface(interface, any_lab.segment(segment))
        for address in addresses:
            host.add_address(interface, address)
    host.add_route("default", via="192.0.2.254")
    host.add_route("10.0.0.0/8", via="198.51.100.254")
    start(host)
    host.settle()
    host.before = host.steady_picture()
    return host


# ---- what is asked of it ----

def write(host, method, document, status, **query):
    words = "&".join(f"{name}={value}" for name, value in query.items())
    answer = host.api.request(method, "/v1/config" + (f"?{words}" if words else ""), document, {"If-Match": "*"})
    assert answer.status == status, (answer.status, answer.body, host.daemon.log()[-1500:])
    return answer.json()


def apply(host, document):
    """Confirmed at once."""
    return write(host, "PUT", document, 200)


def begin(host, method, document, timeout="60s"):
    return write(host, method, document, 202, confirm_timeout=timeout)


def confirm(host, transaction):
    answer = host.api.request("POST", f"/v1/transactions/{transaction['id']}/confirm", {"token": transaction["token"]})
    assert answer.status == 200, answer.body


def revert(host, transaction):
    answer = host.api.request("POST", f"/v1/transactions/{transaction['id']}/revert")
    assert answer.status == 200, answer.body


def state(host, transaction):
    return host.api.get(f"/v1/transactions/{transaction['id']}")["state"]


def natives(answer):
    return [operation["native"] for operation in answer["operations"]]


def start(host):
    """The sockets by which it acts and asks it opens when it first does, and keeps: they are no leak."""
    host.start_daemon()
    host.daemon.descriptors_at_start = None


def start_again(host, kill=False):
    if kill:
        host.daemon.kill()
    else:
        complaints = host.stop_daemon()
        assert not complaints, "\n".join(complaints)
    start(host)


# ---- what the host is like ----

def check_is(host, addresses, route):
    """Of all that the documents speak of."""
    assert host.seen_addresses() & EVER_OURS == addresses
    assert {one for one in host.seen_routes() if one[0] == OWN_ROUTE[0]} == ({route} if route else set())


def wait_until(host, addresses, route):
    def so():
        check_is(host, addresses, route)
        return True
    host.wait_for(so)


def check_same(host, expected):
    """Soon: an address is tentative at first."""
    def same():
        found = host.picture()
        assert found == expected, [line for line in found if line not in expected] + ["-"] + [
            line for line in expected if line not in found]
        return True
    host.wait_for(same, 10)


# ---- plan, apply, confirm, revert ----

def test_a_plan_changes_nothing(host):
    """It says what will be done: these are the operations that are then carried out."""
    plan = write(host, "PUT", OWN, 200, dry_run="true")
    said = "\n".join(natives(plan))
    assert all(word in said for word in ("192.0.2.9", "2001:db8:2::9", "203.0.113.0", "198.51.100.254")), said
    assert host.picture() == host.before and host.api.get("/v1/config") == {}
    assert natives(apply(host, OWN)) == natives(plan)


def test_applied_confirmed_and_kept(host):
    transaction = begin(host, "PUT", OWN)
    check_is(host, OWN_ADDRESSES, OWN_ROUTE)
    assert host.api.get("/v1/config") == {}
    confirm(host, transaction)
    assert state(host, transaction) == "confirmed" and host.api.get("/v1/config") == OWN
    there = host.steady_picture()
    start_again(host)
    wait_until(host, OWN_ADDRESSES, OWN_ROUTE)
    check_same(host, there)
    assert apply(host, OWN)["operations"] == []


def test_a_change_is_reverted_by_request(host):
    apply(host, OWN)
    there = host.steady_picture()
    transaction = begin(host, "PATCH", CHANGE)
    check_is(host, CHANGED_ADDRESSES, CHANGED_ROUTE)
    revert(host, transaction)
    check_is(host, OWN_ADDRESSES, OWN_ROUTE)
    check_same(host, there)
    assert state(host, transaction) == "reverted" and host.api.get("/v1/config") == OWN


def test_a_change_that_nobody_confirms_is_reverted(host):
    apply(host, OWN)
    there = host.steady_picture()
    transaction = begin(host, "PATCH", CHANGE, timeout="2s")
    check_is(host, CHANGED_ADDRESSES, CHANGED_ROUTE)
    host.wait_for(lambda: state(host, transaction) == "reverted")
    check_is(host, OWN_ADDRESSES, OWN_ROUTE)
    check_same(host, there)
    late = host.api.request("POST", f"/v1/transactions/{transaction['id']}/confirm", {"token": transaction["token"]})
    assert late.status == 410, late.body


def test_killed_before_it_was_confirmed(host):
    """The next start finishes the revert before it answers."""
    apply(host, OWN)
    there = host.steady_picture()
    begin(host, "PATCH", CHANGE)
    check_is(host, CHANGED_ADDRESSES, CHANGED_ROUTE)
    start_again(host, kill=True)
    check_is(host, OWN_ADDRESSES, OWN_ROUTE)
    check_same(host, there)
    assert host.api.get("/v1/config") == OWN


def test_killed_after_it_was_confirmed(host):
    apply(host, OWN)
    confirm(host, begin(host, "PATCH", CHANGE))
    there = host.steady_picture()
    start_again(host, kill=True)
    wait_until(host, CHANGED_ADDRESSES, CHANGED_ROUTE)
    check_same(host, there)


# ---- given back ----

def test_an_empty_document_gives_everything_back(host):
    apply(host, OWN)
    write(host, "PATCH", CHANGE, 200)
    apply(host, {})
    check_is(host, set(), None)
    check_same(host, host.before)


def test_release_gives_everything_back(host):
    apply(host, OWN)
    host.release()
    check_is(host, set(), None)
    check_same(host, host.before)


# ---- what others do to it ----

@pytest.mark.parametrize("remove, member", [
    (lambda host: host.remove_address("eth0", "192.0.2.9/24"), "/addresses/own"),
    (lambda host: host.remove_route("203.0.113.0/24"), "/routes/far")], ids=["address", "route"])
def test_what_others_remove_is_put_back(host, remove, member):
    apply(host, OWN)
    there = host.steady_picture()
    with host.api.events() as events:
        remove(host)
        events.wait_for("config-restored", member)
    wait_until(host, OWN_ADDRESSES, OWN_ROUTE)
    check_same(host, there)


# ---- what only some systems can do ----

def need(host, intent):
    """Skips unless this host does what the member asks for, by its own word."""
    rows = [row for row in host.api.items("/v1/capabilities") if row["intent"] == intent and row["family"] in (None, "ipv4")
            and row["interface"] is None]
    assert rows, intent
    if not rows[0]["acts"] or rows[0]["support"] in ("unsupported", "built-in"):
        pytest.skip(f"{intent}: {rows[0]['support']}: {rows[0]['reason']}")
    return rows[0]


def check_reverts(host, change, took_effect):
    there = host.steady_picture()
    transaction = begin(host, "PATCH", change)
    assert host.picture() != there
    assert took_effect(), (transaction, host.api.items("/v1/host-model"), host.api.items("/v1/routes"))
    revert(host, transaction)
    check_same(host, there)
    assert not took_effect()


def test_the_metric_of_an_interface(host):
    row = need(host, "interfaces.metric")
    if row["support"] == "emulated":
        pytest.skip(row["reason"])
    apply(host, OWN)
    first = metric_of_own_route(host)
    check_reverts(host, {"interfaces": {"eth1": {"metric": 60}}}, lambda: metric_of_own_route(host) != first)


def metric_of_own_route(host):
    """With that of its interface, where the system (Windows) adds it."""
    route = next(item for item in host.api.items("/v1/routes", family="ipv4") if item["destination"] == OWN_ROUTE[0])
    return route["metric"] + host.api.get("/v1/interfaces/eth1")["settings"]["ipv4"].get("Metric", 0)


def model(host, direction, interface="eth0"):
    return next(item[direction]["effective"] for item in host.api.items("/v1/host-model")
                if (item["interface"], item["family"]) == (interface, "ipv4"))


@pytest.mark.parametrize("direction", ["send", "receive"])
def test_the_other_host_model(host, direction):
    row = need(host, f"host_model.{direction}")
    if row["support"] == "emulated" and not host.has_packet_filter:
        pytest.skip("this host has no packet filter, by which it would be done")
    wanted = "weak" if model(host, direction) == "strong" else "strong"
    check_reverts(host, {"host_wide": True, "host_model": {direction: wanted}}, lambda: model(host, direction) == wanted)


def test_an_address_that_is_no_source(host):
    """What is bound to nothing takes another address of the interface."""
    need(host, "addresses.skip_as_source")
    apply(host, {"addresses": {"own": {"interface": "eth0", "address": "203.0.113.129/25"}}})
    host.wait_for(lambda: select(host, "203.0.113.200")["source"] == "203.0.113.129")
    check_reverts(host, {"addresses": {"own": {"skip_as_source": True}}}, lambda: select(host, "203.0.113.200")["source"] == "192.0.2.1")


# ---- select ----

def select(host, destination, **query):
    """The system agrees, or the answer says why it could not be asked, or what is not known."""
    answer = host.api.get("/v1/select", destination=destination, **query)
    if answer["agrees"] is not True:
        assert answer["agrees"] is None and (answer.get("kernel_unknown") or answer.get("indeterminate")), answer
    return answer


def way(answer):
    return answer["source"], answer["interface"], answer["next_hop"]


@pytest.mark.parametrize("destination, expected", [
    ("192.0.2.77", ("192.0.2.1", "eth0", None)), ("198.51.100.77", ("198.51.100.1", "eth1", None)),
    ("2001:db8:2::77", ("2001:db8:2::1", "eth1", None)), ("8.8.8.8", ("192.0.2.1", "eth0", "192.0.2.254")),
    ("10.1.2.3", ("198.51.100.1", "eth1", "198.51.100.254"))], ids=["on-link", "on-the-other-link", "on-link-6", "default", "specific"])
def test_select(host, destination, expected):
    answer = select(host, destination)
    assert way(answer) == expected, answer
    assert [one["address"] for one in answer["candidates"] if one["chosen"]] == [expected[0]]


def test_select_with_a_bound_source(host):
    """The destination decides about the interface, unless the host keeps to the source's."""
    answer = select(host, "10.1.2.3", source="192.0.2.1")
    by_source = model(host, "send") == "strong"
    assert way(answer) == ("192.0.2.1", *(("eth0", "192.0.2.254") if by_source else ("eth1", "198.51.100.254"))), answer
    assert answer["source_given"]


def test_select_without_a_way(host):
    answer = select(host, "2001:db8:ffff::1")
    assert way(answer) == (None, None, None), answer
    assert answer["error"]["code"] in ("unreachable", "host-unreachable", "no-device") and answer["error"]["native"], answer


def test_select_follows_what_is_applied(host):
    apply(host, OWN)
    assert way(select(host, "203.0.113.5")) == ("198.51.100.1", "eth1", "198.51.100.254")
    write(host, "PATCH", CHANGE, 200)
    assert way(select(host, "203.0.113.5")) == ("198.51.100.1", "eth1", "198.51.100.253")
    apply(host, {})
    assert way(select(host, "203.0.113.5")) == ("192.0.2.1", "eth0", "192.0.2.254")
