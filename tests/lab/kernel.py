"""What the kernel says of a namespace, in the API's words, and the one comparison that labs use: after any change, the
view and a fresh dump by `ip` must tell the same.

Both sides are brought to one form and compared in every member that both have."""
import ipaddress

from daemon import wait_for

FAMILIES = {"ipv4": "-4", "ipv6": "-6"}


def differences(namespace, api):
    """Lines that say where the view and `ip` differ; none when they agree."""
    found = []
    for what, kernel, view in (("interface", interfaces(namespace), api.items("/v1/interfaces")),
                               ("address", addresses(namespace), api.items("/v1/addresses")),
                               ("rule", rules(namespace), map(complete, api.items("/v1/rules"))),
                               ("route", routes(namespace), api.items("/v1/routes"))):
        found += compare(what, kernel, view)
    return found


def assert_same(namespace, api, timeout=10):
    """Fails when the view does not come to equal the kernel's state in time."""
    def same():
        found = differences(namespace, api)
        assert not found, "\n".join([f"{len(found)} differences between kernel and view:", *found[:12]])
        return True
    wait_for(same, timeout, 0.05)


def compare(what, kernel, view):
    """Things with equal keys are compared in their order: it is what decides among them."""
    kernel, view = group(what, kernel), group(what, view)
    found = [f"{what} {key}: only in the kernel: {kernel[key]}" for key in kernel.keys() - view.keys()]
    found += [f"{what} {key}: only in the view: {view[key]}" for key in view.keys() - kernel.keys()]
    for key in kernel.keys() & view.keys():
        pairs = list(zip(kernel[key], view[key]))
        if len(kernel[key]) != len(view[key]) or any(unequal(a, b) for a, b in pairs):
            found.append(f"{what} {key}:\n  kernel {kernel[key]}\n  view   {view[key]}")
    return found


def unequal(a, b):
    """Values of two shapes: dictionaries are compared in the members that both have, lists item by item."""
    if isinstance(a, dict) and isinstance(b, dict):
        return any(unequal(a[name], b[name]) for name in a.keys() & b.keys())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) != len(b) or any(unequal(x, y) for x, y in zip(a, b))
    return a != b


KEYS = {
    "interface": lambda item: item["index"],
    "address": lambda item: (item["interface"], item["address"], item["prefix_length"]),
    "rule": lambda item: (item["family"], item["priority"]),
    "route": lambda item: (item["family"], item["table"], item["destination"], item.get("source"), item.get("tos", 0),
                           item["metric"]),
}


def group(what, items):
    groups = {}
    for item in items:
        groups.setdefault(KEYS[what](item), []).append(item)
    return groups


# ---- interfaces and addresses ----

def interfaces(namespace):
    return [{
        "index": link["ifindex"],
        "name": link["ifname"],
        "mtu": link["mtu"],
        **({"mac": link["address"]} if link.get("link_type") == "ether" else {}),
        "up": "UP" in link["flags"],
        "carrier": "LOWER_UP" in link["flags"],
        "master": link.get("master"),
    } for link in namespace.ip_json("link", "show")]


# What `ip` names as members of an address, in the API's words.
ADDRESS_FLAGS = {"deprecated": "deprecated", "tentative": "tentative", "dadfailed": "duplicate",
                 "temporary": "temporary", "secondary": "secondary", "optimistic": "optimistic",
                 "home": "home", "noprefixroute": "no-prefix-route", "dynamic": "dynamic"}


def addresses(namespace):
    return [{
        "interface": link["ifname"],
        "family": "ipv4" if item["family"] == "inet" else "ipv6",
        "address": zoned(item["local"], link["ifname"]),
        "peer": item.get("address"),
        "prefix_length": item["prefixlen"],
        "scope": item["scope"],
        "flags": Flags(word for name, word in ADDRESS_FLAGS.items() if item.get(name)),
    } for link in namespace.ip_json("address", "show") for item in link["addr_info"] if "local" in item]


class Flags(frozenset):
    """Equal to a list of the same words in any order."""

    def __eq__(self, other):
        return frozenset(self) == frozenset(other)

    def __ne__(self, other):
        return not self == other

    __hash__ = frozenset.__hash__


def zoned(address, interface):
    return f"{address}%{interface}" if ":" in address and ipaddress.ip_address(address).is_link_local else address


# ---- routes ----

def routes(namespace):
    return [route(item, family) for family, option in FAMILIES.items()
            for item in namespace.ip_json(option, "route", "show", "table", "all")]


