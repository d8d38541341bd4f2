"""Capabilities and plans say the same of every intent, on every personality: what is unsupported is among the plan's
`unsupported` with a reason and changes nothing, and all else is planned."""

import json
import re

import pytest

from kernel_layout import PERSONALITIES
from kernel_scenario import NAMES
from test_daemon_memory import eventually

EVERY = pytest.mark.parametrize("layout", PERSONALITIES)
UPLINKS = {"uplinks": {"a": {"interface": "FIRST", "gateway": {"ipv4": "192.0.2.254"}, "priority": 1},
                       "b": {"interface": "SECOND", "gateway": {"ipv4": "198.51.100.254"}, "priority": 2}}}
IPV4, IPV6, BOTH = ("ipv4",), ("ipv6",), ("ipv4", "ipv6")

# intent, families that the document asks for, document, the member of the plan's list. Of what is built in the document asks for that.
INTENTS = [
    ("addresses", BOTH, {"addresses": {"x": {"interface": "SECOND", "address": "203.0.113.5/24"}}}, "/addresses/x"),
    ("addresses.skip_as_source", BOTH, {"addresses": {"x": {"interface": "SECOND", "address": "203.0.113.5/24", "skip_as_source": True}}},
     "/addresses/x/skip_as_source"),
    ("routes", BOTH, {"routes": {"r": {"to": "10.0.0.0/8", "via": "192.0.2.9"}}}, "/routes/r"),
    ("uplinks", BOTH, UPLINKS, "/uplinks/a"),
    ("rules", BOTH, {**UPLINKS, "rules": {"r": {"from": "198.51.100.1/32", "uplink": "b"}}}, "/rules/r"),
    ("interfaces.metric", BOTH, {**UPLINKS, "interfaces": {"FIRST": {"metric": 50}, "SECOND": {"metric": 20}}}, "/interfaces/SECOND/metric"),
    ("arp.reply", IPV4, {"arp": {"reply": "interface"}}, "/arp/reply"),
    ("arp.announce", IPV4, {"arp": {"announce": "best"}}, "/arp/announce"),
    ("arp.filter", IPV4, {"arp": {"filter": True}}, "/arp/filter"),
    ("arp.proxy", IPV4, {"arp": {"proxy": True}, "host_wide": True}, "/arp/proxy"),
    ("reverse_path", BOTH, {"reverse_path": "strict", "host_wide": True}, "/reverse_path"),
    ("host_model.receive", BOTH, {"host_model": {"receive": "strong"}, "host_wide": True}, "/host_model/receive"),
    ("host_model.send", BOTH, {"host_model": {"send": "strong"}}, "/host_model/send"),
    ("source_routing", BOTH, {**UPLINKS, "source_routing": True}, "/source_routing"),
    ("source_preferences", IPV4, {"source_preferences": {"p": {"to": "10.200.7.0/24", "source": "192.0.2.77"}}}, "/source_preferences/p"),
    ("source_preferences", IPV6, {"source_preferences": {"p": {"to": "::/0", "source": "2001:db8:1::1"}}}, "/source_preferences/p"),
    ("sharing", BOTH, {**UPLINKS, "sharing": "failover"}, "/sharing"),
    ("sharing.balance", BOTH, {**UPLINKS, "sharing": "balance", "host_wide": True}, "/sharing"),
    ("address_policy", IPV6, {"address_policy": {"labels": {"2001:db8:7::/48": 77}}}, "/address_policy"),
]
# What is to be seen in the documents of the built-in ones when they ask for something else.
OTHERWISE = {"/arp/reply": {"arp": {"reply": "any"}}, "/arp/announce": {"arp": {"announce": "any"}}}


def capabilities(service):
    rows = service.get("/v1/capabilities?limit=1000").json["items"]
    return {(row["intent"], row["family"]): row for row in rows if not row["interface"]}


def supports(rows, intent, families):
    return {(rows.get((intent, family)) or rows[intent, None])["support"] for family in families}


def plan(service, document):
    answer = service.request("PUT", "/v1/config?dry_run=true", json.dumps({"version": 1, **document}),
                             {"Content-Type": "application/json", "If-Match": "*"})
    assert answer.status == 200, answer.body
    return answer.json


