"""Random hosts, full of other programs' objects, and random documents, of which some are in everybody's way: few
subnets, few hosts in them, so that everybody meets everybody."""

LINKS = ("eth0", "eth1", "br0")
NETS = range(4)
PROTOCOLS = ("static", "bird", "99")


def inet(net, host):
    return f"192.0.{net}.{host}/{25 if net == 3 else 24}"


def inet6(net, host):
    return f"2001:db8:{net + 1}::{host:x}/64"


# ---- hosts ----

class Host:
    """Lines for `ip -batch`, and settings, that make a host with objects of other programs."""

    def __init__(self, random):
        self.random, self.lines, self.settings = random, [], []
        self.addresses = {link: [] for link in LINKS}  # (net, host) of IPv4
        self.addresses6 = {link: [] for link in LINKS}
        for link in LINKS:
            self.add_addresses(link)
        self.next_hops()
        for number in range(random.randrange(14)):
            self.route(number)
        for number in range(random.randrange(6)):
            self.route6(number)
        self.rules()
        self.set_up()

    def chance(self, probability):
        return self.random.random() < probability

    # addresses

    def add_addresses(self, link):
        for number in range(self.random.randrange(6)):
            net, host = self.random.choice(NETS), 10 + 10 * LINKS.index(link) + number
            if self.chance(0.3):
                self.lines.append(f"address add {inet6(net, host)} dev {link} nodad{self.ending6()}")
                self.addresses6[link].append((net, host))
            else:
                self.lines.append(f"address add {inet(net, host)} {self.extras(link)}dev {link}")
                self.addresses[link].append((net, host))
        if self.chance(0.2):
            self.lines.append(f"address add 198.18.0.{LINKS.index(link)} peer 198.18.{LINKS.index(link)}.1/32 dev {link}")

    def extras(self, link):
        return self.random.choice(["", "", "", "", "broadcast + ", f"label {link}:x ", "metric 77 ", "broadcast 192.0.2.127 ",
                                   f"broadcast + label {link}:y metric 78 valid_lft 4000 preferred_lft 3000 ",
                                   "valid_lft 4000 preferred_lft 3000 ", "preferred_lft 0 ", "noprefixroute "])

    def ending6(self):
        return self.random.choice(["", "", "", " preferred_lft 0", " valid_lft 4000 preferred_lft 3000", " noprefixroute"])

    # routes

    def next_hops(self):
        for number, link in enumerate(LINKS):
            if self.addresses[link]:
                net = self.random.choice(self.addresses[link])[0]
                self.lines.append(f"nexthop add id {number + 1} via 192.0.{net}.97 dev {link}")
        self.lines.append("nexthop add id 9 blackhole")

    def route(self, number):
        words = [f"route add {self.random.choice(['', '', '', 'tos 0x10 '])}10.{number}.0.0/16"]
        kind = self.random.choice(["one", "one", "one", "one", "one", "several", "object", "nowhere", "onlink", "inet6"])
        link = self.random.choice(LINKS)
        own = self.addresses[link]
        if kind == "nowhere":
            words[0] = words[0].replace("add ", f"add {self.random.choice(['blackhole', 'unreachable', 'prohibit', 'throw'])} ")
        elif kind == "object":
            words.append("nhid 9")
        elif kind == "onlink":
            words.append(f"via 203.0.113.1 dev {link} onlink")
        elif kind == "inet6":
            words.append(f"via inet6 fe80::97 dev {link}")
        elif kind == "one":
            words.append(f"via 192.0.{self.random.choice(own)[0]}.99 dev {link}" if own and self.chance(0.5) else f"dev {link}")
        words += [f"table {self.random.choice(['main', 'main', '100', '200'])}", f"protocol {self.random.choice(PROTOCOLS)}"]
        if self.chance(0.3):
            words.append(f"metric {self.random.choice([5, 50])}")
        if kind in ("one", "onlink", "several", "inet6") and self.chance(0.5):
            words.append(self.random.choice(self.PROPERTIES))
        if kind in ("one", "onlink") and self.chance(0.2):
            words.insert(1, "encap ip id 5 dst 203.0.113.9")
        if own and kind in ("one", "onlink", "several", "inet6") and self.chance(0.6):
            net, host = self.random.choice(own)
            words.append(f"src 192.0.{net}.{host}")
        if kind == "several":
            words += self.hops() or [f"dev {link}"]
        self.lines.append(" ".join(words))

    PROPERTIES = ("mtu 1400", "mtu lock 1400 advmss 1300", "realms 3/4", "realms 5 mtu 1300", "congctl reno",
                  "window 20000 rtt 100ms rttvar 50ms rto_min 200ms cwnd lock 20 initcwnd 10 initrwnd 12 hoplimit 30",
                  "ssthresh 100 reordering 5 features ecn quickack 1 congctl lock cubic fastopen_no_cookie 1")

    def hops(self):
        words = [f"nexthop {self.random.choice(['', '', '', 'encap ip id 6 dst 203.0.113.8 '])}via 192.0.{net}.98 dev {link} "
                 f"weight {self.random.choice([1, 2, 200])}{self.random.choice(['', '', ' realms 6/7'])}"
                 for link in LINKS for net, _ in self.addresses[link][:1]]
        return words if len(words) > 1 else []

    def route6(self, number):
        link = self.random.choice(LINKS)
        own = self.addresses6[link]
        words = [f"-6 route add 2001:db8:{0xa0 + number:x}::/48"]
        words.append("encap seg6 mode encap segs 2001:db8:99::1" if self.chance(0.2) else "")
        words.append("via fe80::99" if self.chance(0.5) else "")
        words.append(f"dev {link} table {self.random.choice(['main', '100'])} protocol {self.random.choice(PROTOCOLS)}")
        if own and self.chance(0.6):
            net, host = self.random.choice(own)
            words.append(f"src {inet6(net, host).split('/')[0]}")
        if self.chance(0.4):
            words.append(self.random.choice(["pref high", "pref low mtu 1400", "mtu lock 1300 hoplimit 9", "advmss 1200 congctl reno"]))
        self.lines.append(" ".join(filter(None, words)))

    # rules, settings

    RULES = ("priority 100 from 192.0.2.0/24 table 100", "priority 110 fwmark 0x10/0xf0 table 200",
             "priority 120 iif eth0 to 10.0.0.0/8 table 100", "priority 130 oif eth1 table 200",
             "priority 140 ipproto udp dport 53 table 100", "priority 150 uidrange 7-9 table 200",
             "priority 160 not from 192.0.0.0/16 table 100", "priority 170 table main suppress_prefixlength 0",
             "priority 180 goto 32766", "priority 190 from 10.9.0.0/16 prohibit", "priority 200 tos 0x10 table 100",
             "priority 5205 from 198.51.100.0/24 table 100 protocol 99", "priority 5220 from 192.0.1.0/26 table 5203 protocol static",
             "-6 priority 100 from 2001:db8:2::/64 table 100", "-6 priority 5220 from 2001:db8:9::/64 blackhole")

    def rules(self):
        for words in self.random.sample(self.RULES, self.random.randrange(8)):
            six, words = ("-6 ", words[3:]) if words.startswith("-6 ") else ("", words)
            self.lines.append(f"{six}rule add {words}")

    def set_up(self):
        for name, values in (("promote_secondaries", (0, 1)), ("rp_filter", (0, 1, 2)), ("arp_ignore", (0, 1)),
                             ("arp_announce", (0, 2)), ("arp_filter", (0, 1))):
            for link in self.random.sample(("all", *LINKS), 2):
                self.settings.append((f"net/ipv4/conf/{link}/{name}", self.random.choice(values)))

    FIREWALL = """table inet others {
        set known { type ipv4_addr; elements = { 192.0.2.10, 192.0.2.11 } }
        chain input { type filter hook input priority 0; policy accept; ip saddr @known tcp dport 22 accept; }
    }"""

    def build(self, namespace):
        """Makes it: the same in every namespace with the same interfaces."""
        for setting, value in self.settings:
            namespace.set(setting, value)
        namespace.ip_batch(self.lines, force=True)
        namespace.run(["nft", "-f", "-"], stdin=self.FIREWALL)