def route(item, family):
    hops = item.get("nexthops") or single(item)
    return {
        "family": family,
        "destination": prefix(item["dst"], family),
        "source": prefix(item["from"], family) if item.get("from", "all") not in ("all", "default") else None,
        "table": item.get("table", "main"),
        "type": item.get("type", "unicast"),
        "metric": item.get("metric", 0),
        "protocol": protocol(item.get("protocol", "boot")),
        "scope": item.get("scope", "global"),
        **({"preference": item["pref"]} if "pref" in item else {}),
        "preferred_source": zoned(item["prefsrc"], item.get("dev")) if "prefsrc" in item else None,
        "tos": int(item.get("tos", "0"), 0),
        "next_hop_id": item.get("nhid"),
        "next_hops": [next_hop(hop, item.get("type")) for hop in hops],
    }


def single(item):
    return [item] if "dev" in item or "gateway" in item or "via" in item else []


def next_hop(item, type):
    flags = set(item.get("flags", []))
    gateway = item.get("gateway") or item.get("via", {}).get("host")
    return {
        "gateway": zoned(gateway, item.get("dev")) if gateway else None,
        "interface": item.get("dev"),
        "weight": item.get("weight", 1),
        "on_link": "onlink" in flags,
        # The kernel marks no next hop of the host's own addresses.
        **({"alive": not flags & {"dead", "linkdown"}} if type not in ("local", "anycast") else {}),
    }


def protocol(word):
    """`ip` does not know the service's own number."""
    return "multihomed" if word == "157" else word


def prefix(text, family):
    if text in ("default", "all"):
        return "0.0.0.0/0" if family == "ipv4" else "::/0"
    return str(ipaddress.ip_network(text))


# ---- rules ----

# A member that is not given is a selector that a rule does not have: both sides get all of them.
RULE_MEMBERS = ("not from to input output mark tos ip_protocol source_port destination_port uid tunnel_id l3mdev "
                "suppress_prefix_length suppress_interface_group unknown_selector table target").split()


def rules(namespace):
    return [complete(rule(item, family)) for family, option in FAMILIES.items()
            for item in namespace.ip_json(option, "rule", "show")]


def complete(rule):
    return {**dict.fromkeys(RULE_MEMBERS), **rule}


def rule(item, family):
    return {
        "family": family,
        "priority": item["priority"],
        "action": "goto" if "goto" in item else "nop" if "nop" in item else item.get("action", "table"),
        "not": True if "not" in item else None,
        "from": rule_prefix(item, "src"),
        "to": rule_prefix(item, "dst"),
        "input": item.get("iif"),
        "output": item.get("oif"),
        "mark": mark(item),
        "tos": int(item["tos"], 0) if "tos" in item else None,
        "ip_protocol": item.get("ipproto"),
        "source_port": span(item, "sport"),
        "destination_port": span(item, "dport"),
        "uid": {"first": item["uid_start"], "last": item["uid_end"]} if "uid_start" in item else None,
        "l3mdev": True if "l3mdev" in item else None,
        "suppress_prefix_length": item.get("suppress_prefixlen"),
        "suppress_interface_group": number(item.get("suppress_ifgroup")),
        "table": item.get("table"),
        "target": number(item.get("goto")),
        "protocol": protocol(item.get("protocol")),
    }


def rule_prefix(item, side):
    """"from all" is no selector."""
    if item.get(side, "all") == "all":
        return None
    return f"{item[side]}/{item.get(side + 'len', 128 if ':' in item[side] else 32)}"


def mark(item):
    if "fwmark" not in item:
        return None
    return item["fwmark"] + (f"/{item['fwmask']}" if "fwmask" in item else "")


def span(item, name):
    first = item.get(name, item.get(name + "_start"))
    return None if first is None else {"first": first, "last": item.get(name + "_end", first)}


def number(text):
    return None if text is None else 0 if text == "default" else int(text)


# ---- settings ----

# What is put together of several, and what is in this service's own table of the packet filter.
ELSEWHERE = ("effective", "strong-receive", "reverse-filter")


def setting_differences(namespace, api):
    """The settings of every interface, against /proc/sys."""
    listing = namespace.run(["sh", "-c", "cd /proc/sys/net && grep -s '' ipv4/conf/*/* ipv6/conf/*/*"], check=False)
    kernel = dict(line.split(":", 1) for line in listing.splitlines())
    found = []
    for interface in api.items("/v1/interfaces"):
        for family in FAMILIES:
            settings = {name: value for name, value in interface["settings"][family].items() if name not in ELSEWHERE}
            if not settings:
                found.append(f"no {family} settings of {interface['name']}")
            for name, value in settings.items():
                text = kernel.get(f"{family}/conf/{interface['name']}/{name}")
                if text != str(value):
                    found.append(f"{family} {name} of {interface['name']}: kernel {text}, view {value}")
    return found
