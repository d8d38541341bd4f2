"""Seeded changes of a namespace, as lines for `ip -batch`: many routes fast, or a bit of everything."""
import ipaddress

GATEWAYS = {4: [f"192.0.{net}.{last}" for net in (2, 3) for last in (2, 3, 4, 5)],
            6: [f"2001:db8:{net}::{last}" for net in (1, 2) for last in (2, 3, 4, 5)]}


def route_changes(random, count):
    """`count` route changes, all of them valid one after the other: additions, replacements, deletions; mostly IPv4, of
    mixed lengths. About half of the routes stay."""
    present, lines, known = [], [], set()
    while len(lines) < count:
        die = random.random()
        if die < 0.70 or not present:
            route = new_route(random, known)
            present.append(route)
            lines.append("route add " + written(random, route))
        elif die < 0.80:
            lines.append("route replace " + written(random, random.choice(present)))
        else:
            place = random.randrange(len(present))
            route, present[place] = present[place], present[-1]
            present.pop()
            known.discard(route)
            lines.append(f"route delete {route[0]} metric {route[1]}")
    return lines


def new_route(random, known):
    while True:
        if random.random() < 0.85:
            length = random.choice((16, 20, 22, 23, 24, 24, 24, 24, 25, 28, 32))
            network = ipaddress.ip_network((random.getrandbits(32) & 0x00FFFFFF | 10 << 24, length), strict=False)
        else:
            length = random.choice((40, 48, 48, 56, 64, 128))
            network = ipaddress.ip_network((random.getrandbits(96) | 0xFD << 120, length), strict=False)
        route = (str(network), random.choice((5, 10)))
        if route not in known:
            known.add(route)
            return route


def written(random, route):
    destination, metric = route
    gateways = GATEWAYS[6 if ":" in destination else 4]
    # A replacement must not meet the IPv6 habit of adding a sibling: one gateway each.
    return f"{destination} via {random.choice(gateways)} metric {metric} protocol {random.choice(('static', 'bird', '99'))}"


def flapping(routes, times):
    """The same routes, added and deleted again so many times."""
    names = [f"10.{number >> 8}.{number & 255}.0/24" for number in range(routes)]
    return [f"route {what} {name} via 192.0.2.2" for _ in range(times) for what in ("add", "delete") for name in names]


