"""Random rulesets out of what the packet filter understands, for test_filter.py."""
import re

# The host's interfaces, and what is on them: the host is .1, the peer has the others.
LINKS = {"eth0": ("192.0.2.", "2001:db8:0::"), "wan1": ("198.51.100.", "2001:db8:1::")}
PORTS = [22, 53, 80, 443, 1024, 8080]


class Rules:
    """Random rules of what is understood. Chains see either what comes in (prerouting, input) or what goes out (output)."""

    def __init__(self, random):
        self.random = random
        self.hooks = random.choice([["prerouting", "input"]] * 3 + [["output", "postrouting"]])
        self.family = "inet"
        self.out = []

    def pick(self, *choices):
        return self.random.choice(choices)

    def v4(self):
        return self.random.choice([base for base, _ in LINKS.values()]) + str(self.random.randint(1, 6))

    def v6(self):
        return self.random.choice([base for _, base in LINKS.values()]) + str(self.random.randint(1, 6))

    def port(self):
        return self.random.choice(PORTS)

    # ---- sets ----

    def one_of(self, make, extra=()):
        """A value, its negation, or an anonymous set of some."""
        kind = self.random.randrange(5)
        values = sorted({str(make()) for _ in range(self.random.randint(1, 3))} | set(extra))
        if kind < 2:
            return values[0]
        return ("!= " if kind == 2 else "") + (values[0] if kind == 3 else "{ " + ", ".join(values) + " }")

    def prefix4(self):
        return self.pick("192.0.2.0/30", "198.51.100.0/24", "0.0.0.0/1", "192.0.2.2-192.0.2.4", "198.51.100.4/31", self.v4())

    def prefix6(self):
        return self.pick("2001:db8::/64", "2001:db8:1::/64", "2001:db8::2-2001:db8::4", "2001:db8:1::4/126", self.v6())

    def single(self, make):
        return self.pick("", "!= ") + str(make())

    def address(self, version):
        side = self.pick("saddr", "daddr")
        if version == 4:
            named = "named" if self.family == "ip" or self.family == "inet" else None
            return f"ip {side} " + self.pick(self.single(self.prefix4), self.one_of(self.v4), f"@{named}4", f"!= @{named}4",
                                             f"& 0.0.0.3 == 0.0.0.{self.random.randint(0, 3)}", f"> {self.v4()}")
        return f"ip6 {side} " + self.pick(self.single(self.prefix6), self.one_of(self.v6), "@named6", "!= @named6",
                                          f"< {self.v6()}")

    # ---- matches ----

    def ports(self):
        head = self.pick("tcp", "udp", "th") + " " + self.pick("sport", "dport")
        if head.startswith("th"):
            head = "meta l4proto { tcp, udp } " + head
        return head + " " + self.pick(self.one_of(self.port), "1024-9000", "!= 1-100", ">= 443", "< 443", "{ 22, 53-443 }",
                                      "@ports", "!= @ports")

    def connection(self):
        state = self.pick("new", "established", "invalid", "untracked", "established,related", "new,untracked")
        return self.pick(f"ct state {state}", f"ct state ! {state}" if "," not in state else f"ct state {state}",
                         "ct state { new, established }", "ct state != { new, untracked }", "ct state != established",
                         "ct direction original", "ct direction reply",
                         f"ct mark {self.pick(0, 1, 2)}", "ct mark & 1 == 1", f"ct zone {self.pick(0, 7)}",
                         f"ct zone != {self.pick(0, 7)}")

    def interface(self):
        name = self.pick("eth0", "wan1")
        way = "iif" if "input" in self.hooks else "oif"
        other = "oif" if way == "iif" else "iif"
        return self.pick(f"{way} {name}", f"{way} != {name}", f"{way}name {name}", f'{way}name "{name[:2]}*"',
                         f'{way}name != "e*"', f'{way}name {{ "w*", "lo" }}', f"{way}name @names", f'{other}name "{name}"',
                         f'{way}name . meta l4proto {{ "{name}" . udp, "wan1" . tcp }}')

    def routes(self):
        if "output" in self.hooks:
            return "fib daddr type " + self.pick("local", "unicast", "!= unicast")
        bound = self.pick("", " . iif")
        return self.pick(f"fib saddr{bound} oif " + self.pick("missing", "exists", "eth0", "!= 0"),
                         f"fib saddr{bound} oifname " + self.pick("eth0", '"wan*"'),
                         f"fib daddr{bound} type " + self.pick("local", "unicast", "!= local", "{ local, broadcast }"))

    def mark(self):
        return "meta mark " + self.pick("0", "1", "2", "!= 0", "& 1 == 1", "0-1", "{ 1, 4-6 }", "and 0x3 != 0x2")

    def flags(self):
        return "tcp flags " + self.pick("syn", "ack", "& (fin|syn|rst|ack) == syn", "& (syn|ack) != syn", "! ack", "& (syn|ack) == (syn|ack)",
                                        "{ syn, syn|ack }", "== syn", "!= syn", "fin,rst")

    def concatenation(self):
        if self.family == "ip6":
            return "ip6 saddr . th dport { 2001:db8::/64 . 22-80, 2001:db8:1::2 . 53 }"
        return self.pick(f"ip saddr . ip daddr {{ {self.v4()} . 192.0.2.1, 198.51.100.0/24 . 198.51.100.1 }}",
                         "ip saddr . tcp dport @pairs", "ip saddr . udp dport @pairs", "ip saddr . udp dport != @pairs")

    def match(self):
        version = {"ip": 4, "ip6": 6}.get(self.family) or self.pick(4, 4, 6)
        kinds = [lambda: self.address(version)] * 4 + [self.ports] * 4 + [self.interface] * 3 + [self.connection] * 3 + \
                [self.mark] * 2 + [self.flags, self.concatenation, self.routes] + \
                [lambda: self.pick("meta l4proto tcp", "meta l4proto != udp")]
        if self.family == "inet":
            kinds.append(lambda: self.pick("meta nfproto ipv4", "meta nfproto ipv6", "meta protocol ip"))
        if self.family != "ip6":
            kinds.append(lambda: self.pick("ip protocol tcp", "ip protocol != { udp, icmp }", "icmp type echo-request", "ip ttl 5"))
        return self.random.choice(kinds)()

    # ---- rules ----

    def change(self):
        return self.pick("meta mark set 1", "meta mark set meta mark or 2", "meta mark set ct mark", "ct mark set meta mark", "ct mark set 1",
                         "meta mark set ct mark and 0x1", "meta mark set tcp dport map { 22 : 1, 53 : 2, 80-443 : 4 }",
                         "meta mark set meta mark xor 0x3", "notrack", "ct zone set 7", "counter", "log")

    def check(self, change):
        """A match that sees the change, where there is something to see."""
        if change.startswith("meta mark"):
            return self.mark()
        if change.startswith("ct mark"):
            return "ct mark " + self.pick("0", "1", "!= 0")
        if change == "notrack":
            return "ct state " + self.pick("untracked", "new", "invalid", "! untracked", "established")
        if change.startswith("ct zone"):
            return self.pick("ct zone 7", "ct zone 0", "ct zone != 7", "ct state new", "ct state established", "ct direction original")
        return self.pick(self.mark, self.connection)()

    def verdict(self, targets, hook):
        choices = ["accept"] * 4 + ["drop"] * 4 + ["return", "continue"]
        if hook in ("input", "output"):
            choices.append("reject")
        for target in targets:
            choices += [f"jump {target}", f"jump {target}", f"goto {target}"]
        return self.random.choice(choices)

    def plain_rule(self, targets, hook):
        matches = " ".join(self.match() for _ in range(self.random.choice([0, 1, 1, 1, 2, 2])))
        if self.random.random() < 0.15:
            return matches + " " + self.verdict_map(targets, hook)
        last = self.change() if self.random.random() < 0.3 else self.verdict(targets, hook)
        if not matches and "set" not in last and self.random.random() < 0.8:
            matches = self.match()
        return f"{matches} {last}"

    def verdict_map(self, targets, hook):
        one, two, three = (self.verdict(targets, hook).replace("reject", "drop") for _ in range(3))
        name = "iifname" if "input" in self.hooks else "oifname"
        return self.pick(f"ct state vmap {{ new : {one}, established : {two}, untracked : {three} }}",
                         f"tcp dport vmap {{ 22 : {one}, 53-443 : {two} }}", f"udp dport vmap {{ 22 : {one}, 53-443 : {two} }}",
                         f'{name} vmap {{ "eth*" : {one}, "wan1" : {two} }}',
                         f"meta l4proto . th dport vmap {{ tcp . 22 : {one}, udp . 53 : {two} }}",
                         f"meta mark vmap {{ 0 : {one}, 1-3 : {two} }}")

    def consistent(self, make):
        """A rule that is about one protocol and one family at most: nft refuses others."""
        while True:
            rule = make()
            if not (re.search(r"\btcp [sdf]", rule) and re.search(r"\budp [sd]", rule)) and \
                    not (re.search(r"\b(ip|icmp) [sdpt]", rule) and "ip6 " in rule):
                return rule

    def rule(self, targets, hook):
        return self.consistent(lambda: self.plain_rule(targets, hook))

    def begin_table(self, number):
        """A table with what rules refer to; returns its name."""
        self.family = self.pick("ip", "ip6", "inet", "inet", "inet")
        name = f"{self.family} t{number}"
        self.out.append(f"add table {name}")
        if self.family != "ip6":
            self.out.append(f"add set {name} named4 {{ type ipv4_addr; flags interval; elements = {{ 192.0.2.0/30, "
                            "198.51.100.3-198.51.100.5 }; }")
            self.out.append(f"add set {name} pairs {{ type ipv4_addr . inet_service; flags interval; elements = {{ "
                            "192.0.2.0/24 . 22-80, 198.51.100.2 . 443 }; }")
        if self.family != "ip":
            self.out.append(f"add set {name} named6 {{ type ipv6_addr; elements = {{ 2001:db8::2, 2001:db8::3, 2001:db8:1::4 }}; }}")
        self.out.append(f"add set {name} ports {{ type inet_service; flags interval; elements = {{ 53, 400-500 }}; }}")
        self.out.append(f'add set {name} names {{ type ifname; flags interval; elements = {{ "wa*", "lo" }}; }}')
        return name

    def add_base(self, table, chain, policy, place=None):
        hook, priority = place or (self.random.choice(self.hooks), self.pick(-310, -300, -250, -150, -10, 0, 0, 0, 10))
        self.out.append(f"add chain {table} {chain} {{ type filter hook {hook} priority {priority}; policy {policy}; }}")
        return hook

    def add_rule(self, table, chain, rule):
        self.out.append(f"add rule {table} {chain} {rule}")

    def wild(self):
        """Anything, and much of it; most packets meet several rules."""
        for number in range(self.random.randint(1, 3)):
            table = self.begin_table(number)
            inner = [f"c{i}" for i in range(self.random.randint(0, 3))]
            self.out += [f"add chain {table} {chain}" for chain in inner]
            for i, chain in enumerate(inner):
                for _ in range(self.random.randint(0, 3)):
                    self.add_rule(table, chain, self.rule(inner[i + 1:], "any"))
            for i in range(self.random.randint(1, 2)):
                hook = self.add_base(table, f"b{i}", self.pick("accept", "accept", "accept", "drop"))
                for _ in range(self.random.randint(1, 4)):
                    self.add_rule(table, f"b{i}", self.rule(inner, hook))

    def pointed(self):
        """One rule decides, and what changes the packet before it, or the chain it is in, shows."""
        table = self.begin_table(0)
        policy, verdict = self.pick(("accept", "drop"), ("drop", "accept"))
        kind = self.random.randrange(6)
        if kind == 0:  # a mark, or a state, that another chain has set, before or after, or at the same priority
            place = self.pick(None, (self.random.choice(self.hooks), self.pick(-300, 0)))
            first, second = self.pick(("other", "b"), ("b", "other"))
            for chain in (first, second):
                self.add_base(table, chain, policy if chain == "b" else "accept", place)
            change = self.change()
            self.add_rule(table, "other", self.consistent(lambda: f"{self.match()} {change}"))
            self.add_rule(table, "b", f"{self.check(change)} {verdict}")
        elif kind == 1:  # what follows a chain that was jumped or gone to
            self.out.append(f"add chain {table} c")
            self.add_rule(table, "c", self.consistent(lambda: f"{self.match()} {self.pick('return', 'continue', 'accept', 'drop')}"))
            hook = self.add_base(table, "b", policy)
            self.add_rule(table, "b", self.consistent(lambda: f"{self.match()} {self.pick('jump', 'goto')} c"))
            self.add_rule(table, "b", verdict)
        elif kind == 2:
            self.add_base(table, "b", policy)
            change = self.change()
            self.add_rule(table, "b", self.consistent(lambda: f"{self.match()} {change}"))
            self.add_rule(table, "b", f"{self.check(change)} {verdict}")
        elif kind == 3:
            hook = self.add_base(table, "b", policy)
            self.add_rule(table, "b", self.verdict_map([], hook))
            self.add_rule(table, "b", self.consistent(lambda: f"{self.match()} {verdict}"))
        else:
            self.add_base(table, "b", policy)
            self.add_rule(table, "b", self.consistent(lambda: f"{self.match()} {verdict}"))

    def lines(self):
        self.out = []
        self.pick(self.wild, self.pointed, self.pointed, self.pointed)()
        return self.out