def named(document, kernel):
    """The document, with the names that interfaces have there."""
    first, second = NAMES[kernel.system_name]
    return json.loads(json.dumps(document).replace("FIRST", first).replace("SECOND", second))


def refused(shown, member):
    """What the plan says that it leaves out of a member, with the reasons."""
    notes = {note["member"]: note["text"] for note in shown["notes"] if note["kind"] == "unsupported"}
    assert set(notes) == set(shown["unsupported"]) and all(len(text) > 10 for text in notes.values()), notes
    return {pointer: text for pointer, text in notes.items() if pointer == member or pointer.startswith(member + "/")}


def complaint(service, rows, intent, families, document, member):
    """What is wrong; None: the plan does as the capabilities promise."""
    found = supports(rows, intent, families)
    shown = plan(service, named(document, service.kernel))
    left_out = refused(shown, named(member, service.kernel))
    if ("unsupported" in found) != bool(left_out):
        return f"{intent} of {families} is {found}, the plan leaves out {left_out}, of {shown['notes']}"
    if found & {"supported", "emulated", "host-wide"} and not shown["operations"]:
        return f"{intent} of {families} is {found}, the plan has no operations: {shown['notes']}"
    return None


def disagreements(service):
    rows = capabilities(service)
    assert {intent for intent, _ in rows} == {intent for intent, *_ in INTENTS}
    assert all(row["reason"] and row["reason"].endswith(".") for row in rows.values())
    return [one for intent in INTENTS for one in [complaint(service, rows, *intent)] if one]


def with_kernel(serve, layout, change):
    """A service that has read the host as `change` left it. It has no default route of IPv4, which uplinks bring, and one to
    10.200.0.0/16."""
    service = serve(layout)
    first, _ = NAMES[service.kernel.system_name]
    service.kernel.route_delete("default", "192.0.2.254")
    service.kernel.route_add("10.200.0.0/16", "192.0.2.9")
    service.kernel.add_address(first, "192.0.2.77/32")
    change(service.kernel)
    before = service.get("/v1/status").json["last_resync"]
    assert service.request("POST", "/v1/resync", None, {}).status in (200, 202, 204)
    eventually(lambda: service.get("/v1/status").json["last_resync"] != before, service)
    return service


@EVERY
def test_capabilities_and_plans_agree(serve, layout):
    service = with_kernel(serve, layout, lambda kernel: None)
    assert not disagreements(service)
    for member, document in OTHERWISE.items():
        assert refused(plan(service, document), member)


FORWARDING = {"freebsd": ("net.inet.ip.forwarding", "net.inet6.ip6.forwarding"), "openbsd": ((4, 2, 0, 1), (4, 24, 41, 1))}


def forward(kernel):
    for name in FORWARDING.get(kernel.system_name, ("net.inet.ip.forwarding", "net.inet6.ip6.forwarding")):
        kernel.settings[name] = 1


@EVERY
def test_they_agree_of_a_host_that_forwards(serve, layout):
    service = with_kernel(serve, layout, forward)
    assert supports(capabilities(service), "host_model.receive", BOTH) == {"unsupported"}
    assert not disagreements(service)


def set_filter(**members):
    return lambda kernel: vars(kernel.filter).update(members)


PF = {"off": (set_filter(enabled=False), "pfctl -e"), "not named": (set_filter(rules=["pass all"]), 'anchor \\"multihomed\\"'),
      "no program": (set_filter(program=False), "pfctl"), "not permitted": (set_filter(permitted=False), "privilege|/dev/pf"),
      "foreign": (set_filter(anchors={"multihomed": ["pass all flags S/SA keep state"]}), "anchor")}


@pytest.mark.parametrize("state", PF)
@pytest.mark.parametrize("layout", ["openbsd-8-amd64", "freebsd-12-amd64", "freebsd-14-amd64"])
def test_they_agree_where_pf_cannot_be_used(serve, layout, state):
    change, word = PF[state]
    service = with_kernel(serve, layout, change)
    rows = capabilities(service)
    for intent in ("rules", "host_model.send", "source_routing"):
        assert supports(rows, intent, BOTH) == {"unsupported"}
        assert re.search(word, rows[intent, None]["reason"]), rows[intent, None]
    assert not disagreements(service)
    reason = refused(plan(service, {"host_model": {"send": "strong"}}), "/host_model/send")["/host_model/send"]
    assert re.search(word, reason), reason