class Churn:
    """A bit of everything on a host with eth0 and eth1 (addresses 192.0.2.1, 192.0.3.1, 2001:db8:1::1, 2001:db8:2::1).
    Everything comes from small sets, so that changes meet each other; some are refused by the kernel, as in life."""

    def __init__(self, random):
        self.random = random

    def step(self):
        return self.random.choice(self.STEPS)(self)

    def one_of(self, *choices):
        return self.random.choice(choices)

    def route(self):
        family = self.one_of(4, 4, 6)
        verb = self.one_of("add", "add", "append", "prepend" if family == 4 else "append", "replace", "delete", "delete")
        destination = (f"10.{self.random.randrange(6)}.0.0/{self.one_of(16, 16, 24)}" if family == 4
                       else f"2001:db8:{self.random.randrange(20, 26)}::/{self.one_of(48, 48, 64)}")
        words = ["route", verb]
        kind = self.one_of(None, None, None, None, None, "blackhole", "unreachable")
        # An IPv6 route that cannot be one of several next hops replaces the first of its sort, even by one that equals
        # another of the row: then there are two routes without any difference, of which a removal takes one. Nothing
        # that is told distinguishes that from the removal of both.
        gateways_only = family == 6 and verb == "replace"
        if gateways_only:
            kind = None
        words += ([kind] if kind else []) + [destination]
        if self.random.random() < 0.4:
            words += ["metric", str(self.one_of(10, 20))]
        if self.random.random() < 0.3:
            words += ["table", str(self.one_of(100, 5200))]
        if family == 4 and self.random.random() < 0.1:
            words += ["tos", "0x10"]
        if verb != "delete" and self.random.random() < 0.3:
            words += ["protocol", self.one_of("static", "bird", "157")]
        return " ".join(words + ([] if kind else self.way(family, verb, gateways_only)))

    def way(self, family, verb, gateways_only):
        """How a route leads on; a deletion often does not say it."""
        if verb == "delete" and self.random.random() < 0.5:
            return []
        die = self.random.random()
        if die < 0.5 or (gateways_only and die < 0.75):
            return ["via", self.one_of(*GATEWAYS[family])]
        if die < 0.6:
            return ["dev", self.one_of("eth0", "eth1")]
        if die < 0.75:
            return ["nhid", str(self.one_of(*((10, 11, 20) if family == 4 else (30, 31, 40))))]
        words = []
        for gateway in self.random.sample(GATEWAYS[family], self.one_of(2, 2, 3)):
            words += ["nexthop", "via", gateway, "weight", str(self.one_of(1, 1, 2, 200))]
        return words

    def next_hop(self):
        if self.random.random() < 0.3:
            return f"nexthop delete id {self.one_of(10, 11, 20, 30, 31, 40)}"
        group = self.random.random() < 0.3
        family = self.one_of(4, 6)
        if group:
            first = 10 if family == 4 else 30
            members = self.one_of(f"{first}", f"{first}/{first + 1}", f"{first},3/{first + 1},5")
            return f"nexthop replace id {first + 10} group {members}"
        number = self.random.randrange(2)
        gateway = self.one_of(*GATEWAYS[family][number * 4:number * 4 + 4])
        return f"nexthop replace id {(10 if family == 4 else 30) + number} via {gateway} dev eth{number}"

    def rule(self):
        verb, family = self.one_of("add", "add", "delete"), self.one_of("", "-6 ")
        source, destination = ("2001:db8:1::/48", "2001:db8:9::/48") if family else ("10.0.0.0/8", "10.2.0.0/16")
        selectors = [self.one_of(f"from {source}", f"from {source}", "from all"),
                     self.one_of("", "", f"to {destination}"), self.one_of("", "", "iif eth0", "iif extra0", "oif eth1"),
                     self.one_of("", "", "fwmark 0x10/0xf0", "fwmark 7"), self.one_of("", "", "ipproto udp dport 53"),
                     self.one_of("", "", "uidrange 0-0")]
        action = self.one_of("table 100", "table 100", "table main suppress_prefixlength 0", "prohibit", "goto 32766")
        return family + " ".join(["rule", verb, "priority", str(self.one_of(10, 20, 5260)), *filter(None, selectors), action])

    def address(self):
        verb = self.one_of("add", "delete")
        number = self.random.randrange(2)
        address = self.one_of(f"192.0.{number + 2}.{self.random.randrange(7, 11)}/24", f"203.0.113.{number + 1}/25",
                              f"2001:db8:{number + 1}::{self.random.randrange(7, 11)}/64", f"198.51.100.{number}/31")
        return f"address {verb} {address} dev eth{number}"

    def link(self):
        return self.one_of("link set eth0 down", "link set eth0 up", "link set eth1 down", "link set eth1 up",
                           "link set eth0 up", "link set eth1 up",
                           f"link set eth1 mtu {self.one_of(1400, 1500)}",
                           "link add extra0 link eth1 type macvlan mode bridge", "link set extra0 up",
                           "link delete extra0", "link set extra0 down", "link set extra0 name extra1",
                           "link delete extra1", "link add br0 type bridge", "link set br0 up", "link delete br0",
                           "address add 203.0.113.200/24 dev extra0")

    def settled(self):
        """Puts the ground back on which most steps stand."""
        return [f"link set eth{number} up" for number in (0, 1)] + [
            f"address replace {address} dev eth{number}" for number in (0, 1)
            for address in (f"192.0.{number + 2}.1/24", f"2001:db8:{number + 1}::1/64")]

    STEPS = [route] * 10 + [next_hop] * 3 + [rule] * 3 + [address] * 2 + [link] * 2
