"""A random Linux host: interfaces, addresses with flags, policy rules, and routes in several tables; and random questions to it. What
the kernel does not take (a gateway that no subnet holds) is left out, and the host is what came about."""
import ipaddress

SUBNETS = {4: ["192.0.2.0/24", "192.0.2.128/25", "198.51.100.0/24", "10.1.0.0/16", "10.2.3.0/24", "169.254.0.0/16"],
           6: ["2001:db8:1::/64", "2001:db8:2::/64", "2001:db8:2::/48", "fd00:1::/64", "2002:c000:201::/64", "fec0:1::/64"]}
FAR = {4: ["8.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12"], 6: ["2600::/16", "2001:db8:f000::/36", "fd00:f::/32"]}
MARKS = ["0x10", "0x11"]


def inside(random, prefix):
    """An address of the prefix: neither its first, nor the last of an IPv4 one."""
    network = ipaddress.ip_network(prefix)
    return str(network[random.randrange(1, max(2, min(network.num_addresses - 1, 1 << 62)))])


def part_of(random, prefix):
    """The prefix or a longer one in it."""
    network = ipaddress.ip_network(prefix)
    length = min(network.prefixlen + random.choice([0, 0, 4, 8, 16]), network.max_prefixlen)
    return str(ipaddress.ip_network(f"{inside(random, prefix)}/{length}", strict=False))


class RandomHost:
    """`sources` and `interfaces` are what questions may be bound to."""

    def __init__(self, random, lab):
        self.random, self.host = random, lab.host()
        self.interfaces = [f"eth{number}" for number in range(random.randint(1, 4))]
        for interface in self.interfaces:
            self.host.add_interface(interface, lab.segment(interface))
        self.settle_links()
        self.subnets = {4: [], 6: []}
        self.batch([self.address() for _ in range(random.randint(2, 40))])
        self.sources = {family: self.read_sources(family) for family in (4, 6)}
        self.batch([self.route(random.choice([4, 6])) for _ in range(random.randint(2, 200))])
        self.batch([self.rule(random.choice([4, 6])) for _ in range(random.randint(0, 6))])

    def settle_links(self):
        """Link-local addresses come by themselves: until they are there, and are not tentative any more."""
        self.host.wait_for(lambda: all(
            any(item["scope"] == "link" and not item.get("tentative") for item in link["addr_info"])
            for link in self.host.namespace.ip_json("-6", "address") if link["ifname"] in self.interfaces))

    def batch(self, lines):
        self.host.namespace.ip_batch(sorted(lines, key=lambda line: line.startswith("-6")), force=True)

    def read_sources(self, family):
        """As they came about, without the link-local ones of IPv6, which need a zone."""
        return [item["local"] for link in self.host.namespace.ip_json(f"-{family}", "address") for item in link["addr_info"]
                if not item["local"].startswith("fe80:") and link["ifname"] != "lo" or item["local"].startswith("198.18.")]

    # ---- what it is made of ----

    def address(self):
        random, family = self.random, self.random.choice([4, 6])
        interface, subnet = random.choice(self.interfaces), random.choice(SUBNETS[family])
        self.subnets[family].append(subnet)
        length = subnet.partition("/")[2] if random.random() < 0.8 else random.choice(["32", "30", "28"] if family == 4 else ["128", "96"])
        if family == 4 and random.random() < 0.05:
            return f"address add 198.18.0.{random.randrange(1, 255)}/32 dev lo"
        line = f"address add {inside(random, subnet)}/{length} dev {interface}"
        if family == 4:
            return line + random.choice(["", "", "", " scope link", " scope 250"])
        return f"-6 {line} nodad" + random.choice(["", "", "", " preferred_lft 0"])

    def gateway(self, family):
        return inside(self.random, self.random.choice(self.subnets[family] or SUBNETS[family]))

    def next_hop(self, family):
        return f"via {self.gateway(family)}" + (f" dev {self.random.choice(self.interfaces)}" if self.random.random() < 0.5 else "")

    def destination(self, family):
        random = self.random
        if random.random() < 0.25:
            return "default"
        return part_of(random, random.choice(FAR[family] + SUBNETS[family]))

    def route(self, family):
        random = self.random
        line = ("-6 " if family == 6 else "") + "route add "
        tail = f" table {random.choice(['main', 'main', 'main', '100', '101'])} metric {random.choice([50, 100, 200, 1024, 2000])}"
        kind = random.random()
        if kind < 0.08:
            return line + f"{random.choice(['unreachable', 'prohibit', 'blackhole'])} {self.destination(family)}" + tail
        line += self.destination(family)
        if self.sources[family] and random.random() < 0.25:
            tail += f" src {random.choice(self.sources[family])}"
        if kind < 0.2:
            hops = [f" nexthop {self.next_hop(family)} weight {random.randint(1, 3)}" for _ in range(random.randint(2, 3))]
            return line + tail + "".join(hops)
        if kind < 0.35:
            return line + f" dev {random.choice(self.interfaces)}" + tail
        return f"{line} {self.next_hop(family)}{tail}"

    def rule(self, family):
        random = self.random
        selectors = [f"to {part_of(random, random.choice(FAR[family]))}", f"fwmark {random.choice(MARKS)}", "uidrange 0-0", "ipproto tcp",
                     f"oif {random.choice(self.interfaces)}", "iif lo"]
        if self.sources[family]:
            selectors += [f"from {random.choice(self.sources[family])}"] * 4
        chosen = " ".join(random.sample(selectors, random.choice([1, 1, 2])))
        action = random.choice(["table 100", "table 100", "table 101", "unreachable", "table main suppress_prefixlength 0"])
        return ("-6 " if family == 6 else "") + f"rule add priority {random.randrange(1, 30000)} {chosen} {action}"

    # ---- what is asked ----

    def question(self):
        """Of a socket: to one unicast address, which is not this host's own (TCP would be refused there)."""
        random, family = self.random, self.random.choice([4, 6])
        destination = inside(random, random.choice(FAR[family] * 2 + SUBNETS[family]))
        question = {"destination": destination, "protocol": random.choice(["udp", "tcp"])}
        kind = random.random()
        if kind < 0.25 and self.sources[family]:
            question["source"] = random.choice(self.sources[family])
        elif kind < 0.4:
            question["interface"] = random.choice(self.interfaces)
        elif kind < 0.5:
            question["mark"] = random.choice(MARKS)
        if random.random() < 0.1 and "interface" not in question and family == 6 and "source" not in question:
            question["destination"] = f"fe80::{random.randrange(1, 1 << 16):x}%{random.choice(self.interfaces)}"
        return question if question["destination"].partition("%")[0] not in self.sources[family] else self.question()