# ---- documents ----

def document(random):
    """A valid one; what it asks for may be impossible on this host."""
    result = {"addresses": addresses(random), "uplinks": uplinks(random), **intents(random)}
    result["routes"] = routes(random, result["addresses"])
    result["rules"] = rules(random)
    if random.random() < 0.4:
        result["source_preferences"] = preferences(random, result["addresses"])
    if random.random() < 0.4:
        result["address_policy"] = {"labels": labels(random)}
    if random.random() < 0.3:
        result["interfaces"] = {"eth1": {"metric": 7, "ipv4": {"reverse_path": random.choice(PATHS), "arp": {"reply": "any"}}}}
    return result


def addresses(random):
    made = {}
    for number in range(random.randrange(7)):
        net, host = random.choice(NETS), 100 + 7 * random.randrange(8) + number
        text = inet6(net, host) if random.random() < 0.3 else inet(net, host)
        made[f"a{number}"] = {"interface": random.choice(LINKS), "address": text}
        if random.random() < 0.1:
            made[f"a{number}"]["skip_as_source"] = True
    return made


def routes(random, addresses):
    made = {}
    for number in range(random.randrange(5)):
        route = {"to": f"172.{16 + number}.0.0/16"}
        if random.random() < 0.3:
            route["interface"] = random.choice(LINKS)
        else:
            route["via"] = f"192.0.{random.choice(NETS)}.254"
        own = [entry["address"].split("/")[0] for entry in addresses.values() if "." in entry["address"]]
        if own and random.random() < 0.4:
            route["source"] = random.choice(own)
        if random.random() < 0.3:
            route["metric"] = random.choice([5, 20])
        made[f"r{number}"] = route
    for number in range(random.randrange(2)):
        made[f"six{number}"] = {"to": f"2001:db8:{0xb0 + number:x}::/48", "via": f"2001:db8:{random.choice(NETS) + 1}::fe"}
    own6 = [entry["address"].split("/")[0] for entry in addresses.values() if ":" in entry["address"]]
    if own6 and random.random() < 0.5:
        made["sourced6"] = {"to": "2001:db8:bf::/48", "via": "fe80::98", "interface": "eth0", "source": random.choice(own6)}
    return made


def labels(random):
    """Of prefixes that have one already, and of others."""
    prefixes = random.sample(["::/0", "2002::/16", "::ffff:0:0/96", "2001:db8::/32", "2001:db8:2::/48", "2001:db8:a0::/44"], 3)
    return {prefix: random.choice([1, 2, 50, 99]) for prefix in prefixes}


def preferences(random, addresses):
    """To prefixes that routes of others and our own are in, and around."""
    own = [entry["address"].split("/")[0] for entry in addresses.values()]
    four = ["192.0.2.10", "192.0.1.20", *(text for text in own if "." in text)]
    six = ["2001:db8:2::a", *(text for text in own if ":" in text)]
    to = random.sample(["10.0.0.0/8", "10.0.0.0/14", "172.16.0.0/13", "192.0.0.0/22", "198.51.100.0/24"], 2)
    made = {f"p{number}": {"to": prefix, "source": random.choice(four)} for number, prefix in enumerate(to)}
    return {**made, "six": {"to": random.choice(["2001:db8::/32", "2001:db8:a0::/44"]), "source": random.choice(six)}}


def uplinks(random):
    nets = random.sample(NETS, 2)
    return {f"u{number}": {"interface": random.choice(LINKS), "gateway": {
        "ipv4": f"192.0.{nets[number]}.1", "ipv6": random.choice(["auto", "fe80::1"]) if number == 0 else "fe80::2"},
        "priority": random.choice([1, 100]), "weight": random.choice([1, 3])} for number in range(2)}


def rules(random):
    priorities = random.sample(range(12), 4)
    made = {f"g{number}": {"from": f"192.0.{random.choice(NETS)}.0/26", "uplink": f"u{random.randrange(2)}",
                           "priority": priorities[number]} for number in range(random.randrange(4))}
    if random.random() < 0.3:
        made["six"] = {"from": "2001:db8:1::/64", "uplink": f"u{random.randrange(2)}", "priority": 20}
    return made


PATHS = ("off", "loose", "strict")


def intents(random):
    made = {"host_wide": random.random() < 0.5}
    if random.random() < 0.5:
        made["arp"] = {"reply": random.choice(["any", "interface", "subnet"]), "filter": random.random() < 0.5,
                       "announce": random.choice(["any", "subnet", "best"])}
        if random.random() < 0.5:
            made["arp"]["proxy"] = True
    if random.random() < 0.5:
        made["reverse_path"] = random.choice(PATHS)
    if random.random() < 0.3:
        made["sharing"] = random.choice(["failover", "balance"])
    if random.random() < 0.4:
        made["source_routing"] = True
    if random.random() < 0.3:
        made["host_model"] = {"send": random.choice(["strong", "weak"])}
    return made
